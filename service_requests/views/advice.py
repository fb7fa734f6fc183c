"""What this person should do now, and what else can be done: words and addresses for the page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice import addresses
from crmservice.web.panels import Step, gather
from employees.models import Employee
from service_requests import policies
from service_requests.choices import TRANSITIONS, Answer, HandoverStatus, Kind, Status, Target
from service_requests.models import Handover, ServiceRequest, SlaTimer
from service_requests.queries import (
    closing_objections,
    may_close_unasked_from,
    may_undo_merge_until,
    merge_of,
    was_asked,
)
from service_requests.signals import next_steps


@dataclass(frozen=True)
class Offer:
    """A verb that is possible now."""

    verb: str
    label: str | Promise
    symbol: str
    url: str
    post: bool = False
    key: str = ""


IN_SIGHT = 4  # verbs beside the next step; the others open on demand
OFFERS: dict[str, tuple[str | Promise, str, str]] = {
    "accept": (gettext_lazy("Accept"), "user-check", "a"),
    "take_over": (gettext_lazy("Take over"), "user-check", ""),
    "respond": (gettext_lazy("Customer spoken to"), "phone", ""),
    "resume": (gettext_lazy("Resume"), "player-play", "s"),
    "resolve": (gettext_lazy("Resolve"), "checks", "c"),
    "ask_customer": (gettext_lazy("Ask the customer"), "user-question", ""),
    "reopen": (gettext_lazy("Reopen"), "refresh", ""),
    "put_on_hold": (gettext_lazy("Put on hold"), "player-pause", "s"),
    "hand_over": (gettext_lazy("Hand over"), "arrow-forward-up", "h"),
    "arrive": (gettext_lazy("Arrived on site"), "map-pin", ""),
    "restore": (gettext_lazy("Works again"), "bolt", ""),
    "transfer": (gettext_lazy("Transfer"), "transfer", "t"),
    "escalate": (gettext_lazy("Escalate"), "arrow-up", ""),
    "hand_back": (gettext_lazy("Hand back"), "arrow-down", ""),
    "send_survey": (gettext_lazy("Survey link"), "link", ""),
    "survey_by_telephone": (gettext_lazy("Survey by telephone"), "star", ""),
    "record_codes": (gettext_lazy("Fault code and cause"), "tag", ""),
    "draft_article": (gettext_lazy("Draft an article"), "book", ""),
    "involve": (gettext_lazy("Involve an outlet"), "building", ""),
    "change_priority": (gettext_lazy("Set the priority"), "adjustments", ""),
    "check_cover": (gettext_lazy("Check the cover"), "shield-check", ""),
    "refuse_cover": (gettext_lazy("Not covered"), "shield-off", ""),
    "close": (gettext_lazy("Close"), "lock", "c"),
    "close_unasked": (gettext_lazy("Close without an answer"), "lock", ""),
    "follow_up": (gettext_lazy("Follow-up request"), "arrow-forward-up", ""),
    "split": (gettext_lazy("Split off a request"), "git-branch", ""),
    "merge": (gettext_lazy("Merge into another request"), "git-merge", ""),
    "undo_merge": (gettext_lazy("Undo the merge"), "arrow-back-up", ""),
    "cancel": (gettext_lazy("Cancel the request"), "ban", ""),
}
AT_ONCE = {
    "send_survey",
    "accept",
    "respond",
    "arrive",
    "restore",
    "resume",
    "close",
    "draft_article",
    "take_over",
}


def offers(
    service_request: ServiceRequest, user: Employee, timers: list[SlaTimer], *, at: datetime
) -> list[Offer]:
    """Every verb that the person may do in this state, in the order of OFFERS."""
    possible = possible_verbs(service_request, user, timers, at=at)
    return [
        Offer(
            verb=verb,
            label=label,
            symbol=symbol,
            url=address(verb, service_request),
            post=verb in AT_ONCE,
            key=key,
        )
        for verb, (label, symbol, key) in OFFERS.items()
        if verb in possible
    ]


def in_sight(offered: list[Offer]) -> tuple[list[Offer], list[Offer]]:
    """What stands beside the next step, and what folds away; a menu of one would save nothing."""
    shown = IN_SIGHT if len(offered) > IN_SIGHT + 1 else IN_SIGHT + 1
    return offered[:shown], offered[shown:]


def possible_verbs(
    service_request: ServiceRequest, user: Employee, timers: list[SlaTimer], *, at: datetime
) -> set[str]:
    ends = verbs_of_the_end(service_request, user, at=at)
    if not policies.may_work(user, service_request):
        return ends
    if service_request.status == Status.MERGED:
        return verbs_of_merged(service_request, user, at=at)
    successors = TRANSITIONS[Status(service_request.status)]
    if Status.CLOSED in successors:
        ends |= {"ask_customer"}
        if service_request.kind == Kind.FAULT:
            ends |= {"record_codes"}
    if not service_request.is_open:
        reopened = {"reopen"} if Status.IN_PROGRESS in successors else set()
        return ends | reopened
    running = {timer.target for timer in timers if timer.stopped_at is None}
    wanted = {
        "accept": service_request.accepted_at is None,
        "respond": service_request.responded_at is None or Target.RESPONSE in running,
        "arrive": service_request.visit_promised and Target.ARRIVAL in running,
        "restore": Target.RESTORE in running,
        "resume": service_request.status == Status.WAITING,
        "put_on_hold": service_request.status != Status.WAITING,
        "escalate": service_request.ring < 3,  # noqa: PLR2004  (the highest ring)
        "hand_back": service_request.ring > 1,
        "take_over": policies.may_take_over(user, service_request),
        "refuse_cover": is_free(service_request)
        and policies.may_refuse_cover(user, service_request),
        "split": user.may("service_requests.log"),
    }
    always = {
        "resolve", "transfer", "hand_over", "involve", "change_priority", "check_cover", "merge",
        "cancel",
    }  # fmt: skip
    return ends | always | {verb for verb, is_wanted in wanted.items() if is_wanted}


def is_free(service_request: ServiceRequest) -> bool:
    """Whether anything about it is free of charge."""
    return bool(service_request.entitlement and service_request.entitlement["free"])


def verbs_of_merged(service_request: ServiceRequest, user: Employee, *, at: datetime) -> set[str]:
    """It can only become a request of its own again, for a time."""
    done = merge_of(service_request)
    is_time = done is not None and at <= may_undo_merge_until(done)
    is_allowed = is_time and policies.may_undo_merge(user, service_request)
    return {"undo_merge"} if is_allowed else set()


def verbs_of_the_end(service_request: ServiceRequest, user: Employee, *, at: datetime) -> set[str]:
    verbs = set()
    if service_request.status == Status.RESOLVED:
        if was_asked(service_request) and policies.may_close(user, service_request):
            verbs.add("close")
        earliest = may_close_unasked_from(service_request)
        is_time = earliest is not None and earliest <= at
        if is_time and policies.may_close_unasked(user, service_request):
            verbs.add("close_unasked")
    if service_request.status not in {Status.RESOLVED, Status.CLOSED}:
        return verbs
    if user.may("service_requests.log"):
        verbs.add("follow_up")
    survey = getattr(service_request, "survey", None)
    is_unanswered = survey is None or survey.answered_at is None
    if is_unanswered and policies.may_survey(user, service_request):
        verbs |= {"send_survey", "survey_by_telephone"}
    if service_request.solved_by_id is None and user.may("knowledge.change"):
        verbs.add("draft_article")
    return verbs


def next_step(
    service_request: ServiceRequest,
    user: Employee,
    timers: list[SlaTimer],
    handovers: list[Handover],
    *,
    at: datetime,
) -> Step | None:
    """The one thing that this person should do now; None when it is somebody else's turn."""
    for handover in handovers:
        if handover.status == HandoverStatus.ASKED and handover.asked_of_id == user.pk:
            return Step(
                _("You are asked: %(question)s") % {"question": handover.question},
                _("Answer"),
                address("answer_handover", service_request, handover.pk),
                "message",
                due=handover.due_at,
            )
    if service_request.merged_into is not None:
        into = service_request.merged_into
        text = _("It was merged into %(number)s: everything goes on there.") % {"number": into}
        return Step(text, _("Go there"), into.get_absolute_url(), "git-merge")
    if service_request.is_open:
        return open_step(service_request, user, timers, at=at)
    if service_request.status == Status.RESOLVED:
        return closing_step(service_request, user, at=at)
    return None


