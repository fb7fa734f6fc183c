"""Resolve, ask, close, reopen, cancel: the rules of the end, both sides of each."""

from datetime import timedelta

import pytest

from contracts.choices import Cover
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from service_requests import actions
from service_requests.choices import Answer, HandoverStatus, Kind, Status, Target, TimerState
from service_requests.models import NOTHING_DUE_FOR
from service_requests.signals import (
    closing_checks,
    service_request_cancelled,
    service_request_closed,
    service_request_reopened,
    service_request_resolved,
)
from tests.factories.assets import AssetFactory
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory
from tests.factories.service_requests import HOUR, OPENED_AT, HandoverFactory, SurveyFactory

pytestmark = pytest.mark.django_db
LATER = OPENED_AT + HOUR
DAY = timedelta(days=1)


@pytest.fixture
def by(people):
    return {"by": people.service_manager, "at": LATER}


@pytest.fixture
def resolve(world, people):
    def carry_out(request=None, *, at=LATER, **words):
        request = request or world.log()
        words = {"resolution": "更换轴封", "fault_code": world.code, "cause": "磨损", **words}
        return actions.resolve(request, by=people.service_manager, at=at, **words)

    return carry_out


@pytest.fixture
def objections():
    """What a higher floor says against closing."""
    said = []

    def object_to(**_):
        return said

    closing_checks.connect(object_to)
    yield said
    closing_checks.disconnect(object_to)


def states(request):
    return {timer.target: timer.state for timer in request.sla_timers.filter(spell=request.spell)}


# Resolve.


def test_resolving_meets_every_promise_but_a_visit_that_was_not_needed(world, resolve):
    request = resolve(world.log(responded=False, visit_promised=True))

    assert states(request) == {
        Target.RESPONSE: TimerState.MET,
        Target.ARRIVAL: TimerState.CANCELLED,
        Target.RESTORE: TimerState.MET,
        Target.RESOLVE: TimerState.MET,
    }
    assert (request.responded_at, request.restored_at, request.resolved_at) == (LATER,) * 3
    assert (request.next_due_at, request.next_target) == (None, "")
    assert request.queue_at == OPENED_AT + NOTHING_DUE_FOR


def test_what_was_met_before_keeps_its_time(world, resolve, people):
    request = world.log()
    actions.restore(request, by=people.service_manager, at=LATER)

    request = resolve(request, at=LATER + HOUR)

    assert request.restored_at == LATER
    assert request.sla_timers.get(target=Target.RESTORE).stopped_at == LATER


def test_an_enquiry_is_not_restored(world, resolve):
    assert resolve(world.log(kind=Kind.ENQUIRY)).restored_at is None


def test_a_resolution_says_something(world, resolve):
    with pytest.raises(DomainError) as no:
        resolve(resolution="  ")

    assert no.value.field == "resolution"


def test_resolving_ends_the_hold(world, resolve, people):
    request = actions.put_on_hold(
        world.log(), reason=world.waiting, by=people.service_manager, at=LATER
    )

    request = resolve(request, at=LATER + HOUR)

    assert request.holds.get().ends_at == LATER + HOUR
    assert request.status == Status.RESOLVED


def test_the_article_that_solved_it_is_credited(world, resolve):
    article = ArticleFactory(published=True)

    request = resolve(solved_by=article)

    article.refresh_from_db()
    assert (request.solved_by, article.use_count) == (article, 1)


@pytest.mark.parametrize(
    ("days", "is_repeat"), [(0, True), (90, True), (91, False)], ids=["at once", "90", "91"]
)
def test_the_same_fault_on_the_device_within_90_days_is_a_repeat(world, resolve, days, is_repeat):
    component = AssetFactory(component=True, parent=world.asset)
    earlier = resolve(world.log(asset=component))

    later = resolve(world.log(at=LATER + days * DAY), at=LATER + days * DAY + HOUR)

    assert later.repeat_of == (earlier if is_repeat else None)
    told = Activity.objects.filter(verb="service_requests.repeated")
    assert told.exists() == is_repeat


def test_another_fault_or_another_device_is_no_repeat(world, resolve):
    resolve()
    other_device = AssetFactory(customer=world.customer)

    assert resolve(fault_code=FaultCodeFactory(code="OTHER")).repeat_of is None
    assert resolve(world.log(asset=other_device, at=LATER), at=LATER).repeat_of is None


