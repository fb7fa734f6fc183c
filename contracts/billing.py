"""When which part of a contract's value is billed: pure arithmetic over its days.

Parts follow the days that they are for, by largest remainder, so that they add up to the value to
the cent.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from contracts.choices import Rhythm
from crmservice.money import ZERO, split

MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.HALF_YEARLY: 6, Rhythm.YEARLY: 12}
DAY = timedelta(days=1)


class Part(NamedTuple):
    """What is due on a day for a span of days, both ends included."""

    first: date
    last: date
    due_on: date
    amount: Decimal


def schedule(
    value: Decimal,
    currency: str,
    starts_on: date,
    ends_on: date,
    rhythm: Rhythm,
    *,
    in_advance: bool,
) -> list[Part]:
    """In advance a part is due on its first day, in arrears on the day after its last."""
    spans = list(spans_of(starts_on, ends_on, rhythm))
    amounts = split(value, [(last - first).days + 1 for first, last in spans], currency)
    return [
        Part(first, last, first if in_advance else last + DAY, amount)
        for (first, last), amount in zip(spans, amounts, strict=True)
    ]


def cut(part: Part, until: date, currency: str) -> Part | None:
    """What is left of a part when `until` is the first day without cover: the share of its days
    that were covered, to the cent; what is not kept is the rest of the amount.
    """
    if part.last < until:
        return part
    if until <= part.first:
        return None
    last = until - DAY
    days = [(until - part.first).days, (part.last - last).days]
    kept, _rest = split(part.amount, days, currency)
    due_on = until if part.due_on > part.last else part.due_on
    return Part(part.first, last, due_on, kept)


def still_to_bill(part: Part, kept: Part | None, billed: Sequence[Part]) -> Part | None:
    """What an unbilled row says of one turn: what is kept of it less what it was billed for, in the
    order of billing.

    Where more was billed than is kept, a credit for the days without cover: an amount below zero,
    due on the first of them.
    """
    if not billed:
        return kept
    end = part.first - DAY  # the last day that is billed
    for each in billed:
        end = each.last if each.amount >= 0 else each.first - DAY
    owed = (kept.amount if kept else ZERO) - sum((each.amount for each in billed), ZERO)
    if owed < 0:
        first = kept.last + DAY if kept else part.first
        return Part(first, max(end, first), first, owed)
    if kept is None or not owed:
        return None
    first = min(end + DAY, kept.last)
    return Part(first, kept.last, first if part.due_on <= part.last else kept.due_on, owed)


def spans_of(starts_on: date, ends_on: date, rhythm: Rhythm) -> Iterator[tuple[date, date]]:
    """The contract's days in turns of the rhythm from its first day on; the last may be shorter."""
    months = MONTHS.get(rhythm)
    if months is None:
        yield starts_on, ends_on
        return
    turn, first = 0, starts_on
    while first <= ends_on:
        turn += 1
        following = months_later(starts_on, turn * months)
        yield first, min(following - DAY, ends_on)
        first = following


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
