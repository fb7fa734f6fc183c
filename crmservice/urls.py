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

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

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
    path("", include("crmservice.delivery.urls")),
    path("", include("crmservice.operations.urls")),
    path("", include("crmservice.attachments.urls")),
    path("", include("employees.urls")),
    path("", include("customers.urls")),
    path("", include("assets.urls")),
    path("", include("contracts.urls")),
    path("", include("knowledge.urls")),
    path("", include("service_requests.urls")),
    path("", include("orders.urls")),
    path("", include("dispatch.urls")),
    path("", include("expenses.urls")),
    path("", include("reports.urls")),
]
