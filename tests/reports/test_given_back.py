"""What came back, went out free and was credited, the same in every view: request, device,
contract, customer, report (metrics.md; ADR 0064).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import add

import pytest

from contracts.choices import Cover
from expenses.choices import Share
from expenses.queries import Cost, Period, cost_by, cost_of, rows_of
from orders import actions
from orders.actions import Arrived, Given
from orders.choices import Finding
from orders.models import Order, OrderLine, StockLocation
from reports.periods import scope_of
from reports.queries import costs
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed, opened_rows
from reports.queries.requests import Asked
from tests.company import SHANGHAI
from tests.factories.assets import AssetFactory, PartCostFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.orders import (
    OrderFactory,
    OrderLineFactory,
    PricePlanFactory,
    StockLevelFactory,
    StockLocationFactory,
)
from tests.factories.service_requests import ServiceRequestFactory

NINE = datetime(2026, 3, 3, 1, tzinfo=UTC)
TODAY, LATER = date(2026, 3, 3), date(2026, 4, 1)
MARCH = {"period": "custom", "from": "2026-03-01", "to": "2026-03-31"}
CASES = {"kind": "exchange", "reason": "不合适"}


@pytest.fixture
def who(people):
    PricePlanFactory()
    return {"by": people.service_manager, "at": NINE}


@pytest.fixture
def served(who):
    """A request on a device under contract."""
    device = AssetFactory()
    contract = ServiceContractFactory(customer=device.customer)
    return ServiceRequestFactory(
        customer=device.customer, asset=device, contract=contract, cover=Cover.CONTRACT
    )


@pytest.fixture
def sold(served, who):
    """Three pieces at 100.00 together that cost 70.01, in dollars at 7.10, with an invoice."""
    order = OrderFactory(
        service_request=served, delivered=True, currency="USD", rate=Decimal("7.10")
    )
    line = OrderLineFactory(
        order=order,
        quantity=3,
        delivered=3,
        unit_price="33.3333",
        amount=Decimal(100),
        cost=Decimal("70.01"),
    )
    PartCostFactory(part=line.part, cost=Decimal("23.34"))
    StockLevelFactory(part=line.part, location=StockLocationFactory(), holds=9)
    actions.invoice(order, invoiced_on=TODAY, due_on=TODAY, **who)
    line.refresh_from_db()
    return line


def given_back(sold, who, finding, **more):
    """One piece is here and inspected."""
    order, depot = sold.order, StockLocation.objects.get()
    given = Given(part=sold.part, order_line=sold)
    words = {"service_request": order.service_request, "order": order, **CASES, **more}
    case = actions.open_return(order.customer, depot=depot, given=[given], **words, **who)
    boss = {**who, "by": order.author}
    actions.authorise(case, **boss)
    actions.receive_return(case, arrived={case.lines.get().pk: Arrived(1)}, **who)
    return actions.inspect(case.lines.get(), finding=finding, **who), depot


def of_reports(people):
    scope = scope_of(MARCH, today=LATER, zone=SHANGHAI)
    return Asked(scope, people.department_head, NINE)


def every_view(served, people):
    """Parts and billed of each view that there is."""
    asked = of_reports(people)
    subjects = (served, served.asset, served.contract, served.customer)
    found = [cost_of(each, Period(TODAY, LATER)) for each in subjects]
    found += [
        reduce(add, cost_by(group).values())
        for group in ("request", "asset", "contract", "customer")
    ]
    views = {(cost.parts, cost.billed) for cost in found}
    values = computed(CATALOGUE["cost"], asked, "customer").total.values
    views.add((values["parts"], values["billed_parts"]))
    views |= {
        (costs.cost_to_serve(asked, by_facts=by_facts).parts, values["billed_parts"])
        for by_facts in (True, False)
    }
    for measure in CATALOGUE["cost"].measures:
        if measure.key in {"parts", "billed_parts"}:
            rows = opened_rows(measure, asked, "", "")
            assert sum(row.cents for row in rows) == values[measure.key] * 100
    for share, value in ((Share.PARTS, found[0].parts), (Share.BILLED, found[0].billed)):
        for each in subjects:
            assert sum(row.cents for row in rows_of(share, each)) == value * 100
    return views


def test_a_sale_before_anything_came_back(sold, served, people):
    assert every_view(served, people) == {(Decimal("70.01"), Decimal("710.00"))}


@pytest.mark.parametrize("kind", ["exchange", "warranty"])
def test_a_free_replacement_is_cost_in_every_view(sold, served, who, people, kind):
    """23.34 more, on the day on which it left; nobody pays, and nothing waits for anybody."""
    line, depot = given_back(sold, who, Finding.FAULTY, kind=kind)
    actions.replace(line, location=depot, **who)

    assert every_view(served, people) == {(Decimal("93.35"), Decimal("710.00"))}
    free = OrderLine.objects.get(source=f"replacement:{line.pk}")
    assert (free.charged_to, free.amount, free.order.status) == (kind, 0, "delivered")
    assert (free.order.approver, free.order.author) == (sold.order.author, who["by"])


def test_what_is_as_new_again_is_no_cost_of_its_sale(sold, served, who, people):
    """The one that came back counts no more, the one that went instead does."""
    line, depot = given_back(sold, who, Finding.AS_NEW)
    assert every_view(served, people) == {(Decimal("70.01"), Decimal("710.00"))}

    actions.replace(line, location=depot, **who)

    assert every_view(served, people) == {(Decimal("70.01"), Decimal("710.00"))}
    sold.refresh_from_db()
    assert sold.cost_back == Decimal("23.34")


def test_what_is_sent_back_as_new_stays_cost(sold, served, who, people):
    line, _depot = given_back(sold, who, Finding.AS_NEW)
    actions.ship_back(line, reason="没有故障", **who)

    assert every_view(served, people) == {(Decimal("70.01"), Decimal("710.00"))}


def test_a_refund_lowers_what_is_billed_in_every_view(sold, served, who, people):
    """33.33 of 100.00 dollars are 236.64; the last refund leaves nothing, to the cent."""
    for left in (("46.67", "473.36"), ("23.33", "236.64"), ("0.00", "0.00")):
        line, _depot = given_back(sold, who, Finding.AS_NEW)
        actions.refund(line, reason="退货", **who)
        assert every_view(served, people) == {tuple(map(Decimal, left))}


def test_a_credit_of_a_part_lowers_it_by_that_part_only(sold, served, who, people):
    actions.credit_line(sold, Decimal(1), amount=Decimal(10), reason="降价", **who)

    assert every_view(served, people) == {(Decimal("70.01"), Decimal("639.00"))}


def test_an_invoice_written_again_changes_nothing(sold, served, who, people):
    bill = sold.order.invoices.get()
    actions.correct(
        bill, reason="抬头错", billed_to=bill.billed_to, invoiced_on=TODAY, due_on=TODAY, **who
    )

    assert every_view(served, people) == {(Decimal("70.01"), Decimal("710.00"))}


def test_without_a_request_it_is_cost_of_the_device_that_came(who, people):
    device = AssetFactory(component=True, parent=AssetFactory())
    PartCostFactory(part=device.part, cost=Decimal(40))
    StockLevelFactory(part=device.part, location=StockLocationFactory(), holds=1)
    depot = StockLocation.objects.get()
    case = actions.open_return(
        device.customer, depot=depot, given=[Given(asset=device)], is_advance=True, **CASES, **who
    )
    actions.authorise(case, **{**who, "by": people.department_head})
    actions.send_ahead(case.lines.get(), location=depot, **who)

    expected = Cost(parts=Decimal(40))
    assert cost_of(device) == cost_of(device.customer) == expected
    assert cost_by("asset")[device.pk] == expected


def test_an_old_part_that_is_charged_costs_once(who, people):
    """The replacement is the cost; the charge is what it brings when somebody approves it."""
    level = StockLevelFactory(location=StockLocationFactory(), holds=1)
    PartCostFactory(part=level.part, cost=Decimal(40))
    request = ServiceRequestFactory()
    given = Given(part=level.part)
    case = actions.open_return(
        request.customer,
        depot=level.location,
        given=[given],
        service_request=request,
        is_advance=True,
        **CASES,
        **who,
    )
    actions.authorise(case, **{**who, "by": people.department_head})
    actions.send_ahead(case.lines.get(), location=level.location, **who)
    later = NINE + timedelta(days=15)
    actions.remind_of_old_parts(on=TODAY + timedelta(days=15), at=later)

    charge = Order.objects.get(status="in_approval")
    actions.approve(charge, by=people.department_head, at=later)
    assert cost_of(request).parts == Decimal(40)
    assert cost_of(request).billed == charge.lines.get().base_amount > 0
