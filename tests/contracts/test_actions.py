from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts import actions
from contracts.choices import LineScope, Status
from contracts.models import ContractLine, ServiceContract
from contracts.signals import contract_activated, contract_expired
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from crmservice.search.models import Entry
from tests.factories.assets import AssetFactory, AssetModelFactory
from tests.factories.contracts import (
    ContractLineFactory,
    ContractTypeFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory, SiteFactory, TierFactory
from tests.factories.employees import WorkingCalendarFactory

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def by(people):
    return people.service_manager


@pytest.fixture
def head(people):
    return people.department_head


@pytest.fixture
def heard():
    """What was announced upward."""
    told = []

    def hear(contract, by, signal, **_):
        told.append((contract.number, "on" if signal is contract_activated else "off", by))

    for signal in (contract_activated, contract_expired):
        signal.connect(hear)
    yield told
    for signal in (contract_activated, contract_expired):
        signal.disconnect(hear)


def drafted(by, *lines, **values):
    given = {
        "customer": CustomerFactory(),
        "type": ContractTypeFactory(),
        "calendar": WorkingCalendarFactory(),
        "response_minutes": 60,
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2027, 3, 31),
    }
    return actions.draft({**given, **values}, lines=lines, by=by, at=AT)


def everything():
    return ContractLine(scope=LineScope.CUSTOMER)


def test_a_draft_has_a_number_its_lines_and_is_found(by):
    contract = drafted(by, everything())

    assert contract.number == "SC-2026-0001"
    assert contract.status == Status.DRAFT
    assert contract.drafted_by == by
    assert contract.lines.get().scope == LineScope.CUSTOMER
    assert Entry.objects.get(kind="contract").object_id == contract.pk


def test_it_may_last_one_day_but_not_less(by):
    assert drafted(by, ends_on=date(2026, 4, 1)).pk

    with pytest.raises(DomainError) as no:
        drafted(by, ends_on=date(2026, 3, 31))
    assert no.value.field == "ends_on"


@pytest.mark.parametrize("name", ["asset", "site"])
def test_what_belongs_to_another_customer_is_not_covered(by, name):
    foreign = AssetFactory() if name == "asset" else SiteFactory()

    with pytest.raises(DomainError):
        drafted(by, ContractLine(scope=name, **{name: foreign}))

    assert not ServiceContract.objects.exists()


def test_a_dealers_contract_names_devices_of_others(by):
    foreign = AssetFactory()
    dealer = CustomerFactory(is_dealer=True)

    contract = drafted(by, ContractLine(scope="asset", asset=foreign), customer=dealer)

    assert contract.lines.get().asset == foreign
    with pytest.raises(DomainError):
        drafted(by, ContractLine(scope="site", site=SiteFactory()), customer=dealer)


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        (date(2026, 4, 1), date(2027, 3, 31), True),
        (date(2026, 3, 31), None, False),
        (None, date(2027, 4, 1), False),
        (date(2026, 6, 1), date(2026, 5, 31), False),
    ],
)
def test_the_days_of_a_line_lie_within_the_contract(by, first, last, fits):
    line = ContractLine(scope=LineScope.CUSTOMER, starts_on=first, ends_on=last)

    if fits:
        assert drafted(by, line).lines.count() == 1
    else:
        with pytest.raises(DomainError):
            drafted(by, line)


def test_a_draft_is_changed_with_its_lines_on_the_trail(by):
    contract = drafted(by, everything())
    asset = AssetFactory(customer=contract.customer)

    lines = [ContractLine(scope=LineScope.ASSET, asset=asset)]
    actions.change(contract, {"value": Decimal(900)}, lines=lines, by=by, at=AT)

    contract.refresh_from_db()
    assert contract.value == Decimal(900)
    assert [line.asset for line in contract.lines.all()] == [asset]
    before, after = (
        Activity.objects.filter(verb="contracts.changed").latest("pk").details["changes"]["lines"]
    )
    assert asset.serial_no in after["en"]
    assert asset.serial_no not in before["en"]


def test_the_same_lines_are_no_change(by):
    contract = drafted(by, everything())

    actions.change(contract, {}, lines=[everything()], by=by, at=AT)

    assert not Activity.objects.filter(verb="contracts.changed").exists()


