from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from django.utils.timezone import now
from factory.django import DjangoModelFactory

from crmservice import links
from crmservice.money import money
from orders import models
from orders.actions.stocking import change
from orders.choices import (
    ChargedTo,
    DifferenceKind,
    LineKind,
    MoveKind,
    PlaceKind,
    Status,
    WorkKind,
)
from tests.factories.assets import PartFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory, OutletFactory, WorkingCalendarFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai


class PricePlanFactory(DjangoModelFactory):
    """For everybody: 120 per hour, 80 on the road, twice that at weekends; half hours are begun;
    13 % tax. With `particular=True` it says nothing but what is given.
    """

    class Meta:
        model = models.PricePlan
        django_get_or_create = ("number",)
        skip_postgeneration_save = True

    class Params:
        particular = factory.Trait(
            number=factory.Sequence(lambda n: f"PL-2026-{n + 5000:04d}"),
            call_out_fee=None,
        )

    number = "PL-0000"
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
        kinds = WorkKind if self.is_general else rates or {}
        for kind in kinds:
            per_hour = Decimal(80) if kind == WorkKind.TRAVEL else Decimal(120)
            LabourRateFactory(plan=self, kind=kind, per_hour=(rates or {}).get(kind, per_hour))


class LabourRateFactory(DjangoModelFactory):
    class Meta:
        model = models.LabourRate

    plan = factory.SubFactory(PricePlanFactory)
    kind = WorkKind.ONSITE
    per_hour = Decimal(120)


class TravelZoneFactory(DjangoModelFactory):
    class Meta:
        model = models.TravelZone

    plan = factory.SubFactory(PricePlanFactory)
    name = "A"
    fee = Decimal("60.00")


class PartPriceFactory(DjangoModelFactory):
    class Meta:
        model = models.PartPrice

    plan = factory.SubFactory(PricePlanFactory)
    part = factory.SubFactory(PartFactory)
    price = Decimal("100.00")


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = models.ExchangeRate

    currency = "USD"
    valid_from = date(2020, 1, 1)
    rate = Decimal("7.10")


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
        quoted = factory.Trait(status=Status.QUOTED)
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
    quantity = Decimal(1)
    list_price = Decimal("120.00")
    unit_price = factory.SelfAttribute("list_price")
    amount = factory.LazyAttribute(lambda o: o.unit_price * o.quantity)
    base_amount = factory.LazyAttribute(lambda o: money(o.amount * o.order.rate))
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


class StockLocationFactory(DjangoModelFactory):
    """A depot; `van=True` the van of an engineer of its outlet."""

    class Meta:
        model = models.StockLocation

    code = factory.Sequence(lambda n: f"D{n + 100}")
    name = factory.LazyAttribute(lambda o: f"Depot {o.code}")
    kind = PlaceKind.DEPOT
    outlet = factory.LazyAttribute(lambda o: o.employee.outlet if o.employee else OutletFactory())
    employee = None

    class Params:
        van = factory.Trait(kind=PlaceKind.VAN, employee=factory.SubFactory(EmployeeFactory))


class StockLevelFactory(DjangoModelFactory):
    """Empty; with `holds=5` five pieces that came in, by the journal."""

    class Meta:
        model = models.StockLevel
        skip_postgeneration_save = True

    location = factory.SubFactory(StockLocationFactory)
    part = factory.SubFactory(PartFactory)

    @factory.post_generation
    def holds(self, create, quantity, **_kwargs):
        if create and quantity:
            change(self, MoveKind.IMPORTED, on_hand=quantity, by=None, at=NINE)


class StockTransferFactory(DjangoModelFactory):
    """On its way with one piece."""

    class Meta:
        model = models.StockTransfer
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"ST-2026-{n + 5000:04d}")
    from_location = factory.SubFactory(StockLocationFactory)
    to_location = factory.SubFactory(StockLocationFactory)
    expected_on = date(2026, 3, 5)
    sent_by = factory.SubFactory(EmployeeFactory)
    sent_at = NINE

    @factory.post_generation
    def lines(self, create, _extracted, **_kwargs):
        if create:
            StockTransferLineFactory(transfer=self)


