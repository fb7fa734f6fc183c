"""What an app's `importers.py` offers: importers of files and policies, and finishers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from crmservice.imports.columns import Column, Setting
from crmservice.imports.policies import Section
from crmservice.imports.reading import (
    Line,
    UnreadableFileError,
    clean,
    header_key,
    narrow,
    read_lines,
)
from crmservice.imports.refusing import Refusal, RefusedError

CHUNK = 500


@dataclass
class Context:
    """What all importers of one run share."""

    folder: Path
    policies: Section
    at: datetime
    setting: Setting
    refused_keys: dict[str, set[str]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return self.setting.zone

    def day_of(self, moment: datetime) -> date:
        """The day of a moment as the company sees it."""
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True)
class Header:
    """The place of each column, how many cells a row may have, and what was odd, in words."""

    places: Mapping[str, int]
    width: int
    oddities: list[str]

    def cell(self, line: Line, column: Column) -> str:
        """The text of a column in a row; a cell that is not there is empty."""
        place = self.places.get(column.name, self.width)
        return line.cells[place] if place < min(self.width, len(line.cells)) else ""


@dataclass
class Row:
    """A row that could be read: its line, its key, and the values of its columns."""

    line: int
    key: str
    values: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


Record = TypeVar("Record")


@dataclass
class Judged(Generic[Record]):
    """A row that will be taken, as the app understands it."""

    row: Row
    record: Record


class FileImporter(ABC, Generic[Record]):
    """Takes one file. `judge` says what a row means or why it is refused, `write` writes a chunk.

    `write` runs in one transaction with all that belongs to the rows, so that after a kill each row
    is wholly there or not at all; those that are there (`existing`) are passed over by the next
    run.
    """

    filename: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    after: ClassVar[tuple[str, ...]] = ()
    may_be_absent: ClassVar[bool] = False  # an export without the file is complete

    def __init__(self, context: Context) -> None:
        """One importer is made for one run."""
        self.context = context

    @property
    def is_left_out(self) -> bool:
        return self.may_be_absent and not (self.context.folder / self.filename).exists()

    @abstractmethod
    def prepare(self) -> None:
        """Load what the rows refer to."""

    @abstractmethod
    def existing(self) -> set[str]:
        """The keys that are in the database already."""

    @abstractmethod
    def judge(self, row: Row) -> Record:
        """What the row means; raises RefusedError."""

    @abstractmethod
    def write(self, records: list[Record]) -> None:
        """Write a chunk of new records."""

    def key_of(self, values: Mapping[str, Any]) -> str:
        """What identifies a row: the first column, if a subclass has no better idea."""
        return str(values[self.columns[0].name])

    def parent_key(self, record: Record) -> str:  # noqa: ARG002  (for subclasses)
        """The key of a row of the same file that must be written before this one, if any."""
        return ""

    def orphaned(self, parent: str) -> RefusedError:
        """Why a row is refused whose parent is neither in the file nor in the database."""
        return RefusedError(_("%(key)s is not known") % {"key": parent})

    def unknown(self, what: str, key: str, filename: str) -> RefusedError:
        """The words for a reference to nothing, or to a row that was refused itself."""
        if key in self.context.refused_keys.get(filename, ()):
            return RefusedError(
                _("%(what)s %(key)s was refused in %(file)s")
                % {"what": what, "key": key, "file": filename}
            )
        return RefusedError(_("unknown %(what)s %(key)s") % {"what": what, "key": key})

    def check(self) -> list[str]:
        """What of the file is left out, in words; raises UnreadableFileError."""
        lines = self._read()
        header = self._header(next(lines, None))
        for _line in lines:
            pass
        return header.oddities

    def rows(self) -> Iterator[tuple[Line, Header]]:
        lines = self._read()
        header = self._header(next(lines, None))
        for line in lines:
            yield line, header

    def read(self) -> tuple[list[Judged[Record]], list[Refusal]]:
        """Judge every row: those to take, parents before children, and those that are refused."""
        taken: dict[str, Judged[Record]] = {}
        refusals: list[Refusal] = []
        for line, header in self.rows():
            key = narrow(header.cell(line, self.columns[0]))
            try:
                row = self._row(line, header)
                refuse_second(row.key, taken)
                taken[row.key] = Judged(row, self.judge(row))
            except RefusedError as refused:
                refusals.append(Refusal(self.filename, line.number, key, refused.reason))
        self.context.refused_keys[self.filename] = {r.key for r in refusals} - set(taken)
        refusals += self._refuse_orphans(taken)
        refusals.sort(key=lambda refusal: refusal.line)
        return list(taken.values()), refusals

    def chunks(self, judged: Iterable[Judged[Record]]) -> Iterator[list[Record]]:
        """Chunks to write, parents in an earlier chunk than their children."""
        waiting = list(judged)
        coming = {each.row.key for each in waiting}
        while waiting:
            ready = [each for each in waiting if self.parent_key(each.record) not in coming]
            coming -= {each.row.key for each in ready}
            waiting = [each for each in waiting if each.row.key in coming]
            for start in range(0, len(ready), CHUNK):
                yield [each.record for each in ready[start : start + CHUNK]]

    def last_day(self) -> date | None:
        """The last day on which something happened; cells that cannot be read do not count."""
        columns = [column for column in self.columns if column.history]
        unmoved = Setting(self.context.zone)
        last: date | None = None
        for line, header in self.rows() if columns else ():
            for column in columns:
                try:
                    value = column.value(header.cell(line, column), unmoved)
                except RefusedError:
                    continue
                if value is not None:
                    happened = self.context.day_of(value) if isinstance(value, datetime) else value
                    last = max(last or happened, happened)
        return last

    def _read(self) -> Iterator[Line]:
        return read_lines(self.context.folder / self.filename)

    def _header(self, line: Line | None) -> Header:
        """Raises UnreadableFileError where a column is missing that may not be."""
        if line is None:
            raise UnreadableFileError(
                _("%(file)s is empty, not even its headers are there.") % {"file": self.filename}
            )
        names = {name: column.name for column in self.columns for name in column.headers}
        places: dict[str, int] = {}
        strange = []
        for place, cell in enumerate(line.cells):
            name = names.get(header_key(cell), "")
            if name and name not in places:
                places[name] = place
            elif clean(cell):
                strange.append(clean(cell))
        absent = [
            column for column in self.columns if column.name not in places and not column.further
        ]
        words = {
            "file": self.filename,
            "missing": ", ".join(column.name for column in absent),
            "strange": ", ".join(strange) or "–",
        }
        if not all(column.optional for column in absent):
            raise UnreadableFileError(
                _("%(file)s lacks columns: %(missing)s. Not understood were: %(strange)s.") % words
            )
        oddities = []
        if strange:
            oddities.append(_("%(file)s: not understood and left out: %(strange)s.") % words)
        if absent:
            oddities.append(_("%(file)s: columns that are missing: %(missing)s.") % words)
        return Header(places, len(line.cells), oddities)

    def _row(self, line: Line, header: Header) -> Row:
        if any(clean(cell) for cell in line.cells[header.width :]):
            raise RefusedError(_("the row has more cells than the header"))
        values = {
            column.name: column.value(header.cell(line, column), self.context.setting)
            for column in self.columns
        }
        return Row(line.number, self.key_of(values), values)

    def _refuse_orphans(self, taken: dict[str, Judged[Record]]) -> list[Refusal]:
        """Take out the rows whose parent is nowhere, or that hang together in a circle."""
        known = self.existing() - set(taken)
        reached: set[str] = set()
        waiting = dict(taken)
        while waiting:
            ready = [
                key
                for key, each in waiting.items()
                if not (parent := self.parent_key(each.record))
                or parent in reached
                or parent in known
            ]
            if not ready:
                break
            reached.update(ready)
            for key in ready:
                del waiting[key]
        parents = {key: self.parent_key(each.record) for key, each in waiting.items()}
        self.context.refused_keys.setdefault(self.filename, set()).update(parents)
        refusals = []
        for key, each in waiting.items():
            del taken[key]
            reason = (
                _("%(key)s leads back to itself") % {"key": parents[key]}
                if leads_back(key, parents)
                else self.orphaned(parents[key]).reason
            )
            refusals.append(Refusal(self.filename, each.row.line, key, reason))
        return refusals


def refuse_second(key: str, taken: Mapping[str, Judged[Any]]) -> None:
    """Of two rows with one key the first is taken."""
    if key in taken:
        raise RefusedError(
            _("%(key)s is used twice, first on line %(line)s")
            % {"key": key, "line": taken[key].row.line}
        )


def leads_back(key: str, parents: Mapping[str, str]) -> bool:
    """Whether the parents of a key, one after the other, come to it again."""
    seen: set[str] = set()
    above = parents[key]
    while above in parents and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = parents[above]
    return False


class PolicyImporter(ABC):
    """Takes sections of policies.json. What is there already stays as people have set it since."""

    def __init__(self, context: Context) -> None:
        """One importer is made for one run."""
        self.context = context

    @abstractmethod
    def take(self) -> int:
        """Write what is not there yet, and return how many rows that was; runs in a transaction."""


class Finisher(ABC):
    """What has to be worked out when all rows are in."""

    def __init__(self, context: Context) -> None:
        """One finisher is made for one run."""
        self.context = context

    @abstractmethod
    def finish(self) -> None:
        """Work it out; runs in a transaction, and a second time changes nothing."""


Importer = FileImporter[Any] | PolicyImporter | Finisher
Kind = TypeVar("Kind", bound=type[Importer])

REGISTERED: list[type[Importer]] = []


def register(importer: Kind) -> Kind:
    """Make an importer known; decorates its class in an app's `importers.py`."""
    REGISTERED.append(importer)
    return importer


def in_order(importers: Iterable[type[FileImporter[Any]]]) -> list[type[FileImporter[Any]]]:
    """Each after those that it names in `after`, else as the apps are installed."""
    waiting = list(importers)
    names = {importer.filename for importer in waiting}
    ordered: list[type[FileImporter[Any]]] = []
    while waiting:
        done = {importer.filename for importer in ordered}
        ready = next(each for each in waiting if set(each.after) & names <= done)
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


Progress = Callable[[str, int, int], None]
