"""The verbs of people, outlets and calendars in words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.choices import AuthorityKind
from employees.models import AuthorityQuestion, Employee, OnCall
from employees.queries import MANAGERS, with_stand_in


def reminder_of_omissions(details: Mapping[str, Any]) -> str:
    """“3 things are still to be entered: SR-2026-0001, TK-2026-0007”."""
    count = details["count"]
    text = ngettext(
        "%(count)s thing is still to be entered: %(names)s",
        "%(count)s things are still to be entered: %(names)s",
        count,
    )
    return text % {"count": count, "names": ", ".join(details["names"])}


say("employees.created", _("entered the employee"), icon="user-plus")
say("employees.changed", _("changed the employee’s data"), icon="pencil")
say("employees.skills_changed", _("changed the skills"), icon="certificate")
say(
    "employees.certificate_ends",
    _("the certificate for %(skill)s ends on %(ends_on)s, in %(days)s days"),
    icon="certificate",
    kind="warning",
)
say(
    "employees.absence_noted",
    _("noted an absence: %(starts_at)s – %(ends_at)s"),
    icon="calendar-off",
)
say(
    "employees.absence_cancelled",
    _("cancelled an absence: %(starts_at)s – %(ends_at)s"),
    icon="calendar",
)
say(
    "employees.put_on_call",
    _("put %(who)s on call: %(starts_at)s – %(ends_at)s"),
    icon="phone-call",
    kind="info",
)
say("employees.on_call_changed", _("changed the duty on call"), icon="phone-call")
say(
    "employees.taken_off_call",
    _("struck the duty on call: %(starts_at)s – %(ends_at)s"),
    icon="phone-call",
)
say("employees.log_in_opened", _("opened the log-in"), icon="key", kind="good")
say(
    "employees.log_ins_ended",
    _("logged out on other devices: %(count)s"),
    icon="logout",
)
say("employees.log_in_closed", _("closed the log-in"), icon="lock", kind="warning")
say("employees.set_up", _("set this installation up"), icon="flag", kind="good")
say("employees.outlet_created", _("entered the outlet"), icon="plus")
say("employees.outlet_changed", _("changed the outlet"), icon="pencil")
say("employees.calendar_created", _("made the working calendar"), icon="plus")
say("employees.calendar_changed", _("changed the working calendar"), icon="pencil")
say(
    "employees.holidays_taken_over",
    _("took over %(count)s public holidays of %(year)s"),
    icon="calendar",
)
say(
    "employees.omissions_reminded",
    reminder_of_omissions,
    icon="pencil",
    kind="warning",
)
say(
    "employees.record_sent_back",
    _("sent the record back: %(reason)s"),
    icon="arrow-back-up",
    kind="warning",
)
say("employees.record_mended", _("put the record right: %(answer)s"), icon="pencil", kind="good")
say(
    "employees.record_in_order",
    _("looked at the record: it is in order"),
    icon="circle-check",
    kind="good",
)
say(
    "employees.checks_drawn",
    _("drew %(count)s records of %(month)s to be looked at"),
    icon="clipboard-list",
)
say(
    "employees.quality_exported",
    _("took out the record quality of %(month)s as %(kind)s"),
    icon="download",
)
say("employees.called_for_changed", _("changed what records call for"), icon="adjustments")
say("employees.day_set", _("set the hours of %(on)s"), icon="calendar")
say("employees.day_removed", _("took back the hours of %(on)s"), icon="calendar")


@heard_by("employees.absence_noted")
@heard_by("employees.absence_cancelled")
def supervisor_and_self(employee: Employee, _activity: Activity) -> Iterable[Employee | None]:
    return [employee, employee.supervisor]


@heard_by("employees.omissions_reminded", NoticeKind.REMINDER)
def whose_records(employee: Employee, _activity: Activity) -> Iterable[Employee]:
    return [employee]


@heard_by("employees.record_sent_back", NoticeKind.REMINDER)
def whose_record(_subject: Model, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(pk=activity.details["owner"])


@heard_by("employees.record_mended")
def who_sent_it_back(_subject: Model, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(pk=activity.details["sender"])


@heard_by("employees.certificate_ends", NoticeKind.REMINDER)
def holder_and_manager(employee: Employee, activity: Activity) -> Iterable[Employee]:
    """The supervisor, while absent the stand-in too; without one, those who manage the outlet."""
    manager = employee.supervisor
    if manager and manager.is_active:
        return [employee, *with_stand_in(manager, at=activity.at)]
    managers = Employee.objects.active().filter(role__in=MANAGERS, outlet=employee.outlet_id)
    return [employee, *managers]


@heard_by("employees.put_on_call")
@heard_by("employees.on_call_changed")
def who_is_on_call(line: OnCall, _activity: Activity) -> Iterable[Employee]:
    return [line.employee]


@heard_by("employees.taken_off_call")
@heard_by("employees.skills_changed")
@heard_by("employees.log_in_opened")
def self_(employee: Employee, _activity: Activity) -> Iterable[Employee]:
    return [employee]


def of_authority(text: str | Promise) -> Callable[[Mapping[str, Any]], str]:
    """A sentence that names what an authority is for, in the reader's language."""
    return lambda details: str(text) % {**details, "what": AuthorityKind(details["what"]).label}


say(
    "employees.limit_set",
    of_authority(_("set the limit of %(who)s for %(what)s to %(limit)s")),
    icon="scale",
)
say(
    "employees.limit_removed",
    of_authority(_("removed the limit of %(who)s for %(what)s")),
    icon="scale",
)
say(
    "employees.asked",
    of_authority(_("asks %(asked_of)s for %(what)s of %(asks)s on %(record)s: %(reason)s")),
    icon="hand-stop",
    kind="info",
)
say(
    "employees.granted",
    of_authority(_("granted %(what)s of %(asks)s on %(record)s")),
    icon="circle-check",
    kind="good",
)
say(
    "employees.refused",
    of_authority(_("refused %(what)s of %(asks)s on %(record)s: %(reason)s")),
    icon="circle-x",
    kind="warning",
)
say(
    "employees.question_fell_away",
    _("the question about %(record)s needs no answer any more: what it was for is over"),
    icon="x",
)
say(
    "employees.still_not_answered",
    _("the question about %(record)s is still not answered; nobody is above %(asked_of)s"),
    icon="clock-exclamation",
    kind="warning",
)
say("employees.question_withdrawn", _("took the question about %(record)s back"), icon="x")
say(
    "employees.passed_up",
    _("passed the question about %(record)s on to %(asked_of)s"),
    icon="arrow-up",
    kind="warning",
)
say(
    "employees.not_answered",
    _("the question about %(record)s was not answered in time; now %(asked_of)s is asked"),
    icon="clock-exclamation",
    kind="warning",
)


@heard_by("employees.asked", NoticeKind.APPROVAL)
@heard_by("employees.passed_up", NoticeKind.APPROVAL)
@heard_by("employees.not_answered", NoticeKind.APPROVAL)
@heard_by("employees.still_not_answered", NoticeKind.APPROVAL)
def asked(question: AuthorityQuestion, _activity: Activity) -> Iterable[Employee]:
    return [question.asked_of]


@heard_by("employees.question_fell_away", NoticeKind.APPROVAL)
def both_sides(question: AuthorityQuestion, _activity: Activity) -> Iterable[Employee]:
    return [question.asked_by, question.asked_of]


@heard_by("employees.granted", NoticeKind.APPROVAL)
@heard_by("employees.refused", NoticeKind.APPROVAL)
def asker(question: AuthorityQuestion, _activity: Activity) -> Iterable[Employee]:
    return [question.asked_by]
