"""The queue: what is promised next comes first."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.search.query import matching_ids
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.templatetags.ui import clock
from crmservice.web.text import day, in_language, label_of
from employees.models import Employee
from knowledge.models import FaultCode
from service_requests.choices import OPEN, Severity, Status, Target, Turn
from service_requests.filters import RequestFilterSet
from service_requests.models import ServiceRequest

WAITING_KIND = {
    Turn.CUSTOMER: "waiting_customer",
    Turn.PARTS: "waiting_parts",
    Turn.THIRD_PARTY: "waiting_third_party",
    Turn.US: "waiting_department",
}
BESIDE = ("asset",)
NAMES = {  # no more of them
    "customer_name": F("customer__name"),
    "owner_name": F("owner__name"),
    "tier_name_zh": F("tier__name_zh"),
    "tier_name_en": F("tier__name_en"),
}
CATALOGUES = ("asset__model", "asset__part")  # joined, they cost more to plan than to ask
SHOWN = (
    "number", "subject", "status", "severity", "priority", "kind", "opened_at", "queue_at",
    "next_due_at", "next_risk_at", "next_target", "resolved_at", "closed_at", "accepted_at",
    "owner", "asset__serial_no", "asset__model", "asset__part",
)  # fmt: skip


def clock_cell(service_request: ServiceRequest) -> Cell:
    """The next promise as a countdown; what waits or is finished says so instead."""
    if not service_request.is_open:
        return Cell(label_of(service_request, "status"), badge=service_request.status)
    if service_request.next_due_at is None:
        if service_request.status == Status.WAITING:
            return Cell(clock=clock("", "on_hold"))
        return Cell(_("nothing due"), badge="neutral")
    return Cell(
        clock=clock(
            str(Target(service_request.next_target).label),
            "running",
            service_request.next_due_at,
            service_request.next_risk_at,
        )
    )


def subject_cell(service_request: ServiceRequest) -> Cell:
    return Cell(
        service_request.subject,
        url=service_request.get_absolute_url(),
        sub=f"{service_request.number} · {label_of(service_request, 'kind')}",
    )


def customer_cell(service_request: Any) -> Cell:
    tier = {"zh": service_request.tier_name_zh, "en": service_request.tier_name_en}
    return Cell(service_request.customer_name, sub=in_language(tier))


def asset_cell(service_request: ServiceRequest) -> Cell:
    asset = service_request.asset
    return Cell(asset.kind_name, sub=asset.serial_no) if asset else Cell("–")


def status_cell(service_request: ServiceRequest) -> Cell:
    """The state, or whose turn it is while it waits; below it the severity, loud above normal."""
    status, turn = service_request.status, getattr(service_request, "turn", None)
    waits_for = Turn(turn) if status == Status.WAITING and turn else None
    is_loud = service_request.severity in {Severity.CRITICAL, Severity.HIGH}
    return Cell(
        str(waits_for.label) if waits_for else label_of(service_request, "status"),
        badge=WAITING_KIND[waits_for] if waits_for else status,
        hint=_("Priority %(number)d") % {"number": service_request.priority},
        sub=label_of(service_request, "severity"),
        sub_badge=service_request.severity if is_loud else "",
    )


def owner_cell(service_request: Any) -> Cell:
    if service_request.owner_id is None:
        return Cell(_("nobody"), badge="warning")
    waits = service_request.is_open and service_request.accepted_at is None
    return Cell(service_request.owner_name, sub=_("not accepted") if waits else "")


def opened_cell(service_request: ServiceRequest) -> Cell:
    """The day, which stays on one line, and the minute below it."""
    opened_at = localtime(service_request.opened_at)
    return Cell(day(opened_at.date()).replace(" ", "\u00a0"), sub=f"{opened_at:%H:%M}")


COLUMNS = (
    Column("queue", gettext_lazy("Next promise"), clock_cell, order="queue_at"),
    Column("subject", gettext_lazy("Subject"), subject_cell),
    Column("customer", gettext_lazy("Customer"), customer_cell),
    Column("asset", gettext_lazy("Asset"), asset_cell, wide_only=True),
    Column("status", gettext_lazy("Status"), status_cell),
    Column("owner", gettext_lazy("Owner"), owner_cell),
    Column(
        "opened",
        gettext_lazy("Opened"),
        opened_cell,
        order="opened_at",
        wide_only=True,
    ),
)
LISTING = Listing(
    template="service_requests/index.html",
    title=gettext_lazy("Service requests"),
    columns=COLUMNS,
    default_order="queue",
    filterset=RequestFilterSet,
    url=None,
    search_kind="request",
    empty_text=gettext_lazy("Nothing is open. A call that comes in is logged here."),
    empty_action=gettext_lazy("Log a call"),
    empty_url_name="service_requests:log",
)
NEWEST_FIRST = replace(  # what is closed stands in no queue
    LISTING, default_order="-opened", columns=(replace(COLUMNS[0], order=""), *COLUMNS[1:])
)


@require_safe
@allowed("service_requests.view")
def index(request: StaffRequest) -> HttpResponse:
    requests = ServiceRequest.objects.visible_to(request.user).with_turn()
    requests = requests.select_related(*BESIDE).prefetch_related(*CATALOGUES).only(*SHOWN)
    requests = requests.annotate(**NAMES)
    chosen = narrowed(requests, request.GET.get("show", ""), request.user, at=now())
    status = request.GET.get("status", "")
    listing = LISTING if status in {"", "open", *OPEN} else NEWEST_FIRST
    return render_list(
        request,
        listing,
        chosen,
        may_log=request.user.may("service_requests.log"),
        may_survey=request.user.may("service_requests.survey"),
        may_keep_rules=request.user.may("service_requests.keep_rules"),
    )


def narrowed(
    requests: QuerySet[ServiceRequest], show: str, user: Employee, *, at: datetime
) -> QuerySet[Any]:
    """Only mine, those without owner, not accepted, overdue or at risk at this moment."""
    queryset: Any = requests
    ways = {
        "mine": lambda: queryset.filter(owner=user),
        "unowned": queryset.unowned,
        "unaccepted": lambda: queryset.filter(accepted_at=None),
        "overdue": lambda: queryset.overdue(at),
        "at_risk": lambda: queryset.at_risk(at),
    }
    return ways[show]() if show in ways else queryset


@require_safe
@allowed("service_requests.view")
def options(request: StaffRequest) -> JsonResponse:
    """Requests for fields that are searched: by number, customer, serial number or subject."""
    requests = ServiceRequest.objects.visible_to(request.user).select_related("customer")
    if text := choosing.typed(request):
        requests = requests.filter(pk__in=matching_ids("request", text))
    return choosing.options(
        (row.pk, f"{row.number} {row.subject}", row.customer.name)
        for row in requests.order_by("-opened_at", "-pk")[: choosing.MOST_OPTIONS]
    )


@require_safe
@allowed("service_requests.view")
def fault_codes(request: StaffRequest) -> JsonResponse:
    """The catalogue of fault codes, by code or name."""
    rows = FaultCode.objects.all()
    if text := choosing.typed(request):
        rows = rows.filter(
            Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
        )
    return choosing.options(
        (row.pk, str(row), "") for row in rows.order_by("code")[: choosing.MOST_OPTIONS]
    )
