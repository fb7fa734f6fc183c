"""What solved requests teach of faults: how often each was the one, and which nobody explained."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils.timezone import get_default_timezone, localdate

from assets.models import Asset, AssetModel
from employees.models import Employee
from knowledge.models import Article, FaultCode
from service_requests.choices import Kind, Status
from service_requests.models import ServiceRequest

OBSERVED_BACK = timedelta(days=730)
UNEXPLAINED_BACK = timedelta(days=90)
MOST_UNEXPLAINED = 10
SOLVED = (Status.RESOLVED, Status.CLOSED)


def causes_observed(
    model_code: str, fault_codes: Collection[int], *, at: datetime
) -> dict[int, int]:
    """How often each of these codes was found in two years of solved faults: at devices of the
    model, or at all. Nobody's request is shown, so everybody's count.
    """
    solved = ServiceRequest.objects.filter(
        kind=Kind.FAULT,
        status__in=SOLVED,
        fault_code__in=fault_codes,
        resolved_at__gte=at - OBSERVED_BACK,
    )
    if model_code:
        model = AssetModel.objects.filter(code=model_code).first()
        if model is None:
            return {}
        solved = solved.filter(asset__in=Asset.objects.of_model(model))
    counted = solved.order_by().values_list("fault_code").annotate(times=Count("pk"))
    return dict(counted)


def unexplained_since(at: datetime) -> date:
    """The first day that counts, in the organisation's zone."""
    return localdate(at) - UNEXPLAINED_BACK


def unexplained_faults(user: Employee, *, at: datetime) -> list[tuple[FaultCode, int, int]]:
    """What was solved most often without an article in 90 days, with how many articles there are
    of it: none is a gap, some are not found or do not help.
    """
    solved = ServiceRequest.objects.visible_to(user).filter(
        kind=Kind.FAULT,
        status__in=SOLVED,
        solved_by=None,
        fault_code__isnull=False,
        resolved_at__gte=datetime.combine(unexplained_since(at), time(), get_default_timezone()),
    )
    counted = solved.order_by().values_list("fault_code").annotate(times=Count("pk"))
    times = dict(counted.order_by("-times", "fault_code")[:MOST_UNEXPLAINED])
    known = Article.objects.visible_to(user).published()
    codes = FaultCode.objects.filter(pk__in=times).annotate(
        published=Count("articles", filter=Q(articles__in=known), distinct=True)
    )
    found = [(code, times[code.pk], code.published) for code in codes]
    return sorted(found, key=lambda each: (-each[1], each[0].code))
