"""The history of requests, judged by the promises of their time; and the surveys."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from assets.models import Asset, AssetModel
from contracts.entitlement import Entitlement, NoPromiseError, to_json
from contracts.models import ServiceContract
from contracts.queries import CoverBook, asset_facts
from crmservice.activity.models import Activity, Filing
from crmservice.activity.trail import draft, filings
from crmservice.imports.columns import choice, code, moment, text, whole
from crmservice.imports.importer import FileImporter, Finisher, PolicyImporter, Row, register
from crmservice.imports.refusing import RefusedError
from crmservice.worktime import CalendarError
from customers.actions import prospect_for
from customers.models import Contact, Customer, Purchase, Tier
from customers.tiers import Ledger, tier_for, window
from employees.actions import judge as judge_records
from employees.choices import Department
from employees.models import Employee, WorkingCalendar
from employees.queries import work_calendar
from knowledge.models import FaultCode
from service_requests.actions.involving import involve_many
from service_requests.choices import (
    Channel,
    Kind,
    Severity,
    Status,
    Target,
    TimerState,
    priority_of,
)
from service_requests.models import (
    ServiceRequest,
    SlaTimer,
    Survey,
    SurveyDimension,
    SurveyScore,
)
from service_requests.promises import judge, next_of, timers_for
from service_requests.queries import REPEAT_WITHIN, facts_of

CHANNELS = {str(channel): channel for channel in Channel} | {
    "电话": Channel.PHONE,
    "邮件": Channel.EMAIL,
    "微信": Channel.WECHAT,
    "门户": Channel.PORTAL,
    "设备报警": Channel.DEVICE,
    "来访": Channel.VISIT,
}
KINDS = {str(kind): kind for kind in Kind} | {
    "故障": Kind.FAULT,
    "咨询": Kind.ENQUIRY,
    "投诉": Kind.COMPLAINT,
    "退换货": Kind.RETURN,
    "索赔": Kind.CLAIM,
    "培训": Kind.TRAINING,
    "巡检": Kind.INSPECTION,
    "其他": Kind.OTHER,
}
SEVERITIES = {str(severity): severity for severity in Severity} | {
    "紧急": Severity.CRITICAL,
    "高": Severity.HIGH,
    "普通": Severity.NORMAL,
    "低": Severity.LOW,
}
STATUSES = {str(status): status for status in Status if status != Status.MERGED} | {
    "新建": Status.NEW,
    "处理中": Status.IN_PROGRESS,
    "等待": Status.WAITING,
    "已解决": Status.RESOLVED,
    "已关闭": Status.CLOSED,
    "已取消": Status.CANCELLED,
}
DONE = (Status.RESOLVED, Status.CLOSED)
UNKNOWN = "–"
DIMENSIONS = (
    ("solved_at_once", "一次解决", "Solved at once", Department.SERVICE),
    ("speed", "响应速度", "Speed", Department.SERVICE),
    ("knowledge", "专业知识", "Knowledge", Department.SERVICE),
    ("information", "信息告知", "Information given", Department.SERVICE),
    ("organisation", "组织安排", "Organisation", Department.SERVICE),
    ("price_fairness", "价格合理", "Price fairness", Department.SALES),
)
SURVEY_DAYS = 14
REPEATS_CHUNK = 500


@dataclass
class Case:
    """A request to be, with what it refers to."""

    request: ServiceRequest
    entitlement: Entitlement
    timers: list[SlaTimer]
    owner: Employee | None
    fault_code: str


@register
class Requests(FileImporter[Case]):
    filename = "requests.csv"
    after = ("employees.csv", "contacts.csv", "purchases.csv", "assets.csv", "contracts.csv")
    columns = (
        code("request_no", "请求编号", "服务请求编号", needed=True),
        choice("channel", "渠道", words=CHANNELS, empty=Channel.PHONE, optional=True),
        choice("kind", "类型", needed=True, words=KINDS),
        code("customer_code", "客户编号"),
        code("contact_no", "联系人编号"),
        text("caller_name", "来电人", longest=120),
        text("caller_phone", "来电号码", longest=60),
        code("asset_serial_no", "序列号", longest=80),
        choice("severity", "严重程度", words=SEVERITIES, empty=Severity.NORMAL),
        text("subject", "主题", needed=True),
        text("description", "描述", longest=100_000, optional=True),
        moment("opened_at", "受理时间", needed=True, history=True),
        moment("responded_at", "响应时间", history=True),
        moment("arrived_at", "到场时间", history=True),
        moment("restored_at", "恢复时间", history=True),
        moment("resolved_at", "解决时间", history=True),
        moment("closed_at", "关闭时间", history=True),
        code("owner_no", "负责人工号"),
        whole("ring", "环", least=1, most=3, empty=1, optional=True),
        whole("transfers", "移交次数", most=32_767, empty=0, optional=True),
        text("resolution", "解决方案", longest=100_000),
        code("fault_code", "故障代码"),
        text("cause", "原因", longest=120, optional=True),
        choice("status", "状态", needed=True, words=STATUSES),
    )

    def prepare(self) -> None:
        self.customers = {customer.code: customer for customer in Customer.objects.all()}
        self.contacts = dict(Contact.objects.values_list("code", "pk"))
        self.people = {person.employee_no: person for person in Employee.objects.all()}
        self.by_pk = Asset.objects.select_related("model", "part__fits_model").in_bulk()
        for asset in self.by_pk.values():  # one object for each root, not one for each component
            if asset.root_id is not None:
                asset.root = self.by_pk[asset.root_id]
        self.assets = {asset.serial_no: asset for asset in self.by_pk.values()}
        self.fault_codes = dict(FaultCode.objects.values_list("code", "pk"))
        self.tiers = list(Tier.objects.all())
        self.lowest = min(self.tiers, key=lambda tier: tier.purchases_from, default=None)
        self.ledgers = ledgers()
        self.book = CoverBook()
        self.calendars = {
            pk: work_calendar(pk) for pk in WorkingCalendar.objects.values_list("pk", flat=True)
        }

    def existing(self) -> set[str]:
        return set(ServiceRequest.objects.values_list("number", flat=True))

    def judge(self, row: Row) -> Case:
        customer = self._customer(row)
        asset = self.assets.get(row["asset_serial_no"])
        if row["asset_serial_no"] and asset is None:
            raise self.unknown(_("asset"), row["asset_serial_no"], "assets.csv")
        owner = self.people.get(row["owner_no"])
        if row["owner_no"] and owner is None:
            raise self.unknown(_("employee"), row["owner_no"], "employees.csv")
        contact = self.contacts.get(row["contact_no"])
        if row["contact_no"] and contact is None:
            raise self.unknown(_("contact"), row["contact_no"], "contacts.csv")
        refuse_disorder(row)
        on = self.context.day_of(row["opened_at"])
        tier, entitlement = self._entitle(customer, asset, on)
        request = ServiceRequest(
            number=row.key,
            customer=customer,
            contact_id=contact,
            asset=asset,
            tier=tier,
            cover=entitlement.cover,
            contract_id=entitlement.contract_id,
            priority=priority_of(row["severity"], tier.rank),
            first_responder=owner,
            owner=owner,
            created_by=owner,
            accepted_at=row["responded_at"] if owner else None,
            visit_promised=row["arrived_at"] is not None,
            cancelled_at=last_word(row) if row["status"] == Status.CANCELLED else None,
            highest_ring=row["ring"],
            **{name: row[name] for name in PLAIN},
        )
        complete_the_end(request)
        return Case(
            request, entitlement, self._promise(request, entitlement), owner, row["fault_code"]
        )

    def write(self, records: list[Case]) -> None:
        for case in records:
            self._complete(case)
        timers = [timer for case in records for timer in case.timers]
        requests = [case.request for case in records]
        ServiceRequest.objects.bulk_create(requests)
        SlaTimer.objects.bulk_create(timers)
        solved = (Status.RESOLVED, Status.CLOSED)
        judge_records(
            [facts_of(each) for each in requests if each.status in solved and each.resolved_at]
        )
        involve_many((case.request, case.owner) for case in records)
        self._tell(requests, timers)

    def _customer(self, row: Row) -> Customer | None:
        """The customer; None for a caller who is none."""
        if row["customer_code"]:
            customer = self.customers.get(row["customer_code"])
            if customer is None:
                raise self.unknown(_("customer"), row["customer_code"], "customers.csv")
            return customer
        if not row["caller_name"] and not row["caller_phone"]:
            raise RefusedError(_("names neither a customer nor a caller"))
        return None

    def _entitle(
        self, customer: Customer | None, asset: Asset | None, on: date
    ) -> tuple[Tier, Entitlement]:
        """The tier of the purchases before the day of opening, and the cover of that day."""
        if self.lowest is None:
            raise RefusedError(_("there are no tiers to judge by"))
        try:
            if customer is None:
                return self.lowest, self.book.entitle_caller(self.lowest.pk)
            ledger = self.ledgers.get(customer.pk, Ledger())
            tier = tier_for(ledger.total(*window(on)), self.tiers)
            facts = asset_facts(asset, on, tuple(self._above(asset))) if asset else None
            return tier, self.book.entitle(customer.pk, on, tier.pk, facts)
        except NoPromiseError as missing:
            raise RefusedError(
                _("no default promise for tier %(tier)s, %(cover)s")
                % {"tier": missing.tier_code, "cover": missing.cover.label}
            ) from missing

    def _complete(self, case: Case) -> None:
        """Find or make the prospect and the fault code that the request refers to."""
        request = case.request
        if request.customer_id is None:
            request.customer = prospect_for(
                request.caller_name, request.caller_phone, at=request.opened_at
            )
        if case.fault_code:
            request.fault_code_id = self._fault_code(case)
        request.entitlement = to_json(case.entitlement)

    def _fault_code(self, case: Case) -> int:
        """The code of the catalogue; a new one is called after what was reported."""
        if case.fault_code not in self.fault_codes:
            made = FaultCode.objects.create(
                code=case.fault_code, name_zh=case.request.subject[:120], name_en=""
            )
            self.fault_codes[case.fault_code] = made.pk
        return self.fault_codes[case.fault_code]

    def _above(self, asset: Asset) -> Iterator[int]:
        """What an asset is part of, from the nearest to the top."""
        while asset.parent_id is not None:
            yield asset.parent_id
            asset = self.by_pk[asset.parent_id]

    def _promise(self, request: ServiceRequest, entitlement: Entitlement) -> list[SlaTimer]:
        """The clocks as they were decided; sets the request's place in the queue."""
        try:
            timers = timers_for(
                entitlement,
                self.calendars.__getitem__,
                request.opened_at,
                request.kind,
                visit_promised=request.visit_promised,
            )
        except CalendarError as error:
            raise RefusedError(
                _("the promises cannot be counted in the calendar %(calendar)s")
                % {"calendar": entitlement.calendar_code}
            ) from error
        for timer in timers:
            timer.service_request = request
            judge(
                timer,
                self.calendars[timer.calendar_id],
                stopped_at=stopped_at(request, timer.target),
                cancelled_at=request.cancelled_at,
                at=self.context.at,
            )
        request.next_due_at, request.next_target, request.next_risk_at = next_of(timers)
        request.queue_at = request.next_due_at or request.place_without_due
        if request.is_open:  # the sweeps take it from here
            request.climbs_at = request.opened_at
            for timer in timers:
                timer.warns_at = timer.started_at if timer.state == TimerState.RUNNING else None
        return timers

    def _tell(self, requests: list[ServiceRequest], timers: list[SlaTimer]) -> None:
        """A short and honest history of each request, of which nobody is notified any more."""
        late: dict[int, list[SlaTimer]] = {}
        for timer in timers:
            if timer.breached_at is not None:
                late.setdefault(timer.service_request_id, []).append(timer)
        told = [
            (request, activity)
            for request in requests
            for activity in history_of(request, late.get(request.pk, ()))
        ]
        for _request, activity in told:
            activity.told_at = self.context.at
        Activity.objects.bulk_create([activity for _request, activity in told])
        Filing.objects.bulk_create(
            filing for request, activity in told for filing in filings(activity, about(request))
        )


