"""Who may do what to whom, beyond the permission table."""

from employees.choices import QuestionStatus, Role
from employees.models import AuthorityQuestion, Employee, JudgedRecord
from employees.permissions import Scope


def may_see(user: Employee, employee: Employee) -> bool:
    """As `visible_to` has it, without asking the database: whether a name may be a link."""
    scope = user.scope_of("employees.view") if user.is_active else None
    if scope == Scope.OUTLET:
        return employee.outlet_id == user.outlet_id
    return scope == Scope.ALL or (scope is not None and employee.pk == user.pk)


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


def may_answer(user: Employee, question: AuthorityQuestion) -> bool:
    """Who is asked, the backup, or a head; never who asked."""
    is_asked = user.pk in {question.asked_of_id, question.asked_of.backup_id}
    is_other = user.pk != question.asked_by_id
    is_open = question.status == QuestionStatus.OPEN
    return is_open and is_other and (is_asked or user.role == Role.DEPARTMENT_HEAD)


def may_withdraw(user: Employee, question: AuthorityQuestion) -> bool:
    return question.status == QuestionStatus.OPEN and user.pk == question.asked_by_id


def may_see_quality(user: Employee, employee: Employee) -> bool:
    """Of one's own records, and of those of the people for whom one answers."""
    scope = user.scope_of("employees.view_quality") if user.is_active else None
    is_here = scope == Scope.OUTLET and employee.outlet_id == user.outlet_id
    return user.pk == employee.pk or scope == Scope.ALL or is_here


def may_check(user: Employee, judged: JudgedRecord) -> bool:
    """Whoever answers for these records; nobody the own."""
    scope = user.scope_of("employees.check_records") if user.is_active else None
    is_here = scope == Scope.OUTLET and judged.outlet_id == user.outlet_id
    return judged.owner_id != user.pk and (scope == Scope.ALL or is_here)