@pytest.mark.parametrize("status", [Status.IN_APPROVAL, Status.ACTIVE, Status.EXPIRED])
def test_only_a_draft_is_changed(by, status):
    contract = ServiceContractFactory(status=status)

    with pytest.raises(DomainError):
        actions.change(contract, {"value": Decimal(1)}, lines=[], by=by, at=AT)


def test_two_people_who_change_the_same_term_are_told(by, head):
    contract = drafted(by)
    actions.change(contract, {"value": Decimal(1)}, lines=[], version=1, by=head, at=AT)

    with pytest.raises(DomainError) as no:
        actions.change(contract, {"value": Decimal(2)}, lines=[], version=1, by=by, at=AT)
    assert no.value.field == "value"


def test_what_covers_nothing_cannot_be_submitted(by):
    contract = drafted(by)

    with pytest.raises(DomainError):
        actions.submit(contract, by=by, at=AT)

    ContractLineFactory(contract=contract)
    assert actions.submit(contract, by=by, at=AT).status == Status.IN_APPROVAL


def test_another_person_approves_it_and_it_is_announced(by, head, heard):
    contract = actions.submit(drafted(by, everything(), starts_on=AT.date()), by=by, at=AT)

    with pytest.raises(DomainError):
        actions.approve(contract, by=by, at=AT)
    assert heard == []

    approved = actions.approve(contract, by=head, at=AT)
    assert (approved.status, approved.approved_by) == (Status.ACTIVE, head)
    assert heard == [(contract.number, "on", head)]


def test_one_that_is_to_come_begins_on_its_day_once(by, head, heard):
    contract = actions.submit(drafted(by, everything()), by=by, at=AT)

    assert actions.approve(contract, by=head, at=AT).status == Status.APPROVED
    assert (heard, actions.turn(on=date(2026, 3, 31), at=AT)) == ([], 0)
    assert [actions.turn(on=date(2026, 4, 1), at=AT) for _ in range(2)] == [1, 0]

    contract.refresh_from_db()
    assert (contract.status, heard) == (Status.ACTIVE, [(contract.number, "on", None)])


def test_a_suspended_one_covers_again_on_its_day_or_by_hand(head):
    by_day, by_hand = ServiceContractFactory.create_batch(2)
    actions.suspend(by_day, reason="款未付", until=date(2026, 3, 20), by=head, at=AT)
    actions.suspend(by_hand, reason="款未付", by=head, at=AT)

    assert actions.turn(on=date(2026, 3, 19), at=AT) == 0
    assert actions.turn(on=date(2026, 3, 20), at=AT) == 1
    actions.resume(by_hand, by=head, at=AT)

    for contract in (by_day, by_hand):
        contract.refresh_from_db()
    assert (by_day.status, by_day.pauses) == (Status.ACTIVE, [["2026-03-10", "2026-03-20"]])
    assert (by_hand.status, by_hand.pauses) == (Status.ACTIVE, [["2026-03-10", "2026-03-10"]])
    assert by_day.remind_on == date(2026, 10, 2)


@pytest.mark.parametrize(
    ("until", "fits"),
    [("2026-03-10", False), ("2026-03-11", True), ("2026-12-31", True), ("2027-01-01", False)],
)
def test_a_suspension_ends_after_today_and_within_the_contract(head, until, fits):
    contract, day = ServiceContractFactory(), date.fromisoformat(until)

    if fits:
        assert actions.suspend(contract, reason="x", until=day, by=head, at=AT).resumes_on == day
    else:
        with pytest.raises(DomainError):
            actions.suspend(contract, reason="x", until=day, by=head, at=AT)


def test_a_suspended_one_ends_like_any_other(db):
    contract = ServiceContractFactory(suspended=True, ends_on=date(2026, 3, 9))

    assert actions.turn(on=date(2026, 3, 10), at=AT) == 1
    contract.refresh_from_db()
    assert contract.status == Status.EXPIRED


