"""What a request was promised, what it resembles, what stands against closing it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset
from contracts.entitlement import Entitlement, NoPromiseError, from_json
from contracts.queries import (
    CoverBook,
    asset_facts,
    entitlement_for,
    is_no_customer,
    parents_in,
)
from crmservice.errors import DomainError
from crmservice.money import ZERO
from crmservice.written import Given, ask
from customers.models import Customer, Tier
from customers.queries import tier_on
from employees.models import Employee
from service_requests.choices import Answer, ComplaintStage, HandoverStatus, Kind, Status
from service_requests.models import (
    Complaint,
    Handover,
    ServiceRequest,
    ServiceRequestQuerySet,
)
from service_requests.signals import closing_checks, resolution_reported

GOODWILL_WINDOW = timedelta(days=29)  # and the day itself
REPEAT_WITHIN = timedelta(days=settings.REPEAT_WITHIN_DAYS)  # metrics.md, "Repeat fault"
SIMILAR_SHOWN = 8
SIMILAR = (
    "number", "subject", "status", "opened_at",
    "asset__root", "asset__serial_no", "owner__name",
)  # fmt: skip


def day_of(moment: datetime) -> date:
    """The organisation's date of a moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def cover_on(
    customer: Customer, asset: Asset | None, opened_at: datetime, *, site_id: int | None = None
) -> tuple[Tier, Entitlement]:
    """The tier and the entitlement of a request opened at that moment; what the log form shows is
    what is frozen.

    Raises DomainError when the company has no promise for the case.
    """
    opened_on = day_of(opened_at)
    tier = tier_on(customer, opened_on).tier
    return tier, entitlement_for(customer, asset, opened_on, tier, site_id=site_id)


def frozen_entitlement(service_request: ServiceRequest) -> Entitlement:
    """What was promised when the request was opened, or when another cover was applied."""
    return from_json(service_request.entitlement)


def offered_cover(service_request: ServiceRequest) -> tuple[Tier, Entitlement] | None:
    """The cover that would hold for the request's opening by what is known now, if it is another
    one.
    """
    tier, entitlement = cover_on(
        service_request.customer,
        service_request.asset,
        service_request.opened_at,
        site_id=service_request.site_id,
    )
    frozen = frozen_entitlement(service_request)
    same = ("cover", "contract_id", "tier_id", "calendar_id", "promises", "free", "charged")
    if all(getattr(entitlement, name) == getattr(frozen, name) for name in same):
        return None
    return tier, entitlement


def covers_now(requests: Sequence[ServiceRequest]) -> dict[int, Entitlement]:
    """What would hold for each of these by the contracts as they are now, with the tier that was
    frozen; seven queries however many. Asset, its model and part should be loaded along.

    Nothing for a request for which the company has no promise.
    """
    assets = [each.asset for each in requests if each.asset is not None]
    parents = parents_in(assets)
    trees = {key for pk, above in parents.items() for key in (pk, *above)}
    book = CoverBook({each.customer_id for each in requests}, trees)
    found: dict[int, Entitlement] = {}
    for each in requests:
        on, asset = day_of(each.opened_at), each.asset
        try:
            if is_no_customer(each.customer):
                found[each.pk] = book.entitle_caller(each.tier_id)
                continue
            facts = asset_facts(asset, on, parents[asset.pk]) if asset else None
            found[each.pk] = book.entitle(each.customer_id, on, each.tier_id, facts, each.site_id)
        except NoPromiseError:
            continue
    return found


def repeated_fault(service_request: ServiceRequest) -> ServiceRequest | None:
    """The earlier request that this one repeats: a fault of the same device and code, resolved
    within 90 days before.

    The device is the top of the asset tree. The latest of several counts.
    """
    device = service_request.root_asset
    if (
        service_request.kind != Kind.FAULT
        or device is None
        or service_request.fault_code_id is None
    ):
        return None
    earlier = ServiceRequest.objects.filter(
        asset__in=Asset.objects.within(device),
        kind=Kind.FAULT,
        fault_code=service_request.fault_code_id,
        status__in=[Status.RESOLVED, Status.CLOSED],
        resolved_at__lte=service_request.opened_at,
        resolved_at__gte=service_request.opened_at - REPEAT_WITHIN,
    )
    return earlier.exclude(pk=service_request.pk).order_by("-resolved_at", "-pk").first()


