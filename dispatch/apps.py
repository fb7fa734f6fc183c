from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crmservice.search import kinds
from dispatch.choices import RECORD, Kind
from employees import situations


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("Tasks and schedule")

    def ready(self) -> None:
        for room in ("notices", "receivers"):
            import_module(f"dispatch.{room}")
        situations.register(
            situations.Situation(
                RECORD,
                _("Tasks"),
                Kind.choices,
                {
                    "report": _("Report of the work"),
                    "readings": _("Readings"),
                    "photos": _("Photos"),
                },
                "dispatch.task",
                lambda *span: import_module("dispatch.queries").facts_between(*span),
            )
        )
        kinds.register(
            "task",
            _("Tasks"),
            "calendar",
            "dispatch.view",
            model="dispatch.task",
            rebuild=lambda: import_module("dispatch.queries").rebuild_search(),
        )
        kinds.register(
            "goods",
            _("Depot"),
            "building-warehouse",
            "depot.view",
            model="dispatch.depotrepair",
            rebuild=lambda: import_module("dispatch.queries").rebuild_goods(),
        )
