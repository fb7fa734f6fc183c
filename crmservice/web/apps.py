from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "crmservice.web"
    label = "web"

    def ready(self) -> None:
        import_module("crmservice.web.numbers")  # before any route is read
