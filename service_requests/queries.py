"""Reads over requests: how they are found, what repeats, what stands against closing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset
from contracts.entitlement import Entitlement, Level, from_json
from contracts.models import DefaultPromise
from contracts.queries import entitlement_for
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from crmservice.search.index import Document, index_many
from crmservice.worktime import Span, WorkCalendar
from customers.models import Customer, Tier
from customers.queries import tier_on
from employees.models import Employee, WorkingCalendar
from employees.queries import calendar_of_version, family, work_calendar
from service_requests.choices import (
    THRESHOLDS,
    Answer,
    HandoverStatus,
    Kind,
    Status,
    Trigger,
)
from service_requests.models import (
    EscalationRule,
    Handover,
    Hold,
    Recalculation,
    ServiceRequest,
    SlaTimer,
    WarningPolicy,
)
from service_requests.promises import judge, promise_of, restarted
from service_requests.rings import Case, Clock, Rule, Step, steps
from service_requests.signals import closing_checks, resolution_reported

KIND = "request"
REPEAT_WITHIN = timedelta(days=90)  # metrics.md, "Repeat fault"
SIMILAR_SHOWN = 8

TAKEN = ("service_requests.accepted", "service_requests.taken_over")
MOST_LOOKED_AT = 1000
EXTREMES = 3

TAKING = (
    "service_requests.logged",
    *TAKEN,
    "service_requests.responded",
    "service_requests.answered",
    "service_requests.arrived",
    "service_requests.restored",
    "service_requests.resolved",
)
GIVING = ("service_requests.transferred",)


def day_of(moment: datetime) -> date:
    """The organisation's date of a moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def cover_on(
    customer: Customer, asset: Asset | None, opened_at: datetime, *, site_id: int | None = None
) -> tuple[Tier, Entitlement]:
    """The tier and the entitlement of a request opened at that moment; what the log form shows is
    what is frozen.

    Raises DomainError when the company has no promise for the case.
    """
    opened_on = day_of(opened_at)
    tier = tier_on(customer, opened_on).tier
    return tier, entitlement_for(customer, asset, opened_on, tier, site_id=site_id)


def frozen_entitlement(service_request: ServiceRequest) -> Entitlement:
    """What was promised when the request was opened, or when another cover was applied."""
    return from_json(service_request.entitlement)


def offered_cover(service_request: ServiceRequest) -> tuple[Tier, Entitlement] | None:
    """The cover that would hold for the request's opening by what is known now, if it is another
    one.
    """
    tier, entitlement = cover_on(
        service_request.customer,
        service_request.asset,
        service_request.opened_at,
        site_id=service_request.site_id,
    )
    frozen = frozen_entitlement(service_request)
    same = ("cover", "contract_id", "tier_id", "calendar_id", "promises", "free", "charged")
    if all(getattr(entitlement, name) == getattr(frozen, name) for name in same):
        return None
    return tier, entitlement


def repeated_fault(service_request: ServiceRequest) -> ServiceRequest | None:
    """The earlier request that this one repeats: a fault of the same device and code, resolved
    within 90 days before.

    The device is the top of the asset tree. The latest of several counts.
    """
    device = service_request.root_asset
    if (
        service_request.kind != Kind.FAULT
        or device is None
        or service_request.fault_code_id is None
    ):
        return None
    earlier = ServiceRequest.objects.filter(
        asset__in=Asset.objects.within(device),
        kind=Kind.FAULT,
        fault_code=service_request.fault_code_id,
        status__in=[Status.RESOLVED, Status.CLOSED],
        resolved_at__lte=service_request.opened_at,
        resolved_at__gte=service_request.opened_at - REPEAT_WITHIN,
    )
    return earlier.exclude(pk=service_request.pk).order_by("-resolved_at", "-pk").first()


