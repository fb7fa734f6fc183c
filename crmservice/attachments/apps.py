from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "crmservice.attachments"
    label = "attachments"
