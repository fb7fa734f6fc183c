"""What this person should do with the order now, and what else can be done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from employees.models import Employee
from orders import policies
from orders.choices import Status
from orders.models import Order


@dataclass(frozen=True)
class Offer:
    """A verb that is possible now; with `text` it is the next step and says why."""

    label: str | Promise
    symbol: str
    url: str
    text: str | Promise = ""


NEXT: dict[Status, tuple[str, str | Promise, str | Promise, str]] = {
    Status.APPROVED: (
        "approve",
        _("The order waits for approval: look at lines and prices."),
        _("Approve"),
        "circle-check",
    ),
    Status.IN_APPROVAL: (
        "submit",
        _("All lines are there? Then somebody else has to approve it."),
        _("Ask for approval"),
        "send",
    ),
    Status.DELIVERED: (
        "deliver",
        _("It is approved. When the customer has everything, say so."),
        _("Mark as delivered"),
        "truck",
    ),
    Status.INVOICED: (
        "invoice",
        _("It is delivered. Write the invoice."),
        _("Mark as invoiced"),
        "file-invoice",
    ),
    Status.PAID: (
        "settle",
        _("It is invoiced. When the money is there, note it."),
        _("Mark as paid"),
        "cash",
    ),
}


def next_step(order: Order, user: Employee, *, has_lines: bool) -> Offer | None:
    """The one thing that this person should do now; None when it is somebody else's turn."""
    if not has_lines:
        if not policies.may_change_lines(user, order):
            return None
        label, why = _("Add a part"), _("The order is empty: add what was used and done.")
        return Offer(label, "plus", reverse("orders:add_part", args=[order.number]), why)
    for status, (verb, said, name, symbol) in NEXT.items():
        if policies.may_move(user, order, status):
            return Offer(name, symbol, reverse(f"orders:{verb}", args=[order.number]), said)
    return None


def offers(order: Order, user: Employee, *, has_lines: bool) -> list[Offer]:
    """The other verbs of this state."""
    possible = []
    if policies.may_change_lines(user, order):
        possible += [
            ("add_part", _("Add a part"), "plus"),
            ("add_work", _("Add work"), "clock"),
            ("add_call_out", _("Add the call-out fee"), "car"),
        ]
    if has_lines and policies.may_move(user, order, Status.IN_APPROVAL):
        possible.append(("submit", _("Ask for approval"), "send"))
    if order.status == Status.IN_APPROVAL and policies.may_move(user, order, Status.DRAFT):
        possible.append(("send_back", _("Send back"), "arrow-back-up"))
    if policies.may_move(user, order, Status.CANCELLED):
        possible.append(("cancel", _("Cancel the order"), "ban"))
    taken = next_step(order, user, has_lines=has_lines)
    return [
        Offer(label, symbol, url)
        for verb, label, symbol in possible
        if (url := reverse(f"orders:{verb}", args=[order.number])) != (taken and taken.url)
    ]
