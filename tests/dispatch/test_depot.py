"""Goods in the depot: scanned, received, repaired by stages, timed, measured, quoted, shipped."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from assets.choices import AssetStatus
from assets.models import Asset
from contracts.choices import Cover
from crmservice.activity.models import Notification
from crmservice.activity.tell import tell_pending
from crmservice.barcode import WIDTHS, bars
from crmservice.delivery.sending import deliver_due
from crmservice.errors import DomainError
from dispatch import actions, goods_papers, measuring, papers, turnround
from dispatch.choices import STAGES, Stage, Status, WaitFor
from dispatch.explaining import limit_in_words
from dispatch.models import DepotRepair, LabourTimer, Measurement, TimeEntry
from employees.queries import work_calendar
from orders.models import Order, OrderLine
from service_requests import actions as service_requests
from service_requests.choices import Kind as RequestKind
from service_requests.choices import Status as RequestStatus
from service_requests.models import ServiceRequest
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.assets import AssetFactory, PartFactory
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.dispatch import DepotRepairFactory, LabourTimerFactory
from tests.factories.employees import (
    CalendarDayFactory,
    CostRateFactory,
    EmployeeFactory,
    OutletFactory,
    WorkingCalendarFactory,
)
from tests.factories.orders import (
    ReturnCaseFactory,
    ReturnLineFactory,
    ShipmentFactory,
    StockLocationFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bench(people, price_plan):
    """A depot engineer whose outlet serves the customers, with promises and prices."""
    engineer = people.depot_engineer
    engineer.outlet.calendar = WorkingCalendarFactory()
    engineer.outlet.save()
    CostRateFactory(employee=engineer, per_hour=Decimal(90))
    return engineer


@pytest.fixture
def pump(bench):
    customer = CustomerFactory(served_by=[bench.outlet])
    for cover in Cover:
        DefaultPromiseFactory(tier=customer.tier, cover=cover)
    return AssetFactory(serial_no="PU-118705", customer=customer)


@pytest.fixture
def received(pump, bench):
    return actions.scan(code=pump.serial_no, by=bench, at=NINE).repair


@pytest.fixture
def in_diagnosis(received, bench):
    return actions.diagnose(received, by=bench, at=NINE + HOUR)


def on_test(repair, by):
    repair = actions.repair_goods(repair, by=by, at=NINE + 2 * HOUR)
    return actions.test_goods(repair, by=by, at=NINE + 3 * HOUR)


# Scanning


def test_a_scan_receives_a_known_device_with_request_and_task(pump, bench):
    found = actions.scan(code=f" {pump.serial_no.lower()}", by=bench, at=NINE)

    repair = found.repair
    assert (found.found, repair.stage, repair.asset) == ("received", Stage.RECEIVED, pump)
    assert (repair.customer, repair.outlet) == (pump.customer, bench.outlet)
    assert repair.service_request.kind == RequestKind.RETURN
    assert repair.service_request.responded_at is None
    assert (repair.task.kind, repair.task.status) == ("depot", Status.PLANNED)
    assert Asset.objects.get(pk=pump.pk).status == AssetStatus.IN_REPAIR


def test_the_open_fault_of_the_device_is_the_request(fault, bench, dispatcher):
    fault.customer.served_by.add(bench.outlet)

    repair = actions.scan(code=fault.asset.serial_no, by=bench, at=NINE).repair

    assert repair.service_request == fault
    assert list(fault.outlets.order_by("pk")) == sorted(
        {dispatcher.outlet, bench.outlet}, key=lambda outlet: outlet.pk
    )


def test_a_second_scan_finds_what_is_here(received, bench):
    found = actions.scan(code=received.serial_no, by=bench, at=NINE + HOUR)
    by_number = actions.scan(code=received.number, by=bench, at=NINE + HOUR)
    by_request = actions.scan(code=received.service_request.number, by=bench, at=NINE + HOUR)

    assert {each.found for each in (found, by_number, by_request)} == {"already"}
    assert {each.repair for each in (found, by_number, by_request)} == {received}
    assert DepotRepair.objects.count() == 1


def test_expected_goods_are_received_by_their_request(fault, bench):
    fault.customer.served_by.add(bench.outlet)
    expected = actions.expect(
        fault, outlet=bench.outlet, serial_no=fault.asset.serial_no, by=bench, at=NINE
    )

    found = actions.scan(code=fault.number, by=bench, at=NINE + HOUR)

    assert (found.found, found.repair) == ("received", expected)
    assert found.repair.received_by == bench


def test_a_qr_label_is_read_like_its_serial_number(pump, bench):
    code = f"https://service.example/assets/{pump.serial_no}/"

    assert actions.scan(code=code, by=bench, at=NINE).repair.asset == pump


def test_an_unknown_number_receives_nothing(bench):
    found = actions.scan(code="NO-SUCH-1", by=bench, at=NINE)

    assert (found.found, found.repair) == ("unknown", None)
    assert not DepotRepair.objects.exists()


def test_unknown_goods_wait_until_somebody_says_whose_they_are(pump, bench):
    repair = actions.take_in_goods(serial_no="NO-SUCH-1", by=bench, at=NINE)

    with pytest.raises(DomainError, match="whose"):
        actions.diagnose(repair, by=bench, at=NINE + HOUR)
    repair = actions.identify(repair, customer=pump.customer, by=bench, at=NINE + HOUR)

    assert repair.task.customer == pump.customer
    with pytest.raises(DomainError, match="already"):
        actions.take_in_goods(serial_no="NO-SUCH-1", by=bench, at=NINE + 2 * HOUR)


def test_what_stands_in_another_depot_is_not_received_here(pump, bench):
    DepotRepairFactory(asset=pump, outlet=OutletFactory(partner=True))

    with pytest.raises(DomainError, match="in the depot of"):
        actions.scan(code=pump.serial_no, by=bench, at=NINE)


def test_a_device_is_in_one_depot_at_a_time(pump):
    DepotRepairFactory(asset=pump)

    with pytest.raises(IntegrityError), transaction.atomic():
        DepotRepairFactory(asset=pump)
    DepotRepairFactory(asset=pump, stage=Stage.CLOSED)


# Stages


@pytest.mark.parametrize(("now", "then"), list(product(Stage, Stage)))
def test_the_table_says_what_may_follow(now, then):
    repair = DepotRepair(number="DR-1", stage=now, stage_at=NINE)

    if then in STAGES[now]:
        repair.move_to(then, at=NINE + HOUR)
        assert (repair.stage, repair.stage_at) == (then, NINE + HOUR)
    else:
        with pytest.raises(DomainError):
            repair.move_to(then, at=NINE)


def test_who_begins_has_the_task_and_it_begins(in_diagnosis, bench):
    assert (in_diagnosis.task.assignee, in_diagnosis.task.status) == (bench, Status.WORKING)
    assert in_diagnosis.task.working_at == NINE + HOUR


def test_who_carries_out_no_tasks_does_not_repair(received, people):
    with pytest.raises(DomainError, match="does not carry out"):
        actions.diagnose(received, by=people.storekeeper, at=NINE + HOUR)


def test_the_whole_way_of_a_repair(in_diagnosis, bench, pump):
    repair = on_test(in_diagnosis, bench)
    actions.enter_results(
        repair, values=measuring.read("压力;10.1;bar;10..12")[0], by=bench, at=NINE + 3 * HOUR
    )
    repair = actions.finish_goods(
        repair, result="更换轴封", labour_hours=Decimal(1), by=bench, at=NINE + 4 * HOUR
    )
    repair = actions.ship(
        repair, carrier="顺丰", tracking="SF1", resolves=True, by=bench, at=NINE + 5 * HOUR
    )
    repair = actions.close_goods(repair, by=bench, at=NINE + 6 * HOUR)

    assert [step.stage for step in repair.steps.all()] == [
        "expected", "received", "diagnosing", "repairing", "testing", "ready", "shipped", "closed"
    ]  # fmt: skip
    task, request = repair.task, ServiceRequest.objects.get(pk=repair.service_request_id)
    task.refresh_from_db()
    assert (task.status, task.work_report.readings) == (Status.DONE, "压力 10.1 bar (10..12)")
    texts = papers.texts(task, task.work_report)
    assert {"label": "Readings", "text": "压力 10.1 bar (10 to 12 bar)"} in texts
    assert (request.status, request.resolution) == (RequestStatus.RESOLVED, "更换轴封")
    assert Asset.objects.get(pk=pump.pk).status == AssetStatus.IN_USE
    assert [entry.hours for entry in task.time_entries.all()] == [Decimal(1)]


def test_what_fails_its_test_goes_only_with_a_reason(in_diagnosis, bench):
    repair = on_test(in_diagnosis, bench)
    actions.enter_results(
        repair, values=measuring.read("压力;9;bar;10..12")[0], by=bench, at=NINE + 3 * HOUR
    )
    done = {"result": "更换轴封", "by": bench, "at": NINE + 4 * HOUR}

    with pytest.raises(DomainError, match="does not keep its limit"):
        actions.finish_goods(repair, **done)
    assert DepotRepair.objects.get().stage == Stage.TESTING

    assert actions.finish_goods(repair, despite="客户同意", **done).stage == Stage.READY


def test_what_failed_and_was_measured_again_is_good(in_diagnosis, bench):
    repair = on_test(in_diagnosis, bench)
    for value in ("9", "11"):
        values = measuring.read(f"压力;{value};bar;10..12")[0]
        actions.enter_results(repair, values=values, by=bench, at=NINE + 3 * HOUR)

    repair = actions.finish_goods(repair, result="调整", by=bench, at=NINE + 4 * HOUR)

    assert repair.stage == Stage.READY


def test_goods_that_nobody_wants_repaired_end_their_task(in_diagnosis, bench):
    repair = actions.send_back_unrepaired(in_diagnosis, reason="太贵", by=bench, at=NINE + 2 * HOUR)

    repair.task.refresh_from_db()
    assert (repair.stage, repair.task.status) == (Stage.REFUSED, Status.DONE)
    assert "太贵" in repair.task.work_report.result


def test_scrapped_goods_retire_their_device(received, bench, pump):
    repair = actions.scrap(received, reason="无法修复", by=bench, at=NINE + HOUR)

    repair.task.refresh_from_db()
    assert (repair.stage, repair.task.status) == (Stage.SCRAPPED, Status.CANCELLED)
    assert Asset.objects.get(pk=pump.pk).status == AssetStatus.RETIRED


# The promise


def shanghai(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - 8 * HOUR


def test_the_promise_is_the_end_of_a_working_day(bench):
    CalendarDayFactory(calendar=bench.outlet.calendar, date=date(2026, 3, 5))  # a Thursday
    calendar = work_calendar(bench.outlet.calendar_id)
    evening = calendar.end_of_day(date(2026, 3, 9))

    assert turnround.due_at(shanghai(3, 3, 10), 3, [], calendar) == evening
    assert turnround.due_at(shanghai(3, 3, 23, 59), 3, [], calendar) == evening


def test_what_it_waits_is_added_in_service_hours(bench):
    calendar = work_calendar(bench.outlet.calendar_id)
    received_at = shanghai(3, 3, 10)
    plain = turnround.due_at(received_at, 1, [], calendar)
    opens, closes = calendar.hours_on(date(2026, 3, 6))[0]
    over_the_weekend = [(closes - HOUR, closes + 2 * DAY)]

    assert plain == calendar.end_of_day(date(2026, 3, 4))
    assert turnround.due_at(received_at, 1, over_the_weekend, calendar) == calendar.add(plain, HOUR)
    assert opens < closes


def test_days_without_a_calendar_are_days():
    waits = [(NINE, NINE + HOUR)]

    assert turnround.due_at(NINE, 10, waits, None) == NINE + 10 * DAY + HOUR


def test_a_promise_rests_while_the_repair_waits(in_diagnosis, bench):
    before = in_diagnosis.due_at
    repair = actions.wait(
        in_diagnosis, reason=WaitFor.PARTS, note="轴封", by=bench, at=NINE + 2 * HOUR
    )
    assert repair.due_at is None

    repair = actions.repair_goods(repair, by=bench, at=NINE + 3 * HOUR)

    calendar = work_calendar(bench.outlet.calendar_id)
    assert repair.due_at == calendar.add(before, HOUR)
    assert [wait.ended_at for wait in repair.waits.all()] == [NINE + 3 * HOUR]


@pytest.mark.parametrize(("early", "told"), [(timedelta(seconds=1), 0), (timedelta(), 1)])
def test_late_goods_are_told_of_once(received, people, early, told):
    manager = people.service_manager
    manager.outlet = received.outlet
    manager.save()

    assert actions.tell_overdue_goods(at=received.due_at - early) == told
    assert actions.tell_overdue_goods(at=received.due_at + HOUR) == 1 - told
    tell_pending(at=received.due_at + HOUR)

    heard = Notification.objects.filter(activity__verb="dispatch.goods_overdue")
    assert [notice.recipient for notice in heard] == [manager]


# The timer


def test_a_timer_writes_its_hours(in_diagnosis, bench):
    actions.start_timer(in_diagnosis, by=bench, at=NINE + 2 * HOUR)
    actions.stop_timer(in_diagnosis, by=bench, at=NINE + 2 * HOUR + 45 * MINUTE)

    entry = TimeEntry.objects.get()
    assert (entry.hours, entry.employee, entry.task) == (
        Decimal("0.75"), bench, in_diagnosis.task
    )  # fmt: skip
    assert LabourTimer.objects.get().entry == entry


def test_a_person_has_one_running_timer(bench):
    LabourTimerFactory(employee=bench)

    with pytest.raises(IntegrityError), transaction.atomic():
        LabourTimerFactory(employee=bench)
    LabourTimerFactory(employee=bench, stopped_at=NINE + HOUR, ask_at=None)


def test_a_timer_elsewhere_is_stopped_and_booked(in_diagnosis, bench):
    other = AssetFactory(customer=in_diagnosis.customer)
    second = actions.scan(code=other.serial_no, by=bench, at=NINE).repair
    second = actions.diagnose(second, by=bench, at=NINE + HOUR)
    actions.start_timer(in_diagnosis, by=bench, at=NINE + 2 * HOUR)

    actions.start_timer(second, by=bench, at=NINE + 3 * HOUR)

    assert [entry.task for entry in TimeEntry.objects.all()] == [in_diagnosis.task]
    assert LabourTimer.objects.running().get().repair == second


@pytest.mark.parametrize(("ran", "is_asked"), [(10 * HOUR - MINUTE, False), (10 * HOUR, True)])
def test_a_forgotten_timer_is_asked_about_before_it_is_booked(in_diagnosis, bench, ran, is_asked):
    actions.start_timer(in_diagnosis, by=bench, at=NINE + HOUR)
    at = NINE + HOUR + ran

    assert actions.ask_about_timers(at=at) == int(is_asked)
    assert actions.ask_about_timers(at=at) == 0
    if is_asked:
        with pytest.raises(DomainError, match="forgotten"):
            actions.stop_timer(in_diagnosis, by=bench, at=at)
        with pytest.raises(DomainError, match="At most"):
            actions.stop_timer(in_diagnosis, hours=Decimal(11), by=bench, at=at)
        actions.stop_timer(in_diagnosis, hours=Decimal("2.5"), by=bench, at=at)
    else:
        actions.stop_timer(in_diagnosis, by=bench, at=at)

    assert TimeEntry.objects.get().hours == (Decimal("2.5") if is_asked else Decimal("9.98"))


def test_the_work_does_not_end_while_a_colleague_works(in_diagnosis, bench, people):
    repair = on_test(in_diagnosis, bench)
    actions.start_timer(repair, by=people.senior_engineer, at=NINE + 3 * HOUR)

    with pytest.raises(DomainError, match="still runs"):
        actions.finish_goods(repair, result="好", by=bench, at=NINE + 4 * HOUR)


# The quotation


def test_a_quotation_takes_parts_and_hours_once(in_diagnosis, bench):
    part = PartFactory()
    actions.add_part(in_diagnosis.task, part=part, quantity=2, by=bench, at=NINE + 2 * HOUR)
    for start in (2, 3):  # two runs of a quarter of an hour are one half hour
        at = NINE + start * HOUR
        actions.start_timer(in_diagnosis, by=bench, at=at)
        actions.stop_timer(in_diagnosis, by=bench, at=at + 15 * MINUTE)

    order = actions.quote(in_diagnosis, by=bench, at=NINE + 4 * HOUR)
    again = actions.quote(in_diagnosis, by=bench, at=NINE + 5 * HOUR)

    assert again == order
    lines = [(line.kind, line.quantity) for line in order.lines.order_by("kind")]
    assert lines == [("labour", Decimal("0.5")), ("part", Decimal(2))]


def test_who_may_offer_a_quotation_of_the_depot_is_told_once_and_named(
    in_diagnosis, bench, people, logged_in
):
    actions.start_timer(in_diagnosis, by=bench, at=NINE + 2 * HOUR)
    actions.stop_timer(in_diagnosis, by=bench, at=NINE + 3 * HOUR)
    for hours in (3, 4):
        order = actions.quote(in_diagnosis, by=bench, at=NINE + hours * HOUR)
    tell_pending(at=NINE + 4 * HOUR)
    page = logged_in("depot_engineer").get(order.get_absolute_url())

    heard = Notification.objects.filter(activity__verb="orders.handed_on")
    manager = people.service_manager
    assert [(each.recipient, each.activity.subject_url) for each in heard] == [
        (manager, order.get_absolute_url())
    ]
    said = f"{manager} offers it to the customer or asks for its approval."
    assert page.context["turn"] == said
    assert said in page.content.decode()


def test_what_is_quoted_is_not_priced_again_at_the_end(in_diagnosis, bench):
    actions.start_timer(in_diagnosis, by=bench, at=NINE + 2 * HOUR)
    actions.stop_timer(in_diagnosis, by=bench, at=NINE + 3 * HOUR)
    actions.quote(in_diagnosis, by=bench, at=NINE + 3 * HOUR)
    repair = on_test(in_diagnosis, bench)
    actions.start_timer(repair, by=bench, at=NINE + 4 * HOUR)

    actions.finish_goods(repair, result="好", by=bench, at=NINE + 6 * HOUR)

    assert [line.quantity for line in OrderLine.objects.order_by("pk")] == [Decimal(1), Decimal(2)]
    assert Order.objects.count() == 1


def test_nothing_used_is_nothing_to_quote(in_diagnosis, bench):
    with pytest.raises(DomainError, match="nothing to quote"):
        actions.quote(in_diagnosis, by=bench, at=NINE + 2 * HOUR)


# Results and labels


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        ("p;10;bar;10..12", True),
        ("p;9.99;bar;10..12", False),
        ("p；12,0；bar；10-12", True),
        ("p\t5\tA\t<=5", True),
        ("p;5.01;A;≤5", False),
        ("p;100;MΩ;>=100", True),
        ("p;100;MΩ;>100", False),
        ("p;-5;°C;-10..-2", True),
        ("p;10.5;V;10±0.5", True),
        ("p;10.6;V;10±0.5", False),
        ("leak;ok;;OK", True),
        ("leak;drops;;OK", False),
        ("p;10;bar", None),
    ],
)
def test_a_value_is_judged_by_its_limit(line, passed):
    values, bad = measuring.read(line)

    assert ([each.passed for each in values], bad) == ([passed], [])


@pytest.mark.parametrize(
    ("limit", "english", "chinese"),
    [
        ("<=90", "at most 90 °C", "不超过 90 °C"),
        ("≥5", "at least 5 °C", "不低于 5 °C"),
        ("<90", "less than 90 °C", "低于 90 °C"),
        (">5", "more than 5 °C", "高于 5 °C"),
        ("10-12", "10 to 12 °C", "10 至 12 °C"),
        ("10+/-0.5", "10 ± 0.5 °C", "10 ± 0.5 °C"),
        ("OK", "OK", "OK"),
        ("", "", ""),
    ],
)
def test_a_limit_is_said_in_words(limit, english, chinese):
    result = Measurement(name="温度", value="85", unit="°C", limit=limit)

    for language, words in (("en", english), ("zh-hans", chinese)):
        with override(language):
            assert limit_in_words(result) == words


def test_each_bad_line_is_named():
    text = "p;10;bar;10..12\n\n;5\nq;\na;b;c;d;e\nr;x;bar;<=5\n" + f"{'n' * 121};1"

    values, bad = measuring.read(text)

    assert len(values) == 1
    assert [(each.line, str(each.fault)) for each in bad] == [
        (3, "no_name"),
        (4, "no_value"),
        (5, "too_many"),
        (6, "no_number"),
        (7, "too_long"),
    ]


def test_the_bar_code_is_code_128():
    widths = [sum(map(int, each)) for each in WIDTHS]

    assert (len(WIDTHS), len(set(WIDTHS))) == (107, 107)
    assert (set(widths[:-1]), widths[-1]) == ({11}, 13)
    widths_of = "".join(map(str, bars("PJJ123C")))
    assert widths_of[-19:] == WIDTHS[35] + WIDTHS[55] + WIDTHS[106]  # C, its check sum, the stop
    with pytest.raises(ValueError, match="泵"):
        bars("泵")


# Pages


def test_a_scan_answers_in_words_with_its_tone(logged_in, pump, bench):
    client = logged_in("depot_engineer")
    url = reverse("dispatch:scan")

    tones = []
    for code in (pump.serial_no, pump.serial_no, "NO-SUCH-1"):
        page = client.post(url, {"code": code}, headers={"X-Scan": "yes"})
        tones.append(page.context["answer"]["tone"])

    assert tones == ["good", "warning", "bad"]
    assert client.post(url, {"code": "NO-SUCH-1"}).status_code == 422


def test_a_scan_of_a_return_or_a_shipment_leads_to_where_it_is_counted(logged_in, pump, bench):
    """By number, by the parcel's number and by a serial number that was announced; nothing is
    received by the scan, and another outlet's returns do not exist.
    """
    depot = StockLocationFactory(outlet=bench.outlet)
    case = ReturnCaseFactory(authorised=True, tracking="SF77", depot=depot)
    device = ReturnLineFactory(case=case, part=None, asset=pump, serials=[pump.serial_no])
    asked = ReturnCaseFactory(depot=depot)
    stranger = EmployeeFactory(role="depot_engineer", outlet=OutletFactory(partner=True))
    client = logged_in("department_head")
    shipped, packed = ShipmentFactory(shipped=True, tracking_no="SF88"), ShipmentFactory()

    def answer(code):
        page = client.post(reverse("dispatch:scan"), {"code": code}, headers={"X-Scan": "yes"})
        found = page.context["answer"]
        return found["tone"], found.get("url")

    receive = ("good", reverse("orders:receive_return", args=[case.number]))
    for code in (case.number.lower(), "sf77", pump.serial_no):
        assert answer(code) == receive
    came = ReturnCaseFactory(authorised=True, depot=depot, status="received")
    came.lines.update(received=1)
    for nothing in (asked, came):
        assert answer(nothing.number) == ("warning", nothing.get_absolute_url())
    back = ("good", reverse("orders:take_back", args=[shipped.number]))
    assert answer(shipped.number) == answer("SF88") == back
    assert answer(packed.number) == ("warning", packed.get_absolute_url())
    assert not DepotRepair.objects.exists()
    label = client.get(reverse("orders:shipment_label", args=[shipped.number]))
    assert label.content[:4] == b"%PDF"
    with pytest.raises(DomainError):
        actions.scan(code="", by=bench, at=NINE)
    assert actions.scan(code=case.number, by=stranger, at=NINE).found == "unknown"
    device.received, device.received_serials = 1, [pump.serial_no]
    device.save()
    assert actions.scan(code=pump.serial_no, by=bench, at=NINE).found == "received"


def test_what_is_known_of_the_model_is_shown_beside_the_finding(client, in_diagnosis, bench):
    repair = on_test(in_diagnosis, bench)
    client.force_login(bench)

    page = client.get(reverse("dispatch:finish_repair", args=[repair.number])).content.decode()

    asks = f"{reverse('knowledge:suggest')}?model={repair.asset.model_code}"
    assert f'hx-get="{asks}"' in page


@pytest.mark.parametrize("role", ["sales", "field_engineer"])
def test_who_has_nothing_to_do_in_the_depot_sees_nothing_of_it(logged_in, role):
    for name in ("depot", "depot_list", "scan"):
        assert logged_in(role).get(reverse(f"dispatch:{name}")).status_code == 403


def test_another_outlets_goods_do_not_exist(logged_in, bench):
    foreign = DepotRepairFactory(tasked=True, outlet=OutletFactory(partner=True))
    client = logged_in("depot_engineer")

    assert client.get(foreign.get_absolute_url()).status_code == 404
    url = reverse("dispatch:diagnose", args=[foreign.number])
    assert client.post(url).status_code == 404
    assert foreign.serial_no not in client.get(reverse("dispatch:depot")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["depot", "depot_list"])
def test_the_pages_cost_the_same_for_many(
    logged_in, bench, name, count, django_assert_max_num_queries
):
    for each in DepotRepairFactory.create_batch(count, tasked=True, outlet=bench.outlet):
        LabourTimerFactory(repair=each)
    client = logged_in("depot_engineer")
    client.get(reverse(f"dispatch:{name}"))

    with django_assert_max_num_queries(16):
        page = client.get(reverse(f"dispatch:{name}"))

    shown = page.content.decode()
    assert all(each.serial_no in shown for each in DepotRepair.objects.all())


def test_a_step_from_the_board_leads_back_to_it(logged_in, received):
    url = reverse("dispatch:diagnose", args=[received.number])

    answer = logged_in("depot_engineer").post(url, {"board": "stage=received"})

    assert answer.url == f"{reverse('dispatch:depot')}?stage=received"
    received.refresh_from_db()
    assert received.stage == Stage.DIAGNOSING


def test_the_page_of_goods_and_its_papers(logged_in, in_diagnosis):
    client = logged_in("depot_engineer")

    assert client.get(in_diagnosis.get_absolute_url()).status_code == 200
    for name in ("label", "repair_report"):
        paper = client.get(reverse(f"dispatch:{name}", args=[in_diagnosis.number]))
        assert paper.content.startswith(b"%PDF")


def test_a_label_is_one_page(in_diagnosis, bench):
    values = {"accessories": "电源线, 说明书" * 20}
    repair = actions.describe(in_diagnosis, values, by=bench, at=NINE + 2 * HOUR)

    assert len(re.findall(rb"/Type\s*/Page\b", goods_papers.label(repair))) == 1


def test_bad_lines_of_results_are_shown_and_nothing_is_kept(logged_in, in_diagnosis):
    url = reverse("dispatch:enter_results", args=[in_diagnosis.number])

    page = logged_in("depot_engineer").post(url, {"text": "p;10\n;5"})

    assert page.status_code == 422
    summary = page.content.decode().partition("data-errors")[2].partition("</div>")[0]
    assert "Line 2" in summary
    assert not in_diagnosis.measurements.exists()


def test_a_part_that_is_refused_stays_as_it_was_chosen(logged_in, in_diagnosis):
    url = reverse("dispatch:add_repair_part", args=[in_diagnosis.number])
    part = PartFactory()

    page = logged_in("depot_engineer").post(url, {"part": part.pk, "quantity": "0"})

    text = page.content.decode()
    assert page.status_code == 422
    assert "data-errors" in text
    assert f'<option value="{part.pk}" selected>' in text
    assert not in_diagnosis.task.parts_used.exists()


def test_a_forgotten_timer_is_stopped_on_a_page_of_its_own(logged_in, in_diagnosis, bench):
    LabourTimerFactory(repair=in_diagnosis, employee=bench, started_at=NINE + HOUR)
    client = logged_in("depot_engineer")
    url = reverse("dispatch:stop_timer", args=[in_diagnosis.number])

    assert client.post(url).status_code == 422
    assert client.post(url, {"hours": "1.5"}).status_code == 302
    assert TimeEntry.objects.get().hours == Decimal("1.5")


def test_the_customer_is_written_to_when_goods_come_and_go(pump, bench, settings, mailoutbox):
    settings.EMAIL_URL = "memorymail://"
    contact = ContactFactory(email="li@example.com", language="en")
    service_requests.log(
        customer=pump.customer,
        asset=pump,
        contact=contact,
        subject="油泵漏油",
        by=bench,
        at=NINE - HOUR,
    )
    repair = actions.scan(code=pump.serial_no, by=bench, at=NINE).repair
    repair = actions.send_back_unrepaired(repair, reason="太贵", by=bench, at=NINE + HOUR)
    actions.ship(repair, carrier="SF Express", tracking="SF1", by=bench, at=NINE + 2 * HOUR)

    deliver_due(clock=lambda: NINE + DAY)

    said = {mail.subject: mail.body for mail in mailoutbox if mail.to == ["li@example.com"]}
    assert set(said) == {
        f"PU-118705 is here: {repair.number}",
        "PU-118705 is on its way back to you",
    }
    assert "17 Mar 2026" in said[f"PU-118705 is here: {repair.number}"]
    assert "SF Express" in said["PU-118705 is on its way back to you"]


def test_goods_are_found_by_their_number_by_who_sees_them(received, logged_in):
    url = reverse("search", query={"q": received.number})

    found = logged_in("depot_engineer").get(url)  # the only hit: it opens at once
    hidden = logged_in("partner_coordinator").get(url).content.decode()

    assert found.url == received.get_absolute_url()
    assert received.get_absolute_url() not in hidden
