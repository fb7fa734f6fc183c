"""The head's own return visits: drawn by rule for a month, and what was heard written down."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from customers.models import Customer
from employees.models import Employee
from reports.models import ReturnVisit, VisitSample
from reports.queries.drawing_lots import drawn


@transaction.atomic
def draw_visits(month: date, *, size: int, by: Employee, at: datetime) -> VisitSample:
    """Draw a month's customers, once."""
    chosen = drawn(month, size, by)
    if not chosen:
        raise DomainError(_("No customer was served in this month."))
    try:
        with transaction.atomic():
            sample = VisitSample.objects.create(
                month=month, size=len(chosen), drawn_by=by, drawn_at=at
            )
    except IntegrityError:
        raise DomainError(_("The customers of this month are drawn already.")) from None
    ReturnVisit.objects.bulk_create(
        ReturnVisit(
            sample=sample,
            customer_id=each.customer,
            service_request_id=each.service_request,
            reason=each.reason,
        )
        for each in chosen
    )
    record(sample, "reports.visits_drawn", by=by, at=at, count=len(chosen))
    return sample


@transaction.atomic
def record_visit(  # noqa: PLR0913  (each is one word of the form)
    visit: ReturnVisit,
    *,
    result: str,
    way: str,
    score: int | None,
    said: str,
    agreed: str,
    by: Employee,
    at: datetime,
) -> ReturnVisit:
    """What the customer said; it may be said better later, by whoever was there last."""
    visit = ReturnVisit.objects.lock(visit.pk)
    visit.result, visit.way, visit.score = result, way, score
    visit.said, visit.agreed = said, agreed
    visit.visited_at, visit.visited_by = at, by
    visit.save(
        update_fields=["result", "way", "score", "said", "agreed", "visited_at", "visited_by"]
    )
    about = [visit.customer, visit.service_request]
    record(visit, "reports.visited", by=by, at=at, about=about, customer=visit.customer.name)
    return visit


def move_customer(joined: Customer, kept: Customer) -> list[int]:
    """Two customers are one: what was heard at the joined one was heard at the kept one. Where a
    month drew both, each keeps its own.
    """
    both = ReturnVisit.objects.filter(customer=kept).values("sample")
    moved = ReturnVisit.objects.filter(customer=joined).exclude(sample__in=both)
    keys = list(moved.values_list("pk", flat=True))
    ReturnVisit.objects.filter(pk__in=keys).update(customer=kept)
    return keys
