"""What all pages of stock share, and its lists: levels, journal, places, what is to come, what is
to settle, and what is to be returned.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from crmservice.money import ZERO, money
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, label_of, moment
from employees.models import Employee
from orders import policies
from orders.choices import Bin, TransferStatus
from orders.filters import (
    DifferenceFilterSet,
    MoveFilterSet,
    OldPartFilterSet,
    ReplenishmentFilterSet,
    StockFilterSet,
    TransferFilterSet,
)
from orders.models import (
    OldPart,
    Replenishment,
    StockDifference,
    StockLevel,
    StockLocation,
    StockMove,
    StockTransfer,
)
from orders.queries.stocking import cost_today, value_by_place

LIST = "orders/stock.html"
TABS = (
    ("stock", gettext_lazy("On hand")),
    ("reorder", gettext_lazy("To order")),
    ("replenishments", gettext_lazy("On order")),
    ("transfers", pgettext_lazy("stock", "Transfers")),
    ("differences", gettext_lazy("Differences")),
    ("old_parts", gettext_lazy("Old parts")),
    ("places", gettext_lazy("Places")),
    ("moves", gettext_lazy("Journal")),
)
OPEN = {"replenishments": "?only=open", "differences": "?only=open", "old_parts": "?only=open"}
OPEN |= {"transfers": f"?status={TransferStatus.SENT}"}


def tabs(active: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": reverse(f"orders:{name}") + OPEN.get(name, ""),
            "active": name == active,
        }
        for name, label in TABS
    ]


def offer(name: str, label: str, symbol: str, *args: Any, query: str = "") -> dict[str, str]:
    url = reverse(f"orders:{name}", args=args)
    return {"url": f"{url}{query}", "label": label, "symbol": symbol}


def render_stock(
    request: HttpRequest,
    name: str,
    listing: Listing,
    rows: Any,
    offers: Sequence[dict[str, str]] = (),
) -> HttpResponse:
    return render_list(request, listing, rows, tabs=tabs(name), offers=offers)


def part_cell(row: Any) -> Cell:
    url = reverse("orders:stock_of_part", args=[row.part.part_no])
    return Cell(row.part.part_no, url=url, sub=row.part.name)


def place_cell(row: Any) -> Cell:
    return Cell(row.location.name, url=row.location.get_absolute_url())


def bin_cell(row: Any) -> Cell:
    return Cell(label_of(row, "bin"), badge="warning" if row.bin == Bin.FAULTY else "neutral")


def about_cell(row: Any) -> Cell:
    return Cell(row.about_name, url=row.about_url)


def rows_of(level: StockLevel, page: str, **more: str) -> str:
    """The rows behind a number of a level."""
    words = {"place": level.location.code, "part": level.part.part_no, **more}
    return reverse(f"orders:{page}") + "?" + "&".join(f"{k}={v}" for k, v in words.items())


def is_below(level: StockLevel) -> bool:
    point = level.reorder_point
    expected = level.available + level.on_order + level.on_the_way
    return point is not None and expected < point


def point_cell(level: StockLevel) -> Cell:
    if level.reorder_point is None:
        return Cell("–")
    up_to = _("up to %(target)s") % {"target": level.target}
    if is_below(level):
        return Cell(str(level.reorder_point), sub=up_to, badge="warning")
    return Cell(str(level.reorder_point), sub=up_to)


def count_cell(number: int, url: str) -> Cell:
    return Cell(str(number), url=url if number else "")


LEVELS = Listing(
    template=LIST,
    title=gettext_lazy("Stock"),
    columns=(
        Column("part", gettext_lazy("Part"), part_cell, order="part__part_no"),
        Column("place", pgettext_lazy("stock", "Place"), place_cell),
        Column("bin", gettext_lazy("Bin"), bin_cell, wide_only=True),
        Column(
            "on_hand",
            gettext_lazy("On hand"),
            lambda level: count_cell(level.on_hand, rows_of(level, "moves")),
            numeric=True,
        ),
        Column(
            "allocated",
            gettext_lazy("Allocated"),
            lambda level: count_cell(level.allocated, f"{level.get_absolute_url()}#allocated"),
            numeric=True,
            wide_only=True,
        ),
        Column(
            "available",
            pgettext_lazy("stock", "Available"),
            lambda level: str(level.available),
            numeric=True,
        ),
        Column(
            "on_order",
            gettext_lazy("On order"),
            lambda level: count_cell(level.on_order, rows_of(level, "replenishments", only="open")),
            numeric=True,
        ),
        Column(
            "on_the_way",
            gettext_lazy("On its way"),
            lambda level: count_cell(
                level.on_the_way,
                f"{reverse('orders:transfers')}?status=in_transit&place={level.location.code}",
            ),
            numeric=True,
            wide_only=True,
        ),
        Column("point", gettext_lazy("Reorder point"), point_cell, numeric=True),
    ),
    default_order="part",
    filterset=StockFilterSet,
    empty_text=gettext_lazy("Nothing is in stock yet. Add a place, then receive parts there."),
    empty_action=gettext_lazy("New place"),
    empty_url_name="orders:add_place",
    tone=lambda level: "warning" if is_below(level) else "",
)
VALUE = Column(
    "value",
    gettext_lazy("Value at cost"),
    lambda level: Cell(amount(money(level.cost * level.on_hand)) if level.cost else "–"),
    numeric=True,
    wide_only=True,
)


@require_safe
@allowed("stock.view")
def stock(request: StaffRequest) -> HttpResponse:
    """Per part, place and bin; with its value for those who may see costs."""
    user, listing = request.user, LEVELS
    levels = StockLevel.objects.visible_to(user).with_incoming()
    levels = levels.select_related("part", "location")
    if policies.may_see_costs(user):
        levels = levels.annotate(cost=cost_today(timezone.localdate()))
        listing = replace(LEVELS, columns=(*LEVELS.columns, VALUE))
    offers = []
    if user.may("stock.work"):
        offers.append(offer("send", _("Send parts"), "truck"))
    if policies.may_keep_stock(user):
        offers.append(offer("replenish", _("Note what was ordered"), "shopping-cart"))
    return render_stock(request, "stock", listing, levels, offers)


def kind_cell(move: StockMove) -> Cell:
    """With the other place, the serial numbers and the reason below."""
    beside = [move.other.name if move.other else "", ", ".join(move.serials), move.reason]
    return Cell(label_of(move, "kind"), sub=" · ".join(filter(None, beside)))


MOVES = Listing(
    template=LIST,
    title=gettext_lazy("Stock journal"),
    columns=(
        Column("at", gettext_lazy("When"), lambda move: moment(move.at)),
        Column("part", gettext_lazy("Part"), part_cell),
        Column("place", pgettext_lazy("stock", "Place"), place_cell),
        Column("bin", gettext_lazy("Bin"), bin_cell, wide_only=True),
        Column("kind", gettext_lazy("Kind"), kind_cell),
        Column(
            "change",
            gettext_lazy("In or out"),
            lambda move: Cell(
                f"{move.on_hand:+d}" if move.on_hand else "",
                sub=_("%(number)s allocated") % {"number": f"{move.allocated:+d}"}
                if move.allocated
                else "",
            ),
            numeric=True,
        ),
        Column(
            "after",
            gettext_lazy("On hand then"),
            lambda move: str(move.on_hand_after),
            numeric=True,
        ),
        Column("about", gettext_lazy("For"), about_cell),
        Column("by", gettext_lazy("By"), lambda move: str(move.by or "–"), wide_only=True),
        Column("number", gettext_lazy("Row"), lambda move: str(move.pk), order="pk", numeric=True),
    ),
    default_order="-number",
    filterset=MoveFilterSet,
    empty_text=gettext_lazy("Nothing has moved yet."),
    url=lambda move: move.about_url,
)


@require_safe
@allowed("stock.view")
def moves(request: StaffRequest) -> HttpResponse:
    rows = StockMove.objects.visible_to(request.user)
    rows = rows.select_related("part", "location", "other", "by")
    return render_stock(request, "moves", MOVES, rows)


PLACES = Listing(
    template=LIST,
    title=gettext_lazy("Places"),
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            lambda place: Cell(place.code, url=place.get_absolute_url()),
            order="code",
        ),
        Column("name", gettext_lazy("Name"), lambda place: place.name),
        Column("kind", gettext_lazy("Kind"), lambda place: Cell(label_of(place, "kind"))),
        Column("outlet", gettext_lazy("Outlet"), lambda place: place.outlet.name),
        Column("who", gettext_lazy("Whose van"), lambda place: str(place.employee or "–")),
        Column(
            "state",
            gettext_lazy("Status"),
            lambda place: (
                Cell(_("In use"), badge="active")
                if place.is_active
                else Cell(_("Given up"), badge="retired")
            ),
        ),
    ),
    default_order="code",
    empty_text=gettext_lazy("No places yet. Add the depots, then a van for each engineer."),
    empty_action=gettext_lazy("New place"),
    empty_url_name="orders:add_place",
)


@require_safe
@allowed("stock.view")
def places(request: StaffRequest) -> HttpResponse:
    rows = StockLocation.objects.visible_to(request.user).select_related("outlet", "employee")
    listing, offers = PLACES, []
    if policies.may_see_costs(request.user):
        values = value_by_place(StockLevel.objects.all(), timezone.localdate())
        worth = Column(
            "value",
            gettext_lazy("Value at cost"),
            lambda place: Cell(amount(values.get(place.pk, ZERO)), url=stock_in(place)),
            numeric=True,
        )
        listing = replace(PLACES, columns=(*PLACES.columns, worth))
    if policies.may_keep_stock(request.user):
        offers.append(offer("add_place", _("New place"), "plus"))
    return render_stock(request, "places", listing, rows, offers)


def stock_in(place: StockLocation) -> str:
    return f"{reverse('orders:stock')}?place={place.code}&only=there"


def ordered_state(row: Replenishment) -> Cell:
    if row.closed_at is None and row.expected_on < timezone.localdate():
        return Cell(_("Overdue"), badge="overdue")
    if row.closed_at is None:
        return Cell(_("Incoming"), badge="ordered")
    return Cell(_("Given up"), badge="cancelled") if row.closed_reason else received_cell()


def received_cell() -> Cell:
    return Cell(_("Received"), badge="done")


REPLENISHMENTS = Listing(
    template=LIST,
    title=gettext_lazy("Ordered parts"),
    columns=(
        Column(
            "part",
            gettext_lazy("Part"),
            lambda row: Cell(row.part.part_no, url=row.get_absolute_url(), sub=row.part.name),
        ),
        Column("place", gettext_lazy("For"), place_cell),
        Column(
            "expected",
            gettext_lazy("Expected on"),
            lambda row: day(row.expected_on),
            order="expected_on",
        ),
        Column("state", gettext_lazy("Status"), ordered_state),
        Column(
            "quantity",
            gettext_lazy("Received"),
            lambda row: f"{row.received} / {row.quantity}",
            numeric=True,
        ),
        Column("supplier", gettext_lazy("Supplier"), lambda row: row.supplier, wide_only=True),
        Column(
            "ordered",
            gettext_lazy("Ordered at"),
            lambda row: Cell(moment(row.ordered_at), sub=str(row.ordered_by or "")),
            wide_only=True,
        ),
    ),
    default_order="expected",
    filterset=ReplenishmentFilterSet,
    empty_text=gettext_lazy("Nothing was ordered yet."),
    empty_action=gettext_lazy("Note what was ordered"),
    empty_url_name="orders:replenish",
)


@require_safe
@allowed("stock.view")
def replenishments(request: StaffRequest) -> HttpResponse:
    rows = Replenishment.objects.visible_to(request.user)
    rows = rows.select_related("part", "location", "ordered_by")
    offers = []
    if policies.may_keep_stock(request.user):
        offers.append(offer("replenish", _("Note what was ordered"), "shopping-cart"))
    return render_stock(request, "replenishments", REPLENISHMENTS, rows, offers)


TRANSFERS = Listing(
    template=LIST,
    title=pgettext_lazy("stock", "Transfers"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda row: Cell(row.number, url=row.get_absolute_url()),
            order="number",
        ),
        Column("from", pgettext_lazy("stock", "From"), lambda row: row.from_location.name),
        Column("to", pgettext_lazy("stock", "To"), lambda row: row.to_location.name),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda row: Cell(label_of(row, "status"), badge=row.status),
        ),
        Column(
            "sent",
            gettext_lazy("Sent at"),
            lambda row: Cell(moment(row.sent_at), sub=str(row.sent_by)),
            wide_only=True,
        ),
        Column("expected", gettext_lazy("Expected on"), lambda row: day(row.expected_on)),
        Column("note", gettext_lazy("Note"), lambda row: row.note, wide_only=True),
    ),
    default_order="-number",
    filterset=TransferFilterSet,
    empty_text=gettext_lazy("Nothing was sent yet."),
    empty_action=gettext_lazy("Send parts"),
    empty_url_name="orders:send",
)


@require_safe
@allowed("stock.view")
def transfers(request: StaffRequest) -> HttpResponse:
    rows = StockTransfer.objects.visible_to(request.user)
    rows = rows.select_related("from_location", "to_location", "sent_by")
    offers = []
    if request.user.may("stock.work"):
        offers.append(offer("send", _("Send parts"), "truck"))
    return render_stock(request, "transfers", TRANSFERS, rows, offers)


def difference_state(row: StockDifference) -> Cell:
    if row.settled_at is None:
        return Cell(_("To settle"), badge="warning")
    return Cell(_("Settled"), badge="settled", sub=row.note)


def held_words(row: StockDifference) -> str:
    """“used 1, the place held 0”, “1 of 3 missing”."""
    words = {"count": row.quantity, "held": row.held, "used": row.quantity + row.held}
    if row.kind == "missing":
        return _("%(count)s of %(held)s missing") % words
    return _("used %(used)s, the place held %(held)s") % words


DIFFERENCES = Listing(
    template=LIST,
    title=gettext_lazy("Stock differences"),
    columns=(
        Column(
            "part",
            gettext_lazy("Part"),
            lambda row: Cell(row.part.part_no, url=row.get_absolute_url(), sub=row.part.name),
        ),
        Column("place", pgettext_lazy("stock", "Place"), place_cell),
        Column("what", gettext_lazy("What"), held_words),
        Column("about", gettext_lazy("For"), about_cell),
        Column(
            "at",
            gettext_lazy("When"),
            lambda row: Cell(moment(row.at), sub=str(row.by or "")),
            wide_only=True,
        ),
        Column("state", gettext_lazy("Status"), difference_state),
        Column("number", gettext_lazy("Row"), lambda row: str(row.pk), order="pk", numeric=True),
    ),
    default_order="-number",
    filterset=DifferenceFilterSet,
    empty_text=gettext_lazy("The books and the places agree."),
)


@require_safe
@allowed("stock.view")
def differences(request: StaffRequest) -> HttpResponse:
    rows = StockDifference.objects.visible_to(request.user)
    rows = rows.select_related("part", "location", "by")
    return render_stock(request, "differences", DIFFERENCES, rows)


def old_part_state(row: OldPart) -> Cell:
    if row.received_at is not None:
        return Cell(_("Returned"), badge="returned", sub=moment(row.received_at))
    if row.is_charged:
        return Cell(_("Charged"), badge="warning")
    if row.due_on < timezone.localdate():
        return Cell(_("Overdue"), badge="overdue")
    return Cell(_("To return"), badge="running")


def hand_over_cell(row: OldPart) -> Cell:
    """What a customer has comes with its return."""
    if row.received_at is not None:
        return Cell("")
    if row.return_line is not None:
        return Cell(_("Receive it"), url=row.about_url)
    return Cell(_("Receive it"), url=reverse("orders:receive_old_part", args=[row.pk]))


OLD_PARTS = Listing(
    template=LIST,
    title=gettext_lazy("Old parts to return"),
    columns=(
        Column("part", gettext_lazy("Part"), part_cell),
        Column("serial", gettext_lazy("Serial number"), lambda row: row.serial_no or "–"),
        Column("place", pgettext_lazy("stock", "Place"), place_cell),
        Column("about", gettext_lazy("Taken out on"), about_cell),
        Column(
            "taken",
            gettext_lazy("Taken out"),
            lambda row: Cell(moment(row.taken_out_at), sub=str(row.holder)),
            wide_only=True,
        ),
        Column("due", gettext_lazy("Due"), lambda row: day(row.due_on), order="due_on"),
        Column("state", gettext_lazy("Status"), old_part_state),
        Column(
            "receive",
            gettext_lazy("Handed over"),
            hand_over_cell,
        ),
    ),
    default_order="due",
    filterset=OldPartFilterSet,
    empty_text=gettext_lazy("No old part is to be returned."),
    url=lambda row: row.about_url,
)


@require_safe
@allowed("stock.view")
def old_parts(request: StaffRequest) -> HttpResponse:
    """Whoever receives them has a link for each."""
    rows = OldPart.objects.visible_to(request.user)
    rows = rows.select_related("part", "location", "holder", "return_line")
    listing = OLD_PARTS
    if not may_receive(request.user):
        listing = replace(OLD_PARTS, columns=OLD_PARTS.columns[:-1])
    return render_stock(request, "old_parts", listing, rows)


def may_receive(user: Employee) -> bool:
    """Who works in a depot."""
    return StockLocation.objects.in_use().workable_by(user).filter(employee=None).exists()
