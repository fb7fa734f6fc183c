"""Proposals for a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmservice.errors import DomainError
from dispatch.choices import PLAN_TRANSITIONS, UNDER_RECKONING, PlanState
from employees.models import Employee, Outlet


class DayPlanQuerySet(models.QuerySet["DayPlan"]):
    def visible_to(self, user: Employee) -> Self:
        """Who plans for all outlets sees all plans, anybody else the own ones."""
        own = Q(asked_by=user.pk)
        return user.scoped(self, "dispatch.plan", outlet=own, own=own)

    def under_way(self) -> Self:
        return self.filter(state__in=UNDER_RECKONING)

    def to_reckon(self, at: datetime, lease: timedelta) -> Self:
        """What waits, and what somebody had in hand who did not come back; a lease that ends later
        than any lease could is one from before the clock was set back.
        """
        is_over = Q(lease_until__lte=at) | Q(lease_until__gt=at + 2 * lease)
        return self.filter(Q(state=PlanState.WAITING) | Q(is_over, state=PlanState.SOLVING))

    def lock(self, pk: int) -> DayPlan:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class DayPlan(models.Model):
    """A proposal for a day: who does which open tasks when. Nothing changes before it is accepted.

    `moves_assigned` and `moves_accepted` say what beyond the tasks without engineer may be given to
    somebody else or another time. `result` has the lines with the version of each task that they
    were made from, and the sums of now, of the greedy plan and of this one; `answer` what became of
    the lines that were accepted. It is reckoned under a lease: what is killed is begun again.
    """

    on = models.DateField(_("day"))
    outlet = models.ForeignKey(
        Outlet,
        verbose_name=_("outlet"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    moves_assigned = models.BooleanField(default=False)
    moves_accepted = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=PlanState, default=PlanState.WAITING
    )
    progress = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)
    asked_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = DayPlanQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("plan of a day")
        indexes = (
            models.Index(
                name="day_plans_to_reckon",
                fields=["id"],
                condition=Q(state__in=["waiting", "solving"]),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="only_a_plan_in_hand_has_a_lease",
                condition=Q(state="solving", lease_until__isnull=False)
                | (~Q(state="solving") & Q(lease_until=None)),
            ),
            models.CheckConstraint(
                name="accepted_plan_says_when",
                condition=Q(state="accepted", accepted_at__isnull=False)
                | (~Q(state="accepted") & Q(accepted_at=None)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("dispatch:day_plan", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_RECKONING

    @property
    def is_ready(self) -> bool:
        return self.state == PlanState.READY

    @property
    def is_accepted(self) -> bool:
        return self.state == PlanState.ACCEPTED

    @property
    def open_lines(self) -> list[int]:
        """The tasks of the lines that can still be accepted: what was not ticked the first time may
        be later.
        """
        if not (self.is_ready or self.is_accepted):
            return []
        asked = {*self.answer.get("taken", ()), *map(int, self.answer.get("refused", ()))}
        changes = [line["task"] for line in self.result["lines"] if line["is_change"]]
        return [key for key in changes if key not in asked]

    def move_to(self, state: PlanState) -> None:
        if state not in PLAN_TRANSITIONS[PlanState(self.state)]:
            raise DomainError(
                _("The plan is %(now)s, it cannot become %(then)s.")
                % {"now": self.get_state_display(), "then": state.label}
            )
        self.state = state
        self.lease_until = None
