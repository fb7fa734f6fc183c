import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from crmservice.search.kinds import KINDS, Kind
from crmservice.search.models import Entry


class Command(BaseCommand):
    help = "Write the search entries anew: of every kind, or of the kinds that are named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kinds", nargs="*", help="names of kinds; none means all")

    def handle(self, *_args: Any, **options: Any) -> None:
        names = options["kinds"] or list(KINDS)
        if unknown := sorted(set(names) - set(KINDS)):
            known = ", ".join(sorted(KINDS)) or "none"
            raise CommandError(f"No such kind: {', '.join(unknown)}. Known: {known}.")
        for name in names:
            self._rebuild(KINDS[name])

    def _rebuild(self, kind: Kind) -> None:
        if kind.rebuild is None:
            self.stdout.write(f"{kind.name}: keeps its entries itself, left as it is")
            return
        start = time.monotonic()
        with transaction.atomic():
            Entry.objects.filter(kind=kind.name).delete()
            kind.rebuild()
        count = Entry.objects.filter(kind=kind.name).count()
        self.stdout.write(f"{kind.name}: {count} in {time.monotonic() - start:.1f} s")
