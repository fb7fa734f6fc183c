from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from assets import models
from assets.choices import Make
from tests.factories.customers import CustomerFactory
from tests.factories.employees import SkillFactory


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
