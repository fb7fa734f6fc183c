"""The tasks of the history with their hours, and the parts that were used on them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2s
from typing import Any

from django.utils.translation import gettext as _

from assets.models import Part, PartCost
from crmservice.imports.columns import amount, choice, code, moment, whole
from crmservice.imports.importer import FileImporter, Row, register
from crmservice.imports.refusing import RefusedError
from crmservice.money import ZERO, money
from dispatch.choices import AT_THE_CUSTOMER, CARRIED_OUT, Kind, Status, TimeKind
from dispatch.models import PartUse, Task, TimeEntry
from dispatch.queries import facts_of
from employees.actions import judge
from employees.models import Employee
from orders.choices import ChargedTo, LineKind
from orders.choices import Status as OrderStatus
from orders.models import Order, OrderLine, PricePlan
from service_requests.actions.involving import involve_many
from service_requests.models import ServiceRequest

KINDS = {str(kind): kind for kind in Kind} | {
    "现场": Kind.ONSITE,
    "维修站": Kind.DEPOT,
    "远程": Kind.REMOTE,
    "安装": Kind.INSTALLATION,
    "巡检": Kind.INSPECTION,
}
OUTCOMES = {str(status): status for status in Status} | {
    "完成": Status.DONE,
    "未解决": Status.NOT_SOLVED,
    "取消": Status.CANCELLED,
    "计划": Status.PLANNED,
}
CHARGED = {str(who): who for who in ChargedTo} | {
    "收费": ChargedTo.BILLED,
    "合约": ChargedTo.CONTRACT,
    "保修": ChargedTo.WARRANTY,
    "商誉": ChargedTo.GOODWILL,
}


MOST_PIECES, MOST_PRICE = 99_999, Decimal(9_999_999)


@dataclass
class Work:
    task: Task
    engineer: Employee | None
    hours: dict[TimeKind, Decimal]


@register
class Tasks(FileImporter[Work]):
    filename = "tasks.csv"
    after = ("employees.csv", "requests.csv")
    columns = (
        code("task_no", "任务编号", needed=True),
        code("request_no", "请求编号", "服务请求编号", needed=True),
        choice("kind", "类型", words=KINDS, empty=Kind.ONSITE),
        code("engineer_no", "工程师工号"),
        moment("planned_start", "计划开始"),
        moment("planned_end", "计划结束"),
        moment("started_at", "实际开始", history=True),
        moment("finished_at", "实际结束", history=True),
        moment("entered_at", "录入时间", further=True),
        amount("labour_hours", "工时", least=ZERO, most=Decimal(9999), empty=ZERO),
        amount("travel_hours", "路途工时", least=ZERO, most=Decimal(9999), empty=ZERO),
        choice("outcome", "结果", needed=True, words=OUTCOMES),
    )

    def prepare(self) -> None:
        self.people = {person.employee_no: person for person in Employee.objects.all()}
        requests = ServiceRequest.objects.select_related("asset__root__model").only(
            "number",
            "subject",
            "opened_at",
            "customer",
            "site",
            "contract",
            "asset__serial_no",
            "asset__root__serial_no",
            "asset__root__model__skill",
        )
        self.requests = {request.number: request for request in requests.iterator()}

    def existing(self) -> set[str]:
        return set(Task.objects.order_by().values_list("number", flat=True))

    def judge(self, row: Row) -> Work:
        request = self.requests.get(row["request_no"])
        if request is None:
            raise self.unknown(_("request"), row["request_no"], "requests.csv")
        engineer = self.people.get(row["engineer_no"])
        if row["engineer_no"] and engineer is None:
            raise self.unknown(_("employee"), row["engineer_no"], "employees.csv")
        refuse_disorder(row, engineer)
        root = request.asset.root if request.asset else None
        started = row["started_at"]
        task = Task(
            number=row.key,
            kind=row["kind"],
            status=row["outcome"],
            title=request.subject,
            service_request=request,
            customer_id=request.customer_id,
            site_id=request.site_id,
            asset_id=request.asset_id,
            contract_id=request.contract_id,
            skill_id=root.model.skill_id if root and root.model else None,
            assignee=engineer,
            planned_start=row["planned_start"],
            planned_end=row["planned_end"],
            arrived_at=started if row["kind"] in AT_THE_CUSTOMER else None,
            working_at=started,
            finished_at=row["finished_at"],
            reported_at=row["entered_at"],
            created_at=request.opened_at,
        )
        hours = {TimeKind.LABOUR: row["labour_hours"], TimeKind.TRAVEL: row["travel_hours"]}
        return Work(task, engineer, hours)

    def write(self, records: list[Work]) -> None:
        Task.objects.bulk_create([each.task for each in records])
        TimeEntry.objects.bulk_create(
            TimeEntry(
                task=each.task,
                employee=each.engineer,
                kind=kind,
                starts_at=each.task.working_at if kind == TimeKind.LABOUR else None,
                hours=hours,
                worked_on=self.context.day_of(day_of_work(each.task)),
            )
            for each in records
            if each.engineer is not None
            for kind, hours in each.hours.items()
            if hours
        )
        judge_carried_out([each.task for each in records])
        involve_many(
            (each.task.service_request, each.engineer)
            for each in records
            if each.task.service_request is not None
        )


def judge_carried_out(tasks: list[Task]) -> None:
    """Judge what was done; what is still to be done is nobody's omission."""
    judge(facts_of([task for task in tasks if task.status in CARRIED_OUT]))


