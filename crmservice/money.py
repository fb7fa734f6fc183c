"""Money: Decimal, one rounding rule, sums of rounded lines (metrics.md, trust.md R-10)."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

MINOR_DIGITS = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "GBP": 2, "JPY": 0, "KRW": 0}
ZERO = Decimal(0)


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency; raises KeyError for one that is not configured."""
    return Decimal(1).scaleb(-MINOR_DIGITS[currency])


def money(amount: Decimal | int | str, currency: str = "CNY") -> Decimal:
    """`amount` rounded half up to the minor unit of its currency."""
    return Decimal(amount).quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal], currency: str = "CNY") -> Decimal:
    """The sum of amounts, each rounded on its own, so that lines always add up to their total."""
    return sum((money(amount, currency) for amount in amounts), start=money(0, currency))


def split(
    amount: Decimal, weights: Sequence[Decimal | int], currency: str = "CNY"
) -> list[Decimal]:
    """`amount` shared out by weight; the largest remainders take the odd minor units."""
    unit, whole = minor_unit(currency), sum(weights, start=ZERO)
    exact = [amount * Decimal(weight) / whole for weight in weights]
    shares = [(share // unit) * unit for share in exact]
    missing = int((money(amount, currency) - sum(shares, start=ZERO)) / unit)
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[:missing]:
        shares[i] += unit
    return shares
