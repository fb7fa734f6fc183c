"""Who should go: the facts for `dispatch.suggestion`, and its answer with the people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F, Max, Q, QuerySet

from assets.models import Asset
from crmservice.activity.models import Activity
from customers.models import Customer
from dispatch import suggestion
from dispatch.choices import CARRIED_OUT, Kind, Wish
from dispatch.models import USUAL_LENGTH, EngineerWish, Task
from employees.models import Absence, Employee, EmployeeSkill
from employees.queries import work_calendar
from service_requests.choices import Target
from service_requests.models import ServiceRequest, SlaTimer
from service_requests.promises import timers_for
from service_requests.queries import day_of, frozen_entitlement

HOUR = timedelta(hours=1)
LOOKED_AHEAD = timedelta(days=7)
NOT_ASKED_AGAIN = timedelta(hours=24)  # whoever refused a task
TELEPHONE = (Kind.REMOTE, Kind.CALL_BACK, Kind.INTERNAL)


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
    """Who should do a job, of whom `user` may send; eight queries, and two per new calendar.

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
    booked, loads = booked_of(people, wish, but=job.task_id)
    visits = visits_of(keys, job)
    refusals = refusals_of(job, wish)
    wishes = wishes_of(job)
    hours = hours_of(people, wish)
    for person in people:
        skill = skills.get(person.pk)
        today, week = loads.get(person.pk, (0.0, 0.0))
        kind, why = wishes.get(person.pk, ("", ""))
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
            refused_at=refusals.get(person.pk),
            is_preferred=kind == Wish.PREFERRED,
            banned_for=why if kind == Wish.BANNED else "",
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
    people: Sequence[Employee], wish: suggestion.Wish, *, but: int | None
) -> tuple[dict[int, list[suggestion.Booked]], dict[int, tuple[float, float]]]:
    """What everybody has planned around the wish, and their hours of its day and its seven days."""
    found: dict[int, list[suggestion.Booked]] = {}
    loads: dict[int, tuple[float, float]] = {}
    tasks = (
        Task.objects.unfinished()
        .overlapping(wish.starts - timedelta(days=1), wish.until + wish.length)
        .involving(people)
        .exclude(pk=but or 0)
        .select_related("site", "customer")
        .annotate(along=F("crew"))  # a row for each who goes along, or one
    )
    counted = set()
    for task in tasks:
        assert task.planned_start is not None
        ends = task.planned_end or task.planned_start + USUAL_LENGTH
        booked = suggestion.Booked(task.planned_start, ends, place_of(task), task.number)
        spent = (ends - task.planned_start) / HOUR
        is_today = day_of(task.planned_start) == wish.on
        keys: set[int] = {task.assignee_id, task.along} - {None}  # type: ignore[attr-defined]
        for key in keys:
            if (task.pk, key) in counted:
                continue
            counted.add((task.pk, key))
            found.setdefault(key, []).append(booked)
            today, week = loads.get(key, (0.0, 0.0))
            loads[key] = (today + spent * is_today, week + spent)
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


def wishes_of(job: Job) -> dict[int, tuple[str, str]]:
    """What the customer wishes of whom, and why."""
    if job.customer is None:
        return {}
    said = EngineerWish.objects.filter(customer=job.customer).order_by()
    return {pk: (kind, why) for pk, kind, why in said.values_list("engineer", "kind", "reason")}


def refusals_of(job: Job, wish: suggestion.Wish) -> dict[int, datetime]:
    """Who refused this very task, and when last; a day later one may be asked again."""
    if job.task_id is None or wish.departs is None:
        return {}
    said = Activity.objects.filter(
        subject_type=Task._meta.label_lower,
        subject_id=job.task_id,
        verb="dispatch.refused",
        at__gt=wish.departs - NOT_ASKED_AGAIN,
    )
    return dict(said.order_by("at").values_list("by", "at"))


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
