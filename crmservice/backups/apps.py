from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "crmservice.backups"
    label = "backups"
