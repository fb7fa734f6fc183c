"""What it costs and what it brings: cost to serve, revenue, contracts, expenses."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from crmservice.money import money
from customers.choices import SignalStatus
from expenses.choices import COUNTED, WAITING, Category
from orders.choices import TAKEN, LineKind
from orders.queries.pricing import rates_by_day
from reports.choices import COST_TO_SERVE, DEFINITIONS, Chart, Figure, Unit
from reports.periods import Period
from reports.queries.declaring import Measure, Number, Report, Values, count, share, total
from reports.queries.requests import Asked
from reports.queries.sources.customers import EQUIPMENT, SETTLED
from reports.queries.sources.money import (
    BILLED,
    BUDGETS,
    CLAIMED_LINES,
    CONTRACTS,
    LABOUR,
    OFFERS,
    OUTLAYS,
    PARTS,
    in_warranty,
)

WORK_FILTERS = ("tier", "kind", "model", "region", "customer")
BY_WORK = ("customer", "time", "tier", "model", "contract", "contract_type", "region", "kind")
IS_OUTSIDE = Q(category=Category.OUTSIDE_SERVICE)
PRORATED = _(
    "The value of each contract by the days of the period on which it was in force, in base "
    "currency at the rate of its first day (nothing before that rate is entered), rounded once per "
    "contract."
)
REVENUE = _(
    "Billed parts, billed labour, contract value prorated by day, and what was won from signals."
)
RENEW_WITHIN = timedelta(days=90)


def prorated(asked: Asked, contracts: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
    """Each contract's value by day over the contract, of the days that lie in the period."""
    period, rates = asked.scope.period, rates_by_day()
    for key, *terms in contracts.values_list("line_key", *TERMS):
        if value := value_within(period, rates, *terms):
            yield key, value