def test_a_type_is_for_its_tiers_and_models_only(by):
    customer, other = CustomerFactory(), TierFactory(code="vip", rank=1)
    pump = AssetFactory(customer=customer)
    valve = AssetFactory(customer=customer, model=AssetModelFactory(code="VALVE"))
    of_type = ContractTypeFactory()
    of_type.eligible_models.set([pump.model])
    values = {"customer": customer, "type": of_type}

    drafted(by, ContractLine(scope=LineScope.ASSET, asset=pump), **values)
    drafted(by, everything(), **values)
    with pytest.raises(DomainError, match=valve.serial_no):
        drafted(by, ContractLine(scope=LineScope.ASSET, asset=valve), **values)
    of_type.eligible_tiers.set([other])
    with pytest.raises(DomainError):
        drafted(by, everything(), **values)
    of_type.eligible_tiers.add(customer.tier)
    drafted(by, everything(), **values)


def test_what_is_over_is_not_put_in_force(head):
    today = ServiceContractFactory(in_approval=True, ends_on=date(2026, 3, 10))
    yesterday = ServiceContractFactory(in_approval=True, ends_on=date(2026, 3, 9))

    assert actions.approve(today, by=head, at=AT).status == Status.ACTIVE
    with pytest.raises(DomainError):
        actions.approve(yesterday, by=head, at=AT)


def test_a_rejected_one_is_a_draft_with_its_reason(by, head):
    contract = actions.submit(drafted(by, everything()), by=by, at=AT)

    with pytest.raises(DomainError):
        actions.reject(contract, reason="–", by=by, at=AT)
    actions.reject(contract, reason="价格", by=head, at=AT)

    contract.refresh_from_db()
    assert contract.status == Status.DRAFT
    assert Activity.objects.get(verb="contracts.rejected").details["reason"] == "价格"


def test_it_is_taken_back_before_it_is_decided_upon(by):
    contract = ServiceContractFactory(in_approval=True)

    assert actions.withdraw(contract, by=by, at=AT).status == Status.DRAFT
    with pytest.raises(DomainError):
        actions.withdraw(contract, by=by, at=AT)


