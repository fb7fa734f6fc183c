"""Promises as one readable line, "15 min response · 2 h arrival · 24 h restore · all days": read
and written, in English and Chinese. Pure: no ORM, no clock, no catalogue of translations.

The two ways are inverse: `parse(show(line, language), codes) == line`. `parse` reads more than
`show` writes: either language or both, times before or after what is promised, full-width signs.
The last part names the service hours: a calendar by its code, "all days" being the one called
24x7.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from contracts.entitlement import Promises

ALL_DAYS = "24x7"
MINUTES_AN_HOUR = 60
LONGEST = 366 * 24 * 60

PRESETS = {
    "5×8 NBD": "1 h response · NBD arrival · 5x8",
    "5×8 NBD 15:00": "1 h response · NBD arrival before 15:00 · 5x8",
    "5×8×4": "30 min response · 4 h arrival · 5x8",
    "7×24×4": "15 min response · 4 h arrival · all days",
    "7×24×2×24": "15 min response · 2 h arrival · 24 h restore · all days",
}


def _named(text: str) -> str:
    """A preset's name as people type it: 7*24*4, 7x24x4."""
    return re.sub("[x*X]", "×", " ".join(text.split())).casefold()


_NAMED = {_named(name): line for name, line in PRESETS.items()}
_TARGETS = {
    "response": "response|respond|answer|响应",
    "arrival": "arrival|arrive|on[- ]?site|visit|到场|上门",
    "restore": "restored?|repair|running again|修复|恢复",
    "resolve": "resolved?|resolution|solution|解决",
}
_TARGET = re.compile(
    "|".join(f"(?P<{name}>{words})" for name, words in _TARGETS.items()), re.IGNORECASE
)
_NBD = re.compile(
    r"nbd|next (?:business|working) day|次(?:工作)?日|下(?:一|个|一个)工作日", re.IGNORECASE
)
_ALL_DAYS = re.compile(
    r"all days|every day|36[56] days|(?:a)?round the clock|24 ?[x*/] ?7|7 ?[x*/] ?24"
    r"|全年(?:无休)?|全天候|36[56]天"
)
_CUT_OFF = re.compile(
    r"(?:when |if )?(?:called |reported )?(?:before|by|until) (\d{1,2}):(\d{2})"
    r"|(\d{1,2}):(\d{2}) ?之?前(?:报修|来电|报)?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(\d+(?:\.\d+)?) ?(?:hours?|hrs?|h|个?小时))?[ 零]*"
    r"(?:(\d+(?:\.\d+)?) ?(?:minutes?|mins?|m|分钟?))?",
    re.IGNORECASE,
)
_FILLERS = re.compile(r"\b(?:within|in|at most)\b|[以之]?内|<=?|≤|:", re.IGNORECASE)
_SEPARATOR = re.compile(r"[·•・∙;|\n,、。]")


class Fault(StrEnum):
    """What can be wrong with a line; a form has its own words for each."""

    UNKNOWN = "unknown"
    TWICE = "twice"
    NOTHING = "nothing"
    TOO_LONG = "too_long"
    NO_SUCH_TIME = "no_such_time"
    ONLY_ARRIVAL = "only_arrival"
    CUT_OFF_ALONE = "cut_off_alone"
    NO_RESPONSE = "no_response"
    NO_HOURS = "no_hours"
    NO_SUCH_HOURS = "no_such_hours"


class LineError(ValueError):
    """A line that does not say a promise; `part` is the piece that was not understood."""

    def __init__(self, fault: Fault, part: str = "") -> None:
        """`part` as it was typed; empty when something is missing."""
        super().__init__(fault, part)
        self.fault, self.part = fault, part


@dataclass(frozen=True)
class PromiseLine:
    """What is promised, and the code of the calendar in whose hours it counts."""

    promises: Promises
    hours: str


def parse(text: str, codes: Collection[str]) -> PromiseLine:
    """Read a line, or the name of a preset; `codes` are the calendars that there are. Raises
    LineError.
    """
    text = _NAMED.get(_named(text), text)
    named = {_plain(code): code for code in codes}
    said: dict[str, Any] = {}
    hours = ""
    for part in filter(None, (part.strip() for part in _SEPARATOR.split(_folded(text)))):
        found = named.get(_plain(part)) or (ALL_DAYS if _ALL_DAYS.fullmatch(_plain(part)) else "")
        if found and hours:
            raise LineError(Fault.TWICE, part)
        if found and found not in codes:
            raise LineError(Fault.NO_SUCH_HOURS, part)
        if found:
            hours = found
            continue
        for name, value in _promised(part, said):
            if said.get(name) is not None:
                raise LineError(Fault.TWICE, part)
            said[name] = value
    if "response_minutes" not in said:
        raise LineError(Fault.NO_RESPONSE)
    if not hours:
        raise LineError(Fault.NO_HOURS)
    return PromiseLine(Promises(**said), hours)


