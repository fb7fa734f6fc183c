"""What to know before leaving, and what to take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Q, Sum, When
from django.utils.translation import gettext as _

from assets.models import Asset, AssetModel, Defect, Part, PlanPart
from contracts.choices import Service
from contracts.explaining import headline
from customers.models import Customer
from dispatch.choices import CARRIED_OUT
from dispatch.models import Task
from dispatch.queries.picking import Pick, free_in, pick_list, place_of_parts
from employees.models import Employee
from knowledge.models import Article, FaultCode
from knowledge.queries import Recognised, recognised
from orders.choices import UNDECIDED, LineKind
from orders.choices import Status as OrderStatus
from orders.models import Order, OrderLine
from service_requests.models import ServiceRequest
from service_requests.queries import day_of, frozen_entitlement

SHOWN = 5
COUNTED_BACK = timedelta(days=730)  # probable causes and usual parts
PARTS_FOUND = 8
MOST_NAMED = 3


@dataclass(frozen=True)
class Preparation:
    """What to know before leaving."""

    cover: str = ""
    charged: str = ""
    is_covered: bool = False
    earlier_requests: list[ServiceRequest] = field(default_factory=list)
    earlier_visits: list[Task] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    causes: list[tuple[FaultCode, int]] = field(default_factory=list)
    usual_parts: list[tuple[Part, int, int]] = field(default_factory=list)  # used, in the van
    to_take: list[Pick] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    symptoms: list[Recognised] = field(default_factory=list)  # of what the caller said


def preparation(task: Task, user: Employee, *, at: datetime) -> Preparation:
    """Cover, history of the device, probable causes, parts and articles for its model, what the
    caller's words speak of, and what of the parts the assignee's van holds; at most fourteen
    queries, one for the parts of a plan, and five for the stock where a van is kept.
    """
    device = task.device
    model = device.model if device else None
    causes = probable_causes(model, at=at) if model else []
    cover, charged = cover_of(task)
    usual = usual_parts(model, at=at) if model else []
    wanted = wanted_parts(task) if task.is_unfinished else []
    place = place_of_parts(task, task.assignee) if (wanted or usual) else None
    held = free_in(place, [part for part, _count in usual]) if place and usual else {}
    return Preparation(
        cover=cover,
        charged=charged,
        is_covered=bool(covered_services(task)),
        earlier_requests=earlier_requests(task, device, user),
        earlier_visits=earlier_visits(task, device, user),
        defects=list(Defect.objects.open().of_device(device)) if device else [],
        causes=causes,
        usual_parts=[(part, count, held.get(part.pk, 0)) for part, count in usual],
        to_take=pick_list(wanted, user, on=day_of(at), place=place),
        articles=articles_for(model, causes, user) if model else [],
        symptoms=symptoms_of(task, model, at=at),
    )


def cover_of(task: Task) -> tuple[str, str]:
    """The frozen cover in a line, and who bears the work: all that engineers hear of prices."""
    service_request = task.service_request
    if service_request is None or not service_request.entitlement:
        return "", ""
    line = headline(frozen_entitlement(service_request))
    covered = covered_services(task)
    charged = [service for service in services_of(task) if service not in covered]
    if not covered:
        return line, _("To be charged")
    if not charged:
        return line, _("Covered")
    return line, _("Covered, but to be charged: %(charged)s") % {
        "charged": ", ".join(str(service.label) for service in charged)
    }


def services_of(task: Task) -> tuple[Service, ...]:
    """What a task of this kind is priced by."""
    if task.is_at_the_customer:
        return Service.ONSITE_DISPATCH, Service.LABOUR, Service.TRAVEL, Service.PARTS
    return Service.LABOUR, Service.PARTS


def covered_services(task: Task) -> list[Service]:
    """Those that the contract or the warranty bears."""
    entitlement = task.service_request.entitlement if task.service_request else {}
    return [service for service in services_of(task) if service in entitlement.get("free", ())]


def symptoms_of(task: Task, model: AssetModel | None, *, at: datetime) -> list[Recognised]:
    """What the caller's words speak of, and how its causes are told apart."""
    service_request = task.service_request
    if service_request is None or not task.is_unfinished:
        return []
    said = f"{service_request.subject} {service_request.description}"
    return recognised(said, model.code if model else "", at=at)


def earlier_requests(task: Task, device: Asset | None, user: Employee) -> list[ServiceRequest]:
    if device is None:
        return []
    requests = ServiceRequest.objects.visible_to(user).filter(
        asset__in=Asset.objects.within(device)
    )
    requests = requests.exclude(pk=task.service_request_id or 0).select_related("fault_code")
    return list(requests.order_by("-opened_at", "-pk")[:SHOWN])


def earlier_visits(task: Task, device: Asset | None, user: Employee) -> list[Task]:
    """What was done before: at the device, or at the customer when no device is named."""
    if device is None and task.customer_id is None:
        return []
    there = Q(asset__in=Asset.objects.within(device)) if device else Q(customer=task.customer_id)
    done = Task.objects.visible_to(user).filter(there, status__in=CARRIED_OUT)
    done = done.exclude(pk=task.pk).select_related("assignee", "work_report")
    return list(done.order_by("-finished_at", "-pk")[:SHOWN])


