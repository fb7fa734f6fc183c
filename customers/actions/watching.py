"""The trend of each customer every month, and the cases of those that buy less."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from crmservice.activity.models import Heartbeat
from crmservice.activity.trail import record
from crmservice.delivery.writing import withdraw
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.sweeping import claim_each
from customers.actions.caring import owner_of
from customers.choices import GOING, Recovered
from customers.models import (
    Customer,
    CustomerTrend,
    Purchase,
    RecoveryCase,
    RecoveryMeasure,
    Tier,
)
from customers.queries import day_of, trend_terms
from customers.tiers import window
from customers.trends import Course, course
from employees.models import Employee
from employees.queries import Roster

MONTHLY = "customers.trends"
CHUNK = 1000
SWEPT = 200
DAYS_BEFORE = 5
SAID = ("customers.recovery_due", "customers.recovery_overdue")


@transaction.atomic
def watch_if_due(*, at: datetime) -> bool:
    """Judge every customer once a month of the organisation's time zone; one that was missed is
    made good. The claim and the work are one transaction: who is killed in between leaves it due.
    """
    month = localdate(at).replace(day=1)
    last, is_first = Heartbeat.objects.get_or_create(name=MONTHLY, defaults={"at": at})
    if not is_first and localdate(last.at) >= month:
        return False
    won = Heartbeat.objects.filter(pk=last.pk, at=last.at).update(at=at)
    if won:
        watch(month, at=at)
    return bool(won)


@transaction.atomic
def watch(month: date, *, at: datetime) -> int:
    """Write each customer's trend on the first day of a month. Who begins to decline, or is lost,
    gets a recovery case, but for the lowest tier: those are on the list. Returns how many cases
    were opened; a second run writes nothing.
    """
    known = CustomerTrend.objects.filter(month=month).values("customer")
    customers = Customer.objects.living().filter(is_prospect=False).exclude(pk__in=known)
    terms, lowest = trend_terms(), Tier.objects.order_by("-rank").first()
    bought = purchases_until(month, terms.known_months)
    rows, stale, going = [], [], []
    for customer in customers.select_for_update(of=("self",)).order_by("pk").iterator(CHUNK):
        now = course(month, bought[customer.pk], terms)
        rows.append(trend_row(customer, month, now))
        if now.trend == customer.trend:
            continue
        begins = now.trend in GOING and customer.trend not in GOING
        if begins and lowest is not None and customer.tier_id != lowest.pk:
            going.append((customer.pk, now))
        customer.trend = now.trend
        stale.append(customer)
    CustomerTrend.objects.bulk_create(rows, batch_size=CHUNK)
    Customer.objects.bulk_update(stale, ["trend"], batch_size=CHUNK)
    return open_cases(going, at=at)


def trend_row(customer: Customer, month: date, now: Course) -> CustomerTrend:
    return CustomerTrend(
        customer=customer, month=month, trend=now.trend, recent=now.recent, before=now.before
    )


def purchases_until(month: date, months: int) -> dict[int, list[tuple[date, Decimal]]]:
    """The purchases that a trend is judged by, per customer; of older ones the first day only."""
    rows = Purchase.objects.filter(currency=settings.BASE_CURRENCY, bought_on__lt=month).order_by()
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    since = window(month, months)[0]
    for customer, day, amount in rows.filter(bought_on__gte=since).values_list(
        "customer", "bought_on", "amount"
    ):
        found[customer].append((day, amount))
    older = rows.filter(bought_on__lt=since).values_list("customer", flat=True).distinct()
    for customer in older:
        found[customer].append((date.min, Decimal(0)))
    return found


def open_cases(going: Iterable[tuple[int, Course]], *, at: datetime) -> int:
    """For those that have none open."""
    wanted = dict(going)
    if not wanted:
        return 0
    has_one = set(
        RecoveryCase.objects.open().filter(customer__in=wanted).values_list("customer", flat=True)
    )
    customers = Customer.objects.filter(pk__in=wanted.keys() - has_one)
    customers = customers.select_related("account_manager").prefetch_related("served_by")
    roster = Roster(at)
    opened = 0
    for customer in customers.order_by("tier__rank", "pk"):
        outlets = [outlet.pk for outlet in customer.served_by.all()]
        owner = owner_of(customer, outlets, roster)
        write_case(customer, wanted[customer.pk], owner=owner, by=None, at=at)
        opened += 1
    return opened


def write_case(
    customer: Customer,
    now: Course,
    *,
    owner: Employee | None,
    reason: str = "",
    by: Employee | None,
    at: datetime,
) -> RecoveryCase:
    due_on = day_of(at) + timedelta(days=settings.RECOVER_WITHIN_DAYS)
    case = RecoveryCase.objects.create(
        number=next_number("RC", at),
        customer=customer,
        trend=now.trend,
        recent=now.recent,
        before=now.before,
        reason=reason,
        owner=owner,
        opened_at=at,
        due_on=due_on,
        remind_on=due_on - timedelta(days=DAYS_BEFORE),
    )
    tell(case, "customers.recovery_opened", by=by, at=at, due_on=due_on)
    return case


@transaction.atomic
def open_recovery(
    customer: Customer, *, reason: str, owner: Employee, by: Employee, at: datetime
) -> RecoveryCase:
    """By hand, because somebody noticed what the figures do not say yet. Raises DomainError while
    one is open.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if customer.merged_into_id is not None:
        raise DomainError(_("This customer was joined to another one."))
    there = RecoveryCase.objects.open().filter(customer=customer).first()
    if there is not None:
        raise DomainError(_("%(number)s is open for this customer.") % {"number": there})
    month = day_of(at)
    bought = Purchase.objects.filter(customer=customer, currency=settings.BASE_CURRENCY)
    now = course(month, bought.values_list("bought_on", "amount"), trend_terms())
    why = demand(reason, "reason")
    return write_case(customer, now, owner=owner, reason=why, by=by, at=at)


