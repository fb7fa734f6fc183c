"""The street: every app by name, so that the kernel imports none."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic.base import RedirectView

from crmservice import health
from crmservice.search.views import search
from crmservice.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health", health.health, name="health"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read-all/", views.read_all, name="read_all"),
    path("gallery/", views.gallery, name="gallery"),
    path("search/", search, name="search"),
    path("account/", include("allauth.account.urls")),
    path("account/signup/", RedirectView.as_view(url="/"), name="account_signup"),
    path("account/mfa/", include("allauth.mfa.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
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
