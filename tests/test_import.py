"""The import of a company: what comes in, what is refused and why; twice; killed; judged anew."""

import csv
import io
import json
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from assets.models import Asset
from contracts.models import ServiceContract
from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.imports.columns import Setting, amount, code, day, moment, whole
from crmservice.imports.models import Source
from crmservice.imports.reading import UnreadableFileError, read_lines
from crmservice.imports.refusing import Refusal, RefusedError, write_refusals
from crmservice.search.models import Entry
from customers.models import Customer, Tier, TierChange
from dispatch.models import Task, TimeEntry
from employees.models import CalendarDay, Employee, Outlet, WorkingCalendar
from expenses.models import ExpenseClaim
from orders.models import ExchangeRate, Order, OrderLine
from service_requests.choices import TimerState
from service_requests.models import ServiceRequest, SlaTimer
from tests.company import AT, SHANGHAI, fingerprint, take, write, write_lines


def reasons(report):
    return {refusal.key: refusal.reason for refusal in report.refusals}


# A few rows.


@pytest.fixture
def company(tmp_path, db):
    return write(tmp_path / "export")


def test_every_row_comes_in_with_what_belongs_to_it(company):
    report = take(company)

    assert report.refusals == []
    assert Customer.objects.get(code="C1").supplier.code == "C2"
    assert Employee.objects.get(employee_no="E002").supervisor.employee_no == "E001"
    assert Asset.objects.get(serial_no="SN1-SEAL").root.serial_no == "SN1"
    request = ServiceRequest.objects.get(number="R1")
    assert (request.cover, request.contract.number, request.tier.code) == ("contract", "K1", "key")
    assert {outlet.code for outlet in request.outlets.all()} == {"HQ", "SY"}
    assert {outlet.code for outlet in request.customer.served_by.all()} == {"HQ", "SY"}
    states = {timer.target: timer.state for timer in request.sla_timers.all()}
    assert states == {
        "response": TimerState.MET,
        "arrival": TimerState.BREACHED,
        "restore": TimerState.MET,
    }
    assert TimeEntry.objects.count() == 2
    assert request.survey.scores.count() == 6


def test_used_parts_make_one_order_with_cost_and_reasons(company):
    take(company)

    order = Order.objects.get()
    covered, billed = order.lines.order_by("pk")
    assert (covered.amount, covered.cost) == (Decimal(0), Decimal(1000))
    assert (billed.amount, billed.cost) == (Decimal(900), Decimal(500))
    assert covered.reasons[-1] == ["by_contract", {"number": "K1"}]


def test_the_history_of_a_request_is_told_to_nobody(company):
    take(company)

    request = ServiceRequest.objects.get(number="R1")
    verbs = [activity.verb.removeprefix("service_requests.") for activity in timeline(request)]
    assert verbs == [
        "closed",
        "resolved",
        "restored",
        "arrived",
        "arrival_overdue",
        "responded",
        "logged",
    ]
    about_requests = Activity.objects.filter(verb__startswith="service_requests.")
    assert not about_requests.filter(told_at=None).exists()


def test_a_second_run_changes_nothing(company):
    take(company, at=AT)
    before = fingerprint()

    report = take(company, at=AT + timedelta(hours=1))

    assert report.new == 0
    assert fingerprint() == before


def test_refused_rows_are_refused_again_for_the_same_reason(company):
    write(company, customers=["C1,沈阳第二泵厂,,最终用户,,,,,,,,,", "C9,,,最终用户,,,,,,,,,"])

    first, second = take(company), take(company)

    assert reasons(first) == {
        "C1": "C1 is used twice, first on line 2",
        "C9": "name is missing",
    }
    assert second.refusals == first.refusals


class Killed(BaseException):
    """As if the process had ended."""


@pytest.mark.parametrize("after", [1, 4, 9, 18, 27])
def test_a_run_that_is_killed_is_completed_by_the_next(company, after):
    steps = Counter()

    def kill(_step, _done, _whole):
        steps["told"] += 1
        if steps["told"] == after:
            raise Killed

    with pytest.raises(Killed):
        take(company, progress=kill)
    take(company)

    counts = {model: model.objects.count() for model in (Customer, Asset, ServiceRequest, Task)}
    assert counts == {Customer: 3, Asset: 2, ServiceRequest: 2, Task: 1}
    assert (OrderLine.objects.count(), SlaTimer.objects.count()) == (2, 4)
    assert Entry.objects.filter(kind="request").count() == 2
    assert take(company).new == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_recognised(tmp_path, encoding, delimiter):
    path = tmp_path / "file.csv"
    text = "客户编号,客户名称\nC1,沈阳水泵厂\n".replace(",", delimiter)
    path.write_bytes(text.encode(encoding))

    assert [line.cells for line in read_lines(path)] == [
        ["客户编号", "客户名称"],
        ["C1", "沈阳水泵厂"],
    ]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text('a,b\n\n1,"two\nlines"\n 　,\n2,x\n', encoding="utf-8")

    assert [line.number for line in read_lines(path)] == [1, 3, 6]