PLAIN = (
    "channel",
    "kind",
    "severity",
    "status",
    "subject",
    "description",
    "caller_name",
    "caller_phone",
    "opened_at",
    "responded_at",
    "arrived_at",
    "restored_at",
    "resolved_at",
    "closed_at",
    "ring",
    "transfers",
    "resolution",
    "cause",
)
EVENTS = ("responded_at", "arrived_at", "restored_at", "resolved_at", "closed_at")
STOPS = {
    Target.RESPONSE: EVENTS,
    Target.ARRIVAL: EVENTS[1:],
    Target.RESTORE: EVENTS[2:],
    Target.RESOLVE: EVENTS[3:],
}


def refuse_disorder(row: Row) -> None:
    """Refuse what cannot have happened like this, and ends of which no moment is known."""
    for event in EVENTS:
        if row[event] is not None and row[event] < row["opened_at"]:
            raise RefusedError(_("%(event)s is before opened_at") % {"event": event})
    if row["status"] in DONE and row["resolved_at"] is None and row["closed_at"] is None:
        raise RefusedError(_("is resolved but does not say when"))


def complete_the_end(request: ServiceRequest) -> None:
    """Of a finished request, say by the other end what is unknown of when it was resolved and
    closed; how, stays unknown.
    """
    if request.status in DONE:
        request.resolved_at = request.resolved_at or request.closed_at
        request.resolution = request.resolution or UNKNOWN
    if request.status == Status.CLOSED:
        request.closed_at = request.closed_at or request.resolved_at


