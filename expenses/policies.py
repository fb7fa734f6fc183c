"""Who may: predicates on (user, claim). The claimant never decides, whatever the role."""

from employees.models import Employee
from employees.permissions import Scope
from expenses.choices import Status
from expenses.models import ExpenseClaim


def may_edit(user: Employee, claim: ExpenseClaim) -> bool:
    return is_own(user, claim) and claim.is_editable


def may_submit(user: Employee, claim: ExpenseClaim) -> bool:
    return is_own(user, claim) and claim.status == Status.DRAFT


def may_withdraw(user: Employee, claim: ExpenseClaim) -> bool:
    return is_own(user, claim) and claim.status == Status.SUBMITTED


def may_decide(user: Employee, claim: ExpenseClaim) -> bool:
    """Approve, reject or send back what waits for a decision."""
    return claim.status == Status.SUBMITTED and is_judge(user, claim)


def may_pay(user: Employee, claim: ExpenseClaim) -> bool:
    return claim.status == Status.APPROVED and is_judge(user, claim)


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
