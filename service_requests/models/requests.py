"""Requests: the heart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from contracts.choices import Cover
from contracts.models import ServiceContract
from crmservice import states
from crmservice.addresses import address
from crmservice.errors import DomainError
from customers.models import Contact, Customer, Site, Tier
from employees.models import Employee, Outlet
from knowledge.models import Article, FaultCode
from service_requests.choices import (
    OPEN,
    TRANSITIONS,
    Answer,
    Channel,
    Kind,
    Severity,
    Status,
    Target,
)
from service_requests.models.holds import Hold

IS_OPEN = Q(status__in=OPEN)
NOTHING_DUE_FOR = timedelta(days=7)


# What reports narrow and break down requests by: the facts of a request, kept by the database
# itself beside the moments that a period is cut by (ADR 0056).
COUNTED_BY = (
    "highest_ring",
    "kind",
    "severity",
    "channel",
    "tier",
    "owner",
    "customer",
    "asset",
    "fault_code",
    "cover",
    "contract",
    "spell",
    "solved_by",
    "id",
)


class ServiceRequestQuerySet(models.QuerySet["ServiceRequest"]):
    def visible_to(self, user: Employee) -> Self:
        """An outlet sees the requests that it owns or was sent to; one's own are those one owns."""

        def involved() -> Q:
            sent_to = ServiceRequest.outlets.through.objects.filter(outlet=user.outlet_id)
            return Q(pk__in=sent_to.values("servicerequest"))

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
        holds = Hold.objects.open().filter(service_request=OuterRef("pk")).order_by()  # one is open
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
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True)

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
    transfers_before = models.PositiveSmallIntegerField(default=0)  # this spell
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
            # With what the dashboard counts of the open ones, and narrows them to.
            models.Index(
                name="request_open_by_owner",
                fields=["owner", "queue_at", "id"],
                include=[
                    "status",
                    "next_due_at",
                    "next_risk_at",
                    "accepted_at",
                    "opened_at",
                    "kind",
                    "severity",
                    "channel",
                    "tier",
                    "customer",
                    "asset",
                ],
                condition=IS_OPEN,
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
                name="request_resolved_facts", fields=["resolved_at", "opened_at", *COUNTED_BY]
            ),
            models.Index(
                name="request_opened_facts",
                fields=[
                    "opened_at",
                    "status",
                    "responded_at",
                    "arrived_at",
                    "restored_at",
                    "resolved_at",
                    "transfers",
                    "repeat_of",
                    *COUNTED_BY,
                ],
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
                name="merged_says_when",
                condition=~Q(status="merged") | Q(merged_at__isnull=False),
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
            models.CheckConstraint(
                name="merged_says_into_what",
                condition=Q(status="merged", merged_into__isnull=False)
                | ~Q(status="merged") & Q(merged_into=None),
            ),
            models.CheckConstraint(
                name="request_is_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
            models.CheckConstraint(name="request_has_a_subject", condition=~Q(subject="")),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("service_requests:detail", self.number)

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
        states.step(self, status, TRANSITIONS)
