"""The rows that reports count, as facts: of the same period, filters and person."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from customers.models import Customer
from employees.permissions import Scope as Range
from reports.choices import Work
from reports.models import Involved, RequestFact, ScoreFact, SurveyFact, WorkFact
from reports.queries.breaking import narrowed, paths_of_customers
from reports.queries.declaring import Path, Rows
from reports.queries.facts import LONG, Microseconds
from reports.queries.requests import Asked, age_class, instant_of
from service_requests.choices import Kind, Target
from service_requests.models import ServiceRequest, Survey

OF_FACT: dict[str, Path] = {
    "tier": "tier__code",
    "outlet": "involved__outlets__code",
    "kind": "kind",
    "severity": "severity",
    "channel": "channel",
    "cover": "cover",
    "model": "model__code",
    "region": "region",
    "engineer": "owner__employee_no",
    "customer": "customer__code",
    "contract": "contract__number",
    "contract_type": "contract__type__code",
    "fault": "fault_code__code",
    "cause": "cause",
}


def facts_of(asked: Asked) -> QuerySet[RequestFact]:
    """Those that the scope's filters leave and the person may see."""
    facts = RequestFact.objects.all()
    if asked.user.scope_of("service_requests.view") != Range.ALL:
        seen = ServiceRequest.objects.visible_to(asked.user).order_by().values("pk")
        facts = facts.filter(request__in=seen)
    return chosen(facts, asked)


