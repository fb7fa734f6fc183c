"""Who may: predicates on (user, claim). The claimant never decides, whatever the role."""

from employees.models import Employee
from employees.permissions import Scope
from expenses.choices import Status
from expenses.models import ExpenseClaim


def may_edit(user: Employee, claim: ExpenseClaim) -> bool:
    return is_own(user, claim) and claim.is_editable


def may_attach(user: Employee, claim: ExpenseClaim) -> bool:
    """A receipt may follow until somebody has decided."""
    return is_own(user, claim) and (claim.is_editable or claim.is_waiting)


def may_submit(user: Employee, claim: ExpenseClaim) -> bool:
    return is_own(user, claim) and claim.status == Status.DRAFT


def may_withdraw(user: Employee, claim: ExpenseClaim) -> bool:
    return is_own(user, claim) and claim.is_waiting


def may_decide(user: Employee, claim: ExpenseClaim) -> bool:
    """Approve, reject or send back what waits for a decision."""
    return claim.is_waiting and is_judge(user, claim) and may_take_step(user, claim)


def may_take_step(user: Employee, claim: ExpenseClaim) -> bool:
    """What was passed on is for another person, a head."""
    if claim.passed_by_id is None:
        return True
    return claim.passed_by_id != user.pk and is_last_instance(user)


def is_last_instance(user: Employee) -> bool:
    """A head, whom no limit of a claim sends further."""
    return user.scope_of("expenses.approve") == Scope.ALL


def may_pay(user: Employee, claim: ExpenseClaim) -> bool:
    """Take it into a payment run; one's own somebody else pays."""
    is_other = claim.claimant_id != user.pk
    return claim.status == Status.APPROVED and is_other and user.may("expenses.pay")


def is_own(user: Employee, claim: ExpenseClaim) -> bool:
    return claim.claimant_id == user.pk and user.may("expenses.claim")


def is_judge(user: Employee, claim: ExpenseClaim) -> bool:
    """The claimant's supervisor, a manager of the claimant's outlet, or the head."""
    if not user.is_active or claim.claimant_id == user.pk:
        return False
    scope = user.scope_of("expenses.approve")
    is_manager = scope == Scope.OUTLET and claim.claimant.outlet_id == user.outlet_id
    return scope == Scope.ALL or is_manager or claim.claimant.supervisor_id == user.pk


def may_see_costs(user: Employee) -> bool:
    return user.may("costs.view")
