"""What this person should do with the order now, and what else can be done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crmservice.web.text import day
from employees.models import Employee
from orders import policies, queries
from orders.choices import SOLD, UNDER_WAY, ShipmentStatus, Status
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
}


def next_step(order: Order, user: Employee, *, has_lines: bool) -> Offer | None:
    """The one thing that this person should do now; None when it is somebody else's turn."""
    if order.status in SOLD:
        return to_cash(order, user)
    if not has_lines:
        if not policies.may_change_lines(user, order):
            return None
        label, why = _("Add a part"), _("The order is empty: add what was used and done.")
        return Offer(label, "plus", reverse("orders:add_part", args=[order.number]), why)
    for status, (verb, said, name, symbol) in NEXT.items():
        if policies.may_move(user, order, status):
            return Offer(name, symbol, reverse(f"orders:{verb}", args=[order.number]), said)
    return None


def turn_of(order: Order, *, has_lines: bool) -> str:
    """Who has it now, for who can do nothing with it."""
    if order.status == Status.IN_APPROVAL:
        return gettext("It waits for the approval of somebody else.")
    if order.status == Status.QUOTED:
        offered = order.quotations.open().order_by("-version").first()
        until = day(offered.valid_until) if offered else "–"
        return gettext("The customer decides: it is offered until %(day)s.") % {"day": until}
    if order.status == Status.DRAFT and has_lines:
        people = list(map(str, policies.who_carries_on(order)))
        who = people[0] if len(people) == 1 else gettext("A service manager")
        words = gettext("%(who)s offers it to the customer or asks for its approval.")
        told = f" ({gettext(', ').join(people)})" if len(people) > 1 else ""
        return words % {"who": f"{who}{told}"}
    return ""


def to_cash(order: Order, user: Employee) -> Offer | None:
    """From the approval to the money: pack, ship, note the delivery, invoice, note the payment."""
    step = to_customer(order) if policies.may_ship(user, order) else None
    return step or (to_money(order) if user.may("orders.bill") else None)


def to_customer(order: Order) -> Offer | None:
    if order.status == Status.APPROVED and queries.to_pack(order):
        why = _("It is approved. Put together what the customer gets.")
        return Offer(_("Pack a shipment"), "packages", page_of("pack", order.number), why)
    sent = order.shipments.filter(status__in=UNDER_WAY).order_by("status", "pk").first()
    if sent is None:
        return None
    if sent.status == ShipmentStatus.PACKED:
        why = _("A shipment is packed. Say with whom it goes.")
        return Offer(_("Ship"), "truck", page_of("ship", sent.number), why)
    why = _("A shipment is under way. When it is there, say so.")
    return Offer(_("Note the delivery"), "circle-check", page_of("deliver", sent.number), why)


def to_money(order: Order) -> Offer | None:
    if any(line.to_invoice for line in order.lines.all()):
        why = _("What is delivered and done is not all invoiced.")
        return Offer(
            _("Write the invoice"), "file-invoice", page_of("invoice", order.number), why
        )  # fmt: skip
    bill = order.invoices.filter(settled_at=None).order_by("due_on", "pk").first()
    if bill is None:
        return None
    why = _("An invoice is open. When the money is there, note it.")
    return Offer(_("Note a payment"), "cash", page_of("pay_invoice", bill.number), why)


def page_of(name: str, number: str) -> str:
    return reverse(f"orders:{name}", args=[number])


def offers(order: Order, user: Employee, *, has_lines: bool) -> list[Offer]:
    """The other verbs of this state."""
    possible = []
    if policies.may_change_lines(user, order):
        possible += [
            ("add_part", _("Add a part"), "plus"),
            ("add_work", _("Add work"), "clock"),
            ("add_call_out", _("Add the call-out fee"), "car"),
            ("add_journey", _("Add a journey"), "route"),
        ]
    if has_lines and policies.may_change_lines(user, order):
        possible.append(("price_anew", _("Price the parts anew"), "refresh"))
    if has_lines and policies.may_quote(user, order):
        possible.append(("quote", _("Offer it to the customer"), "file-text"))
    if has_lines and policies.may_move(user, order, Status.IN_APPROVAL):
        possible.append(("submit", _("Ask for approval"), "send"))
    if order.status == Status.IN_APPROVAL and policies.may_move(user, order, Status.DRAFT):
        possible.append(("send_back", _("Send back"), "arrow-back-up"))
    if policies.may_give_back(user, order):
        possible.append(("open_return", _("Open a return"), "arrows-exchange"))
    has_open = order.status in SOLD and any(line.to_invoice for line in order.lines.all())
    if has_open and user.may("orders.bill"):
        possible.append(("invoice", _("Write the invoice"), "file-invoice"))
    if policies.may_move(user, order, Status.CANCELLED):
        possible.append(("cancel", _("Cancel the order"), "ban"))
    taken = next_step(order, user, has_lines=has_lines)
    return [
        Offer(label, symbol, url)
        for verb, label, symbol in possible
        if (url := address(verb, order)) != (taken and taken.url)
    ]


def address(verb: str, order: Order) -> str:
    if verb == "open_return":
        return f"{reverse('orders:open_return')}?order={order.number}"
    return reverse(f"orders:{verb}", args=[order.number])