@pytest.mark.parametrize(
    ("on", "fits"),
    [
        (date(2026, 3, 9), False),
        (date(2026, 3, 10), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_it_is_terminated_from_today_until_its_last_day(head, on, fits):
    contract = ServiceContractFactory()

    if fits:
        ended = actions.terminate(contract, on=on, reason="停产", by=head, at=AT)
        assert (ended.status, ended.terminated_on) == (Status.TERMINATED, on)
    else:
        with pytest.raises(DomainError) as no:
            actions.terminate(contract, on=on, reason="停产", by=head, at=AT)
        assert no.value.field == "on"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "next_start", "next_end"),
    [
        pytest.param("2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31", id="a year"),
        pytest.param("2027-03-01", "2028-02-29", "2028-03-01", "2029-02-28", id="a leap day"),
        pytest.param("2026-01-01", "2026-06-30", "2026-07-01", "2026-12-28", id="181 days"),
        pytest.param("2025-07-19", "2027-07-18", "2027-07-19", "2029-07-18", id="two years"),
    ],
)
def test_a_renewal_is_the_next_period(by, starts_on, ends_on, next_start, next_end):
    contract = ServiceContractFactory(
        starts_on=date.fromisoformat(starts_on), ends_on=date.fromisoformat(ends_on)
    )
    ContractLineFactory(contract=contract)

    new = actions.renew(contract, by=by, at=AT)

    assert (new.starts_on.isoformat(), new.ends_on.isoformat()) == (next_start, next_end)
    assert (new.status, new.renews, new.drafted_by) == (Status.DRAFT, contract, by)
    assert new.lines.count() == 1
    assert new.response_minutes == contract.response_minutes


def test_there_is_one_draft_that_follows(by):
    contract = ServiceContractFactory()
    actions.renew(contract, by=by, at=AT)

    with pytest.raises(DomainError):
        actions.renew(contract, by=by, at=AT)


def test_what_was_renewed_still_covers_until_its_end(by, head):
    contract = ServiceContractFactory()
    ContractLineFactory(contract=contract)
    new = actions.submit(actions.renew(contract, by=by, at=AT), by=by, at=AT)

    actions.approve(new, by=head, at=AT)

    contract.refresh_from_db()
    assert (contract.status, contract.terminated_on) == (Status.ACTIVE, None)
    actions.turn(on=date(2027, 1, 1), at=AT)
    contract.refresh_from_db()
    assert (contract.status, contract.terminated_on) == (Status.RENEWED, None)
    last, next_ = date(2026, 12, 31), date(2027, 1, 1)
    assert list(ServiceContract.objects.in_force(last)) == [contract]
    assert list(ServiceContract.objects.in_force(next_)) == [new]


@pytest.mark.parametrize(
    ("from_on", "fits"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_an_amendment_begins_within_the_contract(by, from_on, fits):
    contract = ServiceContractFactory()

    if fits:
        new = actions.amend(contract, from_on=from_on, by=by, at=AT)
        assert (new.starts_on, new.ends_on) == (from_on, contract.ends_on)
    else:
        with pytest.raises(DomainError):
            actions.amend(contract, from_on=from_on, by=by, at=AT)


def test_an_amendment_takes_over_on_its_day(by, head):
    contract = ServiceContractFactory()
    ContractLineFactory(contract=contract)
    new = actions.amend(contract, from_on=date(2026, 6, 1), by=by, at=AT)
    actions.approve(actions.submit(new, by=by, at=AT), by=head, at=AT)

    assert list(ServiceContract.objects.in_force(date(2026, 5, 31))) == [contract]
    assert list(ServiceContract.objects.in_force(date(2026, 6, 1))) == [new]
    assert new.value == Decimal("35178.08")  # 214 of 365 days of 60,000


def test_an_amendment_that_never_begins_leaves_the_old_terms_to_their_end(by, head):
    contract = ServiceContractFactory()
    ContractLineFactory(contract=contract)
    new = actions.amend(contract, from_on=date(2026, 6, 1), by=by, at=AT)
    actions.approve(actions.submit(new, by=by, at=AT), by=head, at=AT)
    actions.terminate(new, on=date(2026, 6, 1), reason="客户撤回", by=head, at=AT)

    assert list(ServiceContract.objects.in_force(date(2026, 6, 1))) == [contract]


def test_what_gives_way_on_a_day_is_not_ended_later_than_that(by, head):
    """Else both would cover, and both would be billed."""
    contract = ServiceContractFactory()
    ContractLineFactory(contract=contract)
    new = actions.amend(contract, from_on=date(2026, 6, 1), by=by, at=AT)
    actions.approve(actions.submit(new, by=by, at=AT), by=head, at=AT)
    with pytest.raises(DomainError):
        actions.terminate(contract, on=date(2026, 6, 2), reason="停产", by=head, at=AT)
    actions.terminate(contract, on=date(2026, 6, 1), reason="停产", by=head, at=AT)


def test_what_has_ended_expires_once(db, heard):
    today = ServiceContractFactory(ends_on=date(2026, 3, 10))
    yesterday = ServiceContractFactory(ends_on=date(2026, 3, 9))
    on = date(2026, 3, 10)

    assert actions.expire_ended(on=on, at=AT) == 1
    assert actions.expire_ended(on=on, at=AT) == 0
    assert actions.expire(yesterday, on=on, at=AT) is False

    today.refresh_from_db()
    yesterday.refresh_from_db()
    assert (today.status, yesterday.status) == (Status.ACTIVE, Status.EXPIRED)
    assert heard == [(yesterday.number, "off", None)]
    assert Activity.objects.filter(verb="contracts.expired").count() == 1


def test_a_default_promise_is_added_and_changed(head):
    promise = DefaultPromiseFactory(response_minutes=240)

    changed = actions.set_default(promise, {"response_minutes": 120}, by=head, at=AT)

    assert changed.response_minutes == 120
    assert Activity.objects.get(verb="contracts.default_changed").details["changes"] == {
        "response_minutes": ["240", "120"]
    }


def test_joined_customers_share_their_contracts(by):
    contract, kept = ServiceContractFactory(), CustomerFactory()

    assert actions.join_customers(contract.customer, kept) == [contract.pk]

    contract.refresh_from_db()
    assert contract.customer == kept