def open_step(
    service_request: ServiceRequest, user: Employee, timers: list[SlaTimer], *, at: datetime
) -> Step | None:
    """First somebody speaks to the customer; then what the floors above have planned; then solve.

    Who may not work on the request still has what those floors ask of the person.
    """
    if not policies.may_work(user, service_request):
        return step_from_above(service_request, user, at=at)
    if service_request.accepted_at is None:
        return accept_step(service_request, user)
    running = {timer.target: timer for timer in timers if timer.stopped_at is None}
    if Target.RESPONSE in running:
        return Step(
            _("Nobody has spoken to the customer yet."),
            _("Customer spoken to"),
            address("respond", service_request),
            "phone",
            post=True,
            due=running[Target.RESPONSE].due_at,
        )
    if service_request.status == Status.WAITING:
        hold = next((hold for hold in service_request.holds.all() if hold.ends_at is None), None)
        return Step(
            _("It waits: %(reason)s. When the wait is over, resume it.")
            % {"reason": hold.reason.name if hold else ""},
            _("Resume"),
            address("resume", service_request),
            "player-play",
            post=True,
            due=hold.expires_at if hold else None,
        )
    return step_from_above(service_request, user, at=at) or Step(
        _("Solve the problem, then write down how."),
        _("Resolve"),
        address("resolve", service_request),
        "checks",
        due=service_request.next_due_at,
    )


