"""Who may do what with a customer, beyond the permission table."""

from customers.models import Customer
from employees.models import Employee


def may_change(user: Employee, customer: Customer) -> bool:
    """Nobody changes a signpost."""
    return user.may("customers.change") and customer.merged_into_id is None


def may_override_tier(user: Employee, customer: Customer) -> bool:
    return user.may("customers.override_tier") and customer.merged_into_id is None


def may_see_value(user: Employee) -> bool:
    return user.may("customers.view_value")
