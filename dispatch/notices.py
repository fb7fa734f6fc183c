"""The verbs of tasks in words, and who hears of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import detail, heard_by, in_words, say
from crmservice.delivery.letters import Letter, Words, letter
from crmservice.web.text import moment, on_weekday, soon
from dispatch.choices import AT_THE_CUSTOMER
from dispatch.models import Task
from dispatch.queries import zone_of
from employees.models import Employee
from employees.queries import told_in_words
from service_requests import actions as service_requests
from service_requests.models import Survey

say("dispatch.planned", _("planned the task"), icon="calendar")
say("dispatch.changed", _("changed the task’s data"), icon="pencil")


def visit_in_words(details: Mapping[str, Any]) -> str:
    """“tomorrow 09:30 at Shenyang Machine Tools, take 2 × Shaft seal”, of `queries.visit_details`,
    in the reader's language and on the reader's day.
    """
    words = in_words(details)
    where = " · ".join(filter(None, [words.get("customer"), details.get("site")]))
    said = {"when": soon(instant(details["starts_at"])), "where": where}
    text = said["when"]
    if details.get("customer") and details.get("kind") in AT_THE_CUSTOMER:
        text = gettext("%(when)s at %(where)s") % said
    elif details.get("customer"):
        text = gettext("%(when)s for %(where)s") % said
    named = [f"{pieces} × {detail('part', part)}" for pieces, part in details.get("take", ())]
    if named:
        return gettext("%(visit)s, take %(parts)s") % {"visit": text, "parts": listed(named)}
    usual = [detail("part", part) for part in details.get("usual", ())]
    if usual:
        return gettext("%(visit)s; often needed: %(parts)s") % {
            "visit": text,
            "parts": listed(usual),
        }
    return text


def listed(names: Iterable[str]) -> str:
    return gettext(", ").join(names)


def instant(value: datetime | str) -> datetime:
    """A moment of an activity's details, before it was written or after."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def assigned_in_words(details: Mapping[str, Any]) -> str:
    return gettext("assigned %(engineer)s for %(visit)s") % {
        "engineer": details["engineer"],
        "visit": visit_in_words(details),
    }


def against_advice_in_words(details: Mapping[str, Any]) -> str:
    return gettext("assigned %(engineer)s for %(visit)s although: %(reasons)s — %(reason)s") % {
        **in_words(details),
        "visit": visit_in_words(details),
    }


def not_accepted_in_words(details: Mapping[str, Any]) -> str:
    return gettext("%(engineer)s has not accepted it: %(visit)s") % {
        "engineer": details["engineer"],
        "visit": visit_in_words(details),
    }


def who_was_told(details: Mapping[str, Any]) -> str:
    return " · ".join(map(told_in_words, details.get("told", ())))


say("dispatch.assigned", assigned_in_words, icon="user-check")
say(
    "dispatch.assigned_against_advice",
    against_advice_in_words,
    icon="user-check",
    kind="warning",
)
say("dispatch.reminded", visit_in_words, icon="bell", kind="info")
say(
    "dispatch.not_accepted",
    not_accepted_in_words,
    icon="hourglass",
    kind="warning",
    note=who_was_told,
)
say("dispatch.has_another", _("%(engineer)s has %(number)s “%(title)s” from %(starts_at)s."))
say("dispatch.is_absent", _("%(engineer)s is absent until %(ends_at)s."))
say(
    "dispatch.lacks_skill",
    _("%(engineer)s does not have the skill %(skill)s, or the certificate has expired."),
)
say("dispatch.appointment_set", _("wrote to %(to)s: appointment %(starts_at)s"), icon="mail")
say(
    "dispatch.appointment_moved",
    _("wrote to %(to)s: appointment moved from %(before_at)s to %(starts_at)s"),
    icon="mail",
)
say(
    "dispatch.appointment_cancelled",
    _("wrote to %(to)s: appointment of %(starts_at)s cancelled"),
    icon="mail",
)
say("dispatch.coming_announced", _("wrote to %(to)s: the engineer is on the way"), icon="mail")
say("dispatch.done_announced", _("wrote to %(to)s: the work is done"), icon="mail")


def in_local_time(words: Callable[[Task, Mapping[str, Any]], Letter]) -> Words:
    """A letter about a task, with the times as the clock at the site has them."""

    def written(task: Task, activity: Activity) -> Letter:
        with timezone.override(zone_of(task)):
            return words(task, activity.details)

    return written


@letter("dispatch.appointment_set")
@in_local_time
def appointment(task: Task, details: Mapping[str, Any]) -> Letter:
    when = span_of(details)
    return Letter(
        subject=gettext("Our visit on %(when)s") % {"when": when},
        paragraphs=[
            gettext("Our engineer comes to you on %(when)s, local time.") % {"when": when},
            particulars(task),
            another_time(),
        ],
    )


@letter("dispatch.appointment_moved")
@in_local_time
def moved_appointment(task: Task, details: Mapping[str, Any]) -> Letter:
    when = span_of(details)
    before = on_weekday(instant(details["before_at"]))
    return Letter(
        subject=gettext("New time of our visit: %(when)s") % {"when": when},
        paragraphs=[
            gettext("Our visit of %(before)s has moved. We come on %(when)s, local time.")
            % {"before": before, "when": when},
            particulars(task),
            another_time(),
        ],
    )


