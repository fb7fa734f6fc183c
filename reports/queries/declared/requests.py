"""Today, promises, times, workload, first-time fix, rings."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crmservice.worktime import WorkCalendar
from dispatch.choices import TimeKind
from employees.models import Absence, Employee, Outlet
from employees.queries import work_calendar
from reports.choices import DEFINITIONS, KEPT_SHARE, Chart, Figure, Unit
from reports.queries import clocks, factual
from reports.queries.declaring import (
    Measure,
    Number,
    Report,
    Values,
    count,
    mean,
    quotient,
    share,
    spreads,
    total,
)
from reports.queries.requests import Asked
from reports.queries.sources.money import HOURS
from reports.queries.sources.requests import (
    ARRIVALS_TODAY,
    BACKLOG,
    CLOCKS,
    FAULTS,
    HANDOVERS,
    OPEN_NOW,
    OPENED,
    OPENED_TODAY,
    OUT_NOW,
    RESOLVED,
    TASKS,
    VISITED,
    answered_late,
)
from reports.queries.sources.work import ENGINEERS
from service_requests.choices import Status, Target

REQUEST_FILTERS = (
    "outlet",
    "tier",
    "kind",
    "severity",
    "channel",
    "model",
    "region",
    "engineer",
    "customer",
)
BY_REQUEST = (
    "time",
    "tier",
    "outlet",
    "kind",
    "severity",
    "channel",
    "model",
    "region",
    "engineer",
    "customer",
)
RING_PLAN = {1: 0.7, 2: 0.2, 3: 0.1}
MANY_TRANSFERS = 3

TODAY = Report(
    "today",
    _("Today"),
    _("What is the matter now: what came in, what is open, at risk and overdue, who is out?"),
    measures=(
        count(
            "intake",
            _("Intake today"),
            OPENED_TODAY,
            _("Opened today; merged ones are not counted."),
        ),
        count("open", _("Open"), OPEN_NOW, DEFINITIONS[Figure.OPEN], good="down"),
        count(
            "at_risk",
            _("At risk"),
            OPEN_NOW,
            DEFINITIONS[Figure.AT_RISK],
            good="down",
            where=lambda asked: Q(next_risk_at__lte=asked.at),
        ),
        count(
            "overdue",
            _("Overdue"),
            OPEN_NOW,
            DEFINITIONS[Figure.OVERDUE],
            good="down",
            where=lambda asked: Q(next_due_at__lte=asked.at),
        ),
        count(
            "waiting",
            _("Waiting"),
            OPEN_NOW,
            DEFINITIONS[Figure.WAITING],
            where=Q(status=Status.WAITING),
        ),
        count(
            "not_accepted",
            _("Not accepted"),
            OPEN_NOW,
            DEFINITIONS[Figure.NOT_ACCEPTED],
            good="down",
            where=Q(accepted_at=None),
        ),
        count(
            "out",
            _("Engineers out"),
            OUT_NOW,
            _("Visits under way: somebody travels, is on site, or works there."),
        ),
        count(
            "arrivals",
            _("Arrivals due or made"),
            ARRIVALS_TODAY,
            _("Arrival promises decided today: somebody came, or the time passed."),
        ),
        count("arrived", _("Arrived in time"), ARRIVALS_TODAY, where=clocks.KEPT, hidden=True),
        share(
            "arrived_share",
            _("Arrivals in time"),
            "arrived",
            "arrivals",
            _("Of the arrival promises decided today: the share kept."),
            good="up",
        ),
    ),
    breakdowns=("outlet", "tier", "kind", "severity", "region", "engineer"),
    filters=REQUEST_FILTERS,
    headlines=("intake", "open", "at_risk", "overdue", "out", "arrived_share"),
    charted=("open", "at_risk", "overdue"),
    lead="open",
    is_now=True,
)


def among(line: str, *targets: Target) -> list[Target]:
    """Of these kinds of clocks, or of all, those that stand on a line; it may be the one of all."""
    return [each for each in targets or Target if line in ("", each)]


def of_target(target: Target) -> tuple[Measure, ...]:
    """Decided, kept and their share for one kind of clock."""
    here = Q(target=target)
    return (
        count(
            f"{target}_decided",
            format_lazy(_("{clock}: decided"), clock=target.label),
            CLOCKS,
            KEPT_SHARE,
            hidden=True,
            where=lambda asked: here & clocks.is_decided(asked.at),
            on_facts=lambda asked, line: factual.decided(asked, *among(line, target)),
        ),
        count(
            f"{target}_kept",
            format_lazy(_("{clock}: kept"), clock=target.label),
            CLOCKS,
            KEPT_SHARE,
            hidden=True,
            where=here & clocks.KEPT,
            on_facts=lambda _asked, line: factual.kept(*among(line, target)),
        ),
        share(
            f"{target}_share",
            target.label,
            f"{target}_kept",
            f"{target}_decided",
            KEPT_SHARE,
            good="up",
        ),
    )


PROMISES = Report(
    "promises",
    _("Promises kept"),
    _("Of what we promised, how much did we keep, where and for whom not?"),
    measures=(
        count(
            "decided",
            _("Decided"),
            CLOCKS,
            KEPT_SHARE,
            where=lambda asked: clocks.is_decided(asked.at),
            on_facts=lambda asked, line: factual.decided(asked, *among(line)),
        ),
        count(
            "missed",
            _("Missed"),
            CLOCKS,
            _("Decided and not kept."),
            good="down",
            where=lambda asked: clocks.is_decided(asked.at) & ~clocks.KEPT,
            on_facts=lambda asked, line: factual.missed(asked, *among(line)),
        ),
        *(each for target in Target for each in of_target(target)),
        count(
            "running",
            _("Running"),
            CLOCKS,
            _("Not met and not yet due: not in the base."),
            where=lambda asked: clocks.is_running(asked.at),
            on_facts=lambda asked, line: factual.running(asked, *among(line)),
        ),
        count(
            "on_hold",
            _("On hold"),
            CLOCKS,
            _("Paused: not in the base."),
            where=clocks.ON_HOLD,
            on_facts=lambda _asked, line: factual.on_hold(*among(line)),
        ),
        count(
            "cancelled",
            _("Cancelled"),
            CLOCKS,
            _("Ended without being decided: not in the base."),
            where=clocks.CANCELLED,
            on_facts=lambda _asked, line: factual.cancelled(*among(line)),
        ),
    ),
    breakdowns=(*BY_REQUEST[:3], "contract_type", "contract", "cover", "target", *BY_REQUEST[3:]),
    filters=REQUEST_FILTERS,
    headlines=("response_share", "arrival_share", "restore_share", "resolve_share", "missed"),
    charted=("response_share", "arrival_share", "restore_share", "resolve_share"),
    chart=Chart.LINES,
    note=KEPT_SHARE,
)

RESPONSE = _(
    "From opening until a person spoke to the customer, elapsed, of the requests opened in the "
    "period that have an answer."
)
ARRIVAL = _(
    "From opening until somebody was on site, elapsed, of the requests opened in the period."
)
RESTORE = _("From opening until it worked again, elapsed, of the requests opened in the period.")
IN_WORKING_TIME = _(
    "The same in the working hours of the promise's calendar, as they were when the clock ran; of "
    "the requests that had such a clock."
)
THT = _(
    "Throughput time: from opening to resolution, elapsed, of the requests resolved in the period."
)
BACKLOG_WORDS = _(
    "Opened at or before the end of the period, and then not resolved, closed, cancelled or "
    "merged; now, where the period is not over."
)

TIMES = Report(
    "throughput",
    _("Throughput time and backlog"),
    _("How long do customers wait, and how old is what is still open?"),
    measures=(
        count("opened", _("Intake"), OPENED, DEFINITIONS[Figure.INTAKE]),
        count("resolved", _("Resolved"), RESOLVED, THT),
        *spreads(RESOLVED, "took", _("THT, median"), _("THT, 90th percentile"), THT),
        *spreads(
            OPENED, "response", _("Response, median"), _("Response, 90th percentile"), RESPONSE
        ),
        *spreads(OPENED, "arrival", _("Arrival, median"), _("Arrival, 90th percentile"), ARRIVAL),
        *spreads(OPENED, "restore", _("Restore, median"), _("Restore, 90th percentile"), RESTORE),
        *(
            each
            for of, median, ninetieth in (
                (
                    "response",
                    _("Response in working time, median"),
                    _("Response in working time, 90th percentile"),
                ),
                (
                    "arrival",
                    _("Arrival in working time, median"),
                    _("Arrival in working time, 90th percentile"),
                ),
                (
                    "restore",
                    _("Restore in working time, median"),
                    _("Restore in working time, 90th percentile"),
                ),
            )
            for each in spreads(
                OPENED, f"{of}_worked", median, ninetieth, IN_WORKING_TIME, needs_facts=True
            )
        ),
        count("backlog", _("Backlog"), BACKLOG, BACKLOG_WORDS, good="down"),
        *spreads(
            BACKLOG,
            "age",
            _("Age, median"),
            _("Age, 90th percentile"),
            _("From opening to the end of the period, or to now, of the backlog."),
        ),
    ),
    breakdowns=(*BY_REQUEST[:5], "age", *BY_REQUEST[5:]),
    filters=REQUEST_FILTERS,
    headlines=("took_median", "took_ninetieth", "response_median", "backlog", "age_median"),
    charted=("opened", "resolved", "backlog"),
)


Span = tuple[datetime, datetime]


def available(asked: Asked, people: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
    """Hours of each person's working calendar in the period so far, from the day of joining to that
    of leaving, less absences.
    """
    starts, ends = asked.scope.period.starts, min(asked.scope.period.ends, asked.at)
    own = (
        Outlet.objects.exclude(calendar=None)
        .order_by("kind", "pk")
        .values_list("calendar", flat=True)
        .first()
    )
    away: dict[int, list[Absence]] = {}
    for absence in Absence.objects.overlapping(starts, ends).filter(
        employee__in=people.order_by().values("pk")
    ):
        away.setdefault(absence.employee_id, []).append(absence)
    whole: dict[int, dict[Span, timedelta]] = defaultdict(dict)
    for person in people.select_related("outlet"):
        calendar_id = (person.outlet and person.outlet.calendar_id) or own
        if calendar_id is None or ends <= starts:
            continue
        calendar: WorkCalendar = work_calendar(calendar_id)
        here = employed(person, asked.scope.period.zone, starts, ends)
        if here not in whole[calendar_id]:
            whole[calendar_id][here] = calendar.between(*here)
        worked = whole[calendar_id][here]
        for span in absent(away.get(person.pk, []), *here):
            worked -= calendar.between(*span)
        yield person.line_key, worked.total_seconds() / 3600


def employed(person: Employee, zone: tzinfo, starts: datetime, ends: datetime) -> Span:
    """The part of a span from the day on which somebody joined to that on which he has left."""
    joined, left = (
        datetime.combine(on, time(), zone) if on else None
        for on in (person.joined_on, person.left_on)
    )
    return max(starts, joined or starts), min(ends, left or ends)


def absent(absences: Iterable[Absence], starts: datetime, ends: datetime) -> Iterable[Span]:
    """When somebody was away within a span, each hour once."""
    reached = starts
    for absence in sorted(absences, key=lambda each: each.starts_at):
        begins, back = max(absence.starts_at, reached), min(absence.ends_at, ends)
        if begins < back:
            yield begins, back
            reached = back


def hours_per_request(values: Values) -> Number:
    return quotient("hours", "opened")(values)


WORKLOAD = Report(
    "workload",
    _("Workload and effort"),
    _("Who and what takes our time: customers, products, engineers?"),
    measures=(
        count("opened", _("Intake"), OPENED, DEFINITIONS[Figure.INTAKE]),
        count(
            "tasks",
            _("Tasks carried out"),
            TASKS,
            _("Tasks that ended in the period, done or not solved."),
        ),
        total(
            "labour",
            _("Labour"),
            HOURS,
            "hours",
            _("Hours of labour, by the day of the work."),
            unit=Unit.HOURS,
            where=Q(kind=TimeKind.LABOUR),
        ),
        total(
            "travel",
            _("Travel"),
            HOURS,
            "hours",
            _("Hours of travel, by the day of the work."),
            unit=Unit.HOURS,
            where=Q(kind=TimeKind.TRAVEL),
        ),
        total(
            "hours",
            _("Hours"),
            HOURS,
            "hours",
            _("Labour and travel, by the day of the work."),
            unit=Unit.HOURS,
        ),
        mean(
            "effort",
            _("Hours per request"),
            "hours",
            "opened",
            _("Hours of labour and travel ÷ requests opened in the period."),
            opens="hours",
        ),
        Measure(
            "available",
            _("Available hours"),
            _("Hours of the working calendar in the period so far, less absences."),
            Unit.HOURS,
            rows=ENGINEERS,
            worked=available,
        ),
        share(
            "utilisation",
            _("Utilisation"),
            "hours",
            "available",
            _("Labour and travel hours ÷ hours of the working calendar less absences."),
            opens="hours",
        ),
    ),
    breakdowns=("engineer", "customer", "model", "outlet", "tier", "region", "kind", "time"),
    filters=("outlet", "tier", "kind", "model", "region", "engineer", "customer"),
    headlines=("opened", "tasks", "hours", "effort", "utilisation"),
    charted=("labour", "travel"),
    chart=Chart.STACKED,
    lead=("hours", "opened"),
    ranked="hours",
)

FIRST_FIX = _(
    "Of the requests resolved in the period with at least one on-site task that was carried "
    "out: exactly one such task, never reopened, and no repeat fault follows."
)
REPEATS = _(
    "Faults opened in the period on the same device (with all that is in it) and with the same "
    "fault code as an earlier one that was resolved within 90 days before."
)

FIRST_TIME_FIX = Report(
    "first-time-fix",
    _("First-time fix and repeats"),
    _("Do we solve it the first time, or do we come again?"),
    measures=(
        count("visited", _("Resolved with a visit"), VISITED, FIRST_FIX),
        count(
            "fixed",
            _("Fixed first time"),
            VISITED,
            FIRST_FIX,
            good="up",
            where=Q(visits=1, spell=1, is_repeated=False),
        ),
        share("fixed_share", _("First-time fix"), "fixed", "visited", FIRST_FIX, good="up"),
        count(
            "faults",
            _("Faults"),
            FAULTS,
            _("Faults opened in the period; merged ones are not counted."),
        ),
        count(
            "repeats",
            _("Repeat faults"),
            FAULTS,
            REPEATS,
            good="down",
            where=Q(repeat_of__isnull=False),
        ),
        share(
            "repeat_share",
            _("Repeat share"),
            "repeats",
            "faults",
            REPEATS,
            good="down",
            opens="repeats",
        ),
        count("resolved", _("Resolved"), RESOLVED, THT, hidden=True),
        count(
            "reopened",
            _("Reopened"),
            RESOLVED,
            _("Requests resolved in the period that had been resolved before."),
            good="down",
            where=Q(spell__gt=1),
        ),
        share(
            "reopened_share",
            _("Reopened share"),
            "reopened",
            "resolved",
            _("Reopened ÷ resolved in the period."),
            good="down",
            opens="reopened",
        ),
    ),
    breakdowns=("time", "engineer", "model", "fault", *BY_REQUEST[1:6], "region", "customer"),
    filters=REQUEST_FILTERS,
    headlines=("fixed_share", "repeats", "repeat_share", "reopened", "reopened_share"),
    charted=("fixed_share", "repeat_share", "reopened_share"),
    chart=Chart.LINES,
)

RING_SHARE = _(
    "Of the requests resolved in the period: the highest ring reached, against the plan 70 / "
    "20 / 10."
)
TRANSFERS = _(
    "Mean number of transfers of the requests opened in the period, and the share with three "
    "or more."
)

RINGS = Report(
    "rings",
    _("Rings, transfers and hand-overs"),
    _("Do problems end where they should: seven of ten with the engineer?"),
    measures=(
        count("resolved", _("Resolved"), RESOLVED, RING_SHARE),
        *(
            count(
                f"ring_{ring}",
                format_lazy(_("Ring {ring}: requests"), ring=ring),
                RESOLVED,
                RING_SHARE,
                hidden=True,
                where=Q(highest_ring=ring),
            )
            for ring in RING_PLAN
        ),
        *(
            share(
                f"ring_{ring}_share",
                format_lazy(_("Ring {ring} (plan {plan})"), ring=ring, plan=f"{plan:.0%}"),
                f"ring_{ring}",
                "resolved",
                RING_SHARE,
                opens=f"ring_{ring}",
            )
            for ring, plan in RING_PLAN.items()
        ),
        count("opened", _("Intake"), OPENED, DEFINITIONS[Figure.INTAKE], hidden=True),
        total(
            "transferred",
            _("Transfers in all"),
            OPENED,
            "transfers",
            TRANSFERS,
            unit=Unit.COUNT,
            hidden=True,
        ),
        mean("transfers", _("Transfers, mean"), "transferred", "opened", TRANSFERS, good="down"),
        count(
            "often",
            _("Three transfers or more"),
            OPENED,
            TRANSFERS,
            good="down",
            where=Q(transfers__gte=MANY_TRANSFERS),
        ),
        share(
            "often_share",
            _("Share of those"),
            "often",
            "opened",
            TRANSFERS,
            good="down",
            opens="often",
        ),
        count(
            "handovers",
            _("Hand-overs"),
            HANDOVERS,
            _("Questions to other departments asked in the period and not taken back."),
        ),
        count(
            "late",
            _("Hand-overs overdue"),
            HANDOVERS,
            _("Of those: not answered by the time that was given."),
            good="down",
            where=answered_late,
        ),
    ),
    breakdowns=(*BY_REQUEST[:5], "department", *BY_REQUEST[5:]),
    filters=REQUEST_FILTERS,
    headlines=("ring_1_share", "ring_2_share", "ring_3_share", "transfers", "often", "late"),
    charted=("ring_1_share", "ring_2_share", "ring_3_share"),
    chart=Chart.STACKED,
)
