"""Returns whose next step is overdue: whoever opened them hears of all at once, once a day."""

from datetime import date, datetime

from django.db import transaction

from crmservice.activity.trail import record
from crmservice.sweeping import claim_each
from orders.actions.cases import DAY
from orders.models import ReturnCase

SWEPT = 200
NAMED = 5


def remind_of_returns(*, on: date, at: datetime) -> int:
    """Returns how many people were reminded."""
    due = ReturnCase.objects.to_remind(on).order_by("opened_by").values_list("opened_by", flat=True)
    return claim_each(list(due.distinct()[:SWEPT]), remind_opener, on=on, at=at)


@transaction.atomic
def remind_opener(opener: int, *, on: date, at: datetime) -> bool:
    """Of one person's cases; the conditional update lets one process win."""
    due = ReturnCase.objects.to_remind(on).filter(opened_by=opener)
    cases = list(due.order_by("due_on", "pk"))
    if not due.update(remind_on=on + DAY) or not cases:
        return False
    record(
        cases[0],
        "orders.returns_overdue",
        by=None,
        at=at,
        count=len(cases),
        numbers=[case.number for case in cases[:NAMED]],
        due_on=cases[0].due_on,
    )
    return True
