"""The verbs of maintenance: meters are read, plans are kept, their turns fall due and are done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assets.choices import OccurrenceStatus, ReadingSource, Why
from assets.models import (
    Asset,
    Line,
    MaintenancePlan,
    MeterReading,
    Occurrence,
    Part,
    PlanLine,
    PlanPart,
)
from assets.queries import planning
from assets.signals import occurrence_given_up
from crmservice import rhythm
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.web.text import moment
from customers.queries import calendar_of, day_of
from employees.models import Employee

COPIED = (
    "kind",
    "title",
    "instructions",
    "skill",
    "every",
    "unit",
    "meter",
    "meter_every",
    "is_rolling",
    "flexibility_days",
    "days_ahead",
    "holidays",
    "covers_within_days",
    "keeps_lines",
    "needs_contract",
    "ends_on",
)


RHYTHM = frozenset(("kind", "every", "unit", "meter", "meter_every", "starts_on", "ends_on"))


class BesideError(DomainError):
    """Plans come back as often: each gives a task of its own. Not meant so, unless said."""

    def __init__(self, plans: Sequence[MaintenancePlan]) -> None:
        super().__init__(
            _(
                "There is a plan already that comes back as often: each gives a task of its own,"
                " often on the same day. Tick this if it is meant so."
            ),
            field="is_wanted",
        )
        self.plans = plans


@dataclass(frozen=True)
class Needed:
    """A part that a plan takes along."""

    part: Part
    quantity: int


# Meters


@transaction.atomic
def read_meter(  # noqa: PLR0913  (what a meter shows has many particulars)
    asset: Asset,
    *,
    meter: str,
    value: Decimal,
    taken_at: datetime | None = None,
    source: str = ReadingSource.DESK,
    is_new_meter: bool = False,
    by: Employee | None,
    at: datetime,
) -> MeterReading:
    """Write down what a meter shows; plans that go by it are foreseen anew.

    Raises DomainError for the future, a second reading of the same moment, and a figure that falls
    although the meter was not replaced.
    """
    asset = Asset.objects.lock(asset.pk)
    taken = taken_at or at
    if taken > at:
        raise DomainError(
            _("%(time)s is still to come.") % {"time": moment(taken)}, field="taken_at"
        )
    known = MeterReading.objects.filter(asset=asset, meter=meter)
    if known.filter(taken_at=taken).exists():
        raise DomainError(_("This meter was read at that moment already."), field="taken_at")
    before = known.filter(taken_at__lt=taken).order_by("-taken_at").first()
    after = known.filter(taken_at__gt=taken).order_by("taken_at").first()
    if before and not is_new_meter and value < before.value:
        refuse_falling(before)
    if after and not after.is_new_meter and after.value < value:
        refuse_falling(after)
    reading = MeterReading.objects.create(
        asset=asset,
        meter=meter,
        value=value,
        taken_at=taken,
        by=by,
        source=source,
        is_new_meter=is_new_meter,
    )
    record(
        asset,
        "assets.meter_replaced" if is_new_meter else "assets.meter_read",
        by=by,
        at=at,
        about=[asset.root],
        meter=meter,
        value=str(value),
    )
    for plan in MaintenancePlan.objects.select_for_update(of=("self",)).filter(
        asset=asset, meter=meter, meter_every__isnull=False
    ):
        schedule(plan, on=day_of(at))
    return reading


def refuse_falling(other: MeterReading) -> None:
    said = {"value": f"{other.value.normalize():f}", "time": moment(other.taken_at)}
    raise DomainError(
        _(
            "It showed %(value)s at %(time)s, and a meter does not run backwards."
            " If it was replaced, say so."
        )
        % said,
        field="value",
    )


# Plans


@transaction.atomic
def add_plan(
    values: Mapping[str, Any],
    *,
    lines: Sequence[Line] = (),
    parts: Sequence[Needed] = (),
    is_wanted: bool = True,
    by: Employee | None,
    at: datetime,
) -> MaintenancePlan:
    """A plan of a device, or a model's template. What is due before today is let pass.

    Raises BesideError when another comes back as often and nobody says that it `is_wanted` as well.
    """
    plan = MaintenancePlan(**values)
    refuse_no_rhythm(plan)
    refuse_resting(plan)
    if not is_wanted:
        refuse_beside(plan, on=day_of(at))
    begin(plan, on=day_of(at))
    plan.save(force_insert=True)
    write_lists(plan, lines, parts)
    schedule(plan, on=day_of(at))
    record(plan, "assets.plan_added", by=by, at=at, about=[plan.asset, plan.model])
    return plan


@transaction.atomic
def change_plan(  # noqa: PLR0913  (what may be changed, and by whom)
    plan: MaintenancePlan,
    values: Mapping[str, Any],
    *,
    lines: Sequence[Line] | None = None,
    parts: Sequence[Needed] | None = None,
    version: int | None = None,
    is_wanted: bool = True,
    by: Employee,
    at: datetime,
) -> MaintenancePlan:
    """What is planned from now on; turns that fell due already stay as they are.

    Raises BesideError as `add_plan` does, when the rhythm is changed.
    """
    changed = changing.change(
        plan,
        values,
        verb="assets.plan_changed",
        version=version,
        by=by,
        at=at,
        about=[plan.asset, plan.model],
    )
    refuse_no_rhythm(changed)
    if not is_wanted and not RHYTHM.isdisjoint(values):
        refuse_beside(changed, on=day_of(at))
    write_lists(changed, lines, parts)
    schedule(changed, on=day_of(at))
    return changed


@transaction.atomic
def end_plan(
    plan: MaintenancePlan, *, ends_on: date, reason: str, by: Employee, at: datetime
) -> MaintenancePlan:
    """No more work from it after a day; what is open beyond that day is left out."""
    plan = MaintenancePlan.objects.lock(plan.pk)
    plan.ends_on = ends_on
    plan.version += 1
    plan.save(update_fields=["ends_on", "version"])
    for occurrence in plan.occurrences.filter(
        status=OccurrenceStatus.OPEN, due_on__gt=ends_on
    ).order_by("pk"):
        give_up(occurrence, OccurrenceStatus.SKIPPED, by=by, at=at, why=Why.ENDED, reason=reason)
    schedule(plan, on=day_of(at))
    record(
        plan,
        "assets.plan_ended",
        by=by,
        at=at,
        about=[plan.asset, plan.model],
        on=ends_on,
        reason=reason,
    )
    return plan


@transaction.atomic
def apply_template(
    template: MaintenancePlan,
    *,
    assets: Sequence[Asset],
    first_on: date,
    is_wanted: bool = True,
    by: Employee,
    at: datetime,
) -> MaintenancePlan:
    """Give the template's plan to these devices of its model; who has it already is left alone.

    Raises BesideError as `add_plan` does, with those of all the devices.
    """
    template = MaintenancePlan.objects.lock(template.pk)
    values = {name: getattr(template, name) for name in COPIED}
    lines = [each.line for each in template.lines.all()]
    parts = [Needed(each.part, each.quantity) for each in template.parts.select_related("part")]
    devices = planning.fitting(template, assets)
    if not is_wanted:
        refuse_beside(template, *devices, on=max(day_of(at), first_on))
    for asset in devices:
        own = {**values, "asset": asset, "template": template, "starts_on": first_on}
        add_plan(own, lines=lines, parts=parts, by=by, at=at)
    record(
        template,
        "assets.plan_applied",
        by=by,
        at=at,
        about=[template.model],
        count=len(devices),
    )
    return template


def begin(plan: MaintenancePlan, *, on: date) -> None:
    """Count from today: what a plan would have been due for earlier is nobody's omission."""
    if plan.starts_on < on and not plan.is_rolling and not plan.meter_every:
        plan.counted_from = on - rhythm.DAY
    used = planning.use_of(plan.asset_id, plan.meter)
    plan.meter_from = rhythm.used_on(used, max(on, used[-1].on) if used else on).quantize(
        Decimal("0.01")
    )


