from datetime import UTC, datetime, time

import pytest

from crmservice.delivery.quiet import after_quiet
from crmservice.retrying import next_try

EVENING, MORNING = time(21), time(7)
DAY = (2026, 11, 20)


def shanghai(hour, minute=0, day=20):
    """UTC is eight hours behind."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() - 8 * 3600


@pytest.mark.parametrize(
    ("now", "then"),
    [
        pytest.param(shanghai(20, 59), shanghai(20, 59), id="a minute before"),
        pytest.param(shanghai(21), shanghai(7, day=21), id="as they begin"),
        pytest.param(shanghai(6, 59), shanghai(7), id="a minute before the end"),
        pytest.param(shanghai(7), shanghai(7), id="as they end"),
    ],
)
def test_quiet_hours_end_in_the_morning(now, then):
    at = datetime.fromtimestamp(now, UTC)

    ended = after_quiet(at, begins=EVENING, ends=MORNING, zone="Asia/Shanghai")

    assert ended.timestamp() == then


@pytest.mark.parametrize(("hour", "then"), [(12, 12), (13, 14), (14, 14)])
def test_quiet_hours_may_lie_within_a_day(hour, then):
    at = datetime(*DAY, hour, tzinfo=UTC)

    ended = after_quiet(at, begins=time(13), ends=time(14), zone="UTC")

    assert ended == datetime(*DAY, then, tzinfo=UTC)


def test_without_quiet_hours_nothing_waits():
    at = datetime(*DAY, 3, tzinfo=UTC)

    assert after_quiet(at, begins=None, ends=None, zone="UTC") == at


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (40, 6 * 3600)])
def test_each_try_waits_twice_as_long_within_a_fifth_and_six_hours_at_the_most(attempts, seconds):
    at = datetime(*DAY, tzinfo=UTC)

    waits = [(next_try(attempts, at=at) - at).total_seconds() for _ in range(50)]

    assert all(0.8 * seconds <= wait <= 1.2 * seconds for wait in waits)
    assert len(set(waits)) > 1
