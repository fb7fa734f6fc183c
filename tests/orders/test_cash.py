"""From the order to the money: packed, shipped, delivered, invoiced, paid, credited, exported."""

import csv
import itertools
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from contracts import actions as contracts
from crmservice.errors import DomainError
from crmservice.money import money
from crmservice.numbers.models import take_number
from orders import actions, queries
from orders.actions.billing import share_of, worth_on_invoices
from orders.cash_papers import invoice_document
from orders.choices import Status
from orders.models import (
    AccountingRun,
    CreditNoteLine,
    Invoice,
    Order,
    OrderLine,
    Reservation,
    StockMove,
)
from tests.factories.contracts import InstalmentFactory, ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.orders import (
    ExchangeRateFactory,
    InvoiceFactory,
    OrderFactory,
    OrderLineFactory,
    ShipmentFactory,
    StockLevelFactory,
    StockPieceFactory,
)

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
TODAY = date(2026, 3, 3)
DAYS = timedelta(days=1)


@pytest.fixture
def keeper(people):
    return {"by": people.storekeeper, "at": NINE}


@pytest.fixture
def biller(people):
    return {"by": people.service_manager, "at": NINE}


@pytest.fixture
def line(db):
    """Three pieces at 33.33, rounded to 100.00 together; the depot holds five."""
    order = OrderFactory(approved=True)
    line = OrderLineFactory(order=order, quantity=3, unit_price="33.3333", amount=Decimal("100.00"))
    StockLevelFactory(part=line.part, holds=5)
    return line


@pytest.fixture
def depot(line):
    return line.part.levels.get().location


def pack(line, depot, keeper, quantity=3, **more):
    words = {"promised_on": TODAY + 2 * DAYS, **more}
    return actions.pack(
        line.order, location=depot, quantities={line.pk: quantity}, **words, **keeper
    )


def bill(order, biller, **more):
    words = {"invoiced_on": TODAY, "due_on": TODAY + 30 * DAYS, **more}
    return actions.invoice(order, **words, **biller)


def held(line):
    level = line.part.levels.get()
    return level.on_hand, level.allocated


def status(line):
    return Order.objects.get(pk=line.order_id).status


# To the customer


def test_in_parts_to_the_customer_and_to_the_money(line, depot, keeper, biller):
    actions.reserve_for(line, location=depot, quantity=2, **keeper)
    first = pack(line, depot, keeper, quantity=2)
    assert held(line) == (5, 2)

    actions.ship(first, carrier="顺丰", tracking_no="SF1", **keeper)
    assert held(line) == (3, 0)
    assert not Reservation.objects.open().exists()
    with pytest.raises(DomainError, match="nothing to invoice"):
        bill(line.order, biller)
    shipped = first.lines.get()
    actions.deliver(first, delivered={shipped.pk: 1}, **keeper)
    one = bill(line.order, biller)
    actions.deliver(first, received_by="王工", **keeper)
    actions.hand_over(pack(line, depot, keeper, quantity=1), **keeper)

    assert (held(line), status(line)) == ((2, 0), Status.DELIVERED)
    rest = bill(line.order, biller)
    assert [one.net, rest.net] == [Decimal("33.33"), Decimal("66.67")]
    assert one.tax + rest.tax == Decimal("13.00")
    assert status(line) == Status.INVOICED
    for each in (one, rest):
        actions.pay(each, amount=each.gross, paid_on=TODAY, **biller)
    assert status(line) == Status.PAID


def test_what_is_not_there_is_refused_and_it_says_where_it_is(line, depot, keeper, people):
    elsewhere = StockLevelFactory(part=line.part, holds=4)
    other = OrderLineFactory(order=line.order)
    actions.take_out(depot, part=line.part, quantity=3, reason="x", **keeper)

    with pytest.raises(DomainError) as refused:
        actions.pack(
            line.order, location=depot, quantities={line.pk: 3, other.pk: 1}, promised_on=TODAY,
            **keeper,
        )  # fmt: skip

    said = f"{depot.name} lacks 1 of {line.part.part_no}; free in {elsewhere.location.name} (4)."
    assert said in str(refused.value)
    assert f"lacks 1 of {other.part.part_no}; free nowhere." in str(refused.value)
    assert not line.order.shipments.exists()


@pytest.mark.parametrize(("quantity", "is_refused"), [(1, False), (2, True), (0, True)])
def test_no_more_is_packed_than_the_line_wants(line, depot, keeper, quantity, is_refused):
    pack(line, depot, keeper, quantity=2)

    if is_refused:
        with pytest.raises(DomainError):
            pack(line, depot, keeper, quantity=quantity)
    else:
        assert pack(line, depot, keeper, quantity=quantity).pk


