from django.urls import path

from crmservice.delivery import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/count/", views.inbox_count, name="inbox_count"),
    path("inbox/read-all/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/read/", views.read_notice, name="read_notice"),
    path("inbox/settings/", views.preference, name="preference"),
]
