"""What the desk does with a task: plan, change, assign, take back, cancel."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset, Occurrence
from assets.queries import procedure_for
from contracts.models import ServiceContract
from crmservice.activity.changing import change as change_record
from crmservice.activity.wording import phrases
from crmservice.errors import ConflictError, DomainError
from crmservice.numbers.models import next_number
from crmservice.search.index import index_many
from crmservice.web.text import moment
from customers.models import CareTouch, Customer, Site
from dispatch.actions.allowing import give_back, take_visit
from dispatch.actions.checking import write_checklist
from dispatch.actions.keeping import (
    BESIDE,
    about,
    demand,
    lock,
    open_request,
    refuse_over,
    reindex,
    tell,
    write,
)
from dispatch.actions.ordering import tell_those_after
from dispatch.actions.reminding import assigned_by, foresee, forget, next_reminder
from dispatch.actions.repeating import flag_repeat
from dispatch.actions.reviewing import forget_review
from dispatch.actions.writing import write_appointment, write_cancellation
from dispatch.choices import AHEAD, AT_THE_CUSTOMER, Kind, Lock, Status
from dispatch.models import Task
from dispatch.queries import conflicts, documents, visit_details
from employees.models import Absence, Employee, Skill
from orders import actions as orders
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest

FROM_ASSIGNMENT = ("assignee", "planned_start", "planned_end", "conflict_reason")
STAMPS = ("assigned_at", "accepted_at")


@transaction.atomic
def plan(  # noqa: PLR0913  (the fields of the plan form, each by name)
    *,
    kind: str = Kind.ONSITE,
    title: str,
    instructions: str = "",
    service_request: ServiceRequest | None = None,
    customer: Customer | None = None,
    site: Site | None = None,
    asset: Asset | None = None,
    contract: ServiceContract | None = None,
    skill: Skill | None = None,
    follow_up_of: Task | None = None,
    engineer: Employee | None = None,
    planned_start: datetime | None = None,
    planned_end: datetime | None = None,
    conflict_reason: str = "",
    occurrence: Occurrence | None = None,
    touch: CareTouch | None = None,
    window: tuple[date, date] | None = None,
    with_procedure: bool = True,
    by: Employee | None,
    at: datetime,
) -> Task:
    """Make a task, for a request or of its own, and assign it at once when an engineer is named.
    Without `by` a maintenance or care plan made it; `window` is from which to which day it is due.

    What is not said is taken from the request; the skill is the one that the device's model needs,
    the checklist begins with the procedure of such work.
    A visit promises the customer its arrival. Raises DomainError for a finished request, a
    stranger's asset or site, and all that `assign` refuses.
    """
    if service_request is not None:
        service_request = ServiceRequest.objects.select_related("customer", "asset__root").lock(
            service_request.pk
        )
        refuse_finished(service_request)
        customer = service_request.customer
        site, asset = site or service_request.site, asset or service_request.asset
        contract = contract or service_request.contract
    refuse_strangers(customer, asset=asset, site=site)
    refuse_odd_slot(planned_start, planned_end)
    task = Task(
        number=next_number("TK", at),
        kind=kind,
        title=demand(title, "title"),
        instructions=instructions.strip(),
        service_request=service_request,
        customer=customer,
        site=site or (asset.site if asset else None),
        asset=asset,
        contract=contract,
        skill=skill or skill_for(asset),
        follow_up_of=follow_up_of,
        planned_start=planned_start,
        planned_end=planned_end,
        occurrence=occurrence,
        touch=touch,
        window_from=window[0] if window else None,
        window_until=window[1] if window else None,
        created_by=by,
        created_at=at,
    )
    task.save(force_insert=True)
    if with_procedure:
        write_checklist(task, procedure_for(kind, task.asset))
    tell(task, "dispatch.planned", by=by, at=at)
    reindex(task)
    take_visit(task, by=by, at=at)
    if by is None:
        return task
    promise_arrival(task, by=by, at=at)
    flag_repeat(task, at=at)
    if engineer is None:
        return task
    if planned_start is None or planned_end is None:
        raise DomainError(_("Say from when to when."), field="planned_start")
    return assign(
        task,
        engineer=engineer,
        planned_start=planned_start,
        planned_end=planned_end,
        conflict_reason=conflict_reason,
        by=by,
        at=at,
    )


@transaction.atomic
def change(
    task: Task, values: Mapping[str, Any], *, version: int | None = None, by: Employee, at: datetime
) -> Task:
    """Change what was written down; who goes when is changed by `assign`.

    Raises DomainError for a finished task, a stranger's asset or site, a field that somebody else
    changed.
    """
    task = lock(task)
    refuse_over(task)
    customer = values.get("customer", task.customer)
    refuse_strangers(
        customer, asset=values.get("asset", task.asset), site=values.get("site", task.site)
    )
    written = dict(values)
    if "title" in written:
        written["title"] = demand(written["title"], "title")
    task = change_record(
        task, written, verb="dispatch.changed", version=version, by=by, at=at, about=about(task)
    )
    if task.is_ahead and "site" in written:
        task.remind_at = next_reminder(task, after=at)
        task.save(update_fields=["remind_at"])
    reindex(task)
    promise_arrival(task, by=by, at=at)
    return task


@transaction.atomic
def assign(  # noqa: PLR0913  (a slot has many particulars)
    task: Task,
    *,
    engineer: Employee,
    planned_start: datetime,
    planned_end: datetime,
    conflict_reason: str = "",
    version: int | None = None,
    beside: Collection[int] = (),
    by: Employee,
    at: datetime,
) -> Task:
    """Give the task to an engineer for a time, or to another one, or for another time; it is to be
    accepted anew.

    `version` is the one that the person saw; tasks `beside` it are moved in the same transaction
    and stand against nothing. Raises ConflictError when somebody else gave it to an
    engineer since, or took it back.

    Another task, an absence (of the crew, too) or a missing skill is refused with its name unless
    `conflict_reason` says why it is to be so all the same; the reason is kept. What is locked is
    refused whatever the reason. The engineer's outlet sees the request from now.
    """
    task = lock(task)
    refuse_changed(task, version)
    refuse_odd_slot(planned_start, planned_end)
    refuse_locked(task, engineer, planned_start)
    keys = [engineer.pk, *task.people]
    list(Employee.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    engineer.refresh_from_db()
    if not engineer.may("dispatch.carry_out"):
        raise DomainError(
            _("%(person)s does not carry out tasks.") % {"person": engineer}, field="engineer"
        )
    found = conflicts(task, engineer, planned_start, planned_end, beside=beside)
    if found and not conflict_reason.strip():
        raise DomainError(
            _("%(conflicts)s Say why it is to be so all the same, or choose another time.")
            % {"conflicts": phrases(found)},
            field="conflict_reason",
        )
    before = task.assignee if task.assignee_id != engineer.pk else None
    task.crew.remove(engineer)
    task.move_to(Status.ASSIGNED)
    forget_review(task)
    task.assignee, task.planned_start, task.planned_end = engineer, planned_start, planned_end
    task.conflict_reason = conflict_reason.strip() if found else ""
    task.assigned_at, task.accepted_at = at, None
    foresee(task, at=at)
    write(task, "status", *FROM_ASSIGNMENT, *STAMPS)
    tell(
        task,
        "dispatch.assigned_against_advice" if found else "dispatch.assigned",
        by=by,
        at=at,
        engineer=engineer.name,
        engineer_id=engineer.pk,
        before_id=before.pk if before else None,
        crew_ids=crew_of(task),
        reasons=found,
        reason=task.conflict_reason,
        **visit_details(task, at=at),
    )
    flag_repeat(task, at=at)
    write_appointment(task, by=by, at=at)
    if task.service_request is not None:
        service_requests.involve(task.service_request, outlet=engineer.outlet, by=by, at=at)
        reindex(task)
    return task


def refuse_changed(task: Task, seen: int | None) -> None:
    if seen is None or seen == task.version:
        return
    words = {"status": task.get_status_display(), "engineer": task.assignee or _("nobody yet")}
    raise ConflictError(
        _("Meanwhile it is: %(status)s, %(engineer)s. Save again to assign it all the same.")
        % words,
        field="offer",
        version=task.version,
        meanwhile={},
    )


@transaction.atomic
def unassign(task: Task, *, reason: str, by: Employee, at: datetime) -> Task:
    """Take the task back from its engineer, who is told; its time stays planned.

    Raises DomainError when this engineer was agreed with the customer.
    """
    task = lock(task)
    refuse_locked(task, None, task.planned_start)
    engineer = task.assignee
    why = demand(reason, "reason")
    free(task, at=at)
    tell(
        task,
        "dispatch.unassigned",
        by=by,
        at=at,
        engineer=engineer.name if engineer else None,
        engineer_id=engineer.pk if engineer else None,
        crew_ids=crew_of(task),
        reason=why,
    )
    return task


def crew_of(task: Task) -> list[int]:
    return [person.pk for person in task.crew.all()]


@transaction.atomic
def free_for_absence(absence: Absence, *, by: Employee, at: datetime) -> list[Task]:
    """The tasks that an engineer has in the time of an absence, and has not begun, go back to those
    without engineer, and nobody counts on the person in a crew; whoever plans is told. What has
    begun is left alone.
    """
    ahead = Task.objects.of(absence.employee).filter(status__in=AHEAD)
    booked = ahead.overlapping(absence.starts_at, absence.ends_at).order_by("pk")
    freed = []
    for each in booked:
        task = lock(each)
        if not task.is_ahead or task.assignee_id != absence.employee_id:
            continue
        given_by = assigned_by(task)
        free(task, at=at)
        tell(
            task,
            "dispatch.freed_by_absence",
            by=by,
            at=at,
            engineer=absence.employee.name,
            engineer_id=absence.employee_id,
            given_by_id=given_by.pk if given_by else None,
            starts_at=task.planned_start,
            ends_at=absence.ends_at,
        )
        freed.append(task)
    along = absence.employee.crewed_tasks.filter(status__in=(Status.PLANNED, *AHEAD))
    for each in along.overlapping(absence.starts_at, absence.ends_at).order_by("pk"):
        task = lock(each)
        task.crew.remove(absence.employee)
        write(task)
        given_by = assigned_by(task)
        tell(
            task,
            "dispatch.crew_freed_by_absence",
            by=by,
            at=at,
            engineer=absence.employee.name,
            engineer_id=absence.employee_id,
            given_by_id=given_by.pk if given_by else None,
            starts_at=task.planned_start,
            ends_at=absence.ends_at,
        )
    return freed


@transaction.atomic
def lock_appointment(task: Task, *, what: str, by: Employee, at: datetime) -> Task:
    """This much was agreed with the customer: nobody moves it before it is unlocked.

    Raises DomainError for what is not planned yet, and for work that has begun.
    """
    task = lock(task)
    refuse_begun(task)
    if task.planned_start is None or (what != Lock.TIME and task.assignee is None):
        raise DomainError(_("Only what is planned can be agreed: say first who comes and when."))
    task.locked = what
    write(task, "locked")
    tell(task, "dispatch.appointment_locked", by=by, at=at, what=what)
    return task


@transaction.atomic
def unlock_appointment(task: Task, *, by: Employee, at: datetime) -> Task:
    """It may be moved again; whoever does it tells the customer. Nothing happens where nothing was
    locked.
    """
    task = lock(task)
    refuse_begun(task)
    if task.locked:
        task.locked = ""
        write(task, "locked")
        tell(task, "dispatch.appointment_unlocked", by=by, at=at)
    return task


@transaction.atomic
def cancel(task: Task, *, reason: str | dict[str, str], by: Employee | None, at: datetime) -> Task:
    """It is not needed any more; whoever had it is told. Work that has begun is finished. A reason
    that no person gave is in both languages.
    """
    task = lock(task)
    task.move_to(Status.CANCELLED)
    forget_review(task)
    why = demand(reason, "reason") if isinstance(reason, str) else reason
    forget(task, at=at)
    write(task, "status")
    tell(
        task,
        "dispatch.cancelled",
        by=by,
        at=at,
        reason=why,
        engineer_id=task.assignee_id,
        crew_ids=crew_of(task),
    )
    tell_those_after(task, by=by, at=at)
    give_back(task, by=by, at=at)
    orders.release_all(task, by=by, at=at)
    write_cancellation(task, by=by, at=at)
    return task


def free(task: Task, *, at: datetime) -> None:
    """Back to the pile of tasks without an engineer; a time that was agreed stays agreed."""
    task.move_to(Status.PLANNED)
    forget_review(task)
    forget(task, at=at)
    task.assignee = task.assigned_at = task.accepted_at = None
    task.conflict_reason = ""
    task.locked = Lock.TIME if task.holds_time else ""
    write(task, "status", "assignee", "conflict_reason", "locked", *STAMPS)


def promise_arrival(task: Task, *, by: Employee, at: datetime) -> None:
    """Whoever plans a visit promises that somebody comes: the request's arrival clock runs from its
    opening.
    """
    service_request = open_request(task)
    if service_request is None or task.kind not in AT_THE_CUSTOMER:
        return
    if not service_request.visit_promised:
        service_requests.promise_visit(service_request, by=by, at=at)


def skill_for(asset: Asset | None) -> Skill | None:
    """The skill that the device's model needs; a component's is its device's."""
    if asset is None:
        return None
    device = asset.root or asset
    return device.model.skill if device.model else None


