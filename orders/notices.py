"""The words of the verbs, and who hears of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, in_words, say
from crmservice.delivery.letters import Letter, letter
from crmservice.web.text import amount, day
from employees.choices import Role
from employees.models import Employee
from orders.choices import Finding, ReturnKind
from orders.models import Order, Quotation, ReturnCase, StockLocation, StockTransfer
from orders.papers import quotation_document


def granted_by(details: Mapping[str, Any]) -> str:
    """Whose authority it was, where the author's did not reach."""
    name = details.get("granted_by")
    return gettext("granted by %(who)s") % {"who": name} if name else ""


say("orders.created", _("wrote the order"), icon="package")
say("orders.line_added", _("added %(line)s, %(amount)s"), icon="plus")
say("orders.line_removed", _("removed %(line)s, %(amount)s"), icon="minus")
say(
    "orders.price_set",
    _("set the price of %(line)s from %(before)s to %(after)s: %(reason)s"),
    icon="coin",
    note=granted_by,
)
say(
    "orders.given",
    _("gave %(line)s as goodwill, %(amount)s: %(reason)s"),
    icon="heart-handshake",
    note=granted_by,
)
say("orders.plan_added", _("wrote the price plan valid from %(on)s"), icon="coin")
say(
    "orders.plan_changed",
    _("wrote it in the place of %(number)s, valid from %(on)s"),
    icon="coin",
)
say(
    "orders.plan_followed",
    _("changed the prices from %(on)s on: plan %(number)s"),
    icon="coin",
)
say("orders.plan_ended", _("set its last day to %(on)s"), icon="calendar-event")
say("orders.rate_set", _("set the rate of %(currency)s to %(rate)s from %(on)s on"), icon="coin")
say(
    "orders.priced_anew",
    _("priced the parts anew: %(count)s changed, %(net)s net"),
    icon="refresh",
)
say("orders.packed", _("packed it in %(place)s"), icon="packages")
say(
    "orders.shipped",
    _("shipped it with %(carrier)s, %(tracking)s, promised for %(on)s"),
    icon="truck",
)
say(
    "orders.shipment_delivered",
    _("noted the delivery of %(count)s pieces to %(name)s"),
    icon="circle-check",
    kind="good",
)
say("orders.shipment_put_back", _("put it back: %(reason)s"), icon="arrow-back-up")
say(
    "orders.shipment_came_back",
    _("took what did not arrive into stock: %(reason)s"),
    icon="package-import",
    kind="warning",
)
say(
    "orders.delivered_direct",
    _("noted %(quantity)s of %(line)s as delivered directly: %(reason)s"),
    icon="package",
)
say("orders.rest_cut", _("took %(quantity)s of %(line)s off: not delivered any more"), icon="minus")
say("orders.rest_cancelled", _("cancelled what is left of it: %(reason)s"), icon="ban")
say("orders.opened_again", _("is open again: an invoice is not paid"), icon="refresh")
say("orders.invoice_written", _("wrote the invoice, %(amount)s"), icon="file-invoice")
say(
    "orders.payment_noted",
    _("noted a payment of %(amount)s"),
    icon="cash",
    kind="good",
)
say("orders.payback_noted", _("paid %(amount)s back"), icon="cash")
say(
    "orders.payment_reversed",
    _("reversed the payment of %(amount)s: %(reason)s"),
    icon="arrow-back-up",
    kind="warning",
)
say(
    "orders.credited",
    _("credited %(amount)s by %(credit)s: %(reason)s"),
    icon="receipt-2",
)
say("orders.exported", _("handed %(count)s documents to accounting"), icon="upload")
say("orders.reserved", _("reserved %(quantity)s of %(line)s in %(place)s"), icon="lock")
say("orders.released", _("released what was reserved for %(line)s"), icon="lock-open")
say("orders.submitted", _("asked for approval of the order"), icon="send")
say("orders.approved", _("approved the order"), icon="circle-check", kind="good")
say("orders.sent_back", _("sent the order back: %(reason)s"), icon="arrow-back-up", kind="warning")
say(
    "orders.replacement_booked",
    _("sent %(line)s as the replacement of return %(number)s"),
    icon="package-export",
)
say("orders.delivered", _("delivered the order"), icon="truck")
say("orders.invoiced", _("invoiced the order"), icon="file-invoice")
say("orders.settled", _("noted the payment of the order"), icon="cash", kind="good")
say("orders.cancelled", _("cancelled the order: %(reason)s"), icon="ban")

