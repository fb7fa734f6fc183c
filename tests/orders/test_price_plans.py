"""Which price plan answers and why, plans that cannot be, other currencies, and how fast it is."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time

import pytest
from django.urls import reverse

from crmservice.errors import BeyondAuthorityError, DomainError
from employees.models import Authority
from orders import actions, queries
from orders.choices import ChargedTo, WorkKind
from orders.explaining import in_words
from orders.models import OrderLine, PartPrice, PricePlan, TravelZone
from orders.pricing import Zone
from tests.factories.assets import AssetFactory, AssetModelFactory, PartFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory, SiteFactory, TierFactory
from tests.factories.orders import ExchangeRateFactory, OrderLineFactory, PricePlanFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PLAN = "PL-0000"


@pytest.fixture
def manager(people):
    return people.service_manager


@pytest.fixture
def customer(price_plan):
    customer = CustomerFactory()
    DefaultPromiseFactory(tier=customer.tier)
    return customer


@pytest.fixture
def order(customer, manager):
    device = AssetFactory(
        customer=customer,
        delivered_on=None,
        installed_on=None,
        model=AssetModelFactory(category="泵", name_en="Pump"),
        site=SiteFactory(customer=customer, travel_zone="B"),
    )
    return actions.create(customer, asset=device, by=manager, at=NINE)


def particular(part=None, price=None, rates=None, **values):
    plan = PricePlanFactory(particular=True, rates=rates, **values)
    if part is not None:
        PartPrice.objects.create(plan=plan, part=part, price=price)
    return plan


def price_of(order, part, manager, on=TODAY):
    line = actions.add_part(order, part, 2, done_on=on, by=manager, at=NINE + 30 * DAY)
    return line.amount, in_words(line.reasons, order.currency)


# Which plan answers


def test_the_most_particular_plan_answers_and_says_why_no_other(order, part, manager):
    tier, model = order.customer.tier, order.asset.model
    particular(part, "90.00", name="级别", tier=tier)
    particular(part, "80.00", name="系列", category=model.category)
    particular(part, "70.00", name="型号", model=model)
    particular(name="别的型号", part=part, price="1.00", model=AssetModelFactory(name_en="Mixer"))
    particular(name="别的级别", part=part, price="1.00", tier=TierFactory(vip=True))
    particular(name="只有工时", rates={"onsite": 300}, tier=tier, model=model)
    last_year = {"valid_from": TODAY - 90 * DAY, "valid_until": TODAY - DAY}
    particular(part, "1.00", name="去年", model=model, **last_year)

    amount, words = price_of(order, part, manager)

    assert (amount, words[0]) == (Decimal("140.00"), "price plan “型号”")
    assert (
        set(words[1:7])
        == {
            "“只有工时” not: it says nothing to this",
            "“去年” not: it held until 2 Mar 2026",
            "“系列” not: it is less particular",
            "“别的型号” not: it is for model Mixer",
            "“级别” not: it is less particular",
            "“别的级别” not: it is for tier VIP",
        }
        or len(words) == 9
    )
    assert words[-2:] == ["list price ¥120.00", "price of the plan ¥70.00"]


@pytest.mark.parametrize(("days", "amount"), [(-1, "240.00"), (0, "180.00"), (9, "180.00"),
                                              (10, "240.00")])  # fmt: skip
def test_a_plan_answers_on_its_first_and_last_day(order, part, manager, days, amount):
    particular(
        part, "90.00", tier=order.customer.tier, valid_from=TODAY, valid_until=TODAY + 9 * DAY
    )

    assert price_of(order, part, manager, TODAY + days * DAY)[0] == Decimal(amount)


def test_a_contracts_plan_comes_before_its_types_and_its_price_bears_no_discount(
    customer, manager, part
):
    contract = ServiceContractFactory(customer=customer, number="K1", parts_discount="0.50")
    ContractLineFactory(contract=contract)
    order = actions.create(customer, by=manager, at=NINE)
    assert price_of(order, part, manager)[0] == Decimal("120.00")

    particular(parts_discount="0.25", contract_type=contract.type)
    assert price_of(order, part, manager)[0] == Decimal("180.00")
    particular(part, "110.00", contract=contract)
    assert price_of(order, part, manager)[0] == Decimal("220.00")


def test_what_a_plan_leaves_open_the_next_one_answers(order, part, engineer, manager):
    particular(rates={"onsite": 300}, tier=order.customer.tier, name="级别", call_out_fee=0)
    who = {"engineer": engineer, "by": manager, "at": NINE + DAY}

    (onsite,) = actions.add_work(order, WorkKind.ONSITE, NINE, NINE + HOUR, **who)
    (remote,) = actions.add_work(order, WorkKind.REMOTE, NINE, NINE + HOUR, **who)

    assert (onsite.amount, remote.amount) == (Decimal("300.00"), Decimal("120.00"))
    assert in_words(remote.reasons, "CNY")[:2] == [
        "price plan “PL-0000”",
        "“级别” not: it says nothing to this",
    ]
    assert actions.add_call_out(order, done_on=TODAY, by=manager, at=NINE) is None


# Travel


def test_a_journey_is_priced_by_zone_or_by_distance(order, price_plan, engineer, manager):
    who = {"done_on": TODAY, "by": manager, "at": NINE}
    with pytest.raises(DomainError, match="no such zone"):
        actions.add_journey(order, zone="B", **who)
    (by_hour,) = actions.add_work(
        order, WorkKind.TRAVEL, NINE, NINE + HOUR, engineer=engineer, by=manager, at=NINE + DAY
    )
    TravelZone.objects.create(plan=price_plan, name="A", fee=60, up_to_km=20)
    TravelZone.objects.create(plan=price_plan, name="B", fee=150, up_to_km=50)
    PricePlan.objects.update(per_kilometre="4.00")

    near, far, beyond = (
        actions.add_journey(order, kilometres=Decimal(km), **who) for km in ("20", "20.1", "50.5")
    )
    (by_zone,) = actions.add_work(
        order, WorkKind.TRAVEL, NINE, NINE + HOUR, engineer=engineer, by=manager, at=NINE + DAY
    )

    amounts = [line.amount for line in (by_hour, near, far, beyond, by_zone)]
    assert amounts == [80, 60, 150, 202, 150]
    assert by_zone.cost == Decimal("90.00")
    assert in_words(by_zone.reasons, "CNY")[-1] == "journey into zone B: ¥150.00"


# Plans that can be, and that cannot


def new(people, **values):
    values = {"valid_from": TODAY, "prices": actions.Prices(rates={"onsite": Decimal(1)})} | values
    return actions.add_price_plan(by=people.department_head, at=NINE, **values)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"valid_from": TODAY - DAY}, "from today on"),
        ({"valid_until": TODAY - DAY}, "ends before"),
        ({"prices": actions.Prices(rates={"onsite": Decimal(-1)})}, "not negative"),
        ({"prices": actions.Prices(zones=[Zone("A", Decimal(-1))])}, "not negative"),
        ({"prices": actions.Prices()}, "no price at all"),
        ({"tier": None}, "is for the same"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(people, price_plan, values, match):
    tier = {"tier": TierFactory()}

    with pytest.raises(DomainError, match=match):
        new(people, **(tier | values))
    assert PricePlan.objects.count() == 1
    assert new(people, **tier, valid_until=TODAY).number == "PL-2026-0001"


@pytest.mark.parametrize(("days", "is_refused"), [(4, True), (5, True), (6, False)])
def test_of_two_plans_for_the_same_one_holds_on_a_day(people, price_plan, days, is_refused):
    tier = TierFactory()
    new(people, tier=tier, valid_until=TODAY + 5 * DAY)
    new(people, tier=TierFactory(vip=True))

    if is_refused:
        with pytest.raises(DomainError, match="is for the same"):
            new(people, tier=tier, valid_from=TODAY + days * DAY)
    else:
        assert new(people, tier=tier, valid_from=TODAY + days * DAY).pk


def test_a_change_is_the_next_plan_and_leaves_the_old_prices(
    people, price_plan, order, engineer, manager
):
    changed = actions.change_price_plan(
        price_plan, valid_from=TODAY + DAY, prices=actions.Prices(rates={"onsite": Decimal(200)}),
        by=people.department_head, at=NINE,
    )  # fmt: skip
    who = {"engineer": engineer, "by": manager, "at": NINE + 2 * DAY}
    before = actions.add_work(order, WorkKind.ONSITE, NINE, NINE + HOUR, **who)
    after = actions.add_work(order, WorkKind.ONSITE, NINE + DAY, NINE + DAY + HOUR, **who)

    price_plan.refresh_from_db()
    assert [line.unit_price for line in before + after] == [120, 200]
    assert (price_plan.valid_until, changed.valid_from) == (TODAY, TODAY + DAY)
    with pytest.raises(DomainError, match="later day"):
        actions.change_price_plan(
            price_plan, valid_from=TODAY + DAY, prices=actions.Prices(rates={"onsite": Decimal(1)}),
            by=people.department_head, at=NINE,
        )  # fmt: skip


def test_a_plan_ends_but_not_the_one_that_prices_everything(people, price_plan, part):
    head = {"by": people.department_head, "at": NINE}
    plan = particular(part, "90", tier=TierFactory())

    for wrong in (TODAY - DAY, plan.valid_from - DAY):
        with pytest.raises(DomainError):
            actions.end_price_plan(plan, valid_until=wrong, **head)
    with pytest.raises(DomainError, match="Nothing could be priced"):
        actions.end_price_plan(price_plan, valid_until=TODAY, **head)
    assert actions.end_price_plan(plan, valid_until=TODAY, **head).valid_until == TODAY


# Another currency


def test_an_order_in_another_currency_has_the_rate_of_its_day(customer, part, manager, engineer):
    with pytest.raises(DomainError, match="price plan in USD"):
        actions.create(customer, currency="USD", by=manager, at=NINE)
    PricePlanFactory(number="PL-USD", currency="USD", rates={"onsite": 60}, tax_rate=0)
    with pytest.raises(DomainError, match="enter the exchange rate"):
        actions.create(customer, currency="USD", by=manager, at=NINE)
    ExchangeRateFactory(valid_from=TODAY, rate="7.100000")
    ExchangeRateFactory(valid_from=TODAY + DAY, rate="7.500000")

    order = actions.create(customer, currency="USD", by=manager, at=NINE)
    piece = actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE + DAY)
    (work,) = actions.add_work(
        order, WorkKind.ONSITE, NINE, NINE + HOUR, engineer=engineer, by=manager, at=NINE + DAY
    )

    assert (order.rate, order.tax_rate) == (Decimal("7.1"), 0)
    assert (piece.list_price, piece.amount, piece.base_amount) == (
        Decimal("16.90"), Decimal("16.90"), Decimal("119.99"),
    )  # fmt: skip
    assert (work.amount, work.base_amount) == (Decimal("60.00"), Decimal("426.00"))
    assert queries.earnings([piece, work]).margin == Decimal("545.99") - piece.cost - work.cost


@pytest.mark.parametrize(("rate", "is_beyond"), [("10.00", False), ("10.01", True)])
def test_authority_for_goodwill_counts_in_base_currency(
    order, authority, people, manager, rate, is_beyond
):
    """A service manager may give 2,000.00."""
    order.currency, order.rate = "USD", Decimal(rate)
    order.save()
    line = OrderLineFactory(order=order, list_price=Decimal(200), work=True)
    Authority.objects.create(role="service_manager", kind="free_visit", limit=2000)

    if is_beyond:
        with pytest.raises(BeyondAuthorityError) as beyond:
            actions.give(line, reason="x", by=manager, at=NINE)
        assert beyond.value.asks == Decimal("2002.00")
    else:
        given = actions.give(line, reason="x", by=manager, at=NINE)
        assert (given.goodwill_amount, given.charged_to) == (2000, ChargedTo.GOODWILL)
        assert queries.goodwill_given(manager, TODAY, TODAY) == 2000


# Priced anew, in bulk


def test_fifty_lines_are_priced_in_a_tenth_of_a_second(
    order, manager, django_assert_max_num_queries
):
    parts = PartFactory.create_batch(50, list_price=Decimal("100.00"))
    lines = OrderLineFactory.create_batch(50, order=order)
    for line, part in zip(lines, parts, strict=True):
        line.part = part
    OrderLine.objects.bulk_update(lines, ["part"])
    by_hand = lines[0]
    OrderLine.objects.filter(pk=by_hand.pk).update(
        reasons=[["by_hand", {"price": "1", "why": "x"}]]
    )
    for number in range(10):
        particular(parts[1], "80.00", category=f"F{number}", name=str(number))
    particular(parts[1], "80.00", tier=order.customer.tier)

    with django_assert_max_num_queries(21):
        actions.price_anew(order, by=manager, at=NINE)
    with django_assert_max_num_queries(19):  # all is as it was: no line is written
        actions.price_anew(order, by=manager, at=NINE)
    spent = []
    for _turn in range(5):
        began = process_time()
        actions.price_anew(order, by=manager, at=NINE)
        spent.append(process_time() - began)

    prices = dict(order.lines.values_list("pk", "unit_price"))
    assert [prices[line.pk] for line in lines[:3]] == [120, 80, 100]
    assert min(spent) < 0.1


# The pages


def typed(form, **more):
    said = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return {**said, "version": "", **more}


def test_the_head_writes_copies_changes_and_ends_a_plan(logged_in, price_plan, part, customer):
    client, tier = logged_in("department_head"), customer.tier
    new_url = reverse("orders:add_price_plan")
    form = client.get(f"{new_url}?copy={PLAN}").context["form"]
    words = {"valid_from": "2099-03-04", "name": "VIP", "tier": tier.pk, "rate_depot": ""}
    words |= {"part_lines": f"{part.part_no}\t99.5\n", "zone_lines": "A 60 20\nB；150"}

    answer = client.post(new_url, typed(form, **words))
    plan = PricePlan.objects.get(name="VIP")
    assert answer.url == plan.get_absolute_url()
    assert list(plan.zones.values_list("name", "fee", "up_to_km")) == [
        ("A", 60, 20), ("B", 150, None),
    ] or plan.zones.count() == 2  # fmt: skip
    assert plan.part_prices.get().price == Decimal("99.50")
    assert plan.labour_rates.count() == 3
    page = client.get(answer.url).content.decode()
    assert "¥99.50" in page

    change = reverse("orders:change_price_plan", args=[plan.number])
    form = client.get(change).context["form"]
    answer = client.post(change, typed(form, valid_from="2099-03-09", part_lines=""))
    assert PricePlan.objects.get(valid_from=date(2099, 3, 9)).tier == tier
    end = reverse("orders:end_price_plan", args=[plan.number])
    assert client.post(end, {"valid_until": "2099-03-20"}).status_code == 422
    assert client.post(end, {"valid_until": "2099-03-05"}).status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"factor_evening": "-1"}, "factor_evening"),
        ({"rounding_minutes": "0"}, "rounding_minutes"),
        ({"rate_depot": ""}, "rate_depot"),
        ({"tax_percent": "100"}, "tax_percent"),
        ({"part_lines": "NO-SUCH-PART 12"}, "part_lines"),
        ({"part_lines": "A\tB"}, "part_lines"),
        ({"zone_lines": "A -3"}, "zone_lines"),
        ({}, "valid_from"),
    ],
)
def test_a_page_says_what_a_plan_lacks(logged_in, price_plan, change, field):
    client, url = logged_in("department_head"), reverse("orders:add_price_plan")
    form = client.get(f"{url}?copy={PLAN}").context["form"]

    answer = client.post(url, typed(form, valid_from="2099-04-01", **change))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_prices_are_kept_by_the_head_and_administrators(logged_in, price_plan):
    for who, status in (("service_manager", 403), ("sales", 403), ("administrator", 200)):
        client = logged_in(who)
        for page in ("price_plans", "exchange_rates"):
            assert client.get(reverse(f"orders:{page}")).status_code == 200
        assert client.get(price_plan.get_absolute_url()).status_code == 200
        for page in ("add_price_plan", "set_rate"):
            assert client.get(reverse(f"orders:{page}")).status_code == status
    answer = client.post(
        reverse("orders:set_rate"), {"currency": "USD", "valid_from": "2099-01-01", "rate": "7.2"}
    )
    assert answer.url == reverse("orders:exchange_rates")
