from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from contracts import models
from contracts.choices import AllowanceKind, Cover, LineScope, Service, Status
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

    number = factory.Sequence(lambda n: f"SC-2026-{n + 5001:04d}")
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
        suspended = factory.Trait(status=Status.SUSPENDED, pauses=[["2026-03-01", None]])
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


class AllowanceUseFactory(DjangoModelFactory):
    """One visit of a task in 2026 that fitted; `beyond=` one that did not and waits."""

    class Meta:
        model = models.AllowanceUse

    contract = factory.SubFactory(ServiceContractFactory, visits_per_year=4)
    kind = AllowanceKind.VISITS
    year_from = date(2026, 1, 1)
    source = factory.Sequence(lambda n: f"TK-2026-{n + 5001:04d}")
    source_url = factory.LazyAttribute(lambda use: f"/tasks/{use.source}/")
    quantity = Decimal(1)
    counted = Decimal(1)
    taken_on = date(2026, 6, 10)

    class Params:
        beyond = factory.Trait(counted=Decimal(0))


class InstalmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Instalment

    contract = factory.SubFactory(ServiceContractFactory)
    first_on = date(2026, 1, 1)
    last_on = date(2026, 3, 31)
    due_on = date(2026, 1, 1)
    amount = Decimal("15000.00")
