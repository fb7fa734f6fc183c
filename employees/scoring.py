"""What records are worth: pure figures of metrics.md, to the digit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Records of a person, or of many, added up."""

    records: int = 0
    events: int = 0
    in_time: int = 0
    called_for: int = 0
    filled: int = 0
    faulty: int = 0

    @property
    def timeliness(self) -> Fraction | None:
        return share(self.in_time, self.events)

    @property
    def completeness(self) -> Fraction | None:
        return share(self.filled, self.called_for)

    @property
    def accuracy(self) -> Fraction | None:
        return share(self.records - self.faulty, self.records)

    @property
    def shares(self) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
        return self.timeliness, self.completeness, self.accuracy


def share(part: int, base: int) -> Fraction | None:
    """None where the base is empty."""
    return Fraction(part, base) if base else None


def quality(
    shares: Sequence[Fraction | float | None], weights: Sequence[Decimal]
) -> Fraction | None:
    """0 to 100. A share without a base takes no part, and the others weigh as much more; None where
    nothing can be said.
    """
    known = [
        (Fraction(each), Fraction(weight))
        for each, weight in zip(shares, weights, strict=True)
        if each is not None
    ]
    total = sum(weight for _share, weight in known)
    return (
        100 * sum((each * weight for each, weight in known), Fraction()) / total if total else None
    )


def rounded(value: Fraction | None) -> Decimal | None:
    """To a tenth, half up: as it is shown, ranked and paid by."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(TENTH, rounding=ROUND_HALF_UP)


def points(records: int, score: Decimal | None) -> Decimal:
    """Each record earns as much of a point as the score says: many good ones are worth more."""
    return (records * (score or Decimal()) / 100).quantize(TENTH, rounding=ROUND_HALF_UP)


def bonus(score: Decimal | None, steps: Mapping[Decimal, Decimal]) -> Decimal:
    """What the highest step that is reached pays."""
    reached = [least for least in steps if score is not None and score >= least]
    return steps[max(reached)] if reached else Decimal()


def ranks(scores: Iterable[Decimal | None]) -> list[int | None]:
    """The place of each: equal scores share one and the next ones are left out (1, 1, 3); who has
    no score has no place.
    """
    given = list(scores)
    counted = sorted((score for score in given if score is not None), reverse=True)
    return [None if score is None else counted.index(score) + 1 for score in given]
