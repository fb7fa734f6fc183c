"""Who may do what to a contract. Whoever drafted it never approves it."""

from contracts.choices import Status
from contracts.models import ServiceContract
from employees.models import Employee


def may_change(user: Employee, contract: ServiceContract) -> bool:
    """Only a draft is changed; what is in force is amended."""
    return contract.status == Status.DRAFT and user.may("contracts.change")


def may_withdraw(user: Employee, contract: ServiceContract) -> bool:
    return contract.status == Status.IN_APPROVAL and user.may("contracts.change")


def may_decide(user: Employee, contract: ServiceContract) -> bool:
    """Approve it or reject it."""
    return (
        contract.status == Status.IN_APPROVAL
        and user.may("contracts.approve")
        and contract.drafted_by_id != user.pk
    )


def may_amend(user: Employee, contract: ServiceContract) -> bool:
    return contract.status == Status.ACTIVE and user.may("contracts.change")


def may_terminate(user: Employee, contract: ServiceContract) -> bool:
    return contract.status == Status.ACTIVE and user.may("contracts.approve")


def may_renew(user: Employee, contract: ServiceContract) -> bool:
    return contract.status in (Status.ACTIVE, Status.EXPIRED) and user.may("contracts.change")


def may_see_value(user: Employee) -> bool:
    return user.may("customers.view_value")


def may_keep_catalogue(user: Employee) -> bool:
    return user.may("contracts.keep_catalogue")