def refuse_finished(service_request: ServiceRequest) -> None:
    if not service_request.is_open:
        raise DomainError(
            _("%(number)s is %(now)s; tasks are planned while it is open.")
            % {"number": service_request.number, "now": service_request.get_status_display()}
        )


def refuse_begun(task: Task) -> None:
    if task.status not in (Status.PLANNED, *AHEAD):
        raise DomainError(
            _("%(number)s is %(now)s; its appointment is over.")
            % {"number": task.number, "now": task.get_status_display()}
        )


def refuse_locked(task: Task, engineer: Employee | None, starts: datetime | None) -> None:
    """Raise DomainError when a plan would move what was agreed with the customer."""
    no = lock_against(task, engineer, starts)
    if no:
        raise DomainError(no)


def lock_against(task: Task, engineer: Employee | None, starts: datetime | None) -> str:
    """What of a plan was agreed otherwise with the customer, in words; another end is no other
    appointment.
    """
    is_other = task.assignee_id != (engineer.pk if engineer else None)
    if task.holds_person and is_other:
        words = _("%(number)s is locked: it was agreed that %(engineer)s comes. Unlock it first.")
        return words % {"number": task.number, "engineer": task.assignee}
    if task.holds_time and starts != task.planned_start:
        words = _("%(number)s is locked: %(time)s was agreed. Unlock it first.")
        return words % {"number": task.number, "time": moment(task.planned_start)}
    return ""


