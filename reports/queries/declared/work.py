"""Faults and their causes, planned work, knowledge, records, parts."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.choices import AssetStatus
from assets.models import Asset
from employees.permissions import Scope as Range
from employees.scoring import quality
from reports.choices import Chart, Unit
from reports.queries.breaking import narrowed, paths_of_customers
from reports.queries.declared.requests import REQUEST_FILTERS
from reports.queries.declaring import (
    Measure,
    Number,
    Report,
    Rows,
    Values,
    count,
    quotient,
    share,
    total,
)
from reports.queries.planned import IN_TIME, LATE, is_ahead, is_missed
from reports.queries.requests import Asked
from reports.queries.sources.money import USED
from reports.queries.sources.requests import FAULTS, RESOLVED
from reports.queries.sources.work import (
    CARE,
    JUDGED,
    LEVELS,
    MAINTENANCE,
    MOVES,
    OMISSIONS,
    PUBLISHED,
    REPLENISHMENTS,
)

OF_DEVICE = {**paths_of_customers("customer__"), "model": "model__code"}


def devices(asked: Asked) -> QuerySet[Asset]:
    """Devices that were with customers in the period, not retired: installed before it ended, or
    delivered, where the installation is not known.
    """
    period = asked.scope.period
    found = Asset.objects.devices().exclude(status=AssetStatus.RETIRED)
    delivered = Q(installed_on=None, delivered_on__lt=period.after)
    found = found.filter(Q(installed_on__lt=period.after) | delivered)
    if asked.user.scope_of("assets.view") != Range.ALL:
        found = found.filter(pk__in=Asset.objects.visible_to(asked.user).order_by().values("pk"))
    return narrowed(found, asked.scope.filters, OF_DEVICE)


DEVICES = Rows(
    "devices", devices, "devices", OF_DEVICE, permission="assets.view",
    regardless=("engineer", "severity"),  # days between the faults of a severity
)  # fmt: skip


def days_in_service(asked: Asked, found: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
    """Days of the period, so far, on which each device stood with its customer."""
    period = asked.scope.period
    last = min(period.after, asked.at.astimezone(period.zone).date())
    since = Case(When(begins__lte=period.first, then=Value(period.first)), default=F("begins"))
    begins = Coalesce("installed_on", "delivered_on")
    counted = found.order_by().annotate(begins=begins).annotate(since=since)
    counted = counted.values("line_key", "since")
    for row in counted.annotate(count=Count("pk")):
        yield row["line_key"], row["count"] * max((last - row["since"]).days, 0)


PARETO = _(
    "Faults opened in the period by what was found; merged requests are not counted. The line "
    "adds them up."
)
MTBF = _("Days in service of the devices in the period ÷ faults opened in it.")
FAULT_REPORT = Report(
    "faults",
    _("Faults and reliability"),
    _("What breaks, why, and how long does it run before that?"),
    measures=(
        count("faults", _("Faults"), FAULTS, PARETO, good="down"),
        count(
            "repeats",
            _("Repeat faults"),
            FAULTS,
            _(
                "Of these: on the same device and with the same code as one resolved within 90 "
                "days before."
            ),
            good="down",
            where=Q(repeat_of__isnull=False),
        ),
        count(
            "critical",
            _("Critical"),
            FAULTS,
            _("Of these: of critical severity."),
            where=Q(severity="critical"),
        ),
        total(
            "parts",
            _("Parts used"),
            USED,
            "quantity",
            _("Quantity of parts used, by the day of the work."),
            unit=Unit.COUNT,
        ),
        Measure(
            "service_days",
            _("Days in service"),
            MTBF,
            Unit.DAYS,
            rows=DEVICES,
            worked=days_in_service,
        ),
        share(
            "mtbf",
            _("Days between failures"),
            "service_days",
            "faults",
            MTBF,
            unit=Unit.DAYS,
            opens="faults",
            good="up",
        ),
    ),
    breakdowns=("fault", "cause", "model", "part", "time", "region", "tier", "customer"),
    filters=("outlet", "tier", "model", "region", "engineer", "customer", "severity"),
    headlines=("faults", "repeats", "parts", "mtbf"),
    charted=("faults",),
    chart=Chart.PARETO,
)

COMPLIANCE = _(
    "Planned: what fell due in the period, without what was left out or covered by other work. "
    "In time: of what is done or whose window is over, the share done by the last day of its "
    "window."
)


def decided_of(name: str) -> Callable[[Values], Number]:
    """What is done, and what can be done in time no more."""

    def worked(values: Values) -> Number:
        found = (values.get(f"{name}_{part}") or 0 for part in ("in_time", "late", "missed"))
        return sum(int(each) for each in found if isinstance(each, int))

    return worked


def of_plans(rows: Rows, name: str, words: Any) -> tuple[Measure, ...]:
    return (
        count(f"{name}_owed", format_lazy(_("{work}: planned"), work=words), rows, COMPLIANCE),
        count(f"{name}_in_time", _("done in time"), rows, COMPLIANCE, where=IN_TIME),
        count(f"{name}_late", _("done late"), rows, COMPLIANCE, where=LATE),
        count(f"{name}_missed", _("missed"), rows, COMPLIANCE, good="down", where=is_missed),
        count(f"{name}_ahead", _("still ahead"), rows, COMPLIANCE, where=is_ahead),
        Measure(
            f"{name}_decided",
            "",
            "",
            from_=decided_of(name),
            hidden=True,
            part=f"{name}_in_time",
        ),
        share(
            f"{name}_share",
            format_lazy(_("{work} in time"), work=words),
            f"{name}_in_time",
            f"{name}_decided",
            COMPLIANCE,
            good="up",
            opens=f"{name}_owed",
        ),
    )


PLANNED = Report(
    "planned",
    _("Planned against done"),
    _("Did we do the maintenance and the care that we planned?"),
    measures=(
        *of_plans(MAINTENANCE, "maintenance", _("Maintenance")),
        *of_plans(CARE, "care", _("Care")),
    ),
    breakdowns=("time", "tier", "outlet", "maintenance", "care", "region", "customer"),
    filters=("outlet", "tier", "region", "customer"),
    headlines=("maintenance_share", "maintenance_missed", "care_share", "care_missed"),
    charted=("maintenance_owed", "maintenance_in_time", "care_owed", "care_in_time"),
)

USE = _("Of the requests resolved in the period: those that say which article solved them.")
KNOWLEDGE = Report(
    "knowledge",
    _("Knowledge"),
    _("What of our knowledge is used, and who contributes?"),
    measures=(
        count("resolved", _("Resolved"), RESOLVED, USE),
        count(
            "solved_with",
            _("Solved with an article"),
            RESOLVED,
            USE,
            good="up",
            where=Q(solved_by__isnull=False),
        ),
        share("use", _("Use"), "solved_with", "resolved", USE, good="up"),
        count(
            "published",
            _("Published"),
            PUBLISHED,
            _("Articles published in the period, by their author."),
            good="up",
        ),
    ),
    breakdowns=("time", "article", "engineer", "fault", "model", "kind"),
    filters=REQUEST_FILTERS,
    headlines=("solved_with", "use", "published"),
    charted=("solved_with", "published"),
    lead="solved_with",
)

RECORD_WORDS = _(
    "Fields that records of the period called for and that were not filled when they were written."
)
TIMELINESS = _("Of the events of the records, the share that was entered within the agreed hours.")
COMPLETENESS = _("Of the fields that the records call for, the share that is filled.")
ACCURACY = _("The share of the records that nobody else returned or corrected.")
QUALITY = _(
    "Timeliness, completeness and accuracy by their weights, at most 100; what has no base takes "
    "no part."
)
SHARES = ("timeliness", "completeness", "accuracy")


def quality_of(values: Values) -> Number:
    shares = []
    for name in SHARES:
        value = values.get(name)
        assert not isinstance(value, timedelta)
        shares.append(None if value is None else float(value))
    found = quality(shares, settings.RECORD_WEIGHTS)
    return None if found is None else float(found)


def accuracy_of(values: Values) -> Number:
    faulty = quotient("faulty", "judged")(values)
    assert not isinstance(faulty, timedelta)
    return None if faulty is None else 1 - float(faulty)


RECORDS = Report(
    "records",
    _("Record quality"),
    _("Who keeps good records, and what is still open?"),
    measures=(
        count("judged", _("Records"), JUDGED, _("Records of what happened in the period.")),
        total("events", "", JUDGED, "events", unit=Unit.COUNT, hidden=True),
        total("in_time", "", JUDGED, "in_time", unit=Unit.COUNT, hidden=True),
        total("called_for", "", JUDGED, "called_for", unit=Unit.COUNT, hidden=True),
        total("filled_fields", "", JUDGED, "filled", unit=Unit.COUNT, hidden=True),
        count("faulty", "", JUDGED, hidden=True, where=Q(faulty=1)),
        share(
            "timeliness",
            _("Timeliness"),
            "in_time",
            "events",
            TIMELINESS,
            good="up",
            opens="judged",
        ),
        share(
            "completeness",
            _("Completeness"),
            "filled_fields",
            "called_for",
            COMPLETENESS,
            good="up",
            opens="judged",
        ),
        Measure(
            "accuracy",
            _("Accuracy"),
            ACCURACY,
            Unit.SHARE,
            part="faulty",
            base="judged",
            from_=accuracy_of,
            opens="judged",
            good="up",
        ),
        Measure(
            "quality",
            _("Record quality"),
            QUALITY,
            Unit.OF_100,
            part="judged",
            from_=quality_of,
            opens="judged",
            good="up",
        ),
        count("omissions", _("Omissions"), OMISSIONS, RECORD_WORDS, good="down"),
        count(
            "filled",
            _("Filled since"),
            OMISSIONS,
            _("Of these: filled since."),
            where=Q(filled_at__isnull=False),
        ),
        count(
            "filled_late",
            _("Filled late"),
            OMISSIONS,
            _("Of these: filled after the time within which it was to be entered."),
            good="down",
            where=Q(filled_at__gt=F("due_at")),
        ),
        count(
            "open",
            _("Still open"),
            OMISSIONS,
            _("Of these: not filled yet."),
            good="down",
            where=Q(filled_at=None),
        ),
        count(
            "overdue",
            _("Open and late"),
            OMISSIONS,
            _("Of these: not filled, and the time is over."),
            good="down",
            where=lambda asked: Q(filled_at=None, due_at__lte=asked.at),
        ),
    ),
    breakdowns=("engineer", "outlet", "situation", "time"),
    filters=("outlet", "engineer"),
    headlines=("quality", "timeliness", "completeness", "accuracy", "open"),
    charted=("quality",),
    lead=("judged", "omissions"),
    ranked="quality",
    note=_(
        "The ranking and the bonus list of a month stand under Record quality, with the evidence."
    ),
    permission="employees.view_quality",
)

DELIVERY = _(
    "Of what was ordered and to arrive in the period: arrived in full by the day that was expected."
)
PARTS = Report(
    "parts",
    _("Parts"),
    _("Which parts do we use, what lies there, and does it come when it should?"),
    measures=(
        total(
            "used",
            pgettext_lazy("parts", "Used"),
            USED,
            "quantity",
            _("Quantity on the lines of orders by the day of the work, whoever pays."),
            unit=Unit.COUNT,
        ),
        total(
            "cost",
            _("At cost"),
            USED,
            "cents",
            _("Quantity × cost on the day of the work, whoever pays."),
            permission="costs.view",
        ),
        total(
            "from_stock",
            _("Taken from stock"),
            MOVES,
            "used",
            _("Pieces that left a place for use in the period."),
            unit=Unit.COUNT,
        ),
        total(
            "on_hand",
            _("On hand"),
            LEVELS,
            "on_hand",
            _("Pieces that lie there in good order now."),
            unit=Unit.COUNT,
        ),
        count(
            "below",
            _("Below the reorder point"),
            LEVELS,
            _("Places and parts of which less is available than the reorder point, now."),
            good="down",
            where=Q(reorder_point__isnull=False, on_hand__lt=F("reorder_point") + F("allocated")),
        ),
        count("expected", _("Expected"), REPLENISHMENTS, DELIVERY),
        count(
            "came",
            _("Came in time"),
            REPLENISHMENTS,
            DELIVERY,
            hidden=True,
            where=Q(received__gte=F("quantity"), closed_at__date__lte=F("expected_on")),
        ),
        share("delivery", _("Delivery promise"), "came", "expected", DELIVERY, good="up"),
    ),
    breakdowns=("part", "place", "model", "outlet", "time", "charged", "customer"),
    filters=("outlet", "model"),
    headlines=("used", "cost", "on_hand", "below", "delivery"),
    charted=("used", "on_hand"),
    permission="stock.view",
)
