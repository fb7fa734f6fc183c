"""A count: what lies there, shown beside the books, and then booked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from employees.models import Employee
from orders.actions.stocking import change
from orders.choices import Bin, CountStatus, MoveKind
from orders.models import StockCount, StockCountLine, StockLevel, StockLocation

MOST_LINES = 300


@transaction.atomic
def begin_count(
    location: StockLocation,
    *,
    bin: str = Bin.GOOD,  # noqa: A002
    parts_from: str = "",
    by: Employee,
    at: datetime,
) -> StockCount:
    """Begin to count a bin, or go on with the count of it that is open."""
    StockLocation.objects.select_for_update(of=("self",)).get(pk=location.pk)
    prefix = parts_from.strip()
    same = {"location": location, "bin": bin, "parts_from": prefix}
    going_on = StockCount.objects.open().filter(**same).first()
    if going_on:
        return going_on
    refuse_overlap(location, bin, prefix)
    levels = location.levels.filter(bin=bin, part__part_no__istartswith=prefix)
    keys = list(levels.order_by("part__part_no").values_list("pk", flat=True)[: MOST_LINES + 1])
    if not keys:
        raise DomainError(_("The books have nothing there to count."), field="parts_from")
    if len(keys) > MOST_LINES:
        raise DomainError(
            _("More than %(most)s parts: say with which their numbers begin.")
            % {"most": MOST_LINES},
            field="parts_from",
        )
    try:
        with transaction.atomic():
            count = StockCount.objects.create(
                number=next_number("CN", at), begun_by=by, begun_at=at, **same
            )
    except IntegrityError:
        raise DomainError(_("Somebody began this count at the same moment.")) from None
    StockCountLine.objects.bulk_create(StockCountLine(count=count, level_id=key) for key in keys)
    return count


def refuse_overlap(location: StockLocation, bin: str, prefix: str) -> None:  # noqa: A002
    """Raise DomainError while another count holds some of the same parts: the same difference
    would be booked twice.
    """
    here, wanted = StockCount.objects.open().filter(location=location, bin=bin), prefix.lower()
    for other in here:
        theirs = other.parts_from.lower()
        if theirs.startswith(wanted) or wanted.startswith(theirs):
            raise DomainError(
                _("%(number)s counts some of the same parts. Book or drop it first.")
                % {"number": other.number},
                field="parts_from",
            )


@transaction.atomic
def enter_count(
    count: StockCount,
    *,
    counted: Mapping[int, int | None],
    reasons: Mapping[int, str],
    by: Employee,
    at: datetime,
) -> StockCount:
    """Keep what was counted, by the key of each line; the books stay as they are.

    What the books hold is kept when the number is typed: what moves later does not disturb it.
    """
    del by, at
    count = still_open(count)
    lines = count.lines.select_related("level").filter(pk__in=[*counted, *reasons])
    changed = []
    for line in lines:
        number = counted.get(line.pk, line.counted)
        if number != line.counted:
            line.counted, line.expected = number, line.level.on_hand
        line.reason = reasons.get(line.pk, line.reason).strip()
        changed.append(line)
    StockCountLine.objects.bulk_update(changed, ["counted", "expected", "reason"])
    return count


@transaction.atomic
def book_count(count: StockCount, *, by: Employee, at: datetime) -> StockCount:
    """The books follow what was counted: one row of the journal for each difference.

    Raises DomainError while a difference has no reason, and when nothing was counted.
    """
    count = still_open(count)
    lines = list(count.lines.select_related("level__location", "level__part"))
    differing = [line for line in lines if line.difference]
    if all(line.counted is None for line in lines):
        raise DomainError(_("Nothing is counted yet."))
    unexplained = [line for line in differing if not line.reason]
    if unexplained:
        raise DomainError(
            _("Say why %(part)s differs.") % {"part": unexplained[0].level.part.part_no}
        )
    for line in sorted(differing, key=lambda each: each.level_id):
        gone = gone_pieces(line.level, line.difference)
        change(
            line.level,
            MoveKind.COUNTED,
            on_hand=line.difference,
            serials=gone,
            about=count,
            reason=line.reason,
            by=by,
            at=at,
        )
    count.status = CountStatus.BOOKED
    return close(count, "orders.stock_counted", differences=len(differing), by=by, at=at)


def gone_pieces(level: StockLevel, difference: int) -> list[str]:
    """Where every piece left has a serial number, somebody must say which are gone."""
    unnamed = level.on_hand - level.pieces.count()
    if difference >= 0 or unnamed >= -difference:
        return []
    if level.on_hand + difference == 0:
        return list(level.pieces.values_list("serial_no", flat=True))
    raise DomainError(
        _("%(part)s has serial numbers: take the missing pieces out by theirs.")
        % {"part": level.part.part_no}
    )


@transaction.atomic
def drop_count(count: StockCount, *, by: Employee, at: datetime) -> StockCount:
    """Nothing is booked."""
    count = still_open(count)
    count.status = CountStatus.DROPPED
    return close(count, "orders.count_dropped", by=by, at=at)


def still_open(count: StockCount) -> StockCount:
    count = StockCount.objects.lock(count.pk)
    if count.status != CountStatus.OPEN:
        raise DomainError(
            _("%(number)s is %(now)s already.")
            % {"number": count.number, "now": count.get_status_display()}
        )
    return count


def close(
    count: StockCount, verb: str, *, by: Employee, at: datetime, **details: Any
) -> StockCount:
    count.ended_by, count.ended_at = by, at
    count.save(update_fields=["status", "ended_by", "ended_at"])
    record(count.location, verb, by=by, at=at, number=count.number, **details)
    return count
