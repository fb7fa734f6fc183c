from datetime import date

import pytest

from assets.warranty import warranty


@pytest.mark.parametrize(
    ("starts", "months", "until"),
    [
        ("2025-02-01", 12, "2026-01-31"),
        ("2025-02-28", 12, "2026-02-27"),
        pytest.param("2024-02-29", 12, "2025-02-27", id="no anniversary in a plain year"),
        pytest.param("2025-01-31", 1, "2025-02-27", id="a month that is too short"),
        ("2025-08-31", 18, "2027-02-27"),
        ("2025-12-01", 1, "2025-12-31"),
    ],
)
def test_the_day_before_the_anniversary_is_the_last(starts, months, until):
    begin, last = date.fromisoformat(starts), date.fromisoformat(until)

    assert warranty(begin, months, last).until == last
    assert warranty(begin, months, last).in_force
    assert not warranty(begin, months, date.fromordinal(last.toordinal() + 1)).in_force


def test_it_holds_from_the_first_day_and_not_before():
    begin = date(2025, 2, 1)

    assert warranty(begin, 12, begin).in_force
    assert not warranty(begin, 12, date(2025, 1, 31)).in_force


@pytest.mark.parametrize(("starts", "months"), [(None, 24), (date(2025, 2, 1), 0)])
def test_without_a_beginning_or_months_there_is_none(starts, months):
    judged = warranty(starts, months, date(2025, 2, 1))

    assert not judged.in_force
    assert judged.until is None
