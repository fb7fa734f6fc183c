"""Who goes where and when: tasks, the time and parts that they took, and the work report."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Part
from contracts.models import ServiceContract
from crmservice.errors import DomainError
from customers.models import Customer, Site
from dispatch.choices import (
    AHEAD,
    AT_THE_CUSTOMER,
    TRANSITIONS,
    UNDER_WAY,
    UNFINISHED,
    Kind,
    Status,
    TimeKind,
)
from employees.models import Employee, Skill
from orders.models import OrderLine
from service_requests.models import ServiceRequest

USUAL_LENGTH = timedelta(hours=2)  # of a task whose end nobody planned


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: Employee) -> Self:
        """An outlet sees its engineers' tasks and those of the requests that it is involved in."""
        involved = ServiceRequest.outlets.through.objects.filter(outlet=user.outlet_id).values(
            "servicerequest"
        )
        return user.scoped(
            self,
            "dispatch.view",
            outlet=Q(assignee__outlet=user.outlet_id) | Q(service_request__in=involved),
            own=Q(assignee=user.pk),
        )

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def of(self, engineer: Employee) -> Self:
        return self.filter(assignee=engineer)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Planned for a part of this time; one that ends when the other starts does not overlap."""
        ends_later = Q(planned_end__gt=starts_at) | Q(
            planned_end=None, planned_start__gt=starts_at - USUAL_LENGTH
        )
        return self.filter(ends_later, planned_start__lt=ends_at)

    def to_remind(self, at: datetime) -> Self:
        """Whose engineer is to be reminded by now."""
        return self.filter(remind_at__lte=at)

    def unaccepted(self, at: datetime) -> Self:
        """Assigned, and not accepted when they should have been."""
        return self.filter(accept_due_at__lte=at)

    def lock(self, pk: int) -> Task:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Task(models.Model):
    """One piece of work for one engineer; the work order that the tablet shows.

    `listed_at` is where it stands in lists: its planned start, else when it was made. What is
    planned has both start and end; only imported tasks may lack the end. `remind_at` is when its
    engineer is reminded next, `accept_due_at` until when it is to be accepted: both are derived
    when it is assigned, and gone once they have served.
    """

    number = models.CharField(_("task number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ONSITE)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PLANNED)
    title = models.CharField(_("title"), max_length=200)
    instructions = models.TextField(_("instructions"), blank=True)
    service_request = models.ForeignKey(
        ServiceRequest,
        verbose_name=_("service request"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    contract = models.ForeignKey(
        ServiceContract,
        verbose_name=_("contract"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    skill = models.ForeignKey(
        Skill, verbose_name=_("skill needed"), null=True, blank=True, on_delete=models.PROTECT
    )
    assignee = models.ForeignKey(
        Employee,
        verbose_name=_("engineer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    follow_up_of = models.ForeignKey(
        "self",
        verbose_name=_("follow-up of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    conflict_reason = models.CharField(_("reason for the overlap"), max_length=300, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    accept_due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    travelling_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    working_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    created_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    listed_at = models.GeneratedField(
        expression=Coalesce("planned_start", "created_at"),
        output_field=models.DateTimeField(_("start")),
        db_persist=True,
    )
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ("-listed_at", "-pk")
        verbose_name = _("task")
        indexes = (
            models.Index(name="tasks_newest", fields=["-listed_at", "-id"]),
            models.Index(name="tasks_of_engineer", fields=["assignee", "planned_start"]),
            models.Index(
                name="tasks_unfinished",
                fields=["listed_at", "id"],
                condition=Q(status__in=UNFINISHED),
            ),
            models.Index(
                name="tasks_to_remind",
                fields=["remind_at", "id"],
                condition=Q(remind_at__isnull=False),
            ),
            models.Index(
                name="tasks_unaccepted",
                fields=["accept_due_at", "id"],
                condition=Q(accept_due_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="task_ends_after_start",
                condition=Q(planned_start=None)
                | Q(planned_end=None)
                | Q(planned_end__gt=F("planned_start")),
            ),
            models.CheckConstraint(
                name="task_beyond_planned_has_an_engineer",
                condition=Q(status__in=["planned", "cancelled"]) | Q(assignee__isnull=False),
            ),
            models.CheckConstraint(
                name="only_what_is_ahead_is_reminded_of",
                condition=Q(remind_at=None) | Q(status__in=AHEAD, planned_start__isnull=False),
            ),
            models.CheckConstraint(
                name="only_what_is_assigned_waits_to_be_accepted",
                condition=Q(accept_due_at=None) | Q(status="assigned"),
            ),
            models.CheckConstraint(
                name="finished_task_says_when",
                condition=~Q(status__in=["done", "not_solved"]) | Q(finished_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("dispatch:detail", args=[self.number])

    @property
    def is_at_the_customer(self) -> bool:
        return self.kind in AT_THE_CUSTOMER

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    @property
    def is_ahead(self) -> bool:
        """An engineer has it and has not set out."""
        return self.status in AHEAD

    @property
    def is_under_way(self) -> bool:
        """Somebody is on the spot: parts and words can be written down."""
        return self.status in UNDER_WAY

    @property
    def last_step_at(self) -> datetime | None:
        """When the latest step that is stamped was taken; the next one cannot be earlier."""
        stamps = (self.assigned_at, self.accepted_at, self.travelling_at, self.arrived_at)
        return max(filter(None, (*stamps, self.working_at)), default=None)

    def move_to(self, status: Status) -> None:
        if status not in TRANSITIONS[Status(self.status)]:
            raise DomainError(
                _("%(number)s is %(now)s, it cannot become %(then)s.")
                % {"number": self.number, "now": self.get_status_display(), "then": status.label}
            )
        self.status = status
        self.accept_due_at = None
        if not self.is_ahead:
            self.remind_at = None


class TimeEntry(models.Model):
    """Hours that a person spent on a task; cost is hours × the cost rate valid on the day."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="time_entries")
    employee = models.ForeignKey(
        Employee, verbose_name=_("engineer"), on_delete=models.PROTECT, related_name="time_entries"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TimeKind)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)
    worked_on = models.DateField(_("day"))
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="time_entries"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("worked_on", "pk")
        verbose_name = _("time entry")
        constraints = (
            models.CheckConstraint(
                name="time_entry_is_positive", condition=Q(hours__gt=Decimal(0))
            ),
        )
        indexes = (
            models.Index(name="time_by_employee_and_day", fields=["employee", "worked_on"]),
            models.Index(name="time_by_day", fields=["worked_on"]),
        )

    def __str__(self) -> str:
        return f"{self.task_id} {self.kind} {self.hours}"

    def get_absolute_url(self) -> str:
        return self.task.get_absolute_url()


