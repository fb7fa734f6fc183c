"""The list of orders, the page of one with why each line costs what it costs, and a new one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import is_key
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import amount, day, label_of, moment, percent
from employees.models import Employee
from orders import actions, policies, queries
from orders.choices import SOLD, UNDECIDED, LineKind, Status
from orders.explaining import in_words, name_of, one_line
from orders.filters import OrderFilterSet
from orders.forms import OrderForm
from orders.models import Order, OrderLine, Reservation
from orders.signals import detail_panels
from orders.views.advice import next_step, offers, turn_of
from service_requests.models import ServiceRequest

BESIDE = (
    "customer", "billing_customer", "service_request", "asset__model", "asset__part", "contract",
    "author", "approver",
)  # fmt: skip
PATH = (Status.DRAFT, Status.APPROVED, Status.DELIVERED, Status.INVOICED, Status.PAID)


def request_cell(order: Order) -> Cell:
    service_request = order.service_request
    if service_request is None:
        return Cell("–")
    return Cell(service_request.number, url=service_request.get_absolute_url())


LISTING = Listing(
    template="orders/index.html",
    title=gettext_lazy("Parts and labour orders"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda order: Cell(order.number, url=order.get_absolute_url()),
            order="number",
        ),
        Column(
            "customer",
            gettext_lazy("Customer"),
            lambda order: Cell(order.customer.name, url=order.customer.get_absolute_url()),
        ),
        Column("request", gettext_lazy("Request"), request_cell),
        Column(
            "author",
            gettext_lazy("Author"),
            lambda order: order.author.name if order.author else "–",
            wide_only=True,
        ),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda order: Cell(label_of(order, "status"), badge=order.status),
        ),
        Column(
            "ordered",
            gettext_lazy("Ordered"),
            lambda order: moment(order.ordered_at),
            order="ordered_at",
            wide_only=True,
        ),
        Column(
            "net",
            gettext_lazy("Net"),
            lambda order: Cell(amount(order.net, order.currency)),
            numeric=True,
        ),
    ),
    default_order="-ordered",
    filterset=OrderFilterSet,
    search_kind=queries.KIND,
    empty_text=gettext_lazy(
        "No orders yet. A finished visit writes one; here you write the others."
    ),
    empty_action=gettext_lazy("New order"),
    empty_url_name="orders:create",
)


@require_safe
@allowed("orders.view")
def index(request: StaffRequest) -> HttpResponse:
    orders = Order.objects.visible_to(request.user).select_related(
        "customer", "service_request", "author"
    )
    orders = orders.prefetch_related("lines")
    return render_list(request, LISTING, orders, may_add=request.user.may("orders.change"))


@require_safe
@allowed("orders.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    visible = Order.objects.visible_to(request.user).select_related(*BESIDE)
    order, user = get_object_or_404(visible, number=number), request.user
    lines = list(order.lines.select_related("part", "engineer", "goodwill_by"))
    for line in lines:
        line.order = order
    reserved = reserved_for(lines) if user.may("stock.view") else {}
    may_change = policies.may_change_lines(user, order)
    is_sold = order.status in SOLD
    progress = queries.progress_of(order, lines) if is_sold else {}
    wanting = queries.to_pack(order) if is_sold and policies.may_ship(user, order) else {}
    step = next_step(order, user, has_lines=bool(lines))
    words = {
        "order": order,
        "badges": [{"kind": order.status, "label": order.get_status_display()}],
        "path": path(order),
        "step": step,
        "turn": "" if step else turn_of(order, has_lines=bool(lines)),
        "offers": offers(order, user, has_lines=bool(lines)),
        "lines": [
            line_words(
                line,
                order,
                may_change=may_change,
                reserved=reserved.get(line.pk, ()),
                may_reserve=policies.may_reserve(user, line),
            )
            | progress_words(line, progress.get(line.pk))
            | {"direct_url": address("note_delivered", order, line) if line in wanting else ""}
            for line in lines
        ],
        "documents": document_words(order) if is_sold else [],
        "sums": sum_words(order, lines),
        "earnings": earning_words(lines) if policies.may_see_costs(user) else None,
        "facts": facts(order),
        "quotations": quotation_words(order),
        "may_change_lines": may_change,
        "activities": seen_by(user, timeline(order)),
        "panels": collect(detail_panels, order, user=user, at=now()),
    }
    return render(request, "orders/detail.html", words)


def progress_words(line: OrderLine, done: queries.Progress | None) -> dict[str, Any]:
    """How far a line is on its way to the money, at a glance."""
    if done is None:
        return {"progress": []}
    whole = line.quantity
    billed = [(_("invoiced"), done.invoiced, "file-invoice")] if line.amount else []
    steps: list[tuple[str, Decimal | int, str]] = [
        (_("packed"), done.packed, "packages"),
        (_("under way"), done.shipped, "truck"),
        (_("delivered"), done.delivered, "circle-check"),
        *billed,
        (_("credited"), done.credited, "receipt-2"),
    ]
    shown = []
    for label, count, symbol in steps:
        is_final = symbol in {"circle-check", "file-invoice"}
        if not count and not is_final:
            continue
        share = f"{Decimal(count).normalize():f} / {whole.normalize():f}"
        said = label if count == whole else f"{label} {share}"
        shown.append({"label": said, "symbol": symbol, "is_done": count == whole})
    return {"progress": shown}


def document_words(order: Order) -> list[dict[str, Any]]:
    """Its shipments and invoices, as they stand."""
    today, currency = localdate(), order.currency
    shipments = [
        {
            "label": each.number,
            "url": each.get_absolute_url(),
            "text": each.get_status_display(),
            "badge": "overdue" if each.is_late(today) else each.status,
            "sub": _("promised for %(day)s") % {"day": day(each.promised_on)},
        }
        for each in order.shipments.order_by("-pk")
    ]
    invoices = [
        {
            "label": each.number,
            "url": each.get_absolute_url(),
            "text": amount(each.gross, currency),
            "badge": "paid" if each.settled_at else "overdue" if each.is_overdue(today) else "open",
            "sub": _("open: %(amount)s") % {"amount": amount(each.open_amount, currency)},
        }
        for each in order.invoices.order_by("-pk")
    ]
    return [
        {"title": _("Shipments"), "symbol": "truck", "rows": shipments},
        {"title": _("Invoices"), "symbol": "file-invoice", "rows": invoices},
    ]


def quotation_words(order: Order) -> list[dict[str, Any]]:
    """The versions that were offered, the latest first."""
    return [
        {
            "label": str(each),
            "url": each.get_absolute_url(),
            "text": f"{amount(each.net, order.currency)} · {each.get_status_display()}",
            "sub": _("valid until %(day)s") % {"day": day(each.valid_until)},
        }
        for each in order.quotations.select_related("order").order_by("-version")
    ]


def path(order: Order) -> list[dict[str, str]]:
    """From the draft to the payment; a cancelled one ends there."""
    if order.status == Status.CANCELLED:
        steps, place = [Status.DRAFT, Status.CANCELLED], 1
    else:
        steps = list(PATH)
        is_draft = order.status in UNDECIDED
        here = Status.DRAFT if is_draft else Status(order.status)
        place = steps.index(here)
    return [
        {
            "label": str(status.label),
            "state": "done" if at < place else "now" if at == place else "todo",
            "sub": moment(order.approved_at) if status == Status.APPROVED else "",
        }
        for at, status in enumerate(steps)
    ]


def reserved_for(lines: list[OrderLine]) -> dict[int, list[Reservation]]:
    """By the key of each line, what waits for it in stock; one query."""
    rows = Reservation.objects.open().filter(
        about_type=OrderLine._meta.label_lower, about_id__in=[line.pk for line in lines]
    )
    found: dict[int, list[Reservation]] = {}
    for each in rows.select_related("level__location"):
        found.setdefault(each.about_id, []).append(each)
    return found


def line_words(
    line: OrderLine,
    order: Order,
    *,
    may_change: bool,
    reserved: Sequence[Reservation] = (),
    may_reserve: bool = False,
) -> dict[str, Any]:
    per = _("%(price)s per hour") if line.minutes is not None else "%(price)s"
    return {
        "pk": line.pk,
        "text": name_of(line),
        "url": line.part.get_absolute_url() if line.part else "",
        "kind": LineKind(line.kind).label,
        "done": " · ".join(filter(None, [day(line.done_on), str(line.engineer or "")])),
        "quantity": _("%d min") % line.minutes
        if line.minutes is not None
        else f"{line.quantity.normalize():f}",
        "unit_price": per % {"price": amount(line.unit_price, order.currency)},
        "amount": amount(line.amount, order.currency),
        "charged_to": line.charged_to,
        "charged_label": line.get_charged_to_display(),
        "why": one_line(line.reasons, order.currency),
        "reasons": in_words(line.reasons, order.currency),
        "given": amount(line.goodwill_amount) if line.goodwill_amount else "",
        "price_url": address("set_price", order, line) if may_change and line.is_billed else "",
        "give_url": address("give", order, line)
        if may_change and line.is_billed and line.amount
        else "",
        "remove_url": address("remove", order, line) if may_change else "",
        "reserved": ", ".join(
            _("%(count)s in %(place)s") % {"count": each.quantity, "place": each.level.location}
            for each in reserved
        ),
        "reserve_url": address("reserve", order, line) if may_reserve else "",
        "release_url": address("release", order, line) if may_reserve and reserved else "",
    }


def address(verb: str, order: Order, line: OrderLine) -> str:
    return reverse(f"orders:{verb}", args=[order.number, line.pk])


def sum_words(order: Order, lines: list[OrderLine]) -> list[dict[str, Any]]:
    sums = queries.sums(order, lines)
    tax = _("Tax %(rate)s") % {"rate": percent(order.tax_rate, 0)}
    return [
        {"label": _("Net"), "text": amount(sums.net, order.currency)},
        {"label": tax, "text": amount(sums.tax, order.currency)},
        {"label": _("Total"), "text": amount(sums.gross, order.currency)},
        {
            "label": _("Covered"),
            "text": amount(sums.covered, order.currency),
            "sub": _("at list price: what contract, warranty and goodwill bear"),
        },
    ]


def earning_words(lines: list[OrderLine]) -> list[dict[str, Any]]:
    earned = queries.earnings(lines)
    return [
        {"label": _("Cost"), "text": amount(earned.cost), "sub": _("of all lines, whoever pays")},
        {
            "label": _("Margin"),
            "text": amount(earned.margin),
            "sub": _("%(share)s of what is billed") % {"share": percent(earned.share, 1)},
        },
    ]


def facts(order: Order) -> list[dict[str, Any]]:
    service_request, asset, contract = order.service_request, order.asset, order.contract
    billed_to = order.billing_customer or order.customer
    return [
        link(_("Customer"), order.customer, order.customer.name),
        link(_("Billed to"), billed_to, billed_to.name),
        link(_("Request"), service_request, getattr(service_request, "number", "")),
        {**link(_("Asset"), asset, str(asset or "")), "sub": asset.kind_name if asset else ""},
        link(_("Contract"), contract, str(contract or "")),
        {"label": _("Ordered"), "text": moment(order.ordered_at)},
        {
            "label": _("Exchange rate"),
            "text": f"1 {order.currency} = {amount(order.rate)}" if order.rate != 1 else "",
        },
        {"label": _("Author"), "text": str(order.author or "")},
        {
            "label": _("Approver"),
            "text": str(order.approver or ""),
            "sub": moment(order.approved_at),
        },
        {"label": _("Note"), "text": order.note},
    ]


def link(label: str, record: Any, text: str) -> dict[str, Any]:
    return {"label": label, "text": text, "url": record.get_absolute_url() if record else ""}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def create(request: StaffRequest) -> HttpResponse:
    """`?request=` makes a request's order; `?customer=` and `?asset=` (keys) fill in another."""
    service_request = asked_request(request)
    given = {
        name: request.GET[name]
        for name in ("customer", "asset")
        if is_key(request.GET.get(name, ""))
    }
    form = OrderForm(
        request.POST or None,
        user=request.user,
        currencies=queries.sold_in(localdate()),
        service_request=service_request,
        initial=given,
    )
    if request.method == "POST":
        outcome = attempt(
            request, form, write, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The order is written. Add what was used and done."))
            return redirect(outcome.location)
    words = {"form": form, "service_request": service_request}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/form.html", words, status=status)


def asked_request(request: StaffRequest) -> ServiceRequest | None:
    number = request.GET.get("request", "")
    if not number:
        return None
    visible = ServiceRequest.objects.visible_to(request.user).select_related("customer", "asset")
    found = visible.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def write(*, values: dict[str, Any], by: Employee, at: Any) -> Order:
    return actions.create(values.pop("customer"), **values, by=by, at=at)
