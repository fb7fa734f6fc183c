"""One customer with a device and the promises that the verbs are tried on."""

from types import SimpleNamespace

import pytest

from service_requests import actions
from tests.factories.assets import AssetFactory
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory, TierFactory
from tests.factories.employees import WorkingCalendarFactory
from tests.factories.knowledge import FaultCodeFactory
from tests.factories.service_requests import OPENED_AT, HoldReasonFactory


@pytest.fixture
def world(people):
    """In warranty, 5×8: 4 h response, 8 h arrival, 8 h restore, 24 h resolve. `world.log()` logs a
    fault.
    """
    tiers = [TierFactory(), TierFactory(key=True), TierFactory(vip=True)]
    for tier in tiers:
        for cover in ("in_warranty", "out_of_warranty"):
            DefaultPromiseFactory(
                cover=cover,
                tier=tier,
                calendar=WorkingCalendarFactory(),
                response_minutes=240,
                arrival_minutes=480,
                restore_minutes=480,
                resolve_minutes=1440 if cover == "in_warranty" else 2880,
            )
    customer = CustomerFactory(tier=tiers[0])
    asset = AssetFactory(customer=customer)

    def log(**given):
        words = {
            "customer": customer,
            "asset": asset,
            "subject": "主轴异响",
            "by": people.service_manager,
            "at": OPENED_AT,
        }
        return actions.log(**{**words, **given})

    return SimpleNamespace(
        customer=customer,
        asset=asset,
        log=log,
        people=people,
        code=FaultCodeFactory(),
        waiting=HoldReasonFactory(),
        parts=HoldReasonFactory(parts=True),
    )