class StockTransferLineFactory(DjangoModelFactory):
    class Meta:
        model = models.StockTransferLine

    transfer = factory.SubFactory(StockTransferFactory)
    part = factory.SubFactory(PartFactory)
    quantity = 1


class StockCountFactory(DjangoModelFactory):
    class Meta:
        model = models.StockCount

    number = factory.Sequence(lambda n: f"CN-2026-{n + 5000:04d}")
    location = factory.SubFactory(StockLocationFactory)
    begun_by = factory.SubFactory(EmployeeFactory)
    begun_at = NINE


class StockCountLineFactory(DjangoModelFactory):
    class Meta:
        model = models.StockCountLine

    count = factory.SubFactory(StockCountFactory)
    level = factory.SubFactory(StockLevelFactory)


class StockPieceFactory(DjangoModelFactory):
    """In no place: gone, or under way."""

    class Meta:
        model = models.StockPiece

    part = factory.SubFactory(PartFactory)
    serial_no = factory.Sequence(lambda n: f"PIECE-{n}")


class StockMoveFactory(DjangoModelFactory):
    """A row of the journal; levels follow by `change` only."""

    class Meta:
        model = models.StockMove

    level = factory.SubFactory(StockLevelFactory)
    location = factory.SelfAttribute("level.location")
    part = factory.SelfAttribute("level.part")
    bin = factory.SelfAttribute("level.bin")
    kind = MoveKind.RECEIVED
    on_hand = 1
    on_hand_after = 1
    at = NINE


class ReservationFactory(DjangoModelFactory):
    class Meta:
        model = models.Reservation

    level = factory.SubFactory(StockLevelFactory)
    quantity = 1
    about_type = "orders.orderline"
    about_id = 1
    about_name = "P-1000 × 1"
    at = NINE


class ReplenishmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Replenishment

    location = factory.SubFactory(StockLocationFactory)
    part = factory.SubFactory(PartFactory)
    quantity = 3
    expected_on = date(2026, 3, 10)
    ordered_at = NINE


class StockDifferenceFactory(DjangoModelFactory):
    """Used one, the place held none."""

    class Meta:
        model = models.StockDifference

    kind = DifferenceKind.USED_BEYOND
    location = factory.SubFactory(StockLocationFactory)
    part = factory.SubFactory(PartFactory)
    quantity = 1
    about_type = "dispatch.task"
    about_id = 1
    about_name = "T-2026-0001"
    at = NINE


class OldPartFactory(DjangoModelFactory):
    """In a van's faulty bin, to be returned by 17 March."""

    class Meta:
        model = models.OldPart

    part = factory.SubFactory(PartFactory)
    serial_no = factory.Sequence(lambda n: f"OLD-{n}")
    location = factory.SubFactory(StockLocationFactory, van=True)
    holder = factory.SelfAttribute("location.employee")
    about_type = "dispatch.task"
    about_id = 1
    about_name = "T-2026-0001"
    taken_out_at = NINE
    due_on = date(2026, 3, 17)
    remind_on = date(2026, 3, 15)


class ReturnCaseFactory(DjangoModelFactory):
    """A warranty return of one piece, asked for."""

    class Meta:
        model = models.ReturnCase
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"RT-2026-{n + 5001:04d}")
    kind = "warranty"
    customer = factory.SubFactory(CustomerFactory)
    depot = factory.SubFactory(StockLocationFactory)
    reason = "坏了"
    due_on = date(2026, 3, 5)
    opened_by = factory.SubFactory(EmployeeFactory)
    opened_at = NINE

    class Params:
        authorised = factory.Trait(
            status="authorised",
            decided_by=factory.SubFactory(EmployeeFactory),
            decided_at=NINE,
            due_on=date(2026, 3, 17),
        )

    @factory.post_generation
    def lines(self, create, lines, **_kwargs):
        if create and lines is None:
            ReturnLineFactory(case=self)


class ReturnLineFactory(DjangoModelFactory):
    class Meta:
        model = models.ReturnLine

    case = factory.SubFactory(ReturnCaseFactory, lines=())
    part = factory.SubFactory(PartFactory)


