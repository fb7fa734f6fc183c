"""The street: every app by name, so that the kernel imports none."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic.base import RedirectView
from django.views.i18n import set_language

from crmservice import health
from crmservice.search.views import search
from crmservice.web import views
from crmservice.web.routes import app

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler403 = "crmservice.web.views.refused"
handler404 = "crmservice.web.views.missing"
handler500 = "crmservice.web.views.failed"

urlpatterns = [
    path("", views.home, name="home"),
    path("health", health.health, name="health"),
    path("unsaved/", views.unsaved, name="unsaved"),
    path("gallery/", views.gallery, name="gallery"),
    path("search/", search, name="search"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/signup/", RedirectView.as_view(url="/"), name="account_signup"),
    path("account/mfa/", include("allauth.mfa.urls")),
    path("language/setlang/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    app("crmservice.delivery.urls"),
    app("crmservice.operations.urls"),
    app("crmservice.attachments.urls"),
    app("employees.urls"),
    app("customers.urls"),
    app("assets.urls"),
    app("contracts.urls"),
    app("knowledge.urls"),
    app("service_requests.urls"),
    app("orders.urls"),
    app("dispatch.urls"),
    app("expenses.urls"),
    app("reports.urls"),
]
