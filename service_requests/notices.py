"""How the verbs are worded, and who hears of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from crmservice.delivery.letters import Letter, letter
from employees.choices import Department, Place, Role
from employees.models import Employee
from employees.queries import told_in_words, with_stand_in
from service_requests.models import CallBack, Handover, ServiceRequest, Survey


def who_was_told(details: Mapping[str, Any]) -> str:
    """Whom the activity's alarm reached, and in whose place."""
    return " · ".join(map(told_in_words, details.get("told", ())))


say("service_requests.logged", _("logged the request"), icon="headset", kind="info")
say("service_requests.changed", _("changed the request"), icon="pencil")
say(
    "service_requests.prioritised",
    _("set the priority to %(after)s: %(reason)s"),
    icon="adjustments",
)
say("service_requests.cover_applied", _("applied another cover: %(reason)s"), icon="shield-check")
say(
    "service_requests.cover_refused",
    _("decided that it is not covered: %(reason)s"),
    icon="shield-off",
    kind="warning",
)
say("service_requests.responded", _("spoke to the customer"), icon="phone", kind="good")
say("service_requests.answered", _("answered the customer"), icon="send", kind="accent")
say("service_requests.noted", _("wrote a note"), icon="note")
say("service_requests.accepted", _("accepted the request"), icon="user-check", kind="info")
say(
    "service_requests.transferred",
    _("transferred the request to %(to)s: %(reason)s"),
    icon="transfer",
    kind="info",
)
say(
    "service_requests.escalated",
    _("escalated to ring %(ring)s: %(reason)s"),
    icon="arrow-up",
    kind="warning",
    note=who_was_told,
)
say(
    "service_requests.handed_back",
    _("handed it back to ring %(ring)s: %(reason)s"),
    icon="arrow-down",
    kind="info",
)
say(
    "service_requests.taken_over",
    _("took it over in ring %(ring)s from %(before)s"),
    icon="user-check",
    kind="info",
)
CLIMBED = {
    "response": _("ring %(ring)s: %(threshold)s %% of the response time used"),
    "arrival": _("ring %(ring)s: %(threshold)s %% of the time to arrival used"),
    "restore": _("ring %(ring)s: %(threshold)s %% of the restore time used"),
    "resolve": _("ring %(ring)s: %(threshold)s %% of the resolution time used"),
    "repeat": _("ring %(ring)s: the fault came back on the same device"),
    "complaint": _("ring %(ring)s: it is a complaint"),
    "tier": _("ring %(ring)s: a customer of this tier"),
    "holds_expired": _("ring %(ring)s: holds outlived their expiry %(threshold)s times"),
    "held": _("ring %(ring)s: on hold for %(threshold)s hours"),
    "transfers": _("ring %(ring)s: transferred %(threshold)s times"),
    "unanswered": _("ring %(ring)s: a hand-over is unanswered, %(threshold)s hours overdue"),
}
for cause, words in CLIMBED.items():
    say(
        f"service_requests.climbed_{cause}",
        words,
        icon="arrow-up",
        kind="warning",
        note=who_was_told,
    )
WARNED = {
    "response": _("%(percent)s %% of the response time used, due %(due_at)s"),
    "arrival": _("%(percent)s %% of the time to arrival used, due %(due_at)s"),
    "restore": _("%(percent)s %% of the restore time used, due %(due_at)s"),
    "resolve": _("%(percent)s %% of the resolution time used, due %(due_at)s"),
}
for target, words in WARNED.items():
    say(
        f"service_requests.{target}_warned",
        words,
        icon="hourglass",
        kind="warning",
        note=who_was_told,
    )