def test_english_headers_in_another_order_are_understood(company):
    (company / "customers.csv").write_bytes(
        "Type;Customer Name;CUSTOMER-CODE;name_en;supplier;industry;province;city;address;lat;lon;"
        "telephone;notes\ndealer;ＡＢＣ公司;C2;;;;;;;;;;\n"
        "End User;沈阳水泵厂;Ｃ１;;C2;;;;;;;;\n".encode("gb18030")
    )

    assert take(company).refusals == []
    assert Customer.objects.get(code="C1").is_end_user
    assert Customer.objects.get(code="C2").name == "ＡＢＣ公司"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("assets.csv", None, "assets.csv cannot be read"),
        ("assets.csv", b"", "assets.csv is empty"),
        ("assets.csv", b"\xff\xff\x81\x20\xff", "neither UTF-8 nor UTF-16 nor GB18030"),
        ("surveys.csv", b"request_no,colour\n1,red\n", "lacks columns: sent_at"),
        ("surveys.csv", b"request_no,colour\n1,red\n", "Not understood were: colour"),
        (
            "contacts.csv",
            b'code,customer_code,name,phone\nP1,C1,A,\n"P2,C1,B,\n',
            "opens in the row on line 3 never closes",
        ),
        ("policies.json", b"{", "policies.json is no JSON"),
        ("policies.json", None, "policies.json cannot be read"),
    ],
)
def test_an_unreadable_file_stops_it_before_anything_is_written(company, file, content, said):
    (company / file).unlink()
    if content is not None:
        (company / file).write_bytes(content)

    with pytest.raises(CommandError) as stopped:
        call_command("import_company", str(company))

    assert said in str(stopped.value)
    assert stopped.value.returncode == 1
    assert not Employee.objects.exists()


def test_what_refers_to_a_refused_row_is_refused_with_it(company):
    write(
        company,
        customers=["C8,供应不明,,最终用户,C7,,,,,,,,", "C9,随之,,最终用户,C8,,,,,,,,"],
        contacts=["P9,C9,某人,,,,,"],
    )

    assert reasons(take(company)) == {
        "C8": "unknown supplier C7",
        "C9": "supplier C8 was refused in customers.csv",
        "P9": "customer C9 was refused in customers.csv",
    }


