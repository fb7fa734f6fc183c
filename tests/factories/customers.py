from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from customers import models
from customers.choices import CareKind, OnHoliday, PurchaseKind
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


class CarePlanFactory(DjangoModelFactory):
    """Each month from the first of January 2026, on the day itself, a week ahead."""

    class Meta:
        model = models.CarePlan

    tier = factory.SubFactory(TierFactory)
    kind = CareKind.VISIT
    title = "月度回访"
    every = 1
    holidays = OnHoliday.KEEP
    starts_on = date(2026, 1, 1)
    generated_until = date(2026, 3, 2)
    generate_on = date(2026, 3, 3)

    class Params:
        birthday = factory.Trait(kind=CareKind.BIRTHDAY, every=None, title="生日问候")


class GradePolicyFactory(DjangoModelFactory):
    class Meta:
        model = models.GradePolicy
        django_get_or_create = ("subject",)

    subject = "revenue"


class GradingFactory(DjangoModelFactory):
    class Meta:
        model = models.Grading

    customer = factory.SubFactory(CustomerFactory)
    graded_at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    graded_by = factory.SubFactory("tests.factories.employees.EmployeeFactory")
    scores = factory.LazyFunction(lambda: {"revenue": 4, "ease": 3})
    mean = Decimal("3.50")
    reason = "合作顺利"


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = models.Need

    class Params:
        forwarded = factory.Trait(
            status="forwarded",
            forwarded_to="product",
            asked_of=factory.SubFactory("tests.factories.employees.EmployeeFactory"),
            due_on=date(2026, 3, 20),
        )

    customer = factory.SubFactory(CustomerFactory)
    kind = "individual"
    text = "希望提供远程监控"
    raised_by = factory.SubFactory("tests.factories.employees.EmployeeFactory")
    raised_at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class AccountTeamFactory(DjangoModelFactory):
    class Meta:
        model = models.AccountTeam

    name = factory.Sequence(lambda n: f"华北{n}组")


class TeamMemberFactory(DjangoModelFactory):
    class Meta:
        model = models.TeamMember

    team = factory.SubFactory(AccountTeamFactory)
    employee = factory.SubFactory("tests.factories.employees.EmployeeFactory")
    role = "service"


class CustomerTrendFactory(DjangoModelFactory):
    class Meta:
        model = models.CustomerTrend

    customer = factory.SubFactory(CustomerFactory)
    month = date(2026, 3, 1)
    trend = "declining"
    recent = Decimal("40000.00")
    before = Decimal("100000.00")


class RecoveryCaseFactory(DjangoModelFactory):
    class Meta:
        model = models.RecoveryCase

    number = factory.Sequence(lambda n: f"RC-2026-{n:04d}")
    customer = factory.SubFactory(CustomerFactory)
    trend = "declining"
    recent = Decimal("40000.00")
    before = Decimal("100000.00")
    opened_at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    due_on = date(2026, 4, 1)


class RecoveryMeasureFactory(DjangoModelFactory):
    class Meta:
        model = models.RecoveryMeasure

    case = factory.SubFactory(RecoveryCaseFactory)
    text = "总经理拜访"
    owner = factory.SubFactory("tests.factories.employees.EmployeeFactory")
    due_on = date(2026, 3, 20)


class BusinessSignalFactory(DjangoModelFactory):
    """Raised on Monday, to be answered by Wednesday."""

    class Meta:
        model = models.BusinessSignal

    class Params:
        taken = factory.Trait(
            status="taken",
            taken_by=factory.SubFactory("tests.factories.employees.EmployeeFactory"),
            remind_at=None,
        )

    customer = factory.SubFactory(CustomerFactory)
    text = "客户打算明年再建一条生产线"
    raised_by = factory.SubFactory("tests.factories.employees.EmployeeFactory")
    raised_at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    due_at = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
    remind_at = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


class CareTouchFactory(DjangoModelFactory):
    class Meta:
        model = models.CareTouch

    plan = factory.SubFactory(CarePlanFactory)
    customer = factory.SubFactory(CustomerFactory)
    kind = CareKind.VISIT
    nominal_on = factory.LazyAttribute(lambda o: o.due_on)
    due_on = date(2026, 3, 10)
    earliest_on = factory.LazyAttribute(lambda o: o.due_on - timedelta(days=5))
    latest_on = factory.LazyAttribute(lambda o: o.due_on + timedelta(days=5))