def similar_open(
    requests: QuerySet[ServiceRequest],
    *,
    customer: Customer,
    asset: Asset | None = None,
    but: int | None = None,
) -> list[ServiceRequest]:
    """Open requests of the customer, those on the same device (its whole tree) first, the newest of
    each.
    """
    found = requests.open().filter(customer=customer).exclude(pk=but)  # type: ignore[attr-defined]  # our queryset
    found = found.select_related("asset__model", "asset__part", "owner").order_by(
        "-opened_at", "-pk"
    )
    device = (asset.root_id or asset.pk) if asset else None
    rows = list(found[: 3 * SIMILAR_SHOWN])
    rows.sort(key=lambda row: not (device and row.asset and row.asset.root_id == device))
    return rows[:SIMILAR_SHOWN]


def known_resolution(service_request: ServiceRequest) -> str:
    """What the work reports of the floors above say, or what was written at an earlier resolving:
    nobody types it twice.
    """
    answers = resolution_reported.send(ServiceRequest, service_request=service_request)
    reported = [answer for _, answer in answers if answer]
    return "\n\n".join(reported) or service_request.resolution


def closing_objections(service_request: ServiceRequest, *, at: datetime) -> list[str]:
    """What still stands against closing, but for the customer's answer; empty when nothing does."""
    objections = []
    if service_request.kind == Kind.FAULT and service_request.fault_code_id is None:
        objections.append(_("The fault code is not recorded."))
    if service_request.kind == Kind.FAULT and not service_request.cause:
        objections.append(_("The cause is not recorded."))
    objections += [
        _("%(department)s has not answered the hand-over.")
        % {"department": handover.get_department_display()}
        for handover in service_request.handovers.all()
        if handover.status == HandoverStatus.ASKED
    ]
    return [*objections, *_objections_above(service_request, at=at)]


def _objections_above(service_request: ServiceRequest, *, at: datetime) -> Iterable[str]:
    try:
        answers = closing_checks.send(ServiceRequest, service_request=service_request, at=at)
    except DomainError as no:
        return [str(no)]
    return [str(text) for _receiver, texts in answers for text in texts or ()]


def was_asked(service_request: ServiceRequest) -> bool:
    """Whether the customer said, asked by us or by a survey, that it is done."""
    if service_request.customer_answer == Answer.SATISFIED:
        return True
    survey = getattr(service_request, "survey", None)
    return survey is not None and survey.answered_at is not None


def may_close_unasked_from(service_request: ServiceRequest) -> datetime | None:
    """From when on a manager may close without the customer's answer."""
    if service_request.resolved_at is None:
        return None
    return service_request.resolved_at + timedelta(days=settings.CLOSE_UNASKED_AFTER_DAYS)


def hold_spans(holds: Iterable[Hold], target: str, *, until: datetime | None = None) -> list[Span]:
    """The holds that stop the clocks of a target; with `until`, only what lies before it."""
    stopping = [hold for hold in holds if target in hold.reason.holds_targets]
    spans = [Span(hold.starts_at, hold.ends_at) for hold in stopping]
    if until is None:
        return spans
    return [
        Span(starts, min(ends, until) if ends else until)
        for starts, ends in spans
        if starts < until
    ]


def owners(service_request: ServiceRequest) -> list[tuple[datetime, Employee | None]]:
    """Since when who has had the request, from its trail; each change once, two queries."""
    told = Activity.objects.filter(
        subject_type=ServiceRequest._meta.label_lower,
        subject_id=service_request.pk,
        verb__in=(*TAKING, *GIVING),
    )
    trail = list(told.order_by("at", "pk").values_list("verb", "at", "by", "details"))
    changes: list[tuple[datetime, int]] = []
    for verb, at, by, details in trail:
        owner = changes[-1][1] if changes else None
        taker = details.get("to_id") if verb in GIVING else by
        takes = verb in (*GIVING, *TAKEN) or owner is None
        if takes and taker is not None and taker != owner:
            changes.append((at, taker))
    people = Employee.objects.in_bulk([pk for _at, pk in changes])
    return [(at, people[pk]) for at, pk in changes]


def hours_of(timer: SlaTimer) -> WorkCalendar:
    """The hours in which a clock counts: those of the edition it was made with."""
    return calendar_of_version(timer.calendar_id, timer.calendar_version)


def warning_percents() -> dict[str, list[int]]:
    """At which shares each clock warns."""
    return dict(WarningPolicy.objects.order_by().values_list("target", "percents"))