class QuotationFactory(DjangoModelFactory):
    class Meta:
        model = models.Quotation

    order = factory.SubFactory(OrderFactory, quoted=True)
    version = 1
    valid_until = date(2099, 12, 31)
    net = Decimal("240.00")
    tax = Decimal("31.20")
    sent_by = factory.SubFactory(EmployeeFactory)
    sent_at = factory.LazyFunction(now)
    token_hash = factory.LazyAttribute(lambda each: links.hashed(f"{each.order.pk}/{each.version}"))


class QuotationLineFactory(DjangoModelFactory):
    class Meta:
        model = models.QuotationLine

    quotation = factory.SubFactory(QuotationFactory)
    kind = "part"
    text = "GEN-025 轴封"
    quantity = Decimal(2)
    unit_price = amount = Decimal("120.00")


class ShipmentFactory(DjangoModelFactory):
    """Packed, without lines, for an approved order."""

    class Meta:
        model = models.Shipment

    number = factory.Sequence(lambda n: f"SH-2026-{n + 5000:04d}")
    order = factory.SubFactory(OrderFactory, approved=True)
    location = factory.SubFactory(StockLocationFactory)
    promised_on = date(2026, 3, 6)
    packed_by = factory.SubFactory(EmployeeFactory)
    packed_at = NINE

    class Params:
        shipped = factory.Trait(
            status="shipped", shipped_at=NINE, shipped_by=factory.SelfAttribute("packed_by")
        )


class ShipmentLineFactory(DjangoModelFactory):
    class Meta:
        model = models.ShipmentLine

    shipment = factory.SubFactory(ShipmentFactory)
    order_line = factory.LazyAttribute(lambda o: OrderLineFactory(order=o.shipment.order))
    quantity = 1


class AccountingRunFactory(DjangoModelFactory):
    class Meta:
        model = models.AccountingRun

    number = factory.Sequence(lambda n: f"AX-2026-{n + 5000:04d}")
    at = NINE
    content = "run\n"


class InvoiceFactory(DjangoModelFactory):
    """120.00 and 13 % tax, due on 1 April, without lines."""

    class Meta:
        model = models.Invoice

    number = factory.Sequence(lambda n: f"INV-2026-{n + 5000:04d}")
    order = factory.SubFactory(OrderFactory, invoiced=True)
    billed_to = factory.SelfAttribute("order.customer")
    invoiced_on = date(2026, 3, 3)
    due_on = date(2026, 4, 1)
    net = Decimal("120.00")
    tax = Decimal("15.60")
    gross = Decimal("135.60")
    at = NINE


class InvoiceLineFactory(DjangoModelFactory):
    class Meta:
        model = models.InvoiceLine

    invoice = factory.SubFactory(InvoiceFactory)
    order_line = factory.LazyAttribute(
        lambda o: OrderLineFactory(order=o.invoice.order, delivered=1, invoiced=1)
    )
    text = "P-1000 轴封"
    quantity = Decimal(1)
    unit_price = amount = Decimal("120.00")


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = models.Payment

    invoice = factory.SubFactory(InvoiceFactory)
    amount = Decimal("10.00")
    paid_on = date(2026, 3, 20)
    at = NINE


class CreditNoteFactory(DjangoModelFactory):
    class Meta:
        model = models.CreditNote

    number = factory.Sequence(lambda n: f"CR-2026-{n + 5000:04d}")
    invoice = factory.SubFactory(InvoiceFactory)
    credited_on = date(2026, 3, 20)
    net = Decimal("120.00")
    tax = Decimal("15.60")
    gross = Decimal("135.60")
    reason = "退货"
    at = NINE


class CreditNoteLineFactory(DjangoModelFactory):
    class Meta:
        model = models.CreditNoteLine

    credit_note = factory.SubFactory(CreditNoteFactory)
    invoice_line = factory.LazyAttribute(
        lambda o: InvoiceLineFactory(invoice=o.credit_note.invoice)
    )
    quantity = Decimal(1)
    amount = Decimal("120.00")