# What is done about it


@transaction.atomic
def hold_meeting(
    case: RecoveryCase, *, met_on: date, present: str, causes: str, by: Employee, at: datetime
) -> RecoveryCase:
    """Who met, and why the customer buys less as they see it; said anew at a later meeting."""
    case = lock_open(case)
    if met_on > day_of(at):
        raise DomainError(_("This day is still to come."), field="met_on")
    case.met_on, case.present = met_on, demand(present, "present")
    case.causes = demand(causes, "causes")
    case.save(update_fields=["met_on", "present", "causes"])
    tell(case, "customers.recovery_met", by=by, at=at, causes=case.causes)
    return case


@transaction.atomic
def add_measure(
    case: RecoveryCase, *, text: str, owner: Employee, due_on: date, by: Employee, at: datetime
) -> RecoveryMeasure:
    """What somebody does by a day."""
    case = lock_open(case)
    if due_on < day_of(at):
        raise DomainError(_("This day is over."), field="due_on")
    measure = RecoveryMeasure.objects.create(
        case=case, text=demand(text, "text"), owner=owner, due_on=due_on
    )
    tell(
        case, "customers.measure_added", by=by, at=at,
        measure=measure.text, owner=owner.name, owner_id=owner.pk, due_on=due_on,
    )  # fmt: skip
    return measure


@transaction.atomic
def finish_measure(
    measure: RecoveryMeasure, *, result: str, by: Employee, at: datetime
) -> RecoveryMeasure:
    case = lock_open(measure.case)
    measure = RecoveryMeasure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    if measure.done_on is not None:
        raise DomainError(_("This is done already."))
    measure.done_on, measure.result = day_of(at), demand(result, "result")
    measure.save(update_fields=["done_on", "result"])
    said = {"measure": measure.text, "result": measure.result}
    tell(case, "customers.measure_done", by=by, at=at, **said)
    return measure


@transaction.atomic
def hand_case(case: RecoveryCase, *, owner: Employee, by: Employee, at: datetime) -> RecoveryCase:
    """Somebody else sees to it."""
    case = lock_open(case)
    case.owner = owner
    case.save(update_fields=["owner"])
    tell(case, "customers.recovery_handed", by=by, at=at, owner=owner.name)
    return case


@transaction.atomic
def close_case(
    case: RecoveryCase, *, outcome: str, result: str, by: Employee, at: datetime
) -> RecoveryCase:
    """What came of it. Raises DomainError before the causes are known and the measures done, but
    for what was no decline.
    """
    case = lock_open(case)
    if outcome != Recovered.NOT_NEEDED:
        if not case.causes:
            raise DomainError(_("First write down the meeting: why does the customer buy less?"))
        if case.measures.filter(done_on=None).exists():
            raise DomainError(_("A measure is still open."))
    case.outcome, case.result = Recovered(outcome), demand(result, "result")
    case.closed_at, case.remind_on = at, None
    case.save(update_fields=["outcome", "result", "closed_at", "remind_on"])
    withdraw(case, *SAID, at=at)
    tell(case, f"customers.recovered_{outcome}", by=by, at=at, result=case.result)
    return case


def remind_of_cases(*, on: date, at: datetime) -> int:
    """Remind each owner some days before, once, and with the supervisor when it is overdue."""
    due = RecoveryCase.objects.to_remind(on).order_by("remind_on", "pk")
    return claim_each(list(due.values_list("pk", flat=True)[:SWEPT]), remind_of_case, on=on, at=at)


@transaction.atomic
def remind_of_case(pk: int, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win. After an outage the latest only."""
    due = RecoveryCase.objects.to_remind(on).filter(pk=pk)
    case = due.described().first()
    if case is None:
        return False
    overdue_on = case.due_on + timedelta(days=1)
    is_overdue = on >= overdue_on
    if not due.filter(remind_on=case.remind_on).update(
        remind_on=None if is_overdue else overdue_on
    ):
        return False
    withdraw(case, *SAID, at=at)
    verb = "customers.recovery_overdue" if is_overdue else "customers.recovery_due"
    tell(case, verb, by=None, at=at, due_on=case.due_on)
    return True


def lock_open(case: RecoveryCase) -> RecoveryCase:
    case = RecoveryCase.objects.described().lock(case.pk)
    if case.closed_at is not None:
        raise DomainError(_("%(number)s is closed.") % {"number": case.number})
    return case


def demand(text: str, field: str) -> str:
    if not text.strip():
        raise DomainError(_("Please write something here."), field=field)
    return text.strip()


def tell(
    case: RecoveryCase, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    customer = case.customer
    record(case, verb, by=by, at=at, about=[customer], customer=customer.name, **details)
