from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssetsConfig(AppConfig):
    name = "assets"
    verbose_name = _("Assets")

    def ready(self) -> None:
        from assets.queries import KIND, rebuild_search  # noqa: PLC0415  (models are loaded by now)
        from crmservice.search.kinds import register  # noqa: PLC0415

        register(
            KIND, _("Assets"), "engine", "assets.view", model="assets.asset", rebuild=rebuild_search
        )
