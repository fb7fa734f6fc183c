"""The figures of record quality: pure, to the digit."""

from decimal import Decimal
from fractions import Fraction

import pytest

from employees.scoring import Sums, bonus, points, quality, ranks, rounded

WEIGHTS = (Decimal("0.4"), Decimal("0.4"), Decimal("0.2"))
STEPS = {Decimal(95): Decimal(300), Decimal(90): Decimal(200), Decimal(85): Decimal(100)}


@pytest.mark.parametrize(
    ("shares", "score"),
    [
        pytest.param((1, 1, 1), "100.0", id="all in order"),
        pytest.param((0, 0, 0), "0.0", id="nothing in order"),
        pytest.param((Fraction(1, 2), 1, 1), "80.0", id="half in time"),
        pytest.param((1, Fraction(2, 3), Fraction(9, 10)), "84.7", id="84.666… is 84.7"),
        pytest.param((None, 1, Fraction(1, 2)), "83.3", id="without events: (0.4 + 0.1) / 0.6"),
        pytest.param((None, None, Fraction(1, 2)), "50.0", id="accuracy alone"),
        pytest.param((None, None, None), None, id="nothing to say"),
    ],
)
def test_quality_weighs_timeliness_completeness_and_accuracy(shares, score):
    expected = None if score is None else Decimal(score)
    assert rounded(quality(shares, WEIGHTS)) == expected


@pytest.mark.parametrize(
    ("value", "shown"), [(Fraction(8945, 100), "89.5"), (Fraction(8944, 100), "89.4")]
)
def test_it_is_rounded_half_up(value, shown):
    assert rounded(value) == Decimal(shown)


def test_a_share_without_a_base_is_none():
    assert Sums(records=0).shares == (None, None, None)
    assert Sums(records=4, events=2, in_time=1, faulty=1).shares == (
        Fraction(1, 2),
        None,
        Fraction(3, 4),
    )


@pytest.mark.parametrize(
    ("score", "paid"),
    [("100", 300), ("95", 300), ("94.9", 200), ("85.0", 100), ("84.9", 0), (None, 0)],
)
def test_the_highest_step_that_is_reached_pays(score, paid):
    assert bonus(score and Decimal(score), STEPS) == paid


def test_points_grow_with_the_records():
    assert points(40, Decimal("92.5")) == Decimal("37.0")
    assert points(1, None) == Decimal("0.0")


@pytest.mark.parametrize(
    ("scores", "places"),
    [
        pytest.param([], [], id="an empty month"),
        pytest.param([90], [1], id="one alone"),
        pytest.param([90, 95, 90, 80], [2, 1, 2, 4], id="ties share a rank"),
        pytest.param([None, 80], [None, 1], id="without a score no rank"),
    ],
)
def test_equal_scores_share_a_rank(scores, places):
    assert ranks(scores) == places
