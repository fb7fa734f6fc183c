"""A plan of a day: asked for, reckoned in the background, and accepted line by line or dropped."""

import logging
from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.nudge import nudge
from crmservice.sweeping import claim_each
from crmservice.web.text import in_both
from dispatch import solving
from dispatch.actions.planning import assign
from dispatch.choices import PlanState
from dispatch.dayplan import Figures, Frame, Plan, Visit, down, figures_now
from dispatch.models import DayPlan, Task
from dispatch.queries import DayFacts, begins, day_facts, length, moment_of, people_for
from employees.models import Employee, Outlet
from service_requests.queries import day_of

log = logging.getLogger(__name__)

RECKON = "dispatch.tasks.reckon_day_plans"
MOST_ATTEMPTS = 3
MINUTE = timedelta(minutes=1)


class Line(NamedTuple):
    """What a ticked line of a plan asks for."""

    task: Task
    version: int
    engineer: Employee
    starts: datetime
    ends: datetime


def lease() -> timedelta:
    """Longer than any search takes, so that nobody takes up what is still in hand."""
    return timedelta(seconds=settings.DAY_PLAN_SECONDS + solving.TO_START + 30)


@transaction.atomic
def ask_day_plan(
    *,
    on: date,
    outlet: Outlet | None = None,
    moves_assigned: bool = False,
    moves_accepted: bool = False,
    by: Employee,
    at: datetime,
) -> DayPlan:
    """Have a plan reckoned; the same one of the same person that is under way is given back.

    Raises DomainError for a day that is over.
    """
    if on < day_of(at):
        raise DomainError(_("That day is over."), field="on")
    asked = {
        "on": on,
        "outlet": outlet,
        "moves_assigned": moves_assigned,
        "moves_accepted": moves_accepted,
        "asked_by": by,
    }
    plan = DayPlan.objects.under_way().filter(**asked).first()
    if plan is not None:
        return plan
    plan = DayPlan.objects.create(**asked, asked_at=at)
    record(plan, "dispatch.day_plan_asked", by=by, at=at, day_on=on)
    nudge(RECKON)
    return plan


def reckon_day_plans(*, at: datetime) -> int:
    """Reckon what waits, one after the other; what was killed on the way is begun again."""
    due = DayPlan.objects.to_reckon(at, lease()).select_related("asked_by").order_by("pk")
    return claim_each(due, reckon, at=at)


def reckon(plan: DayPlan, *, at: datetime) -> bool:
    """Take a plan in hand and reckon it; whether it was this one's turn and it is ready.

    The search is no transaction; the first UPDATE and the last one say whose it is.
    """
    until = at + lease()
    mine = DayPlan.objects.filter(pk=plan.pk, state=PlanState.SOLVING, lease_until=until)
    if plan.attempts >= MOST_ATTEMPTS:
        return give_up(plan)
    before = DayPlan.objects.filter(pk=plan.pk, state=plan.state, lease_until=plan.lease_until)
    if not before.update(
        state=PlanState.SOLVING, lease_until=until, attempts=plan.attempts + 1, progress=1
    ):
        return False
    facts = day_facts(plan, at=at)
    frame = Frame(facts.day, import_string(settings.DAY_PLAN_WAYS))
    try:
        first, best = solving.solve(
            frame,
            seconds=settings.DAY_PLAN_SECONDS,
            told=lambda done: bool(mine.update(progress=done)),
        )
    except solving.GivenUpError:
        return False
    result = result_of(plan, facts, frame, first, best)
    with transaction.atomic():
        if not mine.update(state=PlanState.READY, lease_until=None, progress=100, result=result):
            return False
        record(plan, "dispatch.day_plan_ready", by=None, at=at, day_on=plan.on)
    return True


def give_up(plan: DayPlan) -> bool:
    log.error("plan %s of %s was begun %s times and never ready", plan.pk, plan, plan.attempts)
    same = DayPlan.objects.filter(pk=plan.pk, state=plan.state, lease_until=plan.lease_until)
    same.update(state=PlanState.FAILED, lease_until=None)
    return False


def result_of(
    plan: DayPlan, facts: DayFacts, frame: Frame, first: Plan, best: Plan
) -> dict[str, Any]:
    """All that the page shows, in plain words and numbers."""
    pinned = facts.tasks.keys() - {job.id for job in frame.jobs}
    kept = [*facts.kept, *(facts.tasks[key] for key in pinned)]
    return {
        "people": [engineer.id for engineer in frame.engineers],
        "lines": [line_of(plan, facts.tasks[visit.job], visit) for visit in best.visits],
        "left": [{"task": left.job, "code": left.code, "able": left.able} for left in best.left],
        "kept": sorted(task.pk for task in kept),
        "closed": facts.closed,
        "is_cut": facts.is_cut,
        "figures": {
            "now": shown(figures_now(frame)),
            "greedy": shown(first.figures),
            "plan": shown(best.figures),
        },
    }


