"""The sample company's regular work: plans of some devices, what each tier gets, and how far it was
kept in the last months.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from assets import actions as assets
from assets.choices import (
    ItemKind,
    Meter,
    OccurrenceStatus,
    PlannedKind,
    ProcedureKind,
    ReadingSource,
)
from assets.models import Asset, AssetModel, Line, MaintenancePlan
from crmservice.imports.models import Source
from customers import actions as customers
from customers.choices import CareKind, TouchStatus
from customers.models import Affiliation, CarePlan, CareTouch, Tier
from customers.queries import day_of
from dispatch import actions as dispatch
from employees.models import Employee

REGULAR_WORK = "sample company: regular work"
DAY = timedelta(days=1)
BEGAN = timedelta(days=150)
MODELS = 3
DEVICES = 4  # of each model
LATE_BY = (0, -1, 2, 1, 6, 0, 9, -2)  # days, one turn after the other
MISSED = 7  # each so many-th turn is not done


class Care(NamedTuple):
    """What customers of a rank get: a kind, a title, every so many of a unit."""

    rank: int
    kind: CareKind
    title: str
    every: int | None
    unit: str = "month"


PROCEDURES = (  # for tasks that are made from now on
    (
        "上门作业规程",
        ProcedureKind.ONSITE,
        [
            Line("断电、挂牌上锁"),
            Line("系统泄压后的压力", ItemKind.NUMBER, True, Decimal(0), Decimal("0.1"), "MPa"),
            Line("铭牌照片", ItemKind.PHOTO),
            Line("客户现场的特别要求", ItemKind.TEXT, False),
        ],
    ),
    (
        "安装调试规程",
        ProcedureKind.INSTALLATION,
        [
            Line("绝缘电阻", ItemKind.NUMBER, True, Decimal("0.5"), None, "MΩ"),
            Line("转向正确"),
            Line("试运行两小时", ItemKind.TICK),
            Line("安装完成照片", ItemKind.PHOTO),
        ],
    ),
)
CARE = (
    Care(1, CareKind.INSPECTION, "季度巡检", 3),
    Care(1, CareKind.VISIT, "半年高层拜访", 6),
    Care(1, CareKind.BIRTHDAY, "生日问候", None),
    Care(2, CareKind.CALL, "季度电话回访", 3),
    Care(3, CareKind.CALL, "年度电话回访", 1, "year"),
)


@transaction.atomic
def plan_regular_work(by: Employee, at: datetime) -> None:
    """Once, wholly or not at all."""
    if Source.objects.filter(name=REGULAR_WORK).exists():
        return
    for plan in maintain(by, at):
        keep(plan, by, at)
    care(by, at)
    dispatch.plan_due_work(on=day_of(at), at=at)
    for title, kind, lines in PROCEDURES:
        assets.add_procedure({"title": title, "kind": kind}, lines=lines, by=by, at=at)
    Source.objects.create(name=REGULAR_WORK, shift_days=0, begun_at=at, finished_at=at)


def maintain(by: Employee, at: datetime) -> list[MaintenancePlan]:
    """Templates of some models with a checklist, given to some of their devices months ago."""
    made: list[MaintenancePlan] = []
    began = at - BEGAN
    for place, model in enumerate(
        AssetModel.objects.filter(assets__parent=None).distinct()[:MODELS]
    ):
        devices = list(
            Asset.objects.filter(model=model, parent=None, status="in_use").order_by(
                "customer__tier__rank", "serial_no"
            )[:DEVICES]
        )
        month = template(model, "月度点检", 1, by=by, at=began)
        quarter = template(model, "季度保养", 3, by=by, at=began, covers_within_days=10)
        for device in devices if place == 0 else devices[:2]:
            read_meters(device, by, at)
        for plan, days in ((month, place), (quarter, 20 + place)):
            first_on = day_of(began) + days * DAY
            assets.apply_template(plan, assets=devices, first_on=first_on, by=by, at=began)
            made += MaintenancePlan.objects.filter(template=plan).select_related("asset__customer")
    return made


def template(
    model: AssetModel, title: str, every: int, *, by: Employee, at: datetime, **more: int
) -> MaintenancePlan:
    lines = [
        Line("外观与泄漏检查", ItemKind.TICK, True),
        Line("运行压力", ItemKind.NUMBER, True, Decimal("0.4"), Decimal("1.6"), "MPa"),
        Line("异响与振动说明", ItemKind.TEXT, False),
    ]
    part = model.parts.order_by("part_no").first()
    needs = [assets.Needed(part, 1)] if part and every > 1 else []
    values = {
        "model": model,
        "title": f"{model.code} {title}",
        "kind": PlannedKind.INSPECTION,
        "every": every,
        "unit": "month",
        "starts_on": day_of(at),
        **more,
    }
    return assets.add_plan(values, lines=lines, parts=needs, by=by, at=at)


def read_meters(device: Asset, by: Employee, at: datetime) -> None:
    for weeks in (12, 8, 4, 1):
        taken_at = at - timedelta(weeks=weeks)
        assets.read_meter(
            device,
            meter=Meter.HOURS,
            value=Decimal(4000 + 130 * (12 - weeks)),
            source=ReadingSource.VISIT,
            by=by,
            at=taken_at,
        )


def keep(plan: MaintenancePlan, by: Employee, at: datetime) -> None:
    """The turns until today: most of them done in time, some late, a few not at all."""
    today = day_of(at)
    while plan.next_on is not None and plan.next_on + 2 * DAY < today:
        due = plan.next_on
        turn = assets.take_turn(plan, on=due - plan.days_ahead * DAY, at=moment_of(due, at, -7))
        if turn is None:
            return
        turn = turn.covered_by or turn
        place = turn.pk
        done_on = turn.due_on + LATE_BY[place % len(LATE_BY)] * DAY
        if turn.status == OccurrenceStatus.OPEN and place % MISSED and done_on <= today:
            assets.finish_turn(turn, done_on=done_on, by=by, at=moment_of(done_on, at, 0))
        plan.refresh_from_db()


def moment_of(day: date, at: datetime, days: int) -> datetime:
    """A moment of that day some days on, never later than now."""
    return min(at, at + timedelta(days=(day - day_of(at)).days + days))


def care(by: Employee, at: datetime) -> None:
    began = at - BEGAN
    tiers = {tier.rank: tier for tier in Tier.objects.all()}
    for each in CARE:
        if each.rank not in tiers:
            continue
        values = {"tier": tiers[each.rank], "kind": each.kind, "title": each.title}
        values |= {"every": each.every, "unit": each.unit, "starts_on": day_of(began)}
        customers.add_care_plan(values, by=by, at=began)
    greet(at)
    customers.make_touches(on=day_of(at) - DAY, at=at - timedelta(days=1))
    CarePlan.objects.update(generate_on=day_of(at))
    customers.make_touches(on=day_of(at), at=at)
    past = CareTouch.objects.filter(status=TouchStatus.OPEN, due_on__lt=day_of(at) - 2 * DAY)
    for touch in past.order_by("due_on", "pk"):
        done_on = touch.due_on + LATE_BY[touch.pk % len(LATE_BY)] * DAY
        if touch.pk % MISSED and done_on <= day_of(at):
            customers.finish_touch(
                touch, outcome="客户满意", done_on=done_on, by=by, at=moment_of(done_on, at, 0)
            )


def greet(at: datetime) -> None:
    """Some contacts of the best customers have birthdays in these weeks."""
    best = Affiliation.objects.filter(customer__tier__rank=1).select_related("contact")
    for place, each in enumerate(best.order_by("pk")[:8]):
        born = day_of(at) + (place * 9 - 30) * DAY
        each.contact.birth_month, each.contact.birth_day = born.month, born.day
        each.contact.save(update_fields=["birth_month", "birth_day"])
