from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from contracts import models
from contracts.choices import Cover, LineScope, Service, Status
from tests.factories.customers import CustomerFactory, TierFactory
from tests.factories.employees import EmployeeFactory, WorkingCalendarFactory


class DefaultPromiseFactory(DjangoModelFactory):
    class Meta:
        model = models.DefaultPromise
        django_get_or_create = ("cover", "tier")

    cover = Cover.OUT_OF_WARRANTY
    tier = factory.SubFactory(TierFactory)
    calendar = factory.SubFactory(WorkingCalendarFactory)
    response_minutes = 240


class ContractTypeFactory(DjangoModelFactory):
    class Meta:
        model = models.ContractType
        django_get_or_create = ("code",)

    code = "FULL"
    name_zh = "全包服务"
    name_en = "Full service"
    includes = factory.LazyFunction(
        lambda: [Service.REMOTE, Service.ONSITE_DISPATCH, Service.LABOUR, Service.TRAVEL]
    )
    charged = factory.LazyFunction(lambda: [Service.PARTS])


class ServiceContractFactory(DjangoModelFactory):
    """Active through 2026, 15 min response, 2 h arrival, 24 h restore, around the clock; without
    lines.
    """

    class Meta:
        model = models.ServiceContract

    number = factory.Sequence(lambda n: f"SC-2026-{n + 1:04d}")
    customer = factory.SubFactory(CustomerFactory)
    type = factory.SubFactory(ContractTypeFactory)
    status = Status.ACTIVE
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 12, 31)
    calendar = factory.SubFactory(WorkingCalendarFactory, around_the_clock=True)
    response_minutes = 15
    arrival_minutes = 120
    restore_minutes = 1440
    value = Decimal("60000.00")
    responsible = factory.SubFactory(EmployeeFactory)

    class Params:
        draft = factory.Trait(status=Status.DRAFT)
        in_approval = factory.Trait(status=Status.IN_APPROVAL)
        terminated = factory.Trait(status=Status.TERMINATED, terminated_on=date(2026, 6, 30))


class ContractLineFactory(DjangoModelFactory):
    """Covers all of the customer's assets, or what `asset=`, `asset_model=` or `site=` names."""

    class Meta:
        model = models.ContractLine

    contract = factory.SubFactory(ServiceContractFactory)
    scope = factory.LazyAttribute(
        lambda line: (
            LineScope.ASSET
            if line.asset
            else LineScope.MODEL
            if line.asset_model
            else LineScope.SITE
            if line.site
            else LineScope.CUSTOMER
        )
    )
    asset = None
    asset_model = None
    site = None
