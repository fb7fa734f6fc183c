from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from crmservice.money import money
from orders import actions, queries
from orders.choices import TRANSITIONS, UNAPPROVED, ChargedTo, LineKind, Status, WorkKind
from orders.models import Order, OrderLine, PricePlan
from tests.factories.assets import AssetFactory
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory
from tests.factories.orders import InvoiceFactory, OrderFactory, OrderLineFactory, PricePlanFactory
from tests.factories.service_requests import ServiceRequestFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
HOUR = timedelta(hours=1)
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)


@pytest.fixture
def manager(people):
    return people.service_manager


@pytest.fixture
def order(service_request, manager):
    return actions.create(
        service_request.customer, service_request=service_request, by=manager, at=NINE
    )


# The order


def test_an_order_takes_what_the_request_and_the_plan_say(people, price_plan, manager):
    service_request = ServiceRequestFactory(on_asset=True)

    order = actions.create(
        service_request.customer, service_request=service_request, by=manager, at=NINE
    )

    assert (order.number, order.status) == ("PO-2026-0001", Status.DRAFT)
    assert (order.asset, order.customer) == (service_request.asset, service_request.customer)
    assert (order.currency, order.tax_rate, order.author) == ("CNY", Decimal("0.13"), manager)
    assert [activity.verb for activity in timeline(service_request)] == ["orders.created"]


@pytest.mark.parametrize(("days", "is_made"), [(0, True), (-1, False)])
def test_an_order_needs_a_plan_valid_on_its_day(people, manager, days, is_made):
    PricePlanFactory(valid_from=TODAY - days * DAY)

    if is_made:
        assert actions.create(CustomerFactory(), by=manager, at=NINE).pk
    else:
        with pytest.raises(DomainError, match="price plan"):
            actions.create(CustomerFactory(), by=manager, at=NINE)


def test_a_strangers_request_or_asset_is_refused(service_request, manager):
    stranger = CustomerFactory()

    with pytest.raises(DomainError, match="request"):
        actions.create(stranger, service_request=service_request, by=manager, at=NINE)
    with pytest.raises(DomainError, match="asset"):
        actions.create(stranger, asset=AssetFactory(), by=manager, at=NINE)


def test_a_request_has_one_draft_at_a_time(service_request, manager):
    first = actions.order_of(service_request, by=manager, at=NINE)

    assert actions.order_of(service_request, by=manager, at=NINE) == first
    Order.objects.filter(pk=first.pk).update(status=Status.IN_APPROVAL)
    assert actions.order_of(service_request, by=manager, at=NINE) != first


def test_a_free_order_is_priced_by_what_holds_on_its_day(people, price_plan, part, manager):
    customer = CustomerFactory()
    DefaultPromiseFactory(tier=customer.tier)
    order = actions.create(customer, by=manager, at=NINE)

    line = actions.add_part(order, part, 2, done_on=TODAY, by=manager, at=NINE)

    assert (line.amount, line.charged_to) == (Decimal("240.00"), ChargedTo.BILLED)


# Lines


@pytest.mark.parametrize(
    ("on", "cost"), [(TODAY, "140.00"), (TODAY + DAY, "151.10")], ids=["the day before", "the day"]
)
def test_a_part_costs_what_it_cost_on_the_day_of_the_work(order, part, manager, on, cost):
    line = actions.add_part(order, part, 2, done_on=on, by=manager, at=NINE + DAY)

    assert (line.cost, line.amount) == (Decimal(cost), Decimal("240.00"))


@pytest.mark.parametrize(("days", "cost"), [(0, "135.00"), (1, "150.00")])
def test_work_costs_what_the_engineer_cost_on_the_day(order, engineer, manager, days, cost):
    starts = NINE + days * DAY

    (line,) = actions.add_work(
        order, WorkKind.ONSITE, starts, starts + 1.5 * HOUR, engineer=engineer, by=manager,
        at=NINE + 2 * DAY,
    )  # fmt: skip

    assert (line.cost, line.amount, line.minutes) == (Decimal(cost), Decimal("180.00"), 90)
    assert (line.kind, line.quantity) == (LineKind.LABOUR, Decimal("1.50"))


def test_work_over_the_boundary_shares_its_cost_without_loss(order, engineer, manager):
    starts = NINE + 7 * HOUR + timedelta(minutes=20)  # 16:20 to 18:07

    lines = actions.add_work(
        order, WorkKind.ONSITE, starts, starts + timedelta(minutes=107), engineer=engineer,
        by=manager, at=NINE + DAY,
    )  # fmt: skip

    assert [line.minutes for line in lines] == [40, 80]
    assert sum(line.cost for line in lines) == money(Decimal(90) * 107 / 60)


