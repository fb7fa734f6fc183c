"""The sample company: everything at once, and judged a second time in plain words."""

import csv
import io
import json
from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import holidays

from assets.models import Asset
from contracts import actions as contracts
from contracts.models import ServiceContract
from crmservice.search.models import Entry
from customers.models import Contact, Customer, Need
from dispatch import actions as dispatch
from dispatch.management.commands import load_sample
from dispatch.management.customer_work import know_customers
from dispatch.management.knowledge_work import ARTICLES, GAPS, SYMPTOMS, learn
from dispatch.management.order_work import sell_parts
from dispatch.management.quality_work import look_at_records
from dispatch.models import Task
from employees import actions as employees
from employees.models import Correction, RecordCheck
from knowledge.models import Article, Gap, PossibleCause, Symptom
from orders.models import Invoice, Order, Shipment
from service_requests.choices import OPEN
from service_requests.models import CallBack, Complaint, ServiceRequest
from tests.company import AT, SAMPLE, SHANGHAI, fingerprint, take

REFUSED = {
    "employees.csv": 0,
    "customers.csv": 6,
    "contacts.csv": 3,
    "purchases.csv": 2,
    "products.csv": 0,
    "parts.csv": 0,
    "assets.csv": 5,
    "contracts.csv": 2,
    "requests.csv": 6,
    "tasks.csv": 0,
    "parts_used.csv": 0,
    "places.csv": 0,
    "stock.csv": 0,
    "returns.csv": 0,
    "expenses.csv": 0,
    "surveys.csv": 0,
}


def test_the_sample_comes_in_but_for_the_rows_that_cannot_be_right(sample_company, db):
    refused = {name: count.refused for name, count in sample_company.counts.items()}
    taken = {name: count.new for name, count in sample_company.counts.items()}

    assert refused == {"policies.json": 0, **REFUSED}
    for name, few in REFUSED.items():
        assert taken[name] == len(rows(name.removesuffix(".csv"))) - few
    assert Contact.objects.count() == taken["contacts.csv"]
    assert ServiceContract.objects.count() == taken["contracts.csv"]


def test_everything_in_the_sample_can_be_found(sample_company, db):
    found = Counter(Entry.objects.values_list("kind", flat=True))

    assert found["request"] == ServiceRequest.objects.count()
    assert found["asset"] == Asset.objects.count()
    assert found["customer"] == Customer.objects.count()
    assert found["contact"] == Contact.objects.count()
    assert found["contract"] == ServiceContract.objects.count()
    assert found["task"] == Task.objects.count()
    assert found["order"] == Order.objects.count()


def test_the_sample_reminds_nobody_of_what_was_before_it_came(sample_company, db):
    """Contracts speak of their ends from now on."""
    today = AT.astimezone(SHANGHAI).date()

    assert (dispatch.remind(at=AT), dispatch.tell_unaccepted(at=AT)) == (0, 0)
    assert contracts.remind_of_ends(on=today, at=AT) == 0
    assert employees.remind_of_certificates(on=today, at=AT) == 0
    ahead = ServiceContract.objects.exclude(remind_on=None)
    assert ahead.exists()
    assert not ahead.filter(remind_on__lte=today).exists()


def test_the_sample_a_second_time_changes_nothing(sample_company, db):
    before = fingerprint()

    report = take(SAMPLE, at=AT + timedelta(hours=1))

    assert report.new == 0
    assert report.refusals == sample_company.refusals
    assert fingerprint() == before


def test_every_request_of_the_sample_is_judged_as_in_plain_words(sample_company, db):
    oracle = Oracle()
    judged = {
        request.number: request
        for request in ServiceRequest.objects.select_related(
            "tier", "contract", "customer"
        ).prefetch_related("sla_timers")
    }
    checked = 0
    for row in rows("requests"):
        request = judged.get(row["request_no"])
        if request is None:
            continue
        number = request.contract.number if request.contract else None
        timers = {timer.target: timer for timer in request.sla_timers.all()}
        cover, tier, contract, promised = oracle.judge(row)
        assert (request.cover, request.tier.code, number) == (cover, tier, contract), row
        assert {target: timer.due_at for target, timer in timers.items()} == promised, row
        for target, due in promised.items():
            stopped = row[STOPPED_BY[target]]
            late = bool(stopped) and local(stopped) > due
            assert (timers[target].breached_at is not None) == late, (row, target)
        checked += 1

    assert checked == len(judged) == 1500


def test_the_sample_opens_log_ins_and_logs_fresh_work_once(sample_company, db, client):
    people = list(load_sample.open_log_ins(AT))
    for _ in range(2):
        load_sample.log_fresh_work(people, AT)
        know_customers(people, AT)
        sell_parts(people, AT)

    assert len({person.role for person in people}) == 9
    assert ServiceRequest.objects.filter(status__in=OPEN).count() == len(load_sample.CALLS) + 1
    assert (CallBack.objects.count(), Need.objects.count(), Complaint.objects.count()) == (1, 3, 1)
    assert Invoice.objects.filter(settled_at=None, due_on__lt=AT).count() == 1
    assert sorted(Shipment.objects.values_list("status", flat=True)) == [
        "delivered", "delivered", "packed", "shipped"
    ]  # fmt: skip
    assert client.login(username=people[0].employee_no, password=load_sample.PASSWORD)
    assert [person.pk for person in load_sample.open_log_ins(AT)] == [each.pk for each in people]


