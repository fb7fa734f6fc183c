"""Price plans: for everybody or for what they name. What was priced by one stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Part
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import MINOR_DIGITS
from crmservice.numbers.models import next_number
from crmservice.web.text import day
from employees.models import Employee
from orders.actions.keeping import day_of
from orders.models import SCOPE, ExchangeRate, LabourRate, PartPrice, PricePlan, TravelZone
from orders.pricing import Zone

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Prices:
    """What a plan says: rates per hour by WorkKind, zones of travel, and parts at its own price."""

    rates: Mapping[str, Decimal] = field(default_factory=dict)
    zones: Sequence[Zone] = ()
    parts: Mapping[Part, Decimal] = field(default_factory=dict)


@transaction.atomic
def add_price_plan(
    *,
    valid_from: date,
    prices: Prices,
    by: Employee,
    at: datetime,
    valid_until: date | None = None,
    **values: Any,
) -> PricePlan:
    """A plan of its own from a day on.

    Raises DomainError for a day that is over, negative prices, a plan that says nothing, and where
    another for the same holds on one of its days.
    """
    if valid_from < day_of(at):
        raise DomainError(_("A price plan is valid from today on, or later."), field="valid_from")
    plan = write(PricePlan(valid_from=valid_from, valid_until=valid_until, **values), prices, at=at)
    record(plan, "orders.plan_added", by=by, at=at, on=valid_from)
    return plan


@transaction.atomic
def change_price_plan(
    plan: PricePlan,
    *,
    valid_from: date,
    prices: Prices,
    by: Employee,
    at: datetime,
    valid_until: date | None = None,
    **values: Any,
) -> PricePlan:
    """Other prices for the same, from a day on: the next plan; this one ends the day before.

    Raises DomainError as `add_price_plan`, and for a day on which this one does not hold any more.
    """
    today = day_of(at)
    if valid_from < today:
        raise DomainError(_("A price plan is valid from today on, or later."), field="valid_from")
    plan = PricePlan.objects.select_for_update().get(pk=plan.pk)
    if valid_from <= plan.valid_from or not plan.holds(valid_from):
        said = _(
            "“%(plan)s” holds from %(first)s on: change it from a later day on which it holds."
        )
        words = {"plan": plan, "first": day(plan.valid_from)}
        raise DomainError(said % words, field="valid_from")
    scope = {name: getattr(plan, name) for name in SCOPE}
    plan.valid_until = valid_from - A_DAY
    plan.save(update_fields=["valid_until"])
    new = PricePlan(
        valid_from=valid_from, valid_until=valid_until, currency=plan.currency, **scope, **values
    )
    write(new, prices, at=at)
    record(plan, "orders.plan_followed", by=by, at=at, on=valid_from, number=new.number)
    record(new, "orders.plan_changed", by=by, at=at, on=valid_from, number=plan.number)
    return new


@transaction.atomic
def end_price_plan(plan: PricePlan, *, valid_until: date, by: Employee, at: datetime) -> PricePlan:
    """The last day on which it holds; earlier or later than it was said.

    Raises DomainError for a day that is over or before its first, where the next one holds already,
    and for the plan for everybody in base currency while no other follows.
    """
    plan = PricePlan.objects.select_for_update().get(pk=plan.pk)
    if valid_until < day_of(at):
        raise DomainError(_("What was priced until today stays priced: today is the earliest."),
                          field="valid_until")  # fmt: skip
    if valid_until < plan.valid_from:
        raise DomainError(_("It ends before it starts."), field="valid_until")
    if plan.is_general and plan.currency == settings.BASE_CURRENCY:
        said = _("Nothing could be priced after it. Change it from a day on instead.")
        raise DomainError(said, field="valid_until")
    plan.valid_until = valid_until
    refuse_overlap(plan)
    plan.save(update_fields=["valid_until"])
    record(plan, "orders.plan_ended", by=by, at=at, on=valid_until)
    return plan


@transaction.atomic
def set_rate(
    *, currency: str, valid_from: date, rate: Decimal, by: Employee, at: datetime
) -> ExchangeRate:
    """What a unit of a currency is worth from a day on; orders keep the rate of their day."""
    if currency == settings.BASE_CURRENCY or currency not in MINOR_DIGITS:
        raise DomainError(_("This currency has no exchange rate."), field="currency")
    if rate <= 0:
        raise DomainError(_("A rate is more than zero."), field="rate")
    if valid_from < day_of(at):
        raise DomainError(_("A rate holds from today on, or later."), field="valid_from")
    set_to, _made = ExchangeRate.objects.update_or_create(
        currency=currency, valid_from=valid_from, defaults={"rate": rate}
    )
    worth = f"{rate.normalize():f}"
    record(set_to, "orders.rate_set", by=by, at=at, currency=currency, rate=worth, on=valid_from)
    return set_to


def write(plan: PricePlan, prices: Prices, *, at: datetime) -> PricePlan:
    """Save a new plan with what it says. The number's row is locked: one writer at a time."""
    plan.number = next_number("PL", at)
    if plan.valid_until is not None and plan.valid_until < plan.valid_from:
        raise DomainError(_("It ends before it starts."), field="valid_until")
    refuse_negative(plan, prices)
    refuse_silent(plan, prices)
    refuse_overlap(plan)
    plan.save(force_insert=True)
    LabourRate.objects.bulk_create(
        LabourRate(plan=plan, kind=kind, per_hour=rate) for kind, rate in prices.rates.items()
    )
    TravelZone.objects.bulk_create(
        TravelZone(plan=plan, name=zone.name, fee=zone.fee, up_to_km=zone.up_to_km)
        for zone in prices.zones
    )
    PartPrice.objects.bulk_create(
        PartPrice(plan=plan, part=part, price=price) for part, price in prices.parts.items()
    )
    return plan


def refuse_overlap(plan: PricePlan) -> None:
    """Of two plans for the same on one day nobody could say which holds."""
    others = PricePlan.objects.of_scope(plan).exclude(pk=plan.pk)
    if plan.valid_until is not None:
        others = others.filter(valid_from__lte=plan.valid_until)
    for other in others.order_by("valid_from"):
        if other.valid_until is None or other.valid_until >= plan.valid_from:
            said = _("“%(plan)s” is for the same and holds %(days)s. Change that one, or end it.")
            first, last = day(other.valid_from), day(other.valid_until) or "…"
            words = {"plan": other, "days": f"{first} – {last}"}
            raise DomainError(said % words, field="valid_from")


def refuse_negative(plan: PricePlan, prices: Prices) -> None:
    said = [*prices.rates.values(), *prices.parts.values(), *(zone.fee for zone in prices.zones)]
    said += [plan.call_out_fee or 0, plan.per_kilometre or 0]  # type: ignore[list-item]
    said += [
        getattr(plan, f"factor_{band}") for band in ("normal", "evening", "weekend", "holiday")
    ]
    if any(price < 0 for price in said):
        raise DomainError(_("A price is not negative."))


def refuse_silent(plan: PricePlan, prices: Prices) -> None:
    """A plan answers some question, or it is none."""
    says = (prices.rates, prices.zones, prices.parts)
    alone = (plan.call_out_fee, plan.per_kilometre, plan.parts_discount)
    if not any(says) and all(each is None for each in alone):
        raise DomainError(_("The plan says no price at all."))
