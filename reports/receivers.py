"""What reports keep of customers, and what becomes of it when two are one."""

from django.dispatch import receiver

from customers import signals as customers
from customers.models import Customer
from reports import actions


@receiver(customers.customers_joined)
def visits_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return {"reports.returnvisit.customer": actions.move_customer(joined, kept)}
