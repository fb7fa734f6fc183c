"""manage.py rebuild_facts: what reports count, derived anew from the rows it stands for."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from crmservice.imports.showing import Bar
from reports import actions


class Command(BaseCommand):
    help = "Derive the facts that reports count anew; safe at any time, and while people work."

    def handle(self, **_options: Any) -> None:
        parts = {_("facts"): actions.rebuild_facts, _("columns"): actions.rebuild_columns}
        with Bar() as bar:
            for label, rebuilt in parts.items():
                for done, whole in rebuilt():
                    bar.progress(label, done, whole)