say("service_requests.warnings_set", _("set when this clock warns"), icon="hourglass")
say("service_requests.rule_created", _("made the rule"), icon="plus")
say("service_requests.rule_changed", _("changed the rule"), icon="pencil")
say(
    "service_requests.merged",
    _("merged it into %(survivor)s: %(reason)s"),
    icon="git-merge",
    kind="info",
)
say(
    "service_requests.merge_undone",
    _("undid its merge into %(survivor)s: %(reason)s"),
    icon="arrow-back-up",
    kind="info",
)
say("service_requests.involved", _("involved the outlet %(outlet)s"), icon="building")
say("service_requests.handed_over", _("asked another department: %(question)s"), icon="help-circle")
say("service_requests.handover_answered", _("answered the hand-over: %(answer)s"), icon="message-2")
say("service_requests.handover_withdrawn", _("withdrew the hand-over"), icon="ban")
say(
    "service_requests.handover_overdue",
    _("the hand-over has not been answered in time"),
    icon="alert-triangle",
    kind="warning",
)
say("service_requests.held", _("put it on hold: %(reason)s"), icon="player-pause", kind="waiting")
say("service_requests.resumed", _("resumed it"), icon="player-play", kind="info")
say(
    "service_requests.hold_expired",
    _("the hold has expired, the clocks run again"),
    icon="hourglass",
    kind="warning",
)
say("service_requests.arrived", _("arrived on site"), icon="map-pin", kind="good")
say("service_requests.restored", _("it works again"), icon="bolt", kind="good")
say(
    "service_requests.resolved",
    _("resolved the request: %(resolution)s"),
    icon="checks",
    kind="good",
)
say(
    "service_requests.repeated",
    _("recognised as a repeat of %(earlier)s"),
    icon="repeat",
    kind="warning",
)
say("service_requests.coded", _("recorded fault code %(fault_code)s, cause: %(cause)s"), icon="tag")
say(
    "service_requests.asked_satisfied",
    _("asked the customer, who is satisfied"),
    icon="thumb-up",
    kind="good",
)
say("service_requests.article_drafted", _("drafted the article %(article)s from it"), icon="book")
say(
    "service_requests.asked_not_satisfied",
    _("asked the customer, who is not satisfied"),
    icon="mood-sad",
    kind="bad",
)
say("service_requests.asked_not_reached", _("did not reach the customer"), icon="phone")
say("service_requests.closed", _("closed the request"), icon="lock")
say(
    "service_requests.closed_unasked",
    _("closed it without the customer's answer: %(reason)s"),
    icon="lock",
    kind="warning",
)
say(
    "service_requests.reopened",
    _("reopened the request: %(reason)s"),
    icon="refresh",
    kind="warning",
)
say("service_requests.cancelled", _("cancelled the request: %(reason)s"), icon="ban")
OVERDUE = {
    "response": _("response overdue"),
    "arrival": _("arrival overdue"),
    "restore": _("restore overdue"),
    "resolve": _("resolution overdue"),
}
for target, words in OVERDUE.items():
    say(
        f"service_requests.{target}_overdue",
        words,
        icon="alert-triangle",
        kind="bad",
        note=who_was_told,
    )

say(
    "service_requests.recalculated",
    _("recalculated the clocks, since %(since)s was changed. %(reasons)s"),
    icon="clock",
    kind="warning",
)
say("service_requests.response_moved", _("Response: %(before_at)s → %(after_at)s."))
say("service_requests.arrival_moved", _("Arrival: %(before_at)s → %(after_at)s."))
say("service_requests.restore_moved", _("Restore: %(before_at)s → %(after_at)s."))
say("service_requests.resolve_moved", _("Resolution: %(before_at)s → %(after_at)s."))
say(
    "service_requests.recalculation_asked",
    _("had the clocks of %(count)s open requests recalculated"),
    icon="clock",
)
say(
    "service_requests.recalculation_finished",
    _("looked at %(count)s open requests, the clocks of %(changed)s moved"),
    icon="checks",
)

OFTEN_TRANSFERRED = 3
ROLE_OF_DEPARTMENT = {
    Department.SERVICE: Role.SERVICE_MANAGER,
    Department.SALES: Role.SALES,
    Department.LOGISTICS: Role.STOREKEEPER,
}

People = Iterable[Employee | None]


def there_or_stand_ins(people: Iterable[Employee | None], activity: Activity) -> list[Employee]:
    """The people, and for who is absent who stands in."""
    known = [person for person in people if person is not None]
    return [each for person in known for each in with_stand_in(person, at=activity.at)]


say("service_requests.survey_sent", _("made a survey link for the customer"), icon="star")
say(
    "service_requests.survey_answered",
    _("survey answered, recommendation %(nps)s"),
    icon="star",
    kind="good",
)
say(
    "service_requests.survey_changed",
    _("survey answer changed, recommendation %(nps)s"),
    icon="star",
)


say("service_requests.survey_mailed", _("asked %(to)s by mail how it was"), icon="mail")
say("service_requests.survey_reminded", _("asked %(to)s by mail once more"), icon="mail")
say("service_requests.round_drawn", _("drew %(count)s customers to be asked"), icon="users")
say("service_requests.dimension_added", _("added the question"), icon="plus")
say("service_requests.dimension_changed", _("changed the question"), icon="pencil")
say(
    "service_requests.call_back_opened",
    _("%(customer)s is not content: to be called by %(due_at)s"),
    icon="mood-sad",
    kind="warning",
)
say(
    "service_requests.call_back_tried",
    _("did not reach %(customer)s: %(said)s"),
    icon="phone",
)
say(
    "service_requests.called_back_content",
    _("called %(customer)s, who is content now: %(said)s"),
    icon="mood-happy",
    kind="good",
)
say(
    "service_requests.called_back_remains",
    _("called %(customer)s, something is still to be done: %(said)s"),
    icon="phone",
    kind="warning",
)
say(
    "service_requests.call_back_overdue",
    _("%(customer)s was not content and has not been called in time"),
    icon="alert-triangle",
    kind="bad",
)


