"""The verbs of people, outlets and calendars in words."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.models import Employee, OnCall
from employees.queries import MANAGERS

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
say("employees.day_set", _("set the hours of %(on)s"), icon="calendar")
say("employees.day_removed", _("took back the hours of %(on)s"), icon="calendar")


@heard_by("employees.absence_noted")
@heard_by("employees.absence_cancelled")
def supervisor_and_self(employee: Employee, _activity: Activity) -> Iterable[Employee | None]:
    return [employee, employee.supervisor]


@heard_by("employees.certificate_ends", NoticeKind.REMINDER)
def holder_and_manager(employee: Employee, _activity: Activity) -> Iterable[Employee]:
    """Without a supervisor, those who manage the outlet."""
    manager = employee.supervisor
    if manager and manager.is_active:
        return [employee, manager]
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