def escalation_rules() -> list[Rule]:
    """The rules that hold now."""
    return [rule_of(row) for row in EscalationRule.objects.filter(is_active=True)]


def rule_of(row: EscalationRule) -> Rule:
    """As data; 0 is the key of one that is not saved."""
    return Rule(
        row.pk or 0,
        row.trigger,
        row.ring,
        row.threshold or 0,
        row.target,
        row.severity,
        row.tier_id,
    )


def case_of(
    service_request: ServiceRequest,
    timers: Iterable[SlaTimer],
    holds: Iterable[Hold],
    handovers: Iterable[Handover],
    *,
    repeats: int = 0,
) -> Case:
    """What the rules look at, of what was loaded: the undecided timers, all holds and hand-overs.

    Raises CalendarError for a calendar that cannot be.
    """
    clocks = [timer for timer in timers if timer.stopped_at is None]
    opened_at = service_request.opened_at
    started = (timer.started_at for timer in clocks if timer.spell == service_request.spell)
    since = opened_at if service_request.spell == 1 else min(started, default=opened_at)
    all_holds = list(holds)
    of_spell = [hold for hold in all_holds if hold.starts_at >= since]
    return Case(
        since=since,
        kind=service_request.kind,
        severity=service_request.severity,
        tier_id=service_request.tier_id,
        repeats=repeats,
        transfers=service_request.transfers,
        clocks=[
            Clock(
                timer.target,
                hours_of(timer),
                timer.started_at,
                promise_of(timer),
                hold_spans(all_holds, timer.target),
            )
            for timer in clocks
        ],
        holds=[Span(hold.starts_at, hold.ends_at) for hold in of_spell],
        expiries=[hold.ends_at for hold in of_spell if hold.ends_at == hold.expires_at],
        unanswered=[
            handover.due_at for handover in handovers if handover.status == HandoverStatus.ASKED
        ],
    )


def next_ring(
    service_request: ServiceRequest,
    timers: Iterable[SlaTimer],
    holds: Iterable[Hold],
    handovers: Iterable[Handover],
) -> Step | None:
    """The step by which a rule will lift an open request next, if nothing changes."""
    if service_request.climbs_at is None:
        return None
    case = case_of(service_request, timers, holds, handovers)
    coming = steps(escalation_rules(), case, service_request.rules_met)
    return next((step for step in coming if step.rule.ring > service_request.ring), None)


def times_repeated(service_request: ServiceRequest) -> int:
    """How often the fault has come back, as far as a rule may count."""
    times, earlier = 0, service_request.repeat_of
    most = THRESHOLDS[Trigger.REPEAT][1]
    while earlier is not None and times < most:
        times, earlier = times + 1, earlier.repeat_of
    return times


class Shift(NamedTuple):
    """A clock whose due time would move; no time before for a new one, none after for one that
    goes.
    """

    timer: SlaTimer
    before: datetime | None
    after: datetime | None

    @property
    def by(self) -> timedelta:
        return self.after - self.before if self.after and self.before else timedelta()


@dataclass(frozen=True)
class Shifts:
    """What a change would do to open clocks; of more than `looked_at`, the first due are shown."""

    total: int
    looked_at: int
    shifts: list[Shift]
    at: datetime

    @property
    def earlier(self) -> int:
        return sum(shift.by < timedelta() for shift in self.shifts)

    @property
    def later(self) -> int:
        return sum(shift.by > timedelta() for shift in self.shifts)

    @property
    def other(self) -> int:
        """Clocks that would begin, or go."""
        return sum((shift.before is None) != (shift.after is None) for shift in self.shifts)

    @property
    def overdue_at_once(self) -> int:
        return sum(bool(shift.after and shift.after <= self.at) for shift in self.shifts)

    @property
    def extremes(self) -> list[Shift]:
        """Those that would move furthest, the earliest first."""
        moved = sorted((each for each in self.shifts if each.by), key=lambda each: each.by)
        first, last = moved[:EXTREMES], moved[EXTREMES:][-EXTREMES:]
        return [*first, *last, *[each for each in self.shifts if not each.by][:EXTREMES]]


