from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        from contracts.queries import KIND, rebuild_search  # noqa: PLC0415  (models are loaded)
        from crmservice.search.kinds import register  # noqa: PLC0415

        register(
            KIND,
            _("Contracts"),
            "file-text",
            "contracts.view",
            model="contracts.servicecontract",
            rebuild=rebuild_search,
        )
