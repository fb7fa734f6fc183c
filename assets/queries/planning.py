"""Reads of maintenance plans: the use of devices, when a plan is due next, what covers it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from assets.choices import UNITS_OF_METERS, AssetStatus, Meter, OccurrenceStatus
from assets.models import Asset, Line, MaintenancePlan, MeterReading, Occurrence, Procedure
from crmservice import rhythm
from customers.queries import day_of, every_in_words


def use_of(asset_id: int | None, meter: str) -> list[rhythm.Total]:
    """The use of a device by one of its meters, day by day as far as it was read."""
    if asset_id is None or not meter:
        return []
    readings = MeterReading.objects.filter(asset=asset_id, meter=meter).order_by("taken_at", "pk")
    return rhythm.totals(
        rhythm.Reading(day_of(taken_at), value, is_new)
        for taken_at, value, is_new in readings.values_list("taken_at", "value", "is_new_meter")
    )


def next_day_of(plan: MaintenancePlan, *, on: date) -> date | None:
    """When the plan is due next, seen from a day; None when neither calendar nor meter tell."""
    days = [calendar_day_of(plan), meter_day_of(plan, on=on)]
    return min((day for day in days if day is not None), default=None)


def calendar_day_of(plan: MaintenancePlan) -> date | None:
    interval = plan.interval
    if interval is None:
        return None
    if plan.counted_from is None:
        return plan.starts_on
    if plan.is_rolling or plan.meter_every:
        return interval.after(plan.counted_from, 1)
    later = plan.counted_from + rhythm.DAY
    return interval.after(plan.starts_on, interval.turn_from(plan.starts_on, later))


def meter_day_of(plan: MaintenancePlan, *, on: date) -> date | None:
    """When the use will be enough; today if it is already."""
    if not plan.meter_every:
        return None
    reached = rhythm.reached_on(
        use_of(plan.asset_id, plan.meter), plan.meter_from + plan.meter_every
    )
    return max(reached, on, plan.starts_on) if reached else None


def is_resting(asset: Asset | None) -> bool:
    return asset is None or asset.status == AssetStatus.RETIRED


def waits_for_its_work(plan: MaintenancePlan) -> bool:
    """A rolling plan counts on from when its last turn is done."""
    return plan.is_rolling and plan.occurrences.filter(status=OccurrenceStatus.OPEN).exists()


def greater_plans(plan: MaintenancePlan) -> list[MaintenancePlan]:
    """The plans of the same device that make this one's work unnecessary nearby, nearest first."""
    others = MaintenancePlan.objects.filter(
        asset=plan.asset_id, covers_within_days__isnull=False
    ).exclude(pk=plan.pk)
    return [other for other in others.order_by("pk") if other.is_greater_than(plan)]


def plans_beside(
    wanted: MaintenancePlan, *, of: Iterable[Asset], on: date
) -> list[MaintenancePlan]:
    """Plans for the same kind of work that come back as often from a day on: of these devices, for
    a template without any those of its model. Each gives a task of its own, often on the same day.
    """
    others = MaintenancePlan.objects.running(on).filter(kind=wanted.kind)
    devices = [asset.pk for asset in of]
    if wanted.is_template and not devices:
        others = others.templates().filter(model=wanted.model_id)
    else:
        others = others.filter(asset__in=devices)
    if wanted.ends_on is not None:
        others = others.filter(starts_on__lte=wanted.ends_on)
    found = others.exclude(pk=wanted.pk).described().order_by("asset__serial_no", "pk")
    return [other for other in found if wanted.comes_back_with(other)]


def lesser_turns(occurrence: Occurrence) -> list[Occurrence]:
    """Open turns of lesser plans that this one covers."""
    plan = occurrence.plan
    if plan.covers_within_days is None:
        return []
    nearby = Occurrence.objects.open().filter(
        plan__asset=plan.asset_id, due_on__range=around(occurrence.due_on, plan.covers_within_days)
    )
    found = nearby.exclude(plan=plan).select_related("plan").order_by("pk")
    return [each for each in found if plan.is_greater_than(each.plan)]


def around(day: date, days: int) -> tuple[date, date]:
    return day - timedelta(days=days), day + timedelta(days=days)


def lines_of(occurrence: Occurrence) -> list[Line]:
    """The checklist of a turn: its plan's lines, then those of the plans that it covers which say
    so; each text once.
    """
    covered = [each.plan for each in occurrence.covers.select_related("plan").order_by("pk")]
    plans = [occurrence.plan, *(plan for plan in covered if plan.keeps_lines)]
    return each_once(line.line for plan in plans for line in plan.lines.all())


def procedure_for(kind: str, asset: Asset | None) -> list[Line]:
    """What such work on such a device asks, each text once; two queries, one without procedures."""
    device = (asset.root or asset) if asset else None
    found = Procedure.objects.applying_to(kind, device.model if device else None)
    return each_once(
        line.line for each in found.prefetch_related("lines") for line in each.lines.all()
    )


def each_once(lines: Iterable[Line]) -> list[Line]:
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault(line.text, line)
    return list(found.values())


def fitting(template: MaintenancePlan, assets: Sequence[Asset] | None = None) -> list[Asset]:
    """The devices of the template's model that do not have the plan yet."""
    devices = Asset.objects.filter(model=template.model_id, parent=None)
    devices = devices.exclude(status=AssetStatus.RETIRED).exclude(plans__template=template)
    if assets is not None:
        devices = devices.filter(pk__in=[asset.pk for asset in assets])
    return list(devices.select_related("customer", "model").order_by("serial_no"))


def rhythm_in_words(plan: MaintenancePlan) -> str:
    """“every 3 months”, “every month or every 500 h, counted from when it was done”."""
    said = [every_in_words(plan.every, plan.unit)] if plan.every else []
    if plan.meter_every:
        use = f"{plan.meter_every.normalize():f} {UNITS_OF_METERS.get(plan.meter, '')}".strip()
        said.append(_("every %(use)s") % {"use": use})
    words = _(" or ").join(said)
    if plan.is_rolling:
        return _("%(words)s, counted from when it was done") % {"words": words}
    return words


def meters_of(device: Asset) -> dict[str, MeterReading | None]:
    """The meters that a device is known to have, each with its last reading; those of its plans
    may have none yet.
    """
    plans = MaintenancePlan.objects.filter(asset__in=Asset.objects.within(device))
    named = plans.exclude(meter="").order_by().values_list("meter", flat=True).distinct()
    read = MeterReading.objects.filter(asset=device).order_by()
    known = {*named, *read.values_list("meter", flat=True).distinct()}
    return {
        meter: read.filter(meter=meter).order_by("-taken_at", "-pk").first()
        for meter in Meter.values
        if meter in known
    }


def usual_meter(asset: Asset) -> str:
    """The meter that is read, or that a plan goes by."""
    read = MeterReading.objects.filter(asset=asset).values_list("meter", flat=True).first()
    if read:
        return read
    planned = asset.plans.exclude(meter="").values_list("meter", flat=True)
    return planned.first() or Meter.HOURS
