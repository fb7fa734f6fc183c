"""What stands against a plan, each as the trail words it. Conflicts are refused unless a reason is
given; warnings are only said (ADR 0028).
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from dispatch.choices import Wish
from dispatch.models import USUAL_LENGTH, EngineerWish, Task
from dispatch.queries.suggesting import arrival_due, place_of
from dispatch.suggestion import NIGHT, Booked, way
from employees.models import Employee
from employees.queries import work_calendar
from service_requests.queries import day_of

SHOWN = 5
LAST_INSTANT = timedelta(microseconds=1)


def conflicts(
    task: Task,
    engineer: Employee,
    starts: datetime,
    ends: datetime,
    *,
    beside: Collection[int] = (),
) -> list[dict[str, Any]]:
    """What stands against an engineer and the crew for a time, each as the trail words it; mostly
    nothing. Tasks that are moved beside it do not.
    """
    found = [*against(task, engineer, starts, ends, beside), *unskilled(task, engineer, starts)]
    for person in task.crew.all():
        if person.pk != engineer.pk:
            found += against(task, person, starts, ends, beside)
    return found


def against(
    task: Task,
    engineer: Employee,
    starts: datetime,
    ends: datetime,
    beside: Collection[int] = (),
) -> list[dict[str, Any]]:
    """What stands against one of them. The skill is only asked of who answers for the work."""
    others = Task.objects.involving([engineer]).unfinished().overlapping(starts, ends)
    others = others.exclude(pk__in={task.pk, *beside})
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
    if task.customer_id is not None:
        banned = EngineerWish.objects.filter(
            customer=task.customer_id, engineer=engineer, kind=Wish.BANNED
        )
        found += [{"say": "dispatch.is_banned", "why": wish.reason} for wish in banned]
    return [{"engineer": engineer.name, **reason} for reason in found]


def unskilled(task: Task, engineer: Employee, starts: datetime) -> list[dict[str, Any]]:
    if task.skill is None or has_skill(engineer, task.skill_id, day_of(starts)):
        return []
    lacks = {"say": "dispatch.lacks_skill", "skill": task.skill.names}
    return [{"engineer": engineer.name, **lacks}]


def has_skill(engineer: Employee, skill_id: int | None, on: date) -> bool:
    valid = Q(certificate_expires_on=None) | Q(certificate_expires_on__gte=on)
    return engineer.skill_levels.filter(valid, skill=skill_id).exists()


def warnings(
    task: Task, engineer: Employee, starts: datetime, ends: datetime
) -> list[dict[str, Any]]:
    """What should be known of a plan that can be carried out all the same; mostly nothing."""
    found = [*off_hours(engineer, starts, ends), *ways_too_short(task, engineer, starts, ends)]
    found += too_early(task, starts)
    due_at = arrival_due(task.service_request)
    if due_at is not None and starts > due_at:
        found.append({"say": "dispatch.misses_promise", "due_at": due_at})
    found = [{"engineer": engineer.name, **reason} for reason in found]
    for person in task.crew.all():
        if person.pk != engineer.pk:
            ways = ways_too_short(task, person, starts, ends)
            found += [{"engineer": person.name, **reason} for reason in ways]
    return found


def too_early(task: Task, starts: datetime) -> Iterator[dict[str, Any]]:
    """What has to be done before, and is planned to end later or not planned at all."""
    for other in task.after.unfinished().order_by("pk")[:SHOWN]:
        ends = other.planned_end or (other.planned_start and other.planned_start + USUAL_LENGTH)
        if ends is None:
            yield {"say": "dispatch.comes_after_unplanned", "number": other.number}
        elif ends > starts:
            yield {"say": "dispatch.comes_after", "number": other.number, "ends_at": ends}


def off_hours(engineer: Employee, starts: datetime, ends: datetime) -> Iterator[dict[str, Any]]:
    """A break in the middle of the day is nobody's end of work."""
    key = engineer.outlet.calendar_id
    if key is None:
        return
    calendar = work_calendar(key)
    for at in (starts, ends - LAST_INSTANT):
        hours = calendar.hours_on(calendar.day_of(at))
        if not hours or not hours[0].opens <= at < hours[-1].closes:
            yield {"say": "dispatch.is_off_hours"}
            return


def ways_too_short(
    task: Task, engineer: Employee, starts: datetime, ends: datetime
) -> Iterator[dict[str, Any]]:
    """From the task before, and to the task after it, as far as the places are known."""
    place = place_of(task)
    booked = booked_around(task, engineer, starts, ends)
    before = max((each for each in booked if each.ends <= starts), key=ended, default=None)
    after = min((each for each in booked if each.starts >= ends), key=began, default=None)
    gaps = [(before, starts - before.ends)] if before else []
    gaps += [(after, after.starts - ends)] if after else []
    for other, gap in gaps:
        travel = way(other.place, place)
        if travel is not None and gap < timedelta(minutes=travel.minutes):
            yield {
                "say": "dispatch.way_is_short",
                "number": other.number,
                "minutes": travel.minutes,
                "left": int(gap / timedelta(minutes=1)),
            }


def booked_around(task: Task, engineer: Employee, starts: datetime, ends: datetime) -> list[Booked]:
    """The tasks with a place of the same stretch of work: no night lies between."""
    others = Task.objects.involving([engineer]).unfinished()
    others = others.overlapping(starts - NIGHT, ends + NIGHT)
    rows = others.exclude(pk=task.pk).select_related("site", "customer")
    found = []
    for other in rows:
        assert other.planned_start is not None
        until = other.planned_end or other.planned_start + USUAL_LENGTH
        found.append(Booked(other.planned_start, until, place_of(other), other.number))
    return [each for each in found if each.place]


def began(task: Booked) -> datetime:
    return task.starts


def ended(task: Booked) -> datetime:
    return task.ends
