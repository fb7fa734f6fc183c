from django.urls import path

from assets.views import catalogue, installed

app_name = "assets"
urlpatterns = [
    path("assets/", installed.index, name="index"),
    path("assets/new/", installed.create, name="create"),
    path("assets/options/", installed.options, name="options"),
    path("assets/sites/", installed.site_options, name="site_options"),
    path("assets/models/", catalogue.models, name="models"),
    path("assets/models/new/", catalogue.create_model, name="create_model"),
    path("assets/models/<path:code>/edit/", catalogue.edit_model, name="edit_model"),
    path("assets/models/<path:code>/", catalogue.model, name="model"),
    path("assets/parts/", catalogue.parts, name="parts"),
    path("assets/parts/new/", catalogue.create_part, name="create_part"),
    path("assets/parts/options/", catalogue.part_options, name="part_options"),
    path("assets/parts/<path:part_no>/edit/", catalogue.edit_part, name="edit_part"),
    path("assets/parts/<path:part_no>/cost/", catalogue.set_cost, name="set_cost"),
    path("assets/parts/<path:part_no>/", catalogue.part, name="part"),
    path("assets/<path:serial_no>/edit/", installed.edit, name="edit"),
    path("assets/<path:serial_no>/transfer/", installed.transfer, name="transfer"),
    path("assets/<path:serial_no>/install/", installed.install, name="install"),
    path("assets/<path:serial_no>/remove/", installed.remove, name="remove"),
    path("assets/<path:serial_no>/swap/", installed.swap, name="swap"),
    path("assets/<path:serial_no>/software/", installed.set_software, name="set_software"),
    path("assets/<path:serial_no>/repair/", installed.send_to_repair, name="send_to_repair"),
    path("assets/<path:serial_no>/use/", installed.put_in_use, name="put_in_use"),
    path("assets/<path:serial_no>/retire/", installed.retire, name="retire"),
    path("assets/<path:serial_no>/", installed.detail, name="detail"),
]
