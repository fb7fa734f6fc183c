"""The labour timer: one key starts and stops it, and what runs too long is asked about."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from crmservice.web.text import moment
from dispatch.actions.goods import about_goods, lock_goods, refuse_unknown
from dispatch.actions.reporting import MOST_HOURS, rounded
from dispatch.choices import TimeKind
from dispatch.models import DepotRepair, LabourTimer, TimeEntry
from employees.models import Employee
from service_requests.queries import day_of

HOUR = timedelta(hours=1)
SWEPT = 500


@transaction.atomic
def start_timer(repair: DepotRepair, *, by: Employee, at: datetime) -> DepotRepair:
    """The person works on it from now; the own timer that runs elsewhere is stopped and booked.

    Raises DomainError for goods that nobody works on, and when the other timer runs so long that it
    must have been forgotten.
    """
    repair = lock_goods(repair)
    refuse_unknown(repair)
    if not repair.is_on_the_bench or repair.task is None or not repair.task.is_under_way:
        raise DomainError(
            _("%(number)s is “%(now)s”: nobody works on it now.")
            % {"number": repair.number, "now": repair.get_stage_display()}
        )
    Employee.objects.select_for_update(of=("self",)).get(pk=by.pk)
    running = LabourTimer.objects.running().filter(employee=by).select_related("repair__task")
    other = running.first()
    if other is not None and other.repair_id == repair.pk:
        raise DomainError(
            _("Your timer runs here since %(time)s.") % {"time": moment(other.started_at)}
        )
    if other is not None:
        book(other, None, at=at)
    LabourTimer.objects.create(
        employee=by,
        repair=repair,
        started_at=at,
        ask_at=at + timedelta(hours=settings.ASK_ABOUT_TIMER_HOURS),
    )
    return repair


@transaction.atomic
def stop_timer(
    repair: DepotRepair, *, hours: Decimal | None = None, by: Employee, at: datetime
) -> DepotRepair:
    """Stop the own timer and book its hours, or those that are said instead; none at all leave no
    trace.

    Raises DomainError without a running timer, and for one that ran too long while nobody says how
    long the work really took.
    """
    repair = lock_goods(repair)
    running = LabourTimer.objects.running().select_for_update(of=("self",))
    timer = running.filter(employee=by, repair=repair).select_related("repair__task").first()
    if timer is None:
        raise DomainError(_("No timer of yours runs here."))
    book(timer, hours, at=at)
    return repair


def end_timers(repair: DepotRepair, *, by: Employee, at: datetime) -> None:
    """The work ends: the own timer is stopped, somebody else's says that they still work."""
    running = LabourTimer.objects.running().filter(repair=repair).select_related("employee")
    for timer in running.select_related("repair__task", "employee"):
        if timer.employee_id != by.pk:
            raise DomainError(
                _("The timer of %(person)s still runs on it: ask whether the work is finished.")
                % {"person": timer.employee}
            )
        book(timer, None, at=at)


def book(timer: LabourTimer, hours: Decimal | None, *, at: datetime) -> None:
    """Stop it and write its hours on the task."""
    ran = at - timer.started_at
    if hours is None and ran >= timedelta(hours=settings.ASK_ABOUT_TIMER_HOURS):
        raise DomainError(
            _(
                "Your timer on %(number)s runs since %(time)s. Was it forgotten?"
                " Stop it there and say how many hours it really was."
            )
            % {"number": timer.repair.number, "time": moment(timer.started_at)},
            field="hours",
        )
    worked = rounded(ran / HOUR) if hours is None else hours
    if not 0 <= worked <= min(MOST_HOURS, rounded(ran / HOUR) + Decimal("0.01")):
        raise DomainError(
            _("At most as long as the timer ran, and not more than 24 hours."), field="hours"
        )
    timer.stopped_at, timer.ask_at = at, None
    if worked:
        assert timer.repair.task is not None
        timer.entry = TimeEntry.objects.create(
            task=timer.repair.task,
            employee=timer.employee,
            kind=TimeKind.LABOUR,
            starts_at=timer.started_at,
            hours=worked,
            worked_on=day_of(timer.started_at),
        )
    timer.save(update_fields=["stopped_at", "ask_at", "entry"])


def ask_about_timers(*, at: datetime) -> int:
    """Ask the owner of each timer that runs too long, once; returns how many were asked."""
    due = LabourTimer.objects.to_ask(at).order_by("ask_at", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), ask_about, at=at)


@transaction.atomic
def ask_about(pk: int, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = LabourTimer.objects.to_ask(at).filter(pk=pk)
    beside = ("employee", "repair__service_request", "repair__task", "repair__customer")
    timer = due.select_related(*beside, "repair__asset__root").first()
    if timer is None or not due.update(ask_at=None):
        return False
    record(
        timer.repair,
        "dispatch.timer_asked_about",
        by=None,
        at=at,
        about=about_goods(timer.repair),
        engineer=timer.employee.name,
        engineer_id=timer.employee_id,
        started_at=timer.started_at,
    )
    return True
