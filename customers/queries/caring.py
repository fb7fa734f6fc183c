"""Reads of the care of customers: whose days they are, who owes a touch, when it is due."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmservice import rhythm
from crmservice.worktime import WorkCalendar
from customers.choices import Unit
from customers.models import CarePlan, Customer
from employees.choices import OutletKind
from employees.models import Outlet
from employees.queries import work_calendar

SPREAD = 7919  # a prime: neighbours in the list are far apart in the year


def day_of(moment: datetime) -> date:
    """The organisation's date of a moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def calendar_of(customer: Customer) -> WorkCalendar | None:
    """The service hours of an outlet that serves the customer, else of our first; None without."""
    with_hours = Outlet.objects.exclude(calendar=None).order_by("kind", "pk")
    outlet = (
        with_hours.filter(customers=customer).first()
        or with_hours.filter(kind=OutletKind.OWN).first()
    )
    return work_calendar(outlet.calendar_id) if outlet and outlet.calendar_id else None


def first_day(plan: CarePlan, customer_id: int) -> date:
    """A customer's own first day within the plan's first interval, so that not all come at once."""
    assert plan.interval is not None
    return plan.starts_on + timedelta(days=customer_id * SPREAD % max(1, int(plan.interval.days)))


def days_of(plan: CarePlan, customer_id: int, *, after: date, until: date) -> list[date]:
    """The customer's days later than `after` and not later than `until`, nor than the plan."""
    interval = plan.interval
    if interval is None:
        return []
    first = first_day(plan, customer_id)
    last = min(until, plan.ends_on) if plan.ends_on else until
    turn, found = interval.turn_from(first, after + rhythm.DAY), []
    while (on := interval.after(first, turn)) <= last:
        found.append(on)
        turn += 1
    return found


def care_in_words(plan: CarePlan) -> str:
    if not plan.every:
        return _("on the day itself")
    return every_in_words(plan.every, plan.unit)


def every_in_words(count: int, unit: str) -> str:
    """“every month”, “every 3 months”."""
    said = {
        Unit.DAY: ngettext("every day", "every %(count)s days", count),
        Unit.WEEK: ngettext("every week", "every %(count)s weeks", count),
        Unit.MONTH: ngettext("every month", "every %(count)s months", count),
        Unit.YEAR: ngettext("every year", "every %(count)s years", count),
    }
    return said[Unit(unit)] % {"count": count}