def prorated_over_time(asked: Asked, contracts: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
    """The same of each day, week or month of the period, as if it were asked for alone."""
    buckets, rates = asked.scope.period.buckets, rates_by_day()
    for terms in contracts.values_list(*TERMS):
        for bucket in buckets:
            if value := value_within(bucket, rates, *terms):
                yield bucket.first.isoformat(), value


TERMS = ("value", "currency", "starts_on", "ends_on", "terminated_on")


def value_within(
    period: Period,
    rates: Callable[[str, date], Decimal | None],
    value: Decimal,
    currency: str,
    starts: date,
    ends: date,
    terminated: date | None,
) -> Decimal:
    """What a contract's days in the period are worth, at the rate of its first day: nothing as long
    as nobody has entered one.
    """
    first = max(starts, period.first)
    last = min(ends, period.last, *([terminated - timedelta(days=1)] if terminated else []))
    days, whole = max((last - first).days + 1, 0), (ends - starts).days + 1
    rate = rates(currency, starts) if days else None
    if rate is None:
        return Decimal(0)
    return money(value * days / whole * rate, settings.BASE_CURRENCY)


def sum_of(*names: str) -> Any:
    def worked(values: Values) -> Number:
        return sum((values.get(name) or Decimal(0) for name in names), start=Decimal(0))

    return worked


def less(one: str, other: str) -> Any:
    return lambda values: (values.get(one) or Decimal(0)) - (values.get(other) or Decimal(0))


OF_COST = (
    total("labour", _("Labour"), LABOUR, "cents", DEFINITIONS[Figure.LABOUR]),
    total("parts", _("Parts"), PARTS, "cents", DEFINITIONS[Figure.PARTS]),
    total(
        "expenses", _("Expenses"), OUTLAYS, "cents", DEFINITIONS[Figure.EXPENSES], where=~IS_OUTSIDE
    ),
    total(
        "outside",
        _("Outside services"),
        OUTLAYS,
        "cents",
        DEFINITIONS[Figure.OUTSIDE],
        where=IS_OUTSIDE,
    ),
    Measure(
        "cost",
        _("Cost to serve"),
        COST_TO_SERVE,
        Unit.MONEY,
        from_=sum_of("labour", "parts", "expenses", "outside"),
        part="labour",
        good="down",
    ),
)
OF_REVENUE = (
    total(
        "billed_parts",
        _("Billed parts"),
        BILLED,
        "cents",
        _(
            "What approved orders charge for parts, less what was credited of it, by the day of "
            "the work."
        ),
        where=Q(kind=LineKind.PART),
    ),
    total(
        "billed_labour",
        _("Billed labour"),
        BILLED,
        "cents",
        _(
            "What approved orders charge for labour, travel and call-out, less what was credited "
            "of it, by the day of the work."
        ),
        where=~Q(kind=LineKind.PART),
    ),
    Measure(
        "contracts",
        _("Contracts"),
        PRORATED,
        Unit.MONEY,
        rows=CONTRACTS,
        worked=prorated,
        over_time=prorated_over_time,
        permission="costs.view",
    ),
    total(
        "won",
        _("Won from signals"),
        SETTLED,
        "amount",
        _("Amounts won from business signals, by the day of winning."),
        where=Q(status=SignalStatus.WON),
        permission="costs.view",
    ),
    Measure(
        "revenue",
        _("After-sales revenue"),
        REVENUE,
        Unit.MONEY,
        from_=sum_of("billed_parts", "billed_labour", "contracts", "won"),
        part="billed_parts",
        good="up",
    ),
)


def under_contract(request: str, own: str) -> Q:
    """Of what was done for a request that request's contract, else the one that the work names."""
    through, alone = {f"{request}__contract__isnull": False}, {f"{own}__isnull": False}
    return Q(**through) | Q(**{request: None}, **alone)


UNDER_CONTRACT = {
    "labour": under_contract("task__service_request", "task__contract"),
    "parts": under_contract("order__service_request", "order__contract"),
    "expenses": under_contract("service_request", "task__contract"),
    "outside": under_contract("service_request", "task__contract"),
}


def of_contracts(measure: Measure) -> Measure:
    """What costs, without work that no contract covered."""
    under = UNDER_CONTRACT.get(measure.key)
    if under is None or callable(measure.where):
        return measure
    sum_ = Sum("cents", filter=measure.where & Q(contract__isnull=False))
    return replace(measure, where=measure.where & under, on_facts=lambda _asked, _line: sum_)


def served_in_warranty(_asked: Asked, _line: str) -> Sum:
    return Sum("cents", filter=Q(is_in_warranty=True))


WARRANTY = _("Cost to serve on assets that were in warranty on the day of the work.")
SPELLS = _(
    "Cost to serve in warranty ÷ the equipment that these customers bought within the warranty of "
    "the devices so served."
)
WARRANTY_COST = (
    total(
        "warranty_labour",
        "",
        LABOUR,
        "cents",
        WARRANTY,
        hidden=True,
        where=in_warranty("worked_on", "task__service_request", "task__asset"),
        on_facts=served_in_warranty,
    ),
    total(
        "warranty_parts",
        "",
        PARTS,
        "cents",
        WARRANTY,
        hidden=True,
        where=in_warranty("done_on", "order__service_request", "order__asset"),
        on_facts=served_in_warranty,
    ),
    total(
        "warranty_outlays",
        "",
        OUTLAYS,
        "cents",
        WARRANTY,
        hidden=True,
        where=in_warranty("spent_on", "service_request", "task__asset"),
        on_facts=served_in_warranty,
    ),
    Measure(
        "warranty",
        _("In warranty"),
        WARRANTY,
        Unit.MONEY,
        from_=sum_of("warranty_labour", "warranty_parts", "warranty_outlays"),
        part="warranty_labour",
        good="down",
    ),
    total("equipment", "", EQUIPMENT, "amount", SPELLS, hidden=True),
    share(
        "warranty_share",
        _("Warranty share of cost"),
        "warranty",
        "equipment",
        SPELLS,
        good="down",
    ),
)

COST = Report(
    "cost",
    _("Cost to serve and net value"),
    _("What does serving cost, in warranty too, and what remains?"),
    measures=(
        *OF_COST,
        *WARRANTY_COST,
        *OF_REVENUE,
        Measure(
            "net",
            _("Net service value"),
            _("After-sales revenue − cost to serve."),
            Unit.MONEY,
            from_=less("revenue", "cost"),
            part="cost",
            base="revenue",
            good="up",
        ),
    ),
    breakdowns=BY_WORK,
    lead=("parts", "labour", "outside", "expenses", "billed_parts"),
    ranked="cost",
    filters=WORK_FILTERS,
    headlines=("cost", "warranty", "warranty_share", "revenue", "net"),
    charted=("labour", "parts", "expenses", "outside"),
    chart=Chart.STACKED,
    permission="costs.view",
)

HITS = _(
    "Accepted ÷ (accepted + declined + lapsed), of the offers decided in the period, by number "
    "and by amount."
)
SALES = Report(
    "revenue",
    _("After-sales revenue"),
    _("What do parts, labour, contracts and offers bring?"),
    measures=(
        *OF_REVENUE,
        count("offers", _("Offers decided"), OFFERS, HITS),
        count("taken", _("Accepted"), OFFERS, HITS, hidden=True, where=Q(status__in=TAKEN)),
        share("hit_rate", _("Hit rate"), "taken", "offers", HITS, good="up"),
        total("offered", _("Offered"), OFFERS, "net", HITS, hidden=True),
        total(
            "accepted", _("Accepted, amount"), OFFERS, "accepted", HITS, where=Q(status__in=TAKEN)
        ),
        share(
            "hit_amount",
            _("Hit rate by amount"),
            "accepted",
            "offered",
            HITS,
            good="up",
            opens="offers",
        ),
    ),
    breakdowns=("time", "customer", "tier", "region", "contract_type", "model", "kind"),
    filters=WORK_FILTERS,
    lead=("billed_parts", "billed_labour", "contracts", "won"),
    ranked="revenue",
    headlines=("revenue", "billed_parts", "billed_labour", "contracts", "hit_rate"),
    charted=("billed_parts", "billed_labour", "contracts", "won"),
    chart=Chart.STACKED,
    permission="costs.view",
)


def ends_soon(asked: Asked) -> Q:
    today = asked.at.astimezone(asked.scope.period.zone).date()
    return Q(ends_on__gte=today, ends_on__lte=today + RENEW_WITHIN, status="active")


def allowance(name: str) -> Any:
    """Of the contracts, what their allowances of this period gave or took."""

    def worked(_asked: Asked, contracts: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
        found = contracts.filter(allowance_uses__given_back_at=None).order_by()
        for row in found.values("line_key").annotate(sum=Sum(f"allowance_uses__{name}")):
            yield row["line_key"], row["sum"]

    return worked


CONTRACT_REPORT = Report(
    "contracts",
    _("Contracts"),
    _("Which contracts end, which pay, and what of them is used?"),
    measures=(
        count("held", _("In force"), CONTRACTS, _("Contracts in force on some day of the period.")),
        count(
            "ending",
            _("Ends within 90 days"),
            CONTRACTS,
            _("Of these: active, and ending within 90 days from today."),
            where=ends_soon,
        ),
        count(
            "ended",
            _("Ended in the period"),
            CONTRACTS,
            _("Of these: the last day lies in the period."),
            where=lambda asked: Q(ends_on__lt=asked.scope.period.after),
        ),
        count(
            "renewed",
            _("Of these renewed"),
            CONTRACTS,
            _("Of those that ended in the period: renewed."),
            good="up",
            where=lambda asked: Q(ends_on__lt=asked.scope.period.after, status="renewed"),
        ),
        Measure(
            "used",
            _("Allowances used"),
            _("Visits, hours and cases that were taken from allowances, all together."),
            rows=CONTRACTS,
            worked=allowance("counted"),
        ),
        Measure(
            "contracts",
            _("Value in the period"),
            PRORATED,
            Unit.MONEY,
            rows=CONTRACTS,
            worked=prorated,
        ),
        *map(of_contracts, OF_COST),
        Measure(
            "result",
            _("Profitability"),
            _("Contract value prorated by day − cost to serve under the contract."),
            Unit.MONEY,
            from_=less("contracts", "cost"),
            part="contracts",
            base="cost",
            good="up",
        ),
    ),
    breakdowns=("contract", "contract_type", "tier", "region", "customer"),
    filters=("tier", "region", "customer"),
    headlines=("held", "ending", "ended", "contracts", "result"),
    charted=("contracts", "cost"),
    lead="held",
    permission="contracts.view",
    note=_("Cost is that of work under a contract."),
)


def budgeted(_asked: Asked, rows: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
    return rows.values_list("line_key", "amount")


SPENT = _(
    "Approved and paid expense lines, in base currency, by the day of the outlay; submitted "
    "and rejected ones are not cost."
)
EXPENSES = Report(
    "expenses",
    _("Expenses"),
    _("What do we spend, on what, and does it keep within the budget?"),
    measures=(
        total(
            "spent",
            _("Spent"),
            CLAIMED_LINES,
            "cents",
            SPENT,
            good="down",
            where=Q(claim__status__in=COUNTED),
        ),
        count("lines", _("Lines"), CLAIMED_LINES, SPENT, where=Q(claim__status__in=COUNTED)),
        total(
            "submitted",
            _("Submitted"),
            CLAIMED_LINES,
            "cents",
            _("Lines of claims that wait for a decision."),
            where=Q(claim__status__in=WAITING),
        ),
        Measure(
            "budget",
            _("Budget"),
            _("Budgets of the months that begin in the period."),
            Unit.MONEY,
            rows=BUDGETS,
            worked=budgeted,
        ),
        share(
            "drawn", _("Drawn"), "spent", "budget", _("Spent ÷ budget."), good="down", opens="spent"
        ),
    ),
    breakdowns=("category", "engineer", "customer", "outlet", "time", "tier"),
    filters=("outlet", "engineer", "customer", "tier"),
    lead=("spent", "submitted"),
    headlines=("spent", "submitted", "budget", "drawn"),
    charted=("spent",),
    permission="expenses.view",
)
