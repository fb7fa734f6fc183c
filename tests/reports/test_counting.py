"""Shares without a base, and percentiles on any database."""

from datetime import timedelta

import pytest

from reports.queries import requests, surveys
from reports.queries.counting import Share, Spread, spread_and_counts
from service_requests.models import ServiceRequest
from tests.factories.service_requests import OPENED_AT, ServiceRequestFactory
from tests.reports.recomputing import near


def test_an_empty_base_has_no_share():
    assert Share(0, 0).value is None
    assert Share(0, 4).value == 0
    assert surveys.nps(0, 0, 0) is None


def test_a_spread_of_nothing_says_nothing(db):
    assert spread_and_counts(
        ServiceRequest.objects.annotate(took=requests.TOOK), "took", "highest_ring", requests.RINGS
    ) == (Spread(), {1: 0, 2: 0, 3: 0})


@pytest.mark.parametrize(
    ("hours", "median", "ninetieth"),
    [
        pytest.param([5], 5, 5, id="one"),
        pytest.param([1, 3], 2, 2.8, id="between two"),
        pytest.param([4, 1, 2], 2, 3.6, id="the middle one"),
        pytest.param(list(range(1, 12)), 6, 10, id="on a row"),
    ],
)
def test_percentiles_lie_between_the_rows_beside_them(db, hours, median, ninetieth):
    for hour in hours:
        ServiceRequestFactory(resolved=True, resolved_at=OPENED_AT + timedelta(hours=hour))
    rows = ServiceRequest.objects.annotate(took=requests.TOOK)

    found, rings = spread_and_counts(rows, "took", "highest_ring", requests.RINGS)

    assert near(found.median, timedelta(hours=median))
    assert near(found.ninetieth, timedelta(hours=ninetieth))
    assert rings == {1: len(hours), 2: 0, 3: 0}
