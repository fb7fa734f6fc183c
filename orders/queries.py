"""Reads for pricing and for the pages of orders."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from assets.models import Part, PartCost
from crmservice.errors import DomainError
from crmservice.money import money
from crmservice.search.index import Document, index, index_many
from employees.models import CostRate, Employee, WorkingCalendar
from employees.queries import work_calendar
from orders.choices import ChargedTo
from orders.models import Order, OrderLine, PricePlan
from orders.pricing import Band, Plan


def plan_on(on: date) -> tuple[PricePlan, Plan]:
    """The price plan valid on a day: its row and its facts. Raises DomainError when there is none."""
    row = (
        PricePlan.objects.filter(valid_from__lte=on)
        .prefetch_related("labour_rates")
        .order_by("-valid_from")
        .first()
    )
    if row is None:
        raise DomainError(_("No price plan is valid on %(day)s.") % {"day": on})
    calendar = row.calendar_id or normal_hours()
    return row, Plan(
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
        calendar=work_calendar(calendar),
        currency=row.currency,
    )


def normal_hours() -> int:
    """The calendar that tells evenings, weekends and holidays where the plan names none: the first with holidays."""
    calendars = WorkingCalendar.objects.order_by("pk").values_list("pk", flat=True)
    chosen = calendars.exclude(country="").first() or calendars.first()
    if chosen is None:
        raise DomainError(_("No working calendar is set up."))
    return chosen


def part_cost_on(part: Part, on: date) -> Decimal:
    """What a piece cost us on that day (base currency); zero where no cost is known."""
    costs = PartCost.objects.filter(part=part, valid_from__lte=on).order_by("-valid_from")
    return costs.values_list("cost", flat=True).first() or Decimal(0)


def cost_rate_on(employee: Employee, on: date) -> Decimal:
    """What an hour of a person cost us on that day (base currency); zero where no rate is known."""
    rates = CostRate.objects.filter(employee=employee, valid_from__lte=on).order_by("-valid_from")
    return rates.values_list("per_hour", flat=True).first() or Decimal(0)


def sums(order: Order) -> dict[str, Any]:
    """What the order's page adds up: what is billed, the tax on it, and what others bear (list prices)."""
    lines = list(order.lines.all())
    net = order.net
    tax = money(net * order.tax_rate, order.currency)
    free = [line for line in lines if line.charged_to != ChargedTo.BILLED]
    covered = sum(
        (money(line.list_price * line.quantity, order.currency) for line in free), Decimal(0)
    )
    cost = sum((line.cost for line in lines), Decimal(0))
    return {
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "covered": covered,
        "cost": cost,
        "margin": net - cost,
    }


def goodwill_given(employee: Employee, first: date, last: date) -> Decimal:
    """Goodwill that a person has given between two days (both included), at list price."""
    given = OrderLine.objects.filter(
        charged_to=ChargedTo.GOODWILL, goodwill_by=employee, done_on__gte=first, done_on__lte=last
    )
    return given.aggregate(given=Sum("goodwill_amount"))["given"] or Decimal(0)


KIND = "order"


def search_words(order: Order) -> dict[str, Any]:
    """How an order is found: used by the actions, the import and the rebuild alike."""
    return {
        "kind": KIND,
        "object_id": order.pk,
        "title": order.number,
        "subtitle": order.customer.name,
        "badge": order.get_status_display(),
        "url": order.get_absolute_url(),
        "rank_at": order.ordered_at,
        "codes": [order.number, *([order.service_request.number] if order.service_request else [])],
        "names": [order.customer.name],
        "scope": [f"o{pk}" for pk in order.service_request.outlets.values_list("pk", flat=True)]
        if order.service_request
        else [],
    }


def index_order(order: Order) -> None:
    index(**search_words(order))


def rebuild_search() -> int:
    orders = Order.objects.select_related("customer", "service_request").order_by("pk")
    return index_many(Document(**search_words(order)) for order in orders.iterator(2000))
