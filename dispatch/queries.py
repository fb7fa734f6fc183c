"""Reads over tasks: what stands against a plan, who should go, what to know before leaving, what a
day holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Case, Count, Max, Q, QuerySet, Sum, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset, AssetModel, Part
from contracts.choices import Service
from contracts.explaining import headline
from crmservice.search.index import Document, index_many
from crmservice.web.text import label_of
from customers.models import Customer
from dispatch import feed, suggestion
from dispatch.choices import CARRIED_OUT, UNFINISHED, Kind, Status
from dispatch.models import USUAL_LENGTH, CalendarLink, PartUse, Task
from employees.models import Absence, Employee, EmployeeSkill
from employees.queries import work_calendar
from knowledge.models import Article, FaultCode
from orders.choices import UNAPPROVED, LineKind
from orders.choices import Status as OrderStatus
from orders.models import Order, OrderLine
from service_requests.choices import Target
from service_requests.models import ServiceRequest, SlaTimer
from service_requests.promises import timers_for
from service_requests.queries import day_of, frozen_entitlement

KIND = "task"
LOOKED_AHEAD = timedelta(days=7)
COUNTED_BACK = timedelta(days=730)  # probable causes and usual parts
SHOWN = 5
PARTS_FOUND = 8
TELEPHONE = (Kind.REMOTE, Kind.CALL_BACK, Kind.INTERNAL)
HOUR = timedelta(hours=1)


def conflicts(
    task: Task, engineer: Employee, starts: datetime, ends: datetime
) -> list[dict[str, Any]]:
    """What stands against an engineer for a time, each as the trail words it; mostly nothing."""
    others = Task.objects.of(engineer).unfinished().overlapping(starts, ends).exclude(pk=task.pk)
    found: list[dict[str, Any]] = [
        {
            "say": "dispatch.has_another",
            "number": other.number,
            "title": other.title,
            "starts_at": other.planned_start,
        }
        for other in others.order_by("planned_start")[:SHOWN]
    ]
    found += [
        {"say": "dispatch.is_absent", "ends_at": absence.ends_at}
        for absence in engineer.absences.overlapping(starts, ends)[:SHOWN]
    ]
    if task.skill is not None and not has_skill(engineer, task.skill_id, day_of(starts)):
        found.append({"say": "dispatch.lacks_skill", "skill": task.skill.names})
    return [{"engineer": engineer.name, **reason} for reason in found]


def has_skill(engineer: Employee, skill_id: int | None, on: date) -> bool:
    valid = Q(certificate_expires_on=None) | Q(certificate_expires_on__gte=on)
    return engineer.skill_levels.filter(valid, skill=skill_id).exists()


class Job(NamedTuple):
    """What a suggestion needs to know of the work; a task that may not be written yet."""

    kind: str
    place: suggestion.Place | None
    skill_id: int | None
    skill: str
    asset: Asset | None
    customer: Customer | None
    due_at: datetime | None
    task_id: int | None = None


@dataclass(frozen=True)
class Suggested:
    """The people of a suggestion, in its order, with their facts."""

    wish: suggestion.Wish
    candidates: list[tuple[Employee, suggestion.Candidate]]
    excluded: list[tuple[Employee, suggestion.Excluded]]


def job_of(task: Task) -> Job:
    return Job(
        kind=task.kind,
        place=place_of(task),
        skill_id=task.skill_id,
        skill=task.skill.name if task.skill else "",
        asset=task.asset,
        customer=task.customer,
        due_at=arrival_due(task.service_request),
        task_id=task.pk,
    )


def arrival_due(service_request: ServiceRequest | None) -> datetime | None:
    """Until when somebody has to be there; without a promise of arrival, until when it has to work
    again.
    """
    if service_request is None:
        return None
    running = SlaTimer.objects.running().filter(service_request=service_request)
    due = dict(running.values_list("target", "due_at"))
    if not service_request.visit_promised and service_request.is_open:
        due.setdefault(Target.ARRIVAL, arrival_if_promised(service_request))
    return due.get(Target.ARRIVAL) or due.get(Target.RESTORE)


def arrival_if_promised(service_request: ServiceRequest) -> datetime | None:
    """Until when somebody would have to be there once a visit is planned; no holds are reckoned."""
    timers = timers_for(
        frozen_entitlement(service_request),
        work_calendar,
        service_request.opened_at,
        service_request.kind,
        visit_promised=True,
    )
    return next((timer.due_at for timer in timers if timer.target == Target.ARRIVAL), None)


def place_of(task: Task) -> suggestion.Place | None:
    """Where the work is done: the site's coordinates, else the customer's; the depot and the
    telephone are no trip.
    """
    if task.kind in TELEPHONE or task.kind == Kind.DEPOT:
        return None
    return place_at(task.site) or place_at(task.customer)


def place_at(somewhere: Any) -> suggestion.Place | None:
    latitude = getattr(somewhere, "latitude", None)
    longitude = getattr(somewhere, "longitude", None)
    if latitude is None or longitude is None:
        return None
    return suggestion.Place(float(latitude), float(longitude))


def people_for(user: Employee, kind: str) -> QuerySet[Employee]:
    """Whom this person may send: engineers, and for the telephone whoever carries out tasks."""
    people = Employee.objects.visible_to(user)
    if kind not in TELEPHONE:
        return people.engineers()
    able = [
        pk for pk, person in people.active().in_bulk().items() if person.may("dispatch.carry_out")
    ]
    return people.filter(pk__in=able)


def suggestion_for(
    user: Employee, job: Job, *, starts: datetime, length: timedelta, at: datetime
) -> Suggested:
    """Who should do a job, of whom `user` may send; six queries, and two per new calendar.

    Nobody can have set out before `at`.
    """
    people = {
        person.pk: person
        for person in people_for(user, job.kind).select_related("outlet__calendar")
    }
    wish = suggestion.Wish(
        starts=starts,
        length=length,
        until=starts + LOOKED_AHEAD,
        on=day_of(starts),
        place=job.place,
        skill=job.skill,
        due_at=job.due_at,
        departs=at,
    )
    found = suggestion.suggest(wish, facts_of(people.values(), job, wish))
    return Suggested(
        wish=wish,
        candidates=[(people[each.engineer_id], each) for each in found.candidates],
        excluded=[(people[each.engineer_id], each) for each in found.excluded],
    )


def facts_of(
    people: Iterable[Employee], job: Job, wish: suggestion.Wish
) -> Iterator[suggestion.EngineerFacts]:
    people = list(people)
    keys = [person.pk for person in people]
    skills = skills_of(keys, job.skill_id)
    absences = absences_of(keys, wish)
    booked, loads = booked_of(keys, wish, but=job.task_id)
    visits = visits_of(keys, job)
    hours = hours_of(people, wish)
    for person in people:
        skill = skills.get(person.pk)
        today, week = loads.get(person.pk, (0.0, 0.0))
        yield suggestion.EngineerFacts(
            id=person.pk,
            home=home_of(person),
            level=skill.level if skill else None,
            certificate_until=skill.certificate_expires_on if skill else None,
            hours=hours.get(person.outlet.calendar_id),
            booked=booked.get(person.pk, ()),
            absences=absences.get(person.pk, ()),
            visited=visits.get(person.pk),
            hours_today=today,
            hours_week=week,
        )


def home_of(person: Employee) -> suggestion.Place | None:
    if person.base_latitude is None or person.base_longitude is None:
        return None
    return suggestion.Place(float(person.base_latitude), float(person.base_longitude))


def skills_of(keys: Sequence[int], skill_id: int | None) -> dict[int, EmployeeSkill]:
    if skill_id is None:
        return {}
    held = EmployeeSkill.objects.filter(employee__in=keys, skill=skill_id)
    return {each.employee_id: each for each in held}


def absences_of(keys: Sequence[int], wish: suggestion.Wish) -> dict[int, list[suggestion.Away]]:
    found: dict[int, list[suggestion.Away]] = {}
    absences = Absence.objects.overlapping(wish.starts, wish.until + wish.length)
    for absence in absences.filter(employee__in=keys):
        away = suggestion.Away(absence.starts_at, absence.ends_at, absence.get_kind_display())
        found.setdefault(absence.employee_id, []).append(away)
    return found


def booked_of(
    keys: Sequence[int], wish: suggestion.Wish, *, but: int | None
) -> tuple[dict[int, list[suggestion.Booked]], dict[int, tuple[float, float]]]:
    """What everybody has planned around the wish, and their hours of its day and its seven days."""
    found: dict[int, list[suggestion.Booked]] = {}
    loads: dict[int, tuple[float, float]] = {}
    tasks = (
        Task.objects.unfinished()
        .overlapping(wish.starts - timedelta(days=1), wish.until + wish.length)
        .filter(assignee__in=keys)
        .exclude(pk=but or 0)
        .select_related("site", "customer")
    )
    for task in tasks:
        assert task.planned_start is not None
        assert task.assignee_id is not None
        ends = task.planned_end or task.planned_start + USUAL_LENGTH
        found.setdefault(task.assignee_id, []).append(
            suggestion.Booked(task.planned_start, ends, place_of(task), task.number)
        )
        today, week = loads.get(task.assignee_id, (0.0, 0.0))
        spent = (ends - task.planned_start) / HOUR
        is_today = day_of(task.planned_start) == wish.on
        loads[task.assignee_id] = (today + spent * is_today, week + spent)
    return found, loads


def visits_of(keys: Sequence[int], job: Job) -> dict[int, suggestion.Visited]:
    """Who was at this machine, or else at this customer, and when last."""
    if job.customer is None:
        return {}
    done = Task.objects.filter(
        customer=job.customer, status__in=CARRIED_OUT, assignee__in=keys
    ).order_by()
    device = (job.asset.root_id or job.asset.pk) if job.asset else None
    same = Q(asset=device) | Q(asset__root=device) if device else Q(pk=None)
    rows = done.values("assignee").annotate(
        there=Max("finished_at"), here=Max("finished_at", filter=same)
    )
    return {
        row["assignee"]: suggestion.Visited(
            day_of(row["here"] or row["there"]), same_asset=row["here"] is not None
        )
        for row in rows
    }


def hours_of(
    people: Iterable[Employee], wish: suggestion.Wish
) -> dict[int | None, list[suggestion.Hours]]:
    """The days' hours of each calendar; an outlet without one is always open."""
    keys = {person.outlet.calendar_id for person in people if person.outlet.calendar_id}
    last = day_of(wish.until)
    hours: dict[int | None, list[suggestion.Hours]] = {}
    for key in keys:
        calendar = work_calendar(key)
        on, days = calendar.day_of(wish.starts), []
        while on <= last:
            spans = calendar.hours_on(on)
            if spans:
                days.append(suggestion.Hours(spans[0].opens, spans[-1].closes))
            on += timedelta(days=1)
        hours[key] = days
    return hours


