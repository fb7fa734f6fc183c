from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        from crmservice.search.kinds import register  # noqa: PLC0415  (models are loaded by now)
        from knowledge.queries import KIND, rebuild_search  # noqa: PLC0415

        register(
            KIND,
            _("Knowledge"),
            "book",
            "knowledge.view",
            model="knowledge.article",
            rebuild=rebuild_search,
        )
