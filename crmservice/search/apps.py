from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "crmservice.search"
    label = "search"
