from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from dispatch import models
from dispatch.choices import Kind, Stage, Status, TimeKind
from employees.choices import Role
from tests.factories.assets import AssetFactory, PartFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory, OutletFactory

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


class EngineerWishFactory(DjangoModelFactory):
    class Meta:
        model = models.EngineerWish

    customer = factory.SubFactory(CustomerFactory)
    engineer = factory.SubFactory(EmployeeFactory, role=Role.FIELD_ENGINEER)
    kind = "preferred"
    reason = "熟悉设备"
    said_at = NINE


class DayPlanFactory(DjangoModelFactory):
    """A plan that was asked for and waits."""

    class Meta:
        model = models.DayPlan

    on = date(2026, 3, 3)
    asked_by = factory.SubFactory(EmployeeFactory, role=Role.SERVICE_MANAGER)
    asked_at = NINE - timedelta(hours=1)


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


class AcceptanceFactory(DjangoModelFactory):
    class Meta:
        model = models.Acceptance

    task = factory.SubFactory(TaskFactory, done=True)
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
    issued_at = NINE
    ends_at = NINE + timedelta(days=7)

    class Params:
        disputed = factory.Trait(
            disagreed_at=NINE + timedelta(hours=1), disagreed_by="李娜", disagreement="漏油"
        )


class SyncedActionFactory(DjangoModelFactory):
    class Meta:
        model = models.SyncedAction

    key = factory.Sequence(lambda n: f"{n:032x}")
    digest = factory.Sequence(lambda n: f"{n:064x}")
    task = factory.SubFactory(TaskFactory, assigned=True)
    employee = factory.SelfAttribute("task.assignee")
    number = factory.SelfAttribute("task.number")
    device = "tablet-1"
    verb = "accept"
    happened_at = NINE
    received_at = NINE

    class Params:
        refused = factory.Trait(
            outcome="refused",
            answer={"is_applied": False, "words": ["…"], "errors": {}, "differences": []},
        )


class ChecklistItemFactory(DjangoModelFactory):
    class Meta:
        model = models.ChecklistItem

    task = factory.SubFactory(TaskFactory)
    position = factory.Sequence(lambda n: n % 1000)
    text = "检查油位"


class PauseFactory(DjangoModelFactory):
    class Meta:
        model = models.Pause

    task = factory.SubFactory(TaskFactory, working=True)
    starts_at = NINE + timedelta(minutes=30)


class DepotRepairFactory(DjangoModelFactory):
    """Goods that came to a depot yesterday, of a known device; the traits have a task, too."""

    class Meta:
        model = models.DepotRepair
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"DR-2025-{n + 1:04d}")
    outlet = factory.SubFactory(OutletFactory)
    stage = Stage.RECEIVED
    stage_at = NINE
    asset = factory.SubFactory(AssetFactory)
    serial_no = factory.LazyAttribute(lambda o: o.asset.serial_no if o.asset else "UNKNOWN-1")
    customer = factory.LazyAttribute(lambda o: o.asset.customer if o.asset else None)
    received_at = NINE
    received_by = factory.SubFactory(EmployeeFactory, outlet=factory.SelfAttribute("..outlet"))
    due_at = NINE + timedelta(days=14)
    created_by = factory.SelfAttribute("received_by")
    created_at = NINE

    class Params:
        expected = factory.Trait(
            stage=Stage.EXPECTED,
            received_at=None,
            received_by=None,
            due_at=None,
            created_by=factory.SubFactory(EmployeeFactory),
        )
        unknown = factory.Trait(asset=None)
        tasked = factory.Trait(
            task=factory.SubFactory(
                TaskFactory,
                kind=Kind.DEPOT,
                customer=factory.SelfAttribute("..customer"),
                asset=factory.SelfAttribute("..asset"),
            )
        )


class LabourTimerFactory(DjangoModelFactory):
    class Meta:
        model = models.LabourTimer

    repair = factory.SubFactory(DepotRepairFactory, tasked=True, stage=Stage.DIAGNOSING)
    employee = factory.SubFactory(EmployeeFactory, role=Role.DEPOT_ENGINEER)
    started_at = NINE
    ask_at = NINE + timedelta(hours=10)


class DepotStepFactory(DjangoModelFactory):
    class Meta:
        model = models.DepotStep

    repair = factory.SubFactory(DepotRepairFactory)
    stage = Stage.RECEIVED
    by = factory.SubFactory(EmployeeFactory)
    at = NINE


class DepotWaitFactory(DjangoModelFactory):
    class Meta:
        model = models.DepotWait

    repair = factory.SubFactory(DepotRepairFactory)
    reason = "parts"
    began_at = NINE


class MeasurementFactory(DjangoModelFactory):
    class Meta:
        model = models.Measurement

    repair = factory.SubFactory(DepotRepairFactory)
    name = "绝缘电阻"
    value = "12.5"
    by = factory.SubFactory(EmployeeFactory)
    at = NINE
