"""The verbs of care: what a tier gets is planned, the touches are owed, done or left out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice import rhythm
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.delivery.writing import withdraw
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from crmservice.worktime import WorkCalendar
from customers.choices import DAYS_BEFORE, CareKind, TouchStatus
from customers.models import Affiliation, CarePlan, CareTouch, Customer
from customers.queries import calendar_of, day_of, days_of
from customers.signals import touch_settled
from employees.models import Employee
from employees.queries import Roster

SWEPT = 500
SUPERVISORS = 2  # the ring that hears when nobody above the owner is there
SAID = ("customers.touch_due", "customers.touch_overdue")


@transaction.atomic
def add_care_plan(values: Mapping[str, Any], *, by: Employee | None, at: datetime) -> CarePlan:
    """Touches follow from today on; what would have been before is nobody's omission."""
    today = day_of(at)
    plan = CarePlan(**values, generated_until=today - rhythm.DAY, generate_on=today)
    refuse_no_rhythm(plan)
    plan.save(force_insert=True)
    record(plan, "customers.care_plan_added", by=by, at=at)
    return plan


@transaction.atomic
def change_care_plan(
    plan: CarePlan,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> CarePlan:
    """What is planned from now on; touches that there are stay."""
    changed = changing.change(
        plan, values, verb="customers.care_plan_changed", version=version, by=by, at=at
    )
    refuse_no_rhythm(changed)
    return changed


@transaction.atomic
def end_care_plan(
    plan: CarePlan, *, ends_on: date, reason: str, by: Employee, at: datetime
) -> CarePlan:
    """No more touches after a day; those that are open beyond it are left out."""
    plan = CarePlan.objects.lock(plan.pk)
    plan.ends_on = ends_on
    plan.version += 1
    if ends_on < day_of(at):
        plan.generate_on = None
    plan.save(update_fields=["ends_on", "generate_on", "version"])
    for touch in CareTouch.objects.open().filter(plan=plan, due_on__gt=ends_on).order_by("pk"):
        skip_touch(touch, reason=reason, by=by, at=at)
    record(plan, "customers.care_plan_ended", by=by, at=at, on=ends_on, reason=reason)
    return plan


def make_touches(*, on: date, at: datetime) -> int:
    """Make what each care plan owes up to its days ahead, once; a bad plan stops no other."""
    due = CarePlan.objects.to_generate(on).order_by("generate_on", "pk")
    return claim_each(list(due[:SWEPT]), make_touches_of, on=on, at=at)


@transaction.atomic
def make_touches_of(plan: CarePlan, *, on: date, at: datetime) -> bool:
    """Of one plan for a day; the conditional update lets one process win."""
    until = max(plan.generated_until, on + timedelta(days=plan.days_ahead))
    tomorrow = on + rhythm.DAY
    won = (
        CarePlan.objects.to_generate(on)
        .filter(pk=plan.pk, generated_until=plan.generated_until)
        .update(generated_until=until, generate_on=None if plan.is_over(tomorrow) else tomorrow)
    )
    if not won:
        return False
    customers = Customer.objects.living().filter(tier=plan.tier_id)
    customers = (
        customers.select_related("account_manager").prefetch_related("served_by").order_by("pk")
    )
    hours = Hours()
    roster = Roster(at)
    touches = [
        touch
        for customer, contact_id, nominal in nominal_days(plan, list(customers), until)
        if (touch := settled(plan, customer, contact_id, nominal, hours, roster))
    ]
    CareTouch.objects.bulk_create(touches, ignore_conflicts=True, batch_size=500)
    return True


class Hours:
    """The service hours of customers, each outlet's read once."""

    def __init__(self) -> None:
        self.known: dict[frozenset[int], WorkCalendar | None] = {}

    def of(self, customer: Customer, outlets: frozenset[int]) -> WorkCalendar | None:
        if outlets not in self.known:
            self.known[outlets] = calendar_of(customer)
        return self.known[outlets]


def nominal_days(
    plan: CarePlan, customers: list[Customer], until: date
) -> Iterable[tuple[Customer, int | None, date]]:
    """Whose turn it is when: customers by the rhythm, contacts on their birthdays."""
    after = max(plan.generated_until, plan.starts_on - rhythm.DAY)
    if plan.kind != CareKind.BIRTHDAY:
        for customer in customers:
            for day in days_of(plan, customer.pk, after=after, until=until):
                yield customer, None, day
        return
    last = min(until, plan.ends_on) if plan.ends_on else until
    by_key = {customer.pk: customer for customer in customers}
    born = Affiliation.objects.filter(
        customer__in=list(by_key), contact__birth_month__isnull=False
    ).select_related("contact")
    for each in born.order_by("pk"):
        born_on = each.contact.birth_month or 0, each.contact.birth_day or 0
        for on in rhythm.birthdays(*born_on, after, last):
            yield by_key[each.customer_id], each.contact_id, on


def settled(
    plan: CarePlan,
    customer: Customer,
    contact_id: int | None,
    nominal: date,
    hours: Hours,
    roster: Roster,
) -> CareTouch | None:
    """The touch on a working day, with who owes it; None when the plan leaves such a day out."""
    outlets = [outlet.pk for outlet in customer.served_by.all()]
    calendar = hours.of(customer, frozenset(outlets))
    due_on = rhythm.settle(nominal, rhythm.OnHoliday(plan.holidays), calendar)
    if due_on is None:
        return None
    flexibility = timedelta(days=plan.flexibility_days)
    return CareTouch(
        plan=plan,
        customer=customer,
        contact_id=contact_id,
        kind=plan.kind,
        nominal_on=nominal,
        due_on=due_on,
        earliest_on=due_on - flexibility,
        latest_on=due_on + flexibility,
        owner=owner_of(customer, outlets, roster),
        remind_on=due_on - timedelta(days=DAYS_BEFORE),
    )


def owner_of(customer: Customer, outlets: list[int], roster: Roster) -> Employee | None:
    """The account manager, else a manager of the outlet, else the head; there now or not."""
    for _place, person in roster.chain(customer.account_manager, ring=0, outlets=outlets):
        return person
    return None


# Touches


@transaction.atomic
def finish_touch(
    touch: CareTouch, *, outcome: str = "", done_on: date | None = None, by: Employee, at: datetime
) -> CareTouch:
    """It was done, today or on a day before. Nothing to do for what is done already."""
    touch = lock_open(touch)
    today = day_of(at)
    if done_on is not None and done_on > today:
        raise DomainError(_("This day is still to come."), field="done_on")
    touch.status, touch.done_on = TouchStatus.DONE, done_on or today
    touch.outcome = outcome.strip()[:300]
    settle(touch, "customers.touch_done", by=by, at=at, outcome=touch.outcome)
    return touch


@transaction.atomic
def skip_touch(touch: CareTouch, *, reason: str, by: Employee | None, at: datetime) -> CareTouch:
    """It is left out this time, for a reason."""
    touch = lock_open(touch)
    if not reason.strip():
        raise DomainError(_("Please write something here."), field="reason")
    touch.status, touch.reason = TouchStatus.SKIPPED, reason.strip()[:300]
    settle(touch, "customers.touch_skipped", by=by, at=at, reason=touch.reason)
    return touch


def settle(
    touch: CareTouch, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    """Write the end; what was said of it ahead holds no more, and a task for it is taken back."""
    touch.remind_on = None
    touch.version += 1
    touch.save(update_fields=["done_on", "outcome", "reason", "remind_on", "status", "version"])
    withdraw(touch, *SAID, at=at)
    about = [touch.customer, touch.contact]
    record(touch, verb, by=by, at=at, about=about, title=touch.plan.title, **details)
    touch_settled.send(CareTouch, touch=touch, by=by, at=at)


def lock_open(touch: CareTouch) -> CareTouch:
    locked = CareTouch.objects.select_related("plan", "customer", "contact").lock(touch.pk)
    if locked.status != TouchStatus.OPEN:
        raise DomainError(
            _("It is %(now)s already.") % {"now": locked.get_status_display().lower()}
        )
    return locked


# Reminders


def remind_of_touches(*, on: date, at: datetime) -> int:
    """Remind each owner some days before, once, and the supervisor when it is overdue, once."""
    due = CareTouch.objects.to_remind(on).order_by("remind_on", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of_touch, on=on, at=at)


@transaction.atomic
def remind_of_touch(pk: int, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win. After an outage the latest only."""
    due = CareTouch.objects.to_remind(on).filter(pk=pk)
    touch = due.select_related("plan", "customer", "contact", "owner").first()
    if touch is None or touch.remind_on is None:
        return False
    overdue_on = touch.latest_on + rhythm.DAY
    is_overdue = on >= overdue_on
    won = due.filter(remind_on=touch.remind_on).update(remind_on=None if is_overdue else overdue_on)
    if not won:
        return False
    withdraw(touch, *SAID, at=at)
    about = [touch.customer]
    said: dict[str, Any] = {"title": touch.plan.title, "customer": touch.customer.name}
    said["due_on"] = touch.due_on
    if not is_overdue:
        record(touch, "customers.touch_due", by=None, at=at, about=about, **said)
        return True
    outlets = list(touch.customer.served_by.values_list("pk", flat=True))
    roster = Roster(at)
    above = roster.above(touch.owner, SUPERVISORS) if touch.owner else None
    told = roster.tell(
        above,
        ring=SUPERVISORS,
        outlets=outlets,
        but=[touch.owner_id] if touch.owner_id else [],
        may_see=lambda person: CareTouch.objects.visible_to(person).filter(pk=pk).exists(),
    )
    said |= {"owner": touch.owner.name if touch.owner else None}
    said["told"] = [told.details] if told else []
    record(touch, "customers.touch_overdue", by=None, at=at, about=about, **said)
    return True


def refuse_no_rhythm(plan: CarePlan) -> None:
    if plan.kind != CareKind.BIRTHDAY and not plan.every:
        raise DomainError(_("Say how often."), field="every")