def refuse_disorder(row: Row, engineer: Employee | None) -> None:
    """Refuse what cannot have happened like this, and work of nobody."""
    start, end = row["planned_start"], row["planned_end"]
    if start is not None and end is not None and end <= start:
        raise RefusedError(_("planned to end before it starts"))
    start, end = row["started_at"], row["finished_at"]
    if start is not None and end is not None and end < start:
        raise RefusedError(_("finished before it started"))
    if end is not None and row["entered_at"] is not None and row["entered_at"] < end:
        raise RefusedError(_("entered before it was finished"))
    if row["outcome"] in CARRIED_OUT and end is None:
        raise RefusedError(_("was carried out but does not say when"))
    if engineer is None and row["outcome"] not in {Status.PLANNED, Status.CANCELLED}:
        raise RefusedError(_("names no engineer"))


def day_of_work(task: Task) -> datetime:
    return task.working_at or task.finished_at or task.planned_start or task.created_at


@dataclass
class Used:
    task: Task
    part: Part
    quantity: int
    unit_price: Decimal
    charged_to: ChargedTo
    source: str


@register
class PartsUsed(FileImporter[Used]):
    """A request's parts make one delivered order.

    A row has no key of its own: it is known by all that it says, and how often it was said.
    """

    filename = "parts_used.csv"
    after = ("parts.csv", "tasks.csv")
    columns = (
        code("task_no", "任务编号", needed=True),
        code("part_no", "零件号", "备件编号", needed=True, longest=60),
        whole("quantity", "数量", needed=True, least=1, most=MOST_PIECES),
        amount(
            "unit_price_cny",
            "单价",
            "unit_price",
            needed=True,
            least=ZERO,
            most=MOST_PRICE,
            places=4,
        ),
        choice("charged_to", "费用承担", needed=True, words=CHARGED),
    )

    def prepare(self) -> None:
        self.occurrences: Counter[str] = Counter()
        self.parts = {part.part_no: part for part in Part.objects.all()}
        self.costs = costs()
        tasks = Task.objects.exclude(service_request=None).select_related(
            "assignee", "service_request__contract"
        )
        self.tasks = {
            task.number: task
            for task in tasks.defer(
                "service_request__entitlement",
                "service_request__description",
                "service_request__resolution",
            ).iterator()
        }
        self.orders = dict(Order.objects.exclude(service_request=None).values_list("number", "pk"))
        plan = PricePlan.objects.general().order_by("-valid_from").first()
        self.tax_rate = plan.tax_rate if plan else ZERO

    def existing(self) -> set[str]:
        return set(OrderLine.objects.order_by().exclude(source="").values_list("source", flat=True))

    def key_of(self, values: Mapping[str, Any]) -> str:
        row = "|".join(str(values[column.name]) for column in self.columns)
        self.occurrences[row] += 1
        digest = blake2s(row.encode(), digest_size=16).hexdigest()
        return f"parts_used:{digest}:{self.occurrences[row]}"

    def judge(self, row: Row) -> Used:
        task = self.tasks.get(row["task_no"])
        if task is None:
            raise self.unknown(_("task"), row["task_no"], "tasks.csv")
        part = self.parts.get(row["part_no"])
        if part is None:
            raise self.unknown(_("part"), row["part_no"], "parts.csv")
        is_given = row["charged_to"] == ChargedTo.GOODWILL
        if is_given and (task.assignee_id is None or not row["unit_price_cny"]):
            raise RefusedError(_("goodwill needs an engineer who gave it and a price"))
        return Used(task, part, row["quantity"], row["unit_price_cny"], row["charged_to"], row.key)

    def write(self, records: list[Used]) -> None:
        self._make_orders(records)
        lines = [self._line(used) for used in records]
        OrderLine.objects.bulk_create(lines)
        PartUse.objects.bulk_create(
            PartUse(
                task=used.task,
                part=used.part,
                quantity=used.quantity,
                order_line=line,
                used_on=line.done_on,
            )
            for used, line in zip(records, lines, strict=True)
        )
        judge_carried_out(list({used.task.pk: used.task for used in records}.values()))

    def _make_orders(self, records: list[Used]) -> None:
        fresh: dict[str, Order] = {}
        for used in records:
            number = order_number(used.task)
            if number not in self.orders and number not in fresh:
                fresh[number] = self._order(number, used.task)
        Order.objects.bulk_create(fresh.values())
        self.orders |= {number: order.pk for number, order in fresh.items()}

    def _order(self, number: str, task: Task) -> Order:
        assert task.service_request is not None
        at = day_of_work(task)
        return Order(
            number=number,
            status=OrderStatus.DELIVERED,
            customer_id=task.service_request.customer_id,
            service_request_id=task.service_request_id,
            asset_id=task.asset_id,
            contract_id=task.contract_id,
            tax_rate=self.tax_rate,
            author_id=task.assignee_id,
            ordered_at=at,
            approved_at=at,
        )

    def _line(self, used: Used) -> OrderLine:
        done_on = self.context.day_of(day_of_work(used.task))
        is_given = used.charged_to == ChargedTo.GOODWILL
        worth = money(used.unit_price * used.quantity)
        return OrderLine(
            order_id=self.orders[order_number(used.task)],
            kind=LineKind.PART,
            part=used.part,
            engineer_id=used.task.assignee_id,
            text=used.part.name_zh,
            quantity=used.quantity,
            delivered=used.quantity,
            list_price=used.part.list_price,
            unit_price=used.unit_price,
            amount=worth if used.charged_to == ChargedTo.BILLED else ZERO,
            base_amount=worth if used.charged_to == ChargedTo.BILLED else ZERO,
            goodwill_amount=worth if is_given else ZERO,
            goodwill_by_id=used.task.assignee_id if is_given else None,
            goodwill_on=done_on if is_given else None,
            charged_to=used.charged_to,
            reasons=reasons_of(used),
            cost=money(cost_on(self.costs.get(used.part.pk, ()), done_on) * used.quantity),
            done_on=done_on,
            source=used.source,
        )


