from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crmservice.search import kinds


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("Tasks and schedule")

    def ready(self) -> None:
        for room in ("notices", "receivers"):
            import_module(f"dispatch.{room}")
        kinds.register(
            "task",
            _("Tasks"),
            "calendar",
            "dispatch.view",
            model="dispatch.task",
            rebuild=lambda: import_module("dispatch.queries").rebuild_search(),
        )