def test_customers_that_supply_each_other_in_a_circle_are_refused(company):
    write(company, customers=["C8,甲,,代理商,C9,,,,,,,,", "C9,乙,,代理商,C8,,,,,,,,"])

    assert reasons(take(company)) == {
        "C8": "C9 leads back to itself",
        "C9": "C8 leads back to itself",
    }


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("customers", "C9,某,,最终用户,,,,,,91,0,,", "latitude 91 is out of range"),
        ("contacts", "P9,C1,某,,12x,,,", "“12x” is no telephone number"),
        ("purchases", "S9,C1,2026-02-30,parts,1,CNY", "date “2026-02-30” is no date"),
        ("purchases", "S9,C1,2026-02-28,parts,1,USD", "no rate is known from USD to CNY"),
        ("assets", "SN9,SF-P220,C1,SN8,,,,,,", "unknown parent SN8"),
        ("assets", "SN9,SF-P220,C1,,2025-02-02,2025-02-01,,,,", "installed before delivery"),
        ("assets", "SN9,Motor|SF-P220,C1,SN1,,,,,,", "no part “Motor for SF-P220” is known"),
        (
            "contracts",
            "K9,C1,PM-ONLY,2026-01-01,2026-12-31,5x8,60,soon,,,,CNY,1,ALL",
            "arrival “soon” is neither minutes nor NBD",
        ),
        (
            "contracts",
            "K9,C1,PM-ONLY,2026-01-01,2026-12-31,5x8,60,NBD,,,,CNY,1,SN1;SN9",
            "unknown asset SN9",
        ),
        (
            "requests",
            "R9,phone,fault,,,,,,low,主题,,2026-04-01 10:00,,,,,,,,,,,,new",
            "names neither a customer nor a caller",
        ),
        (
            "requests",
            "R9,phone,fault,C1,,,,,low,主题,,2026-04-01 10:00,,,,,,,,,,,,closed",
            "is resolved but does not say when",
        ),
        (
            "requests",
            "R9,phone,fault,C1,,,,,low,主题,,2026-04-01 10:00,2026-04-01 09:59:59,,,,,,,,,,,new",
            "responded_at is before opened_at",
        ),
        (
            "contracts",
            "K9,C1,PM-ONLY,2026-01-01,2026-12-31,5x8,60,NBD,,,,XXX,1,ALL",
            "currency “XXX” is unknown",
        ),
        ("parts_used", "T1,SEAL-1,1,0,goodwill", "goodwill needs an engineer"),
        ("tasks", "T9,R9,onsite,E002,,,,2026-04-01 10:00,1,1,done", "unknown request R9"),
        ("surveys", "R2,2026-04-03 13:00,,6,,,,,,,", "no whole number from 1 to 5"),
        ("expenses", "X9,E002,,meals,0,CNY,2026-04-01,paid", "amount 0 is out of range"),
        ("expenses", "X9,E002,,meals,1,USD,2026-04-01,paid", "no rate is known from USD to CNY"),
    ],
)
def test_a_row_that_cannot_be_right_is_named_with_its_reason(company, file, line, reason):
    write(company, **{file: [line]})

    (refusal,) = take(company).refusals

    assert refusal.file == f"{file}.csv"
    assert reason in refusal.reason


@pytest.mark.parametrize(("on", "rate"), [("2026-03-31", None), ("2026-04-01", Decimal("7.2"))])
def test_an_expense_in_another_currency_takes_the_rate_of_its_day(company, on, rate):
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 4, 1), rate=Decimal("7.2"))
    write(company, expenses=[f"X9,E002,,meals,100,USD,{on},paid"])

    take(company)

    claim = ExpenseClaim.objects.filter(number="X9").first()
    assert (claim.rate if claim else None) == rate


def test_a_caller_is_one_prospect_in_every_spelling(company):
    again = "R3,phone,enquiry,,,萧小姐,１３３-３４２２-５５２３,,low,再问,,2026-04-04 10:00"
    write(company, requests=[f"{again},,,,,,,,,,,,new"])

    take(company)

    prospect = Customer.objects.get(is_prospect=True)
    assert (prospect.phone, prospect.service_requests.count()) == ("+8613334225523", 2)
    covers = set(prospect.service_requests.values_list("cover", "tier__code"))
    assert covers == {("out_of_warranty", "small")}


def test_a_cancelled_request_keeps_the_clocks_that_were_decided(company):
    cancelled = (
        "R3,phone,fault,C1,,,,SN1,low,异响,,2026-04-01 10:00:00,2026-04-01 10:20:00,,,,"
        "2026-04-01 11:00:00,E001,1,0,,,,cancelled"
    )
    write(company, requests=[cancelled])

    take(company)

    timers = ServiceRequest.objects.get(number="R3").sla_timers.all()
    assert {timer.target: timer.state for timer in timers} == {
        "response": TimerState.BREACHED,
        "restore": TimerState.CANCELLED,
    }


def test_an_open_request_stands_in_the_queue_with_its_clocks_running(company):
    waiting = "R3,phone,fault,C1,,,,SN1,low,异响,,2026-11-22 09:50:00,,,,,,E001,1,0,,,,new"
    contract = "K2,C1,FULL-24x7,2026-10-01,2027-09-30,24x7,15,120,1440,0,0.2,CNY,1,ALL"
    write(company, requests=[waiting], contracts=[contract])

    take(company)

    request = ServiceRequest.objects.get(number="R3")
    due = datetime(2026, 11, 22, 10, 5, tzinfo=SHANGHAI)
    assert (request.next_due_at, request.next_target, request.queue_at) == (due, "response", due)


def test_todays_tier_is_set_with_its_change(company):
    take(company)

    assert Customer.objects.get(code="C1").tier.code == "key"
    change = TierChange.objects.get()
    assert (change.before.code, change.after.code) == ("small", "key")


