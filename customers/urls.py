from django.urls import path

from customers.views import calling, contacts, records

app_name = "customers"
# Numbers may contain a slash, so what stands behind one comes before what is shorter.
urlpatterns = [
    path("intake/", calling.intake, name="intake"),
    path("contacts/options/", contacts.choose_contact, name="contact_options"),
    path("contacts/<path:code>/customers/<int:pk>/part/", contacts.part, name="part"),
    path("contacts/<path:code>/customers/", contacts.affiliate, name="affiliate"),
    path("contacts/<path:code>/edit/", contacts.edit_contact, name="edit_contact"),
    path("contacts/<path:code>/", contacts.contact, name="contact"),
    path("customers/", records.index, name="index"),
    path("customers/new/", records.create, name="create"),
    path("customers/options/", records.choose, name="options"),
    path("customers/codes/", records.choose_code, name="codes"),
    path("customers/<path:code>/contacts.json", contacts.contacts, name="contacts"),
    path("customers/<path:code>/contacts/new/", contacts.add_contact, name="add_contact"),
    path("customers/<path:code>/sites/new/", contacts.add_site, name="add_site"),
    path("customers/<path:code>/sites/<int:pk>/edit/", contacts.edit_site, name="edit_site"),
    path("customers/<path:code>/tier/lift/", records.lift_override, name="lift_override"),
    path("customers/<path:code>/tier/recompute/", records.recompute_tier, name="recompute_tier"),
    path("customers/<path:code>/tier/", records.override_tier, name="override_tier"),
    path("customers/<path:code>/join/", records.join, name="join"),
    path("customers/<path:code>/edit/", records.edit, name="edit"),
    path("customers/<path:code>/", records.detail, name="detail"),
]
