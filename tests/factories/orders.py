from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from orders import models
from orders.choices import ChargedTo, LineKind, Status, WorkKind
from tests.factories.assets import PartFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory, WorkingCalendarFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai


class PricePlanFactory(DjangoModelFactory):
    """120 per hour, 80 on the road, twice that at weekends; half hours are begun; 13 % tax."""

    class Meta:
        model = models.PricePlan
        django_get_or_create = ("valid_from",)
        skip_postgeneration_save = True

    valid_from = date(2020, 1, 1)
    calendar = factory.SubFactory(WorkingCalendarFactory)
    factor_evening = Decimal("1.50")
    factor_weekend = Decimal("2.00")
    factor_holiday = Decimal("3.00")
    minimum_minutes = 30
    rounding_minutes = 30
    call_out_fee = Decimal("50.00")
    tax_rate = Decimal("0.13")

    @factory.post_generation
    def rates(self, create, rates, **_kwargs):
        if not create or self.labour_rates.exists():
            return
        for kind in WorkKind:
            per_hour = Decimal(80) if kind == WorkKind.TRAVEL else Decimal(120)
            LabourRateFactory(plan=self, kind=kind, per_hour=(rates or {}).get(kind, per_hour))


class LabourRateFactory(DjangoModelFactory):
    class Meta:
        model = models.LabourRate

    plan = factory.SubFactory(PricePlanFactory)
    kind = WorkKind.ONSITE
    per_hour = Decimal(120)


class OrderFactory(DjangoModelFactory):
    """A draft without lines; with `service_request=` of its customer and asset."""

    class Meta:
        model = models.Order

    number = factory.Sequence(lambda n: f"PO-2026-{n + 5000:04d}")
    service_request = None
    customer = factory.LazyAttribute(
        lambda o: o.service_request.customer if o.service_request else CustomerFactory()
    )
    asset = factory.LazyAttribute(lambda o: o.service_request.asset if o.service_request else None)
    contract = factory.LazyAttribute(
        lambda o: o.service_request.contract if o.service_request else None
    )
    tax_rate = Decimal("0.13")
    author = factory.SubFactory(EmployeeFactory)
    ordered_at = NINE

    class Params:
        in_approval = factory.Trait(status=Status.IN_APPROVAL)
        approved = factory.Trait(
            status=Status.APPROVED, approved_at=NINE, approver=factory.SubFactory(EmployeeFactory)
        )
        delivered = factory.Trait(approved=True, status=Status.DELIVERED)
        invoiced = factory.Trait(approved=True, status=Status.INVOICED)
        paid = factory.Trait(approved=True, status=Status.PAID)
        cancelled = factory.Trait(status=Status.CANCELLED)


class OrderLineFactory(DjangoModelFactory):
    """A billed part at 120.00 that costs 70.00; `work=True` one hour of labour."""

    class Meta:
        model = models.OrderLine

    order = factory.SubFactory(OrderFactory)
    kind = LineKind.PART
    part = factory.SubFactory(PartFactory)
    text = "P-1000 轴封"
    quantity = 1
    list_price = Decimal("120.00")
    unit_price = factory.SelfAttribute("list_price")
    amount = factory.LazyAttribute(lambda o: o.unit_price * o.quantity)
    reasons = factory.LazyAttribute(lambda o: [["list", {"price": str(o.list_price)}]])
    cost = Decimal("70.00")
    done_on = date(2026, 3, 3)

    class Params:
        work = factory.Trait(
            kind=LineKind.LABOUR,
            part=None,
            text="On site",
            minutes=60,
            engineer=factory.SubFactory(EmployeeFactory),
            cost=Decimal("90.00"),
            reasons=[["plan_rate", {"price": "120.00", "kind": "onsite"}]],
        )
        warranty = factory.Trait(
            charged_to=ChargedTo.WARRANTY, unit_price=Decimal(0), amount=Decimal(0)
        )
