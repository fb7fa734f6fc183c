from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ActivityConfig(AppConfig):
    name = "crmservice.activity"
    label = "activity"

    def ready(self) -> None:
        """Load each app's words and receivers by name: no floor imports a higher one."""
        autodiscover_modules("notices", "receivers")
