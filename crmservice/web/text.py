"""Values turned to text before the template sees them: a list page costs half as much that way
(speed.md).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

DAYS_OF_A_WEEK = 7
T = TypeVar("T")


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return formats.date_format(value, "DATE_FORMAT" if language.startswith("zh") else "j M Y")


def day(value: date | None) -> str:
    """A date as the reader's language writes it; nothing for None."""
    return _day(value, get_language() or "en") if value else ""


def moment(value: datetime | None) -> str:
    """Date and minute in the reader's time zone."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{_day(local.date(), get_language() or 'en')} {local:%H:%M}"


def soon(value: datetime) -> str:
    """A moment ahead as one says it to the reader: today 09:30, tomorrow 09:30, Thursday 5 Mar 2026
    09:30; any other with its date.
    """
    local = timezone.localtime(value)
    away = (local.date() - timezone.localdate()).days
    if away in (0, 1):
        words = _("tomorrow %(time)s") if away else _("today %(time)s")
        return words % {"time": f"{local:%H:%M}"}
    if 1 < away < DAYS_OF_A_WEEK:
        return on_weekday(value)
    return moment(value)


def on_weekday(value: datetime) -> str:
    """A moment with its day of the week: Thursday 5 Mar 2026 09:30."""
    local = timezone.localtime(value)
    return _("%(weekday)s %(day)s %(time)s") % {
        "weekday": formats.date_format(local, "l"),
        "day": day(local.date()),
        "time": f"{local:%H:%M}",
    }


def precise(value: datetime | None) -> str:
    """Date and second in the reader's time zone, for due times."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{_day(local.date(), get_language() or 'en')} {local:%H:%M:%S}"


def in_language(names: Mapping[str, Any]) -> Any:
    """Of a name in both languages ("en" and "zh") the reader's."""
    return names["zh" if (get_language() or "en").startswith("zh") else "en"]


def in_both(words: Callable[[], T]) -> dict[str, T]:
    """The same words, or what holds them, in both languages, as the trail keeps what has no names
    of its own.
    """
    said = {}
    for key, language in (("en", "en"), ("zh", "zh-hans")):
        with override(language):
            said[key] = words()
    return said


def listed(
    rows: Iterable[Any], word: Callable[[Any], str] = str, glue: str = ", "
) -> dict[str, str]:
    """Several records in both languages, sorted by their words."""
    known = list(rows)
    return in_both(lambda: glue.join(sorted(map(word, known))))


def amount(value: Decimal | None, currency: str = "CNY") -> str:
    """Money with its sign (¥ for CNY) and thousands separated; the value is not changed."""
    if value is None:
        return ""
    sign = {"CNY": "¥", "USD": "$", "EUR": "€"}.get(currency, f"{currency} ")
    minus = "−" if value < 0 else ""
    return f"{minus}{sign}{abs(value):,.2f}"


def percent(share: Decimal | float | None, digits: int = 0) -> str:
    """A share of one as per cent; a dash where there is no base."""
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def limits(low: str, high: str, unit: str = "") -> str:
    """“2 to 4 bar”, “at least 2 bar”, “at most 4 bar”, “bar”: customers read it."""
    first, last = (f"{each} {unit}".strip() if each else "" for each in (low, high))
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": last}
    if first:
        return _("at least %(limit)s") % {"limit": first}
    return _("at most %(limit)s") % {"limit": last} if last else unit


def span(value: timedelta | None) -> str:
    """A length of time in the two largest units that it has: 2 h 12 min, 3 d 4 h, 45 s."""
    if value is None:
        return "–"
    seconds = int(abs(value).total_seconds())
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [
        text
        for number, text in (
            (days, _("%d d") % days),
            (hours, _("%d h") % hours),
            (minutes, _("%d min") % minutes),
            (seconds, _("%d s") % seconds),
        )
        if number
    ]
    return " ".join(parts[:2]) or _("%d s") % 0


def hours(value: timedelta | None) -> str:
    """Working time in hours and minutes, never days (a day of service hours is not 24 h)."""
    if value is None:
        return "–"
    minutes_, seconds = divmod(int(abs(value).total_seconds()), 60)
    hours_, minutes_ = divmod(minutes_, 60)
    texts = [(hours_, _("%d h")), (minutes_, _("%d min")), (seconds, _("%d s"))]
    return " ".join(text % number for number, text in texts if number) or _("%d min") % 0


def capped(count: int, cap: int = 1000) -> str:
    """A count that stops at its cap: exact below, `1,000+` from there on."""
    return f"{cap:,}+" if count > cap else f"{count:,}"


@lru_cache(maxsize=1024)
def _labels(model: type[models.Model], name: str, language: str) -> dict[Any, str]:  # noqa: ARG001  (of the key)
    field: Any = model._meta.get_field(name)
    return {value: str(label) for value, label in field.flatchoices}


def label_of(record: models.Model, name: str) -> str:
    """The words of a choice, for lists: `get_…_display` translates every choice to find one."""
    value = getattr(record, name)
    return _labels(type(record), name, get_language() or "en").get(value, value)


def rows(count: int) -> str:
    return ngettext("%(count)d row", "%(count)d rows", count) % {"count": count}


Format = Callable[..., str]