def probable_causes(model: AssetModel, *, at: datetime) -> list[tuple[FaultCode, int]]:
    """The fault codes of this model's requests in two years, the most frequent first."""
    counted = (
        ServiceRequest.objects.filter(
            asset__in=Asset.objects.of_model(model),
            fault_code__isnull=False,
            opened_at__gte=at - COUNTED_BACK,
        )
        .order_by()
        .values("fault_code")
        .annotate(times=Count("pk"))
        .order_by("-times", "fault_code")[:SHOWN]
    )
    times = {row["fault_code"]: row["times"] for row in counted}
    codes = FaultCode.objects.in_bulk(list(times))
    return [(codes[pk], count) for pk, count in times.items()]


def usual_parts(model: AssetModel, *, at: datetime) -> list[tuple[Part, int]]:
    """The parts that were used at this model in two years, the most frequent first."""
    used = Part.objects.filter(
        uses__task__asset__in=Asset.objects.of_model(model),
        uses__used_on__gte=day_of(at - COUNTED_BACK),
    ).annotate(times_used=Sum("uses__quantity"))
    return [(part, part.times_used) for part in used.order_by("-times_used", "pk")[:SHOWN]]


def visit_details(task: Task, *, at: datetime) -> dict[str, Any]:
    """When, where, and what to take, as an activity keeps it; `notices` puts it in words."""
    to_take = wanted_parts(task)
    device = task.device
    usual = usual_parts(device.model, at=at) if device and device.model and not to_take else []
    return {
        "kind": task.kind,
        "starts_at": task.planned_start,
        "customer": names_of(task.customer) if task.customer else None,
        "site": task.site.name if task.site else "",
        "take": [[f"{pieces.normalize():f}", names_of(part)] for part, pieces in to_take],
        "usual": [names_of(part) for part, _pieces in usual[:MOST_NAMED]],
    }


def wanted_parts(task: Task) -> list[tuple[Part, Decimal]]:
    """What to take along: of a plan, and on the orders of the request."""
    planned = [(part, Decimal(pieces)) for part, pieces in parts_planned(task)]
    wanted: dict[Part, Decimal] = {}
    for part, pieces in planned + parts_ordered(task):
        wanted[part] = wanted.get(part, Decimal(0)) + pieces
    return list(wanted.items())


def parts_planned(task: Task) -> list[tuple[Part, int]]:
    """What the maintenance plan takes along, with those whose work it does as well."""
    if task.occurrence_id is None:
        return []
    turn = Q(plan__occurrences=task.occurrence_id)
    covered = Q(plan__keeps_lines=True, plan__occurrences__covered_by=task.occurrence_id)
    parts: dict[Part, int] = {}
    planned = PlanPart.objects.filter(turn | covered).select_related("part").distinct()
    for each in planned.order_by("part__part_no", "-quantity"):
        parts.setdefault(each.part, each.quantity)
    return list(parts.items())


def parts_ordered(task: Task) -> list[tuple[Part, Decimal]]:
    """The parts on the request's orders that nobody has used or sent yet."""
    if task.service_request_id is None:
        return []
    lines = OrderLine.objects.filter(
        order__service_request=task.service_request_id,
        order__status__in=[*UNDECIDED, OrderStatus.APPROVED],
        kind=LineKind.PART,
        part_uses=None,
    )
    return [(line.part, line.quantity) for line in lines.select_related("part") if line.part]


def names_of(named: Customer | Part) -> dict[str, str]:
    """Both names, as the trail keeps them."""
    chinese = named.name_zh if isinstance(named, Part) else named.name
    return {"en": named.name_en or chinese, "zh": chinese or named.name_en}


def articles_for(
    model: AssetModel, causes: Sequence[tuple[FaultCode, int]], user: Employee
) -> list[Article]:
    """What is known of the model, of its probable causes first, the most helpful of them first."""
    codes = [code.pk for code, _count in causes]
    articles = Article.objects.visible_to(user).published()
    known = articles.filter(Q(asset_models=model) | Q(fault_codes__in=codes))
    return list(known.distinct().order_by("-use_count", "-pk")[:SHOWN])


def find_parts(task: Task, typed: str) -> list[Part]:
    """Parts by a fragment of number or name; those that fit the device's model first."""
    device = task.device
    model_id = device.model_id if device else None
    named = Q(part_no__icontains=typed) | Q(name_zh__icontains=typed) | Q(name_en__icontains=typed)
    fitting = Case(When(fits_model=model_id, then=0), When(fits_model=None, then=1), default=2)
    return list(Part.objects.filter(named).order_by(fitting, "part_no")[:PARTS_FOUND])


def orders_of(task: Task, user: Employee) -> list[Order]:
    """The orders on whose lines the task's time and parts stand, as far as `user` sees them."""
    of_task = Q(lines__time_entries__task=task) | Q(lines__part_uses__task=task)
    if not user.may("orders.view"):
        return []
    return list(Order.objects.visible_to(user).filter(of_task).distinct().order_by("pk"))
