from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "crmservice.imports"
    label = "imports"
