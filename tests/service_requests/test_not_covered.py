"""Somebody decides that a case is not covered: the promises stay, everything is charged."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from contracts.choices import AllowanceKind, Service
from contracts.explaining import headline
from contracts.queries import entitlement_for
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions as dispatch
from service_requests import actions
from service_requests.queries import frozen_entitlement, offered_cover
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)

AT = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def by(people):
    return people.service_manager


@pytest.fixture
def request_(by):
    contract = ServiceContractFactory(visits_per_year=2, cases_per_year=2)
    asset = AssetFactory(customer=contract.customer)
    ContractLineFactory(contract=contract)
    DefaultPromiseFactory(tier=contract.customer.tier)
    return actions.log(customer=contract.customer, asset=asset, subject="进水", by=by, at=AT)


def test_promises_and_clocks_stay_and_everything_is_charged(request_, by):
    before = frozen_entitlement(request_)
    clocks = list(request_.sla_timers.values_list("target", "due_at"))

    after = frozen_entitlement(actions.refuse_cover(request_, reason="操作不当", by=by, at=AT))

    assert (after.free, after.promises) == ((), before.promises)
    assert set(before.free) <= set(after.charged)
    assert Service.PARTS in after.charged
    assert "操作不当" in headline(after)
    assert list(request_.sla_timers.values_list("target", "due_at")) == clocks
    told = Activity.objects.get(verb="service_requests.cover_refused")
    assert told.details["reason"] == "操作不当"


def test_it_takes_nothing_of_the_allowances_and_taken_back_it_does_again(request_, by):
    dispatch.plan(title="上门", service_request=request_, by=by, at=AT)
    standing = request_.contract.allowance_uses.standing()
    assert standing.count() == 2

    actions.refuse_cover(request_, reason="操作不当", by=by, at=AT)
    dispatch.plan(title="再上门", service_request=request_, by=by, at=AT)
    assert standing.count() == 0

    actions.apply_cover(request_, reason="查明是质量问题", by=by, at=AT)
    assert offered_cover(request_) is None
    assert [use.kind for use in standing.all()] == [AllowanceKind.CASES]


def test_what_is_charged_anyway_is_not_refused(request_, by):
    actions.refuse_cover(request_, reason="操作不当", by=by, at=AT)

    with pytest.raises(DomainError):
        actions.refuse_cover(request_, reason="操作不当", by=by, at=AT)


def test_the_page_offers_it_to_who_may(request_, people, client):
    address = reverse("service_requests:refuse_cover", args=[request_.number])
    page = reverse("service_requests:detail", args=[request_.number])
    client.force_login(people.service_manager)
    assert address in client.get(page).content.decode()

    assert client.post(address, {"reason": "进水"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "Decided not to be covered: 进水" in shown
    assert address not in shown

    client.force_login(people.field_engineer)
    assert client.post(address, {"reason": "进水"}).status_code in {403, 404}


def test_who_asks_anew_hears_what_the_contract_covers(request_, by):
    """The decision is of the case, not of the contract."""
    actions.refuse_cover(request_, reason="操作不当", by=by, at=AT)
    customer = request_.customer

    assert entitlement_for(customer, request_.asset, AT.date(), customer.tier).free