def test_holidays_and_moved_working_days_are_in_the_calendar(company):
    take(company)

    days = CalendarDay.objects.filter(calendar__code="5x8")
    assert days.get(date=date(2026, 2, 14)).spans == ["09:00-17:00"]
    assert days.get(date=date(2026, 2, 17)).spans == []
    assert not CalendarDay.objects.filter(calendar__code="24x7").exists()


def test_moved_dates_end_yesterday_and_stay_where_the_first_run_put_them(company):
    take(company, shift_to_yesterday=True)
    first = ServiceRequest.objects.get(number="R2").closed_at

    report = take(company, at=AT + timedelta(days=3), shift_to_yesterday=True)

    assert first == datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)
    assert report.new == 0
    assert ServiceRequest.objects.get(number="R2").closed_at == first
    assert Source.objects.get().finished_at == AT


def test_nobody_imported_can_log_in(company):
    take(company)

    assert not any(person.has_usable_password() for person in Employee.objects.all())


def change_policies(company, change):
    path = company / "policies.json"
    policies = json.loads(path.read_text(encoding="utf-8"))
    change(policies)
    path.write_text(json.dumps(policies), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.pop("tiers"), "tiers is missing"),
        (lambda p: p.update(tiers=[]), "tiers is not understood: []"),
        (lambda p: p.update(time_zone="Mars/Base"), 'time_zone is not understood: "Mars/Base"'),
        (lambda p: p.update(base_currency="EUR"), "counts in EUR; this installation counts in CNY"),
        (lambda p: p["tiers"][2].pop("code"), "tiers[3].code is missing"),
        (
            lambda p: p["tiers"][0].update(purchases_24_months_from="many"),
            'tiers[1].purchases_24_months_from is not understood: "many"',
        ),
        (
            lambda p: p["calendars"]["5x8"].update(holidays="XX"),
            'calendars.5x8.holidays is not understood: "XX"',
        ),
        (
            lambda p: p["calendars"]["5x8"]["weekly"].update(mon=["17:00-25:00"]),
            "calendars.5x8.weekly is not understood",
        ),
        (lambda p: p["calendars"]["5x8"].update(weekly={}), "calendars.5x8 is not understood"),
        (
            lambda p: p["default_promises"][1].update(calendar="9x9"),
            'default_promises[2].calendar is not understood: "9x9"',
        ),
        (
            lambda p: p["default_promises"][1].update(restore_minutes=0),
            "default_promises[2].restore_minutes is not understood: 0",
        ),
        (
            lambda p: p["contract_types"][0].update(includes=["coffee"]),
            'contract_types[1].includes is not understood: ["coffee"]',
        ),
        (lambda p: p["labour_rates"].pop("currency"), "labour_rates.currency is missing"),
        (lambda p: p["authority"].update(king={}), 'authority.king is not understood: "king"'),
    ],
)
def test_policies_that_cannot_be_right_are_named_with_their_place(company, change, said):
    change_policies(company, change)

    with pytest.raises(UnreadableFileError) as stopped:
        take(company)

    assert said in str(stopped.value)
    assert not Tier.objects.exists()
    assert not Source.objects.exists()


def test_what_the_policies_do_not_promise_has_no_clock(company):
    change_policies(
        company,
        lambda p: [row.update(response_minutes=None) for row in p["default_promises"]],
    )
    silent = "K2,C1,FULL-24x7,2026-03-01,2026-09-30,24x7,,,60,,,CNY,1,SN1-SEAL"
    write_lines(company, contracts=[silent])

    take(company)

    clocks = {
        request.number: {timer.target: timer.minutes for timer in request.sla_timers.all()}
        for request in ServiceRequest.objects.all()
    }
    assert clocks == {"R1": {"restore": 60}, "R2": {}}


def test_calendars_and_tiers_may_be_called_and_numbered_differently(company):
    def change(policies):
        night = {
            "time_zone": "Europe/Berlin",
            "holidays": "DE-BY",
            "weekly": {"mon": "22:00-06:00"},
        }
        policies["calendars"]["night"] = night
        policies["calendars"]["office"] = policies["calendars"].pop("5x8")
        for row in policies["default_promises"]:
            row["calendar"] = row["calendar"].replace("5x8", "office")

    change_policies(company, change)

    take(company)

    assert WorkingCalendar.objects.get(code="night").weekly == {"mon": ["22:00-06:00"]}
    assert CalendarDay.objects.filter(calendar__code="night", date=date(2026, 1, 6)).exists()
    assert {outlet.calendar.code for outlet in Outlet.objects.all()} == {"night"}