say("orders.place_added", _("added the place"), icon="building-warehouse")
say(
    "orders.place_changed",
    _("changed the place"),
    icon="pencil",
    note=lambda details: "; ".join(" → ".join(pair) for pair in details["changes"].values()),
)
say("orders.stock_received", _("received %(quantity)s × %(part)s"), icon="package-import")
say("orders.stock_taken_out", _("took out %(quantity)s × %(part)s"), icon="package-export")
say(
    "orders.reorder_point_set",
    _("set the reorder point of %(part)s to %(point)s, filled up to %(target)s"),
    icon="flag",
)
say("orders.reorder_point_cleared", _("took the reorder point of %(part)s away"), icon="flag")
say(
    "orders.used_beyond",
    _("used %(used)s × %(part)s on %(record)s, the place held %(held)s"),
    icon="alert-triangle",
    kind="warning",
)
say("orders.stock_sent", _("sent the parts to %(to)s"), icon="truck")
say("orders.stock_accepted", _("accepted the parts"), icon="circle-check", kind="good")
say(
    "orders.stock_accepted_short",
    _("accepted less than was sent: %(reason)s"),
    icon="alert-triangle",
    kind="warning",
)
say("orders.stock_refused", _("refused the parts: %(reason)s"), icon="hand-stop", kind="warning")
say("orders.stock_counted", _("booked the count %(number)s, differences: %(differences)s"))
say("orders.count_dropped", _("dropped the count %(number)s"), icon="ban")
say(
    "orders.stock_ordered",
    _("ordered %(quantity)s × %(part)s, expected on %(on)s"),
    icon="shopping-cart",
)
say(
    "orders.stock_postponed",
    _("expects %(quantity)s × %(part)s on %(on)s, not on %(before_on)s"),
    icon="calendar-event",
)
say(
    "orders.stock_given_up",
    _("no longer expects %(quantity)s × %(part)s: %(reason)s"),
    icon="ban",
)
say("orders.difference_settled", _("settled %(quantity)s × %(part)s: %(note)s"), icon="check")
say(
    "orders.old_part_received",
    _("received the old part %(part)s %(serial)s of %(holder)s"),
    icon="package-import",
)
say(
    "orders.old_part_due",
    _("The old part %(part)s %(serial)s is to be in a depot by %(due_on)s"),
    icon="clock",
)
say(
    "orders.old_part_overdue",
    _("The old part %(part)s %(serial)s was to be in a depot by %(due_on)s"),
    icon="alert-triangle",
    kind="warning",
)