def test_what_is_packed_stays_until_it_is_put_back(line, depot, keeper):
    packed = pack(line, depot, keeper)
    for verb in (lambda: actions.release_line(line, **keeper),
                 lambda: actions.cancel(line.order, reason="x", **keeper)):  # fmt: skip
        with pytest.raises(DomainError, match="packed"):
            verb()

    actions.put_back(packed, reason="改期", **keeper)
    assert held(line) == (5, 3)
    actions.cancel(line.order, reason="x", **keeper)
    assert held(line) == (5, 0)


def test_what_did_not_arrive_is_in_stock_again_with_its_serial_numbers(line, depot, keeper):
    level = line.part.levels.get()
    for serial in "ABCDE":
        StockPieceFactory(part=line.part, serial_no=serial, level=level)
    with pytest.raises(DomainError, match="Say which pieces"):
        actions.ship(pack(line, depot, keeper, quantity=1), carrier="x", **keeper)
    line.order.shipments.get().lines.all().delete()
    line.order.shipments.all().delete()
    sent = pack(line, depot, keeper, serials={line.pk: ["A", "B", "C"]})
    actions.ship(sent, carrier="德邦", **keeper)
    shipped = sent.lines.get()
    actions.deliver(sent, delivered={shipped.pk: 1}, **keeper)
    with pytest.raises(DomainError, match="No more can arrive"):
        actions.deliver(sent, delivered={shipped.pk: 3}, **keeper)

    actions.take_back(sent, serials=["B", "C"], reason="拒收", **keeper)

    assert held(line)[0] == 4
    assert set(level.pieces.values_list("serial_no", flat=True)) == set("BCDE")
    line.refresh_from_db()
    assert (line.delivered, status(line)) == (1, Status.APPROVED)


def test_after_a_part_has_left_cancelling_ends_what_is_left(line, depot, keeper, biller):
    other = OrderLineFactory(order=line.order)
    actions.hand_over(pack(line, depot, keeper, quantity=1), **keeper)
    actions.reserve_for(line, location=depot, quantity=2, **keeper)

    actions.cancel(line.order, reason="不要了", **biller)

    line.refresh_from_db()
    assert (line.quantity, line.amount, line.base_amount) == (1, Decimal("33.33"), Decimal("33.33"))
    assert (held(line), status(line)) == ((4, 0), Status.DELIVERED)
    assert not OrderLine.objects.filter(pk=other.pk).exists()
    assert bill(line.order, biller).net == Decimal("33.33")


def test_what_never_lay_in_our_stock_is_noted_with_its_way(line, keeper):
    with pytest.raises(DomainError, match="still to be delivered"):
        actions.note_delivered(line, quantity=Decimal(4), reason="供应商直发", **keeper)
    with pytest.raises(DomainError):
        actions.note_delivered(line, quantity=Decimal(1), reason=" ", **keeper)

    actions.note_delivered(line, quantity=Decimal(3), reason="供应商直发", **keeper)

    assert (held(line), status(line)) == ((5, 0), Status.DELIVERED)
    assert StockMove.objects.count() == 1


def test_work_is_delivered_when_it_is_approved(people):
    order = OrderFactory(in_approval=True)
    OrderLineFactory(order=order, work=True, delivered=1)

    approved = actions.approve(order, by=people.department_head, at=NINE)

    assert approved.status == Status.DELIVERED


# The money


@pytest.fixture
def invoice(line, depot, keeper, biller):
    """100.00 and 13.00 tax for three pieces."""
    actions.hand_over(pack(line, depot, keeper), **keeper)
    return bill(line.order, biller)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"due_on": TODAY - DAYS}, "own day"),
        ({"invoiced_on": TODAY + DAYS}, "still to come"),
        ({"quantities": {0: Decimal("3.01")}}, "not yet invoiced"),
        ({"quantities": {0: Decimal(0)}}, "nothing to invoice"),
    ],
)
def test_an_invoice_that_cannot_be_is_refused(line, depot, keeper, biller, values, match):
    actions.hand_over(pack(line, depot, keeper), **keeper)
    if "quantities" in values:
        values = {"quantities": {line.pk: values["quantities"][0]}}

    with pytest.raises(DomainError, match=match):
        bill(line.order, biller, **values)
    assert not Invoice.objects.exists()


