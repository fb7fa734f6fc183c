from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ActivityConfig(AppConfig):
    name = "crmservice.activity"
    label = "activity"

    def ready(self) -> None:
        """Each app's words and receivers are loaded by name, so that no floor imports a higher one."""
        autodiscover_modules("notices", "receivers")