@heard_by("orders.old_part_due", NoticeKind.REMINDER)
@heard_by("orders.old_part_overdue", NoticeKind.REMINDER)
def holder(_place: StockLocation, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(pk=activity.details["holder"])


@heard_by("orders.stock_sent", NoticeKind.NEWS)
def who_accepts(transfer: StockTransfer, _activity: Activity) -> Iterable[Employee]:
    """Whose van it goes to."""
    return filter(None, [transfer.to_location.employee])


@heard_by("orders.used_beyond", NoticeKind.NEWS)
def who_settles(place: StockLocation, _activity: Activity) -> Iterable[Employee]:
    """The storekeepers of the outlet, else all of them."""
    keepers = Employee.objects.active().filter(role=Role.STOREKEEPER)
    near = list(keepers.filter(outlet=place.outlet_id))
    return near or keepers


@heard_by("orders.stock_accepted_short", NoticeKind.NEWS)
@heard_by("orders.stock_refused", NoticeKind.NEWS)
def sender(transfer: StockTransfer, _activity: Activity) -> Iterable[Employee]:
    return [transfer.sent_by]


say(
    "orders.handed_on",
    _("put it together, to be offered to the customer by %(to)s"),
    icon="arrow-right",
)
say("orders.offer_written", _("offered it to the customer"), icon="send")
say(
    "orders.offered",
    _("sent version %(version)s of the offer, %(amount)s, valid until %(valid_until)s, to %(to)s"),
    icon="send",
    kind="info",
)
say(
    "orders.offer_accepted",
    _("%(name)s accepted version %(version)s: %(taken)s of %(offered)s lines, %(amount)s"),
    icon="circle-check",
    kind="good",
)
say(
    "orders.offer_declined",
    _("%(name)s declined version %(version)s: %(reason)s"),
    icon="circle-x",
    kind="warning",
)
say("orders.offer_withdrawn", _("took version %(version)s of the offer back"), icon="arrow-back-up")
say(
    "orders.offer_lapsed",
    _("version %(version)s of the offer lapsed"),
    icon="hourglass-empty",
    kind="warning",
)


@letter("orders.offered")
def offer(quotation: Quotation, _activity: Activity) -> Letter:
    """The offer with its PDF; the answer is given on the page, never by opening it."""
    order = quotation.order
    greeting = gettext("For %(who)s") % {"who": quotation.to_name} if quotation.to_name else ""
    return Letter(
        subject=gettext("Our quotation %(number)s") % {"number": str(quotation)},
        paragraphs=[
            greeting,
            gettext("We offer you parts and work for %(amount)s, tax included, until %(day)s.")
            % {
                "amount": amount(quotation.gross, order.currency),
                "day": day(quotation.valid_until),
            },
            quotation.note,
        ],
        action=gettext("Look at it and answer"),
        url=reverse("orders:offer_link", args=[quotation.token]) if quotation.token else "",
        files=[(f"{order.number}-{quotation.version}.pdf", quotation_document(quotation))],
    )


@heard_by("orders.handed_on", NoticeKind.ASSIGNMENT)
def who_carries_on(_order: Order, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(pk__in=activity.details["told"])


@heard_by("orders.offer_accepted", NoticeKind.ASSIGNMENT)
@heard_by("orders.offer_declined", NoticeKind.ASSIGNMENT)
@heard_by("orders.offer_lapsed", NoticeKind.REMINDER)
def offerer(order: Order, _activity: Activity) -> Iterable[Employee]:
    """Who sent the latest offer, and the order's author."""
    latest = order.quotations.select_related("sent_by").order_by("-version").first()
    people = [latest.sent_by if latest else None, order.author]
    return dict.fromkeys(filter(None, people))


@heard_by("orders.submitted", NoticeKind.APPROVAL)
def approvers(order: Order, _activity: Activity) -> Iterable[Employee]:
    """The author's supervisor, else the heads of the department."""
    author = order.author
    if author and author.supervisor:
        return [author.supervisor]
    return Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)


@heard_by("orders.approved", NoticeKind.APPROVAL)
@heard_by("orders.sent_back", NoticeKind.APPROVAL)
def author(order: Order, _activity: Activity) -> Iterable[Employee]:
    return filter(None, [order.author])


def return_opened(details: Mapping[str, Any]) -> str:
    kind = ReturnKind(details["kind"]).label
    return gettext("opened the return (%(kind)s): %(reason)s") % {**details, "kind": kind}


def return_inspected(details: Mapping[str, Any]) -> str:
    finding = Finding(details["finding"]).label
    return gettext("inspected %(line)s: %(finding)s") % {**in_words(details), "finding": finding}


def its_note(details: Mapping[str, Any]) -> str:
    return str(details.get("note") or "")


say("orders.return_opened", return_opened, icon="arrows-exchange")
say(
    "orders.return_authorised",
    _("authorised the return"),
    icon="circle-check",
    kind="good",
    note=its_note,
)
say(
    "orders.return_refused",
    _("refused the return: %(reason)s"),
    icon="hand-stop",
    kind="warning",
)
say("orders.return_cancelled", _("cancelled the return: %(reason)s"), icon="ban")
say("orders.return_sent", _("noted that the customer sent it: %(carrier)s"), icon="truck")
say(
    "orders.return_received",
    _("received pieces of the return: %(count)s"),
    icon="package-import",
    note=its_note,
)
say("orders.return_inspected", return_inspected, icon="eye")
say(
    "orders.return_sent_ahead",
    _("sent the replacement of %(line)s ahead; the old part is due on %(due_on)s"),
    icon="package-export",
    note=its_note,
)
say("orders.return_replaced", _("replaced %(line)s"), icon="package-export", note=its_note)
say("orders.return_sent_back", _("sent %(line)s back: %(note)s"), icon="arrow-back-up")
say("orders.return_refunded", _("refunded %(line)s: %(note)s"), icon="coin", kind="good")
say("orders.return_to_repair", _("gave %(line)s to repair"), icon="tool")
say("orders.return_repaired", _("%(line)s was repaired: %(note)s"), icon="tool", kind="good")
say("orders.return_remedied", _("everything that came is remedied"), icon="checks", kind="good")
say("orders.return_closed", _("closed the return"), icon="lock", note=its_note)
say(
    "orders.exchange_due",
    _("The old part %(part)s %(serial)s is to be here by %(due_on)s"),
    icon="clock",
)
say(
    "orders.exchange_charged",
    _("The old part %(part)s %(serial)s did not come: %(amount)s are charged with %(order)s"),
    icon="coin",
    kind="warning",
)
say(
    "orders.exchange_charge_off",
    _("took the charge of %(amount)s with %(order)s back: the old part came"),
    icon="coin",
    kind="good",
)
say(
    "orders.exchange_charge_stands",
    _("The old part came, and %(amount)s with %(order)s are to be credited"),
    icon="alert-triangle",
    kind="warning",
)


def returns_overdue(details: Mapping[str, Any]) -> str:
    if details["count"] == 1:
        return gettext("Its next step was due on %(due_on)s") % in_words(details)
    words = {"names": ", ".join(details["numbers"]), "count": details["count"]}
    if details["count"] > len(details["numbers"]):
        words["names"] += " …"
    return gettext("%(count)s returns are overdue: %(names)s") % words


say("orders.returns_overdue", returns_overdue, icon="clock", kind="warning")


@heard_by("orders.returns_overdue", NoticeKind.REMINDER)
def opener_or_head(case: ReturnCase, _activity: Activity) -> Iterable[Employee]:
    """Who has left has others after them: the supervisor, else the heads."""
    if case.opened_by.is_active:
        return [case.opened_by]
    return who_authorises(case, _activity)


@heard_by("orders.return_opened", NoticeKind.APPROVAL)
def who_authorises(case: ReturnCase, _activity: Activity) -> Iterable[Employee]:
    """The supervisor of who opened it, else the heads of the department."""
    if case.opened_by.supervisor:
        return [case.opened_by.supervisor]
    return Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)