def test_payments_in_parts_never_too_much_and_reversed_with_a_reason(invoice, line, biller):
    part = actions.pay(invoice, amount=Decimal("113.00") - Decimal("0.01"), paid_on=TODAY, **biller)
    with pytest.raises(DomainError, match=r"0\.01 is open"):
        actions.pay(invoice, amount=Decimal("0.02"), paid_on=TODAY, **biller)
    actions.pay(invoice, amount=Decimal("0.01"), paid_on=TODAY, **biller)
    assert status(line) == Status.PAID
    with pytest.raises(DomainError, match="more than zero"):
        actions.pay(invoice, amount=Decimal(0), paid_on=TODAY, **biller)

    actions.reverse_payment(part, reason="退票", **biller)

    invoice.refresh_from_db()
    assert (invoice.open_amount, invoice.settled_at) == (Decimal("112.99"), None)
    assert status(line) == Status.INVOICED
    with pytest.raises(DomainError, match="reversed already"):
        actions.reverse_payment(part, reason="退票", **biller)


def test_a_credit_is_never_more_than_was_invoiced(invoice, line, biller):
    of = invoice.lines.get()
    first = actions.credit(invoice, quantities={of.pk: Decimal(1)}, reason="退货", **biller)
    with pytest.raises(DomainError, match="can still be credited"):
        actions.credit(invoice, quantities={of.pk: Decimal("2.01")}, reason="退货", **biller)
    (rest,) = actions.credit_line(line, Decimal(2), reason="退货", **biller)

    assert (first.net, first.tax, rest.net, rest.tax) == (
        Decimal("33.33"), Decimal("4.33"), Decimal("66.67"), Decimal("8.67"),
    )  # fmt: skip
    invoice.refresh_from_db()
    assert (invoice.open_amount, status(line)) == (0, Status.PAID)
    for wrong in (Decimal(1), Decimal(0)):
        with pytest.raises(DomainError, match="not yet credited"):
            actions.credit_line(line, wrong, reason="退货", **biller)


def test_what_was_paid_and_is_credited_is_owed_and_paid_back(invoice, line, biller):
    paid = actions.pay(invoice, amount=invoice.gross, paid_on=TODAY, **biller)
    (note,) = actions.credit_line(
        line, Decimal(3), amount=Decimal("50.00"), reason="扣除折旧", **biller
    )

    invoice.refresh_from_db()
    assert (note.gross, invoice.open_amount) == (Decimal("56.50"), Decimal("-56.50"))
    assert status(line) == Status.INVOICED
    with pytest.raises(DomainError, match="more cannot be paid"):
        actions.pay(invoice, amount=Decimal("56.51"), paid_on=TODAY, **biller)
    back = actions.pay(invoice, amount=Decimal("56.50"), paid_on=TODAY, **biller)
    assert (back.amount, status(line)) == (Decimal("-56.50"), Status.PAID)
    invoice.refresh_from_db()
    actions.reverse_payment(back, reason="退回", **biller)
    assert actions.reverse_payment(paid, reason="退票", **biller).reversed_at


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.decimals(min_value="0.01", max_value=99999, places=2),
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
)
def test_the_parts_of_a_line_add_up_to_it(amount, parts):
    line = OrderLine(order=Order(currency="CNY"), amount=amount, quantity=Decimal(sum(parts)))

    edges = [Decimal(sum(parts[:place])) for place in range(len(parts) + 1)]
    shares = [share_of(line, b) - share_of(line, a) for a, b in itertools.pairwise(edges)]

    assert sum(shares) == money(amount)
    assert all(share >= 0 for share in shares)


def test_numbers_of_invoices_are_one_series_with_those_of_contracts(line, depot, keeper, biller):
    part = InstalmentFactory()
    contracts.invoice(part, invoice_no="INV-2026-0001", invoiced_on=TODAY, **biller)
    actions.hand_over(pack(line, depot, keeper), **keeper)

    written = bill(line.order, biller)

    assert written.number == "INV-2026-0002"
    other = InstalmentFactory()
    with pytest.raises(DomainError, match="Another invoice"):
        contracts.invoice(other, invoice_no=written.number, invoiced_on=TODAY, **biller)
    assert contracts.invoice(other, invoice_no="", invoiced_on=TODAY, **biller).invoice_no == (
        "INV-2026-0003"
    )
    assert take_number("invoice", "INV-2026-0001", owner=part.contract.number)


# Wrong, and written again


