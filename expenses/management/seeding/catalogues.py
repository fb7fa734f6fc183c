"""The few rows that the many refer to: found, or made once by the ORM."""

import json
from datetime import date
from typing import NamedTuple

from assets.models import AssetModel, Part
from contracts.choices import Cover
from contracts.entitlement import Entitlement, Promises, Reason, to_json
from contracts.models import DefaultPromise
from customers.models import Tier
from employees.choices import Role
from employees.models import CostRate, Employee, Outlet, WorkingCalendar
from expenses.management.seeding.life import MINUTES
from expenses.management.seeding.words import CITIES, GIVEN, SUBJECTS, SURNAMES
from knowledge.models import FaultCode
from service_requests.choices import Target
from service_requests.models import HoldReason, SurveyDimension

OUTLETS, PEOPLE, MANAGERS, MODELS, FAULTS = 8, 48, 8, 20, 10
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIERS = (
    ("vip", "VIP 客户", "VIP", 500_000),
    ("key", "大客户", "Key", 150_000),
    ("small", "小客户", "Small", 0),
)


class Person(NamedTuple):
    pk: int
    outlet: int


class Catalogues:
    """What is there already is used: a seeded sample company stays one company."""

    def __init__(self) -> None:
        """Ids, and the few objects of which more is needed."""
        self.calendar = calendar().pk
        self.tiers = list(Tier.objects.order_by("rank")) or tiers()
        promise(self.tiers, self.calendar)
        self.outlets = [outlet(place) for place in range(OUTLETS)]
        self.people = [person(place, self.outlets[place % OUTLETS]) for place in range(PEOPLE)]
        self.models = [model(place) for place in range(MODELS)]
        self.parts = [part(place) for place in range(MODELS)]
        self.faults = [fault(place, subject) for place, subject in enumerate(SUBJECTS[:FAULTS])]
        reasons = HoldReason.objects.filter(code="customer")
        self.hold_reason = reasons.values_list("pk", flat=True).get()
        self.dimensions = list(SurveyDimension.objects.values_list("pk", flat=True))
        self.entitlements = {tier.pk: entitlement(tier, self.calendar) for tier in self.tiers}

    def tier_of(self, customer: int) -> Tier:
        """Few are in the highest tiers."""
        if customer % 20 == 0:
            return self.tiers[0]
        return self.tiers[-2 if customer % 5 == 0 and len(self.tiers) > 1 else -1]


def calendar() -> WorkingCalendar:
    weekly = {day: ["00:00-24:00"] for day in WEEK}
    return WorkingCalendar.objects.get_or_create(
        code="24x7", defaults={"name": "24x7", "weekly": weekly}
    )[0]


def tiers() -> list[Tier]:
    return [
        Tier.objects.create(code=code, name_zh=zh, name_en=en, rank=rank, purchases_from=least)
        for rank, (code, zh, en, least) in enumerate(TIERS, start=1)
    ]


def promise(promised: list[Tier], calendar_id: int) -> None:
    """What new requests are promised, where the company has not said it."""
    facts = {
        "calendar_id": calendar_id,
        **{f"{target.value}_minutes": minutes for target, minutes in MINUTES.items()},
    }
    for tier in promised:
        for cover in (Cover.IN_WARRANTY, Cover.OUT_OF_WARRANTY):
            DefaultPromise.objects.get_or_create(tier=tier, cover=cover, defaults=facts)


def outlet(place: int) -> int:
    names = {"name": f"{CITIES[place]}服务站"}
    return Outlet.objects.get_or_create(code=f"Z{place}", defaults=names)[0].pk


def person(place: int, outlet_id: int) -> Person:
    """An employee without a log-in."""
    facts = {
        "name": SURNAMES[place % len(SURNAMES)] + GIVEN[place % len(GIVEN)],
        "role": Role.SERVICE_MANAGER if place < MANAGERS else Role.FIELD_ENGINEER,
        "outlet_id": outlet_id,
        "password": "!",
    }
    made, is_new = Employee.objects.get_or_create(employee_no=f"Z{place:03d}", defaults=facts)
    if is_new:
        CostRate.objects.create(employee=made, valid_from=date(2000, 1, 1), per_hour=100 + place)
    return Person(made.pk, outlet_id)


def model(place: int) -> AssetModel:
    facts = {"name_zh": f"离心泵 {place}", "name_en": f"Pump {place}", "warranty_months": 24}
    return AssetModel.objects.get_or_create(code=f"Z-{place:02d}", defaults=facts)[0]


def part(place: int) -> Part:
    facts = {"name_zh": "机械密封", "name_en": "Seal", "list_price": 100 + 37 * place}
    return Part.objects.get_or_create(part_no=f"Z-SEAL-{place:02d}", defaults=facts)[0]


def fault(place: int, subject: str) -> int:
    return FaultCode.objects.get_or_create(code=f"Z-F{place:02d}", defaults={"name_zh": subject})[
        0
    ].pk


def entitlement(tier: Tier, calendar_id: int) -> str:
    """The one promise, as a request keeps it."""
    found = Entitlement(
        cover=Cover.OUT_OF_WARRANTY,
        contract_id=None,
        contract_number="",
        tier_id=tier.pk,
        tier_code=tier.code,
        calendar_id=calendar_id,
        calendar_code="24x7",
        promises=Promises(
            response_minutes=MINUTES[Target.RESPONSE],
            arrival_minutes=MINUTES[Target.ARRIVAL],
            restore_minutes=MINUTES[Target.RESTORE],
        ),
        free=(),
        charged=(),
        onsite_rate=None,
        parts_discount=tier.parts_discount,
        reason=Reason("no_asset", {"tier_zh": tier.name_zh, "tier_en": tier.name_en}),
    )
    return json.dumps(to_json(found), ensure_ascii=False)
