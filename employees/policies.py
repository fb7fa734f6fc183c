"""Who may do what to whom, beyond the permission table."""

from employees.choices import Role
from employees.models import Employee


def may_change(user: Employee, employee: Employee) -> bool:
    """The head and administrators; an administrator's file only another administrator."""
    if employee.role == Role.ADMINISTRATOR and not user.may("employees.administer"):
        return False
    return user.may("employees.change")


def may_note_absence(user: Employee, employee: Employee) -> bool:
    """The person, who supervises, who plans the same outlet, and who may change employees."""
    if user.may("employees.change") or user.pk in {employee.pk, employee.supervisor_id}:
        return True
    return user.may("dispatch.plan") and user.outlet_id == employee.outlet_id


def may_close_log_in(user: Employee, employee: Employee) -> bool:
    """Nobody locks himself out."""
    return user.may("employees.administer") and user.pk != employee.pk


def roles_to_give(user: Employee) -> list[Role]:
    """The roles that this person may give: only an administrator makes administrators."""
    if user.may("employees.administer"):
        return list(Role)
    return [role for role in Role if role != Role.ADMINISTRATOR]