@heard_by("orders.return_authorised", NoticeKind.APPROVAL)
@heard_by("orders.return_refused", NoticeKind.APPROVAL)
@heard_by("orders.return_received", NoticeKind.NEWS)
@heard_by("orders.return_remedied", NoticeKind.NEWS)
@heard_by("orders.exchange_due", NoticeKind.REMINDER)
@heard_by("orders.exchange_charged", NoticeKind.REMINDER)
@heard_by("orders.exchange_charge_stands", NoticeKind.REMINDER)
def opener(case: ReturnCase, _activity: Activity) -> Iterable[Employee]:
    return [case.opened_by]


@heard_by("orders.return_authorised", NoticeKind.NEWS)
def who_will_receive(case: ReturnCase, _activity: Activity) -> Iterable[Employee]:
    """The storekeepers of the depot that it comes to."""
    keepers = Employee.objects.active().filter(role=Role.STOREKEEPER)
    return keepers.filter(outlet=case.depot.outlet_id)


def about_return(case: ReturnCase, subject: str, *paragraphs: str) -> Letter:
    goods = ", ".join(f"{line.name} × {line.quantity}" for line in case.lines.all())
    what = gettext("It is about: %(goods)s") % {"goods": goods}
    return Letter(subject=subject % {"number": case.number}, paragraphs=[*paragraphs, what])


