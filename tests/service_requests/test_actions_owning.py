"""Accept, transfer, escalate, involve; respond, answer, note; hand over. Both sides of each."""

import pytest

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from crmservice.search.query import matching_ids
from service_requests import actions
from service_requests.choices import HandoverStatus, Status, Target, TimerState
from service_requests.models import ServiceRequest
from service_requests.signals import service_request_assigned
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.service_requests import HOUR, OPENED_AT, HandoverFactory

pytestmark = pytest.mark.django_db
LATER = OPENED_AT + HOUR


def told():
    """Who has been told of which verb."""
    tell_pending(at=LATER)
    return {
        (row.activity.verb.partition(".")[2], row.recipient)
        for row in Notification.objects.select_related("activity", "recipient")
    }


@pytest.fixture
def assigned():
    """The owners that were announced."""
    owners = []

    def hear(service_request, **_):
        owners.append(service_request.owner)

    service_request_assigned.connect(hear)
    yield owners
    service_request_assigned.disconnect(hear)


# Own.


def test_who_accepts_owns_it(world, people, assigned):
    request = actions.accept(world.log(), by=people.field_engineer, at=LATER)

    assert (request.owner, request.status) == (people.field_engineer, Status.IN_PROGRESS)
    assert request.accepted_at == LATER
    assert request.first_responder == people.service_manager
    assert assigned == [people.field_engineer]
    assert ("accepted", people.service_manager) in told()


def test_accepting_ones_own_announces_no_new_owner(world, people, assigned):
    actions.accept(world.log(), by=people.service_manager, at=LATER)

    assert assigned == []


def test_what_somebody_accepted_cannot_be_accepted_again(world, people):
    request = actions.accept(world.log(), by=people.field_engineer, at=LATER)

    for person in (people.field_engineer, people.senior_engineer):
        with pytest.raises(DomainError):
            actions.accept(request, by=person, at=LATER)


def test_a_transfer_has_to_be_accepted_and_is_counted(world, people, assigned):
    request = actions.accept(world.log(), by=people.service_manager, at=LATER)

    request = actions.transfer(
        request, to=people.field_engineer, reason="他在附近", by=people.service_manager, at=LATER
    )

    assert (request.owner, request.accepted_at) == (people.field_engineer, None)
    assert request.transfers == 1
    assert assigned == [people.field_engineer]
    assert ("transferred", people.field_engineer) in told()
    assert actions.accept(request, by=people.field_engineer, at=LATER).accepted_at == LATER


def test_the_third_transfer_alerts_the_managers(world, people):
    other = EmployeeFactory(role="service_manager", outlet=people.service_manager.outlet)
    request = world.log()
    route = [people.field_engineer, people.depot_engineer, people.senior_engineer]

    for number, person in enumerate(route, start=1):
        request = actions.transfer(
            request, to=person, reason="换人", by=people.service_manager, at=LATER
        )
        assert (("transferred", other) in told()) == (number == 3)


@pytest.mark.parametrize("to", ["service_manager", "sales"])
def test_a_transfer_to_the_owner_or_to_who_does_not_work_here_is_refused(world, people, to):
    with pytest.raises(DomainError) as no:
        actions.transfer(
            world.log(),
            to=getattr(people, to),
            reason="换人",
            by=people.service_manager,
            at=LATER,
        )

    assert no.value.field == "to"


def test_a_transfer_needs_its_reason(world, people):
    with pytest.raises(DomainError) as no:
        actions.transfer(
            world.log(), to=people.field_engineer, reason=" ", by=people.service_manager, at=LATER
        )

    assert no.value.field == "reason"
    assert ServiceRequest.objects.get().transfers == 0


def test_a_transfer_to_another_outlet_opens_it_there(world, people):
    request = world.log()
    coordinator = people.partner_coordinator
    visible = ServiceRequest.objects.visible_to(coordinator)
    found = ServiceRequest.objects.filter(
        pk__in=matching_ids("request", request.number, scopes=coordinator.search_scopes())
    )
    assert not visible.exists()
    assert not found.exists()

    actions.transfer(
        request, to=coordinator, reason="当地网点", by=people.service_manager, at=LATER
    )

    assert visible.get() == request
    assert found.get() == request


def test_an_involved_outlet_sees_it_and_hears_of_it_once(world, people):
    request, outlet = world.log(), people.partner_coordinator.outlet

    for _ in range(2):
        actions.involve(request, outlet=outlet, by=people.service_manager, at=LATER)

    assert ServiceRequest.objects.visible_to(people.partner_coordinator).get() == request
    assert Activity.objects.filter(verb="service_requests.involved").count() == 1
    assert ("involved", people.partner_coordinator) in told()


def test_the_priority_is_set_by_hand_within_one_to_five(world, people):
    request = world.log()

    by_hand = {"reason": "停产", "by": people.service_manager, "at": LATER}
    assert actions.change_priority(request, priority=1, **by_hand).priority == 1
    for priority in (0, 6):
        with pytest.raises(DomainError):
            actions.change_priority(request, priority=priority, **by_hand)


# Words.


def clock(request, target=Target.RESPONSE):
    return request.sla_timers.get(target=target, spell=request.spell)


def test_the_first_word_counts_as_the_response(world, people):
    request = world.log(responded=False)

    actions.respond(request, by=people.service_manager, at=LATER)
    request = actions.respond(request, by=people.service_manager, at=LATER + HOUR)

    assert request.responded_at == LATER
    assert clock(request).stopped_at == LATER
    assert Activity.objects.filter(verb="service_requests.responded").count() == 1