def write_lists(
    plan: MaintenancePlan, lines: Sequence[Line] | None, parts: Sequence[Needed] | None
) -> None:
    if lines is not None:
        plan.lines.all().delete()
        PlanLine.objects.bulk_create(
            PlanLine(plan=plan, position=at, **line._asdict()) for at, line in enumerate(lines)
        )
    if parts is not None:
        plan.parts.all().delete()
        PlanPart.objects.bulk_create(
            PlanPart(plan=plan, part=each.part, quantity=each.quantity) for each in parts
        )


def schedule(plan: MaintenancePlan, *, on: date) -> None:
    """Write when the plan is due next, and when that becomes a task."""
    day = None
    if not planning.is_resting(plan.asset) and not planning.waits_for_its_work(plan):
        day = planning.next_day_of(plan, on=on)
    if day is not None and plan.is_over(day):
        day = None
    plan.next_on = day
    plan.generate_on = day - timedelta(days=plan.days_ahead) if day else None
    plan.save(
        update_fields=["counted_from", "generate_on", "meter_from", "next_on"],
    )


def schedule_of(assets: Iterable[int], *, on: date) -> None:
    """The plans of these assets: they rest with them and go on with them."""
    plans = MaintenancePlan.objects.filter(asset__in=list(assets))
    for plan in plans.select_related("asset").select_for_update(of=("self",)).order_by("pk"):
        schedule(plan, on=on)


