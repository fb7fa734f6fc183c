from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from employees.actions import judge_anew
from employees.situations import SITUATIONS


class Command(BaseCommand):
    help = "Make the judgements of records anew: of the months that are named, as 2026-03 2026-04."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("first", help="the first month, as 2026-03")
        parser.add_argument("last", nargs="?", help="the last month; without it, the first alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        first = month_of(options["first"])
        last = month_of(options["last"]) if options["last"] else first
        for month in months(first, min(last, localdate().replace(day=1))):
            for code in sorted(SITUATIONS):
                stand, gone = judge_anew(code, month, at=now())
                self.stdout.write(f"{month:%Y-%m} {code}: {stand}, {gone} gone")


def month_of(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(_("“%(text)s” is no month, as 2026-03.") % {"text": text}) from error


def months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
