from django.apps import AppConfig
from django.urls import register_converter

from crmservice.web.numbers import NumberConverter


class WebConfig(AppConfig):
    name = "crmservice.web"
    label = "web"

    def ready(self) -> None:
        register_converter(NumberConverter, "number")
