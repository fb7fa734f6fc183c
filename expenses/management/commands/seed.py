"""manage.py seed: as many made-up requests as wanted, with all that belongs to them, to measure on.

It stands on the floor from which every noun can be reached. Rows go in by `crmservice.bulk`, past
the actions but not past the constraints, and look as the actions leave them. The same number makes
the same company.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from crmservice.imports.showing import Bar
from expenses.management.seeding.company import Seeding


class Command(BaseCommand):
    help = "Make up requests with customers, assets, clocks, history, visits and search entries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--requests", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1, help="another number, another company")

    def handle(self, *, requests: int, seed: int, **_options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError(_("Nothing is made up in production."))
        if requests < 1:
            raise CommandError(_("At least one request is needed."))
        label = _("requests")
        with Bar() as bar, transaction.atomic():
            bar.progress(label, 0, requests)
            for done in Seeding(requests, seed, now()).run():
                bar.progress(label, done, requests)