def test_a_fault_before_the_earlier_one_was_resolved_is_no_repeat(world, resolve):
    first, second = world.log(), world.log()

    resolve(first)

    assert resolve(second).repeat_of is None


def test_a_known_fault_is_recognised_when_it_is_logged(world, resolve):
    earlier = resolve()

    assert world.log(fault_code=world.code, at=LATER + HOUR).repeat_of == earlier


# Ask and close.


def test_the_file_is_closed_when_the_customer_is_satisfied(resolve, by):
    request = actions.ask_customer(resolve(), answer=Answer.SATISFIED, **by)

    request = actions.close(request, **by)

    assert (request.status, request.closed_at) == (Status.CLOSED, LATER)


def test_a_survey_is_an_answer(resolve, by):
    request = resolve()
    survey = SurveyFactory(service_request=request)
    with pytest.raises(DomainError):
        actions.close(request, **by)

    survey.answered_at = survey.sent_at
    survey.save()

    assert actions.close(request, **by).status == Status.CLOSED


@pytest.mark.parametrize("answer", ["", Answer.NOT_REACHED, Answer.NOT_SATISFIED])
def test_without_a_satisfied_customer_it_stays_open(resolve, by, answer):
    request = resolve()
    if answer:
        actions.ask_customer(request, answer=answer, **by)

    with pytest.raises(DomainError):
        actions.close(request, **by)


def test_the_customer_is_asked_only_once_it_is_resolved(world, by):
    with pytest.raises(DomainError):
        actions.ask_customer(world.log(), answer=Answer.SATISFIED, **by)


@pytest.mark.parametrize("missing", ["fault_code", "cause"])
def test_a_fault_is_closed_with_code_and_cause(resolve, by, world, missing):
    words = {"fault_code": None} if missing == "fault_code" else {"cause": ""}
    request = actions.ask_customer(resolve(**words), answer=Answer.SATISFIED, **by)
    with pytest.raises(DomainError):
        actions.close(request, **by)

    actions.record_codes(request, fault_code=world.code, cause="磨损", **by)

    assert actions.close(request, **by).status == Status.CLOSED


def test_codes_are_recorded_until_the_file_is_closed(resolve, by, world):
    request = actions.record_codes(world.log(), fault_code=world.code, cause="磨损", **by)
    assert (request.fault_code, request.cause) == (world.code, "磨损")
    request = actions.ask_customer(resolve(request), answer=Answer.SATISFIED, **by)
    request = actions.close(request, **by)

    with pytest.raises(DomainError):
        actions.record_codes(request, fault_code=None, cause="", **by)


def test_an_enquiry_needs_no_codes(world, resolve, by):
    request = resolve(world.log(kind=Kind.ENQUIRY), fault_code=None, cause="")

    actions.ask_customer(request, answer=Answer.SATISFIED, **by)

    assert actions.close(request, **by).status == Status.CLOSED


def test_an_open_question_stands_against_closing(resolve, by):
    request = actions.ask_customer(resolve(), answer=Answer.SATISFIED, **by)
    handover = HandoverFactory(service_request=request)
    with pytest.raises(DomainError):
        actions.close(request, **by)

    actions.withdraw_handover(handover, **by)

    assert actions.close(request, **by).status == Status.CLOSED


def test_higher_floors_may_object(resolve, by, objections):
    request = actions.ask_customer(resolve(), answer=Answer.SATISFIED, **by)
    objections.append("T-1 is not done.")

    with pytest.raises(DomainError, match="T-1 is not done"):
        actions.close(request, **by)


def test_higher_floors_may_object_by_raising(resolve, by):
    request = actions.ask_customer(resolve(), answer=Answer.SATISFIED, **by)

    def refuse(**_):
        raise DomainError("O-1 is open.")

    closing_checks.connect(refuse)
    try:
        with pytest.raises(DomainError, match="O-1 is open"):
            actions.close(request, **by)
    finally:
        closing_checks.disconnect(refuse)


def test_without_an_answer_it_is_closed_after_seven_days(resolve, people, objections):
    request, head = resolve(), people.department_head
    due = request.resolved_at + 7 * DAY

    for at, reason in ((due - HOUR / 3600, "未接"), (due, " ")):
        with pytest.raises(DomainError):
            actions.close_unasked(request, reason=reason, by=head, at=at)
    objections.append("T-1 is not done.")
    with pytest.raises(DomainError):
        actions.close_unasked(request, reason="未接", by=head, at=due)
    objections.clear()

    request = actions.close_unasked(request, reason="未接", by=head, at=due)

    assert (request.status, request.closing_reason) == (Status.CLOSED, "未接")


