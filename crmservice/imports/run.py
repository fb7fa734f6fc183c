"""One run over a folder: first every header, then the policies, then file after file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from crmservice.imports.columns import Setting
from crmservice.imports.importer import (
    REGISTERED,
    Context,
    FileImporter,
    Finisher,
    PolicyImporter,
    in_order,
)
from crmservice.imports.models import Source
from crmservice.imports.policies import POLICIES, read_policies
from crmservice.imports.reading import UnreadableFileError
from crmservice.imports.refusing import Refusal
from crmservice.search.kinds import KINDS


@dataclass
class Count:
    """What became of the rows of one file."""

    new: int = 0
    known: int = 0
    refused: int = 0


@dataclass
class Report:
    counts: dict[str, Count] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)

    @property
    def new(self) -> int:
        return sum(count.new for count in self.counts.values())


def _silent(_step: str, _done: int, _whole: int) -> None:
    """Nobody watches."""


@dataclass
class Run:
    """Takes a folder. `progress(step, done, whole)` is told how far it is."""

    folder: Path
    at: datetime
    source: str = ""
    shift_to_yesterday: bool = False
    progress: Callable[[str, int, int], None] = _silent
    report: Report = field(default_factory=Report)

    def __call__(self) -> Report:
        """Take everything; raises UnreadableFileError before anything is written."""
        autodiscover_modules("importers")
        context = self._context()
        files = [importer(context) for importer in in_order(_registered(FileImporter))]
        files = [file for file in files if not file.is_left_out]
        self.report.oddities = [oddity for file in files for oddity in file.check()]
        if context.zone.key != settings.TIME_ZONE:
            self.report.oddities.append(
                _("%(file)s tells times in %(zone)s; days here are days in %(ours)s.")
                % {"file": POLICIES, "zone": context.zone.key, "ours": settings.TIME_ZONE}
            )
        self._take_policies(context)
        source = self._source(files)
        context.setting = Setting(context.zone, timedelta(days=source.shift_days))
        for file in files:
            self._take(file, source)
        self._finish(context, source)
        return self.report

    def _context(self) -> Context:
        policies = read_policies(self.folder)
        zone = policies.read("time_zone", ZoneInfo, ZoneInfo(settings.TIME_ZONE))
        base = policies.text("base_currency", settings.BASE_CURRENCY)
        if base != settings.BASE_CURRENCY:
            raise UnreadableFileError(
                _("%(file)s counts in %(base)s; this installation counts in %(ours)s.")
                % {"file": POLICIES, "base": base, "ours": settings.BASE_CURRENCY}
            )
        return Context(self.folder, policies, self.at, Setting(zone))

    def _source(self, files: Sequence[FileImporter[Any]]) -> Source:
        """What is remembered of this folder; the first run decides by how much its dates move."""
        name = self.source or str(self.folder.resolve())
        if self.shift_to_yesterday:
            name = f"{name} (moved)"
        source = Source.objects.filter(name=name).first()
        if source is None:
            days = self._days_to_yesterday(files) if self.shift_to_yesterday else 0
            source = Source.objects.create(name=name, shift_days=days, begun_at=self.at)
        return source

    def _days_to_yesterday(self, files: Sequence[FileImporter[Any]]) -> int:
        """The days from the last day of the export to yesterday, as the company counts them."""
        last = max((day for file in files if (day := file.last_day())), default=None)
        yesterday = files[0].context.day_of(self.at) - timedelta(days=1)
        return (yesterday - last).days if last else 0

    @transaction.atomic
    def _take_policies(self, context: Context) -> None:
        """All of them or, where one is not understood, none."""
        count = self.report.counts[POLICIES] = Count()
        for importer in _registered(PolicyImporter):
            count.new += importer(context).take()
        strange = context.policies.left_out()
        if strange:
            self.report.oddities.append(
                _("%(file)s: not understood and left out: %(strange)s.")
                % {"file": POLICIES, "strange": ", ".join(strange)}
            )

    def _take(self, importer: FileImporter[Any], source: Source) -> None:
        importer.prepare()
        judged, refusals = importer.read()
        existing = importer.existing()
        fresh = [each for each in judged if each.row.key not in existing]
        self.report.refusals += refusals
        self.report.counts[importer.filename] = Count(
            new=len(fresh), known=len(judged) - len(fresh), refused=len(refusals)
        )
        done = 0
        if fresh and source.finished_at is not None:
            source.finished_at = None  # the search must be written anew, whoever completes it
            source.save(update_fields=["finished_at"])
        self.progress(importer.filename, done, len(fresh))
        for records in importer.chunks(fresh):
            with transaction.atomic():
                importer.write(records)
            done += len(records)
            self.progress(importer.filename, done, len(fresh))

    def _finish(self, context: Context, source: Source) -> None:
        """Work out what follows from all rows; the search is written anew if any row came in."""
        finishers = _registered(Finisher)
        changed = source.finished_at is None
        kinds = [kind for kind in KINDS.values() if kind.rebuild] if changed else []
        steps, label = len(finishers) + len(kinds), _("tiers and search")
        for done, finisher in enumerate(finishers):
            self.progress(label, done, steps)
            with transaction.atomic():
                finisher(context).finish()
        for done, kind in enumerate(kinds, start=len(finishers)):
            self.progress(label, done, steps)
            assert kind.rebuild is not None
            kind.rebuild()
        if changed:
            source.finished_at = self.at
            source.save(update_fields=["finished_at"])
        self.progress(label, steps, steps)


def _registered(base: type) -> list[Any]:
    return [importer for importer in REGISTERED if issubclass(importer, base)]