def order_number(task: Task) -> str:
    """The one order of an imported request."""
    assert task.service_request is not None
    return f"PO-{task.service_request.number}"


def reasons_of(used: Used) -> list[list[Any]]:
    """Where the price comes from, in the codes of `orders.explaining`."""
    reasons: list[list[Any]] = [["list", {"price": str(used.part.list_price)}], ["imported", {}]]
    request = used.task.service_request
    contract = request.contract if request else None
    if used.charged_to == ChargedTo.CONTRACT:
        named = ["by_contract", {"number": contract.number}] if contract else ["by_a_contract", {}]
        reasons.append(named)
    elif used.charged_to == ChargedTo.WARRANTY:
        reasons.append(["by_warranty", {}])
    return reasons


Costs = list[tuple[date, Decimal]]


def costs() -> dict[int, Costs]:
    """What each part cost from which day on, the earliest first."""
    found: dict[int, Costs] = {}
    rows = PartCost.objects.order_by("valid_from")
    for part, valid_from, cost in rows.values_list("part", "valid_from", "cost"):
        found.setdefault(part, []).append((valid_from, cost))
    return found


def cost_on(known: Any, on: date) -> Decimal:
    """The cost valid on a day; nothing is known before the first."""
    place = bisect_right(known, on, key=lambda row: row[0])
    return known[place - 1][1] if place else ZERO
