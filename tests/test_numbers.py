from datetime import UTC, datetime

import pytest

from crmservice.numbers.models import next_number

pytestmark = pytest.mark.django_db


def test_numbers_count_up_per_series_and_year():
    at = datetime(2026, 5, 1, tzinfo=UTC)

    assert [next_number("SR", at), next_number("SR", at), next_number("T", at)] == [
        "SR-2026-0001",
        "SR-2026-0002",
        "T-2026-0001",
    ]


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "SR-2026-0001"),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), "SR-2027-0001"),
    ],
)
def test_the_year_is_that_of_the_organisations_zone(at, number):
    assert next_number("SR", at) == number
