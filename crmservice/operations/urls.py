from django.urls import path

from crmservice.operations import views

app_name = "operations"
urlpatterns = [
    path("operations/", views.index, name="index"),
    path("operations/retry/mail/", views.retry_delivery, name="retry_delivery"),
    path("operations/retry/notices/", views.retry_telling, name="retry_telling"),
]
