"""Goods that customers give back: stock and devices change at receipt only, each line ends in one
way, and a replacement that went first is due back, charged, and given back when it comes.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.delivery.models import Delivery
from crmservice.errors import DomainError
from dispatch import actions as dispatch
from dispatch.models import DepotRepair
from orders import actions, queries
from orders.actions import Arrived, Given
from orders.choices import Bin, Finding, MoveKind, Remedy, ReturnKind, ReturnStatus
from orders.models import OldPart, Order, ReturnCase, StockMove, StockPiece
from orders.return_period import Ground, judge
from tests.factories.assets import AssetFactory
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import AffiliationFactory, ContactFactory, CustomerFactory
from tests.factories.employees import EmployeeFactory
from tests.factories.orders import (
    OrderFactory,
    OrderLineFactory,
    ReturnCaseFactory,
    ShipmentFactory,
    ShipmentLineFactory,
    StockLevelFactory,
    StockLocationFactory,
)

NINE = datetime(2026, 3, 3, 1, tzinfo=UTC)
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
LAW = {"warranty_until": None, "days": 7}


@pytest.fixture
def customer(price_plan):
    customer = CustomerFactory()
    DefaultPromiseFactory(tier=customer.tier, cover="out_of_warranty")
    return customer


@pytest.fixture
def depot(people):
    return StockLocationFactory(outlet=people.service_manager.outlet)


@pytest.fixture
def who(people):
    return {"by": people.service_manager, "at": NINE}


@pytest.fixture
def head(people):
    return {"by": people.department_head, "at": NINE}


@pytest.fixture
def mailed(settings):
    settings.EMAIL_URL = "memory://"
    return Delivery.objects.order_by("pk")


def opened(customer, depot, who, *given, **traits):
    words = {"kind": ReturnKind.WARRANTY, "reason": "坏了", **traits}
    return actions.open_return(customer, depot=depot, given=given, **words, **who)


def authorised(customer, depot, who, head, *given, **traits):
    case = opened(customer, depot, who, *given, **traits)
    return actions.authorise(case, **head)


def only_line(case):
    return case.lines.get()


def status_of(case):
    case.refresh_from_db()
    return case.status


def held(place, part, bin_):
    level = place.levels.filter(part=part, bin=bin_).first()
    return level.on_hand if level else 0


def arrive(case, who, quantity=1, serials=(), note=""):
    line = only_line(case)
    actions.receive_return(case, arrived={line.pk: Arrived(quantity, serials)}, note=note, **who)
    line.refresh_from_db()
    return line


@pytest.mark.parametrize(
    ("kind", "is_consumer", "delivered_on", "ground", "is_right"),
    [
        ("return", True, TODAY - 7 * DAY, Ground.WITHIN, True),
        ("return", True, TODAY - 8 * DAY, Ground.OVER, False),
        ("exchange", True, None, Ground.DAY_UNKNOWN, False),
        ("return", False, TODAY, Ground.NO_CONSUMER, False),
        ("wrong_delivery", False, None, Ground.OUR_MISTAKE, True),
        ("warranty", True, TODAY, Ground.NO_WARRANTY_KNOWN, False),
    ],
)
def test_who_may_give_back_and_why(kind, is_consumer, delivered_on, ground, is_right):
    verdict = judge(kind, TODAY, is_consumer=is_consumer, delivered_on=delivered_on, **LAW)
    assert (verdict.ground, verdict.is_right) == (ground, is_right)


@pytest.mark.parametrize(("until", "is_right"), [(TODAY, True), (TODAY - DAY, False)])
def test_a_warranty_return_is_a_right_to_its_last_day(until, is_right):
    law = {**LAW, "warranty_until": until}
    assert (
        judge("warranty", TODAY, is_consumer=False, delivered_on=None, **law).is_right == is_right
    )


def test_nothing_moves_before_the_goods_are_here(customer, depot, who, head, part):
    case = authorised(
        customer, depot, who, head, Given(part=part, quantity=2, serials=["A1", "A2"])
    )
    actions.note_sent(case, carrier="顺丰", tracking="SF1", **who)
    assert not StockMove.objects.exists()

    line = arrive(case, who, 1, ["A2"])

    assert (held(depot, part, Bin.FAULTY), line.received, line.received_serials) == (1, 1, ["A2"])
    assert StockMove.objects.get().kind == MoveKind.RETURNED
    arrive(case, who, 1, ["A1"])
    assert (held(depot, part, Bin.FAULTY), status_of(case)) == (2, ReturnStatus.RECEIVED)
    with pytest.raises(DomainError, match="only 0 are still to come"):
        arrive(case, who, 1, ["A1"])


def test_a_serial_number_that_was_not_announced_needs_a_word(customer, depot, who, head, part):
    case = authorised(customer, depot, who, head, Given(part=part, serials=["A1"]))
    for serials in ([], ["X9"]):
        with pytest.raises(DomainError, match=r"serial number|was not announced"):
            arrive(case, who, 1, serials)

    line = arrive(case, who, 1, ["X9"], note="另一件")

    assert "X9" in line.difference
    assert StockPiece.objects.get().serial_no == "X9"


def test_who_opened_it_authorises_only_what_is_a_right(customer, depot, who, head, part):
    case = opened(customer, depot, who, Given(part=part), kind=ReturnKind.RETURN)
    with pytest.raises(DomainError, match="somebody else decides"):
        actions.authorise(case, **who)
    actions.authorise(case, **head)

    wrong = opened(customer, depot, who, Given(part=part), kind=ReturnKind.WRONG_DELIVERY)
    with pytest.raises(DomainError, match="cannot be refused"):
        actions.refuse_return(wrong, reason="不", **head)
    actions.authorise(wrong, **who)


def test_no_more_comes_back_than_was_sold(customer, depot, who, head, part):
    order = actions.create(customer, **who)
    line = actions.add_part(order, part, 2, done_on=TODAY, **who)
    opened(customer, depot, who, Given(part=part, order_line=line), order=order)
    second = Given(part=part, quantity=2, order_line=line)
    with pytest.raises(DomainError, match="1 can still be given back"):
        opened(customer, depot, who, second, order=order)


def test_each_remedy_ends_its_line_and_the_last_the_case(customer, depot, who, head, part):
    """Three pieces, found three ways: as new and sent back, replaced, and repaired."""
    StockLevelFactory(location=depot, part=part, holds=2)
    case = authorised(
        customer, depot, who, head, Given(part=part, quantity=3, serials=["A1", "A2", "A3"])
    )
    line = arrive(case, who, 3, ["A1", "A2", "A3"])
    new = actions.inspect(line, finding=Finding.AS_NEW, quantity=1, serials=["A1"], **who)
    assert (held(depot, part, Bin.GOOD), held(depot, part, Bin.FAULTY)) == (3, 2)
    with pytest.raises(DomainError, match="which pieces"):
        actions.inspect(line, finding=Finding.FAULTY, quantity=1, **who)
    bad = actions.inspect(line, finding=Finding.FAULTY, quantity=1, serials=["A2"], **who)
    line.refresh_from_db()
    last = actions.inspect(line, finding=Finding.FAULTY, **who)
    assert status_of(case) == ReturnStatus.INSPECTED

    actions.ship_back(new, reason="没有故障", **who)
    actions.replace(bad, location=depot, **who)
    assert (held(depot, part, Bin.GOOD), held(depot, part, Bin.FAULTY)) == (1, 2)
    with pytest.raises(DomainError, match="something has become of it"):
        actions.replace(new, location=depot, **who)
    assert status_of(case) == ReturnStatus.INSPECTED
    actions.give_to_repair(last, **who)
    goods = DepotRepair.objects.get()
    assert (goods.serial_no, goods.return_line, held(depot, part, Bin.FAULTY)) == ("A3", last, 1)
    actions.end_repair(last, note="修好", **who)

    assert status_of(case) == ReturnStatus.REMEDIED
    remedies = set(case.lines.values_list("remedy", flat=True))
    assert remedies == {Remedy.SEND_BACK, Remedy.REPLACE, Remedy.REPAIR}
    actions.close_return(case, **who)
    assert status_of(case) == ReturnStatus.CLOSED


def test_a_refund_credits_what_was_invoiced_to_the_cent(depot, who, head, people, price_plan):
    """Two of three pieces at 100.00 together come back."""
    order = OrderFactory(approved=True)
    sold = OrderLineFactory(order=order, quantity=3, unit_price="33.3333", amount=Decimal(100))
    StockLevelFactory(location=depot, part=sold.part, holds=3)
    keeper = {"by": people.storekeeper, "at": NINE}
    parcel = actions.pack(
        order, location=depot, quantities={sold.pk: 3}, promised_on=TODAY, **keeper
    )
    actions.hand_over(parcel, **keeper)
    invoice = actions.invoice(order, invoiced_on=TODAY, due_on=TODAY + 30 * DAY, **who)
    given = Given(part=sold.part, quantity=2, order_line=sold)
    case = authorised(order.customer, depot, who, head, given, order=order, kind="return")
    line = actions.inspect(arrive(case, who, 2), finding=Finding.AS_NEW, **who)

    line = actions.refund(line, reason="多买了", **who)

    note = invoice.credit_notes.get()
    assert (note.net, line.remedy, line.remedy_note) == (Decimal("66.67"), "refund", str(note))
    assert status_of(case) == ReturnStatus.REMEDIED
    with pytest.raises(DomainError, match="something has become of it"):
        actions.refund(line, reason="x", **who)


def invoiced_sale(customer, part, who, serials=()):
    """One piece at 120.00, delivered and invoiced."""
    order = OrderFactory(customer=customer, delivered=True)
    line = OrderLineFactory(order=order, part=part, delivered=1)
    if serials:
        shipment = ShipmentFactory(order=order)
        ShipmentLineFactory(shipment=shipment, order_line=line, serials=serials)
    actions.invoice(order, invoiced_on=TODAY, due_on=TODAY, **who)
    return line


def test_a_device_is_refunded_on_the_invoice_of_its_sale(customer, depot, who, head, part):
    """The sale with its serial number is the first; another customer's, and another part's, is
    refused; the same sale is given back once.
    """
    device = AssetFactory(component=True, customer=customer, part=part, serial_no="A1")
    sold = invoiced_sale(customer, part, who, ["A1"])
    other = invoiced_sale(customer, part, who)
    strange = [invoiced_sale(CustomerFactory(), part, who), OrderLineFactory(order=sold.order)]
    case = authorised(customer, depot, who, head, Given(asset=device))
    line = actions.inspect(arrive(case, who, 1, ["A1"]), finding=Finding.AS_NEW, **who)
    assert queries.sales_of(line) == [sold, other]
    for wrong, said in ((None, "Say with which"), *((each, "something else") for each in strange)):
        with pytest.raises(DomainError, match=said):
            actions.refund(line, order_line=wrong, reason="x", **who)
    with pytest.raises(DomainError, match="credit it there"):
        actions.note_refund(line, document="K-1", reason="x", **who)

    line = actions.refund(line, order_line=sold, reason="多买了", **who)

    note = sold.order.invoices.get().credit_notes.get()
    assert (line.order_line, line.remedy_note, note.net) == (sold, str(note), Decimal("120.00"))
    again = authorised(customer, depot, who, head, Given(part=part))
    line = actions.inspect(arrive(again, who), finding=Finding.AS_NEW, **who)
    assert queries.sales_of(line) == [other]
    with pytest.raises(DomainError, match="0 can still be given back"):
        actions.refund(line, order_line=sold, reason="x", **who)


def test_what_nothing_here_sold_is_refunded_elsewhere(customer, depot, who, head, part):
    case = authorised(customer, depot, who, head, Given(part=part))
    line = actions.inspect(arrive(case, who), finding=Finding.AS_NEW, **who)
    with pytest.raises(DomainError, match="write something"):
        actions.note_refund(line, document=" ", reason="x", **who)

    line = actions.note_refund(line, document="K-77", reason="旧系统", **who)

    assert (line.remedy, line.remedy_note) == (Remedy.REFUND, "K-77 · 旧系统")
    assert status_of(case) == ReturnStatus.REMEDIED


def test_the_page_of_the_refund_says_the_sale_or_why_not(
    logged_in, customer, depot, who, head, part
):
    case = authorised(customer, depot, who, head, Given(part=part))
    line = actions.inspect(arrive(case, who), finding=Finding.AS_NEW, **who)
    page = reverse("orders:refund_line", args=[case.number, line.pk])
    client = logged_in("service_manager")
    assert "nothing to credit" in client.get(page).content.decode()
    sold = invoiced_sale(customer, part, who)
    assert client.get(page).context["form"]["order_line"].value() == sold.pk
    typed = {"order_line": sold.pk, "reason": "多买了", "amount": ""}
    assert client.post(page, typed).status_code == 302
    assert client.post(page, typed).status_code == 422  # the Back button

    assert sold.order.invoices.get().credit_notes.count() == 1
    keeper = logged_in("storekeeper")  # changes orders, bills nothing
    assert keeper.get(page).status_code == 403


def test_goods_that_are_scrapped_or_shipped_end_the_repair(customer, depot, who, head, part):
    case = authorised(customer, depot, who, head, Given(part=part, serials=["A1"]))
    line = actions.inspect(arrive(case, who, 1, ["A1"]), finding=Finding.FAULTY, **who)
    actions.give_to_repair(line, **who)
    goods = DepotRepair.objects.get()
    dispatch.scrap(goods, reason="烧毁", **who)
    dispatch.close_goods(goods, **who)

    assert status_of(case) == ReturnStatus.REMEDIED


def test_a_device_is_out_of_use_at_receipt_and_again_in_use_when_sent_back(
    customer, depot, who, head
):
    asset = AssetFactory(customer=customer)
    case = authorised(customer, depot, who, head, Given(asset=asset))
    asset.refresh_from_db()
    assert asset.status == "in_use"

    line = arrive(case, who, 1, [asset.serial_no])
    asset.refresh_from_db()
    assert (asset.status, StockMove.objects.count()) == ("in_repair", 0)
    line = actions.inspect(line, finding=Finding.NO_FAULT, **who)
    actions.ship_back(line, reason="没有故障", **who)

    asset.refresh_from_db()
    assert asset.status == "in_use"


def test_what_came_after_the_inspection_is_a_line_of_its_own(customer, depot, who, head, part):
    case = authorised(customer, depot, who, head, Given(part=part, quantity=2))
    actions.inspect(arrive(case, who), finding=Finding.AS_NEW, **who)
    line = case.lines.first()
    actions.receive_return(case, arrived={line.pk: Arrived(1)}, **who)

    assert [(each.received, each.finding) for each in case.lines.all()] == [(1, "as_new"), (1, "")]
    assert (held(depot, part, Bin.GOOD), held(depot, part, Bin.FAULTY)) == (1, 1)
    assert status_of(case) == ReturnStatus.RECEIVED


@pytest.fixture
def ahead(customer, depot, who, head, part, mailed):
    """A replacement that went first on 3 March; the old part is due on the 17th."""
    StockLevelFactory(location=depot, part=part, holds=1)
    contact = ContactFactory(email="li@example.com", language="en")
    with pytest.raises(DomainError, match="not a contact of this customer"):
        opened(customer, depot, who, Given(part=part), contact=contact)
    AffiliationFactory(contact=contact, customer=customer)
    given = Given(part=part, serials=["A1"])
    case = authorised(
        customer, depot, who, head, given, contact=contact, is_advance=True, kind="exchange"
    )
    actions.send_ahead(only_line(case), location=depot, **who)
    return case


def test_the_replacement_goes_first_and_the_customer_is_told(ahead, depot, part, mailed, who):
    old = OldPart.objects.get()
    assert (old.serial_no, old.due_on, old.remind_on) == ("A1", TODAY + 14 * DAY, TODAY + 12 * DAY)
    assert held(depot, part, Bin.GOOD) == 0
    verbs = [each.activity.verb for each in mailed]
    assert verbs == ["orders.return_authorised", "orders.return_sent_ahead"]
    assert {each.language for each in mailed} == {"en"}
    with pytest.raises(DomainError, match="and once"):
        actions.send_ahead(only_line(ahead), location=depot, **who)
    with pytest.raises(DomainError, match="still due"):
        actions.close_return(ahead, **who)
    with pytest.raises(DomainError, match="comes with its return"):
        actions.receive_old_part(old, depot, **who)


def test_the_customer_is_reminded_and_charged_once(ahead, mailed):
    due_on = TODAY + 14 * DAY
    for on in (due_on - 2 * DAY, due_on, due_on + DAY, due_on + 2 * DAY):
        actions.remind_of_old_parts(on=on, at=NINE + (on - TODAY))
        count = Order.objects.filter(status="in_approval").count()
        assert count == (1 if on > due_on else 0)

    old = OldPart.objects.select_related("charge__order").get()
    assert (old.charge.amount, old.charge.order.status) == (120, "in_approval")
    assert old.charge.charged_to == "billed"
    verbs = [each.activity.verb for each in mailed][2:]
    assert verbs == ["orders.exchange_due", "orders.exchange_charged"]


def test_what_the_customer_keeps_is_charged_at_once(ahead, who, logged_in):
    """By hand before its day, and not again after it; the charge is approved as every order."""
    client = logged_in("service_manager")
    page = reverse("orders:charge_return", args=[ahead.number])
    with time_machine.travel(NINE):
        offers = client.get(ahead.get_absolute_url()).context["offers"]
    assert page in {each.url for each in offers}
    with time_machine.travel(NINE + 15 * DAY):
        assert client.get(ahead.get_absolute_url()).context["step"].url == page

    assert client.post(page).status_code == 302
    assert client.post(page).status_code == 403  # the Back button

    old = OldPart.objects.select_related("charge__order").get()
    assert (old.charge.amount, old.charge.cost) == (120, 0)
    assert (old.charge.order.status, old.charge.order.author) == ("in_approval", who["by"])
    with pytest.raises(DomainError, match="not charged already"):
        actions.charge_old_parts(ahead, **who)
    assert actions.remind_of_old_parts(on=TODAY + 15 * DAY, at=NINE + 15 * DAY) == 0
    line = arrive(ahead, who, 1, ["A1"])
    old.charge.order.refresh_from_db()
    assert (line.received, old.charge.order.status) == (1, "cancelled")


def test_who_opened_returns_hears_once_a_day_of_all_that_is_overdue(customer, depot, who, part):
    """Due on the 5th: from the 6th on; a step that moves the day is spoken of anew."""
    first = opened(customer, depot, who, Given(part=part))
    second = opened(customer, depot, who, Given(part=part))
    told = Activity.objects.filter(verb="orders.returns_overdue").order_by("pk")
    days = [(3, 0), (1, 1), (0, 0), (1, 1)]
    on = TODAY + 2 * DAY - 3 * DAY
    for step, count in days:
        on += step * DAY
        assert actions.remind_of_returns(on=on, at=NINE) == count
    assert [(each.details["count"], each.details["numbers"]) for each in told] == [
        (2, [first.number, second.number])
    ] * 2

    actions.cancel_return(first, reason="不退了", **who)
    actions.authorise(second, by=EmployeeFactory(), at=NINE)  # the goods are due on the 17th
    assert actions.remind_of_returns(on=TODAY + 14 * DAY, at=NINE) == 0
    assert actions.remind_of_returns(on=TODAY + 15 * DAY, at=NINE) == 1
    assert told.last().details["count"] == 1
    tell_pending(at=NINE)
    heard = Notification.objects.filter(activity=told.last())
    assert [each.recipient for each in heard] == [who["by"]]


@pytest.mark.parametrize("is_closed", [True, False])
def test_the_charge_is_given_back_when_the_part_comes_later(ahead, who, mailed, is_closed):
    later = {**who, "at": NINE + 20 * DAY}
    actions.remind_of_old_parts(on=TODAY + 15 * DAY, at=NINE + 15 * DAY)
    if is_closed:
        actions.close_return(ahead, note="已收费", **later)
    line = arrive(ahead, later, 1, ["A1"])

    assert Order.objects.get(lines__charged_to="billed").status == "cancelled"
    assert OldPart.objects.get().received_at == later["at"]
    assert mailed.last().activity.verb == "orders.exchange_charge_off"
    line = actions.inspect(line, finding=Finding.FAULTY, **later)
    assert (line.remedy, status_of(ahead)) == (Remedy.REPLACE, ReturnStatus.REMEDIED)


def test_a_return_from_the_order_to_its_end_by_the_pages(client, people, depot, customer, part):
    manager, head = people.service_manager, people.department_head
    client.force_login(manager)
    form = {
        "customer": customer.pk, "kind": "return", "reason": "多买了", "depot": depot.pk,
        "part_0": part.pk, "quantity_0": 1, "serials_0": "A1",
    }  # fmt: skip
    assert client.get(reverse("orders:open_return")).status_code == 200
    client.post(reverse("orders:open_return"), form)
    case = ReturnCase.objects.get()
    url = case.get_absolute_url()
    authorise = reverse("orders:authorise_return", args=[case.number])
    assert authorise not in client.get(url).content.decode()
    client.force_login(head)
    client.post(authorise, {"note": ""})
    assert client.get(reverse("orders:return_label", args=[case.number])).status_code == 200
    line = only_line(case)
    receive = reverse("orders:receive_return", args=[case.number])
    client.force_login(manager)
    assert "A1" in client.get(receive).content.decode()
    too_many = {f"arrived_{line.pk}": 2, f"serials_{line.pk}": "A1"}
    assert client.post(receive, too_many).status_code == 422
    client.post(receive, {**too_many, f"arrived_{line.pk}": 1})
    client.post(reverse("orders:inspect_line", args=[case.number, line.pk]), {"finding": "as_new"})
    client.post(
        reverse("orders:ship_line_back", args=[case.number, line.pk]), {"reason": "超过期限"}
    )
    assert status_of(case) == ReturnStatus.REMEDIED
    client.post(reverse("orders:close_return", args=[case.number]), {})
    assert status_of(case) == ReturnStatus.CLOSED
    assert "超过期限" in client.get(url).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    client, people, count, django_assert_max_num_queries
):
    ReturnCaseFactory.create_batch(count)
    client.force_login(people.service_manager)
    client.get(reverse("orders:returns"))
    with django_assert_max_num_queries(16) as taken:
        page = client.get(reverse("orders:returns") + "?only=late").content.decode()
    assert page.count("RT-2026-") >= count
    assert len(taken) <= 16