def again(bill, biller, **more):
    words = {"billed_to": bill.billed_to, "invoiced_on": TODAY, "due_on": TODAY + DAYS, **more}
    return actions.correct(bill, reason="抬头错", **words, **biller)


def test_a_wrong_invoice_is_credited_and_written_again_once(invoice, line, biller):
    payer = CustomerFactory()
    written = again(invoice, biller, billed_to=payer, note="PO 77")

    note = invoice.credit_notes.get()
    invoice.refresh_from_db()
    assert (note.gross, note.is_correction, invoice.open_amount) == (invoice.gross, True, 0)
    assert (written.net, written.tax, written.gross) == (invoice.net, invoice.tax, invoice.gross)
    assert (written.billed_to, written.note, written.replaces) == (payer, "PO 77", invoice)
    assert [(each.quantity, each.amount) for each in written.lines.all()] == [(3, 100)]
    line.refresh_from_db()
    assert (line.invoiced, line.credited_base, status(line)) == (3, 0, Status.INVOICED)
    with pytest.raises(DomainError, match="nothing to write again"):
        again(invoice, biller)
    assert again(written, biller).replaces == written  # wrong once more


def test_what_is_left_of_a_credited_invoice_is_written_again(invoice, line, biller):
    """One of three was given back; 66.67 are written again, and all adds up to the line."""
    actions.credit_line(line, Decimal(1), reason="退货", **biller)
    written = again(invoice, biller)

    assert (written.net, written.tax) == (Decimal("66.67"), Decimal("8.67"))
    line.refresh_from_db()
    assert (line.invoiced, line.credited_base) == (3, Decimal("33.33"))
    (note,) = actions.credit_line(line, Decimal(2), reason="退货", **biller)
    assert (note.invoice, note.net) == (written, Decimal("66.67"))
    line.refresh_from_db()
    assert line.credited_base == line.base_amount


@pytest.mark.parametrize("paid", ["113.00", "50.00"])
def test_what_was_paid_counts_for_the_invoice_in_its_place(invoice, line, biller, paid):
    actions.pay(invoice, amount=Decimal(paid), paid_on=TODAY, **biller)
    written = again(invoice, biller)

    invoice.refresh_from_db()
    assert (invoice.paid, invoice.open_amount, written.paid) == (0, 0, Decimal(paid))
    assert status(line) == (Status.PAID if paid == "113.00" else Status.INVOICED)
    moved = written.payments.get()
    actions.reverse_payment(moved, reason="银行退回", **biller)
    for bill in (invoice, written):
        bill.refresh_from_db()
    assert (invoice.paid, written.paid) == (Decimal(paid), 0)


def test_invoicing_the_rest_after_a_correction_adds_up(line, depot, keeper, biller):
    actions.hand_over(pack(line, depot, keeper), **keeper)
    first = bill(line.order, biller, quantities={line.pk: Decimal(1)})
    second = bill(line.order, biller, quantities={line.pk: Decimal(1)})
    anew = again(first, biller)
    last = bill(line.order, biller)

    standing = (second, anew, last)
    assert sum(each.net for each in standing) == Decimal(100)
    assert sum(each.tax for each in standing) == Decimal(13)


def test_the_page_writes_it_again_once(logged_in, invoice):
    client = logged_in("service_manager")
    page = reverse("orders:correct_invoice", args=[invoice.number])
    form = client.get(page).context["form"]
    typed = {name: form[name].value() for name in form.fields if name != "reason"}
    typed |= {"due_on": str(typed["due_on"]), "invoiced_on": "2026-03-01", "reason": "抬头错"}

    answer = client.post(page, typed)
    written = Invoice.objects.get(replaces=invoice)
    assert answer.url == written.get_absolute_url()
    back = client.post(page, typed)  # the Back button
    assert (back.status_code, "nothing to write again" in back.content.decode()) == (403, True)
    assert invoice.number in client.get(answer.url).content.decode()
    assert written.number in client.get(invoice.get_absolute_url()).content.decode()
    assert client.get(reverse("orders:invoice_pdf", args=[written.number])).content[:4] == b"%PDF"
    assert Invoice.objects.count() == 2


# Accounting


