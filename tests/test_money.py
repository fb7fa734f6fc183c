from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmservice.money import money, split, total

amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("2.345", "CNY", "2.35"),
        ("2.3449", "CNY", "2.34"),
        ("-2.345", "CNY", "-2.35"),
        ("2.5", "JPY", "3"),
        ("2.4", "JPY", "2"),
    ],
)
def test_rounds_half_up_to_the_minor_unit(amount, currency, expected):
    assert money(amount, currency) == Decimal(expected)


def test_an_unknown_currency_is_an_error():
    with pytest.raises(KeyError):
        money(1, "XXX")


def test_a_total_is_the_sum_of_rounded_lines():
    assert total([Decimal("0.005"), Decimal("0.005")]) == Decimal("0.02")


@settings(derandomize=True)
@given(amounts, st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_a_split_adds_up_and_is_fair_to_a_minor_unit(amount, weights):
    shares = split(amount, weights)

    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - amount * weight / sum(weights)) < Decimal("0.01")
