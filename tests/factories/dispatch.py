from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from dispatch import models
from dispatch.choices import Kind, Status, TimeKind
from employees.choices import Role
from tests.factories.assets import PartFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai


class TaskFactory(DjangoModelFactory):
    """A planned visit at a customer without request; a trait for each state that it can have
    reached.
    """

    class Meta:
        model = models.Task
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"TK-2025-{n + 1:04d}")
    kind = Kind.ONSITE
    title = "油泵漏油"
    customer = factory.SubFactory(CustomerFactory)
    created_at = NINE - timedelta(days=1)

    class Params:
        with_engineer = factory.Trait(
            assignee=factory.SubFactory(EmployeeFactory, role=Role.FIELD_ENGINEER),
            planned_start=NINE,
            planned_end=NINE + timedelta(hours=2),
            assigned_at=NINE - timedelta(hours=12),
        )
        assigned = factory.Trait(with_engineer=True, status=Status.ASSIGNED)
        accepted = factory.Trait(
            with_engineer=True, status=Status.ACCEPTED, accepted_at=NINE - timedelta(hours=11)
        )
        travelling = factory.Trait(
            accepted=True, status=Status.TRAVELLING, travelling_at=NINE - timedelta(minutes=30)
        )
        on_site = factory.Trait(travelling=True, status=Status.ON_SITE, arrived_at=NINE)
        working = factory.Trait(
            on_site=True, status=Status.WORKING, working_at=NINE + timedelta(minutes=10)
        )
        done = factory.Trait(
            working=True, status=Status.DONE, finished_at=NINE + timedelta(hours=2)
        )
        not_solved = factory.Trait(done=True, status=Status.NOT_SOLVED)
        cancelled = factory.Trait(status=Status.CANCELLED)


class CalendarLinkFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarLink

    employee = factory.SubFactory(EmployeeFactory, role=Role.FIELD_ENGINEER)
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
    issued_at = NINE


class TimeEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.TimeEntry

    task = factory.SubFactory(TaskFactory, done=True)
    employee = factory.SelfAttribute("task.assignee")
    kind = TimeKind.LABOUR
    starts_at = NINE
    hours = Decimal("1.50")
    worked_on = date(2026, 3, 3)


class PartUseFactory(DjangoModelFactory):
    class Meta:
        model = models.PartUse

    task = factory.SubFactory(TaskFactory, working=True)
    part = factory.SubFactory(PartFactory)
    used_on = date(2026, 3, 3)


class WorkReportFactory(DjangoModelFactory):
    class Meta:
        model = models.WorkReport

    task = factory.SubFactory(TaskFactory, done=True)
    result = "更换轴封，试车正常。"
