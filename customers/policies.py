"""Who may do what with a customer, beyond the permission table."""

from customers.choices import NeedStatus, SignalStatus, TouchStatus
from customers.models import BusinessSignal, CareTouch, Customer, Need, RecoveryCase
from employees.models import Employee


def may_change(user: Employee, customer: Customer) -> bool:
    """Nobody changes a signpost."""
    return user.may("customers.change") and customer.merged_into_id is None


def may_override_tier(user: Employee, customer: Customer) -> bool:
    return user.may("customers.override_tier") and customer.merged_into_id is None


def may_see_value(user: Employee) -> bool:
    return user.may("customers.view_value")


def may_answer(user: Employee, touch: CareTouch) -> bool:
    """What is done or left out stays so."""
    return user.may("customers.care") and touch.status == TouchStatus.OPEN


def may_recover(user: Employee, case: RecoveryCase) -> bool:
    return case.closed_at is None and user.may("customers.recover")


def may_forward_need(user: Employee, need: Need) -> bool:
    return need.status != NeedStatus.CLOSED and user.may("customers.forward_needs")


def may_answer_need(user: Employee, need: Need) -> bool:
    """Who was asked, and who passes needs on."""
    if need.status != NeedStatus.FORWARDED:
        return False
    return need.asked_of_id == user.pk or user.may("customers.forward_needs")


def may_close_need(user: Employee, need: Need) -> bool:
    """Whoever noted it tells the customer, or who passes needs on."""
    if need.status not in {NeedStatus.NOTED, NeedStatus.ANSWERED}:
        return False
    return need.raised_by_id == user.pk or user.may("customers.forward_needs")


def may_answer_signal(user: Employee, signal: BusinessSignal) -> bool:
    return signal.status == SignalStatus.RAISED and user.may("signals.answer")


def may_settle_signal(user: Employee, signal: BusinessSignal) -> bool:
    """Whoever of sales knows what came of it."""
    return signal.status == SignalStatus.TAKEN and user.may("signals.answer")