# Turns


@transaction.atomic
def take_turn(
    plan: MaintenancePlan, *, on: date, at: datetime, is_early: bool = False
) -> Occurrence | None:
    """The plan falls due; None when another process has it, or when it was not to be yet.

    The update lets one win, and the turn's number is unique. A turn on a day without service is
    left out if the plan says so; one that a greater plan covers is noted as covered; one whose next
    is due as well was missed.
    """
    due = MaintenancePlan.objects.filter(pk=plan.pk, turn=plan.turn, next_on=plan.next_on)
    won = (due if is_early else due.to_generate(on)).update(turn=F("turn") + 1)
    if not won or plan.next_on is None:
        return None
    plan = MaintenancePlan.objects.select_related("asset__customer").lock(plan.pk)
    assert plan.asset is not None
    assert plan.next_on is not None
    nominal = plan.next_on
    occurrence = windowed(plan, nominal)
    plan.counted_from = nominal
    if plan.meter_every:
        used = planning.use_of(plan.asset_id, plan.meter)
        plan.meter_from = rhythm.used_on(used, nominal).quantize(Decimal("0.01"))
    following = planning.next_day_of(plan, on=on) if not plan.is_rolling else None
    if occurrence.status == OccurrenceStatus.OPEN and following and following <= on:
        occurrence.status = OccurrenceStatus.MISSED
    if occurrence.status == OccurrenceStatus.OPEN:
        covering = covering_turn(plan, occurrence.due_on, on=on, at=at)
        if covering is not None:
            occurrence.status, occurrence.covered_by = OccurrenceStatus.COVERED, covering
    occurrence.save(force_insert=True)
    if occurrence.covered_by is not None:
        tell_covered(occurrence, at=at)
    schedule(plan, on=on)
    return occurrence


def windowed(plan: MaintenancePlan, nominal: date) -> Occurrence:
    """The turn of that day, unsaved, on a working day if it is to be."""
    assert plan.asset is not None
    settled = rhythm.settle(
        nominal, rhythm.OnHoliday(plan.holidays), calendar_of(plan.asset.customer)
    )
    due_on, flexibility = settled or nominal, timedelta(days=plan.flexibility_days)
    return Occurrence(
        plan=plan,
        turn=plan.turn,
        nominal_on=nominal,
        due_on=due_on,
        earliest_on=due_on - flexibility,
        latest_on=due_on + flexibility,
        status=OccurrenceStatus.OPEN if settled else OccurrenceStatus.SKIPPED,
        why="" if settled else Why.HOLIDAY,
    )


def covering_turn(
    plan: MaintenancePlan, due_on: date, *, on: date, at: datetime
) -> Occurrence | None:
    """The turn of a greater plan nearby, which falls due at once if it has not yet."""
    for greater in planning.greater_plans(plan):
        span = planning.around(due_on, greater.covers_within_days or 0)
        living = (OccurrenceStatus.OPEN, OccurrenceStatus.DONE)
        known = greater.occurrences.filter(status__in=living, due_on__range=span)
        occurrence = known.order_by("due_on", "pk").first()
        if occurrence is None and greater.next_on and span[0] <= greater.next_on <= span[1]:
            occurrence = take_turn(greater, on=on, at=at, is_early=True)
        if occurrence is not None and occurrence.status in living:
            return occurrence
    return None


@transaction.atomic
def cover_turn(
    occurrence: Occurrence, *, covering: Occurrence, by: Employee | None, at: datetime
) -> Occurrence:
    """The work of a greater plan does it as well."""
    occurrence = lock_open(occurrence)
    give_up(occurrence, OccurrenceStatus.COVERED, by=by, at=at, covered_by=covering)
    tell_covered(occurrence, at=at)
    return occurrence