STOPPED_BY = {"response": "responded_at", "arrival": "arrived_at", "restore": "restored_at"}


def rows(name):
    raw = (SAMPLE / f"{name}.csv").read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return list(csv.DictReader(io.StringIO(text)))


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def months_later(on, months):
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


class Oracle:
    """The rules of the export's description, day by day, without any of our modules."""

    def __init__(self):
        self.china = holidays.country_holidays("CN", years=range(2022, 2030))
        policies = json.loads((SAMPLE / "policies.json").read_text(encoding="utf-8"))
        self.defaults = {(row["cover"], row["tier"]): row for row in policies["default_promises"]}
        self.months = {row["model"]: int(row["warranty_months"]) for row in rows("products")}
        self.assets = {}
        for row in rows("assets"):
            self.assets.setdefault(row["serial_no"], row)
        self.bought = defaultdict(list)
        for row in rows("purchases"):
            if row["document_no"] not in {"S900001", "S900002"}:
                self.bought[row["customer_code"]].append((row["date"], Decimal(row["amount"])))
        self.contracts = [
            row for row in rows("contracts") if row["contract_no"] not in {"K9001", "K9002"}
        ]

    def judge(self, row):
        opened = local(row["opened_at"])
        tier = self.tier(row, opened.date())
        contract = self.contract(row, opened.date().isoformat())
        if contract:
            cover, calendar = "contract", contract["service_hours"]
            arrival, promise = contract["arrival_minutes_or_NBD"], contract
        else:
            cover = "in_warranty" if self.in_warranty(row, opened.date()) else "out_of_warranty"
            promise = self.defaults[cover, tier]
            calendar, arrival = promise["calendar"], promise["arrival"]
        due = {"response": self.add(calendar, opened, promise["response_minutes"])}
        if row["arrived_at"] and arrival:
            due["arrival"] = (
                self.next_day(calendar, opened)
                if arrival == "NBD"
                else self.add(calendar, opened, arrival)
            )
        if row["kind"] == "fault" and promise["restore_minutes"]:
            due["restore"] = self.add(calendar, opened, promise["restore_minutes"])
        return cover, tier, contract and contract["contract_no"], due

    def tier(self, row, on):
        first, last = months_later(on, -24).isoformat(), on.isoformat()
        total = sum(
            (sum_ for day_, sum_ in self.bought[row["customer_code"]] if first <= day_ < last),
            Decimal(0),
        )
        if not row["customer_code"] or total < 150_000:
            return "small"
        return "vip" if total >= 500_000 else "key"

    def contract(self, row, on):
        device = self.assets.get(row["asset_serial_no"], {})
        named = {row["asset_serial_no"], device.get("parent_serial_no")} - {"", None}
        for contract in self.contracts:
            if (
                contract["customer_code"] == row["customer_code"]
                and contract["starts_on"] <= on <= contract["ends_on"]
                and (contract["covers"] == "ALL" or named & set(contract["covers"].split(";")))
            ):
                return contract
        return None

    def in_warranty(self, row, on):
        device = self.assets.get(row["asset_serial_no"])
        if not device or not row["customer_code"]:
            return False
        begins = date.fromisoformat(device["installed_on"] or device["delivered_on"])
        months = int(device["warranty_months"] or self.months.get(device["model"], 0))
        return begins <= on < months_later(begins, months)

    def hours(self, calendar, on):
        midnight = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI)
        if calendar == "24x7":
            return midnight, midnight + timedelta(days=1)
        is_open = on in self.china.weekend_workdays or (on not in self.china and on.weekday() <= 4)
        return (midnight.replace(hour=9), midnight.replace(hour=17)) if is_open else None

    def add(self, calendar, start, minutes):
        left, on = timedelta(minutes=int(minutes)), start.date()
        while True:
            hours = self.hours(calendar, on)
            if hours and hours[1] > start:
                opens = max(hours[0], start)
                if left <= hours[1] - opens:
                    return opens + left
                left -= hours[1] - opens
            on += timedelta(days=1)

    def next_day(self, calendar, start):
        on = start.date() + timedelta(days=1)
        while not self.hours(calendar, on):
            on += timedelta(days=1)
        return self.hours(calendar, on)[1]


def test_the_sample_has_learned_and_its_records_were_looked_at(sample_company, db):
    people = list(load_sample.open_log_ins(AT))
    for _time in range(2):
        learn(people, AT)
        look_at_records(people, AT)

    assert Symptom.objects.count() == len(SYMPTOMS)
    assert Article.objects.published().count() == len(ARTICLES)
    assert Gap.objects.open().count() == len(GAPS)
    causes = [cause for symptom in SYMPTOMS for cause in symptom[-1]]
    assert PossibleCause.objects.count() == len(causes)
    assert (Correction.objects.count(), Correction.objects.open().count()) == (2, 1)
    assert RecordCheck.objects.filter(verdict="fine").count() == 1