def show(line: PromiseLine, language: str) -> str:
    """Write a line as `parse` reads it; Chinese for any kind of Chinese, else English."""
    chinese = language.startswith("zh")
    promises = line.promises
    parts = [_target(promises.response_minutes, "response", chinese=chinese)]
    if promises.arrival_next_business_day:
        parts.append(_next_business_day(promises.arrival_cut_off, chinese=chinese))
    else:
        parts.append(_target(promises.arrival_minutes, "arrival", chinese=chinese))
    parts.append(_target(promises.restore_minutes, "restore", chinese=chinese))
    parts.append(_target(promises.resolve_minutes, "resolve", chinese=chinese))
    parts.append(hours_word(line.hours, language))
    return " · ".join(filter(None, parts))


def hours_word(code: str, language: str) -> str:
    """Write service hours as a line names them."""
    if code != ALL_DAYS:
        return code
    return "全年" if language.startswith("zh") else "all days"


def hours_of(text: str) -> str:
    """Give the calendar's code of a line that `show` wrote."""
    last = text.rpartition(" · ")[2]
    return ALL_DAYS if _ALL_DAYS.fullmatch(_plain(last)) else last


def translated(text: str, language: str) -> str:
    """Write a line that `show` wrote in another language."""
    return show(parse(text, {hours_of(text)}), language)


def length(minutes: int, language: str) -> str:
    """Write minutes as people say them: "2 h 30 min", "2小时30分钟"."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if language.startswith("zh"):
        return (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest or not hours else "")
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)


def _promised(part: str, said: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What one part says, as fields of `Promises`."""
    cut_off = _CUT_OFF.search(part)
    rest = f"{part[: cut_off.start()]} {part[cut_off.end() :]}" if cut_off else part
    next_day = _NBD.search(rest)
    if next_day:
        yield from _said_of_arrival(part, f"{rest[: next_day.start()]}{rest[next_day.end() :]}")
        if said.get("arrival_minutes") is not None:
            raise LineError(Fault.TWICE, part)
    elif not (cut_off and not rest.strip()):
        yield _minutes(part, rest, said)
    if cut_off:
        if not (next_day or said.get("arrival_next_business_day")):
            raise LineError(Fault.CUT_OFF_ALONE, part)
        yield "arrival_cut_off", _clock(part, cut_off)


def _said_of_arrival(part: str, rest: str) -> Iterator[tuple[str, Any]]:
    """Only the arrival can be promised for the next business day; it need not be said."""
    target = _TARGET.search(rest)
    if target and target.lastgroup != "arrival":
        raise LineError(Fault.ONLY_ARRIVAL, part)
    left = f"{rest[: target.start()]}{rest[target.end() :]}" if target else rest
    if _FILLERS.sub(" ", left).strip():
        raise LineError(Fault.UNKNOWN, part)
    yield "arrival_next_business_day", True


def _minutes(part: str, rest: str, said: dict[str, Any]) -> tuple[str, int]:
    target = _TARGET.search(rest)
    if target is None or target.lastgroup is None:
        raise LineError(Fault.UNKNOWN, part)
    left = f"{rest[: target.start()]} {rest[target.end() :]}"
    typed = _TIME.fullmatch(" ".join(_FILLERS.sub(" ", left).split()))
    if typed is None or not typed.group():
        raise LineError(Fault.UNKNOWN, part)
    hours, minutes = (Decimal(number or 0) for number in typed.groups())
    length_ = hours * MINUTES_AN_HOUR + minutes
    if length_ <= 0:
        raise LineError(Fault.NOTHING, part)
    if length_ != int(length_):
        raise LineError(Fault.UNKNOWN, part)
    if length_ > LONGEST:
        raise LineError(Fault.TOO_LONG, part)
    if target.lastgroup == "arrival" and said.get("arrival_next_business_day"):
        raise LineError(Fault.TWICE, part)
    return f"{target.lastgroup}_minutes", int(length_)


def _clock(part: str, found: re.Match[str]) -> time:
    hour, minute = (int(number) for number in found.groups() if number is not None)
    try:
        return time(hour, minute)
    except ValueError as no_time:
        raise LineError(Fault.NO_SUCH_TIME, part) from no_time


def _target(minutes: int | None, name: str, *, chinese: bool) -> str:
    if minutes is None:
        return ""
    if chinese:
        words = {"response": "响应", "arrival": "到场", "restore": "修复", "resolve": "解决"}
        return f"{length(minutes, 'zh')}{words[name]}"
    return f"{length(minutes, 'en')} {name}"


def _next_business_day(cut_off: time | None, *, chinese: bool) -> str:
    if chinese:
        return "次日到场" + (f"，{cut_off:%H:%M}前报修" if cut_off else "")
    return "NBD arrival" + (f" before {cut_off:%H:%M}" if cut_off else "")


def _folded(text: str) -> str:
    """One spelling for signs, so that a part is recognised however it is typed."""
    return unicodedata.normalize("NFKC", text).replace("×", "x")


def _plain(text: str) -> str:
    return " ".join(_folded(text).casefold().split())