def refuse_strangers(customer: Customer | None, *, asset: Asset | None, site: Site | None) -> None:
    """Raise DomainError when the asset or the site belongs to another customer."""
    owner = customer.pk if customer else None
    if asset is not None and asset.customer_id != owner:
        raise DomainError(_("This asset belongs to another customer."), field="asset")
    if site is not None and site.customer_id != owner:
        raise DomainError(_("This site belongs to another customer."), field="site")


def refuse_odd_slot(starts: datetime | None, ends: datetime | None) -> None:
    if (starts is None) != (ends is None):
        raise DomainError(_("Say from when to when."), field="planned_start")
    if starts is not None and ends is not None and ends <= starts:
        raise DomainError(_("A task ends after it begins."), field="planned_end")


@transaction.atomic
def move_customer(joined: Customer, kept: Customer) -> list[int]:
    """The tasks of a customer that was joined to another are that one's; returns which. The join
    itself is recorded.
    """
    moved = list(Task.objects.filter(customer=joined).order_by("pk").values_list("pk", flat=True))
    Task.objects.filter(pk__in=moved).update(customer=kept)
    index_many(documents(Task.objects.filter(pk__in=moved)))
    return moved


def follow_request(
    origin: ServiceRequest,
    target: ServiceRequest,
    only: Mapping[str, list[int]] | None,
    *,
    by: Employee,
    at: datetime,
) -> dict[str, list[int]]:
    """The tasks of a request that was merged into another go on with that one; returns which. Who
    still has work to do there is told its number.
    """
    moved = service_requests.repoint(Task.objects, origin, target, only)
    [keys] = moved.values()
    tasks = Task.objects.filter(pk__in=keys)
    index_many(documents(tasks))
    for task in tasks.unfinished().select_related(*BESIDE).order_by("pk"):
        tell(task, "dispatch.request_merged", by=by, at=at, request=target.number)
    return moved
