"""How the verbs are worded, and who hears of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.choices import Department, Role
from employees.models import Employee
from employees.queries import told_in_words
from service_requests.models import Handover, ServiceRequest


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
@heard_by("service_requests.asked_not_satisfied")
@heard_by("service_requests.closed")
@heard_by("service_requests.repeated")
@heard_by("service_requests.prioritised")
@heard_by("service_requests.cover_applied")
@heard_by("service_requests.recalculated")
def owner(service_request: ServiceRequest, _activity: Activity) -> People:
    return [service_request.owner]


def who_was_chosen(_service_request: ServiceRequest, activity: Activity) -> People:
    """The person, or who stood in at that moment: the verb has chosen, and the trail says why."""
    chosen = [told["id"] for told in activity.details.get("told", ())]
    return Employee.objects.active().filter(pk__in=chosen)


for target in WARNED:
    heard_by(f"service_requests.{target}_warned", NoticeKind.REMINDER)(who_was_chosen)
    heard_by(f"service_requests.{target}_overdue", NoticeKind.ALARM)(who_was_chosen)
    heard_by(f"service_requests.{target}_overdue", NoticeKind.ALARM)(owner)
for verb in ("escalated", *(f"climbed_{cause}" for cause in CLIMBED)):
    heard_by(f"service_requests.{verb}", NoticeKind.ALARM)(who_was_chosen)
    heard_by(f"service_requests.{verb}")(owner)


@heard_by("service_requests.handed_back", NoticeKind.ASSIGNMENT)
def owner_again(service_request: ServiceRequest, _activity: Activity) -> People:
    return [service_request.owner]


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
    """The person, or everybody of the department where it has a role of its own."""
    handover = handover_of(activity)
    if handover is None:
        return []
    if handover.asked_of:
        return [handover.asked_of]
    role = ROLE_OF_DEPARTMENT.get(Department(handover.department))
    return Employee.objects.active().filter(role=role) if role else []


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
    return [service_request.owner, handover.asked_by, asked, asked.supervisor if asked else None]


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
