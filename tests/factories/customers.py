from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from customers import models
from customers.choices import PurchaseKind
from tests.factories.employees import OutletFactory


class TierFactory(DjangoModelFactory):
    class Meta:
        model = models.Tier
        django_get_or_create = ("code",)

    code = "small"
    name_zh = "一般客户"
    name_en = "Small"
    rank = 3
    purchases_from = Decimal(0)

    class Params:
        vip = factory.Trait(
            code="vip",
            name_zh="VIP客户",
            name_en="VIP",
            rank=1,
            purchases_from=Decimal(500_000),
            parts_discount=Decimal("0.15"),
        )
        key = factory.Trait(
            code="key",
            name_zh="重点客户",
            name_en="Key",
            rank=2,
            purchases_from=Decimal(100_000),
            parts_discount=Decimal("0.05"),
        )


class CustomerFactory(DjangoModelFactory):
    """An end user; `served_by=[outlet]` opens it to that outlet."""

    class Meta:
        model = models.Customer
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"C{n:05d}")
    name = factory.Sequence(lambda n: f"沈阳机床{n}厂")
    province = "辽宁省"
    city = "沈阳市"
    industry = "机械"
    tier = factory.SubFactory(TierFactory)

    class Params:
        dealer = factory.Trait(is_end_user=False, is_dealer=True)
        prospect = factory.Trait(is_end_user=False, is_prospect=True)

    @factory.post_generation
    def served_by(self, create, extracted, **_):
        if create and extracted:
            self.served_by.set(extracted)


class ServedCustomerFactory(CustomerFactory):
    """A customer of the partner outlet."""

    @factory.post_generation
    def served_by(self, create, extracted, **_):
        if create:
            self.served_by.set(extracted or [OutletFactory(partner=True)])


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = models.Site

    customer = factory.SubFactory(CustomerFactory)
    name = "一号厂房"
    address = "沈阳市铁西区建设大路1号"


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = models.Contact

    code = factory.Sequence(lambda n: f"P{n:05d}")
    name = factory.Sequence(lambda n: f"联系人{n}")


class AffiliationFactory(DjangoModelFactory):
    class Meta:
        model = models.Affiliation

    contact = factory.SubFactory(ContactFactory)
    customer = factory.SubFactory(CustomerFactory)
    position = "设备科长"


class ContactPhoneFactory(DjangoModelFactory):
    class Meta:
        model = models.ContactPhone

    contact = factory.SubFactory(ContactFactory)
    number = factory.Sequence(lambda n: f"+86139{n:08d}")


class PurchaseFactory(DjangoModelFactory):
    class Meta:
        model = models.Purchase

    document_no = factory.Sequence(lambda n: f"D{n:06d}")
    customer = factory.SubFactory(CustomerFactory)
    bought_on = date(2026, 6, 1)
    kind = PurchaseKind.EQUIPMENT
    amount = Decimal("10000.00")
    currency = "CNY"


class TierChangeFactory(DjangoModelFactory):
    class Meta:
        model = models.TierChange

    customer = factory.SubFactory(CustomerFactory)
    after = factory.SubFactory(TierFactory)
    changed_at = datetime(2026, 1, 1, tzinfo=UTC)
    purchases = Decimal("0.00")
    reason = factory.LazyAttribute(
        lambda move: {"tier": move.after.names, "purchases": str(move.purchases)}
    )