def test_instalments_of_contracts_go_to_accounting_once_without_tax(biller):
    """In their currency at the rate of the day; below zero they are credits."""
    ExchangeRateFactory()
    contract = ServiceContractFactory(currency="USD", customer__name="=1+1")
    days = {"first_on": TODAY, "last_on": TODAY + 30 * DAYS}
    part = InstalmentFactory(contract=contract, amount=Decimal("100.05"), **days)
    off = InstalmentFactory(
        contract=contract, amount=Decimal("-0.05"), first_on=TODAY + DAYS, last_on=TODAY + DAYS
    )
    InstalmentFactory(contract=contract, first_on=TODAY + 2 * DAYS, last_on=TODAY + 2 * DAYS)
    for each in (part, off):
        contracts.invoice(each, invoice_no="", invoiced_on=TODAY, **biller)
    assert queries.to_export() == 2

    run = actions.export_to_accounting(**biller)

    one, other = csv.DictReader(StringIO(run.content))
    assert (run.count, queries.to_export()) == (2, 0)
    shown = {
        "document": "invoice", "number": "INV-2026-0001", "order": "", "customer": "'=1+1",
        "currency": "USD", "exchange_rate": "7.1", "net": "100.05", "tax_rate": "", "tax": "",
        "gross": "", "net_base": "710.36", "contract": contract.number,
        "period_from": "2026-03-03", "period_to": "2026-04-02", "date": "2026-03-03",
        "due_date": part.due_on.isoformat(),
    }  # fmt: skip
    assert {name: one[name] for name in shown} == shown
    assert (other["document"], other["net"], other["due_date"]) == ("credit", "-0.05", "")
    with pytest.raises(DomainError, match="nothing new"):
        actions.export_to_accounting(**biller)


def test_each_document_goes_to_accounting_once_and_its_file_stays(invoice, line, biller, people):
    invoice.billed_to.name = "=cmd|' /C calc'!A0"
    invoice.billed_to.save()
    run = actions.export_to_accounting(**biller)
    (note,) = actions.credit_line(line, Decimal(1), reason="-1", **biller)
    second = actions.export_to_accounting(**biller)
    with pytest.raises(DomainError, match="nothing new"):
        actions.export_to_accounting(**biller)

    (row,) = csv.DictReader(StringIO(run.content))
    assert (row["number"], row["net"], row["gross"], row["gross_base"], row["customer"]) == (
        invoice.number, "100.00", "113.00", "113.00", "'=cmd|' /C calc'!A0",
    )  # fmt: skip
    (row,) = csv.DictReader(StringIO(second.content))
    assert (row["document"], row["number"], row["refers_to"], row["net"], row["reason"]) == (
        "credit", note.number, invoice.number, "-33.33", "'-1",
    )  # fmt: skip
    assert AccountingRun.objects.count() == 2
    assert tuple(row) == actions.ACCOUNTING_COLUMNS


# The pages


def test_the_pages_lead_from_the_order_to_the_money(logged_in, line, depot):
    client, number = logged_in("department_head"), line.order.number
    page = client.get(line.order.get_absolute_url())
    assert page.context["step"].url == reverse("orders:pack", args=[number])
    form = client.get(page.context["step"].url).context["form"]
    assert form["location"].value() == depot.pk
    typed = {"location": depot.pk, "promised_on": "2026-03-01", f"line_{line.pk}": "3"}
    answer = client.post(page.context["step"].url, typed)
    shipment = line.order.shipments.get()
    assert answer.url == shipment.get_absolute_url()

    ship = client.get(line.order.get_absolute_url()).context["step"].url
    client.post(ship, {"carrier": "顺丰", "tracking_no": "SF1", "promised_on": "2026-03-01"})
    late = client.get(reverse("orders:shipments") + "?only=late").context["page"]
    assert [row.tone for row in late.rows] == ["bad"]
    deliver = client.get(line.order.get_absolute_url()).context["step"].url
    client.post(deliver, {f"line_{shipment.lines.get().pk}": "3", "received_by": "王"})
    write = client.get(line.order.get_absolute_url()).context["step"].url
    answer = client.post(
        write,
        {
            "invoiced_on": "2026-03-01", "due_on": "2026-03-02", "language": "zh-hans",
            f"line_{line.pk}": "3",
        },
    )  # fmt: skip
    bill = Invoice.objects.get()
    assert answer.url == bill.get_absolute_url()
    for page in (bill.get_absolute_url(), reverse("orders:invoices") + "?only=late"):
        assert "113.00" in client.get(page).content.decode()
    paper = PdfReader(BytesIO(invoice_document(bill))).pages[0].extract_text()
    assert paper.split()[-12:].index("¥113.00") > paper.split()[-12:].index("¥100.00")
    assert paper.count("¥113.00") == 1
    assert client.get(reverse("orders:invoice_pdf", args=[bill.number])).content[:4] == b"%PDF"
    pay = client.get(line.order.get_absolute_url()).context["step"].url
    client.post(pay, {"amount": "113.00", "paid_on": "2026-03-02", "reference": "工行"})
    assert status(line) == Status.PAID
    credit = reverse("orders:credit_invoice", args=[bill.number])
    client.post(credit, {f"line_{bill.lines.get().pk}": "1", "reason": "退货"})
    note = bill.credit_notes.get()
    assert client.get(reverse("orders:credit_pdf", args=[note.number])).content[:4] == b"%PDF"
    assert "37.66" in client.get(bill.get_absolute_url()).content.decode()
    export = reverse("orders:accounting")
    assert client.post(export).status_code == 302
    run = AccountingRun.objects.get()
    file = client.get(reverse("orders:accounting_csv", args=[run.number])).content
    assert file.decode("utf-8-sig") == run.content


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_for_one_row_and_three(
    logged_in, count, django_assert_max_num_queries
):
    ShipmentFactory.create_batch(count)
    InvoiceFactory.create_batch(count)
    client = logged_in("department_head")

    for name in ("shipments", "invoices"):
        with django_assert_max_num_queries(9):
            client.get(reverse(f"orders:{name}"))