class PartUse(models.Model):
    """A part that went into a device on a task; its price and cost stand on the order line."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="parts_used")
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="uses"
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    serial_no = models.CharField(_("serial number of the new part"), max_length=80, blank=True)
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="part_uses"
    )
    used_on = models.DateField(_("day"))
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(name="part_use_is_positive", condition=Q(quantity__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.part} × {self.quantity}"


class WorkReport(models.Model):
    """What was found and done, and the customer's word on it; a draft until its task is finished.

    `travel_hours` and `labour_hours` are what the engineer typed instead of the stamps' hours; the
    hours that count are TimeEntry rows. The signature is the drawn picture as a PNG data address.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="work_report")
    result = models.TextField(_("what was found and done"), blank=True)
    readings = models.TextField(_("readings"), blank=True)
    remaining = models.TextField(_("what is still to do"), blank=True)
    remarks = models.TextField(_("engineer's remarks"), blank=True)
    customer_remarks = models.TextField(_("customer's remarks"), blank=True)
    rating = models.PositiveSmallIntegerField(
        _("customer's rating"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    travel_hours = models.DecimalField(
        _("travel (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    labour_hours = models.DecimalField(
        _("labour (hours)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    signed_by = models.CharField(_("signed by"), max_length=120, blank=True)
    signature = models.TextField(blank=True)
    unsigned_reason = models.CharField(_("why nobody signed"), max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="signature_says_whose_and_when",
                condition=Q(signature="") | (~Q(signed_by="") & Q(signed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="rating_is_1_to_5", condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5)
            ),
        )

    def __str__(self) -> str:
        return f"report {self.task_id}"


class CalendarLink(models.Model):
    """The secret address of a person's tasks for the own calendar program, stored hashed."""

    employee = models.OneToOneField(
        Employee, on_delete=models.CASCADE, related_name="calendar_link"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.employee)
