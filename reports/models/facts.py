"""What reports count of each request, on a narrow row of its own (ADR 0061)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from assets.models import AssetModel, Part
from contracts.models import ServiceContract
from customers.models import Customer, Tier
from employees.models import Employee, Outlet
from knowledge.models import Article, FaultCode
from service_requests.models import ServiceRequest, SurveyDimension


def beside(to: type[models.Model], **more: Any) -> Any:
    """A key that is copied: whose row it names is the matter of what it was copied from."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        null=True,
        **more,
    )


def span() -> models.BigIntegerField[Any, Any]:
    """Microseconds; a whole number is sorted several times as fast as an interval."""
    return models.BigIntegerField(null=True)


def number() -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(default=0)


class Involved(models.Model):
    """Outlets that are involved in a request together, each combination once: a fact names one, and
    its outlets are found without a row for each request and outlet.
    """

    key = models.TextField(unique=True)  # the outlets' keys, in their order
    outlets = models.ManyToManyField(Outlet, related_name="+")

    def __str__(self) -> str:
        return self.key


class RequestFact(models.Model):
    """One request with its clocks and the time that each step took.

    Derived from the request, its clocks, its tasks, its customer and its device, and from nothing
    else: whoever changes one of those leaves a `StaleFact` in the same transaction (`schema`), and
    what is stale is derived again before it is counted. Fields are named as those of the request,
    so that one condition counts either.

    What never varies in length and is never missing comes first, then what is asked for most: to
    reach a column, PostgreSQL passes through all before it, and quickly only through such.

    `response`, `arrival` and `restore` are elapsed from the opening, those that end in `_worked`
    in the working time of the promise's calendar. Of each kind of clock there is how many were kept
    and so on; `…_due` is when the one that runs will be decided. `lasted_long` tells those that
    may have been open for more than a month.
    """

    request = models.OneToOneField(
        ServiceRequest,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    opened_at = models.DateTimeField()
    is_merged = models.BooleanField()
    lasted_long = models.BooleanField()
    highest_ring = number()
    transfers = number()
    spell = number()
    visits = number()

    clocks = number()
    response_kept = number()
    response_missed = number()
    response_on_hold = number()
    response_cancelled = number()
    arrival_kept = number()
    arrival_missed = number()
    arrival_on_hold = number()
    arrival_cancelled = number()
    restore_kept = number()
    restore_missed = number()
    restore_on_hold = number()
    restore_cancelled = number()
    resolve_kept = number()
    resolve_missed = number()
    resolve_on_hold = number()
    resolve_cancelled = number()

    customer = beside(Customer)
    tier = beside(Tier)
    owner = beside(Employee)
    involved = beside(Involved)
    resolved_at = models.DateTimeField(null=True)
    response_due = models.DateTimeField(null=True)
    arrival_due = models.DateTimeField(null=True)
    restore_due = models.DateTimeField(null=True)
    resolve_due = models.DateTimeField(null=True)
    took = span()
    response = span()
    arrival = span()
    restore = span()
    response_worked = span()
    arrival_worked = span()
    restore_worked = span()

    kind = models.CharField(max_length=20)
    severity = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    model = beside(AssetModel)
    contract = beside(ServiceContract)
    fault_code = beside(FaultCode)
    solved_by = beside(Article)
    repeat_of = models.BigIntegerField(null=True)
    repeats = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    cover = models.CharField(max_length=20)
    region = models.CharField(max_length=60)
    cause = models.CharField(max_length=120)

    class Meta:
        indexes = (
            # The requests of a period, by either moment; with what the dashboard counts of them.
            models.Index(name="facts_of_opened", fields=["opened_at"], include=["is_merged"]),
            models.Index(
                name="facts_of_resolved",
                fields=["resolved_at"],
                include=["took", "highest_ring"],
                condition=Q(resolved_at__isnull=False),
            ),
            # What was open at an instant: the few that last, and those opened shortly before.
            models.Index(
                name="facts_that_last", fields=["opened_at"], condition=Q(lasted_long=True)
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class WorkFact(models.Model):
    """What one row of work cost or brought: hours, a part, a line that is billed, an outlay.

    `row` is its key among the rows of its source, `holder` that of the task or order it belongs to,
    by which it becomes stale with it. Whatever belongs to a request has that request's customer,
    model and contract. Work that serves nobody in particular has no fact.
    """

    row = models.BigIntegerField()
    holder = models.BigIntegerField()
    cents = models.BigIntegerField()
    day = models.DateField()
    is_in_warranty = models.BooleanField()
    source = models.CharField(max_length=8)
    kind = models.CharField(max_length=10)
    hours = models.IntegerField(null=True)  # hundredths, as money is in cents
    customer = beside(Customer)
    tier = beside(Tier)
    engineer = beside(Employee)
    contract = beside(ServiceContract)
    model = beside(AssetModel)
    request = beside(ServiceRequest)
    category = models.CharField(max_length=16)
    charged_to = models.CharField(max_length=20)
    request_kind = models.CharField(max_length=20)
    region = models.CharField(max_length=60)
    involved = beside(Involved)
    owner = beside(Employee)
    part = beside(Part)
    quantity = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    fault_code = beside(FaultCode)
    severity = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)

    class Meta:
        indexes = (
            # The work of a period, one source after the other.
            models.Index(name="work_facts_by_day", fields=["source", "day"]),
        )
        constraints = (
            # Led by the holder: by it facts are found that have become stale.
            models.UniqueConstraint(name="one_fact_a_row", fields=["holder", "source", "row"]),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.row}"


class OfSurvey(models.Model):
    """What a survey was about: its request, or the customer who was asked without one."""

    request = beside(ServiceRequest)
    answered_at = models.DateTimeField(null=True)
    customer = beside(Customer)
    tier = beside(Tier)
    owner = beside(Employee)
    involved = beside(Involved)
    model = beside(AssetModel)
    kind = models.CharField(max_length=20)
    severity = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    region = models.CharField(max_length=60)

    class Meta:
        abstract = True


class SurveyFact(OfSurvey):
    """One survey: what was answered, and the sum of its scores, from which means are made."""

    survey = models.BigIntegerField(primary_key=True)
    sent_at = models.DateTimeField()
    nps = models.PositiveSmallIntegerField(null=True)
    scores = number()
    sum = models.PositiveIntegerField()

    class Meta:
        indexes = (
            # The surveys of a period, by either moment; by the first with what each customer's
            # mean is made of, which the customers heard twice are found by.
            models.Index(
                name="survey_facts_answered", fields=["answered_at", "customer", "scores", "sum"]
            ),
            models.Index(name="survey_facts_by_sending", fields=["sent_at"]),
        )

    def __str__(self) -> str:
        return str(self.survey)


class ScoreFact(OfSurvey):
    """One score of a survey that was answered."""

    row = models.BigIntegerField(primary_key=True)
    survey = models.BigIntegerField()
    dimension = beside(SurveyDimension)
    score = number()

    class Meta:
        indexes = (
            # The scores of a period.
            models.Index(name="score_facts_by_answer", fields=["answered_at"]),
            # By it facts are found that have become stale.
            models.Index(name="score_facts_of_survey", fields=["survey"]),
        )

    def __str__(self) -> str:
        return str(self.row)


class StaleFact(models.Model):
    """Something of which that has changed which is counted; written by triggers alone.

    As many rows as there were changes: to say it once would make changes wait for each other.
    """

    holder = models.CharField(max_length=8)
    key = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.holder} {self.key}"
