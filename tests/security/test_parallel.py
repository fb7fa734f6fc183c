"""R-11: many at the same moment, with connections of their own, on both databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.db.models import Sum
from django.test import Client

from assets.models import Occurrence
from contracts import actions as contracts
from contracts.choices import Cover
from contracts.models import Instalment
from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.delivery.models import Delivery
from crmservice.delivery.sending import deliver_due
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.patience import insist
from customers import actions as customers
from customers.models import CareTouch
from dispatch import actions as dispatch
from dispatch.models import Task
from expenses import actions as expenses
from expenses.models import ExpenseClaim
from orders import actions as orders
from orders.models import CreditNote, Invoice, Order, StockLevel
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest
from tests.factories.assets import MaintenancePlanFactory
from tests.factories.contracts import DefaultPromiseFactory, InstalmentFactory
from tests.factories.customers import CarePlanFactory, CareTouchFactory, CustomerFactory
from tests.factories.expenses import ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory, StockLevelFactory
from tests.factories.service_requests import ServiceRequestFactory, SlaTimerFactory

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = 100
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_parallel(tmp_path):
    """`in_parallel(20, work)` gives what each thread's `work()` returned. On SQLite they work on a
    file, copied from the database in memory.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]

    def run(times, work):
        if connection.vendor == "sqlite" and settings["NAME"] == name:
            file = tmp_path / "parallel.sqlite3"
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
            copy.close()
            settings["NAME"] = str(file)

        def alone(_number):
            try:
                return work()
            finally:
                connection.close()

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(alone, range(times)))

    yield run
    settings["NAME"] = name


def test_fifty_who_take_a_number_get_fifty_numbers(db, in_parallel):
    taken = [number for _ in range(2) for number in in_parallel(25, lambda: next_number("SR", AT))]

    assert sorted(taken) == [f"SR-2026-{number:04d}" for number in range(1, 51)]


