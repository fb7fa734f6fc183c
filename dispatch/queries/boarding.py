"""The schedule board: who is there, what is planned, what waits; the same number of queries for one
engineer and for fifty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import F, Max, Prefetch, Q, QuerySet
from django.utils import timezone

from crmservice.activity.models import Activity
from crmservice.worktime import WorkCalendar
from dispatch.choices import Status
from dispatch.models import USUAL_LENGTH, Task, TaskQuerySet
from dispatch.queries.scheduling import HOUR, start_of
from dispatch.queries.suggesting import home_of, place_of
from dispatch.suggestion import NIGHT, Booked, Leg, legs
from employees.models import Absence, Employee, EmployeeSkill, Outlet, Skill
from employees.queries import calendar_of_version

MOST_PEOPLE = 100
MOST_WAITING = 60
WEEK = 7
USUAL_HOURS = time(8), time(18)  # shown at least
PLACE = ("name", "latitude", "longitude")
ON_A_BAR = (
    *("number", "kind", "status", "title", "assignee", "planned_start", "planned_end"),
    *("locked", "conflict_reason", "version"),
    *(f"{where}__{name}" for where in ("customer", "site") for name in PLACE),
)
MOVING = ("dispatch.", "employees.")  # what is done to their records moves what is on the board
# An activity has its number before its transaction ends: one with a lower number may be seen later.
LATECOMERS, FARTHEST = 500, 5000


@dataclass(frozen=True)
class Stretch:
    """What of the schedule is looked at."""

    first: date
    days: int = 1
    outlet: Outlet | None = None
    skill: Skill | None = None
    kind: str = ""

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def starts(self) -> datetime:
        return start_of(self.first)

    @property
    def ends(self) -> datetime:
        return start_of(self.first + timedelta(days=self.days))


class Closed(NamedTuple):
    """When the outlets of a calendar are closed; `name` is the holiday's."""

    calendar_id: int
    starts: datetime
    ends: datetime
    name: str


@dataclass(frozen=True)
class Board:
    people: list[Employee]
    tasks: list[Task]
    legs: dict[str, Leg]  # by `bar_key`
    absences: list[Absence]
    closed: list[Closed]
    waiting: list[Task]
    is_cut: bool = False  # more people than are shown
    is_waiting_cut: bool = False
    hours: dict[int, float] = field(default_factory=dict)  # planned, by person


def board(user: Employee, stretch: Stretch, rows: int | None = None) -> Board:
    """What `user` sees of a stretch; six queries, and some more for a calendar that this process
    does not know yet. With `rows`, all people, and what the first of them do.
    """
    people = list(people_of(user, stretch)[: MOST_PEOPLE + 1])
    shown = people[:MOST_PEOPLE]
    around = tasks_around(user, stretch, shown[:rows])
    inside = [
        task for task in around if begins(task) < stretch.ends and ends(task) > stretch.starts
    ]
    waiting = list(waiting_for(user, stretch)[: MOST_WAITING + 1])
    absences = Absence.objects.overlapping(stretch.starts, stretch.ends)
    return Board(
        people=shown,
        tasks=inside,
        legs=legs_of(shown, around),
        absences=list(absences.filter(employee__in=shown).order_by("starts_at", "pk")),
        closed=list(closed_of(shown, stretch)),
        waiting=waiting[:MOST_WAITING],
        is_cut=len(people) > MOST_PEOPLE,
        is_waiting_cut=len(waiting) > MOST_WAITING,
        hours=hours_planned(inside),
    )


def moved(since: int | None) -> tuple[int, list[int]]:
    """What was done to tasks and people from about the activity `since`, and since which: the same
    two answers mean that nobody moved anything. Two queries by number, whatever is on the board.

    Where `since` is not given, or is long ago, it is the newest.
    """
    newest = Activity.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if since is None or not newest - FARTHEST < since <= newest:
        since = newest
    done = Activity.objects.filter(pk__gt=since - LATECOMERS)
    theirs = Q()
    for app in MOVING:
        theirs |= Q(subject_type__startswith=app)
    return since, list(done.filter(theirs).order_by("pk").values_list("pk", flat=True))


def people_of(user: Employee, stretch: Stretch) -> QuerySet[Employee]:
    """The engineers in scope, and who else has something to do in this time, whoever has left."""
    own = Q(pk=user.pk)
    people = user.scoped(
        Employee.objects.all(), "dispatch.view", outlet=Q(outlet=user.outlet_id), own=own
    )
    busy = Task.objects.unfinished().overlapping(stretch.starts, stretch.ends)
    engineers = Employee.objects.engineers()
    people = people.filter(
        Q(pk__in=engineers.values("pk"))
        | Q(pk__in=busy.values("assignee"))
        | Q(pk__in=busy.filter(crew__isnull=False).order_by().values("crew"))
    ).select_related("outlet__calendar")
    if stretch.outlet is not None:
        people = people.filter(outlet=stretch.outlet)
    if stretch.skill is not None:
        valid = Q(certificate_expires_on=None) | Q(certificate_expires_on__gte=stretch.first)
        able = EmployeeSkill.objects.filter(valid, skill=stretch.skill)
        people = people.filter(pk__in=able.values("employee"))
    return people.order_by("outlet__code", "name", "pk")


