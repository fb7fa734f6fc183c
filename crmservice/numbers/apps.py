from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "crmservice.numbers"
    label = "numbers"