def test_fifty_who_invoice_at_once_leave_no_gap(people, in_parallel):
    """R-11: orders and contracts number from one series, and a fifth of them fails at the end: its
    number is the next one's.
    """
    by = {"by": people.department_head, "at": AT}
    lines = [OrderLineFactory(order=OrderFactory(delivered=True), delivered=1) for _ in range(25)]
    jobs = [line.order for line in lines] + [InstalmentFactory() for _ in range(25)]
    places = iter(range(50))

    def write():
        place = next(places)
        job = jobs[place % 2 * 25 + place // 2]
        does_fail = place % 5 == 0
        with transaction.atomic():
            if isinstance(job, Order):
                bill = orders.invoice(job, invoiced_on=AT.date(), due_on=AT.date(), **by)
                number = bill.number
            else:
                billed = contracts.invoice(job, invoice_no="", invoiced_on=AT.date(), **by)
                number = billed.invoice_no
            transaction.set_rollback(does_fail)
        return None if does_fail else number

    taken = [number for _half in range(2) for number in in_parallel(25, write)]
    (kept,) = in_parallel(1, numbers_of_invoices)

    assert taken.count(None) == 10
    expected = [f"INV-2026-{number:04d}" for number in range(1, 41)]
    assert sorted(filter(None, taken)) == kept == expected


def numbers_of_invoices():
    of_contracts = Instalment.objects.exclude(invoice_no="").values_list("invoice_no", flat=True)
    return sorted([*Invoice.objects.values_list("number", flat=True), *of_contracts])


def test_of_twenty_who_write_the_same_invoice_one_does(people, in_parallel):
    """F-29: written, corrected, credited and exported once each, whoever asks at once."""
    by = {"by": people.department_head, "at": AT}
    line = OrderLineFactory(order=OrderFactory(delivered=True), delivered=1)
    days = {"invoiced_on": AT.date(), "due_on": AT.date()}

    def once(verb):
        def work():
            try:
                return verb() is not None
            except DomainError:
                return False

        return in_parallel(20, work).count(True)

    def again():
        bill = Invoice.objects.get(replaces=None)
        return orders.correct(bill, billed_to=bill.billed_to, reason="R-11", **days, **by)

    def credit():
        return orders.credit_line(line, line.quantity, reason="R-11", **by)

    won = [
        once(lambda: orders.invoice(line.order, **days, **by)),
        once(again),
        once(credit),
        once(lambda: orders.export_to_accounting(**by)),
    ]
    (sums,) = in_parallel(1, lambda: (Invoice.objects.count(), CreditNote.objects.count()))

    assert won == [1, 1, 1, 1]
    assert sums == (2, 2)


def test_twenty_equal_posts_of_the_log_form_log_one_request(client, people, in_parallel):
    """F-14: each of the twenty gets the same answer."""
    customer = CustomerFactory()
    for cover in Cover:
        DefaultPromiseFactory(cover=cover)
    typed = {
        "once": "one key",
        "caller": f"customer:{customer.code}",
        "subject": "No pressure",
        "kind": "fault",
        "severity": "normal",
        "channel": "phone",
    }

    def log():
        browser = Client()
        browser.cookies = client.cookies
        answer = browser.post("/requests/new/", typed)
        return answer.status_code, answer["Location"]

    with time_machine.travel(AT):
        client.force_login(people.service_manager)
        answers = in_parallel(20, log)
    ((numbers, used),) = in_parallel(1, made)

    assert numbers == ["SR-2026-0001"]
    assert used == "SR-2026-0002"
    assert set(answers) == {(302, "/requests/SR-2026-0001/")}


def made():
    """The requests that there are, and the number that the next one would get."""
    numbers = ServiceRequest.objects.values_list("number", flat=True)
    return list(numbers), next_number("SR", AT)


def test_six_who_sweep_at_once_do_what_is_due_once(people, in_parallel, settings, mailoutbox):
    """F-05: two beats make every duty's turn twice, and several workers take them at once."""
    settings.EMAIL_URL = "memorymail://"
    owner = people.sales
    owner.email = "owner@example.com"
    owner.save()
    for number in range(DUE):
        due_at = AT - timedelta(minutes=number)
        started = {"started_at": AT - DAY, "service_request__owner": owner}
        SlaTimerFactory(due_at=due_at, risk_at=due_at, **started)

    def sweep():
        return breached(), told(), sent()

    def breached():
        return service_requests.record_breaches(at=AT)

    def told():
        return tell_pending(at=AT)

    def sent():
        return deliver_due(clock=lambda: AT + timedelta(minutes=5))

    for _ in range(2):
        in_parallel(6, sweep)
    ((overdue, notices, letters),) = in_parallel(1, done)

    assert overdue == DUE
    assert notices == DUE
    assert len(mailoutbox) == letters > 0
    assert len({letter.extra_headers["Message-ID"] for letter in mailoutbox}) == letters


def done():
    """The breaches in the trail, the owner's notices of them, and the letters that were sent."""
    overdue = Activity.objects.filter(verb="service_requests.response_overdue")
    letters = Delivery.objects.filter(sent_with=None, sent_at__isnull=False)
    own = Notification.objects.filter(activity__in=overdue, recipient__email="owner@example.com")
    return overdue.count(), own.count(), letters.count()


def test_six_sweeps_at_once_plan_what_is_due_once(people, in_parallel):
    """F-05: maintenance, touches, their tasks and their reminders."""
    month = MaintenancePlanFactory(title="月检")
    MaintenancePlanFactory(
        asset=month.asset, title="季检", every=3, starts_on=date(2026, 3, 6), covers_within_days=3
    )
    for _time in range(8):
        MaintenancePlanFactory()
    care = CarePlanFactory(unit="day")
    CustomerFactory(tier=care.tier, account_manager=people.sales)
    CareTouchFactory(plan=care, owner=people.sales, remind_on=date(2026, 3, 3))
    owed = CareTouch.objects.count()
    on, at = date(2026, 3, 3), datetime(2026, 3, 3, 1, tzinfo=UTC)

    def sweep():
        customers.make_touches(on=on, at=at)
        dispatch.plan_due_work(on=on, at=at)
        customers.remind_of_touches(on=on, at=at)

    def done():
        said = Activity.objects.filter(verb="customers.touch_due", subject_id__gt=0)
        return {
            "turns": Occurrence.objects.count(),
            "tasks of turns": Task.objects.exclude(occurrence=None).count(),
            "touches": CareTouch.objects.filter(customer__account_manager=people.sales).count(),
            "tasks of touches": Task.objects.exclude(touch=None).count(),
            "tasks without a number of their own": Task.objects.count()
            - Task.objects.values("number").distinct().count(),
            "said twice": said.count() - said.values("subject_id").distinct().count(),
        }

    with time_machine.travel(at, tick=False):
        for _again in range(3):
            in_parallel(6, sweep)
    (found,) = in_parallel(1, done)

    assert owed == 1
    assert found == {
        "turns": 10,
        "tasks of turns": 9,
        "touches": 8,
        "tasks of touches": 88,  # eleven customers of the tier, eight days
        "tasks without a number of their own": 0,
        "said twice": 0,
    }


def test_of_fifty_who_take_the_last_part_one_has_it(people, in_parallel):
    """S-13, F-29: two are there, one of them promised; nobody else takes or promises it."""
    stock = StockLevelFactory(holds=2)
    line = OrderLineFactory(part=stock.part)
    orders.reserve(
        stock.location, part=stock.part, quantity=1, about=line, by=people.storekeeper, at=AT
    )
    wishes = iter(range(50))

    def take():
        words = {"part": stock.part, "quantity": 1, "by": people.storekeeper, "at": AT}
        try:
            if next(wishes) % 2:
                orders.reserve(stock.location, about=line, **words)
            else:
                orders.take_out(stock.location, reason="R-11", **words)
        except DomainError:
            return False
        return True

    def left():
        level = StockLevel.objects.get(pk=stock.pk)
        moves = level.moves.aggregate(on_hand=Sum("on_hand"), allocated=Sum("allocated"))
        return level.available, moves == {"on_hand": level.on_hand, "allocated": level.allocated}

    won = [each for _half in range(2) for each in in_parallel(25, take)]
    (found,) = in_parallel(1, left)

    assert won.count(True) == 1
    assert found == (0, True)


def test_of_six_who_pay_the_same_claims_one_pays_them(people, in_parallel):
    """F-29: six windows at once; nothing is paid twice, nothing is half paid."""
    claims = [ExpenseLineFactory(claim__approved=True).claim.pk for _ in range(3)]
    head = people.department_head

    def pay():
        try:
            return expenses.pay_together(claims, currency="CNY", by=head, at=AT).number
        except DomainError:
            return None

    runs = in_parallel(6, pay)
    ((paid, said),) = in_parallel(1, paid_claims)

    (number,) = filter(None, runs)
    assert paid == [number] * 3
    assert said == 3


def paid_claims():
    """The run of each paid claim, and how often the trail says so."""
    runs = ExpenseClaim.objects.filter(status="paid").values_list("payment_run__number", flat=True)
    return list(runs), Activity.objects.filter(verb="expenses.paid_in_run").count()


def test_of_two_requests_that_many_merge_into_each_other_one_goes_on(people, in_parallel):
    one, other = ServiceRequestFactory.create_batch(2, customer=CustomerFactory())
    turns = iter([(one, other), (other, one)] * 4)

    def merge():
        merged, into = next(turns)
        words = {"into": into, "reason": "同一故障", "by": people.service_manager, "at": AT}
        try:
            return insist(lambda: service_requests.merge(merged, **words)).pk
        except DomainError:
            return None

    done = in_parallel(8, merge)
    (found,) = in_parallel(1, lambda: list(ServiceRequest.objects.values_list("pk", "merged_into")))

    (survivor,) = filter(None, done)
    assert sorted(found) == [
        (pk, None if pk == survivor else survivor) for pk in sorted([one.pk, other.pk])
    ]