def test_the_trail_names_a_line_in_both_languages(order, part, engineer, manager):
    part.name_en, part.name_zh = "Seal", "密封"
    with override("zh-hans"):
        actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)
        actions.add_work(
            order, WorkKind.ONSITE, NINE, NINE + HOUR, engineer=engineer, by=manager, at=NINE + DAY
        )

    told = Activity.objects.filter(verb="orders.line_added").order_by("pk")
    assert [each.details["line"] for each in told] == [
        {"en": f"{part.part_no} Seal", "zh": f"{part.part_no} 密封"},
        {"en": "On-site work", "zh": "现场工时"},
    ]


def test_a_quantity_of_nothing_is_refused(order, part, manager):
    with pytest.raises(DomainError, match="more than zero"):
        actions.add_part(order, part, 0, done_on=TODAY, by=manager, at=NINE)


@pytest.mark.parametrize("minutes", [0, -1])
def test_work_that_does_not_last_is_refused(order, engineer, manager, minutes):
    ends = NINE + timedelta(minutes=minutes)

    with pytest.raises(DomainError, match="ends after"):
        actions.add_work(order, WorkKind.ONSITE, NINE, ends, engineer=engineer, by=manager, at=NINE)


def test_work_that_is_still_to_come_is_refused(order, part, engineer, manager):
    tomorrow = NINE + DAY

    with pytest.raises(DomainError, match="still to come"):
        actions.add_part(order, part, 1, done_on=TODAY + DAY, by=manager, at=NINE)
    with pytest.raises(DomainError, match="still to come"):
        actions.add_work(
            order, WorkKind.ONSITE, tomorrow, tomorrow + HOUR, engineer=engineer, by=manager,
            at=NINE,
        )  # fmt: skip


def test_a_kind_without_a_rate_is_refused(order, price_plan, engineer, manager):
    price_plan.labour_rates.filter(kind=WorkKind.DEPOT).delete()

    with pytest.raises(DomainError, match="has a rate for"):
        actions.add_work(
            order, WorkKind.DEPOT, NINE, NINE + HOUR, engineer=engineer, by=manager, at=NINE + DAY
        )


def test_the_same_source_twice_is_one_line(order, part, engineer, manager):
    who = {"by": manager, "at": NINE + DAY}
    for _ in range(2):
        actions.add_part(order, part, 1, done_on=TODAY, source="part:1", **who)
        actions.add_work(
            order, WorkKind.ONSITE, NINE, NINE + 9 * HOUR, engineer=engineer, source="work:1", **who
        )
        actions.add_call_out(order, done_on=TODAY, source="fee:1", **who)

    assert sorted(order.lines.values_list("source", flat=True)) == [
        "fee:1", "part:1", "work:1#0", "work:1#1",
    ]  # fmt: skip


def test_a_plan_without_a_fee_adds_no_line(order, price_plan, manager):
    PricePlan.objects.update(call_out_fee=0)

    assert actions.add_call_out(order, done_on=TODAY, by=manager, at=NINE) is None
    assert not order.lines.exists()


@pytest.mark.parametrize("status", Status)
def test_lines_change_only_before_approval(people, price_plan, part, authority, manager, status):
    traits = {} if status == Status.DRAFT else {status.value: True}
    order = OrderFactory(service_request=ServiceRequestFactory(), **traits)
    line, gift, gone = OrderLineFactory.create_batch(3, order=order)
    who = {"by": manager, "at": NINE}

    attempts = (
        lambda: actions.add_part(order, part, 1, done_on=TODAY, **who),
        lambda: actions.add_call_out(order, done_on=TODAY, **who),
        lambda: actions.set_price(line, unit_price=Decimal(120), reason="x", **who),
        lambda: actions.give(gift, reason="x", **who),
        lambda: actions.remove(gone, **who),
    )
    for attempt in attempts:
        if status in UNAPPROVED:
            attempt()
        else:
            with pytest.raises(DomainError, match="lines stand"):
                attempt()


def test_a_line_that_is_gone_is_said_so(order, part, authority, manager):
    line = actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)
    actions.remove(line.order.lines.get(), by=manager, at=NINE)

    with pytest.raises(DomainError, match="off the order"):
        actions.give(line, reason="x", by=manager, at=NINE)


# By hand, within authority


