"""Two requests that are one matter: all goes on with the survivor, and comes back when undone."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from crmservice.activity.models import Activity
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from dispatch import actions as dispatch
from expenses import actions as expenses
from expenses.actions import Outlay
from orders import actions as orders
from service_requests import actions, queries
from service_requests.choices import Status, Target, TimerState
from service_requests.models import ServiceRequest
from service_requests.signals import requests_merged
from service_requests.views.merging import BELONGINGS
from tests.factories.attachments import AttachmentFactory
from tests.factories.contracts import (
    ContractLineFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import DepotRepairFactory, TaskFactory, TimeEntryFactory
from tests.factories.employees import OutletFactory
from tests.factories.expenses import ExpenseLineFactory
from tests.factories.orders import OrderFactory, PricePlanFactory, ReturnCaseFactory
from tests.factories.service_requests import (
    HOUR,
    OPENED_AT,
    EscalationRuleFactory,
    HandoverFactory,
    SurveyFactory,
)

pytestmark = pytest.mark.django_db
LATER = OPENED_AT + HOUR
NEXT = OPENED_AT + 2 * HOUR
DAY = timedelta(days=1)


@pytest.fixture
def by(people):
    return people.service_manager


@pytest.fixture
def two(world):
    """The one that is merged, and the survivor: the same device."""
    return world.log(responded=False, subject="主轴又响"), world.log()


def merge(merged, survivor, by, *, at=LATER, reason="同一台机床同一故障"):
    return actions.merge(merged, into=survivor, reason=reason, by=by, at=at)


def undo(merged, by, *, at=NEXT, reason="是两回事"):
    return actions.undo_merge(merged, reason=reason, by=by, at=at)


def again(*records):
    return [type(each).objects.get(pk=each.pk) for each in records]


def states(request):
    return {timer.target: timer.state for timer in request.sla_timers.all()}


def everything_of(request):
    """One of each thing that floors own of a request."""
    task = TaskFactory(service_request=request, customer=request.customer)
    return [
        task,
        ExpenseLineFactory(task=task),
        OrderFactory(service_request=request),
        ReturnCaseFactory(customer=request.customer, service_request=request),
        DepotRepairFactory(service_request=request, customer=request.customer),
        HandoverFactory(service_request=request),
    ]


# Merge.


def test_everything_that_belongs_to_it_goes_on_with_the_survivor(two, by):
    merged, survivor = two
    rows = everything_of(merged)
    entry = TimeEntryFactory(task=rows[0], employee=by)
    file = AttachmentFactory(subject=merged)
    announced = queries.belongings(merged)

    assert merge(merged, survivor, by) == survivor

    assert {each.service_request for each in again(*rows)} == {survivor}
    assert entry.task.service_request_id == merged.pk  # as it was read before
    assert again(entry)[0].task.service_request == survivor
    assert list(Attachment.objects.of(survivor)) == [file]
    merged = ServiceRequest.objects.get(pk=merged.pk)
    assert (merged.status, merged.merged_into) == (Status.MERGED, survivor)
    done = Activity.objects.get(verb="service_requests.merged")
    assert {label: len(keys) for label, keys in done.details["moved"].items()} == announced
    assert {label.rpartition(".")[0] for label in announced} == set(BELONGINGS)
    moved = Activity.objects.get(verb="dispatch.request_merged")
    assert (moved.subject_id, moved.details["request"]) == (rows[0].pk, survivor.number)
    told = {(each.record_type, each.record_id) for each in done.filings.all()}
    assert {("service_requests.servicerequest", each.pk) for each in two} <= told


def test_every_floor_that_knows_requests_moves_its_rows():
    """But reports: what they keep is of the one request that it was of."""
    owners = {
        relation.related_model._meta.app_label for relation in ServiceRequest._meta.related_objects
    }
    receivers = {
        live().__module__.split(".")[0] for _key, live, *_ in requests_merged.receivers if live()
    }

    assert receivers == owners - {"service_requests", "reports"}


def test_its_running_clocks_are_cancelled_and_a_breach_stays_a_breach(two, by):
    merged, survivor = two
    after_response = OPENED_AT + 5 * HOUR
    before = states(survivor)

    merge(merged, survivor, by, at=after_response)

    assert states(merged) == {
        Target.RESPONSE: TimerState.BREACHED,
        Target.RESTORE: TimerState.CANCELLED,
        Target.RESOLVE: TimerState.CANCELLED,
    }
    assert states(survivor) == before
    merged = ServiceRequest.objects.get(pk=merged.pk)
    assert (merged.next_due_at, merged.climbs_at) == (None, None)


def test_nothing_warns_breaches_or_climbs_afterwards(two, by):
    merged, survivor = two
    EscalationRuleFactory()
    merge(merged, survivor, by)
    much_later = OPENED_AT + 60 * DAY
    count = Activity.objects.filter(subject_id=merged.pk).count()

    actions.warn(at=much_later)
    actions.record_breaches(at=much_later)
    actions.climb_due(at=much_later)
    actions.expire_holds(at=much_later)

    assert Activity.objects.filter(subject_id=merged.pk).count() == count
    assert again(merged)[0].ring == 1


def test_a_visit_that_was_promised_becomes_the_survivors_promise(world, by):
    merged, survivor = world.log(visit_promised=True), world.log()

    merge(merged, survivor, by)

    assert states(survivor)[Target.ARRIVAL] == TimerState.RUNNING
    undo(merged, by)
    assert Target.ARRIVAL not in states(survivor)
    assert states(merged)[Target.ARRIVAL] == TimerState.RUNNING


def test_an_open_invitation_expires_and_an_answer_stays(two, by):
    merged, survivor = two
    asked = SurveyFactory(service_request=merged, sent_at=OPENED_AT, remind_at=OPENED_AT + 7 * DAY)
    answered = SurveyFactory(
        service_request=survivor, sent_at=OPENED_AT, answered_at=OPENED_AT + HOUR
    )

    merge(merged, survivor, by)

    [now_] = again(asked)
    assert (now_.expires_at, now_.remind_at, now_.service_request) == (LATER, None, merged)
    undo(merged, by)
    [back] = again(asked)
    assert (back.expires_at, back.remind_at) == (asked.expires_at, asked.remind_at)
    assert again(answered)[0].expires_at == answered.expires_at


def test_it_counts_no_more_in_the_allowance(world, by):
    contract = ServiceContractFactory(customer=world.customer)
    ContractLineFactory(contract=contract)
    contract.cases_per_year = 3
    contract.save()
    merged, survivor = world.log(), world.log()
    uses = contract.allowance_uses.standing

    assert uses().count() == 2
    merge(merged, survivor, by)
    assert [use.source for use in uses()] == [survivor.number]
    undo(merged, by)
    assert {use.source for use in uses()} == {merged.number, survivor.number}


def test_whose_outlet_was_involved_sees_the_survivor(two, by):
    merged, survivor = two
    outlet = OutletFactory(code="DL")
    merged.outlets.add(outlet)

    merge(merged, survivor, by)
    assert outlet in survivor.outlets.all()
    undo(merged, by)
    assert outlet not in survivor.outlets.all()
    assert outlet in merged.outlets.all()


# Refusals.


def refused(merged, survivor, by, match, **more):
    with pytest.raises(DomainError, match=match):
        merge(merged, survivor, by, **more)


def test_not_into_itself_nor_without_a_reason(two, by):
    merged, survivor = two

    refused(merged, merged, by, "into itself")
    refused(merged, survivor, by, "write something", reason=" ")


def test_not_into_another_customers_request(two, world, by):
    other = CustomerFactory(tier=world.customer.tier)

    refused(two[0], world.log(customer=other, asset=None), by, "another customer's")


def test_only_an_open_one_and_only_into_an_open_one(two, world, by):
    merged, survivor = two
    cancelled, resolved = world.log(), world.log()
    actions.cancel(cancelled, reason="误报", by=by, at=LATER)
    actions.resolve(resolved, resolution="更换", by=by, at=LATER)

    refused(merged, cancelled, by, "is Cancelled")
    refused(merged, resolved, by, "is Resolved")
    refused(cancelled, survivor, by, "cannot become Merged")
    refused(resolved, survivor, by, "cannot become Merged")
    merge(merged, survivor, by)
    refused(world.log(), merged, by, "is Merged")


def test_whoever_comes_second_hears_that_it_is_merged_already(two, world, by):
    merged, survivor = two
    merge(merged, survivor, by)

    refused(merged, world.log(), by, f"was merged into {survivor.number} already")
    refused(survivor, merged, by, "is Merged")
    assert Activity.objects.filter(verb="service_requests.merged").count() == 1


def test_a_complaint_goes_only_into_a_complaint(world, by):
    complaint, fault = world.log(kind="complaint"), world.log()

    refused(complaint, fault, by, "only into another complaint")
    merge(fault, complaint, by)
    merge(complaint, world.log(kind="complaint"), by)


def test_the_database_knows_that_a_merged_one_says_into_what_and_when(two):
    merged, survivor = two
    for values in (
        {"status": "merged", "merged_at": LATER},
        {"merged_into": survivor},
        {"status": "merged", "merged_into": merged, "merged_at": LATER},
        {"status": "merged", "merged_into": survivor},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceRequest.objects.filter(pk=merged.pk).update(**values)


# What comes late.


def test_what_is_written_late_goes_on_at_the_end_of_the_chain(two, world, by):
    PricePlanFactory()
    merged, survivor = two
    last = world.log()
    merge(merged, survivor, by)
    merge(survivor, last, by)

    order = orders.create(merged.customer, service_request=merged, by=by, at=NEXT)
    assert order.service_request == last
    outlay = Outlay(
        category="transport", amount=Decimal(9), spent_on=NEXT.date(), service_request=merged
    )
    claim = expenses.create(lines=[outlay], by=by, at=NEXT)
    assert claim.lines.get().service_request == last
    assert actions.note(merged, text="客户又来电", by=by, at=NEXT) == last
    assert actions.answer(merged, text="明天上门", by=by, at=NEXT) == last
    written = Activity.objects.filter(
        verb__in=["service_requests.noted", "service_requests.answered"]
    )
    assert set(written.values_list("subject_id", flat=True)) == {last.pk}


def test_a_loop_that_somebody_made_is_walked_once(two, by):
    one, other = two
    for each, into in ((one, other), (other, one)):
        ServiceRequest.objects.filter(pk=each.pk).update(
            status="merged", merged_into=into, merged_at=NEXT
        )

    assert actions.note(one, text="–", by=by, at=NEXT) in two


def test_goods_that_come_with_its_number_are_the_survivors(two, by):
    merged, survivor = two
    merge(merged, survivor, by)

    scanned = dispatch.scan(code=merged.number, by=by, at=NEXT)

    assert scanned.repair.service_request == survivor


# Undo.


def test_what_moved_goes_back_where_it_still_is(two, by, world):
    merged, survivor = two
    rows = everything_of(merged)
    file = AttachmentFactory(subject=merged)
    merge(merged, survivor, by)
    later = TaskFactory(service_request=survivor, customer=survivor.customer)
    elsewhere, kept = world.log(), rows[2]
    type(kept).objects.filter(pk=kept.pk).update(service_request=elsewhere)

    assert undo(merged, by) == merged

    back = again(*(each for each in rows if each is not kept))
    assert {each.service_request for each in back} == {merged}
    assert [each.service_request for each in again(kept, later)] == [elsewhere, survivor]
    assert list(Attachment.objects.of(merged)) == [file]
    done = Activity.objects.get(verb="service_requests.merge_undone")
    assert done.details["reason"] == "是两回事"


def test_state_and_clocks_are_as_if_nothing_had_been_merged(world, by):
    merged, twin, survivor = (world.log(responded=False) for _ in range(3))
    for each in (merged, twin):
        actions.accept(each, by=by, at=OPENED_AT)
    merge(merged, survivor, by)
    undo(merged, by, at=OPENED_AT + DAY)
    actions.record_breaches(at=OPENED_AT + DAY)

    def course(request):
        [request] = again(request)
        clocks = request.sla_timers.values_list(
            "target", "due_at", "breached_at", "stopped_at", "cancelled", "late_by"
        )
        return request.status, request.spell, request.next_target, list(clocks)

    assert course(merged) == course(twin)
    assert merged.sla_timers.get(target="response").breached_at == OPENED_AT + 4 * HOUR


@pytest.mark.parametrize(
    ("undone_at", "status"),
    [(NEXT, Status.WAITING), (LATER + 72 * HOUR, Status.IN_PROGRESS)],
    ids=["its hold goes on", "its hold has expired"],
)
def test_a_hold_goes_on_until_it_expires(world, by, undone_at, status):
    merged, survivor = world.log(), world.log()
    actions.put_on_hold(merged, reason=world.waiting, by=by, at=LATER)
    merge(merged, survivor, by, at=LATER + HOUR / 2)
    assert not merged.holds.open().exists()

    undo(merged, by, at=undone_at)

    assert again(merged)[0].status == status
    assert merged.holds.open().exists() == (status == Status.WAITING)


def test_it_is_undone_in_time_and_in_order(two, world, by, settings):
    merged, survivor = two
    last = world.log()
    with pytest.raises(DomainError, match="is not merged"):
        undo(merged, by)
    merge(merged, survivor, by)
    merge(survivor, last, by)
    end = LATER + timedelta(days=settings.UNDO_MERGE_DAYS)

    with pytest.raises(DomainError, match="undo that first"):
        undo(merged, by)
    with pytest.raises(DomainError, match="for 30 days"):
        undo(survivor, by, at=end + timedelta(seconds=1))
    with pytest.raises(DomainError, match="write something"):
        undo(survivor, by, reason="")
    undo(survivor, by, at=end)
    undo(merged, by, at=end)
    assert {each.status for each in again(merged, survivor)} == {Status.NEW}
    merge(merged, survivor, by, at=end)


# The page.


@pytest.fixture
def manager(logged_in):
    with time_machine.travel(NEXT, tick=False):
        yield logged_in("service_manager")


def test_the_page_offers_what_is_alike_shows_what_moves_and_merges_once(two, manager):
    merged, survivor = two
    url = f"/requests/{merged.number}/merge/"
    TaskFactory(service_request=merged, customer=merged.customer)
    page = manager.get(merged.get_absolute_url()).content.decode()
    assert f'href="{url}"' in page
    assert f'href="{url}?into={survivor.number}"' in page

    assert f"?into={survivor.number}" in manager.get(url).content.decode()
    found = manager.get(url, {"q": survivor.number[-4:]}).content.decode()
    assert f"?into={survivor.number}" in found
    preview = manager.get(url, {"into": survivor.number}).content.decode()
    assert "Tasks, with their time and reports" in preview
    sent = {"into": survivor.number, "reason": "", "once": "k" * 20}
    assert manager.post(url, sent).status_code == 422
    sent["reason"] = "同一故障"
    for _ in range(2):
        assert manager.post(url, sent).url == survivor.get_absolute_url()
    late = manager.post(url, sent | {"once": "l" * 20})
    assert "already" in late.content.decode()
    assert late.status_code == 422


def test_a_promise_that_would_count_from_later_is_said_before(world, manager):
    first, second = world.log(), world.log(at=LATER)

    def says(merged, into):
        page = manager.get(f"/requests/{merged.number}/merge/", {"into": into.number})
        return "its clocks count from there" in page.content.decode()

    assert says(first, second)
    assert not says(second, first)


def test_both_pages_lead_to_each_other_and_tell_one_story(two, manager, by):
    merged, survivor = two
    actions.note(merged, text="只在冷机时响", by=by, at=LATER)
    merge(merged, survivor, by)

    of_merged = manager.get(merged.get_absolute_url()).content.decode()
    of_survivor = manager.get(survivor.get_absolute_url()).content.decode()

    assert survivor.get_absolute_url() in of_merged
    assert f"/requests/{merged.number}/merge/undo/" in of_merged
    assert f"/requests/{merged.number}/reopen/" not in of_merged
    assert f"/requests/{merged.number}/note/" not in of_merged
    assert merged.get_absolute_url() in of_survivor
    assert "只在冷机时响" in of_survivor
    sent = {"reason": "是两回事", "once": "k" * 20}
    back = manager.post(f"/requests/{merged.number}/merge/undo/", sent)
    assert back.url == merged.get_absolute_url()
    assert "只在冷机时响" not in manager.get(survivor.get_absolute_url()).content.decode()


def test_who_works_on_one_of_them_only_merges_nothing(two, client, people, by):
    merged, survivor = two
    merged.outlets.set([people.partner_coordinator.outlet])
    client.force_login(people.partner_coordinator)
    url = f"/requests/{merged.number}/merge/"
    sent = {"into": survivor.number, "reason": "同一故障"}

    with time_machine.travel(NEXT, tick=False):
        assert survivor.number not in client.get(url).content.decode()
        assert client.post(url, sent).status_code == 422
        merge(merged, survivor, by)
        survivor.outlets.clear()
        assert client.get(f"{url}undo/").status_code == 403
    client.force_login(people.sales)
    assert client.get(url).status_code == 403
