"""Quotations: an order's lines offered to the customer, and what the customer makes of them.

While an offer is open the order's lines stand. The customer answers by link or signature, wholly
or line by line; what was taken is the order, approved by that answer.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice import links
from crmservice.activity.trail import record
from crmservice.delivery.writing import write_to
from crmservice.errors import DomainError
from crmservice.money import money, total
from crmservice.sweeping import claim_each
from crmservice.web.text import amount, in_both
from employees.models import Employee
from orders import policies, signals
from orders.actions.following import follow
from orders.actions.keeping import about, day_of, demand, move
from orders.actions.stocking import release_all
from orders.choices import QuotationStatus, Status
from orders.models import QUOTATION, Order, OrderLine, Quotation, QuotationLine

SWEPT = 200


@transaction.atomic
def hand_on(order: Order, *, by: Employee, at: datetime) -> Order:
    """What who may not offer it has put together is handed to who may, and they are told."""
    if not policies.may_change(by, order):
        to = policies.who_carries_on(order)
        record(
            order,
            "orders.handed_on",
            by=by,
            at=at,
            about=[order.service_request],
            to=in_both(lambda: _(", ").join(map(str, to))),
            told=[person.pk for person in to],
        )
    return order


@transaction.atomic
def quote(  # noqa: PLR0913  (an offer has these parts)
    order: Order,
    *,
    valid_until: date,
    to_name: str = "",
    email: str = "",
    language: str = "zh-hans",
    note: str = "",
    by: Employee,
    at: datetime,
) -> Quotation:
    """Offer the order as it is: the next version; one that is open is replaced by it.

    With an e-mail address the customer gets it with its link. Raises DomainError for an order
    without lines, one whose lines are billed to nobody, and a day that is over.
    """
    order = Order.objects.lock(order.pk)
    lines = list(order.lines.select_related("part"))
    if not lines:
        raise DomainError(_("There is nothing on the order to offer yet."))
    if valid_until < day_of(at):
        raise DomainError(_("An offer is valid until a day that is still to come."),
                          field="valid_until")  # fmt: skip
    for open_one in Quotation.objects.open().filter(order=order):
        open_one.end(QuotationStatus.SUPERSEDED, at=at)
    if order.status != Status.QUOTED:
        order = move(order, Status.QUOTED, "orders.offer_written", by=by, at=at)
    latest = order.quotations.order_by("-version").values_list("version", flat=True).first()
    net = total((line.amount for line in lines), order.currency)
    if not net:
        raise DomainError(_("Everything on it is covered; there is nothing to offer."))
    quotation = Quotation(
        order=order,
        version=(latest or 0) + 1,
        valid_until=valid_until,
        to_name=to_name.strip(),
        email=email,
        language=language,
        note=note.strip(),
        net=net,
        tax=money(net * order.tax_rate, order.currency),
        sent_by=by,
        sent_at=at,
    )
    quotation.token_hash = links.hashed(links.derived(QUOTATION, quotation.facts))
    quotation.save(force_insert=True)
    QuotationLine.objects.bulk_create(line_of(quotation, line) for line in lines)
    tell_offer(quotation, by=by, at=at)
    return quotation


@transaction.atomic
def accept(
    quotation: Quotation,
    *,
    lines: Collection[int],
    name: str,
    entered_by: Employee | None = None,
    at: datetime,
) -> Quotation:
    """The customer takes all lines or some (their keys); the order is these, and approved.

    `entered_by` is who enters what the customer signed or said, for it approves the order: never
    who offered it. Raises DomainError when it was answered already, replaced, taken back or
    lapsed, without a name, and when nothing is taken.
    """
    order, quotation = locked(quotation, at=at)
    if entered_by is not None and quotation.is_offered_by(entered_by):
        raise DomainError(
            _("Whoever wrote or sent the offer notes no acceptance: the customer takes it by the "
              "link, or a colleague enters it.")
        )  # fmt: skip
    offered = list(quotation.lines.select_related("order_line"))
    taken = [line for line in offered if line.pk in set(lines)]
    if not taken:
        raise DomainError(_("Choose at least one line, or decline the offer."), field="lines")
    refuse_done(line for line in offered if line not in taken)
    quotation.decided_name = demand(name, "name")
    is_whole = len(taken) == len(offered)
    status = QuotationStatus.ACCEPTED if is_whole else QuotationStatus.PARTLY
    quotation.accepted = total((line.amount for line in taken), order.currency)
    QuotationLine.objects.filter(pk__in=[line.pk for line in taken]).update(is_accepted=True)
    quotation.end(status, at=at, entered_by=entered_by)
    left = {line.order_line_id for line in offered} - {line.order_line_id for line in taken}
    for line in OrderLine.objects.filter(order=order, pk__in=[pk for pk in left if pk]):
        release_all(line, by=entered_by, at=at)
        line.delete()
    order.approved_at = at
    order = move(
        order, Status.APPROVED, "orders.offer_accepted", by=entered_by, at=at,
        also=("approved_at",), name=quotation.decided_name, version=quotation.version,
        taken=len(taken), offered=len(offered), amount=amount(quotation.accepted, order.currency),
    )  # fmt: skip
    signals.order_approved.send(Order, order=order, by=entered_by, at=at)
    follow(order, by=entered_by, at=at)
    return quotation


@transaction.atomic
def decline(
    quotation: Quotation,
    *,
    name: str,
    reason: str = "",
    entered_by: Employee | None = None,
    at: datetime,
) -> Quotation:
    """The customer does not want it; the order is a draft again, for another offer."""
    order, quotation = locked(quotation, at=at)
    quotation.decided_name = demand(name, "name")
    quotation.reason = reason.strip()
    quotation.end(QuotationStatus.DECLINED, at=at, entered_by=entered_by)
    move(
        order, Status.DRAFT, "orders.offer_declined", by=entered_by, at=at,
        name=quotation.decided_name, version=quotation.version, reason=quotation.reason or "–",
    )  # fmt: skip
    return quotation


@transaction.atomic
def withdraw_offer(quotation: Quotation, *, by: Employee, at: datetime) -> Quotation:
    """Take an open offer back, to change the order. Its page says so from then on."""
    order, quotation = locked(quotation, at=None)
    quotation.end(QuotationStatus.WITHDRAWN, at=at)
    move(order, Status.DRAFT, "orders.offer_withdrawn", by=by, at=at, version=quotation.version)
    return quotation


def lapse_offers(*, on: date, at: datetime) -> int:
    """End the offers whose last day is over; returns how many."""
    due = Quotation.objects.lapsed(on).order_by("valid_until", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), lapse_offer, on=on, at=at)


@transaction.atomic
def lapse_offer(pk: int, *, on: date, at: datetime) -> bool:
    quotation = Quotation.objects.lapsed(on).filter(pk=pk).first()
    if quotation is None:
        return False
    order, quotation = locked(quotation, at=None)
    quotation.end(QuotationStatus.LAPSED, at=at)
    move(order, Status.DRAFT, "orders.offer_lapsed", by=None, at=at, version=quotation.version)
    return True


def locked(quotation: Quotation, *, at: datetime | None) -> tuple[Order, Quotation]:
    """The order, then its offer, as they are now; DomainError when it cannot be answered at `at`
    any more.
    """
    order = Order.objects.lock(quotation.order_id)
    quotation = Quotation.objects.lock(quotation.pk)
    quotation.order = order
    if at is not None and quotation.status == QuotationStatus.OPEN:
        refuse_late(quotation, at)
    if quotation.status != QuotationStatus.OPEN:
        quotation.move_to(QuotationStatus.ACCEPTED)  # says why not
    return order, quotation


def refuse_done(left: Iterable[QuotationLine]) -> None:
    """What a visit has used or done already is not optional: it would be priced anew."""
    for line in left:
        if line.order_line is not None and line.order_line.source:
            said = _("“%(line)s” is done already: take it, too, or decline the whole offer.")
            raise DomainError(said % {"line": line.text}, field="lines")


def refuse_late(quotation: Quotation, at: datetime) -> None:
    if day_of(at) > quotation.valid_until:
        raise DomainError(_("This offer was valid until %(day)s. Please ask us for a new one.")
                          % {"day": quotation.valid_until})  # fmt: skip


def line_of(quotation: Quotation, line: OrderLine) -> QuotationLine:
    return QuotationLine(
        quotation=quotation,
        order_line=line,
        kind=line.kind,
        text=line.text,
        quantity=line.quantity,
        minutes=line.minutes,
        unit_price=line.unit_price,
        amount=line.amount,
        reasons=line.reasons,
    )


def tell_offer(quotation: Quotation, *, by: Employee, at: datetime) -> None:
    """In the order's trail, and by mail to the customer where there is an address."""
    order = quotation.order
    activity = record(
        quotation,
        "orders.offered",
        by=by,
        at=at,
        about=[order, *about(order)],
        visible=True,
        version=quotation.version,
        amount=amount(quotation.gross, order.currency),
        valid_until=quotation.valid_until,
        to=quotation.email or quotation.to_name,
    )
    if quotation.email:
        write_to(activity, quotation.email, language=quotation.language, at=at)