def calendar_shifts(proposed: Mapping[int, WorkCalendar], *, at: datetime) -> Shifts:
    """What the calendars as they are typed would do to the clocks that count in them."""
    return shifts_in(SlaTimer.objects.movable().filter(calendar__in=proposed), proposed, at=at)


def shifts_behind(calendars: Iterable[WorkingCalendar], *, at: datetime) -> Shifts:
    """What the calendars as they are would do to the clocks that still count by an earlier
    edition.
    """
    current = {each.pk: calendar_of_version(each.pk, each.version) for each in calendars}
    behind = SlaTimer.objects.movable().behind().filter(calendar__in=current)
    return shifts_in(behind, current, at=at)


def shifts_in(
    timers: QuerySet[SlaTimer], calendars: Mapping[int, WorkCalendar], *, at: datetime
) -> Shifts:
    holds = Prefetch("service_request__holds", Hold.objects.select_related("reason"))
    rows = timers.select_related("service_request__customer").prefetch_related(holds)
    looked_at = list(rows.order_by("due_at", "pk")[:MOST_LOOKED_AT])
    shifts = [shift_of(timer, calendars[timer.calendar_id]) for timer in looked_at]
    return Shifts(counted(timers, looked_at), len(looked_at), [each for each in shifts if each], at)


def shift_of(timer: SlaTimer, calendar: WorkCalendar) -> Shift | None:
    spans = hold_spans(timer.service_request.holds.all(), timer.target)
    after = judge(copy(timer), calendar, holds=spans).due_at
    return Shift(timer, timer.due_at, after) if after != timer.due_at else None


def promise_shifts(promise: DefaultPromise, level: Level, *, at: datetime) -> Shifts:
    """What a default promise as it is typed would do to the open requests that have it."""
    requests = promised_by(promise)
    rows = requests.select_related("customer").prefetch_related(
        "sla_timers", Prefetch("holds", Hold.objects.select_related("reason"))
    )
    looked_at = list(rows.order_by("queue_at", "pk")[:MOST_LOOKED_AT])
    calendar = work_calendar(level.calendar_id)
    shifts = [shift for each in looked_at for shift in shifts_of_promise(each, level, calendar)]
    return Shifts(counted(requests, looked_at), len(looked_at), shifts, at)


def shifts_of_promise(
    service_request: ServiceRequest, level: Level, calendar: WorkCalendar
) -> Iterator[Shift]:
    frozen = frozen_entitlement(service_request)
    if (frozen.promises, frozen.calendar_id) == (level.promises, level.calendar_id):
        return
    entitlement = replace(frozen, promises=level.promises, calendar_id=level.calendar_id)
    timers, holds = list(service_request.sla_timers.all()), service_request.holds.all()
    spell = service_request.spell
    present = {
        timer.target: timer
        for timer in timers
        if timer.spell == spell and timer.stopped_at is None and timer.breached_at is None
    }
    for timer in restarted(service_request, timers, entitlement, calendar):
        before = present.pop(timer.target, None)
        after = judge(timer, calendar, holds=hold_spans(holds, timer.target)).due_at
        if before is None or before.due_at != after:
            yield Shift(timer, before.due_at if before else None, after)
    yield from (Shift(timer, timer.due_at, None) for timer in present.values())


def counted(rows: QuerySet[Any], looked_at: Sequence[object]) -> int:
    return len(looked_at) if len(looked_at) < MOST_LOOKED_AT else rows.count()


class Lift(NamedTuple):
    """The step that lifts a request next, by the rules as they are and as they would be."""

    service_request: ServiceRequest
    before: Step | None
    after: Step | None


