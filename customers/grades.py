"""The 5A grade of a customer: pure calculation, no ORM, no clock.

Five things from 1 to 5, each with a weight; the mean rounded to whole As.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import cos, pi, sin

LEAST, MOST = 1, 5
HUNDREDTH = Decimal("0.01")
CENTRE, RADIUS = 100, 78


def score_of(figure: Decimal | None, bands: Sequence[Decimal]) -> int | None:
    """1 below the first of four bands, and one more for each that is reached; None of nothing."""
    if figure is None:
        return None
    return LEAST + sum(figure >= band for band in bands)


def mean_of(scores: Mapping[str, int], weights: Mapping[str, Decimal]) -> Decimal | None:
    """Weighted, of what has a score, to the hundredth; None without any."""
    whole = sum((weights[name] for name in scores), start=Decimal(0))
    if not whole:
        return None
    weighted = sum((weights[name] * score for name, score in scores.items()), start=Decimal(0))
    return (weighted / whole).quantize(HUNDREDTH, ROUND_HALF_UP)


def whole_as(mean: Decimal) -> int:
    """4.50 is five As, 4.49 is four."""
    return int(mean.quantize(Decimal(1), ROUND_HALF_UP))


def corners(scores: Sequence[float]) -> str:
    """The points of a radar in a square of 200, the first at the top, then clockwise."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places(scores))


def places(scores: Sequence[float]) -> list[tuple[float, float]]:
    step = 2 * pi / len(scores)
    return [
        (
            CENTRE + RADIUS * score / MOST * sin(place * step),
            CENTRE - RADIUS * score / MOST * cos(place * step),
        )
        for place, score in enumerate(scores)
    ]
