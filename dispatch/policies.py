"""Who may do what with a task, beyond the permission table."""

from dispatch.choices import CARRIED_OUT, UNDER_WAY, Status
from dispatch.models import DepotRepair, Task
from employees.models import Employee
from employees.permissions import Scope


def may_assign(user: Employee, task: Task) -> bool:
    """Until the engineer has set out, whoever plans may give the task to anybody."""
    movable = (Status.PLANNED, Status.ASSIGNED, Status.ACCEPTED)
    return task.status in movable and user.may("dispatch.plan")


def may_lock(user: Employee, task: Task) -> bool:
    """What is planned, and not begun, can be agreed with the customer."""
    return task.planned_start is not None and may_assign(user, task)


def may_unassign(user: Employee, task: Task) -> bool:
    taken = (Status.ASSIGNED, Status.ACCEPTED)
    return task.status in taken and user.may("dispatch.plan")


def may_cancel(user: Employee, task: Task) -> bool:
    """Work that has begun is finished, with whatever result."""
    return task.is_unfinished and task.status != Status.WORKING and user.may("dispatch.plan")


def may_change(user: Employee, task: Task) -> bool:
    return task.is_unfinished and user.may("dispatch.plan")


def may_carry_out(user: Employee, task: Task) -> bool:
    """Only who has the task, and only while there is something to do."""
    return task.is_unfinished and task.assignee_id == user.pk and user.may("dispatch.carry_out")


def may_crew(user: Employee, task: Task) -> bool:
    """Say who goes along, once somebody answers for it."""
    is_set = task.assignee_id is not None and task.planned_start is not None
    return is_set and may_change(user, task)


def goes_along(user: Employee, task: Task) -> bool:
    return task.assignee_id != user.pk and user.pk in task.people


def may_take_part(user: Employee, task: Task) -> bool:
    """What each of those on the spot does: answer the checklist, take photos, ask for help."""
    is_on_it = user.pk in task.people and user.may("dispatch.carry_out")
    return task.is_unfinished and is_on_it


def may_check(user: Employee, task: Task) -> bool:
    """Answer the checklist: who is on the spot, and at the desk who is told on the telephone."""
    return task.is_under_way and (may_take_part(user, task) or may_change(user, task))


def may_book_own_time(user: Employee, task: Task) -> bool:
    """The crew; who answers for the task does it with the sign-off."""
    has_begun = task.status in (*UNDER_WAY, *CARRIED_OUT)
    return has_begun and goes_along(user, task) and user.may("dispatch.carry_out")


def may_refuse(user: Employee, task: Task) -> bool:
    taken = (Status.ASSIGNED, Status.ACCEPTED)
    return task.status in taken and may_carry_out(user, task)


def may_report(user: Employee, task: Task) -> bool:
    """Parts, readings and words are written down on the spot."""
    return task.is_under_way and may_carry_out(user, task)


def may_finish(user: Employee, task: Task) -> bool:
    return task.status == Status.WORKING and may_carry_out(user, task)


def may_undo_parts(user: Employee, task: Task) -> bool:
    """Whoever keeps the stock, once the work has ended."""
    return task.status in CARRIED_OUT and user.may("stock.keep")


def may_attach(user: Employee, task: Task) -> bool:
    """Who has the task, also when it is finished, and who plans."""
    is_own = user.pk in task.people and user.may("dispatch.carry_out")
    return is_own or user.may("dispatch.plan")


def may_answer(user: Employee, task: Task) -> bool:
    """A customer does not agree with the form, and nobody has answered."""
    acceptance = getattr(task, "acceptance", None)
    return acceptance is not None and acceptance.waits_for_answer and user.may("dispatch.plan")


def may_work_on(user: Employee, repair: DepotRepair) -> bool:
    """Receive, move on, measure, ship: whoever works in this depot."""
    scope = user.scope_of("depot.work") if user.is_active else None
    return scope == Scope.ALL or (scope is not None and user.outlet_id == repair.outlet_id)


def may_repair(user: Employee, repair: DepotRepair) -> bool:
    """Work on the bench, with a task of one's own."""
    return may_work_on(user, repair) and user.may("dispatch.carry_out")