def test_money_is_noted_by_those_who_bill(logged_in, line, invoice):
    client = logged_in("storekeeper")
    assert client.get(invoice.get_absolute_url()).status_code == 200
    for page in ("pay_invoice", "credit_invoice"):
        assert client.get(reverse(f"orders:{page}", args=[invoice.number])).status_code == 403
    assert client.get(reverse("orders:accounting")).status_code == 403


def test_sums_of_every_cent_can_be_kept(line):
    """SQLite adds floats: a fifth of all nets and taxes do not add up there."""
    sums = ((Decimal(net) / 100, money(Decimal(net) * 13 / 10000)) for net in range(1, 1001))
    Invoice.objects.bulk_create(
        InvoiceFactory.build(
            order=line.order, net=net, tax=tax, gross=net + tax, paid=net, credited=tax,
            settled_at=NINE,
        )
        for net, tax in sums
    )  # fmt: skip
    assert Invoice.objects.count() == 1000


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_invoiced_credited_and_corrected_adds_up(db, biller, seed):
    """R-10: twelve verbs by lot, and after each every sum is what its parts are."""
    lot = Random(seed)
    order = OrderFactory(delivered=True, currency="USD", rate=Decimal("7.123456"))
    lines = [
        OrderLineFactory(
            order=order, quantity=7, delivered=7, amount=Decimal(lot.randint(10, 99999)) / 100
        )
        for _ in range(2)
    ]
    for _turn in range(12):
        try:
            lot.choice((invoice_some, credit_some, correct_one))(order, lot, biller)
        except DomainError:
            continue
        check_sums(order)
    with suppress(DomainError):
        bill(order, biller)
    check_sums(order)
    standing = sum(worth_on_invoices(line) for line in lines)
    assert standing == sum(line.amount for line in lines)


def invoice_some(order, lot, biller):
    wanted = {line.pk: Decimal(lot.randint(0, 3)) for line in order.lines.all()}
    bill(order, biller, quantities=wanted)


def credit_some(order, lot, biller):
    line = lot.choice(list(order.lines.all()))
    amount = Decimal(lot.randint(1, 200)) / 100 if lot.random() < 0.3 else None
    actions.credit_line(line, Decimal(lot.randint(1, 3)), amount=amount, reason="退货", **biller)


def correct_one(order, lot, biller):
    bills = list(order.invoices.order_by("pk"))
    if bills:
        again(lot.choice(bills), biller)


def check_sums(order):
    for line in order.lines.all():
        assert worth_on_invoices(line) == share_of(line, line.invoiced)
        given = CreditNoteLine.objects.filter(
            invoice_line__order_line=line, credit_note__is_correction=False
        )
        back = sum((each.amount for each in given), Decimal(0))
        assert line.credited_base == queries.in_base(back, order) <= line.base_amount
    bills = list(order.invoices.prefetch_related("credit_notes"))
    off = [note for each in bills for note in each.credit_notes.all() if note.is_correction]
    net = sum(each.net for each in bills) - sum(note.net for note in off)
    tax = sum(each.tax for each in bills) - sum(note.tax for note in off)
    assert tax == money(net * order.tax_rate)
    for each in bills:
        assert each.credited == sum(note.gross for note in each.credit_notes.all())
        assert 0 <= each.credited <= each.gross
