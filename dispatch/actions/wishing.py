"""Whom customers want to come, and whom they do not."""

from datetime import datetime

from django.db import transaction

from crmservice.activity.trail import record
from customers.models import Customer
from dispatch.actions.keeping import demand
from dispatch.choices import Wish
from dispatch.models import EngineerWish
from employees.models import Employee


@transaction.atomic
def wish_engineer(
    customer: Customer, *, engineer: Employee, kind: str, reason: str, by: Employee, at: datetime
) -> EngineerWish:
    """Note what the customer said of an engineer; what was said before of the same one is replaced.

    Raises DomainError without a reason.
    """
    why = demand(reason, "reason")
    values = {"kind": kind, "reason": why, "said_at": at}
    wish, _is_new = EngineerWish.objects.update_or_create(
        customer=customer, engineer=engineer, defaults=values
    )
    is_ban = kind == Wish.BANNED
    verb = "dispatch.engineer_banned" if is_ban else "dispatch.engineer_preferred"
    record(customer, verb, by=by, at=at, engineer=engineer.name, reason=why)
    return wish


@transaction.atomic
def withdraw_wish(wish: EngineerWish, *, by: Employee, at: datetime) -> Customer:
    """It holds no more."""
    customer = wish.customer
    record(customer, "dispatch.wish_withdrawn", by=by, at=at, engineer=wish.engineer.name)
    wish.delete()
    return customer


@transaction.atomic
def move_wishes(joined: Customer, kept: Customer) -> list[int]:
    """The wishes of a customer that was joined to another are that one's; what that one has said of
    the same engineer holds. Returns which have moved.
    """
    said = EngineerWish.objects.filter(customer=kept).values("engineer")
    rows = EngineerWish.objects.filter(customer=joined)
    rows.filter(engineer__in=list(said.values_list("engineer", flat=True))).delete()
    moved = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(customer=kept)
    return moved