@letter("orders.return_authorised")
def you_may_send_it(case: ReturnCase, _activity: Activity) -> Letter:
    depot = case.depot
    return about_return(
        case,
        gettext("Please send it back: return %(number)s"),
        gettext(
            "We take it back. Write the number %(number)s on the parcel, and send it by %(day)s to:"
        )
        % {"number": case.number, "day": day(case.due_on)},
        " · ".join(filter(None, [depot.name, depot.address])),
        case.decision,
    )


@letter("orders.return_refused")
def we_do_not_take_it(case: ReturnCase, _activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("Your return %(number)s"),
        gettext("We cannot take it back: %(reason)s") % {"reason": case.decision},
    )


@letter("orders.return_sent_ahead")
def replacement_is_on_its_way(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("Your replacement is on its way: %(number)s"),
        gettext("We sent you the replacement. %(how)s") % {"how": its_note(activity.details)},
        gettext(
            "Please send the old part back so that it is here by %(day)s, with the number "
            "%(number)s on the parcel. What is not here by then is charged at our prices."
        )
        % {"day": day(case.due_on), "number": case.number},
    )


@letter("orders.exchange_due")
def old_part_is_due(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("The old part is due: return %(number)s"),
        gettext(
            "You have the replacement; the old part is to be here by %(day)s. What is not "
            "here by then is charged at our prices. If it is on its way, thank you."
        )
        % {"day": in_words(activity.details)["due_on"]},
    )


@letter("orders.exchange_charged")
def old_part_is_charged(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("The old part did not come: return %(number)s"),
        gettext(
            "The old part did not come by its day, so we charge %(amount)s, tax not included. "
            "If it comes later, we take the charge back."
        )
        % in_words(activity.details),
    )


@letter("orders.exchange_charge_off")
def charge_is_off(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("The old part came: return %(number)s"),
        gettext("Thank you. The charge of %(amount)s is off.") % in_words(activity.details),
    )


@letter("orders.return_replaced")
def it_is_replaced(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("Replaced: return %(number)s"),
        gettext("We sent you a replacement for %(line)s. %(note)s") % in_words(activity.details),
    )


@letter("orders.return_sent_back")
def it_comes_back(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("On its way back: return %(number)s"),
        gettext("We send %(line)s back to you: %(note)s") % in_words(activity.details),
    )


@letter("orders.return_refunded")
def it_is_refunded(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("Refunded: return %(number)s"),
        gettext("We credit you for %(line)s: %(note)s") % in_words(activity.details),
    )


@letter("orders.return_repaired")
def it_is_repaired(case: ReturnCase, activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("Repaired: return %(number)s"),
        gettext("%(line)s was repaired: %(note)s") % in_words(activity.details),
    )


@letter("orders.return_closed")
def it_is_closed(case: ReturnCase, _activity: Activity) -> Letter:
    return about_return(
        case,
        gettext("Closed: return %(number)s"),
        gettext("Your return is closed. If something is still open, please write to us."),
    )
