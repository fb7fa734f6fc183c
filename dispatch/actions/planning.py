"""What the desk does with a task: plan, change, assign, take back, cancel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from contracts.models import ServiceContract
from crmservice.activity.changing import change as change_record
from crmservice.activity.wording import phrases
from crmservice.errors import ConflictError, DomainError
from crmservice.numbers.models import next_number
from crmservice.search.index import index_many
from customers.models import Customer, Site
from dispatch.actions.keeping import about, demand, lock, open_request, reindex, tell, write
from dispatch.actions.reminding import foresee, forget, next_reminder
from dispatch.actions.writing import write_appointment, write_cancellation
from dispatch.choices import AT_THE_CUSTOMER, Kind, Status
from dispatch.models import Task
from dispatch.queries import conflicts, documents, visit_details
from employees.models import Employee, Skill
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
    by: Employee,
    at: datetime,
) -> Task:
    """Make a task, for a request or of its own, and assign it at once when an engineer is named.

    What is not said is taken from the request; the skill is the one that the device's model needs.
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
        created_by=by,
        created_at=at,
    )
    task.save(force_insert=True)
    tell(task, "dispatch.planned", by=by, at=at)
    reindex(task)
    promise_arrival(task, by=by, at=at)
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
    by: Employee,
    at: datetime,
) -> Task:
    """Give the task to an engineer for a time, or to another one, or for another time; it is to be
    accepted anew.

    `version` is the one that the person saw. Raises ConflictError when somebody else gave it to an
    engineer since, or took it back.

    Another task, an absence or a missing skill in that time is refused with its name unless
    `conflict_reason` says why it is to be so all the same; the reason is kept. The engineer's
    outlet sees the request from now.
    """
    task = lock(task)
    refuse_changed(task, version)
    refuse_odd_slot(planned_start, planned_end)
    engineer = Employee.objects.select_for_update(of=("self",)).get(pk=engineer.pk)
    if not engineer.may("dispatch.carry_out"):
        raise DomainError(
            _("%(person)s does not carry out tasks.") % {"person": engineer}, field="engineer"
        )
    found = conflicts(task, engineer, planned_start, planned_end)
    if found and not conflict_reason.strip():
        raise DomainError(
            _("%(conflicts)s Say why it is to be so all the same, or choose another time.")
            % {"conflicts": phrases(found)},
            field="conflict_reason",
        )
    before = task.assignee if task.assignee_id != engineer.pk else None
    task.move_to(Status.ASSIGNED)
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
        reasons=found,
        reason=task.conflict_reason,
        **visit_details(task, at=at),
    )
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
    """Take the task back from its engineer, who is told; its time stays planned."""
    task = lock(task)
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
        reason=why,
    )
    return task


@transaction.atomic
def cancel(task: Task, *, reason: str, by: Employee | None, at: datetime) -> Task:
    """It is not needed any more; whoever had it is told. Work that has begun is finished."""
    task = lock(task)
    task.move_to(Status.CANCELLED)
    why = demand(reason, "reason")
    forget(task, at=at)
    write(task, "status")
    tell(
        task,
        "dispatch.cancelled",
        by=by,
        at=at,
        reason=why,
        engineer_id=task.assignee_id,
    )
    write_cancellation(task, by=by, at=at)
    return task


def free(task: Task, *, at: datetime) -> None:
    """Back to the pile of tasks without an engineer."""
    task.move_to(Status.PLANNED)
    forget(task, at=at)
    task.assignee = task.assigned_at = task.accepted_at = None
    task.conflict_reason = ""
    write(task, "status", "assignee", "conflict_reason", *STAMPS)


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


def refuse_over(task: Task) -> None:
    if not task.is_unfinished:
        raise DomainError(
            _("%(number)s is %(now)s; it cannot be changed any more.")
            % {"number": task.number, "now": task.get_status_display()}
        )


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
