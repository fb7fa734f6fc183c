"""How the record of a claim is judged once it is handed in."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import Exists, Max, OuterRef
from django.utils.timezone import get_default_timezone

from crmservice.attachments.models import Attachment
from employees.situations import Facts
from expenses.choices import RECORD, Status
from expenses.models import ExpenseClaim, ExpenseLine

AT_ONCE = 500
KIND = "claim"


def facts_of(claims: Collection[ExpenseClaim]) -> list[Facts]:
    """Each outlay is an event of its own day, entered when its line was written; two queries."""
    lines: dict[int, list[ExpenseLine]] = {}
    for line in ExpenseLine.objects.filter(claim__in=claims, entered_at__isnull=False):
        lines.setdefault(line.claim_id, []).append(line)
    keys = [line.pk for each in lines.values() for line in each]
    receipts = Attachment.objects.filter(
        subject_type=ExpenseLine._meta.label_lower, subject_id__in=keys
    )
    with_receipt = set(receipts.order_by().values_list("subject_id", flat=True))
    return [facts(claim, lines[claim.pk], with_receipt) for claim in claims if claim.pk in lines]


def facts(claim: ExpenseClaim, lines: list[ExpenseLine], with_receipt: set[int]) -> Facts:
    within = timedelta(hours=settings.RECORD_WITHIN_HOURS)
    in_time = [line for line in lines if entry(line) <= end_of(line.spent_on) + within]
    return Facts(
        subject=claim,
        situation=RECORD,
        kind=KIND,
        filled={"receipts": all(line.pk in with_receipt for line in lines)},
        owner=claim.claimant,
        happened_at=end_of(max(line.spent_on for line in lines)),
        entered_at=max(map(entry, lines)),
        events=len(lines),
        in_time=len(in_time),
    )


def entry(line: ExpenseLine) -> datetime:
    assert line.entered_at is not None
    return line.entered_at


def end_of(on: date) -> datetime:
    """The last second of a day: nobody knows at which hour something was paid."""
    return datetime.combine(on, time(23, 59, 59), get_default_timezone())


def facts_between(starts: datetime, ends: datetime, at: datetime) -> Iterator[Facts]:
    """Of the claims that are handed in and whose last outlay was in this time."""
    del at
    zone = get_default_timezone()
    first, after = (moment.astimezone(zone).date() for moment in (starts, ends))
    entered = ExpenseLine.objects.filter(claim=OuterRef("pk"), entered_at__isnull=False)
    claims = (
        ExpenseClaim.objects.filter(Exists(entered))
        .exclude(status=Status.DRAFT)
        .annotate(last_on=Max("lines__spent_on"))
        .filter(last_on__gte=first, last_on__lt=after)
    )
    rows = claims.select_related("claimant").order_by("pk").iterator(AT_ONCE)
    while chunk := list(islice(rows, AT_ONCE)):
        yield from facts_of(chunk)
