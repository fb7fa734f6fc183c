from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from reports import schema


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        pre_migrate.connect(schema.clear, sender=self, dispatch_uid="reports.schema")
        post_migrate.connect(schema.install, sender=self, dispatch_uid="reports.schema")