def line_of(plan: DayPlan, task: Task, visit: Visit) -> dict[str, Any]:
    """What stays with its engineer at its time is no change; a time that was agreed is kept to the
    minute.
    """
    starts = moment_of(plan.on, visit.starts)
    is_same_time = task.planned_start is not None and starts == moment_of(
        plan.on, down(int((begins(task) - moment_of(plan.on, 0)) // MINUTE))
    )
    if is_same_time or task.holds_time:
        starts = begins(task)
    return {
        "task": task.pk,
        "version": task.version,
        "engineer": visit.engineer,
        "starts": starts.isoformat(),
        "ends": (starts + length(task)).isoformat(),
        "minutes": visit.minutes,
        "is_late": visit.is_late,
        "why": list(visit.why),
        "had": task.assignee_id,
        "had_at": task.planned_start.isoformat() if task.planned_start else None,
        "is_change": task.assignee_id != visit.engineer or not is_same_time,
    }


def shown(figures: Figures) -> dict[str, Any]:
    return asdict(figures) | {"left": {str(key): count for key, count in figures.left.items()}}


@transaction.atomic
def drop_day_plan(plan: DayPlan, *, by: Employee, at: datetime) -> DayPlan:
    """It is not wanted any more; what is being reckoned stops."""
    plan = DayPlan.objects.lock(plan.pk)
    plan.move_to(PlanState.DROPPED)
    plan.save(update_fields=["state", "lease_until"])
    record(plan, "dispatch.day_plan_dropped", by=by, at=at, day_on=plan.on)
    return plan


@transaction.atomic
def accept_day_plan(
    plan: DayPlan, *, chosen: Collection[int], by: Employee, at: datetime
) -> DayPlan:
    """Assign the chosen lines, each as if it were assigned by hand; one that cannot be any more is
    left out with its reason, and the others are not touched by that.

    What was not chosen may be chosen later. Raises DomainError when nothing is chosen of what is
    open, or the plan was dropped before.
    """
    plan = DayPlan.objects.lock(plan.pk)
    open_lines = plan.open_lines
    plan.move_to(PlanState.ACCEPTED)
    lines, refused = lines_of(plan, set(open_lines) & set(chosen), by)
    if not lines and not refused:
        raise DomainError(
            _("Somebody else has accepted these lines meanwhile.")
            if chosen
            else _("Tick at least one line."),
            field="lines",
        )
    taken, refused_by_rule = assign_all(lines, by=by, at=at)
    refused |= refused_by_rule
    before = plan.answer or {"taken": [], "refused": {}}
    named = {str(key): why for key, why in refused.items()}
    plan.answer = {"taken": before["taken"] + taken, "refused": before["refused"] | named}
    plan.accepted_at = at
    plan.save(update_fields=["state", "lease_until", "answer", "accepted_at"])
    record(
        plan,
        "dispatch.day_plan_accepted",
        by=by,
        at=at,
        day_on=plan.on,
        taken=len(taken),
        refused=len(refused),
    )
    return plan


def lines_of(
    plan: DayPlan, chosen: Collection[int], by: Employee
) -> tuple[list[Line], dict[int, Any]]:
    """The chosen lines that can be asked for, and in both languages why the others cannot."""
    wanted = [line for line in plan.result["lines"] if line["task"] in chosen and line["is_change"]]
    tasks = Task.objects.visible_to(by).select_related("assignee")
    found = {task.pk: task for task in tasks.filter(pk__in=[line["task"] for line in wanted])}
    people = people_for(by, "").in_bulk([line["engineer"] for line in wanted])
    lines, refused = [], {}
    for line in wanted:
        task, engineer = found.get(line["task"]), people.get(line["engineer"])
        if task is None or engineer is None:
            refused[line["task"]] = in_both(lambda: _("It is not within what you plan any more."))
        elif task.version != line["version"]:
            refused[task.pk] = in_both(partial(changed_in_words, task))
        else:
            slot = (datetime.fromisoformat(line[name]) for name in ("starts", "ends"))
            lines.append(Line(task, line["version"], engineer, *slot))
    return lines, refused


def changed_in_words(task: Task) -> str:
    return _("It was changed meanwhile: %(status)s, %(engineer)s.") % {
        "status": task.get_status_display(),
        "engineer": task.assignee or _("nobody yet"),
    }


def assign_all(
    lines: list[Line], *, by: Employee, at: datetime
) -> tuple[list[int], dict[int, str]]:
    """Those whose place is free, then those whose place became free by that, and so on; what goes
    round in a ring changes places at once.
    """
    taken: list[int] = []
    refused: dict[int, str] = {}
    left = list(lines)
    while left:
        waiting = []
        for line in left:
            no = tried([line], by=by, at=at)
            if no is None:
                taken.append(line.task.pk)
            elif no.is_conflict:
                waiting.append(line)
            else:
                refused[line.task.pk] = no.words
        if len(waiting) == len(left):
            break
        left = waiting
    else:
        return taken, refused
    while left:
        no = tried(left, by=by, at=at)
        if no is None:
            return [*taken, *(line.task.pk for line in left)], refused
        refused[no.line.task.pk] = no.words
        left.remove(no.line)
    return taken, refused


class Refusal(NamedTuple):
    line: Line
    words: str
    is_conflict: bool


def tried(lines: Collection[Line], *, by: Employee, at: datetime) -> Refusal | None:
    """Assign them all, or none of them: which one was refused."""
    moving = {line.task.pk for line in lines}
    line = None
    try:
        with transaction.atomic():
            for line in lines:
                assign(
                    line.task,
                    engineer=line.engineer,
                    planned_start=line.starts,
                    planned_end=line.ends,
                    version=line.version,
                    beside=moving,
                    by=by,
                    at=at,
                )
    except DomainError as no:
        assert line is not None
        return Refusal(line, str(no), is_conflict=no.field == "conflict_reason")
    return None
