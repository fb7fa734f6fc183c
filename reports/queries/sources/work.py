"""Planned work, knowledge and records, stock, people."""

from typing import Any

from django.db.models import F, Q, QuerySet

from employees.models import Employee, JudgedRecord, Omission
from knowledge.models import Article
from orders.choices import MoveKind
from orders.models import Replenishment, StockLevel, StockMove
from reports.queries import planned
from reports.queries.breaking import narrowed
from reports.queries.declaring import Path, Rows
from reports.queries.requests import Asked

# Planned work

MAINTENANCE = Rows(
    "maintenance",
    planned.maintenance,
    "turns",
    planned.OF_TURN,
    day="due_on",
    permission="assets.view",
)

CARE = Rows(
    "care",
    planned.care,
    "touches",
    planned.OF_TOUCH,
    day="due_on",
    permission="customers.view",
)

# Knowledge and records

OF_ARTICLE: dict[str, Path] = {"engineer": "author__employee_no", "article": "number"}


def published(asked: Asked) -> QuerySet[Article]:
    period = asked.scope.period
    found = Article.objects.visible_to(asked.user).filter(
        published_at__gte=period.starts, published_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_ARTICLE)


PUBLISHED = Rows(
    "published", published, "articles", OF_ARTICLE, moment="published_at",
    permission="knowledge.view",
)  # fmt: skip

OF_OMISSION: dict[str, Path] = {
    "engineer": "owner__employee_no",
    "outlet": "owner__outlet__code",
    "situation": "situation",
}


def omissions(asked: Asked) -> QuerySet[Omission]:
    """Fields that the records of the period called for and that were not filled at once."""
    period = asked.scope.period
    found = Omission.objects.visible_to(asked.user).filter(
        happened_at__gte=period.starts, happened_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_OMISSION)


OMISSIONS = Rows(
    "omissions", omissions, "omissions", OF_OMISSION, moment="happened_at",
    permission="employees.view_quality",
)  # fmt: skip

OF_JUDGED: dict[str, Path] = {
    "engineer": "owner__employee_no",
    "outlet": "outlet__code",
    "situation": "situation",
}


def judged(asked: Asked) -> QuerySet[JudgedRecord]:
    """Records of the period, each with how it is judged."""
    period = asked.scope.period
    found = JudgedRecord.objects.visible_to(asked.user).filter(
        happened_at__gte=period.starts, happened_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_JUDGED)


JUDGED = Rows(
    "judged", judged, "judged_records", OF_JUDGED, moment="happened_at",
    permission="employees.view_quality",
)  # fmt: skip

# Stock

OF_LEVEL: dict[str, Path] = {
    "part": "part__part_no",
    "place": "location__code",
    "outlet": "location__outlet__code",
    "model": "part__fits_model__code",
}


def levels(asked: Asked) -> QuerySet[StockLevel]:
    """What lies there now, in good order."""
    found = StockLevel.objects.visible_to(asked.user).good()
    return narrowed(found, asked.scope.filters, OF_LEVEL)


def moves_out(asked: Asked) -> QuerySet[Any]:
    period = asked.scope.period
    found = StockMove.objects.all().visible_to(asked.user)
    found = found.filter(kind=MoveKind.USED, at__gte=period.starts, at__lt=period.ends)
    return narrowed(found.annotate(used=-F("on_hand")), asked.scope.filters, OF_LEVEL)


def replenishments(asked: Asked) -> QuerySet[Any]:
    """What was to arrive in the period."""
    period = asked.scope.period
    found = Replenishment.objects.visible_to(asked.user).filter(
        expected_on__gte=period.first, expected_on__lt=period.after
    )
    return narrowed(found, asked.scope.filters, OF_LEVEL)


LEVELS = Rows("levels", levels, "levels", OF_LEVEL, permission="stock.view")

MOVES = Rows("moves", moves_out, "moves", OF_LEVEL, moment="at", permission="stock.view")

REPLENISHMENTS = Rows(
    "replenishments", replenishments, "replenishments", OF_LEVEL, day="expected_on",
    permission="stock.view",
)  # fmt: skip


# People


def engineers(asked: Asked) -> QuerySet[Employee]:
    """Who carries out work, in the period or a part of it."""
    period = asked.scope.period
    found = (
        Employee.objects.visible_to(asked.user)
        .engineers()
        .filter(
            Q(left_on=None) | Q(left_on__gt=period.first),
            Q(joined_on=None) | Q(joined_on__lt=period.after),
        )
    )
    return narrowed(found, asked.scope.filters, OF_PERSON)


OF_PERSON: dict[str, Path] = {"engineer": "employee_no", "outlet": "outlet__code"}

ENGINEERS = Rows("engineers", engineers, "people", OF_PERSON, permission="employees.view")