def tasks_around(user: Employee, stretch: Stretch, people: Iterable[Employee]) -> list[Task]:
    """Their tasks of the stretch, and those from which one comes to the first of it."""
    tasks: TaskQuerySet = Task.objects.visible_to(user).exclude(status=Status.CANCELLED)
    tasks = tasks.involving(people).overlapping(stretch.starts - NIGHT, stretch.ends)
    rows = tasks.with_promise().select_related("customer", "site").only(*ON_A_BAR)
    # to an attribute: Django would make a queryset for each relation of each task
    crew, after = (Prefetch(name, to_attr=f"known_{name}") for name in ("crew", "after"))
    rows = rows.prefetch_related(crew, after, "assignee")
    return list(rows.order_by("planned_start", "pk"))


def waiting_for(user: Employee, stretch: Stretch) -> QuerySet[Task]:
    """Those without engineer, what was promised first comes first."""
    tasks = Task.objects.visible_to(user).waiting().with_promise()
    if stretch.kind:
        tasks = tasks.filter(kind=stretch.kind)
    if stretch.skill is not None:
        tasks = tasks.filter(skill=stretch.skill)
    rows = tasks.select_related("customer", "site", "service_request", "skill")
    return rows.order_by(F("promised_at").asc(nulls_last=True), "listed_at", "pk")


def bar_key(task: Task, person: int) -> str:
    """The task's number for who answers for it; the crew's bars have names of their own."""
    return task.number if person == task.assignee_id else f"{task.number}+{person}"


def legs_of(people: Iterable[Employee], tasks: Iterable[Task]) -> dict[str, Leg]:
    booked: dict[int, list[Booked]] = {}
    for task in tasks:
        place = place_of(task)
        for key in task.people:
            bar = Booked(begins(task), ends(task), place, bar_key(task, key))
            booked.setdefault(key, []).append(bar)
    found: dict[str, Leg] = {}
    for person in people:
        found |= legs(home_of(person), booked.get(person.pk, ()))
    return found


def closed_of(people: Iterable[Employee], stretch: Stretch) -> Iterator[Closed]:
    """Between the hours of each calendar in use; an outlet without one is always open."""
    in_use = {
        person.outlet.calendar.pk: person.outlet.calendar.version
        for person in people
        if person.outlet.calendar
    }
    for key, version in sorted(in_use.items()):
        calendar = calendar_of_version(key, version)
        names = {each.on: each.name for each in calendar.special_days(stretch.first, stretch.last)}
        yield from closed_spans(key, calendar, stretch, names)


def closed_spans(
    key: int, calendar: WorkCalendar, stretch: Stretch, names: dict[date, str]
) -> Iterator[Closed]:
    """A day that is a holiday stands by itself, with its name; other nights are one span each."""
    since, until = stretch.starts, stretch.starts
    for at in range(stretch.days):
        on = stretch.first + timedelta(days=at)
        midnight, until = start_of(on), start_of(on + timedelta(days=1))
        spans = list(calendar.spans(midnight, until))
        if names.get(on) and not spans:
            if since < midnight:
                yield Closed(key, since, midnight, "")
            yield Closed(key, midnight, until, names[on])
            since = until
        for opens, closes in spans:
            if opens > since:
                yield Closed(key, since, opens, "")
            since = closes
    if since < until:
        yield Closed(key, since, until, "")


def hours_planned(tasks: Iterable[Task]) -> dict[int, float]:
    found: dict[int, float] = {}
    for task in tasks:
        spent = (ends(task) - begins(task)) / HOUR
        for key in task.people:
            found[key] = found.get(key, 0.0) + spent
    return found


def shown_hours(board: Board) -> tuple[time, time]:
    """From the first full hour at which somebody begins to the last at which somebody ends, in the
    reader's time zone; what lies past midnight shows the whole day.
    """
    first, last = USUAL_HOURS
    for task in board.tasks:
        begun, done = timezone.localtime(begins(task)), timezone.localtime(ends(task))
        if begun.date() != done.date():
            return time(), time.max
        first = min(first, time(begun.hour))
        last = max(last, time.max if done.hour == time.max.hour else time(done.hour + 1))
    return first, last


def begins(task: Task) -> datetime:
    assert task.planned_start is not None
    return task.planned_start


def ends(task: Task) -> datetime:
    """As reckoned where no end is planned."""
    return task.planned_end or begins(task) + USUAL_LENGTH


def length(task: Task) -> timedelta:
    if task.planned_start is None or task.planned_end is None:
        return USUAL_LENGTH
    return task.planned_end - task.planned_start


def monday_of(on: date) -> date:
    return on - timedelta(days=on.weekday())