@letter("dispatch.appointment_cancelled")
@in_local_time
def cancelled_appointment(task: Task, details: Mapping[str, Any]) -> Letter:
    when = on_weekday(instant(details["starts_at"]))
    return Letter(
        subject=gettext("Our visit on %(when)s is cancelled") % {"when": when},
        paragraphs=[
            gettext("Nobody comes to you on %(when)s, local time: this visit is cancelled.")
            % {"when": when},
            particulars(task),
            gettext("If you did expect us, please call us and name the number of your request."),
        ],
    )


@letter("dispatch.coming_announced")
@in_local_time
def on_the_way(task: Task, details: Mapping[str, Any]) -> Letter:
    chinese = (get_language() or "en").startswith("zh")
    name = details["engineer"] if chinese else details["engineer_en"] or details["engineer"]
    said = {"engineer": name, "time": moment(instant(details["left_at"]))}
    return Letter(
        subject=gettext("Our engineer is on the way to you"),
        paragraphs=[
            gettext("%(engineer)s set out to you at %(time)s, local time.") % said,
            particulars(task),
        ],
    )


@letter("dispatch.done_announced")
@in_local_time
def work_is_done(task: Task, details: Mapping[str, Any]) -> Letter:
    token = survey_token(task) if details["survey"] else ""
    ended = {"time": moment(instant(details["finished_at"]))}
    question = gettext("How was it? Your answer takes a minute, and we read it.")
    return Letter(
        subject=gettext("Our work is done"),
        paragraphs=[
            gettext("Our engineer finished the work at %(time)s, local time.") % ended,
            particulars(task),
            question if token else "",
        ],
        action=gettext("Say how it was") if token else "",
        url=reverse("service_requests:survey_link", args=[token]) if token else "",
    )


def survey_token(task: Task) -> str:
    survey = Survey.objects.filter(service_request=task.service_request_id).first()
    return service_requests.token_of(survey) if survey else ""


def span_of(details: Mapping[str, Any]) -> str:
    """“Tuesday 3 Mar 2026 09:00 – 11:00”, in the zone that is set."""
    starts, ends = (timezone.localtime(instant(details[name])) for name in ("starts_at", "ends_at"))
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else on_weekday(ends)
    return f"{on_weekday(starts)} – {until}"


def particulars(task: Task) -> str:
    """What it is about, as far as the customer knows it."""
    request, asset, site = task.service_request, task.asset, task.site
    lines = [
        (gettext("Your request"), f"{request.number} {request.subject}" if request else ""),
        (gettext("Device"), asset.serial_no if asset else ""),
        (gettext("Place"), " · ".join(filter(None, [site.name, site.address])) if site else ""),
    ]
    return "\n".join(
        gettext("%(label)s: %(value)s") % {"label": label, "value": value}
        for label, value in lines
        if value
    )


def another_time() -> str:
    return gettext(
        "If the time does not suit you, please call us and name the number of your request."
    )


say("dispatch.calendar_linked", _("made a new link for the own calendar"), icon="link")
say("dispatch.calendar_unlinked", _("took away the link for the own calendar"), icon="ban")
say("dispatch.unassigned", _("took the task back from %(engineer)s: %(reason)s"), icon="user-x")
say("dispatch.accepted", _("accepted the task"), icon="check")
say("dispatch.refused", _("refused the task: %(reason)s"), icon="hand-stop", kind="bad")
say("dispatch.travelled", _("is on the way"), icon="car")
say("dispatch.arrived", _("is on site"), icon="map-pin")
say("dispatch.started", _("began the work"), icon="tool")
say("dispatch.restored", _("says that it works again"), icon="heart-handshake", kind="good")
say("dispatch.part_added", _("used %(quantity)s × %(part)s"), icon="package")
say("dispatch.part_removed", _("did not use %(quantity)s × %(part)s after all"), icon="package")
say("dispatch.completed", _("finished the task: %(result)s"), icon="checks", kind="good")
say(
    "dispatch.not_solved",
    _("could not solve it: %(remaining)s (%(follow_up)s follows)"),
    icon="circle-x",
    kind="warning",
)
say("dispatch.cancelled", _("cancelled the task: %(reason)s"), icon="ban")


@heard_by("dispatch.assigned", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.assigned_against_advice", NoticeKind.ASSIGNMENT)
def engineer_and_predecessor(_task: Task, activity: Activity) -> Iterable[Employee]:
    """Who got the task, and who had it before."""
    details = activity.details
    return Employee.objects.filter(pk__in=[details.get("engineer_id"), details.get("before_id")])


@heard_by("dispatch.reminded", NoticeKind.REMINDER)
def who_is_reminded(task: Task, activity: Activity) -> Iterable[Employee | None]:
    """The engineer, while the time still holds."""
    holds = task.is_ahead and task.planned_start == instant(activity.details["starts_at"])
    return [task.assignee] if holds else []


@heard_by("dispatch.not_accepted", NoticeKind.ALARM)
def who_was_chosen(_task: Task, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(
        pk__in=[told["id"] for told in activity.details["told"]]
    )


@heard_by("dispatch.unassigned", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.cancelled", NoticeKind.ASSIGNMENT)
def former_engineer(_task: Task, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.filter(pk=activity.details.get("engineer_id"))


@heard_by("dispatch.refused", NoticeKind.ALARM)
@heard_by("dispatch.not_solved", NoticeKind.ALARM)
def who_plans(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    """Who planned the task, and who owns the request."""
    return [task.created_by, task.service_request.owner if task.service_request else None]


@heard_by("dispatch.completed")
def owner_of_the_request(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    return [task.service_request.owner if task.service_request else None]
