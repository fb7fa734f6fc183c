"""Who may do what to a contract. Whoever drafted or changed it never approves it."""

from contracts.choices import RUNNING, Status
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
        and not contract.is_written_by(user)
    )


def may_amend(user: Employee, contract: ServiceContract) -> bool:
    return contract.status == Status.ACTIVE and user.may("contracts.change")


def may_suspend(user: Employee, contract: ServiceContract) -> bool:
    return contract.status == Status.ACTIVE and user.may("contracts.approve")


def may_resume(user: Employee, contract: ServiceContract) -> bool:
    return contract.status == Status.SUSPENDED and user.may("contracts.approve")


def may_terminate(user: Employee, contract: ServiceContract) -> bool:
    return contract.status in (Status.APPROVED, *RUNNING) and user.may("contracts.approve")


def may_renew(user: Employee, contract: ServiceContract) -> bool:
    return contract.status in (*RUNNING, Status.EXPIRED) and user.may("contracts.change")


def may_propose(user: Employee, contract: ServiceContract) -> bool:
    """See what the last period says for the next one."""
    return may_renew(user, contract) and may_see_value(user)


def may_decide_beyond(user: Employee) -> bool:
    """Let the contract cover more than its allowance, or have it charged."""
    return user.may("contracts.approve")


def may_bill(user: Employee) -> bool:
    return user.may("contracts.bill")


def may_set_billing(user: Employee, contract: ServiceContract) -> bool:
    return contract.status in (Status.APPROVED, *RUNNING) and may_bill(user)


def may_see_value(user: Employee) -> bool:
    return user.may("customers.view_value")


def may_keep_catalogue(user: Employee) -> bool:
    return user.may("contracts.keep_catalogue")
