from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "crmservice.web"
    label = "web"
