"""Which prices hold for an order on a day: its plans, the parts in them, and what a currency is
worth.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.choices import category_name
from assets.models import Asset, AssetModel, Part
from contracts.choices import Cover
from contracts.entitlement import Entitlement
from contracts.models import ServiceContract
from crmservice.errors import DomainError
from crmservice.money import money
from crmservice.web.text import day, in_both
from employees.models import WorkingCalendar
from employees.queries import work_calendar
from orders.choices import WorkKind
from orders.choosing import Case, Choice, Named, PlanFacts, choose
from orders.models import ExchangeRate, Order, PartPrice, PricePlan
from orders.pricing import Band, PartTerms, Plan, Reason, Zone

NEAR = timedelta(days=366)  # how long ago a plan may have ended, or when begin, to be spoken of
ONE = Decimal(1)


@dataclass
class Pricer:
    """The plans that may hold for an order on a day, to be asked line by line. Built in a constant
    number of queries; `prices` are those of the parts that it was built for.
    """

    case: Case
    plans: list[PlanFacts]
    rows: dict[int, PricePlan]
    prices: dict[tuple[int, int], Decimal]
    rate: Decimal = ONE
    calendars: dict[int, Any] = field(default_factory=dict)

    def rates_of(self, kind: WorkKind) -> Plan | None:
        """The plan that has a rate for this kind of work."""
        choice = self._choose(lambda row: kind in {each.kind for each in row.labour_rates.all()})
        return self._plan(choice) if choice.plan else None

    def for_work(self, kind: WorkKind) -> Plan:
        """As `rates_of`; raises DomainError when no plan has one."""
        plan = self.rates_of(kind)
        if plan is None:
            raise DomainError(
                _("No price plan in %(currency)s has a rate for “%(kind)s” on %(day)s.")
                % {
                    "kind": WorkKind(kind).label,
                    "currency": self.case.currency,
                    "day": day(self.case.on),
                }
            )
        return plan

    def for_call_out(self) -> Plan | None:
        choice = self._choose(lambda row: row.call_out_fee is not None)
        return self._plan(choice) if choice.plan else None

    def for_journey(self) -> Plan | None:
        """The plan that prices travel by zone or distance."""
        choice = self._choose(lambda row: bool(row.zones.all()) or row.per_kilometre is not None)
        return self._plan(choice) if choice.plan else None

    def for_part(self, part: Part) -> PartTerms:
        """A device's model decides; without a device the model that the part fits."""

        def answers(row: PricePlan) -> bool:
            return (row.pk, part.pk) in self.prices or row.parts_discount is not None

        facts = dict(self.case.facts)
        if Named.MODEL not in facts and part.fits_model is not None:
            facts |= of_model(part.fits_model)
        choice = self._choose(answers, Case(self.case.on, self.case.currency, facts))
        if choice.plan is None:
            return PartTerms(chosen=reasons_of(choice))
        price = self.prices.get((choice.plan.id, part.pk))
        discount = self.rows[choice.plan.id].parts_discount if price is None else None
        return PartTerms(price, discount, reasons_of(choice))

    def list_price(self, part: Part) -> Decimal:
        """The catalogue's price, in the order's currency."""
        if self.case.currency == settings.BASE_CURRENCY:
            return part.list_price
        return money(part.list_price / self.rate, self.case.currency)

    def _choose(self, answers: Callable[[PricePlan], bool], case: Case | None = None) -> Choice:
        return choose(self.plans, case or self.case, lambda pk: answers(self.rows[pk]))

    def _plan(self, choice: Choice) -> Plan:
        assert choice.plan is not None
        row = self.rows[choice.plan.id]
        pk = row.calendar_id or normal_hours()
        if pk not in self.calendars:
            self.calendars[pk] = work_calendar(pk)
        return plan_of(row, self.calendars[pk], reasons_of(choice))


def pricer_of(order: Order, terms: Entitlement, on: date, parts: Collection[Part] = ()) -> Pricer:
    """What prices an order's lines of a day, for these parts; at most seven queries. A foreign
    currency counts at the rate of the order.
    """
    case = case_of(terms, on, order.currency, order.asset)
    return pricer(case, parts, rate=order.rate)


def pricer(case: Case, parts: Collection[Part] = (), *, rate: Decimal = ONE) -> Pricer:
    """Raises DomainError when nothing is sold in this currency on this day."""
    near = PricePlan.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=case.on - NEAR), valid_from__lte=case.on + NEAR
    )
    rows = near.select_related("contract", "contract_type", "model", "tier")
    found = list(rows.prefetch_related("labour_rates", "zones"))
    general = [row for row in found if row.is_general and row.currency == case.currency]
    if not any(row.holds(case.on) for row in general):
        raise no_plan(case.currency, case.on)
    spoken_of = [row for row in found if row.holds(case.on) or not row.is_general]
    prices = PartPrice.objects.filter(
        part__in=[part.pk for part in parts], plan__in=[row.pk for row in spoken_of]
    )
    return Pricer(
        case=case,
        plans=[facts_of(row) for row in spoken_of],
        rows={row.pk: row for row in spoken_of},
        prices={
            (plan, part): price
            for plan, part, price in prices.order_by().values_list("plan", "part", "price")
        },
        rate=rate,
    )


def case_of(terms: Entitlement, on: date, currency: str = "", asset: Asset | None = None) -> Case:
    """Whose contract, tier and device it is; a component is of its device's model."""
    facts: dict[Named, Any] = {Named.TIER: terms.tier_id}
    if terms.cover == Cover.CONTRACT and terms.contract_id is not None:
        facts[Named.CONTRACT] = terms.contract_id
        types = ServiceContract.objects.filter(pk=terms.contract_id).values_list("type", flat=True)
        facts[Named.CONTRACT_TYPE] = types.first()
    device = asset.root if asset and asset.model is None else asset
    if device is not None and device.model is not None:
        facts |= of_model(device.model)
    return Case(on, currency or settings.BASE_CURRENCY, facts)


