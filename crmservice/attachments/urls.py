from django.urls import path

from crmservice.attachments import views

app_name = "attachments"
urlpatterns = [
    path("files/<int:pk>/", views.open_file, name="open"),
    path("files/<int:pk>/small/", views.preview, name="preview"),
]