def sensible_start(user: Employee, at: datetime) -> datetime:
    """The next full half hour from which somebody could set out, within the service hours of the
    planner's outlet.
    """
    soon = at + timedelta(minutes=30)
    rounded = soon - timedelta(
        minutes=soon.minute % 30, seconds=soon.second, microseconds=soon.microsecond
    )
    start = rounded if rounded >= soon else rounded + timedelta(minutes=30)
    if user.outlet.calendar_id is None:
        return start
    return work_calendar(user.outlet.calendar_id).next_opening(start)


@dataclass(frozen=True)
class Preparation:
    """What to know before leaving."""

    cover: str = ""
    charged: str = ""
    is_covered: bool = False
    earlier_requests: list[ServiceRequest] = field(default_factory=list)
    earlier_visits: list[Task] = field(default_factory=list)
    causes: list[tuple[FaultCode, int]] = field(default_factory=list)
    usual_parts: list[tuple[Part, int]] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)


def preparation(task: Task, user: Employee, *, at: datetime) -> Preparation:
    """Cover, history of the device, probable causes, parts and articles for its model; at most
    seven queries.
    """
    device = (task.asset.root or task.asset) if task.asset else None
    model = device.model if device else None
    causes = probable_causes(model, at=at) if model else []
    cover, charged = cover_of(task)
    return Preparation(
        cover=cover,
        charged=charged,
        is_covered=bool(covered_services(task)),
        earlier_requests=earlier_requests(task, device, user),
        earlier_visits=earlier_visits(task, device, user),
        causes=causes,
        usual_parts=usual_parts(model, at=at) if model else [],
        articles=articles_for(model, causes, user) if model else [],
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
    counted = (
        PartUse.objects.filter(
            task__asset__in=Asset.objects.of_model(model),
            used_on__gte=day_of(at - COUNTED_BACK),
        )
        .order_by()
        .values("part")
        .annotate(pieces=Sum("quantity"))
        .order_by("-pieces", "part")[:SHOWN]
    )
    pieces = {row["part"]: row["pieces"] for row in counted}
    parts = Part.objects.in_bulk(list(pieces))
    return [(parts[pk], count) for pk, count in pieces.items()]


def zone_of(task: Task) -> str:
    """The time zone where the work is done."""
    return (task.site.time_zone if task.site else "") or settings.TIME_ZONE


MOST_NAMED = 3


def visit_details(task: Task, *, at: datetime) -> dict[str, Any]:
    """When, where, and what to take, as an activity keeps it; `notices` puts it in words."""
    to_take = parts_ordered(task)
    device = (task.asset.root or task.asset) if task.asset else None
    usual = usual_parts(device.model, at=at) if device and device.model and not to_take else []
    return {
        "kind": task.kind,
        "starts_at": task.planned_start,
        "customer": names_of(task.customer) if task.customer else None,
        "site": task.site.name if task.site else "",
        "take": [[f"{pieces.normalize():f}", names_of(part)] for part, pieces in to_take],
        "usual": [names_of(part) for part, _pieces in usual[:MOST_NAMED]],
    }


def parts_ordered(task: Task) -> list[tuple[Part, Decimal]]:
    """The parts on the request's orders that nobody has used or sent yet."""
    if task.service_request_id is None:
        return []
    lines = OrderLine.objects.filter(
        order__service_request=task.service_request_id,
        order__status__in=[*UNAPPROVED, OrderStatus.APPROVED],
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
    device = (task.asset.root or task.asset) if task.asset else None
    model_id = device.model_id if device else None
    named = Q(part_no__icontains=typed) | Q(name_zh__icontains=typed) | Q(name_en__icontains=typed)
    fitting = Case(When(fits_model=model_id, then=0), When(fits_model=None, then=1), default=2)
    return list(Part.objects.filter(named).order_by(fitting, "part_no")[:PARTS_FOUND])


class Day(NamedTuple):
    on: date
    is_today: bool
    tasks: list[Task]


def days_ahead(engineer: Employee, *, at: datetime) -> list[Day]:
    """The jobs of today and of the next seven days, with what is overdue or has no time under
    today; one query.
    """
    today = day_of(at)
    midnight = datetime.combine(today + timedelta(days=8), time(), timezone.get_default_timezone())
    tasks = (
        Task.objects.of(engineer)
        .filter(
            Q(status__in=UNFINISHED) | Q(status__in=CARRIED_OUT, finished_at__gte=start_of(today))
        )
        .filter(Q(planned_start=None) | Q(planned_start__lt=midnight))
        .select_related("customer", "site", "asset__model", "asset__part", "service_request")
        .order_by("listed_at", "pk")
    )
    by_day: dict[date, list[Task]] = {today: []}
    for task in tasks[:100]:
        on = max(day_of(task.planned_start), today) if task.planned_start else today
        by_day.setdefault(on, []).append(task)
    return [Day(on, on == today, by_day[on]) for on in sorted(by_day)]


def start_of(on: date) -> datetime:
    return datetime.combine(on, time(), timezone.get_default_timezone())


def hours_between(starts: datetime | None, ends: datetime | None) -> float | None:
    """Hours with two decimals; None when one of the stamps is missing."""
    if starts is None or ends is None:
        return None
    return round((ends - starts) / HOUR, 2)


FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=180)


def reader_of_feed(token_hash: str, *, at: datetime) -> Employee | None:
    """Whose calendar the address is; nobody's once the person has left or carries out no tasks."""
    found = CalendarLink.objects.select_related("employee").filter(token_hash=token_hash).first()
    if found is None:
        return None
    person = found.employee
    has_left = person.left_on is not None and person.left_on <= day_of(at)
    return None if has_left or not person.may("dispatch.carry_out") else person


def feed_entries(employee: Employee, *, at: datetime) -> list[feed.Entry]:
    """The person's tasks from 30 days back to 180 ahead, as whole days go; one query."""
    today = day_of(at)
    found = (
        Task.objects.visible_to(employee)
        .of(employee)
        .exclude(status=Status.CANCELLED)
        .filter(
            planned_start__gte=start_of(today - FEED_BACK),
            planned_start__lt=start_of(today + FEED_AHEAD + timedelta(days=1)),
        )
        .select_related("customer", "site", "asset", "service_request")
    )
    return [feed_entry(task) for task in found.order_by("planned_start", "pk")]


def feed_entry(task: Task) -> feed.Entry:
    assert task.planned_start is not None
    customer, site, asset = task.customer, task.site, task.asset
    address = site.address if site else (customer.address if customer else "")
    place = [customer.name if customer else "", site.name if site else "", address]
    about = [
        label_of(task, "kind"),
        label_of(task, "status"),
        task.service_request.number if task.service_request else "",
        asset.serial_no if asset else "",
    ]
    return feed.Entry(
        uid=f"{task.number}@{urlsplit(settings.SITE_URL).hostname}",
        title=f"{task.number} {task.title}",
        starts_at=task.planned_start,
        ends_at=task.planned_end or task.planned_start + USUAL_LENGTH,
        changed_at=task.last_step_at or task.created_at,
        revision=task.version,
        place=" · ".join(filter(None, place)) if task.is_at_the_customer else "",
        description="\n".join(filter(None, about)),
        url=f"{settings.SITE_URL}{reverse('dispatch:job', args=[task.number])}",
        is_certain=task.status != Status.ASSIGNED,
    )


def unfinished_of(service_request: ServiceRequest) -> QuerySet[Task]:
    return Task.objects.unfinished().filter(service_request=service_request)


def search_words(task: Task) -> dict[str, Any]:
    """How a task is found: used by the verbs, the import and the rebuild alike. The day is written
    as it is read in either language.
    """
    when = day_of(task.planned_start).isoformat() if task.planned_start else ""
    names = [
        task.customer.name if task.customer else "",
        task.assignee.name if task.assignee else "",
    ]
    codes = [task.number]
    if task.service_request:
        codes.append(task.service_request.number)
    if task.asset:
        codes.append(task.asset.serial_no)
    return {
        "title": f"{task.number} {task.title}",
        "subtitle": " · ".join(filter(None, [*names, when])),
        "url": task.get_absolute_url(),
        "rank_at": task.planned_start or task.created_at,
        "codes": codes,
        "words": [name for name in names if name],
        "body": [task.instructions],
        "scope": scopes(task),
    }


def scopes(task: Task) -> list[str]:
    """Who finds it: as TaskQuerySet.visible_to."""
    outlets = {task.assignee.outlet_id} if task.assignee else set()
    if task.service_request:
        outlets |= {outlet.pk for outlet in task.service_request.outlets.all()}
    own = [f"u{task.assignee_id}"] if task.assignee_id else []
    return [*(f"o{pk}" for pk in sorted(outlets)), *own]


def documents(tasks: QuerySet[Task]) -> Iterator[Document]:
    """The search entries of tasks, the oldest first."""
    rows = tasks.select_related("assignee", "customer", "asset", "service_request")
    rows = rows.prefetch_related("service_request__outlets").order_by("listed_at", "pk")
    for task in rows.iterator(chunk_size=1000):
        yield Document(kind=KIND, object_id=task.pk, **search_words(task))


def rebuild_search() -> int:
    return index_many(documents(Task.objects.all()))


def orders_of(task: Task, user: Employee) -> list[Order]:
    """The orders on whose lines the task's time and parts stand, as far as `user` sees them."""
    of_task = Q(lines__time_entries__task=task) | Q(lines__part_uses__task=task)
    if not user.may("orders.view"):
        return []
    return list(Order.objects.visible_to(user).filter(of_task).distinct().order_by("pk"))
