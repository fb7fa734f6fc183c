from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from assets import models
from assets.choices import Make, Meter, ReadingSource
from customers.choices import OnHoliday
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory, SkillFactory


class AssetModelFactory(DjangoModelFactory):
    class Meta:
        model = models.AssetModel
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"HP-{n + 100}")
    name_zh = factory.LazyAttribute(lambda o: f"液压站 {o.code}")
    name_en = factory.LazyAttribute(lambda o: f"Hydraulic station {o.code}")
    category = "hydraulics"
    skill = factory.SubFactory(SkillFactory)
    warranty_months = 24
    list_price = Decimal("86000.00")

    class Params:
        third_party = factory.Trait(make=Make.THIRD, warranty_months=0)

    @factory.post_generation
    def articles(self, create, articles, **_kwargs):
        if create and articles:
            self.articles.set(articles)

    @factory.post_generation
    def fault_codes(self, create, codes, **_kwargs):
        if create and codes:
            self.fault_codes.set(codes)


class PartFactory(DjangoModelFactory):
    class Meta:
        model = models.Part
        django_get_or_create = ("part_no",)

    part_no = factory.Sequence(lambda n: f"P-{n + 1000}")
    name_zh = "轴封"
    name_en = "Shaft seal"
    list_price = Decimal("120.00")


class PartCostFactory(DjangoModelFactory):
    class Meta:
        model = models.PartCost

    part = factory.SubFactory(PartFactory)
    valid_from = date(2020, 1, 1)
    cost = Decimal("70.00")


class AssetFactory(DjangoModelFactory):
    """A device that is its own root; with `parent=` and `component=True` a part inside one."""

    class Meta:
        model = models.Asset
        skip_postgeneration_save = True

    serial_no = factory.Sequence(lambda n: f"SN{n + 240100:08d}")
    model = factory.SubFactory(AssetModelFactory)
    customer = factory.SubFactory(CustomerFactory)
    delivered_on = date(2025, 1, 10)
    installed_on = date(2025, 2, 1)

    class Params:
        component = factory.Trait(
            model=None,
            part=factory.SubFactory(PartFactory),
            customer=factory.SelfAttribute("parent.customer"),
        )

    @factory.post_generation
    def root(self, create, root, **_kwargs):
        """The top of the tree: the parent's, or the asset itself."""
        if not create or self.root_id:
            return
        self.root = root or (self.parent.root if self.parent else self)
        self.stamp_warranty()
        self.save(update_fields=["root", "warranty_until"])


class MeterReadingFactory(DjangoModelFactory):
    class Meta:
        model = models.MeterReading

    asset = factory.SubFactory(AssetFactory)
    meter = Meter.HOURS
    value = Decimal("100.00")
    taken_at = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    source = ReadingSource.DESK


class DefectFactory(DjangoModelFactory):
    class Meta:
        model = models.Defect

    asset = factory.SubFactory(AssetFactory)
    text = "联轴器磨损"
    found_at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    found_by = factory.SubFactory(EmployeeFactory)


class MaintenancePlanFactory(DjangoModelFactory):
    """Each month from the 5th of March 2026, on the day itself, a week ahead."""

    class Meta:
        model = models.MaintenancePlan

    asset = factory.SubFactory(AssetFactory)
    title = "月度保养"
    every = 1
    holidays = OnHoliday.KEEP
    starts_on = date(2026, 3, 5)
    next_on = factory.LazyAttribute(lambda o: o.starts_on if o.asset else None)
    generate_on = factory.LazyAttribute(
        lambda o: o.starts_on - timedelta(days=7) if o.asset else None
    )

    class Params:
        of_a_model = factory.Trait(asset=None, model=factory.SubFactory(AssetModelFactory))


class PlanLineFactory(DjangoModelFactory):
    class Meta:
        model = models.PlanLine

    plan = factory.SubFactory(MaintenancePlanFactory)
    position = 0
    text = "检查油位"


class ProcedureFactory(DjangoModelFactory):
    """For visits to any model."""

    class Meta:
        model = models.Procedure

    title = factory.Sequence(lambda n: f"上门规程 {n}")
    kind = "onsite"


class ProcedureLineFactory(DjangoModelFactory):
    class Meta:
        model = models.ProcedureLine

    procedure = factory.SubFactory(ProcedureFactory)
    position = factory.Sequence(lambda n: n % 1000)
    text = factory.Sequence(lambda n: f"步骤 {n}")


class PlanPartFactory(DjangoModelFactory):
    class Meta:
        model = models.PlanPart

    plan = factory.SubFactory(MaintenancePlanFactory)
    part = factory.SubFactory(PartFactory)


class OccurrenceFactory(DjangoModelFactory):
    class Meta:
        model = models.Occurrence

    plan = factory.SubFactory(MaintenancePlanFactory)
    turn = factory.Sequence(lambda n: n + 1000)
    nominal_on = factory.LazyAttribute(lambda o: o.due_on)
    due_on = date(2026, 3, 5)
    earliest_on = factory.LazyAttribute(lambda o: o.due_on - timedelta(days=3))
    latest_on = factory.LazyAttribute(lambda o: o.due_on + timedelta(days=3))
