"""What a renewal should cost, with the reasons: pure arithmetic, worded by `explaining`.

The price of the period that ends, for as many days as the next has, raised by the yearly rise
unless the customer used little of what was included; where the cost of service is known, at least
so much that the margin aimed at is left over what was not billed otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

RISE = Decimal("0.03")
MARGIN = Decimal("0.25")
LITTLE_USED = Decimal("0.5")
WHOLE = Decimal(1)


class Step(NamedTuple):
    """A reason by its code, with its particulars, and the price after it."""

    code: str
    price: Decimal
    params: dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """What was done under a contract in a period, told by a floor above; `cost` where it is one
    and the person may see it, `billed` what the customer paid beside the contract.
    """

    order: int
    label: str
    text: str
    url: str = ""
    cost: Decimal | None = None
    billed: Decimal | None = None


def suggest(
    value: Decimal,
    *,
    days: int,
    next_days: int,
    past_days: int,
    cost: Decimal | None,
    used: Sequence[Decimal],
) -> list[Step]:
    """The steps to the price of the next `next_days`; the last one's price is the suggestion.

    `value` is for `days`, of which `past_days` have passed; `used` are the shares of the allowances
    that were used. Whole units of the currency.
    """
    price = whole(value * next_days / days)
    steps = [Step("same_by_days", price, {"days": next_days})]
    if used and max(used) < LITTLE_USED:
        steps.append(Step("little_used", price, {"share": percent(max(used))}))
    else:
        price = whole(price * (1 + RISE))
        steps.append(Step("yearly_rise", price, {"share": percent(RISE)}))
    if cost is not None and past_days > 0:
        least = whole(cost * next_days / past_days / (1 - MARGIN))
        if least > price:
            steps.append(Step("cost_and_margin", least, {"share": percent(MARGIN)}))
        else:
            steps.append(Step("margin_is_left", price, {"share": percent(MARGIN)}))
    return steps


def whole(amount: Decimal) -> Decimal:
    return amount.quantize(WHOLE, rounding=ROUND_HALF_UP)


def percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(WHOLE, rounding=ROUND_HALF_UP)}"