def test_who_speaks_first_to_a_caller_without_owner_owns_the_request(world, people):
    request = world.log(by=None, channel="portal")
    assert request.owner is None

    request = actions.respond(request, by=people.field_engineer, at=LATER)

    assert (request.owner, request.first_responder) == (people.field_engineer,) * 2


def test_nobody_spoke_before_the_call(world, people):
    with pytest.raises(DomainError):
        actions.respond(world.log(responded=False), by=people.service_manager, at=OPENED_AT - HOUR)


def test_an_answer_is_seen_by_the_customer_and_is_a_response(world, people):
    request = world.log(responded=False)

    request = actions.answer(
        request, text=" 明天上午到 ", told_by="phone", by=people.service_manager, at=LATER
    )

    written = Activity.objects.get(verb="service_requests.answered")
    assert (written.visible, written.text) == (True, "明天上午到")
    assert request.responded_at == LATER


def test_a_note_is_internal_and_no_response(world, people):
    request = world.log(responded=False)

    actions.note(request, text="客户很着急", by=people.service_manager, at=LATER)

    written = Activity.objects.get(verb="service_requests.noted")
    assert (written.visible, written.text) == (False, "客户很着急")
    assert clock(request).state == TimerState.RUNNING


@pytest.mark.parametrize("verb", [actions.note, actions.answer])
def test_nothing_is_not_written_down(world, people, verb):
    with pytest.raises(DomainError):
        verb(world.log(), text=" \n", by=people.service_manager, at=LATER)


# Hand over.


def test_a_question_returns_with_its_answer(world, people):
    request = world.log()
    handover = actions.hand_over(
        request,
        department="sales",
        question="可否打折？",
        due_at=LATER + HOUR,
        asked_of=people.sales,
        by=people.service_manager,
        at=LATER,
    )
    assert ("handed_over", people.sales) in told()

    handover = actions.answer_handover(handover, answer="九折", by=people.sales, at=LATER)

    assert (handover.status, handover.answer) == (HandoverStatus.ANSWERED, "九折")
    assert ("handover_answered", people.service_manager) in told()
    for settle in (
        lambda: actions.answer_handover(handover, answer="八折", by=people.sales, at=LATER),
        lambda: actions.withdraw_handover(handover, by=people.sales, at=LATER),
    ):
        with pytest.raises(DomainError):
            settle()


def test_a_question_to_a_department_is_heard_by_all_of_it(world, people):
    actions.hand_over(
        world.log(),
        department="logistics",
        question="何时到货？",
        due_at=LATER + HOUR,
        by=people.service_manager,
        at=LATER,
    )

    assert ("handed_over", people.storekeeper) in told()


def test_an_answer_cannot_be_due_before_the_question(world, people):
    with pytest.raises(DomainError) as no:
        actions.hand_over(
            world.log(),
            department="sales",
            question="？",
            due_at=LATER,
            by=people.service_manager,
            at=LATER,
        )

    assert no.value.field == "due_at"


def test_an_answer_that_did_not_come_is_told_once(world, people):
    people.sales.supervisor = people.department_head
    people.sales.save()
    handover = HandoverFactory(
        service_request=world.log(), asked_of=people.sales, due_at=LATER + HOUR
    )

    assert actions.tell_overdue_handovers(at=handover.due_at - HOUR / 60) == 0
    assert actions.tell_overdue_handovers(at=handover.due_at) == 1
    assert actions.tell_overdue_handovers(at=handover.due_at) == 0
    heard = {person for verb, person in told() if verb == "handover_overdue"}
    assert heard == {people.service_manager, people.sales, people.department_head}


def test_an_answered_one_is_not_overdue(world, people):
    handover = HandoverFactory(service_request=world.log(), due_at=LATER + HOUR)
    actions.answer_handover(handover, answer="可以", by=people.sales, at=LATER)

    assert actions.tell_overdue_handovers(at=LATER + 9 * HOUR) == 0


def test_verbs_of_work_are_refused_on_what_is_finished(world, people):
    request = actions.cancel(world.log(), reason="误报", by=people.service_manager, at=LATER)
    by = {"by": people.service_manager, "at": LATER}
    verbs = [
        lambda: actions.accept(request, **by),
        lambda: actions.transfer(request, to=people.field_engineer, reason="x", **by),
        lambda: actions.escalate(request, to_ring=2, reason="x", **by),
        lambda: actions.respond(request, **by),
        lambda: actions.arrive(request, **by),
        lambda: actions.restore(request, **by),
        lambda: actions.change_priority(request, priority=1, reason="x", **by),
        lambda: actions.put_on_hold(request, reason=world.waiting, **by),
        lambda: actions.resume(request, **by),
        lambda: actions.resolve(request, resolution="x", **by),
        lambda: actions.cancel(request, reason="x", **by),
        lambda: actions.close(request, **by),
        lambda: actions.reopen(request, reason="x", **by),
        lambda: actions.ask_customer(request, answer="satisfied", **by),
        lambda: actions.hand_over(
            request, department="sales", question="x", due_at=LATER + HOUR, **by
        ),
    ]
    before = Activity.objects.count()

    for verb in verbs:
        with pytest.raises(DomainError):
            verb()

    assert Activity.objects.count() == before
    actions.note(request, text="客户又来电", **by)


def test_a_stranger_outlet_is_not_touched(world, people):
    outlet = OutletFactory(code="WH", name="武汉网点")

    assert outlet not in world.log().outlets.all()
