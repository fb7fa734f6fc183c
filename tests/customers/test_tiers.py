from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from crmservice.activity.models import Activity
from customers import actions, queries
from customers.tiers import Ledger, tier_above, tier_for, window
from tests.factories.customers import CustomerFactory, PurchaseFactory, TierFactory

TIERS = [
    SimpleNamespace(code=code, purchases_from=Decimal(amount))
    for code, amount in (("vip", 500_000), ("key", 150_000), ("small", 0))
]


@pytest.mark.parametrize(
    ("on", "first"),
    [
        ("2026-10-31", "2024-10-31"),
        ("2026-01-01", "2024-01-01"),
        ("2024-02-29", "2022-02-28"),
        ("2026-02-28", "2024-02-28"),
    ],
)
def test_the_window_begins_on_the_same_day_two_years_earlier_and_ends_the_day_before(on, first):
    day = date.fromisoformat(on)

    assert window(day) == (date.fromisoformat(first), day - timedelta(days=1))


def test_the_window_of_six_months_crosses_the_year():
    assert window(date(2026, 3, 31), months=6) == (date(2025, 9, 30), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("amount", "tier", "above"),
    [
        ("-5", "small", "key"),
        ("0", "small", "key"),
        ("149999.99", "small", "key"),
        ("150000.00", "key", "vip"),
        ("499999.99", "key", "vip"),
        ("500000.00", "vip", None),
    ],
)
def test_a_threshold_is_reached_to_the_cent(amount, tier, above):
    higher = tier_above(Decimal(amount), TIERS)

    assert tier_for(Decimal(amount), TIERS).code == tier
    assert (higher and higher.code) == above


def test_without_tiers_nobody_can_be_judged():
    with pytest.raises(ValueError, match="without tiers"):
        tier_for(Decimal(1), [])


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))


@given(st.lists(st.tuples(DAYS, st.integers(-100, 100).map(Decimal))), DAYS, DAYS)
def test_a_ledger_adds_up_like_a_loop(purchases, first, last):
    expected = sum(amount for day, amount in purchases if first <= day <= last)

    if first <= last:
        assert Ledger(purchases).total(first, last) == expected


@pytest.fixture
def customer(db):
    TierFactory(vip=True)
    TierFactory(key=True)
    return CustomerFactory(tier=TierFactory())


@pytest.mark.parametrize(
    ("bought_on", "tier"),
    [
        (date(2024, 6, 9), "small"),
        (date(2024, 6, 10), "key"),
        (date(2026, 6, 9), "key"),
        (date(2026, 6, 10), "small"),
    ],
)
def test_a_purchase_counts_within_the_window_only(customer, bought_on, tier):
    PurchaseFactory(customer=customer, bought_on=bought_on, amount=Decimal(100_000))

    judgement = queries.tier_on(customer, date(2026, 6, 10))

    assert judgement.tier.code == tier


def test_the_reason_names_the_sum_and_the_next_threshold(customer):
    PurchaseFactory(customer=customer, bought_on=date(2026, 6, 1), amount=Decimal(412_000))

    judgement = queries.tier_on(customer, date(2026, 6, 10))

    assert judgement.purchases == Decimal(412_000)
    assert judgement.next_tier.code == "vip"
    assert judgement.reason == "Key: ¥412,000.00 in 24 months, VIP from ¥500,000.00"


def test_a_move_keeps_its_reason_as_data_for_either_language(customer, people):
    PurchaseFactory(customer=customer, bought_on=date(2026, 6, 1), amount=Decimal(412_000))
    at = datetime(2026, 6, 10, 4, tzinfo=UTC)

    with override("zh-hans"):
        actions.recompute_tier(customer, on=date(2026, 6, 10), by=people.department_head, at=at)

    reason = customer.tier_changes.get().reason
    told = Activity.objects.get(verb="customers.tier_changed").details
    chinese = "重点客户：24 个月采购额 ¥412,000.00，¥500,000.00 起为“VIP客户”"
    assert queries.reason_in_words(reason) == "Key: ¥412,000.00 in 24 months, VIP from ¥500,000.00"
    with override("zh-hans"):
        assert queries.reason_in_words(reason) == chinese
    assert told["changes"]["tier"][1] == {"en": "Key", "zh": "重点客户"}


def test_a_tier_set_by_hand_holds_to_its_last_day_and_not_for_history(customer):
    customer.tier_override = TierFactory(vip=True)
    customer.tier_override_reason, customer.tier_override_until = "Pilot", date(2026, 6, 10)

    assert queries.tier_on(customer, date(2026, 6, 10)).tier.code == "vip"
    assert queries.tier_on(customer, date(2026, 6, 11)).tier.code == "small"
    assert queries.earned_tier_on(customer, date(2026, 6, 10)).tier.code == "small"
