"""What a report is asked for: a half-open span of days in a zone, and who is in it. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode


class Preset(StrEnum):
    LAST_30_DAYS = "30d"
    THIS_MONTH = "month"
    LAST_MONTH = "last_month"
    LAST_90_DAYS = "90d"
    LAST_12_MONTHS = "12m"
    CUSTOM = "custom"


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DAYS_SHOWN, WEEKS_SHOWN, YEARS_BY_MONTH = 35, 26, 3
FILTERS = {
    "outlet": 20,
    "tier": 40,
    "kind": 20,
    "severity": 10,
    "channel": 10,
    "model": 60,
    "region": 60,
    "engineer": 40,
    "customer": 40,
}  # with the longest that they may be


@dataclass(frozen=True)
class Period:
    """`[first, after)` in days of `zone`."""

    first: date
    after: date
    zone: tzinfo

    @cached_property
    def starts(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @cached_property
    def ends(self) -> datetime:
        return datetime.combine(self.after, time(), self.zone)

    @property
    def last(self) -> date:
        return self.after - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.after - self.first).days

    @property
    def is_of_months(self) -> bool:
        return self.first.day == self.after.day == 1

    @property
    def before(self) -> "Period":
        """As long a span that ends where this begins: as many months, where these are months."""
        if self.is_of_months:
            count = 12 * (self.after.year - self.first.year) + self.after.month - self.first.month
            return Period(months_from(self.first, -count), self.first, self.zone)
        return Period(self.first - (self.after - self.first), self.first, self.zone)

    @property
    def buckets(self) -> "list[Period]":
        """Its days, weeks or months, so that there are not many more than thirty."""
        ends = [self.first]
        while ends[-1] < self.after:
            ends.append(min(self._next(ends[-1]), self.after))
        return [Period(first, after, self.zone) for first, after in pairwise(ends)]

    def _next(self, day: date) -> date:
        if self.days <= DAYS_SHOWN:
            return day + timedelta(days=1)
        if self.days <= 7 * WEEKS_SHOWN:
            return day + timedelta(days=7 - day.weekday())
        return months_from(day.replace(day=1), 12 if self.days > 366 * YEARS_BY_MONTH else 1)


@dataclass(frozen=True)
class Scope:
    """A period and the filters, as they stand in the URL; empty means all."""

    period: Period
    preset: Preset
    outlet: str = ""
    tier: str = ""
    kind: str = ""
    severity: str = ""
    channel: str = ""
    model: str = ""
    region: str = ""
    engineer: str = ""
    customer: str = ""

    @cached_property
    def filters(self) -> dict[str, str]:
        """Those in force."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    @property
    def previous(self) -> "Scope":
        return replace(self, period=self.period.before, preset=Preset.CUSTOM)

    def only(self, names: Collection[str]) -> "Scope":
        """Without the filters that are not named."""
        emptied: dict[str, Any] = {name: "" for name in FILTERS if name not in names}
        return replace(self, **emptied)

    @cached_property
    def query(self) -> str:
        """The same scope as a query string."""
        values = {"period": str(self.preset)}
        if self.preset == Preset.CUSTOM:
            first, last = self.period.first, self.period.last
            values = {"from": first.isoformat(), "to": last.isoformat()}
        return urlencode(values | self.filters)


def scope_of(params: Mapping[str, str], *, today: date, zone: tzinfo) -> Scope:
    """The scope that a URL asks for; nonsense counts as absent, 30 days are the default."""
    preset = _preset(params.get("period", Preset.CUSTOM if "from" in params else ""))
    first, after = _days(preset, params, today)
    return Scope(
        Period(first, after, zone),
        preset,
        **{name: clean(params.get(name, ""))[:longest] for name, longest in FILTERS.items()},
    )


def clean(text: str) -> str:
    """Without what no database keeps."""
    return UNSTORABLE.sub("", text)


def _preset(text: str) -> Preset:
    return Preset(text) if text in set(Preset) else Preset.LAST_30_DAYS


def _days(preset: Preset, params: Mapping[str, str], today: date) -> tuple[date, date]:
    """First day, and the day after the last; spans of days include today."""
    tomorrow, month = today + timedelta(days=1), today.replace(day=1)
    match preset:
        case Preset.THIS_MONTH:
            return month, tomorrow
        case Preset.LAST_MONTH:
            return (month - timedelta(days=1)).replace(day=1), month
        case Preset.LAST_90_DAYS:
            return tomorrow - timedelta(days=90), tomorrow
        case Preset.LAST_12_MONTHS:
            return _year_before(tomorrow), tomorrow
        case Preset.CUSTOM:
            first, last = _date(params.get("from", "")), _date(params.get("to", ""))
            if first and last and first <= last:
                return first, last + timedelta(days=1)
    return tomorrow - timedelta(days=30), tomorrow


def months_from(first: date, count: int) -> date:
    """The first day of the month so many months later."""
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def months_later(day: date, count: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    first = months_from(day, count)
    last = (months_from(first, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def _year_before(day: date) -> date:
    """The same day a year earlier; the 28th for a 29 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(1990, 1, 1) <= found <= date(2200, 1, 1) else None
