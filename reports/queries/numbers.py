"""What the database says of a measure, as the number that it means."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from reports.choices import How, Unit
from reports.queries.counting import MEDIAN, NINETIETH
from reports.queries.declaring import Measure, Number

SUMMED = (How.COUNT, How.SUM)
SPREADS = {How.MEDIAN: MEDIAN, How.NINETIETH: NINETIETH}
CENT = Decimal("0.01")


def is_added(measure: Measure) -> bool:
    return measure.how in SUMMED


def is_aggregated(measure: Measure) -> bool:
    """Whether the statement that counts says it, too."""
    return not (measure.how in SPREADS or measure.worked or measure.pooled)


def adds_up(measure: Measure) -> bool:
    """Whether what the lines have is together what the whole has: a mean of means is no mean."""
    is_summed = not (measure.worked or measure.pooled)
    return is_summed or measure.unit not in (Unit.SCORE, Unit.SHARE)


def zero(measure: Measure) -> Number:
    """What a measure says of no rows: nothing where it is a mean."""
    if not adds_up(measure):
        return None
    return Decimal(0) if measure.unit == Unit.MONEY else 0


def number(measure: Measure, value: Any) -> Number:
    """Money comes as whole cents, or as an amount of two decimals; hours likewise."""
    if value is None:
        return zero(measure)
    if measure.unit in (Unit.MONEY, Unit.HOURS):
        return Decimal(value) * CENT if isinstance(value, int) else Decimal(value).quantize(CENT)
    return value


def numbers(measures: Sequence[Measure], found: Iterable[Any]) -> dict[str, Number]:
    return {each.key: number(each, it) for each, it in zip(measures, found, strict=True)}


def add(values: dict[str, Number], key: str, value: Number) -> None:
    known = values.get(key)
    if value is not None:
        values[key] = value if known is None else known + value  # type: ignore[operator]