def of_model(model: AssetModel) -> dict[Named, Any]:
    return {Named.MODEL: model.pk, Named.CATEGORY: model.category}


def facts_of(row: PricePlan) -> PlanFacts:
    named: dict[Named, Any] = {}
    words: dict[Named, Any] = {}
    for each, key in (
        (Named.CONTRACT, row.contract_id),
        (Named.CONTRACT_TYPE, row.contract_type_id),
        (Named.MODEL, row.model_id),
        (Named.TIER, row.tier_id),
    ):
        if key is not None:
            record: Any = getattr(row, each)
            named[each] = key
            words[each] = record.number if each == Named.CONTRACT else names_of(record)
    if row.category:
        named[Named.CATEGORY] = row.category
        words[Named.CATEGORY] = in_both(lambda: category_name(row.category))
    return PlanFacts(row.pk, str(row), row.currency, row.valid_from, row.valid_until, named, words)


def names_of(record: Any) -> dict[str, str]:
    return {"en": record.name_en or record.name_zh, "zh": record.name_zh}


def reasons_of(choice: Choice) -> tuple[Reason, ...]:
    """The first step of a price: which plan it is from, and why from no other."""
    passed = [list(each) for each in choice.passed]
    if choice.plan is None:
        spoken_of = [each for each in passed if each[1] != "silent"]
        return (Reason("no_plan", {"passed": passed}),) if spoken_of else ()
    return (Reason("plan", {"plan": choice.plan.title, "passed": passed}),)


def plan_of(row: PricePlan, calendar: Any, chosen: tuple[Reason, ...] = ()) -> Plan:
    return Plan(
        rates={rate.kind: rate.per_hour for rate in row.labour_rates.all()},
        factors={
            Band.NORMAL: row.factor_normal,
            Band.EVENING: row.factor_evening,
            Band.WEEKEND: row.factor_weekend,
            Band.HOLIDAY: row.factor_holiday,
        },
        minimum_minutes=row.minimum_minutes,
        rounding_minutes=row.rounding_minutes,
        call_out_fee=row.call_out_fee,
        calendar=calendar,
        currency=row.currency,
        zones=tuple(Zone(zone.name, zone.fee, zone.up_to_km) for zone in row.zones.all()),
        per_kilometre=row.per_kilometre,
        chosen=chosen,
    )


def general_plan(on: date, currency: str = "") -> PricePlan:
    """The plan for everybody that is valid on a day. Raises DomainError without one."""
    currency = currency or settings.BASE_CURRENCY
    row = PricePlan.objects.general().valid_on(on).filter(currency=currency).first()
    if row is None:
        raise no_plan(currency, on)
    return row


def no_plan(currency: str, on: date) -> DomainError:
    return DomainError(
        _("No price plan in %(currency)s is valid on %(day)s.")
        % {"currency": currency, "day": day(on)}
    )


def sold_in(on: date) -> list[str]:
    """The currencies in which something is sold on a day, the base currency first."""
    rows = PricePlan.objects.general().valid_on(on).order_by()
    found = set(rows.values_list("currency", flat=True).distinct())
    return sorted(found, key=lambda each: (each != settings.BASE_CURRENCY, each))


def rate_on(currency: str, on: date) -> Decimal:
    """What one unit is worth in the base currency on a day. Raises DomainError when nobody has
    said.
    """
    if currency == settings.BASE_CURRENCY:
        return ONE
    rates = ExchangeRate.objects.filter(currency=currency, valid_from__lte=on)
    rate = rates.order_by("-valid_from").values_list("rate", flat=True).first()
    if rate is None:
        raise DomainError(
            _("Nobody has said what %(currency)s is worth on %(day)s: enter the exchange rate.")
            % {"currency": currency, "day": day(on)},
            field="currency",
        )
    return rate


def rates_by_day() -> Callable[[str, date], Decimal | None]:
    """`rate_on` for many days at once: what is known now, read in one statement; None when nobody
    has said.
    """
    known: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    rates = ExchangeRate.objects.order_by("valid_from")
    for currency, valid_from, worth in rates.values_list("currency", "valid_from", "rate"):
        known[currency].append((valid_from, worth))

    def rate(currency: str, on: date) -> Decimal | None:
        if currency == settings.BASE_CURRENCY:
            return ONE
        place = bisect_right(known[currency], on, key=itemgetter(0))
        return known[currency][place - 1][1] if place else None

    return rate


def in_base(amount: Decimal, order: Order) -> Decimal:
    """An amount of the order in base currency, at the rate of its day."""
    return money(amount * order.rate, settings.BASE_CURRENCY)


def normal_hours() -> int:
    """The calendar that tells evenings, weekends and holidays where the plan names none.

    It is the first with public holidays. Raises DomainError when there is no calendar.
    """
    calendars = WorkingCalendar.objects.order_by("pk").values_list("pk", flat=True)
    chosen = calendars.exclude(country="").first() or calendars.first()
    if chosen is None:
        raise DomainError(_("No working calendar is set up."))
    return chosen


def zones_of(order: Order, terms: Entitlement, on: date) -> list[str]:
    """The travel zones of the plan that prices journeys of an order. Raises DomainError without a
    valid plan.
    """
    plan = pricer_of(order, terms, on).for_journey()
    return [zone.name for zone in plan.zones] if plan else []


def families() -> Iterable[str]:
    """The product families that models name."""
    named = AssetModel.objects.exclude(category="").order_by("category")
    return named.values_list("category", flat=True).distinct()