@dataclass(frozen=True)
class Lifts:
    """What a rule would do to open requests; of more than `looked_at`, the first due are shown."""

    total: int
    looked_at: int
    lifts: list[Lift]
    at: datetime

    @property
    def at_once(self) -> int:
        return sum(self.is_due(lift.after) and not self.is_due(lift.before) for lift in self.lifts)

    @property
    def newly(self) -> int:
        return sum(lift.before is None for lift in self.lifts)

    @property
    def no_more(self) -> int:
        return sum(lift.after is None for lift in self.lifts)

    @property
    def otherwise(self) -> int:
        """At another time, or to another ring."""
        return len(self.lifts) - self.newly - self.no_more

    @property
    def first(self) -> list[Lift]:
        """Those that would be lifted first, then those that no longer would."""
        last = datetime.max.replace(tzinfo=UTC)
        by_time = sorted(self.lifts, key=lambda each: each.after.at if each.after else last)
        return by_time[: 3 * EXTREMES]

    def is_due(self, step: Step | None) -> bool:
        return step is not None and step.at <= self.at


def rule_lifts(proposed: EscalationRule, *, at: datetime) -> Lifts:
    """What a rule as it is typed would do to the open requests."""
    now = escalation_rules()
    then = [rule for rule in now if rule.pk != proposed.pk]
    if proposed.is_active:
        then.append(rule_of(proposed))
    requests = ServiceRequest.objects.open()
    rows = requests.select_related("customer", "repeat_of").prefetch_related(
        "sla_timers",
        "handovers",
        Prefetch("holds", Hold.objects.select_related("reason")),
    )
    looked_at = list(rows.order_by("queue_at", "pk")[:MOST_LOOKED_AT])
    lifts = [lift_of(each, now, then) for each in looked_at]
    changed = [lift for lift in lifts if lift.before != lift.after]
    return Lifts(counted(requests, looked_at), len(looked_at), changed, at)


def lift_of(service_request: ServiceRequest, now: list[Rule], then: list[Rule]) -> Lift:
    case = case_of(
        service_request,
        service_request.sla_timers.all(),
        service_request.holds.all(),
        service_request.handovers.all(),
        repeats=times_repeated(service_request),
    )
    before, after = (
        next((step for step in coming if step.rule.ring > service_request.ring), None)
        for coming in (steps(rules, case, service_request.rules_met) for rules in (now, then))
    )
    return Lift(service_request, before, after)


def promised_by(promise: DefaultPromise) -> QuerySet[ServiceRequest]:
    """The open requests whose promises come from a default one."""
    return ServiceRequest.objects.open().filter(
        cover=promise.cover, tier=promise.tier_id, contract=None
    )


def to_recalculate(recalculation: Recalculation) -> QuerySet[ServiceRequest]:
    """The open requests that a recalculation looks at."""
    if recalculation.promise is not None:
        return promised_by(recalculation.promise)
    assert recalculation.calendar is not None
    behind = SlaTimer.objects.movable().behind().filter(calendar__in=family(recalculation.calendar))
    return ServiceRequest.objects.open().filter(pk__in=behind.values("service_request"))


def overdue_handovers(at: datetime) -> QuerySet[Handover]:
    return Handover.objects.overdue(at).order_by("due_at", "pk")


def search_words(service_request: ServiceRequest) -> dict[str, Any]:
    """How a request is found: by number, serial, caller and text; used by verbs, imports and the
    rebuild alike.
    """
    asset = service_request.asset
    customer = service_request.customer
    return {
        "kind": KIND,
        "object_id": service_request.pk,
        "title": f"{service_request.number} {service_request.subject}",
        "subtitle": " · ".join(filter(None, [customer.name, asset.serial_no if asset else ""])),
        "badge": "",
        "url": service_request.get_absolute_url(),
        "rank_at": service_request.opened_at,
        "codes": [service_request.number, *([asset.serial_no] if asset else [])],
        "words": [customer.name, service_request.caller_name],
        "phones": [service_request.caller_phone] if service_request.caller_phone else [],
        "body": [service_request.description, service_request.resolution],
        "scope": [f"o{outlet.pk}" for outlet in service_request.outlets.all()],
    }


def rebuild_search() -> int:
    """Index every request anew, the oldest first."""
    rows = ServiceRequest.objects.select_related("customer", "asset").prefetch_related("outlets")
    return index_many(
        Document(**search_words(row))
        for row in rows.order_by("opened_at", "pk").iterator(chunk_size=1000)
    )
