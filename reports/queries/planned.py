"""Planned against done: the maintenance and the care that fell due in a period."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from assets.models import Occurrence
from customers.models import CareTouch
from customers.queries import day_of
from reports.queries.breaking import narrowed, paths_of_customers
from reports.queries.declaring import Path
from reports.queries.requests import Asked

DONE = Q(status="done")
IN_TIME = DONE & Q(done_on__lte=F("latest_on"))
LATE = DONE & Q(done_on__gt=F("latest_on"))
OF_TURN: dict[str, Path] = {
    **paths_of_customers("plan__asset__customer__"),
    "maintenance": "plan__kind",
    "model": Coalesce("plan__asset__root__model__code", "plan__asset__model__code"),
}
OF_TOUCH: dict[str, Path] = {
    **paths_of_customers("customer__"),
    "care": "kind",
    "engineer": "owner__employee_no",
}


def maintenance(asked: Asked) -> QuerySet[Occurrence]:
    """The turns due in the period that were to be done."""
    turns = Occurrence.objects.owed().visible_to(asked.user)
    return narrowed(in_period(turns, asked), asked.scope.filters, OF_TURN)


def care(asked: Asked) -> QuerySet[CareTouch]:
    """The touches due in the period that were to be done."""
    touches = CareTouch.objects.owed().visible_to(asked.user)
    return narrowed(in_period(touches, asked), asked.scope.filters, OF_TOUCH)


def in_period(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    period = asked.scope.period
    return rows.filter(due_on__gte=period.first, due_on__lt=period.after)


def is_ahead(asked: Asked) -> Q:
    """Not done, and its window is not over."""
    return Q(status="open", latest_on__gte=day_of(asked.at))


def is_missed(asked: Asked) -> Q:
    return ~DONE & ~is_ahead(asked)
