"""Who may do what with a task, beyond the permission table."""

from dispatch.choices import Status
from dispatch.models import Task
from employees.models import Employee


def may_assign(user: Employee, task: Task) -> bool:
    """Until the engineer has set out, whoever plans may give the task to anybody."""
    movable = (Status.PLANNED, Status.ASSIGNED, Status.ACCEPTED)
    return task.status in movable and user.may("dispatch.plan")


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


def may_refuse(user: Employee, task: Task) -> bool:
    taken = (Status.ASSIGNED, Status.ACCEPTED)
    return task.status in taken and may_carry_out(user, task)


def may_report(user: Employee, task: Task) -> bool:
    """Parts, readings and words are written down on the spot."""
    return task.is_under_way and may_carry_out(user, task)


def may_finish(user: Employee, task: Task) -> bool:
    return task.status == Status.WORKING and may_carry_out(user, task)