def test_moments_follow_each_other_as_time_does_not_as_the_clock_on_the_wall(company):
    """In Berlin 02:30 of the first night is 03:30, and 02:50 of the second comes twice."""
    change_policies(company, lambda policies: policies.update(time_zone="Europe/Berlin"))
    line = "{},phone,enquiry,,,萧女士,,,normal,咨询,,{},{},,,,,,1,0,,,,in_progress"
    write_lines(
        company,
        requests=[
            line.format("R3", "2026-03-29 02:30:00", "2026-03-29 03:10:00"),
            line.format("R4", "2025-10-26 02:50:00", "2025-10-26 03:05:00"),
        ],
    )

    report = take(company)

    assert [refusal.key for refusal in report.refusals] == ["R3"]
    found = ServiceRequest.objects.get(number="R4")
    assert found.responded_at - found.opened_at == timedelta(minutes=75)
    assert report.oddities == [
        "policies.json tells times in Europe/Berlin; days here are days in Asia/Shanghai."
    ]


@pytest.mark.parametrize("number", ["R\n3", "R\t3", "R\u20283"])
def test_a_number_that_cannot_be_seen_is_refused(company, number):
    line = f'"{number}",phone,enquiry,,,萧女士,,,normal,咨询,,2026-03-29 02:30:00,,,,,,,1,0,,,,new'
    write_lines(company, requests=[line])

    [refusal] = take(company).refusals

    assert "has signs that cannot be seen" in refusal.reason


def test_a_tier_that_comes_later_takes_its_rank(company):
    take(company)
    gold = {"code": "gold", "purchases_24_months_from": "300000.00"}
    change_policies(company, lambda policies: policies["tiers"].append(gold))

    take(company)

    assert list(Tier.objects.values_list("code", "rank")) == [
        ("vip", 1),
        ("gold", 2),
        ("key", 3),
        ("small", 4),
    ]


def test_columns_that_nobody_knows_are_left_out_and_said(company):
    path = company / "surveys.csv"
    header, row = path.read_text(encoding="utf-8").splitlines()
    header = header.removesuffix(",comment")
    path.write_text(f",colour,{header}\nx,red,{row.removesuffix(',很好')}\n", encoding="utf-8")

    report = take(company)

    assert report.refusals == []
    assert report.oddities == [
        "surveys.csv: not understood and left out: colour.",
        "surveys.csv: columns that are missing: comment.",
    ]
    assert ServiceRequest.objects.get(number="R1").survey.nps == 9


def test_policies_that_nobody_knows_are_left_out_and_said(company):
    change_policies(company, lambda p: p["calendars"]["5x8"].update(closures=["2026-05-04"]))

    first, second = take(company), take(company)

    assert first.oddities == ["policies.json: not understood and left out: calendars.5x8.closures."]
    assert second.oddities == first.oddities


def test_a_row_that_was_put_right_comes_in_and_no_other_twice(company):
    path = company / "parts_used.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("SEAL-1,2,", "SEAL-1,two,"), encoding="utf-8")
    take(company)
    path.write_text(good, encoding="utf-8")

    report = take(company)

    assert (report.new, report.refusals) == (1, [])
    assert sorted(OrderLine.objects.values_list("quantity", flat=True)) == [1, 2]


def test_goodwill_names_who_gave_it(company):
    write_lines(company, parts_used=["T1,SEAL-1,2,900,goodwill"])

    take(company)

    line = OrderLine.objects.get(charged_to="goodwill")
    assert (line.amount, line.goodwill_amount, line.goodwill_by.employee_no) == (0, 1800, "E002")


def test_a_finished_request_is_taken_when_one_end_is_known(company):
    closed = "R3,phone,fault,C1,,,,,low,异响,,2026-04-01 10:00,,,,,2026-04-02 09:00,,,,,,,closed"
    resolved = "R4,phone,fault,C1,,,,,low,异响,,2026-04-01 10:00,,,,2026-04-02 09:00,,,,,,,,closed"
    write_lines(company, requests=[closed, resolved])

    assert take(company).refusals == []

    end = datetime(2026, 4, 2, 9, 0, tzinfo=SHANGHAI)
    ends = ServiceRequest.objects.filter(number__in=["R3", "R4"])
    assert set(ends.values_list("resolved_at", "closed_at", "resolution")) == {(end, end, "–")}