def last_word(row: Row) -> datetime:
    """When a cancelled request was last heard of: the export has no time of the cancelling."""
    return max(row[event] for event in ("opened_at", *EVENTS) if row[event] is not None)


def stopped_at(request: ServiceRequest, target: str) -> datetime | None:
    """When a clock stopped; a finished request had met by a later event what nobody wrote down."""
    own, *later = STOPS[Target(target)]
    happened: datetime | None = getattr(request, own)
    if happened is None and request.status in DONE:
        known = [moment for event in later if (moment := getattr(request, event)) is not None]
        return min(known, default=None)
    return happened


def about(request: ServiceRequest) -> list[Any]:
    """The records on whose pages the request's history is told, too."""
    asset = request.asset
    root = asset.root if asset else None
    contract = ServiceContract(pk=request.contract_id) if request.contract_id else None
    return [request, request.customer, asset, root, contract]


def history_of(request: ServiceRequest, late: Iterable[SlaTimer]) -> Iterator[Activity]:
    """What happened to a request, as far as the export tells."""
    by = request.owner
    happened: list[tuple[datetime | None, str, Employee | None, dict[str, Any]]] = [
        (request.opened_at, "logged", by, {"cover": str(request.cover)}),
        (request.responded_at, "responded", by, {}),
        (request.arrived_at, "arrived", by, {}),
        (request.restored_at, "restored", by, {}),
        (request.resolved_at, "resolved", by, {"resolution": request.resolution}),
        (request.closed_at, "closed", by, {}),
        (request.cancelled_at, "cancelled", by, {"reason": UNKNOWN}),
        *((timer.breached_at, f"{timer.target}_overdue", None, {}) for timer in late),
    ]
    for at, verb, who, details in happened:
        if at is not None:
            yield draft(request, f"service_requests.{verb}", by=who, at=at, **details)


