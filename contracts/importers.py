"""Contracts with what they cover; contract types and default promises from the policies."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assets.models import Asset
from contracts.choices import DAYS_AHEAD, Cover, LineScope, Service, Status
from contracts.models import ContractLine, ContractType, DefaultPromise, ServiceContract
from crmservice.ahead import next_day
from crmservice.imports.columns import amount, code, currency, day, whole
from crmservice.imports.importer import FileImporter, PolicyImporter, Row, register
from crmservice.imports.refusing import RefusedError
from customers.models import Customer, Tier
from employees.models import WorkingCalendar

EVERYTHING = {"all", "全部"}
NBD = {"nbd", "next business day", "下一工作日"}
WITHOUT_CONTRACT = {str(cover): cover for cover in Cover if cover != Cover.CONTRACT}
MOST_RATE = Decimal(9_999_999)
LONGEST_PROMISE = 366 * 24 * 60


@register
class ContractTypes(PolicyImporter):
    """The catalogue of contract types."""

    def take(self) -> int:
        rows = self.context.policies.rows("contract_types")
        return sum(
            ContractType.objects.get_or_create(
                code=row.code("code"),
                defaults={
                    "name_zh": row.text("name_zh", row.code("code")),
                    "name_en": row.text("name_en", row.code("code")),
                    "includes": row.words("includes", Service.values),
                    "charged": row.words("charged", Service.values),
                },
            )[1]
            for row in rows
        )


@register
class DefaultPromises(PolicyImporter):
    """What is promised without a contract, by warranty and tier."""

    def take(self) -> int:
        calendars = {calendar.code: calendar for calendar in WorkingCalendar.objects.all()}
        tiers = {tier.code: tier for tier in Tier.objects.all()}
        return sum(
            DefaultPromise.objects.get_or_create(
                cover=row.one_of("cover", WITHOUT_CONTRACT),
                tier=row.one_of("tier", tiers),
                defaults={
                    "calendar": row.one_of("calendar", calendars),
                    "response_minutes": row.minutes("response_minutes", most=LONGEST_PROMISE),
                    "restore_minutes": row.minutes("restore_minutes", most=LONGEST_PROMISE),
                    "resolve_minutes": row.minutes("resolve_minutes", most=LONGEST_PROMISE),
                    **row.read("arrival", arrival_of_policy, arrival_of("")),
                },
            )[1]
            for row in self.context.policies.rows("default_promises")
        )


def arrival_of_policy(value: Any) -> dict[str, Any]:
    try:
        return arrival_of(str(value))
    except RefusedError as error:
        raise ValueError(value) from error


def arrival_of(cell: str) -> dict[str, Any]:
    """The fields of a promise of arrival: "", "120" or "NBD"; raises RefusedError."""
    if cell.casefold() in NBD:
        return {"arrival_minutes": None, "arrival_next_business_day": True}
    if cell and not (cell.isascii() and cell.isdecimal() and 0 < int(cell) <= LONGEST_PROMISE):
        raise RefusedError(_("arrival “%(value)s” is neither minutes nor NBD") % {"value": cell})
    return {"arrival_minutes": int(cell) if cell else None, "arrival_next_business_day": False}


@dataclass
class Agreement:
    contract: ServiceContract
    lines: list[ContractLine]


@register
class Contracts(FileImporter[Agreement]):
    filename = "contracts.csv"
    after = ("customers.csv", "assets.csv")
    columns = (
        code("contract_no", "合约编号", "合同编号", needed=True),
        code("customer_code", "客户编号", needed=True),
        code("type", "类型", "合约类型", needed=True),
        day("starts_on", "开始日期", needed=True),
        day("ends_on", "结束日期", needed=True),
        code("service_hours", "服务时间", needed=True),
        whole("response_minutes", "响应分钟", least=1, most=LONGEST_PROMISE),
        code("arrival_minutes_or_NBD", "到场分钟或NBD"),
        whole("restore_minutes", "恢复分钟", least=1, most=LONGEST_PROMISE),
        amount("onsite_rate_per_hour", "现场费率", least=Decimal(0), most=MOST_RATE, optional=True),
        amount(
            "parts_discount",
            "备件折扣",
            least=Decimal(0),
            most=Decimal(1),
            places=4,
            empty=Decimal(0),
        ),
        currency("currency", "币种", needed=True),
        amount("value", "金额", least=Decimal(0), empty=Decimal(0)),
        code("covers", "覆盖范围", needed=True, longest=1_000_000),
    )

    def prepare(self) -> None:
        self.customers = dict(Customer.objects.values_list("code", "pk"))
        self.assets = dict(Asset.objects.values_list("serial_no", "pk"))
        self.types = {row.code.casefold(): row for row in ContractType.objects.all()}
        self.calendars = {row.code.casefold(): row for row in WorkingCalendar.objects.all()}

    def existing(self) -> set[str]:
        return set(ServiceContract.objects.values_list("number", flat=True))

    def judge(self, row: Row) -> Agreement:
        customer = self.customers.get(row["customer_code"])
        if customer is None:
            raise self.unknown(_("customer"), row["customer_code"], "customers.csv")
        kind = self.types.get(row["type"].casefold())
        if kind is None:
            raise RefusedError(_("unknown contract type %(type)s") % {"type": row["type"]})
        calendar = self.calendars.get(row["service_hours"].casefold())
        if calendar is None:
            raise RefusedError(
                _("unknown service hours %(hours)s") % {"hours": row["service_hours"]}
            )
        if row["ends_on"] < row["starts_on"]:
            raise RefusedError(_("ends before it starts"))
        today = self.context.day_of(self.context.at)
        status = Status.ACTIVE if row["ends_on"] >= today else Status.EXPIRED
        if row["starts_on"] > today:
            status = Status.APPROVED
        contract = ServiceContract(
            number=row.key,
            customer_id=customer,
            type=kind,
            status=status,
            remind_on=(
                next_day(row["ends_on"], DAYS_AHEAD, after=today)
                if status == Status.ACTIVE
                else None
            ),
            calendar=calendar,
            **arrival_of(row["arrival_minutes_or_NBD"]),
            **{name: row[name] for name in PLAIN},
        )
        return Agreement(contract, self._lines(contract, row["covers"]))

    def write(self, records: list[Agreement]) -> None:
        ServiceContract.objects.bulk_create([each.contract for each in records])
        ContractLine.objects.bulk_create([line for each in records for line in each.lines])

    def _lines(self, contract: ServiceContract, cell: str) -> list[ContractLine]:
        if cell.casefold() in EVERYTHING:
            return [ContractLine(contract=contract, scope=LineScope.CUSTOMER)]
        serials = [serial.strip() for serial in cell.split(";")]
        unknown = [serial for serial in serials if serial and serial not in self.assets]
        if unknown:
            raise self.unknown(_("asset"), unknown[0], "assets.csv")
        return [
            ContractLine(contract=contract, scope=LineScope.ASSET, asset_id=self.assets[serial])
            for serial in dict.fromkeys(filter(None, serials))
        ]


PLAIN = (
    "starts_on",
    "ends_on",
    "response_minutes",
    "restore_minutes",
    "onsite_rate_per_hour",
    "parts_discount",
    "currency",
    "value",
)