@letter("service_requests.survey_mailed")
def how_was_it(survey: Survey, _details: Activity) -> Letter:
    return asking(survey, gettext("How did we do?"))


@letter("service_requests.survey_reminded")
def how_was_it_once_more(survey: Survey, _details: Activity) -> Letter:
    return asking(survey, gettext("Would you still tell us how we did?"))


def asking(survey: Survey, subject: str) -> Letter:
    """The link; nothing counts before the customer sends the answer."""
    token = survey.token
    service_request = survey.service_request
    what = (
        gettext("Your request %(number)s (%(subject)s) is done.")
        % {"number": service_request.number, "subject": service_request.subject}
        if service_request
        else gettext("Each quarter we ask some of our customers how content they are with us.")
    )
    return Letter(
        subject=subject,
        paragraphs=[what, gettext("How was it? Your answer takes a minute, and we read it.")],
        action=gettext("Say how it was") if token else "",
        url=reverse("service_requests:survey_link", args=[token]) if token else "",
    )


say(
    "service_requests.complaint_acknowledged",
    _("acknowledged the complaint"),
    icon="check",
    kind="good",
)
say("service_requests.complaint_investigated", _("found out: %(findings)s"), icon="search")
say(
    "service_requests.complaint_remedied", _("for the customer: %(remedy)s"), icon="heart-handshake"
)
say("service_requests.complaint_answered", _("answered the complaint"), icon="send", kind="good")
say(
    "service_requests.goodwill_given",
    _("gave %(amount)s as goodwill: %(reason)s"),
    icon="coin",
    kind="info",
)
say(
    "service_requests.complaint_unacknowledged",
    _("the complaint was not acknowledged in time"),
    icon="alert-triangle",
    kind="bad",
)
say(
    "service_requests.complaint_unanswered",
    _("the complaint was not answered in time"),
    icon="alert-triangle",
    kind="bad",
)


@heard_by("service_requests.complaint_unacknowledged", NoticeKind.ALARM)
@heard_by("service_requests.complaint_unanswered", NoticeKind.ALARM)
def who_lets_it_lie(service_request: ServiceRequest, activity: Activity) -> People:
    """The owner and the supervisor; of one that nobody owns, the managers."""
    owner = service_request.owner
    if owner is None:
        return managers(service_request)
    return there_or_stand_ins([owner, owner.supervisor], activity)


@heard_by("service_requests.call_back_opened", NoticeKind.ASSIGNMENT)
def who_calls(call_back: CallBack, activity: Activity) -> People:
    return there_or_stand_ins([call_back.owner], activity)


@heard_by("service_requests.call_back_overdue", NoticeKind.ALARM)
def who_should_have_called(call_back: CallBack, activity: Activity) -> People:
    """And the supervisor; where nobody was found, the heads."""
    owner = call_back.owner
    if owner is None:
        return Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    return there_or_stand_ins([owner, owner.supervisor], activity)


@heard_by("service_requests.called_back_content")
@heard_by("service_requests.called_back_remains")
def who_had_the_request(call_back: CallBack, _activity: Activity) -> People:
    service_request = call_back.survey.service_request
    return [service_request.owner] if service_request else []


@heard_by("service_requests.accepted")
@heard_by("service_requests.resolved")
def first_responder(service_request: ServiceRequest, _activity: Activity) -> People:
    """Who took the call asks the customer afterwards."""
    return [service_request.first_responder, service_request.owner]


@heard_by("service_requests.transferred", NoticeKind.ASSIGNMENT)
@heard_by("service_requests.cancelled")
@heard_by("service_requests.noted")
@heard_by("service_requests.answered")
@heard_by("service_requests.held")
@heard_by("service_requests.resumed")
@heard_by("service_requests.hold_expired", NoticeKind.ALARM)
def owner_or_stand_in(service_request: ServiceRequest, activity: Activity) -> People:
    return there_or_stand_ins([service_request.owner], activity)


@heard_by("service_requests.merged")
@heard_by("service_requests.merge_undone")
def owners_of_both(service_request: ServiceRequest, activity: Activity) -> People:
    """Whose request it was, and whose it is now."""
    survivor = ServiceRequest.objects.filter(number=activity.details["survivor"]).first()
    return [service_request.owner, survivor.owner if survivor else None]


@heard_by("service_requests.asked_not_satisfied")
@heard_by("service_requests.closed")
@heard_by("service_requests.repeated")
@heard_by("service_requests.prioritised")
@heard_by("service_requests.cover_applied")
@heard_by("service_requests.cover_refused")
@heard_by("service_requests.recalculated")
def owner(service_request: ServiceRequest, _activity: Activity) -> People:
    return [service_request.owner]


