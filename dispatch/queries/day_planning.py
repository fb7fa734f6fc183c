"""The facts of a day for `dispatch.dayplan`: whom there is, what they have, what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from crmservice.activity.models import Activity
from dispatch import dayplan
from dispatch.choices import AHEAD, UNFINISHED, Kind, Status, Wish
from dispatch.models import DayPlan, EngineerWish, Task, TaskQuerySet
from dispatch.queries.boarding import USUAL_HOURS, begins, ends, length
from dispatch.queries.scheduling import start_of
from dispatch.queries.suggesting import (
    NOT_ASKED_AGAIN,
    TELEPHONE,
    home_of,
    people_for,
    place_of,
)
from employees.models import Absence, Employee, EmployeeSkill
from employees.queries import work_calendar
from service_requests.queries import day_of

MINUTE = timedelta(minutes=1)
BEFORE_HOURS = 60  # minutes: nobody sets out from home earlier than that before the opening
MOST_JOBS = 300
MOST_ENGINEERS = 100


@dataclass(frozen=True)
class DayFacts:
    """`kept` are the tasks that stay as they are, `closed` how many engineers have no service hours
    that day.
    """

    day: dayplan.Day
    tasks: dict[int, Task]
    kept: list[Task]
    closed: int
    is_cut: bool


def day_facts(plan: DayPlan, *, at: datetime) -> DayFacts:
    """What is known at that moment, within what the person who asked may plan."""
    people = list(engineers_of(plan)[:MOST_ENGINEERS])
    hours = {person.pk: hours_on(person, plan.on) for person in people}
    at_work = [person for person in people if hours[person.pk]]
    midnight, end = start_of(plan.on), start_of(plan.on + timedelta(days=1))
    theirs = list(tasks_of(at_work, midnight, end))
    movable = [task for task in theirs if may_move(task, plan, at=at)]
    kept = [task for task in theirs if task not in movable]
    waiting = list(open_tasks(plan, midnight, end)[: MOST_JOBS - len(movable) + 1])
    is_cut = len(waiting) + len(movable) > MOST_JOBS
    tasks = [*movable, *waiting][:MOST_JOBS]
    departs = minutes(at, plan.on) if day_of(at) == plan.on else 0
    skills = skills_on(plan.on, at_work)
    stays = stays_of(at_work, kept, plan.on, departs)
    banned, preferred = wishes_for(tasks, at_work)
    for key, engineers in refusals_of(tasks, at).items():
        banned.setdefault(key, set()).update(engineers)
    return DayFacts(
        day=dayplan.Day(
            tuple(
                dayplan.Engineer(
                    id=person.pk,
                    opens=hours[person.pk][0],
                    closes=hours[person.pk][1],
                    home=home_of(person),
                    skills=frozenset(skills.get(person.pk, ())),
                    stays=tuple(stays.get(person.pk, ())),
                    departs=max(departs, hours[person.pk][0] - BEFORE_HOURS),
                )
                for person in at_work
            ),
            tuple(job_of(task, plan.on, banned, preferred) for task in tasks),
        ),
        tasks={task.pk: task for task in tasks},
        kept=kept,
        closed=len(people) - len(at_work),
        is_cut=is_cut,
    )


def engineers_of(plan: DayPlan) -> QuerySet[Employee]:
    people = people_for(plan.asked_by, Kind.ONSITE).select_related("outlet__calendar")
    if plan.outlet_id is not None:
        people = people.filter(outlet=plan.outlet_id)
    return people.order_by("outlet__code", "name", "pk")


def hours_on(person: Employee, on: date) -> tuple[int, ...]:
    """From the first opening to the last closing, in minutes of the day; nothing when closed. An
    outlet without calendar has the usual hours.
    """
    key = person.outlet.calendar_id
    if key is None:
        return tuple(hour.hour * 60 + hour.minute for hour in USUAL_HOURS)
    spans = work_calendar(key).hours_on(on)
    if not spans:
        return ()
    return minutes(spans[0].opens, on), min(minutes(spans[-1].closes, on), dayplan.DAY)


def tasks_of(people: Sequence[Employee], starts: datetime, ends_at: datetime) -> Iterable[Task]:
    """What they have that day, whoever may see it."""
    rows: TaskQuerySet = Task.objects.unfinished().involving(people)
    rows = rows.overlapping(starts, ends_at).with_promise()
    rows = rows.select_related("site", "customer", "service_request").prefetch_related("crew")
    return rows.order_by("planned_start", "pk")


def may_move(task: Task, plan: DayPlan, *, at: datetime) -> bool:
    """Whether it may be given to somebody else or another time: nothing that has begun or is about
    to, was agreed in both, was planned against the advice, or binds a crew.
    """
    allowed = (
        (task.status == Status.ASSIGNED and plan.moves_assigned)
        or (task.status == Status.ACCEPTED and plan.moves_accepted)
    ) and task.status in AHEAD
    is_that_day = day_of(begins(task)) == plan.on == day_of(ends(task))
    is_free = not (task.holds_person and task.holds_time) and not task.conflict_reason
    is_free = is_free and not task.crew.all()
    return allowed and is_that_day and is_free and begins(task) > at and task.kind not in TELEPHONE


def open_tasks(plan: DayPlan, midnight: datetime, end: datetime) -> TaskQuerySet:
    """Without engineer, and for that day or overdue; what is agreed for another day is not asked
    for, nor what comes after work that is not done. With an outlet, those of customers that it
    serves or that nobody serves.
    """
    tasks: TaskQuerySet = Task.objects.visible_to(plan.asked_by).waiting().uncrewed().with_promise()
    in_time = Q(window_from=None) | Q(window_from__lte=plan.on)
    not_later = Q(planned_start=None) | Q(planned_start__lt=end)
    agreed_before = Q(locked__in=["time", "both"], planned_start__lt=midnight)
    tasks = tasks.exclude(kind__in=TELEPHONE).filter(in_time, not_later).exclude(agreed_before)
    tasks = tasks.exclude(pk__in=Task.objects.filter(after__status__in=UNFINISHED).values("pk"))
    if plan.outlet_id is not None:
        served = Q(customer__served_by=plan.outlet_id) | Q(customer__served_by=None)
        tasks = tasks.filter(pk__in=Task.objects.filter(served).values("pk"))
    return tasks.select_related("site", "customer", "service_request").order_by(
        F("service_request__priority").asc(nulls_last=True),
        F("promised_at").asc(nulls_last=True),
        "listed_at",
        "pk",
    )


def job_of(
    task: Task,
    on: date,
    banned: dict[int, set[int]],
    preferred: dict[int, set[int]],
) -> dayplan.Job:
    request = task.service_request
    promised = task.promised_at  # type: ignore[attr-defined]
    starts = task.planned_start if task.planned_start and day_of(task.planned_start) == on else None
    is_wished = starts is not None and task.assignee_id is None
    set_at = minutes(starts, on) if starts is not None and task.holds_time else None
    earliest = minutes(starts, on) if starts is not None and is_wished else 0
    return dayplan.Job(
        id=task.pk,
        length=int(length(task) / MINUTE),
        place=place_of(task),
        skill=task.skill_id,
        earliest=earliest if set_at is None else set_at,
        latest=dayplan.DAY if set_at is None else set_at,
        due=minutes(promised, on) if promised else None,
        priority=request.priority if request else dayplan.LAST_PRIORITY,
        banned=frozenset(banned.get(task.pk, ())),
        preferred=frozenset(preferred.get(task.pk, ())),
        only=task.assignee_id if task.holds_person else None,
        engineer=task.assignee_id,
        starts=minutes(starts, on) if starts is not None and task.assignee_id else None,
    )


def stays_of(
    people: Sequence[Employee], kept: Iterable[Task], on: date, departs: int
) -> dict[int, list[dayplan.Stay]]:
    """By person, of the crew too. What has begun takes until now at least."""
    found: dict[int, list[dayplan.Stay]] = {}
    for task in kept:
        first, last = clipped(begins(task), on), clipped(ends(task), on)
        if task.status not in (Status.PLANNED, *AHEAD):
            last = max(last, departs)
        if last > first:
            stay = dayplan.Stay(first, last, place_of(task))
            for key in task.people:
                found.setdefault(key, []).append(stay)
    midnight, end = start_of(on), start_of(on + timedelta(days=1))
    absences = Absence.objects.overlapping(midnight, end).filter(employee__in=people)
    for absence in absences:
        first, last = clipped(absence.starts_at, on), clipped(absence.ends_at, on)
        if last > first:
            found.setdefault(absence.employee_id, []).append(dayplan.Stay(first, last))
    return found


def skills_on(on: date, people: Sequence[Employee]) -> dict[int, set[int]]:
    valid = Q(certificate_expires_on=None) | Q(certificate_expires_on__gte=on)
    held = EmployeeSkill.objects.filter(valid, employee__in=people)
    found: dict[int, set[int]] = {}
    for person, skill in held.values_list("employee", "skill"):
        found.setdefault(person, set()).add(skill)
    return found


def wishes_for(
    tasks: Sequence[Task], people: Sequence[Employee]
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By task, whom its customer does not want, and whom it asks for."""
    said = EngineerWish.objects.filter(
        customer__in={task.customer_id for task in tasks if task.customer_id},
        engineer__in=people,
    )
    banned: dict[int, set[int]] = {}
    preferred: dict[int, set[int]] = {}
    by_customer: dict[int, list[EngineerWish]] = {}
    for wish in said:
        by_customer.setdefault(wish.customer_id, []).append(wish)
    for task in tasks:
        for wish in by_customer.get(task.customer_id or 0, ()):
            of_kind = banned if wish.kind == Wish.BANNED else preferred
            of_kind.setdefault(task.pk, set()).add(wish.engineer_id)
    return banned, preferred


def refusals_of(tasks: Sequence[Task], at: datetime) -> dict[int, set[int]]:
    """By task, who refused it a short time ago."""
    said = Activity.objects.filter(
        subject_type=Task._meta.label_lower,
        subject_id__in=[task.pk for task in tasks],
        verb="dispatch.refused",
        at__gt=at - NOT_ASKED_AGAIN,
    )
    found: dict[int, set[int]] = {}
    for task, by in said.order_by().values_list("subject_id", "by"):
        if by is not None:
            found.setdefault(task, set()).add(by)
    return found


def minutes(at: datetime, on: date) -> int:
    """Of that day; less than nothing before it."""
    return int((at - start_of(on)) // MINUTE)


def clipped(at: datetime, on: date) -> int:
    return min(max(minutes(at, on), 0), dayplan.DAY)


def moment_of(on: date, minute: int) -> datetime:
    return start_of(on) + minute * MINUTE
