"""The price plan from the policies; places, their opening stock, and what customers give back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assets.models import Asset, Part
from crmservice.imports.columns import choice, code, day, moment, text, whole
from crmservice.imports.importer import FileImporter, PolicyImporter, Row, register
from crmservice.imports.policies import Section, misunderstood
from crmservice.imports.refusing import RefusedError
from crmservice.money import MINOR_DIGITS, ZERO
from crmservice.search.index import index_many
from customers.models import Contact, Customer
from employees.models import Employee, Outlet
from orders.choices import OVER, Bin, MoveKind, PlaceKind, ReturnKind, ReturnStatus, WorkKind
from orders.models import (
    PLACE_CODE,
    LabourRate,
    PricePlan,
    ReturnCase,
    ReturnLine,
    StockLevel,
    StockLocation,
    StockMove,
    StockPiece,
)
from orders.queries import return_documents
from service_requests.models import ServiceRequest

ALWAYS = date(2000, 1, 1)
THE_FIRST = "PL-0000"
CURRENCIES = {name: name for name in MINOR_DIGITS}
FACTORS = {"normal", "evening", "weekend", "holiday"}
MOST_FACTOR, MOST_TAX = Decimal(100), Decimal("0.9999")
A_DAY = 24 * 60


@register
class PricePlans(PolicyImporter):
    """One plan for all that was and will be, until somebody writes a later one."""

    def take(self) -> int:
        policies = self.context.policies
        if not policies.has("labour_rates"):
            return 0
        rates = policies.section("labour_rates")
        per_hour = {
            kind: rates.amount(f"{kind}_per_hour")
            for kind in WorkKind
            if rates.has(f"{kind}_per_hour")
        }
        plan, is_new = PricePlan.objects.get_or_create(
            number=THE_FIRST,
            defaults={
                "name": "标准价格 Standard",
                "valid_from": ALWAYS,
                "currency": rates.one_of("currency", CURRENCIES),
                "minimum_minutes": rates.whole("minimum_minutes", 0, least=0, most=A_DAY),
                "rounding_minutes": rates.whole("rounding_minutes", 1, least=1, most=A_DAY),
                "call_out_fee": rates.amount("call_out_fee", ZERO),
                "tax_rate": policies.amount("tax_rate", ZERO, most=MOST_TAX, places=4),
                **(factors_of(rates.section("factors")) if rates.has("factors") else {}),
            },
        )
        if is_new:
            LabourRate.objects.bulk_create(
                LabourRate(plan=plan, kind=kind, per_hour=rate) for kind, rate in per_hour.items()
            )
        return int(is_new)


def factors_of(factors: Section) -> dict[str, Decimal]:
    strange = set(factors) - FACTORS
    if strange:
        raise misunderstood(factors.path, sorted(strange))
    return {f"factor_{name}": factors.amount(name, most=MOST_FACTOR) for name in factors}


PLACE_KINDS = {
    word: kind
    for kind, words in {
        PlaceKind.DEPOT: ("depot", "备件库", "仓库"),
        PlaceKind.VAN: ("van", "服务车", "车"),
    }.items()
    for word in words
}
BINS = {
    word: bin_
    for bin_, words in {Bin.GOOD: ("good", "良品", "好件"), Bin.FAULTY: ("faulty", "坏件")}.items()
    for word in words
}
MOST_DAYS, MOST_PIECES, MOST_NAMED = 60, 100_000, 5


@register
class Places(FileImporter[StockLocation]):
    """Depots, and the vans of engineers."""

    filename = "places.csv"
    after = ("employees.csv",)
    may_be_absent = True
    columns = (
        code("code", "库位编号", needed=True, longest=20),
        text("name", "库位名称", needed=True, longest=120),
        choice("kind", "类别", needed=True, words=PLACE_KINDS),
        code("outlet", "网点", needed=True),
        code("employee_no", "使用人"),
        whole("transit_days", "在途工作日", most=MOST_DAYS, empty=2, optional=True),
        text("address", "地址", longest=300, optional=True),
    )

    def prepare(self) -> None:
        self.outlets = dict(Outlet.objects.values_list("code", "pk"))
        people = Employee.objects.values_list("employee_no", "pk", "outlet")
        self.people = {number: (pk, outlet) for number, pk, outlet in people}
        self.with_van = set(
            StockLocation.objects.in_use().exclude(employee=None).values_list("employee", flat=True)
        )

    def existing(self) -> set[str]:
        return set(StockLocation.objects.values_list("code", flat=True))

    def judge(self, row: Row) -> StockLocation:
        try:
            PLACE_CODE(row.key)
        except ValidationError as wrong:
            raise RefusedError(wrong.messages[0]) from wrong
        outlet = self.outlets.get(row["outlet"])
        if outlet is None:
            raise self.unknown(_("outlet"), row["outlet"], "employees.csv")
        place = StockLocation(
            code=row.key,
            name=row["name"],
            kind=row["kind"],
            outlet_id=outlet,
            transit_days=row["transit_days"],
            address=row["address"],
        )
        if place.is_van:
            place.employee_id = self._holder(row, outlet)
        return place

    def _holder(self, row: Row, outlet: int) -> int:
        if row["employee_no"] not in self.people:
            raise self.unknown(_("engineer"), row["employee_no"], "employees.csv")
        pk, theirs = self.people[row["employee_no"]]
        if theirs != outlet:
            raise RefusedError(_("This person belongs to another outlet."))
        if pk in self.with_van and row.key not in self.existing():
            raise RefusedError(_("This person has a van already."))
        self.with_van.add(pk)
        return pk

    def write(self, records: list[StockLocation]) -> None:
        StockLocation.objects.bulk_create(records)


@dataclass
class Opening:
    level: StockLevel
    serials: list[str]


@register
class OpeningStock(FileImporter[Opening]):
    """What lies in each place when the books begin. A level that is known already stays: from then
    on it is counted.
    """

    filename = "stock.csv"
    after = ("places.csv", "parts.csv")
    may_be_absent = True
    columns = (
        code("location", "库位编号", "库位", needed=True, longest=20),
        code("part_no", "零件号", "备件编号", needed=True, longest=60),
        whole("quantity", "数量", needed=True, most=MOST_PIECES),
        choice("bin", "良坏", words=BINS, empty=Bin.GOOD, optional=True),
        text("serials", "序列号", longest=4000, optional=True),
        whole("reorder_point", "订货点", most=MOST_PIECES, optional=True),
        whole("fill_up_to", "补足到", most=MOST_PIECES, optional=True),
    )

    def key_of(self, values: Mapping[str, Any]) -> str:
        return "|".join((values["location"], values["part_no"], values["bin"]))

    def prepare(self) -> None:
        self.places = {place.code: place for place in StockLocation.objects.all()}
        self.parts = {part.part_no: part for part in Part.objects.all()}
        self.pieces = set(StockPiece.objects.values_list("part__part_no", "serial_no"))

    def existing(self) -> set[str]:
        levels = StockLevel.objects.values_list("location__code", "part__part_no", "bin")
        return {"|".join(level) for level in levels}

    def judge(self, row: Row) -> Opening:
        place, part = self.places.get(row["location"]), self.parts.get(row["part_no"])
        if place is None:
            raise self.unknown(_("place"), row["location"], "places.csv")
        if part is None:
            raise self.unknown(_("part"), row["part_no"], "parts.csv")
        serials = [each.strip() for each in row["serials"].replace(";", ",").split(",")]
        serials = list(filter(None, serials))
        if len(set(serials)) != len(serials) or len(serials) > row["quantity"]:
            raise RefusedError(_("Each serial number once, and no more of them than pieces."))
        point, target = row["reorder_point"], row["fill_up_to"]
        if (point is None) != (target is None) or (point or 0) > (target or 0):
            raise RefusedError(_("Fill up at least to the reorder point."))
        if row.key not in self.existing_keys:
            known = [each for each in serials if (part.part_no, each) in self.pieces]
            if known:
                words = {"serials": ", ".join(known[:MOST_NAMED])}
                raise RefusedError(_("%(serials)s: in stock already.") % words)
            self.pieces |= {(part.part_no, each) for each in serials}
        level = StockLevel(
            location=place,
            part=part,
            bin=row["bin"],
            on_hand=row["quantity"],
            reorder_point=point,
            target=target,
        )
        return Opening(level, serials)

    @cached_property
    def existing_keys(self) -> set[str]:
        return self.existing()

    def write(self, records: list[Opening]) -> None:
        StockLevel.objects.bulk_create([each.level for each in records])
        StockPiece.objects.bulk_create(
            StockPiece(part=each.level.part, serial_no=serial, level=each.level)
            for each in records
            for serial in each.serials
        )
        StockMove.objects.bulk_create(
            StockMove(
                level=each.level,
                location=each.level.location,
                part=each.level.part,
                bin=each.level.bin,
                kind=MoveKind.IMPORTED,
                on_hand=each.level.on_hand,
                on_hand_after=each.level.on_hand,
                serials=each.serials,
                at=self.context.at,
            )
            for each in records
            if each.level.on_hand
        )


def spelled(words: Mapping[Any, str]) -> dict[str, Any]:
    """Each choice by its own word and by the Chinese one."""
    return {word: each for each, chinese in words.items() for word in (str(each), chinese)}


RETURN_KINDS = spelled(
    {
        ReturnKind.RETURN: "退货",
        ReturnKind.EXCHANGE: "换货",
        ReturnKind.WARRANTY: "保修退回",
        ReturnKind.WRONG_DELIVERY: "错发",
    }
)
# What came is in the opening stock already: an export holds what is to come, and what is over.
RETURN_STATES = spelled(
    {
        ReturnStatus.REQUESTED: "已申请",
        ReturnStatus.AUTHORISED: "已同意",
        ReturnStatus.IN_TRANSIT: "在途",
        ReturnStatus.CLOSED: "已结案",
        ReturnStatus.REFUSED: "已拒绝",
        ReturnStatus.CANCELLED: "已取消",
    }
)
YES = spelled({True: "是", False: "否"}) | {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True)
class GivenBack:
    case: ReturnCase
    line: ReturnLine


@register
class Returns(FileImporter[GivenBack]):
    """What customers asked to give back: one part, or one device, a row."""

    filename = "returns.csv"
    after = (
        "customers.csv",
        "contacts.csv",
        "assets.csv",
        "parts.csv",
        "places.csv",
        "requests.csv",
    )
    may_be_absent = True
    columns = (
        code("return_no", "退换货单号", needed=True),
        choice("kind", "类别", needed=True, words=RETURN_KINDS),
        code("customer_code", "客户编号", needed=True),
        code("contact_no", "联系人编号"),
        code("request_no", "请求编号"),
        code("serial_no", "设备序列号", longest=80),
        code("part_no", "备件号", longest=60),
        whole("quantity", "数量", least=1, most=MOST_PIECES, empty=1),
        code("location", "库位编号", needed=True, longest=20),
        text("reason", "原因", needed=True, longest=300),
        choice("is_consumer", "消费者", words=YES, empty=False),
        choice("is_advance", "先行更换", words=YES, empty=False),
        day("delivered_on", "送达日期"),
        moment("opened_at", "申请时间", needed=True, history=True),
        day("due_on", "期限", needed=True),
        code("opened_by", "申请人", needed=True),
        moment("decided_at", "决定时间", history=True),
        code("decided_by", "决定人"),
        text("decision", "决定", longest=300),
        choice("status", "状态", needed=True, words=RETURN_STATES),
        moment("closed_at", "结案时间", history=True),
    )

    def prepare(self) -> None:
        self.known: dict[str, dict[str, Any]] = {
            "customer_code": dict(Customer.objects.values_list("code", "pk")),
            "contact_no": dict(Contact.objects.values_list("code", "pk")),
            "request_no": dict(ServiceRequest.objects.values_list("number", "pk")),
            "part_no": dict(Part.objects.values_list("part_no", "pk")),
            "location": dict(StockLocation.objects.filter(employee=None).values_list("code", "pk")),
            "opened_by": dict(Employee.objects.values_list("employee_no", "pk")),
        }
        self.known["decided_by"] = self.known["opened_by"]
        owned = Asset.objects.values_list("serial_no", "pk", "part", "customer")
        self.devices = {serial: (pk, part, owner) for serial, pk, part, owner in owned}

    def existing(self) -> set[str]:
        return set(ReturnCase.objects.values_list("number", flat=True))

    def key(self, row: Row, column: str) -> int | None:
        """Of what the cell names; None where it is empty."""
        if not row[column]:
            return None
        found = self.known[column].get(row[column])
        if found is None:
            raise self.unknown(column, row[column], "")
        return int(found)

    def needed(self, row: Row, column: str) -> int:
        found = self.key(row, column)
        assert found is not None  # the column is needed
        return found

    def judge(self, row: Row) -> GivenBack:
        case = ReturnCase(
            number=row.key,
            kind=row["kind"],
            status=row["status"],
            customer_id=self.needed(row, "customer_code"),
            contact_id=self.key(row, "contact_no"),
            service_request_id=self.key(row, "request_no"),
            depot_id=self.needed(row, "location"),
            reason=row["reason"],
            is_consumer=row["is_consumer"],
            is_advance=row["is_advance"],
            delivered_on=row["delivered_on"],
            due_on=row["due_on"],
            opened_by_id=self.needed(row, "opened_by"),
            opened_at=row["opened_at"],
            decided_by_id=self.key(row, "decided_by"),
            decided_at=row["decided_at"],
            decision=row["decision"],
            closed_at=row["closed_at"],
        )
        self.refuse_half_told(case)
        line = ReturnLine(case=case, quantity=row["quantity"], part_id=self.key(row, "part_no"))
        if row["serial_no"]:
            pk, part, owner = self.devices.get(row["serial_no"], (None, None, None))
            if owner is None:
                raise self.unknown(_("serial number"), row["serial_no"], "assets.csv")
            if owner != case.customer_id:
                raise RefusedError(
                    _("%(what)s is another customer's.") % {"what": row["serial_no"]}
                )
            line.asset_id, line.part_id, line.quantity = pk, part, 1
            line.serials = [row["serial_no"]]
        elif line.part_id is None:
            raise RefusedError(_("Say what is given back."))
        return GivenBack(case, line)

    def refuse_half_told(self, case: ReturnCase) -> None:
        is_decided = case.status not in {ReturnStatus.REQUESTED, ReturnStatus.CANCELLED}
        if is_decided and (case.decided_by_id is None or case.decided_at is None):
            raise RefusedError(_("%(column)s is missing") % {"column": "decided_by"})
        if case.status == ReturnStatus.REFUSED and not case.decision:
            raise RefusedError(_("%(column)s is missing") % {"column": "decision"})
        if (case.status in OVER) != (case.closed_at is not None):
            raise RefusedError(_("%(column)s is missing") % {"column": "closed_at"})

    def write(self, records: list[GivenBack]) -> None:
        ReturnCase.objects.bulk_create([each.case for each in records])
        ReturnLine.objects.bulk_create([each.line for each in records])
        written = [each.case.pk for each in records]
        index_many(return_documents(ReturnCase.objects.filter(pk__in=written)))