def chosen(facts: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Those that the filters leave."""
    for name, value in asked.scope.filters.items():
        if name == "outlet":
            facts = facts.filter(involved__in=Involved.objects.filter(outlets__code=value))
        elif name == "kind" and facts.model is WorkFact:  # whose own kind is that of the work
            facts = facts.filter(request_kind=value)
        else:
            facts = facts.filter(**{str(OF_FACT[name]): value})
    return facts


def of_requests(facts: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """As `requests.of_requests`: what hangs on the requests that the filters leave."""
    if asked.is_whole:
        return facts
    if not asked.sees_all:
        seen = ServiceRequest.objects.visible_to(asked.user).order_by().values("pk")
        facts = facts.filter(request__in=seen)
    return chosen(facts.filter(request__isnull=False), asked)


def in_period(asked: Asked) -> QuerySet[RequestFact]:
    period = asked.scope.period
    return facts_of(asked).filter(opened_at__gte=period.starts, opened_at__lt=period.ends)


def opened(asked: Asked) -> QuerySet[RequestFact]:
    return in_period(asked).filter(is_merged=False)


def promised(asked: Asked) -> QuerySet[RequestFact]:
    """Opened in the period with a clock; merged ones too, for their promises count."""
    return in_period(asked).filter(clocks__gt=0)


def faults(asked: Asked) -> QuerySet[RequestFact]:
    return opened(asked).filter(kind=Kind.FAULT)


def resolved(asked: Asked) -> QuerySet[RequestFact]:
    period = asked.scope.period
    return facts_of(asked).filter(resolved_at__gte=period.starts, resolved_at__lt=period.ends)


def visited(asked: Asked) -> QuerySet[RequestFact]:
    later = ExpressionWrapper(Q(repeats__isnull=False), BooleanField())
    return resolved(asked).filter(visits__gte=1).annotate(is_repeated=later)


def backlog(asked: Asked) -> QuerySet[RequestFact]:
    """What lasts is found by its own index; of the rest only the latest can still be open."""
    at = instant_of(asked)
    found = facts_of(asked).filter(
        Q(lasted_long=True) | Q(opened_at__gt=at - LONG),
        Q(ended_at=None, is_merged=False) | Q(ended_at__gt=at),
        opened_at__lte=at,
    )
    age = Microseconds(Value(at), F("opened_at"), output_field=BigIntegerField())
    return found.annotate(age=age, age_class=age_class(at))


# Clocks: a fact has those of its request.


def kept(*targets: Target) -> Combinable:
    return total_of("kept", targets)


def missed(asked: Asked, *targets: Target) -> Combinable:
    """Recorded as missed, or about to be."""
    return total_of("missed", targets) + due(targets, lte=asked.at)


def decided(asked: Asked, *targets: Target) -> Combinable:
    return kept(*targets) + missed(asked, *targets)


def running(asked: Asked, *targets: Target) -> Combinable:
    return due(targets, gt=asked.at)


def on_hold(*targets: Target) -> Combinable:
    return total_of("on_hold", targets)


def cancelled(*targets: Target) -> Combinable:
    return total_of("cancelled", targets)


def total_of(state: str, targets: tuple[Target, ...]) -> Combinable:
    return added(Coalesce(Sum(f"{target}_{state}"), 0) for target in targets)


def due(targets: tuple[Target, ...], **when: datetime) -> Combinable:
    """How many of those that are not decided are due then."""
    ((lookup, at),) = when.items()
    return added(Count("pk", filter=Q(**{f"{each}_due__{lookup}": at})) for each in targets)


def added(terms: Iterable[Combinable]) -> Combinable:
    """Together; 0 of none, which is a sum, too, for the statement groups."""
    known = list(terms)
    return reduce(add, known) if known else Coalesce(Sum(Value(0)), 0)


# Work

OF_WORK: dict[str, Path] = {
    "customer": "customer__code",
    "region": "region",
    "tier": "tier__code",
    "contract": "contract__number",
    "contract_type": "contract__type__code",
    "model": "model__code",
    "kind": "request_kind",
    "fault": "fault_code__code",
    "engineer": "engineer__employee_no",
    "outlet": "engineer__outlet__code",
}
OF_LINE: dict[str, Path] = {
    **OF_WORK,
    "outlet": "owner__outlet__code",
    "part": "part__part_no",
    "charged": "charged_to",
}
OF_OUTLAY: dict[str, Path] = {**OF_WORK, "category": "category"}


def work(source: Work, paths: Mapping[str, Path]) -> Callable[[Asked], QuerySet[WorkFact]]:
    def found(asked: Asked) -> QuerySet[WorkFact]:
        period = asked.scope.period
        facts = WorkFact.objects.filter(source=source, day__gte=period.first, day__lt=period.after)
        if asked.user.scope_of("service_requests.view") != Range.ALL:
            seen = ServiceRequest.objects.visible_to(asked.user).order_by().values("pk")
            theirs = Customer.objects.visible_to(asked.user).order_by().values("pk")
            facts = facts.filter(Q(request__in=seen) | Q(request=None, customer__in=theirs))
        narrow: QuerySet[WorkFact] = narrowed(facts, asked.scope.filters, paths)
        return narrow

    return found


# What was said

OF_SURVEY: dict[str, Path] = {
    "tier": "tier__code",
    "outlet": "involved__outlets__code",
    "kind": "kind",
    "severity": "severity",
    "channel": "channel",
    "model": "model__code",
    "region": "region",
    "engineer": "owner__employee_no",
    "customer": "customer__code",
}
OF_SCORE: dict[str, Path] = {
    **OF_SURVEY,
    "dimension": "dimension__code",
    "department": "dimension__department",
}


def said(facts: QuerySet[Any], asked: Asked, moment: str, permission: str) -> QuerySet[Any]:
    """Surveys or scores of the period that the person may see."""
    period = asked.scope.period
    found = facts.filter(**{f"{moment}__gte": period.starts, f"{moment}__lt": period.ends})
    if asked.user.scope_of(permission) != Range.ALL:
        seen = Survey.objects.visible_to(asked.user).order_by().values("pk")
        found = found.filter(survey__in=seen)
    return chosen(found, asked)


def answered(asked: Asked) -> QuerySet[SurveyFact]:
    return said(SurveyFact.objects.all(), asked, "answered_at", "service_requests.survey")


def sent(asked: Asked) -> QuerySet[SurveyFact]:
    return said(SurveyFact.objects.all(), asked, "sent_at", "service_requests.survey")


def scores(asked: Asked) -> QuerySet[ScoreFact]:
    return said(ScoreFact.objects.all(), asked, "answered_at", "service_requests.view")


# Who was heard twice


def heard(asked: Asked) -> QuerySet[Customer]:
    """As `sources.heard`: customers that answered in this period and in the one before it."""
    both = answers(asked)
    change = Case(
        When(pk__in=both.filter(gain__gt=0).values("customer"), then=1),
        When(pk__in=both.filter(gain__lt=0).values("customer"), then=3),
        default=2,
        output_field=IntegerField(),
    )
    found = Customer.objects.visible_to(asked.user).filter(pk__in=both.values("customer"))
    narrow: QuerySet[Customer] = narrowed(
        found.annotate(change=change), asked.scope.filters, paths_of_customers()
    )
    return narrow


def answers(asked: Asked) -> QuerySet[Any]:
    """Of each customer that answered in both periods what the mean gained, times both numbers of
    scores: whole numbers, so that nothing is rounded.
    """
    period, then = asked.scope.period, asked.before.scope.period
    sums = {
        f"{name}_{when}": Sum(field, filter=Q(answered_at__gte=of.starts, answered_at__lt=of.ends))
        for when, of in (("now", period), ("then", then))
        for name, field in (("sum", "sum"), ("count", "scores"))
    }
    found: QuerySet[Any] = SurveyFact.objects.filter(
        answered_at__gte=then.starts, answered_at__lt=period.ends
    )
    by_customer: QuerySet[Any] = found.order_by().values("customer").annotate(**sums)
    return by_customer.filter(count_now__gt=0, count_then__gt=0).annotate(
        gain=F("sum_now") * F("count_then") - F("sum_then") * F("count_now")
    )


def of_work(key: str, source: Work, paths: Mapping[str, Path]) -> Rows:
    return Rows(key, work(source, paths), "", paths, day="day")


FACTS = {
    each.key: each
    for each in (
        Rows("opened", opened, "", OF_FACT, moment="opened_at"),
        Rows(
            "resolved",
            resolved,
            "",
            {**OF_FACT, "ring": "highest_ring", "article": "solved_by__number"},
            moment="resolved_at",
        ),
        Rows("visited", visited, "", OF_FACT, moment="resolved_at"),
        Rows("faults", faults, "", OF_FACT, moment="opened_at"),
        Rows("backlog", backlog, "", {**OF_FACT, "age": "age_class"}),
        Rows("clocks", promised, "", {**OF_FACT, "target": ""}, moment="opened_at"),
        Rows("scores", scores, "", OF_SCORE, moment="answered_at", within="dimension"),
        Rows("answered", answered, "", OF_SURVEY, moment="answered_at"),
        Rows("sent", sent, "", OF_SURVEY, moment="sent_at"),
        of_work("labour", Work.LABOUR, OF_WORK),
        of_work("hours", Work.LABOUR, OF_WORK),
        of_work("parts", Work.PARTS, OF_LINE),
        of_work("used", Work.PARTS, OF_LINE),
        of_work("billed", Work.BILLED, OF_LINE),
        of_work("outlays", Work.OUTLAYS, OF_OUTLAY),
        Rows("heard", heard, "", {**paths_of_customers(), "change": "change"}),
    )
}
