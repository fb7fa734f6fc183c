"""Log, change, cover."""

from datetime import date, timedelta

import pytest

from contracts.choices import Cover
from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from service_requests import actions
from service_requests.choices import (
    Channel,
    Kind,
    Severity,
    Status,
    Target,
    TimerState,
    priority_of,
)
from service_requests.models import ServiceRequest
from tests.factories.assets import AssetFactory
from tests.factories.contracts import ContractLineFactory, ServiceContractFactory
from tests.factories.customers import CustomerFactory, SiteFactory
from tests.factories.service_requests import HOUR, OPENED_AT

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def states(service_request):
    return {timer.target: timer.state for timer in service_request.sla_timers.all()}


def test_a_call_is_logged_with_its_promises(world):
    service_request = world.log()

    service_request.refresh_from_db()
    assert service_request.number == "SR-2026-0001"
    assert service_request.status == Status.NEW
    assert service_request.owner == service_request.first_responder == world.people.service_manager
    assert service_request.accepted_at is None
    assert service_request.cover == Cover.IN_WARRANTY
    assert service_request.entitlement["promises"]["response_minutes"] == 240
    assert list(service_request.outlets.all()) == [world.people.service_manager.outlet]
    assert states(service_request) == {
        Target.RESPONSE: TimerState.MET,
        Target.RESTORE: TimerState.RUNNING,
        Target.RESOLVE: TimerState.RUNNING,
    }
    assert service_request.next_target == Target.RESTORE
    assert service_request.queue_at == service_request.next_due_at


def test_a_call_in_which_nobody_could_help_yet_is_no_response(world):
    service_request = world.log(responded=False)

    assert service_request.responded_at is None
    assert states(service_request)[Target.RESPONSE] == TimerState.RUNNING
    assert service_request.next_due_at == OPENED_AT + 4 * HOUR


def test_an_e_mail_is_no_response(world):
    assert world.log(channel=Channel.EMAIL).responded_at is None


def test_only_a_promised_visit_has_a_clock(world):
    assert Target.ARRIVAL not in states(world.log())
    assert states(world.log(visit_promised=True))[Target.ARRIVAL] == TimerState.RUNNING


def test_only_a_fault_is_restored(world):
    assert Target.RESTORE not in states(world.log(kind=Kind.ENQUIRY))


@pytest.mark.parametrize(
    ("severity", "rank", "priority"),
    [
        (Severity.CRITICAL, 1, 1),
        (Severity.CRITICAL, 3, 2),
        (Severity.HIGH, 2, 2),
        (Severity.NORMAL, 3, 4),
        (Severity.LOW, 3, 5),
        (Severity.LOW, 7, 5),
    ],
)
def test_severity_and_tier_give_the_priority(severity, rank, priority):
    assert priority_of(severity, rank) == priority


def test_another_customers_asset_is_refused(world):
    with pytest.raises(DomainError) as no:
        world.log(asset=AssetFactory())

    assert no.value.field == "asset"
    assert not ServiceRequest.objects.exists()


def test_another_customers_site_is_refused(world):
    with pytest.raises(DomainError) as no:
        world.log(site=SiteFactory())

    assert no.value.field == "site"


def test_a_subject_of_blanks_is_refused(world):
    with pytest.raises(DomainError):
        world.log(subject="  ")


def test_a_prospect_gets_the_promise_of_the_lowest_tier(world):
    prospect = CustomerFactory(prospect=True, tier=world.customer.tier)

    service_request = world.log(customer=prospect, asset=None)

    assert service_request.cover == Cover.OUT_OF_WARRANTY
    assert service_request.tier.code == "small"


def test_the_contract_is_frozen(world):
    contract = ServiceContractFactory(customer=world.customer)
    ContractLineFactory(contract=contract)

    service_request = world.log()

    assert service_request.contract == contract
    assert service_request.entitlement["contract_number"] == contract.number


def test_logging_is_filed_with_the_customer_and_the_whole_device(world):
    component = AssetFactory(component=True, parent=world.asset)

    service_request = world.log(asset=component)

    for record in (service_request, world.customer, component, world.asset):
        assert [activity.verb for activity in timeline(record)] == ["service_requests.logged"]


def test_numbers_count_within_the_year(world):
    assert [world.log().number, world.log().number] == ["SR-2026-0001", "SR-2026-0002"]


# Change.


def test_a_change_is_recorded_with_before_and_after(world):
    service_request = world.log()

    changed = actions.change(
        service_request,
        {"severity": Severity.CRITICAL},
        version=service_request.version,
        by=world.people.service_manager,
        at=OPENED_AT + HOUR,
    )

    assert (changed.severity, changed.priority) == (Severity.CRITICAL, 2)
    activity = Activity.objects.get(verb="service_requests.changed")
    assert activity.details["changes"]["severity"] == ["normal", "critical"]


def test_a_visit_that_is_promised_later_counts_from_the_opening(world):
    service_request = world.log()

    actions.promise_visit(service_request, by=world.people.service_manager, at=OPENED_AT + 3 * HOUR)

    timer = service_request.sla_timers.get(target=Target.ARRIVAL)
    assert timer.started_at == OPENED_AT
    assert states(service_request)[Target.RESPONSE] == TimerState.MET


def test_a_finished_request_is_not_changed(world):
    service_request = world.log()
    actions.cancel(service_request, reason="误报", by=world.people.service_manager, at=OPENED_AT)

    with pytest.raises(DomainError):
        actions.change(
            service_request, {"subject": "x"}, by=world.people.service_manager, at=OPENED_AT
        )


# Cover.


def test_the_same_cover_is_not_offered(world):
    service_request = world.log()

    assert actions.recheck_cover(service_request) is None
    with pytest.raises(DomainError):
        actions.apply_cover(
            service_request, reason="x", by=world.people.service_manager, at=OPENED_AT
        )


def test_another_cover_is_offered_and_applied_from_the_opening(world):
    service_request = world.log(responded=False)
    contract = ServiceContractFactory(customer=world.customer)
    ContractLineFactory(contract=contract)

    assert actions.recheck_cover(service_request) is not None
    service_request.refresh_from_db()
    assert service_request.cover == Cover.IN_WARRANTY
    applied = actions.apply_cover(
        service_request, reason="合约漏录", by=world.people.service_manager, at=OPENED_AT + MINUTE
    )

    assert applied.contract == contract
    response = applied.sla_timers.get(target=Target.RESPONSE)
    assert response.due_at == OPENED_AT + 15 * MINUTE
    assert Target.RESOLVE not in states(applied)


def test_a_breach_stays_although_a_better_cover_is_applied(world):
    service_request = world.log(responded=False, asset=None)
    late = OPENED_AT + 6 * HOUR
    assert actions.record_breaches(at=late) == 1
    contract = ServiceContractFactory(customer=world.customer, response_minutes=6000)
    ContractLineFactory(contract=contract)

    actions.apply_cover(
        service_request, reason="合约漏录", by=world.people.service_manager, at=late
    )

    assert states(service_request)[Target.RESPONSE] == TimerState.BREACHED


def test_the_tier_of_the_opening_counts_not_todays(world):
    opened = world.log(at=OPENED_AT)

    assert opened.tier.code == "small"
    assert date(2026, 3, 2) == OPENED_AT.date()
