"""The heart: requests, the timers of their promises, holds, hand-overs, escalations and surveys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from assets.models import Asset
from contracts.choices import Cover
from contracts.models import DefaultPromise, ServiceContract
from crmservice.errors import DomainError
from customers.models import Contact, Customer, Site, Tier
from employees.choices import Department
from employees.models import Employee, Named, Outlet, WorkingCalendar
from knowledge.models import Article, FaultCode
from service_requests.choices import (
    OPEN,
    TRANSITIONS,
    Answer,
    Channel,
    HandoverStatus,
    Kind,
    Severity,
    Status,
    SurveyChannel,
    Target,
    TimerState,
    Trigger,
    Turn,
)

IS_OPEN = Q(status__in=OPEN)
NOTHING_DUE_FOR = timedelta(days=7)


class ServiceRequestQuerySet(models.QuerySet["ServiceRequest"]):
    def visible_to(self, user: Employee) -> Self:
        """An outlet sees the requests that it owns or was sent to; one's own are those one owns."""
        involved = Q(
            pk__in=ServiceRequest.outlets.through.objects.filter(outlet=user.outlet_id).values(
                "servicerequest"
            )
        )
        return user.scoped(self, "service_requests.view", outlet=involved, own=Q(owner=user.pk))

    def open(self) -> Self:
        return self.filter(IS_OPEN)

    def unowned(self) -> Self:
        return self.filter(owner=None)

    def overdue(self, at: datetime) -> Self:
        return self.open().filter(next_due_at__lte=at)

    def at_risk(self, at: datetime) -> Self:
        """An unmet running clock has used 75 % of its target or more (metrics.md)."""
        return self.open().filter(next_risk_at__lte=at)

    def to_climb(self, at: datetime) -> Self:
        """Some rule lifts it by now, or it is to be looked at again."""
        return self.open().filter(climbs_at__lte=at)

    def with_turn(self) -> Self:
        """Each with `turn`: whose turn it is while it waits."""
        holds = Hold.objects.open().filter(service_request=OuterRef("pk"))
        turn = Subquery(holds.values("reason__turn")[:1])
        return self.annotate(turn=Case(When(status=Status.WAITING, then=turn)))

    def lock(self, pk: int) -> ServiceRequest:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ServiceRequest(models.Model):
    """What a customer wants from us, from the first word to the closed file.

    The entitlement is frozen at opening: `cover`, `contract`, `tier`, and `entitlement` (the whole
    reasoning as JSON). `next_due_at`, `next_target` and `next_risk_at` are derived from the open
    timers by `actions`; `queue_at` is where the request stands in the queue: its next due time,
    else when its hold is to be looked at again, else a week after its opening. `spell` counts the
    openings: a reopened request has timers of a second spell.

    `ring` is the ring that has it now, `highest_ring` the highest reached (metrics.md). `climbs_at`
    is when the next rule may lift it, `rules_met` the rules that were met in this spell.
    """

    number = models.CharField(_("request number"), max_length=40, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.FAULT)
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity, default=Severity.NORMAL
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=3)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"), blank=True)

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="service_requests",
    )
    billing_customer = models.ForeignKey(
        Customer,
        verbose_name=_("billing customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="billed_requests",
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_requests",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_requests",
    )
    caller_name = models.CharField(_("caller"), max_length=120, blank=True)
    caller_phone = models.CharField(_("caller's telephone"), max_length=60, blank=True)
    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_requests",
    )

    cover = models.CharField(_("cover"), max_length=20, choices=Cover)
    contract = models.ForeignKey(
        ServiceContract,
        verbose_name=_("contract"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_requests",
    )
    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+"
    )
    entitlement = models.JSONField(_("entitlement"), default=dict)

    opened_at = models.DateTimeField(_("opened at"))
    responded_at = models.DateTimeField(_("responded at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    restored_at = models.DateTimeField(_("restored at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    first_responder = models.ForeignKey(
        Employee,
        verbose_name=_("first responder"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="first_requests",
    )
    owner = models.ForeignKey(
        Employee,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_requests",
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    outlets = models.ManyToManyField(
        Outlet, verbose_name=_("outlets involved"), related_name="service_requests"
    )
    ring = models.PositiveSmallIntegerField(
        _("ring"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    highest_ring = models.PositiveSmallIntegerField(_("highest ring"), default=1)
    climbs_at = models.DateTimeField(null=True, blank=True)
    rules_met = models.JSONField(default=list, blank=True)
    transfers = models.PositiveSmallIntegerField(_("transfers"), default=0)
    spell = models.PositiveSmallIntegerField(_("spell"), default=1)
    visit_promised = models.BooleanField(_("a visit is made"), default=False)

    resolution = models.TextField(_("resolution"), blank=True)
    fault_code = models.ForeignKey(
        FaultCode,
        verbose_name=_("fault code"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_requests",
    )
    cause = models.CharField(_("cause"), max_length=120, blank=True)
    customer_answer = models.CharField(
        _("customer's answer"), max_length=15, choices=Answer, blank=True
    )
    asked_at = models.DateTimeField(_("customer asked at"), null=True, blank=True)
    closing_reason = models.CharField(
        _("reason for closing without an answer"), max_length=300, blank=True
    )
    solved_by = models.ForeignKey(
        Article,
        verbose_name=_("solved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_requests",
    )
    repeat_of = models.ForeignKey(
        "self",
        verbose_name=_("repeats"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repeats",
    )
    follow_up_of = models.ForeignKey(
        "self",
        verbose_name=_("follow-up of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )

    queue_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True, blank=True)
    next_risk_at = models.DateTimeField(null=True, blank=True)
    next_target = models.CharField(max_length=10, choices=Target, blank=True)
    created_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        indexes = (
            models.Index(name="request_queue", fields=["queue_at", "id"], condition=IS_OPEN),
            models.Index(
                name="request_queue_by_status",
                fields=["status", "queue_at", "id"],
                condition=IS_OPEN,
            ),
            models.Index(
                name="request_newest_by_end",
                fields=["status", "-opened_at", "-id"],
                condition=Q(status__in=["resolved", "cancelled", "merged"]),
            ),
            models.Index(
                name="request_queue_by_due", fields=["next_due_at", "id"], condition=IS_OPEN
            ),
            models.Index(
                name="request_queue_by_risk", fields=["next_risk_at", "id"], condition=IS_OPEN
            ),
            models.Index(
                name="request_open_by_owner", fields=["owner", "queue_at", "id"], condition=IS_OPEN
            ),
            models.Index(
                name="request_open_newest", fields=["-opened_at", "-id"], condition=IS_OPEN
            ),
            models.Index(name="request_newest", fields=["-opened_at", "-id"], include=["status"]),
            models.Index(
                name="request_climbing",
                fields=["climbs_at", "id"],
                condition=IS_OPEN & Q(climbs_at__isnull=False),
            ),
            models.Index(name="request_of_customer", fields=["customer", "-opened_at"]),
            models.Index(name="request_of_asset", fields=["asset", "-opened_at"]),
            # Counted by reports from the index alone; with the key, for that is what is counted.
            models.Index(
                name="request_resolved",
                fields=["resolved_at", "opened_at", "highest_ring", "id"],
            ),
            models.Index(
                name="request_open_figures",
                fields=[
                    "status",
                    "next_due_at",
                    "next_risk_at",
                    "accepted_at",
                    "opened_at",
                    "kind",
                    "tier",
                    "id",
                ],
                condition=IS_OPEN,
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="resolved_says_when_and_how",
                condition=~Q(status__in=["resolved", "closed"])
                | (Q(resolved_at__isnull=False) & ~Q(resolution="")),
            ),
            models.CheckConstraint(
                name="closed_says_when", condition=~Q(status="closed") | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="cancelled_says_when",
                condition=~Q(status="cancelled") | Q(cancelled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="responded_after_opening",
                condition=Q(responded_at=None) | Q(responded_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="contract_cover_names_its_contract",
                condition=~Q(cover="contract") | Q(contract__isnull=False),
            ),
            models.CheckConstraint(
                name="request_ring_is_1_2_or_3", condition=Q(ring__gte=1, ring__lte=3)
            ),
            models.CheckConstraint(
                name="highest_ring_is_the_ring_or_above",
                condition=Q(highest_ring__gte=F("ring"), highest_ring__lte=3),
            ),
            models.CheckConstraint(name="request_has_a_subject", condition=~Q(subject="")),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("service_requests:detail", args=[self.number])

    @property
    def place_without_due(self) -> datetime:
        """Where an open request with nothing due stands in the queue: it rises after a week."""
        return self.opened_at + NOTHING_DUE_FOR

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def root_asset(self) -> Asset | None:
        return (self.asset.root or self.asset) if self.asset else None

    def move_to(self, status: Status) -> None:
        if status == self.status:
            words = {"number": self.number, "now": status.label}
            raise DomainError(_("%(number)s is already %(now)s.") % words)
        if status not in TRANSITIONS[Status(self.status)]:
            raise DomainError(
                _("%(number)s is %(now)s, it cannot become %(then)s.")
                % {"number": self.number, "now": self.get_status_display(), "then": status.label}
            )
        self.status = status


class SlaTimerQuerySet(models.QuerySet["SlaTimer"]):
    def undecided(self) -> Self:
        """Neither met nor cancelled: running, on hold, or overdue."""
        return self.filter(stopped_at=None)

    def running(self) -> Self:
        return self.undecided().filter(due_at__isnull=False)

    def overdue(self, at: datetime) -> Self:
        """Due and not yet recorded as breached."""
        return self.running().filter(breached_at=None, due_at__lte=at)

    def movable(self) -> Self:
        """Undecided, not breached, on an open request: what a recalculation may move."""
        return self.undecided().filter(breached_at=None, service_request__status__in=OPEN)

    def behind(self) -> Self:
        """Computed with hours that their calendar has had before."""
        return self.filter(calendar_version__lt=F("calendar__version"))

    def at_risk(self, at: datetime) -> Self:
        return self.running().filter(risk_at__lte=at)

    def to_warn(self, at: datetime) -> Self:
        """A warning is due, and the promise is not; or it is to be looked at again."""
        return self.filter(warns_at__lte=at, due_at__gt=at)


class SlaTimer(models.Model):
    """The clock of one promise.

    `due_at` and `risk_at` are derived from start, promise, calendar and holds
    (service_requests.sla), never adjusted. It counts in the hours that the calendar had in
    `calendar_version`, until a recalculation lets it follow. While a hold is open there is no due
    time and `remaining` (working time) is shown. A breached clock stays breached; when it is met
    all the same, `late_by` says by how much working time. `warns_at` is when the next warning is
    due, while it runs in time; `warned` is the highest share, in per cent, of which was warned.
    """

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="sla_timers"
    )
    target = models.CharField(_("target"), max_length=10, choices=Target)
    spell = models.PositiveSmallIntegerField(default=1)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField(default=1, db_default=1)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    next_business_day = models.BooleanField(default=False)
    cut_off = models.TimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    risk_at = models.DateTimeField(null=True, blank=True)
    warns_at = models.DateTimeField(null=True, blank=True)
    warned = models.PositiveSmallIntegerField(default=0)
    remaining = models.DurationField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    cancelled = models.BooleanField(default=False)
    breached_at = models.DateTimeField(null=True, blank=True)
    late_by = models.DurationField(null=True, blank=True)

    objects = SlaTimerQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(
                name="timers_due",
                fields=["due_at", "id"],
                condition=Q(stopped_at=None, breached_at=None, due_at__isnull=False),
            ),
            models.Index(
                name="timers_warning",
                fields=["warns_at", "id"],
                condition=Q(warns_at__isnull=False),
            ),
            models.Index(name="timers_by_start", fields=["started_at", "target"]),
            models.Index(
                name="timers_breached",
                fields=["breached_at"],
                condition=Q(breached_at__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_timer_per_target_and_spell", fields=["service_request", "target", "spell"]
            ),
            models.CheckConstraint(
                name="timer_promises_minutes_or_next_business_day",
                condition=Q(minutes__gt=0, next_business_day=False)
                | Q(minutes=None, next_business_day=True),
            ),
            models.CheckConstraint(
                name="open_timer_has_due_time_or_remaining",
                condition=Q(stopped_at__isnull=False)
                | Q(due_at__isnull=False, remaining=None)
                | Q(due_at=None, remaining__isnull=False),
            ),
            models.CheckConstraint(
                name="only_what_runs_in_time_warns",
                condition=Q(warns_at=None)
                | Q(stopped_at=None, breached_at=None, due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cancelled_timer_is_stopped",
                condition=Q(cancelled=False) | Q(stopped_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.target}"

    @property
    def is_met(self) -> bool:
        return self.stopped_at is not None and not self.cancelled

    @property
    def is_kept(self) -> bool:
        """Met at or before the due time."""
        return self.is_met and self.breached_at is None

    @property
    def state(self) -> TimerState:
        if self.cancelled:
            return TimerState.CANCELLED
        if self.breached_at is not None:
            return TimerState.BREACHED
        if self.stopped_at is not None:
            return TimerState.MET
        return TimerState.RUNNING if self.due_at else TimerState.ON_HOLD


class HoldReason(Named):
    """Why a request may wait, whose turn it is then, which clocks stop, and how long at most."""

    turn = models.CharField(_("whose turn"), max_length=12, choices=Turn)
    holds_targets = models.JSONField(_("clocks that stop"), default=list, blank=True)
    max_hours = models.PositiveIntegerField(_("expires after (hours)"), default=72)

    class Meta(Named.Meta):
        verbose_name = _("hold reason")


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(ends_at=None)

    def expired(self, at: datetime) -> Self:
        """Still open although its time is over."""
        return self.open().filter(expires_at__lte=at)


class Hold(models.Model):
    """A spell of waiting, with a reason, whose turn it is, and an end by which somebody must look
    again.

    Nobody has to be there for it to end: at `expires_at` the clocks run again
    (actions.expire_holds).
    """

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="holds"
    )
    reason = models.ForeignKey(
        HoldReason, verbose_name=_("reason"), on_delete=models.PROTECT, related_name="holds"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("look again at"))
    by = models.ForeignKey(
        Employee, verbose_name=_("owner"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                name="hold_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="hold_expires_after_start", condition=Q(expires_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                name="one_open_hold_per_request",
                fields=["service_request"],
                condition=Q(ends_at=None),
            ),
        )
        indexes = (
            models.Index(name="holds_expiring", fields=["expires_at"], condition=Q(ends_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.reason}"


class HandoverQuerySet(models.QuerySet["Handover"]):
    def asked(self) -> Self:
        """Without an answer, and not withdrawn."""
        return self.filter(status=HandoverStatus.ASKED)

    def overdue(self, at: datetime) -> Self:
        """Due and not yet told of."""
        return self.asked().filter(overdue_at=None, due_at__lte=at)


class Handover(models.Model):
    """A question to another department that must return with an answer.

    `overdue_at` is its due time once the sweep has told that the answer did not come.
    """

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="handovers"
    )
    department = models.CharField(_("department"), max_length=12, choices=Department)
    asked_of = models.ForeignKey(
        Employee,
        verbose_name=_("asked of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="handovers",
    )
    question = models.TextField(_("question"))
    status = models.CharField(
        _("status"), max_length=10, choices=HandoverStatus, default=HandoverStatus.ASKED
    )
    asked_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(_("answer due by"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at",)
        indexes = (
            models.Index(
                name="handovers_due",
                fields=["due_at"],
                condition=Q(status="asked", overdue_at=None),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="handover_due_after_asking", condition=Q(due_at__gt=F("asked_at"))
            ),
            models.CheckConstraint(
                name="answered_handover_has_its_answer",
                condition=~Q(status="answered")
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_request.number} · {self.get_department_display()}"

    def get_absolute_url(self) -> str:
        return self.service_request.get_absolute_url()


class WarningPolicy(models.Model):
    """At which shares of a promise, in per cent, those who keep it are warned."""

    target = models.CharField(_("clock"), max_length=10, choices=Target, unique=True)
    percents = models.JSONField(_("warn at (per cent)"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.get_target_display())

    def get_absolute_url(self) -> str:
        return reverse("service_requests:rules")


class EscalationRule(models.Model):
    """What lifts a request to a ring, once in each spell.

    `threshold` counts as its trigger says (choices.THRESHOLDS). Severity and tier narrow it to some
    requests, the clock to one promise; empty means all.
    """

    trigger = models.CharField(_("what happens"), max_length=15, choices=Trigger)
    threshold = models.PositiveSmallIntegerField(_("threshold"), null=True, blank=True)
    ring = models.PositiveSmallIntegerField(
        _("to ring"), default=2, validators=[MinValueValidator(2), MaxValueValidator(3)]
    )
    target = models.CharField(_("clock"), max_length=10, choices=Target, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, blank=True)
    tier = models.ForeignKey(
        Tier,
        verbose_name=_("tier"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    is_active = models.BooleanField(_("in force"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ring", "trigger", "threshold", "pk")
        constraints = (
            models.CheckConstraint(
                name="rule_lifts_to_ring_2_or_3", condition=Q(ring__gte=2, ring__lte=3)
            ),
            models.CheckConstraint(
                name="only_used_time_is_of_a_clock",
                condition=Q(target="") | Q(trigger="time_used"),
            ),
            models.CheckConstraint(
                name="rule_of_a_tier_names_it",
                condition=~Q(trigger="tier") | Q(tier__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_rule_per_case_and_ring",
                fields=["trigger", "ring", "target", "severity", "tier"],
            ),
            models.UniqueConstraint(
                name="one_rule_per_case_and_ring_of_all_tiers",
                fields=["trigger", "ring", "target", "severity"],
                condition=Q(tier=None),
            ),
        )

    def __str__(self) -> str:
        return str(self.get_trigger_display())

    def get_absolute_url(self) -> str:
        return reverse("service_requests:rule", args=[self.pk])


class Escalation(models.Model):
    """A step up the three rings, by rule or by hand, or back down; `to` is who was told."""

    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="escalations"
    )
    from_ring = models.PositiveSmallIntegerField()
    to_ring = models.PositiveSmallIntegerField()
    to = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(
        EscalationRule, null=True, on_delete=models.PROTECT, related_name="escalations"
    )
    spell = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)
        constraints = (
            models.CheckConstraint(
                name="escalation_between_rings_1_to_3",
                condition=Q(from_ring__gte=1, from_ring__lte=3, to_ring__gte=1, to_ring__lte=3),
            ),
            models.CheckConstraint(
                name="escalation_has_its_rule_or_its_reason",
                condition=Q(rule__isnull=False) | ~Q(reason=""),
            ),
            models.UniqueConstraint(
                name="a_rule_lifts_once_in_a_spell",
                fields=["service_request", "spell", "rule"],
                condition=Q(rule__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_request_id} {self.from_ring}→{self.to_ring}"


class SurveyDimension(Named):
    """What customers are asked about, 1–5; a department answers for it with a weight."""

    department = models.CharField(
        _("department"), max_length=12, choices=Department, default=Department.SERVICE
    )
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=1)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    is_active = models.BooleanField(_("asked"), default=True)

    class Meta(Named.Meta):
        ordering = ("position",)


class Survey(models.Model):
    """One question round after a contact. The token of the link is stored hashed; one answer,
    changeable for 7 days.
    """

    service_request = models.OneToOneField(
        ServiceRequest, on_delete=models.CASCADE, related_name="survey"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=SurveyChannel, default=SurveyChannel.LINK
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("expires at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_to = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    nps = models.PositiveSmallIntegerField(_("would recommend (0–10)"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        ordering = ("-sent_at",)
        indexes = (
            models.Index(name="surveys_answered", fields=["answered_at"]),
            models.Index(name="surveys_sent", fields=["sent_at"]),
        )
        constraints = (
            models.CheckConstraint(name="nps_is_0_to_10", condition=Q(nps=None) | Q(nps__lte=10)),
            models.CheckConstraint(
                name="survey_answered_after_sending",
                condition=Q(answered_at=None) | Q(answered_at__gte=F("sent_at")),
            ),
        )

    def __str__(self) -> str:
        return f"survey {self.service_request_id}"


class SurveyScore(models.Model):
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="scores")
    dimension = models.ForeignKey(SurveyDimension, on_delete=models.PROTECT, related_name="scores")
    score = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("dimension__position",)
        constraints = (
            models.UniqueConstraint(name="one_score_per_dimension", fields=["survey", "dimension"]),
            models.CheckConstraint(name="score_is_1_to_5", condition=Q(score__gte=1, score__lte=5)),
        )

    def __str__(self) -> str:
        return f"{self.dimension_id}: {self.score}"


class RecalculationQuerySet(models.QuerySet["Recalculation"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None).order_by("pk")


class Recalculation(models.Model):
    """Open clocks made to follow a changed calendar, or a changed default promise.

    Done in chunks of requests in the order of their keys, up to `reached` so far: what is killed
    goes on from there.
    """

    calendar = models.ForeignKey(
        WorkingCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    promise = models.ForeignKey(
        DefaultPromise, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    looked_at = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RecalculationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(name="recalculations_to_do", fields=["id"], condition=Q(finished_at=None)),
        )
        constraints = (
            models.CheckConstraint(
                name="recalculation_follows_a_calendar_or_a_promise",
                condition=Q(calendar__isnull=False, promise=None)
                | Q(calendar=None, promise__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.looked_at}/{self.total}"

    def get_absolute_url(self) -> str:
        return reverse("service_requests:recalculation", args=[self.pk])

    @property
    def subject(self) -> WorkingCalendar | DefaultPromise:
        """What was changed."""
        subject = self.calendar or self.promise
        assert subject is not None
        return subject

    @property
    def subject_names(self) -> dict[str, str]:
        """Its name for the trail, which is read in both languages."""
        names = {}
        for key, language in (("en", "en"), ("zh", "zh-hans")):
            with override(language):
                names[key] = str(self.subject)
        return names