def ledgers() -> dict[int, Ledger]:
    """Every customer's purchases in base currency."""
    bought: dict[int, list[tuple[date, Decimal]]] = {}
    rows = Purchase.objects.filter(currency=settings.BASE_CURRENCY).order_by()
    for customer, day, amount in rows.values_list("customer", "bought_on", "amount").iterator():
        bought.setdefault(customer, []).append((day, amount))
    return {customer: Ledger(purchases) for customer, purchases in bought.items()}


@dataclass
class Answered:
    survey: Survey
    scores: dict[str, int]


@register
class Dimensions(PolicyImporter):
    """What the export's surveys asked; the usual six are there from the start."""

    def take(self) -> int:
        return sum(
            SurveyDimension.objects.get_or_create(
                code=name,
                defaults={
                    "name_zh": chinese,
                    "name_en": english,
                    "department": department,
                    "position": position,
                },
            )[1]
            for position, (name, chinese, english, department) in enumerate(DIMENSIONS, start=1)
        )


@register
class Surveys(FileImporter[Answered]):
    filename = "surveys.csv"
    after = ("requests.csv",)
    columns = (
        code("request_no", "请求编号", "服务请求编号", needed=True),
        moment("sent_at", "发送时间", needed=True, history=True),
        moment("answered_at", "回答时间", history=True),
        *(whole(name, chinese, least=1, most=5) for name, chinese, *_more in DIMENSIONS),
        whole("nps", "推荐意愿", most=10),
        text("comment", "意见", longest=100_000, optional=True),
    )

    def prepare(self) -> None:
        self.requests = dict(ServiceRequest.objects.values_list("number", "pk"))
        self.dimensions = dict(SurveyDimension.objects.values_list("code", "pk"))

    def existing(self) -> set[str]:
        return set(Survey.objects.order_by().values_list("service_request__number", flat=True))

    def judge(self, row: Row) -> Answered:
        request = self.requests.get(row.key)
        if request is None:
            raise self.unknown(_("request"), row.key, "requests.csv")
        if row["answered_at"] is not None and row["answered_at"] < row["sent_at"]:
            raise RefusedError(_("answered before it was sent"))
        survey = Survey(
            service_request_id=request,
            sent_at=row["sent_at"],
            expires_at=row["sent_at"] + timedelta(days=SURVEY_DAYS),
            answered_at=row["answered_at"],
            nps=row["nps"],
            comment=row["comment"],
        )
        given = {name: row[name] for name, *_more in DIMENSIONS if row[name] is not None}
        return Answered(survey, given)

    def write(self, records: list[Answered]) -> None:
        Survey.objects.bulk_create([each.survey for each in records])
        SurveyScore.objects.bulk_create(
            SurveyScore(survey=each.survey, dimension_id=self.dimensions[name], score=score)
            for each in records
            for name, score in each.scores.items()
        )