@pytest.mark.parametrize(("price", "is_allowed"), [("108.00", True), ("107.99", False)])
def test_the_discount_ends_exactly_at_the_authority(
    order, part, authority, manager, price, is_allowed
):
    line = actions.add_part(order, part, 2, done_on=TODAY, by=manager, at=NINE)
    lower = {"unit_price": Decimal(price), "reason": "老客户", "by": manager, "at": NINE}

    if is_allowed:
        line = actions.set_price(line, **lower)
        assert (line.amount, line.reasons[-1][0]) == (Decimal("216.00"), "by_hand")
        assert line.list_price == Decimal("120.00")
    else:
        with pytest.raises(DomainError, match=r"10 % discount: not below ¥108\.00"):
            actions.set_price(line, **lower)


def test_discounts_do_not_add_up(order, part, authority, manager):
    line = actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)
    line = actions.set_price(line, unit_price=Decimal(108), reason="x", by=manager, at=NINE)

    with pytest.raises(DomainError):
        actions.set_price(line, unit_price=Decimal(100), reason="x", by=manager, at=NINE)


def test_a_storekeeper_has_no_authority_but_may_raise_a_price(people, order, part, authority):
    line = actions.add_part(order, part, 1, done_on=TODAY, by=people.storekeeper, at=NINE)
    who = {"reason": "x", "by": people.storekeeper, "at": NINE}

    assert actions.set_price(line, unit_price=Decimal("120.01"), **who).amount == Decimal("120.01")
    with pytest.raises(DomainError):
        actions.set_price(line, unit_price=Decimal("119.99"), **who)


def test_the_price_of_work_is_per_hour(order, engineer, authority, manager):
    (line,) = actions.add_work(
        order, WorkKind.ONSITE, NINE, NINE + 1.5 * HOUR, engineer=engineer, by=manager,
        at=NINE + DAY,
    )  # fmt: skip

    line = actions.set_price(line, unit_price=Decimal(110), reason="x", by=manager, at=NINE)

    assert line.amount == Decimal("165.00")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_change_by_hand_says_why(order, part, authority, manager, reason):
    line = actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)

    with pytest.raises(DomainError):
        actions.set_price(line, unit_price=Decimal(120), reason=reason, by=manager, at=NINE)
    with pytest.raises(DomainError):
        actions.give(line, reason=reason, by=manager, at=NINE)


def test_a_covered_line_has_no_price_and_nothing_to_give(order, authority, manager):
    line = OrderLineFactory(order=order, warranty=True)

    with pytest.raises(DomainError, match="covered"):
        actions.set_price(line, unit_price=Decimal(1), reason="x", by=manager, at=NINE)
    with pytest.raises(DomainError, match="nothing to give"):
        actions.give(line, reason="x", by=manager, at=NINE)


def test_goodwill_leaves_the_value_and_takes_the_bill(order, part, authority, manager):
    line = actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)

    line = actions.give(line, reason="迟到", by=manager, at=NINE)

    assert (line.charged_to, line.amount) == (ChargedTo.GOODWILL, 0)
    assert (line.goodwill_amount, line.goodwill_by) == (Decimal("120.00"), manager)
    assert queries.sums(order, order.lines.all()).covered == Decimal("120.00")


@pytest.mark.parametrize(("amount", "is_allowed"), [("500.00", True), ("500.01", False)])
def test_goodwill_ends_exactly_at_what_is_left(order, authority, manager, amount, is_allowed):
    given = OrderLineFactory(order=order, list_price=Decimal("1500.00"))
    actions.give(given, reason="x", by=manager, at=NINE)
    line = OrderLineFactory(order=order, list_price=Decimal(amount))

    if is_allowed:
        actions.give(line, reason="x", by=manager, at=NINE)
    else:
        with pytest.raises(DomainError, match=r"500\.00 left"):
            actions.give(line, reason="x", by=manager, at=NINE)


@pytest.mark.parametrize(("days", "is_allowed"), [(29, False), (30, True)])
def test_goodwill_counts_for_thirty_days_from_the_day_it_was_given(
    order, authority, manager, days, is_allowed
):
    """However long ago the work was done."""
    old = OrderLineFactory(order=order, list_price=Decimal(2000), done_on=date(2025, 1, 1))
    actions.give(old, reason="x", by=manager, at=NINE)
    line = OrderLineFactory(order=order)

    if is_allowed:
        actions.give(line, reason="x", by=manager, at=NINE + days * DAY)
    else:
        with pytest.raises(DomainError):
            actions.give(line, reason="x", by=manager, at=NINE + days * DAY)


