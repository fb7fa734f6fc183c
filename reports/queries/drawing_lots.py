"""Whom the head visits: those with a reason first, then a sample of all others that we served."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.choices import GOING
from customers.models import CustomerTrend
from employees.models import Employee
from reports.choices import VisitReason
from reports.models import ReturnVisit
from reports.periods import Period, months_from
from service_requests.choices import DETRACTOR, Kind
from service_requests.models import ServiceRequest, SlaTimer, Survey

NOT_AGAIN_MONTHS = 3  # nobody is visited in two months of a quarter
WITH_REASON = 2 / 3  # of the sample at most, so that the content are heard, too


@dataclass(frozen=True)
class Drawn:
    customer: int
    service_request: int | None
    reason: VisitReason


def drawn(month: date, size: int, user: Employee) -> list[Drawn]:
    """The same customers for the same month and figures: within a reason by a lot that follows from
    month and customer. Each customer is drawn once, for the strongest reason.
    """
    taken = visited_lately(month)
    chosen: list[Drawn] = []
    most = max(round(size * WITH_REASON), 1)
    for each in with_reasons(month, user):
        if each.customer not in taken and len(chosen) < most:
            taken.add(each.customer)
            chosen.append(each)
    for each in by_lot(served(period_of(month), user), month, VisitReason.SAMPLE):
        if each.customer not in taken and len(chosen) < size:
            taken.add(each.customer)
            chosen.append(each)
    return chosen


def period_of(month: date) -> Period:
    return Period(month, months_from(month, 1), timezone.get_default_timezone())


def visited_lately(month: date) -> set[int]:
    since = months_from(month, 1 - NOT_AGAIN_MONTHS)
    visits = ReturnVisit.objects.filter(sample__month__gte=since, sample__month__lt=month)
    return set(visits.values_list("customer", flat=True))


def served(period: Period, user: Employee) -> QuerySet[ServiceRequest]:
    """The requests resolved in the month, of customers that are ours."""
    requests = ServiceRequest.objects.visible_to(user).filter(
        resolved_at__gte=period.starts, resolved_at__lt=period.ends
    )
    return requests.filter(customer__is_prospect=False, customer__merged_into=None)


def with_reasons(month: date, user: Employee) -> Iterator[Drawn]:
    """The strongest reason first, and of one reason the better tier."""
    period = period_of(month)
    requests = served(period, user)
    yield from by_lot(requests.filter(kind=Kind.COMPLAINT), month, VisitReason.COMPLAINT)
    low = Survey.objects.filter(
        Q(nps__lte=DETRACTOR) | Q(scores__score__lte=settings.SURVEY_LOW_SCORE),
        answered_at__gte=period.starts,
        answered_at__lt=period.ends,
        service_request__isnull=False,
    )
    unhappy = ServiceRequest.objects.visible_to(user).filter(
        pk__in=low.order_by().values("service_request"), customer__is_prospect=False
    )
    yield from by_lot(unhappy, month, VisitReason.LOW_SCORE)
    missed = SlaTimer.objects.filter(breached_at__gte=period.starts, breached_at__lt=period.ends)
    late = requests.filter(pk__in=missed.order_by().values("service_request"))
    yield from by_lot(late, month, VisitReason.MISSED)
    yield from by_lot(requests.filter(repeat_of__isnull=False), month, VisitReason.REPEAT)
    known = CustomerTrend.objects.visible_to(user).filter(month__lte=period.after)
    latest = known.order_by("-month").values_list("month", flat=True).first()
    if latest is None:
        return
    going = known.filter(month=latest, trend__in=GOING, customer__merged_into=None)
    going = going.order_by("customer__tier__rank", "customer")
    for customer in sorted(
        going.values_list("customer", flat=True)[:MOST_GOING], key=lambda key: lot(month, key)
    ):
        yield Drawn(customer, None, VisitReason.DECLINING)


MOST_GOING = 100


def by_lot(requests: QuerySet[ServiceRequest], month: date, reason: VisitReason) -> Iterator[Drawn]:
    rows = requests.order_by().values_list("tier__rank", "customer", "pk")
    for _rank, customer, pk in sorted(rows, key=lambda row: (row[0], lot(month, row[1]), row[2])):
        yield Drawn(customer, pk, reason)


def lot(month: date, customer: int) -> bytes:
    return sha256(f"{month}:{customer}".encode()).digest()