def step_from_above(
    service_request: ServiceRequest, user: Employee, *, at: datetime
) -> Step | None:
    return next(iter(gather(next_steps, service_request, user=user, at=at)), None)


def accept_step(service_request: ServiceRequest, user: Employee) -> Step:
    """Who logged the call owns it until somebody accepts it."""
    if service_request.owner is None:
        text = _("Nobody owns this request.")
    elif service_request.owner_id == user.pk:
        text = _("It is yours until somebody accepts it. Accept it to work on it.")
    else:
        text = _("%(owner)s has not accepted it.") % {"owner": service_request.owner}
    url = address("accept", service_request)
    return Step(text, _("Accept"), url, "user-check", post=True, due=service_request.next_due_at)


def closing_step(service_request: ServiceRequest, user: Employee, *, at: datetime) -> Step | None:
    """Ask, complete what is missing, close."""
    if not policies.may_work(user, service_request):
        return None
    if service_request.customer_answer == Answer.NOT_SATISFIED:
        url = address("reopen", service_request)
        return Step(_("The customer is not satisfied."), _("Reopen"), url, "refresh")
    missing = closing_objections(service_request, at=at)
    if missing or not was_asked(service_request):
        above = step_from_above(service_request, user, at=at)
        return missing_step(service_request, missing, above)
    if not policies.may_close(user, service_request):
        return None
    url = address("close", service_request)
    return Step(_("Everything is done."), _("Close"), url, "lock", post=True)


def missing_step(service_request: ServiceRequest, missing: list[str], above: Step | None) -> Step:
    """What stands against closing, with the verb that helps: on this page, else `above`."""
    is_coded = bool(service_request.fault_code_id and service_request.cause)
    if service_request.kind == Kind.FAULT and not is_coded:
        url = address("record_codes", service_request)
        return Step(" ".join(missing), _("Record them"), url, "tag")
    if not was_asked(service_request):
        url = address("ask_customer", service_request)
        text = _("Ask the customer whether it is done.")
        return Step(text, _("Ask the customer"), url, "user-question")
    return above or Step(" ".join(missing))


def address(verb: str, service_request: ServiceRequest, *more: Any) -> str:
    return addresses.address(f"service_requests:{verb}", service_request.number, *more)