@register
class Repeats(Finisher):
    """Which fault repeats which (metrics.md): the same device and code within 90 days."""

    def finish(self) -> None:
        faults = (
            ServiceRequest.objects.filter(kind=Kind.FAULT)
            .exclude(fault_code=None)
            .exclude(asset=None)
            .order_by("opened_at", "pk")
            .only("opened_at", "resolved_at", "status", "fault_code", "repeat_of", "asset__root")
            .select_related("asset")
        )
        earlier: dict[tuple[int | None, int | None], list[ServiceRequest]] = {}
        stale = []
        for fault in faults.iterator(chunk_size=2000):
            assert fault.asset is not None
            before = earlier.setdefault((fault.asset.root_id, fault.fault_code_id), [])
            repeated = max(
                (each for each in before if repeats(fault, each)),
                key=lambda each: (each.resolved_at, each.pk),
                default=None,
            )
            if repeated and fault.repeat_of_id is None:
                fault.repeat_of = repeated
                stale.append(fault)
            before.append(fault)
        ServiceRequest.objects.bulk_update(stale, ["repeat_of"], batch_size=REPEATS_CHUNK)


def repeats(fault: ServiceRequest, earlier: ServiceRequest) -> bool:
    """Whether a fault came back: opened within 90 days after an earlier one was resolved."""
    if earlier.status not in DONE or earlier.resolved_at is None:
        return False
    return earlier.resolved_at <= fault.opened_at <= earlier.resolved_at + REPEAT_WITHIN


@register
class FaultModels(Finisher):
    """Which faults a model is known to have, from what happened to its devices."""

    def finish(self) -> None:
        pairs = (
            ServiceRequest.objects.exclude(fault_code=None)
            .exclude(asset__root__model=None)
            .order_by()
            .values_list("asset__root__model", "fault_code")
            .distinct()
        )
        known = AssetModel.fault_codes.through
        known.objects.bulk_create(
            [known(assetmodel_id=model, faultcode_id=fault) for model, fault in pairs],
            ignore_conflicts=True,
        )