def who_was_chosen(_service_request: ServiceRequest, activity: Activity) -> People:
    """The person, or who stood in at that moment: the verb has chosen, and the trail says why."""
    chosen = [told["id"] for told in activity.details.get("told", ())]
    return Employee.objects.active().filter(pk__in=chosen)


def who_is_on_call(_service_request: ServiceRequest, activity: Activity) -> People:
    """Of those who were chosen: to be on call means to be woken."""
    told = activity.details.get("told", ())
    on_call = [each["id"] for each in told if each["place"] == Place.ON_CALL]
    return Employee.objects.active().filter(pk__in=on_call)


for target in WARNED:
    heard_by(f"service_requests.{target}_warned", NoticeKind.REMINDER)(who_was_chosen)
    heard_by(f"service_requests.{target}_warned", NoticeKind.ALARM)(who_is_on_call)
    heard_by(f"service_requests.{target}_overdue", NoticeKind.ALARM)(who_was_chosen)
    heard_by(f"service_requests.{target}_overdue", NoticeKind.ALARM)(owner)
for verb in ("escalated", *(f"climbed_{cause}" for cause in CLIMBED)):
    heard_by(f"service_requests.{verb}", NoticeKind.ALARM)(who_was_chosen)
    heard_by(f"service_requests.{verb}")(owner)


@heard_by("service_requests.handed_back", NoticeKind.ASSIGNMENT)
def owner_again(service_request: ServiceRequest, _activity: Activity) -> People:
    """And who was told when it climbed: that is over."""
    climbed = service_request.escalations.exclude(to=None).order_by("-pk").first()
    return [service_request.owner, climbed.to if climbed else None]


@heard_by("service_requests.taken_over")
def owner_before(service_request: ServiceRequest, activity: Activity) -> People:
    before = Employee.objects.active().filter(pk=activity.details.get("before_id"))
    return [*before, service_request.first_responder]


@heard_by("service_requests.reopened")
def owner_and_supervisor(service_request: ServiceRequest, _activity: Activity) -> People:
    """One that nobody owns is heard of by the managers of its outlets."""
    if service_request.owner is None:
        return managers(service_request)
    return [service_request.owner, service_request.owner.supervisor]


@heard_by("service_requests.transferred", NoticeKind.ALARM)
def managers_after_the_third(service_request: ServiceRequest, activity: Activity) -> People:
    often = activity.details.get("transfers", 0) >= OFTEN_TRANSFERRED
    return managers(service_request) if often else []


@heard_by("service_requests.involved", NoticeKind.ASSIGNMENT)
def coordinators(_service_request: ServiceRequest, activity: Activity) -> People:
    return Employee.objects.active().filter(
        outlet=activity.details.get("outlet_id"), role=Role.PARTNER_COORDINATOR
    )


@heard_by("service_requests.handed_over", NoticeKind.ASSIGNMENT)
@heard_by("service_requests.handover_withdrawn", NoticeKind.ASSIGNMENT)
def who_was_asked(_service_request: ServiceRequest, activity: Activity) -> People:
    """The person, or everybody of the department; one without a role of its own is found by the
    department heads.
    """
    handover = handover_of(activity)
    if handover is None:
        return []
    if handover.asked_of:
        return [handover.asked_of]
    role = ROLE_OF_DEPARTMENT.get(Department(handover.department), Role.DEPARTMENT_HEAD)
    return Employee.objects.active().filter(role=role)


@heard_by("service_requests.handover_answered")
def who_asked(service_request: ServiceRequest, activity: Activity) -> People:
    handover = handover_of(activity)
    return [service_request.owner, handover.asked_by if handover else None]


@heard_by("service_requests.handover_overdue", NoticeKind.ALARM)
def everybody_of_the_handover(service_request: ServiceRequest, activity: Activity) -> People:
    """Also the supervisor of who was asked: an overdue answer is escalated."""
    handover = handover_of(activity)
    if handover is None:
        return []
    asked = handover.asked_of
    people = [service_request.owner, handover.asked_by, asked, asked.supervisor if asked else None]
    return there_or_stand_ins(people, activity)


@heard_by("service_requests.closed_unasked")
def department_heads(_service_request: ServiceRequest, _activity: Activity) -> People:
    return Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)


def managers(service_request: ServiceRequest) -> People:
    """The service managers of the outlets that have the request, else the department heads."""
    active = Employee.objects.active()
    of_outlets = active.filter(
        role=Role.SERVICE_MANAGER, outlet__in=service_request.outlets.values("pk")
    )
    return list(of_outlets) or list(active.filter(role=Role.DEPARTMENT_HEAD))


def handover_of(activity: Activity) -> Handover | None:
    named = Handover.objects.filter(pk=activity.details.get("handover"))
    return named.select_related("asked_of__supervisor", "asked_by").first()
