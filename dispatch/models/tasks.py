"""Who goes where and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assets.choices import ItemKind
from assets.models import Asset, Occurrence, Step
from contracts.models import ServiceContract
from crmservice import states
from crmservice.addresses import address
from crmservice.attachments.models import Attachment
from customers.models import CareTouch, Customer, Site
from dispatch.choices import (
    AHEAD,
    AT_THE_CUSTOMER,
    TRANSITIONS,
    UNDER_WAY,
    UNFINISHED,
    Kind,
    Lock,
    Status,
)
from employees.models import Employee, Skill
from service_requests.choices import Target
from service_requests.models import ServiceRequest, SlaTimer

USUAL_LENGTH = timedelta(hours=2)  # of a task whose end nobody planned


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: Employee) -> Self:
        """An outlet sees its engineers' tasks, those of the requests that it is involved in, and
        planned work that nobody has yet at the customers that it serves.
        """
        along = Task.crew.through.objects.order_by()

        def of_outlet() -> Q:
            sent_to = ServiceRequest.outlets.through.objects.filter(outlet=user.outlet_id)
            involved = sent_to.values("servicerequest")
            through = Customer.served_by.through.objects.filter(outlet=user.outlet_id)
            served = through.values("customer")
            waiting = Q(assignee=None, service_request=None, customer__in=served)
            lends = Q(pk__in=along.filter(employee__outlet=user.outlet_id).values("task"))
            theirs = Q(assignee__outlet=user.outlet_id) | Q(service_request__in=involved)
            return theirs | waiting | lends

        def own() -> Q:
            return Q(assignee=user.pk) | Q(pk__in=along.filter(employee=user.pk).values("task"))

        return user.scoped(self, "dispatch.view", outlet=of_outlet, own=own)

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def of(self, engineer: Employee) -> Self:
        """For which this engineer answers."""
        return self.filter(assignee=engineer)

    def involving(self, people: Iterable[Employee]) -> Self:
        """For which one of them answers, or goes along."""
        keys = [person.pk for person in people]
        along = Task.crew.through.objects.filter(employee__in=keys).order_by().values("task")
        return self.filter(Q(assignee__in=keys) | Q(pk__in=along))

    def uncrewed(self) -> Self:
        return self.exclude(pk__in=Task.crew.through.objects.order_by().values("task"))

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Planned for a part of this time; one that ends when the other starts does not overlap."""
        ends_later = Q(planned_end__gt=starts_at) | Q(
            planned_end=None, planned_start__gt=starts_at - USUAL_LENGTH
        )
        return self.filter(ends_later, planned_start__lt=ends_at)

    def with_promise(self) -> Self:
        """With `promised_at`: until when the customer was promised that somebody is there, else
        that it works again; as `queries.arrival_due`, in the same query.
        """
        running = SlaTimer.objects.running().filter(service_request=OuterRef("service_request"))
        arrival = running.filter(target=Target.ARRIVAL).values("due_at")[:1]
        restore = running.filter(target=Target.RESTORE).values("due_at")[:1]
        return self.annotate(promised_at=Coalesce(Subquery(arrival), Subquery(restore)))

    def waiting(self) -> Self:
        """Nobody has them yet."""
        return self.filter(status=Status.PLANNED, assignee=None)

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
    """One piece of work for which one engineer answers; the work order that the tablet shows. The
    `crew` goes along; the task comes `after` others, and does not begin before they are done.

    `listed_at` is where it stands in lists: its planned start, else when it was made. What is
    planned has both start and end; only imported tasks may lack the end. `remind_at` is when its
    engineer is reminded next, `accept_due_at` until when it is to be accepted: both are derived
    when it is assigned, and gone once they have served. What is `locked` was agreed with the
    customer, and is not moved before it is unlocked. `reported_at` is when its end was entered,
    which a tablet without network does later; an import may not know it.
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
    occurrence = models.ForeignKey(
        Occurrence,
        verbose_name=_("planned maintenance"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    touch = models.ForeignKey(
        CareTouch,
        verbose_name=_("care touch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    window_from = models.DateField(_("not before"), null=True, blank=True)
    window_until = models.DateField(_("not after"), null=True, blank=True)
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
    crew = models.ManyToManyField(
        Employee, verbose_name=_("crew"), blank=True, related_name="crewed_tasks"
    )
    after = models.ManyToManyField(
        "self", verbose_name=_("after"), symmetrical=False, blank=True, related_name="then"
    )
    follow_up_of = models.ForeignKey(
        "self",
        verbose_name=_("follow-up of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    repeat_of = models.ForeignKey(
        "self",
        verbose_name=_("repeats"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repeats",
    )
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    conflict_reason = models.CharField(_("reason for the overlap"), max_length=300, blank=True)
    locked = models.CharField(_("locked"), max_length=6, choices=Lock, blank=True, db_default="")
    assigned_at = models.DateTimeField(null=True, blank=True)
    accept_due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    travelling_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    working_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("end entered at"), null=True, blank=True)
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
                name="task_window_is_in_order",
                condition=Q(window_from=None)
                | Q(window_until=None)
                | Q(window_until__gte=F("window_from")),
            ),
            models.UniqueConstraint(
                name="one_living_task_per_planned_maintenance",
                fields=["occurrence"],
                condition=Q(occurrence__isnull=False) & ~Q(status__in=["cancelled", "not_solved"]),
            ),
            models.UniqueConstraint(
                name="one_living_task_per_care_touch",
                fields=["touch"],
                condition=Q(touch__isnull=False) & ~Q(status__in=["cancelled", "not_solved"]),
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
                name="what_is_locked_is_planned",
                condition=Q(locked="")
                | Q(locked="time", planned_start__isnull=False)
                | Q(locked="person", assignee__isnull=False)
                | Q(locked="both", assignee__isnull=False, planned_start__isnull=False),
            ),
            models.CheckConstraint(
                name="finished_task_says_when",
                condition=~Q(status__in=["done", "not_solved"]) | Q(finished_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("dispatch:detail", self.number)

    @property
    def device(self) -> Asset | None:
        """The top of the tree that the task is about."""
        return (self.asset.root or self.asset) if self.asset else None

    @property
    def people(self) -> list[int]:
        """The keys of all who do it: first whoever answers for it, then the crew."""
        first = [self.assignee_id] if self.assignee_id is not None else []
        return [*first, *(person.pk for person in self.known("crew"))]

    def known(self, name: str) -> Iterable[Any]:
        """The rows of a relation, without a queryset of its own where they were fetched along:
        a board has thousands.
        """
        beside = self.__dict__.get(f"known_{name}")
        if beside is not None:
            return beside
        fetched = getattr(self, "_prefetched_objects_cache", {})
        return fetched[name] if name in fetched else getattr(self, name).all()

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
    def holds_person(self) -> bool:
        """Agreed with the customer: this engineer comes."""
        return self.locked in (Lock.PERSON, Lock.BOTH)

    @property
    def holds_time(self) -> bool:
        """Agreed with the customer: somebody comes at this time."""
        return self.locked in (Lock.TIME, Lock.BOTH)

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
        states.step(self, status, TRANSITIONS)
        self.accept_due_at = None
        if not self.is_ahead:
            self.remind_at = None


class ChecklistItem(Step):
    """One point of a task's checklist, as it was when the task was made, with its answer."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="checklist")
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    answered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    photo = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(Step.Meta):
        constraints = (
            *Step.Meta.constraints,
            models.CheckConstraint(
                name="checklist_answer_says_who_and_when",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
        )

    @property
    def is_open(self) -> bool:
        return not self.answer

    @property
    def is_outside(self) -> bool:
        """A figure beyond its limits."""
        if self.kind != ItemKind.NUMBER or not self.answer:
            return False
        figure = Decimal(self.answer)
        is_low = self.low is not None and figure < self.low
        return is_low or (self.high is not None and figure > self.high)

    @property
    def measured(self) -> str:
        """The answer with its unit."""
        return f"{self.answer} {self.unit}".strip() if self.answer else ""
