from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "crmservice.delivery"
    label = "delivery"