def test_a_component_of_a_component_is_covered_with_its_device(company):
    inner = "SN1-RING,Ring|SF-P220,C1,SN1-SEAL,2025-01-01,,12,,in_use,"
    request = "R3,phone,fault,C1,,,,SN1-RING,low,漏水,,2026-04-01 10:00,,,,,,,,,,,,new"
    ring = "RING-1,密封圈,Ring,件,9,5,SF-P220"
    write_lines(company, assets=[inner], requests=[request], parts=[ring])

    take(company)

    assert ServiceRequest.objects.get(number="R3").contract.number == "K1"


def test_serials_of_a_contract_are_read_in_full_width(company):
    cover = "K2,C1,FULL-24x7,2026-03-01,2026-09-30,24x7,15,120,,0,0.2,CNY,1,ＳＮ１； SN1-SEAL；"
    write_lines(company, contracts=[cover])

    take(company)

    lines = ServiceContract.objects.get(number="K2").lines
    assert set(lines.values_list("asset__serial_no", flat=True)) == {"SN1", "SN1-SEAL"}


def test_the_search_is_completed_after_a_killed_second_run(company):
    take(company)
    write_lines(company, customers=["C3,后来公司,,代理商,,,,,,,,,"])

    def kill(_step, done, whole):
        if _step == "customers.csv" and done == whole:
            raise Killed

    with pytest.raises(Killed):
        take(company, progress=kill)
    take(company)

    assert Entry.objects.filter(kind="customer").count() == Customer.objects.count()


def test_the_last_day_is_the_companys(company):
    late = "R3,phone,fault,C1,,,,,low,异响,,2026-04-04T17:30:00Z,,,,,,,,,,,,new"
    write_lines(company, requests=[late])

    take(company, shift_to_yesterday=True)

    opened = ServiceRequest.objects.get(number="R3").opened_at
    assert opened.astimezone(SHANGHAI).date() == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-04-01 10:00:00", "2026-04-01T10:00:00+08:00"),
        ("2026/4/1 9:05", "2026-04-01T09:05:00+08:00"),
        ("２０２６年４月１日", "2026-04-01T00:00:00+08:00"),
        ("2026-04-01T02:00:00Z", "2026-04-01T02:00:00+00:00"),
        ("2026.4.1 10时05分", "2026-04-01T10:05:00+08:00"),
        ("20260401 10:05:09.5", "2026-04-01T10:05:09.500+08:00"),
        ("2026-04-01 10:00:00 -0530", "2026-04-01T10:00:00-05:30"),
    ],
)
def test_a_moment_is_read_in_the_companys_zone(text, value):
    assert moment("at").value(text, Setting(SHANGHAI)) == datetime.fromisoformat(value)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (day("on"), "20240229", date(2024, 2, 29)),
        (day("on"), "2026-04-01 00:00:00", date(2026, 4, 1)),
        (amount("sum"), "１，２００．５", Decimal("1200.5")),
        (amount("sum"), "-.125", Decimal("-0.13")),
        (amount("share", places=4), "0.00005", Decimal("0.0001")),
        (whole("months"), "24.0", 24),
        (code("no"), "　Ｃ\x00１\u200b ", "C1"),
    ],
)
def test_what_means_one_thing_only_is_understood(column, text, value):
    assert column.value(text, Setting(SHANGHAI)) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (moment("at"), "0001-01-01 00:00"),
        (moment("at"), "20260401100000"),
        (day("on"), "2200-01-01"),
        (day("on"), "2023-02-29"),
        (amount("sum"), "1000000000"),
        (whole("months"), "9" * 5000),
        (whole("months"), "1.5"),
        (code("no"), "C" * 41),
        (moment("at"), "2026/99/01 10:00"),
        (moment("at"), "2026-04-01 25:00"),
        (day("on"), "01/04/2026"),
        (amount("sum"), "1,2OO.00"),
        (amount("sum"), "1,20"),
        (amount("sum"), "NaN"),
    ],
)
def test_what_cannot_be_read_is_refused(column, text):
    with pytest.raises(RefusedError):
        column.value(text, Setting(SHANGHAI))


def test_the_list_of_refused_rows_opens_in_a_spreadsheet_and_runs_nothing(tmp_path):
    path = tmp_path / "new" / "refused.csv"

    write_refusals([Refusal("a.csv", 7, "=1+1", "unknown, “x”")], path)

    assert list(csv.reader(io.StringIO(path.read_text("utf-8-sig")))) == [
        ["file", "line", "key", "reason"],
        ["a.csv", "7", "'=1+1", "unknown, “x”"],
    ]


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"policies\.json"):
        take(tmp_path / "nowhere")