def similar_open(
    requests: QuerySet[ServiceRequest],
    *,
    customer: Customer,
    asset: Asset | None = None,
    but: int | None = None,
) -> list[ServiceRequest]:
    """Open requests of the customer, those on the same device (its whole tree) first, the newest of
    each.
    """
    rows = ask(open_of_customer, requests, customer=customer.pk, but=but or 0)
    device = (asset.root_id or asset.pk) if asset else None
    rows.sort(key=lambda row: not (device and row.asset and row.asset.root_id == device))
    return rows[:SIMILAR_SHOWN]


def open_of_customer(requests: ServiceRequestQuerySet) -> QuerySet[ServiceRequest]:
    found = requests.open().filter(customer=Given("customer")).exclude(pk=Given("but"))
    found = found.select_related("asset", "owner").only(*SIMILAR).order_by("-opened_at", "-pk")
    return found[: 3 * SIMILAR_SHOWN]


def known_resolution(service_request: ServiceRequest) -> str:
    """What the work reports of the floors above say, or what was written at an earlier resolving:
    nobody types it twice.
    """
    answers = resolution_reported.send(ServiceRequest, service_request=service_request)
    reported = [answer for _, answer in answers if answer]
    return "\n\n".join(reported) or service_request.resolution


def closing_objections(service_request: ServiceRequest, *, at: datetime) -> list[str]:
    """What still stands against closing, but for the customer's answer; empty when nothing does."""
    objections = []
    if service_request.kind == Kind.FAULT and service_request.fault_code_id is None:
        objections.append(_("The fault code is not recorded."))
    if service_request.kind == Kind.FAULT and not service_request.cause:
        objections.append(_("The cause is not recorded."))
    complaint = None
    if service_request.kind == Kind.COMPLAINT:
        complaint = Complaint.objects.filter(service_request=service_request).first()
    if complaint is not None and complaint.stage != ComplaintStage.ANSWERED:
        objections.append(_("The complaint is not answered."))
    objections += [
        _("%(department)s has not answered the hand-over.")
        % {"department": handover.get_department_display()}
        for handover in service_request.handovers.all()
        if handover.status == HandoverStatus.ASKED
    ]
    return [*objections, *_objections_above(service_request, at=at)]


def _objections_above(service_request: ServiceRequest, *, at: datetime) -> Iterable[str]:
    try:
        answers = closing_checks.send(ServiceRequest, service_request=service_request, at=at)
    except DomainError as no:
        return [str(no)]
    return [str(text) for _receiver, texts in answers for text in texts or ()]


def was_asked(service_request: ServiceRequest) -> bool:
    """Whether the customer said, asked by us or by a survey, that it is done."""
    if service_request.customer_answer == Answer.SATISFIED:
        return True
    survey = getattr(service_request, "survey", None)
    return survey is not None and survey.answered_at is not None


def may_close_unasked_from(service_request: ServiceRequest) -> datetime | None:
    """From when on a manager may close without the customer's answer."""
    if service_request.resolved_at is None:
        return None
    return service_request.resolved_at + timedelta(days=settings.CLOSE_UNASKED_AFTER_DAYS)


def overdue_handovers(at: datetime) -> QuerySet[Handover]:
    return Handover.objects.overdue(at).order_by("due_at", "pk")


def goodwill_given(employee: Employee, today: date) -> Decimal:
    """What a person gave to those who complained within the last 30 days, today included."""
    first = today - GOODWILL_WINDOW
    given = Complaint.objects.filter(goodwill_by=employee, goodwill_on__range=(first, today))
    return given.aggregate(given=Sum("goodwill_amount"))["given"] or ZERO