@transaction.atomic
def skip_turn(
    occurrence: Occurrence,
    *,
    reason: str = "",
    why: Why = Why.BY_HAND,
    by: Employee | None,
    at: datetime,
) -> Occurrence:
    """It is not done this time. By hand this takes a reason; a rolling plan counts on from then."""
    occurrence = lock_open(occurrence)
    if why == Why.BY_HAND and not reason.strip():
        raise DomainError(_("Please write something here."), field="reason")
    give_up(occurrence, OccurrenceStatus.SKIPPED, by=by, at=at, why=why, reason=reason.strip())
    record(
        occurrence.plan,
        "assets.turn_skipped",
        by=by,
        at=at,
        about=[occurrence.plan.asset],
        due_on=occurrence.due_on,
        why=why,
        reason=reason.strip(),
    )
    return occurrence


@transaction.atomic
def finish_turn(
    occurrence: Occurrence, *, done_on: date, by: Employee | None, at: datetime
) -> Occurrence:
    """It was done on a day; a rolling plan counts on from there. Nothing for what is not open."""
    plan = MaintenancePlan.objects.lock(occurrence.plan_id)
    occurrence = Occurrence.objects.select_for_update(of=("self",)).get(pk=occurrence.pk)
    if occurrence.status != OccurrenceStatus.OPEN:
        return occurrence
    occurrence.status, occurrence.done_on = OccurrenceStatus.DONE, done_on
    occurrence.save(update_fields=["status", "done_on"])
    record(
        plan,
        "assets.turn_done",
        by=by,
        at=at,
        about=[plan.asset],
        due_on=occurrence.due_on,
        done_on=done_on,
    )
    count_on(plan, done_on, on=day_of(at))
    return occurrence


def count_on(plan: MaintenancePlan, from_on: date, *, on: date) -> None:
    """A rolling plan's next turn counts from this day."""
    if not plan.is_rolling:
        return
    plan.counted_from = from_on
    if plan.meter_every:
        used = planning.use_of(plan.asset_id, plan.meter)
        plan.meter_from = rhythm.used_on(used, from_on).quantize(Decimal("0.01"))
    schedule(plan, on=on)


def give_up(
    occurrence: Occurrence,
    status: OccurrenceStatus,
    *,
    by: Employee | None,
    at: datetime,
    **fields: Any,
) -> None:
    """It is not to be done any more: whoever has a task for it is told by the signal."""
    occurrence.status = status
    for name, value in fields.items():
        setattr(occurrence, name, value)
    occurrence.save(update_fields=["status", *fields])
    count_on(occurrence.plan, occurrence.due_on, on=day_of(at))
    occurrence_given_up.send(Occurrence, occurrence=occurrence, by=by, at=at)


def tell_covered(occurrence: Occurrence, *, at: datetime) -> None:
    assert occurrence.covered_by is not None
    record(
        occurrence.plan,
        "assets.turn_covered",
        by=None,
        at=at,
        about=[occurrence.plan.asset],
        due_on=occurrence.due_on,
        title=occurrence.covered_by.plan.title,
        on=occurrence.covered_by.due_on,
    )


def lock_open(occurrence: Occurrence) -> Occurrence:
    """As it is now; DomainError when it is done or given up already."""
    MaintenancePlan.objects.lock(occurrence.plan_id)
    rows = Occurrence.objects.select_related("plan__asset").select_for_update(of=("self",))
    occurrence = rows.get(pk=occurrence.pk)
    if occurrence.status != OccurrenceStatus.OPEN:
        raise DomainError(
            _("It is %(now)s already.") % {"now": occurrence.get_status_display().lower()}
        )
    return occurrence


def refuse_no_rhythm(plan: MaintenancePlan) -> None:
    if not plan.every and not plan.meter_every:
        raise DomainError(_("Say how often: by time, by use, or both."), field="every")
    if plan.meter_every and not plan.meter:
        raise DomainError(_("Which meter?"), field="meter")
    if plan.meter_every is not None and plan.meter_every <= 0:
        raise DomainError(_("More than none."), field="meter_every")


def refuse_beside(plan: MaintenancePlan, *devices: Asset, on: date) -> None:
    """The devices stay locked: of two who make the same plan at once the second is asked."""
    own = [plan.asset] if plan.asset is not None else list(devices)
    locked = Asset.objects.filter(pk__in=[asset.pk for asset in own])
    list(locked.select_for_update(of=("self",)).order_by("pk"))
    beside = planning.plans_beside(plan, of=own, on=max(on, plan.starts_on) if plan.asset else on)
    if beside:
        raise BesideError(beside)


def refuse_resting(plan: MaintenancePlan) -> None:
    if plan.asset is not None and planning.is_resting(plan.asset):
        raise DomainError(
            _("%(serial)s is retired.") % {"serial": plan.asset.serial_no}, field="asset"
        )