# Reopen and cancel.


def test_a_reopened_request_has_clocks_of_its_own(world, resolve, people):
    request = resolve(world.log(responded=False), at=OPENED_AT + 4 * HOUR + HOUR)
    first = {timer.target: timer.state for timer in request.sla_timers.all()}
    assert first[Target.RESPONSE] == TimerState.BREACHED

    request = actions.reopen(
        request, reason="又响了", by=people.service_manager, at=OPENED_AT + DAY
    )

    assert (request.status, request.spell, request.resolved_at) == (Status.IN_PROGRESS, 2, None)
    assert {timer.target: timer.state for timer in request.sla_timers.filter(spell=1)} == first
    assert set(states(request).values()) == {TimerState.RUNNING}
    assert request.next_due_at == OPENED_AT + DAY + 4 * HOUR
    assert request.next_target == Target.RESPONSE


def test_the_reopened_spell_is_met_by_itself(world, resolve, people):
    request = actions.reopen(
        resolve(), reason="又响了", by=people.service_manager, at=OPENED_AT + DAY
    )

    request = resolve(request, at=OPENED_AT + DAY + HOUR)

    assert set(states(request).values()) == {TimerState.MET}
    assert request.resolved_at == OPENED_AT + DAY + HOUR
    assert request.responded_at == OPENED_AT


def test_a_closed_file_can_be_reopened_and_has_to_be_asked_again(resolve, by):
    request = actions.ask_customer(resolve(), answer=Answer.SATISFIED, **by)
    request = actions.reopen(actions.close(request, **by), reason="又响了", **by)

    assert (request.closed_at, request.customer_answer) == (None, "")


def test_what_was_decided_stays_when_it_is_cancelled(world, people):
    request = world.log(responded=False)
    HandoverFactory(service_request=request)
    actions.record_breaches(at=OPENED_AT + 4 * HOUR)

    request = actions.cancel(
        request, reason="误报", by=people.service_manager, at=OPENED_AT + 5 * HOUR
    )

    assert states(request) == {
        Target.RESPONSE: TimerState.BREACHED,
        Target.RESTORE: TimerState.CANCELLED,
        Target.RESOLVE: TimerState.CANCELLED,
    }
    assert request.cancelled_at == OPENED_AT + 5 * HOUR
    assert request.handovers.get().status == HandoverStatus.WITHDRAWN


def test_a_late_beat_does_not_hide_a_breach(world, resolve):
    """Nobody recorded it when it was due; resolving does, before it stops the clock."""
    request = resolve(world.log(responded=False), at=OPENED_AT + 5 * HOUR)

    response = request.sla_timers.get(target=Target.RESPONSE)
    assert response.breached_at == OPENED_AT + 4 * HOUR
    assert response.late_by == HOUR
    told = Activity.objects.get(verb="service_requests.response_overdue")
    assert told.at == OPENED_AT + 4 * HOUR


def test_met_at_the_very_second_is_kept(world, resolve):
    request = resolve(world.log(responded=False), at=OPENED_AT + 4 * HOUR)

    assert states(request)[Target.RESPONSE] == TimerState.MET


@pytest.mark.parametrize(
    ("signal", "verb"),
    [
        (service_request_resolved, "resolved"),
        (service_request_closed, "closed"),
        (service_request_reopened, "reopened"),
        (service_request_cancelled, "cancelled"),
    ],
)
def test_the_ends_are_announced_and_a_receiver_can_undo_them(world, resolve, by, signal, verb):
    verbs = {
        "resolved": lambda: resolve(request),
        "closed": lambda: actions.close(request, **by),
        "reopened": lambda: actions.reopen(request, reason="x", **by),
        "cancelled": lambda: actions.cancel(request, reason="x", **by),
    }
    request = world.log()
    if verb in {"closed", "reopened"}:
        request = actions.ask_customer(resolve(request), answer=Answer.SATISFIED, **by)
    before = request.status

    def refuse(**_):
        raise DomainError("no")

    signal.connect(refuse)
    try:
        with pytest.raises(DomainError):
            verbs[verb]()
    finally:
        signal.disconnect(refuse)

    request.refresh_from_db()
    assert request.status == before
    assert not Activity.objects.filter(verb=f"service_requests.{verb}").exists()


def test_the_cover_is_what_it_was_through_it_all(resolve, by):
    assert resolve().cover == Cover.IN_WARRANTY
