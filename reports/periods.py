"""What a report is asked for: a half-open span of days in a zone, and who is in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from urllib.parse import urlencode


class Preset(StrEnum):
    LAST_30_DAYS = "30d"
    THIS_MONTH = "month"
    LAST_MONTH = "last_month"
    LAST_90_DAYS = "90d"
    LAST_12_MONTHS = "12m"
    CUSTOM = "custom"


@dataclass(frozen=True)
class Period:
    """`[first, after)` in days of `zone`."""

    first: date
    after: date
    zone: tzinfo

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.after, time(), self.zone)

    @property
    def last(self) -> date:
        return self.after - timedelta(days=1)

    @property
    def before(self) -> "Period":
        """The span of the same length that ends where this begins."""
        return Period(self.first - (self.after - self.first), self.first, self.zone)


@dataclass(frozen=True)
class Scope:
    """A period and the filters, as they stand in the URL; empty means all."""

    period: Period
    preset: Preset
    outlet: str = ""
    tier: str = ""
    kind: str = ""

    @property
    def query(self) -> str:
        """The same scope as a query string."""
        values = {"period": str(self.preset)}
        if self.preset == Preset.CUSTOM:
            first, last = self.period.first, self.period.last
            values = {"from": first.isoformat(), "to": last.isoformat()}
        values |= {"outlet": self.outlet, "tier": self.tier, "kind": self.kind}
        return urlencode({name: value for name, value in values.items() if value})


def scope_of(params: Mapping[str, str], *, today: date, zone: tzinfo) -> Scope:
    """The scope that a URL asks for; nonsense counts as absent, 30 days are the default."""
    preset = _preset(params.get("period", Preset.CUSTOM if "from" in params else ""))
    first, after = _days(preset, params, today)
    return Scope(
        Period(first, after, zone),
        preset,
        outlet=params.get("outlet", "")[:20],
        tier=params.get("tier", "")[:40],
        kind=params.get("kind", "")[:20],
    )


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


def _year_before(day: date) -> date:
    """The same day a year earlier; the 28th for a 29 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(1990, 1, 1) <= found <= date(2200, 1, 1) else None
