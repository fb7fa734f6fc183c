"""The verbs of tasks in words, what customers are written of them, and who hears of them."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import detail, heard_by, in_words, say
from crmservice.delivery.letters import Letter, Words, letter
from crmservice.pdf import UndrawnError
from crmservice.web.text import day, moment, on_weekday, soon, span
from dispatch.choices import AT_THE_CUSTOMER, Lock, TimeKind
from dispatch.models import DayPlan, Task
from dispatch.papers import acceptance_form
from dispatch.queries import wished_in_words, zone_of
from employees.choices import Role
from employees.models import Employee
from employees.queries import told_in_words, with_stand_in
from service_requests.models import Survey
from service_requests.queries import day_of

log = logging.getLogger(__name__)

say("dispatch.planned", _("planned the task"), icon="calendar")
say("dispatch.day_plan_asked", _("asked for a plan of %(day_on)s"), icon="calendar")
say("dispatch.day_plan_ready", _("the plan of %(day_on)s is ready"), icon="calendar")
say("dispatch.day_plan_dropped", _("dropped the plan of %(day_on)s"), icon="calendar")
say(
    "dispatch.day_plan_accepted",
    _("accepted the plan of %(day_on)s: %(taken)s tasks assigned, %(refused)s refused"),
    icon="user-check",
)
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


def crewed_in_words(details: Mapping[str, Any]) -> str:
    return gettext("%(engineer)s goes along: %(visit)s") % {
        "engineer": details["engineer"],
        "visit": visit_in_words(details),
    }


def crewed_against_advice_in_words(details: Mapping[str, Any]) -> str:
    return gettext("%(engineer)s goes along: %(visit)s although: %(reasons)s — %(reason)s") % {
        **in_words(details),
        "visit": visit_in_words(details),
    }


def booked_in_words(details: Mapping[str, Any]) -> str:
    kind = TimeKind(details["kind"]).label
    return gettext("booked %(hours)s h: %(kind)s") % {"hours": details["hours"], "kind": kind}


def taken_back_in_words(details: Mapping[str, Any]) -> str:
    kind = TimeKind(details["kind"]).label
    words = {"hours": details["hours"], "kind": kind}
    return gettext("took back %(hours)s h: %(kind)s") % words


def locked_in_words(details: Mapping[str, Any]) -> str:
    what = Lock(details["what"]).label
    return gettext("locked the appointment, as agreed with the customer: %(what)s") % {"what": what}


def next_visit_in_words(details: Mapping[str, Any]) -> str:
    said = {**details, "wished": wished_in_words(details)}
    if not said["wished"]:
        return gettext("needs a next visit: %(what)s (%(follow_up)s)") % said
    return gettext("needs a next visit on %(wished)s: %(what)s (%(follow_up)s)") % said


def short_way_in_words(details: Mapping[str, Any]) -> str:
    way, left = (timedelta(minutes=details[name]) for name in ("minutes", "left"))
    said = {"way": span(way), "number": details["number"], "left": span(left)}
    if not details["left"]:
        return gettext("%(way)s of travel between this and %(number)s, and no time for it.") % said
    return gettext("%(way)s of travel between this and %(number)s, in %(left)s.") % said


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
say(
    "dispatch.repeated",
    _("recognised as a repeat of %(earlier)s, done on %(done_at)s"),
    icon="repeat",
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
say("dispatch.is_banned", _("The customer does not want %(engineer)s: %(why)s"))
say(
    "dispatch.engineer_preferred",
    _("noted that the customer asks for %(engineer)s: %(reason)s"),
    icon="user-star",
)
say(
    "dispatch.engineer_banned",
    _("noted that the customer does not want %(engineer)s: %(reason)s"),
    icon="user-x",
    kind="warning",
)
say(
    "dispatch.wish_withdrawn",
    _("took away the customer’s wish of %(engineer)s"),
    icon="user",
)
say("dispatch.is_off_hours", _("This is outside the service hours of %(engineer)s."))
say("dispatch.way_is_short", short_way_in_words)
say("dispatch.misses_promise", _("The customer was promised it by %(due_at)s."))
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
    """With the acceptance form, and where to disagree with it. Letters of before `solved` was noted
    are of work that was done.
    """
    is_solved = details.get("solved", True)
    token = survey_token(task) if details["survey"] else ""
    ended = {"time": moment(instant(details["finished_at"]))}
    question = gettext("How was it? Your answer takes a minute, and we read it.")
    form_url = acceptance_url(task)
    action, url = (gettext("See what was done"), form_url) if form_url else ("", "")
    if token:
        action = gettext("Say how it was")
        url = reverse("service_requests:survey_link", args=[token])
    said = (
        gettext("Our engineer finished the work at %(time)s, local time.")
        if is_solved
        else gettext("Our engineer worked for you until %(time)s, local time. It is not finished.")
    )
    return Letter(
        subject=gettext("Our work is done") if is_solved else gettext("Our work is not finished"),
        paragraphs=[
            said % ended,
            "" if is_solved else still_to_do(task),
            particulars(task),
            where_to_disagree(task, form_url),
            question if token else "",
        ],
        action=action,
        url=url,
        files=form_of(task),
    )


def still_to_do(task: Task) -> str:
    report = getattr(task, "work_report", None)
    return f"{gettext('Still to do')}: {report.remaining}" if report else ""


def acceptance_url(task: Task) -> str:
    acceptance = getattr(task, "acceptance", None)
    token = acceptance.token if acceptance else ""
    return reverse("dispatch:acceptance_link", args=[token]) if token else ""


def where_to_disagree(task: Task, url: str) -> str:
    if not url:
        return ""
    return gettext(
        "The acceptance form is enclosed. If anything in it is not right, say so here until"
        " %(day)s: %(link)s"
    ) % {"day": day(day_of(task.acceptance.ends_at)), "link": f"{settings.SITE_URL}{url}"}


def form_of(task: Task) -> list[tuple[str, bytes]]:
    """The acceptance form; a letter goes out without it when it cannot be drawn (R-14)."""
    if not hasattr(task, "acceptance") or not hasattr(task, "work_report"):
        return []
    try:
        return [(f"{task.number}.pdf", acceptance_form(task))]
    except UndrawnError:
        log.exception("the acceptance form of %s cannot be drawn", task.number)
        return []


@letter("dispatch.disagreement_answered")
@in_local_time
def our_answer(task: Task, _details: Mapping[str, Any]) -> Letter:
    url = acceptance_url(task)
    return Letter(
        subject=gettext("Our answer on %(number)s") % {"number": task.number},
        paragraphs=[
            gettext("You did not agree with our acceptance form. This is our answer:"),
            task.acceptance.answer,
            particulars(task),
        ],
        action=gettext("See what was done") if url else "",
        url=url,
    )


def survey_token(task: Task) -> str:
    survey = Survey.objects.filter(service_request=task.service_request_id).first()
    return survey.token if survey else ""


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
say("dispatch.request_merged", _("belongs to %(request)s from now on"), icon="git-merge")
say("dispatch.unassigned", _("took the task back from %(engineer)s: %(reason)s"), icon="user-x")
say(
    "dispatch.freed_by_absence",
    _("%(engineer)s is absent until %(ends_at)s: the task of %(starts_at)s needs somebody else"),
    icon="calendar-off",
    kind="warning",
)
say("dispatch.appointment_locked", locked_in_words, icon="lock")
say("dispatch.appointment_unlocked", _("unlocked the appointment"), icon="lock-open")
say("dispatch.accepted", _("accepted the task"), icon="check")
say("dispatch.refused", _("refused the task: %(reason)s"), icon="hand-stop", kind="bad")
say("dispatch.travelled", _("is on the way"), icon="car")
say("dispatch.arrived", _("is on site"), icon="map-pin")
say("dispatch.started", _("began the work"), icon="tool")
say("dispatch.paused", _("paused the work"), icon="player-pause")
say("dispatch.carried_on", _("carried on with the work"), icon="player-play")
say(
    "dispatch.help_asked",
    _("asks for help: %(question)s"),
    icon="lifebuoy",
    kind="warning",
    note=who_was_told,
)
say("dispatch.restored", _("says that it works again"), icon="heart-handshake", kind="good")
say("dispatch.part_added", _("used %(quantity)s × %(part)s"), icon="package")
say(
    "dispatch.part_undone",
    _("took %(quantity)s × %(part)s off: it was not used: %(reason)s"),
    icon="package",
)
say("dispatch.part_removed", _("did not use %(quantity)s × %(part)s after all"), icon="package")
say("dispatch.completed", _("finished the task: %(result)s"), icon="checks", kind="good")
say(
    "dispatch.not_solved",
    _("could not solve it: %(remaining)s (%(follow_up)s follows)"),
    icon="circle-x",
    kind="warning",
)
say("dispatch.next_visit", next_visit_in_words, icon="calendar", kind="warning")
say(
    "dispatch.not_applied",
    _("reported from the tablet “%(what)s”, which could not be applied: %(reason)s"),
    icon="alert-triangle",
    kind="warning",
)
say(
    "dispatch.report_settled",
    _("dealt with what %(engineer)s had reported from the tablet"),
    icon="check",
)
say(
    "dispatch.disagreed",
    _("%(name)s, for the customer, does not agree with the acceptance form"),
    icon="thumb-down",
    kind="bad",
)
say("dispatch.disagreement_answered", _("answered the customer’s disagreement"), icon="message")
say("dispatch.supplemented", _("entered the readings later"), icon="pencil")
say("dispatch.cancelled", _("cancelled the task: %(reason)s"), icon="ban")


say("dispatch.crew_added", crewed_in_words, icon="user-plus")
say(
    "dispatch.crew_added_against_advice",
    crewed_against_advice_in_words,
    icon="user-plus",
    kind="warning",
)
say("dispatch.crew_removed", _("%(engineer)s does not go along after all"), icon="user-x")
say(
    "dispatch.crew_freed_by_absence",
    _("%(engineer)s is absent until %(ends_at)s and does not go along on %(starts_at)s"),
    icon="calendar-off",
    kind="warning",
)
say("dispatch.time_booked", booked_in_words, icon="clock")
say("dispatch.time_taken_back", taken_back_in_words, icon="clock")
say("dispatch.put_after", _("noted that it comes after %(other)s"), icon="arrow-right")
say("dispatch.freed_of", _("noted that it need not wait for %(other)s"), icon="arrow-right")
say(
    "dispatch.cancelled_before",
    _("%(other)s “%(other_title)s”, after which this comes, is cancelled: is this still needed?"),
    icon="alert-triangle",
    kind="warning",
)
say("dispatch.comes_after", _("It comes after %(number)s, which is planned until %(ends_at)s."))
say("dispatch.comes_after_unplanned", _("It comes after %(number)s, which has no time yet."))


@heard_by("dispatch.crew_added", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.crew_added_against_advice", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.crew_removed", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.crew_freed_by_absence", NoticeKind.ASSIGNMENT)
def who_goes_along(_task: Task, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.filter(pk=activity.details.get("engineer_id"))


@heard_by("dispatch.assigned", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.assigned_against_advice", NoticeKind.ASSIGNMENT)
def engineer_and_predecessor(_task: Task, activity: Activity) -> Iterable[Employee]:
    """Who got the task, who had it before, and who goes along."""
    details = activity.details
    people = [details.get("engineer_id"), details.get("before_id"), *details.get("crew_ids", ())]
    return Employee.objects.filter(pk__in=people)


@heard_by("dispatch.request_merged")
def who_has_it(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    return [task.assignee]


@heard_by("dispatch.disagreed", NoticeKind.ALARM)
def who_answers_for_it(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    """Whoever owns the request, who planned the task, and who did the work."""
    service_request = task.service_request
    return [service_request.owner if service_request else None, task.created_by, task.assignee]


@heard_by("dispatch.reminded", NoticeKind.REMINDER)
def who_is_reminded(task: Task, activity: Activity) -> Iterable[Employee | None]:
    """The engineer and the crew, while the time still holds."""
    holds = task.is_ahead and task.planned_start == instant(activity.details["starts_at"])
    return [task.assignee, *task.crew.all()] if holds else []


@heard_by("dispatch.repeated", NoticeKind.ALARM)
def who_answers_for_quality(task: Task, _activity: Activity) -> Iterable[Employee]:
    """The managers of the outlet that goes there, or the department heads where it has none."""
    sent = task.assignee or task.created_by
    people = Employee.objects.active()
    managers = people.filter(role=Role.SERVICE_MANAGER, outlet=sent.outlet_id if sent else None)
    return managers if managers.exists() else people.filter(role=Role.DEPARTMENT_HEAD)


@heard_by("dispatch.not_accepted", NoticeKind.ALARM)
@heard_by("dispatch.help_asked", NoticeKind.ALARM)
def who_was_chosen(_task: Task, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(
        pk__in=[told["id"] for told in activity.details["told"]]
    )


@heard_by("dispatch.unassigned", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.cancelled", NoticeKind.ASSIGNMENT)
def former_engineer(_task: Task, activity: Activity) -> Iterable[Employee]:
    details = activity.details
    people = [details.get("engineer_id"), *details.get("crew_ids", ())]
    return Employee.objects.filter(pk__in=people)


@heard_by("dispatch.freed_by_absence", NoticeKind.ALARM)
@heard_by("dispatch.crew_freed_by_absence", NoticeKind.ALARM)
def who_finds_another(task: Task, activity: Activity) -> Iterable[Employee | None]:
    """Who gave it to the absent one, who planned it, and who owns the request."""
    given_by = Employee.objects.filter(pk=activity.details.get("given_by_id")).first()
    return [given_by, *who_plans(task, activity)]


@heard_by("dispatch.freed_by_absence", NoticeKind.ASSIGNMENT)
def absent_engineer(_task: Task, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.filter(pk=activity.details.get("engineer_id"))


@heard_by("dispatch.refused", NoticeKind.ALARM)
@heard_by("dispatch.not_solved", NoticeKind.ALARM)
@heard_by("dispatch.not_applied", NoticeKind.ALARM)
@heard_by("dispatch.next_visit", NoticeKind.ALARM)
@heard_by("dispatch.cancelled_before", NoticeKind.ALARM)
def who_plans(task: Task, activity: Activity) -> Iterable[Employee | None]:
    """Who planned the task, and who owns the request; for who is absent who stands in."""
    people = [task.created_by, task.service_request.owner if task.service_request else None]
    known = [person for person in people if person is not None]
    return [each for person in known for each in with_stand_in(person, at=activity.at)]


@heard_by("dispatch.completed")
def owner_of_the_request(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    return [task.service_request.owner if task.service_request else None]


@heard_by("dispatch.day_plan_ready")
def who_asked_for_a_plan(plan: DayPlan, _activity: Activity) -> Iterable[Employee]:
    return [plan.asked_by]