def test_a_gift_is_given_once(order, authority, manager):
    line = OrderLineFactory(order=order)
    actions.give(line, reason="x", by=manager, at=NINE)

    with pytest.raises(DomainError, match="nothing to give"):
        actions.give(line, reason="x", by=manager, at=NINE)


# States


@pytest.mark.parametrize("status", Status)
def test_the_states_allow_what_the_table_says(people, authority, status):
    who = {"by": people.department_head, "at": NINE}
    verbs = {
        Status.IN_APPROVAL: lambda o: actions.submit(o, **who),
        Status.APPROVED: lambda o: actions.approve(o, **who),
        Status.DRAFT: lambda o: actions.send_back(o, reason="x", **who),
        Status.CANCELLED: lambda o: actions.cancel(o, reason="x", **who),
    }
    by_hand = {Status.CANCELLED} if status == Status.QUOTED else TRANSITIONS[status]
    for target, verb in verbs.items():
        order = OrderFactory(**({} if status == Status.DRAFT else {status.value: True}))
        OrderLineFactory(order=order)
        if target in by_hand:
            assert verb(order).status == target
        else:
            with pytest.raises(DomainError, match=r"cannot become|who decides"):
                verb(order)


def test_nobody_approves_what_he_wrote(people, order, part, manager):
    actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)
    actions.submit(order, by=manager, at=NINE)

    with pytest.raises(DomainError, match="one's own"):
        actions.approve(order, by=manager, at=NINE)
    order = actions.approve(order, by=people.department_head, at=NINE)
    assert (order.status, order.approver) == (Status.APPROVED, people.department_head)


@pytest.mark.parametrize("verb", ["submit", "approve"])
def test_an_empty_order_goes_nowhere(people, order, verb):
    with pytest.raises(DomainError, match="without lines"):
        getattr(actions, verb)(order, by=people.department_head, at=NINE)


def test_what_changed_since_it_was_looked_at_is_not_approved(people, order, part, manager):
    line = actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)
    seen = Order.objects.get().version
    actions.add_part(order, part, 9, done_on=TODAY, by=manager, at=NINE)
    head = {"by": people.department_head, "at": NINE}

    with pytest.raises(DomainError, match="changed meanwhile"):
        actions.approve(line.order, version=seen, **head)
    assert actions.approve(line.order, version=Order.objects.get().version, **head)


def test_sending_back_and_cancelling_say_why(people, authority):
    order = OrderFactory(in_approval=True)

    for verb in (actions.send_back, actions.cancel):
        with pytest.raises(DomainError):
            verb(order, reason=" ", by=people.department_head, at=NINE)


# Sums


def test_joined_customers_bring_their_orders(people, order):
    kept = CustomerFactory()
    billed = OrderFactory(billing_customer=order.customer)
    invoice = InvoiceFactory(order=order)

    moved = actions.move_customer(order.customer, kept)

    assert moved == {
        "orders.order.customer": [order.pk],
        "orders.order.billing_customer": [billed.pk],
        "orders.invoice.billed_to": [invoice.pk],
        "orders.returncase.customer": [],
    }
    assert Order.objects.get(pk=order.pk).customer == kept


CENTS = st.decimals(min_value=0, max_value=99999, places=2)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(CENTS, st.integers(1, 2000), st.booleans()), max_size=12))
def test_an_order_is_the_sum_of_its_rounded_lines(rows):
    order = Order(currency="CNY", tax_rate=Decimal("0.13"))
    lines = [
        OrderLine(
            list_price=price,
            minutes=minutes,
            quantity=Decimal(minutes) / 60,
            charged_to=ChargedTo.BILLED if billed else ChargedTo.CONTRACT,
            amount=money(price * minutes / 60) if billed else Decimal(0),
            base_amount=money(price * minutes / 60) if billed else Decimal(0),
            cost=money(price / 2),
        )
        for price, minutes, billed in rows
    ]

    sums, earned = queries.sums(order, lines), queries.earnings(lines)

    assert sums.net == sum((line.amount for line in lines), Decimal(0))
    assert sums.gross == sums.net + sums.tax
    assert sums.tax == money(sums.net * order.tax_rate)
    covered = [line for line, (_p, _m, billed) in zip(lines, rows, strict=True) if not billed]
    assert sums.covered == sum((money(queries.value_of(line)) for line in covered), Decimal(0))
    assert earned.margin == sums.net - sum((line.cost for line in lines), Decimal(0))
