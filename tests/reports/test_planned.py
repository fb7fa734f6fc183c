"""Planned against done: each number is the number of the rows that it opens."""

from datetime import date

import pytest

from reports.periods import Preset, scope_of
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.requests import Asked
from tests.company import AT, SHANGHAI
from tests.factories.assets import OccurrenceFactory
from tests.factories.customers import CareTouchFactory, CustomerFactory, TierFactory
from tests.factories.employees import OutletFactory

pytestmark = pytest.mark.django_db

QUERY = {"period": str(Preset.CUSTOM), "from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def march(people):
    """Turns and touches of two tiers and two outlets, in March and just beside it."""
    north, south = OutletFactory(code="N", name="北"), OutletFactory(code="S", name="南")
    vip = CustomerFactory(tier=TierFactory(vip=True), served_by=[north, south])
    small = CustomerFactory(served_by=[north])
    for customer in (vip, small, CustomerFactory()):
        for day, more in (
            (date(2026, 3, 1), {"status": "done", "done_on": date(2026, 3, 1)}),
            (date(2026, 3, 31), {"status": "done", "done_on": date(2026, 4, 30)}),
            (date(2026, 3, 15), {}),
            (date(2026, 2, 28), {}),
            (date(2026, 4, 1), {}),
        ):
            OccurrenceFactory(plan__asset__customer=customer, due_on=day, **more)
            CareTouchFactory(customer=customer, due_on=day, **more)
    OccurrenceFactory(
        plan__asset__customer=vip, due_on=date(2026, 3, 9), status="skipped", why="by_hand"
    )


WORDS = ("owed", "in_time", "late", "missed", "ahead", "share")


def lines(asked, by):
    """Of each line maintenance and care, which are alike here."""
    found = computed(CATALOGUE["planned"], asked, by)
    for line in (*found.lines, found.total):
        two = [
            [line.values.get(f"{work}_{word}") for word in WORDS]
            for work in ("maintenance", "care")
        ]
        assert two[0] == two[1] or by in ("maintenance", "care")
        yield line.label, two[0]


@pytest.fixture
def ask(march, people):
    def ask(**filters):
        scope = scope_of({**QUERY, **filters}, today=date(2026, 11, 22), zone=SHANGHAI)
        return Asked(scope, people.department_head, AT)

    return ask


def test_the_period_is_half_open_and_what_was_left_out_does_not_count(ask):
    assert dict(lines(ask(), "tier"))["All"] == [9, 3, 3, 3, 0, pytest.approx(1 / 3)]
    assert dict(lines(ask(tier="vip", outlet="S"), "tier"))["All"][0] == 3
    assert dict(lines(ask(tier="none"), "tier"))["All"] == [0, 0, 0, 0, 0, None]


def test_an_outlet_counts_its_own_and_shared_ones_at_both(ask):
    found = {label: values[0] for label, values in lines(ask(), "outlet")}

    assert found == {"北": 6, "南": 3, "none": 3, "All": 9}
