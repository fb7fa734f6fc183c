"""New business: noticed by anybody, answered by sales, heard of by its author."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions, notices
from customers.choices import SignalStatus
from customers.models import BusinessSignal
from customers.views import business
from tests.dispatch.test_syncing import Tablet
from tests.factories.customers import BusinessSignalFactory, CustomerFactory
from tests.factories.dispatch import TaskFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def signal(people):
    return actions.raise_signal(
        CustomerFactory(), text="要扩产\n年底前", by=people.field_engineer, at=AT
    )


def test_sales_hears_of_it_and_the_account_manager_alone_where_there_is_one(signal, people):
    told = Activity.objects.get(verb="customers.signal_raised")

    assert list(notices.who_sells(signal, told)) == [people.sales]
    signal.customer.account_manager = people.service_manager
    assert list(notices.who_sells(signal, told)) == [people.sales]
    assert signal.title == "要扩产"


@pytest.mark.parametrize(
    ("verb", "given", "status"),
    [
        ("win_signal", {"amount": Decimal(500_000)}, SignalStatus.WON),
        ("lose_signal", {"reason": "预算取消"}, SignalStatus.LOST),
    ],
)
def test_it_is_taken_and_its_outcome_reaches_the_author(signal, people, verb, given, status):
    actions.take_signal(signal, by=people.sales, at=AT + HOUR)
    done = getattr(actions, verb)(signal, by=people.sales, at=AT + 2 * HOUR, **given)

    told = Activity.objects.filter(subject_type="customers.businesssignal").first()
    assert (done.status, done.taken_by, done.settled_at) == (status, people.sales, AT + 2 * HOUR)
    assert notices.who_noticed_it(done, told) == [people.field_engineer]


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_nothing_is_won_for_nothing(signal, people, amount):
    actions.take_signal(signal, by=people.sales, at=AT)

    with pytest.raises(DomainError, match="how much"):
        actions.win_signal(signal, amount=Decimal(amount), by=people.sales, at=AT)


def test_what_was_answered_is_answered(signal, people):
    actions.reject_signal(signal, reason="不做", by=people.sales, at=AT)

    for verb, given in (
        (actions.take_signal, {}),
        (actions.reject_signal, {"reason": "再说"}),
        (actions.win_signal, {"amount": Decimal(1)}),
    ):
        with pytest.raises(DomainError, match="it cannot become"):
            verb(signal, by=people.sales, at=AT, **given)


@pytest.mark.parametrize(("hours", "spoken"), [(-1, 0), (0, 1), (1, 1)])
def test_it_is_spoken_of_once_when_nobody_answered_in_time(signal, people, hours, spoken):
    at = signal.due_at + hours * HOUR

    assert [actions.remind_of_signals(at=at) for _ in range(2)] == [spoken, 0]
    told = Activity.objects.filter(verb="customers.signal_unanswered").first()
    if told:
        heard = notices.who_sells_and_who_leads(signal, told)
        assert set(heard) == {people.sales, people.department_head}


def test_what_is_answered_is_not_spoken_of(signal, people):
    actions.take_signal(signal, by=people.sales, at=AT)

    assert actions.remind_of_signals(at=signal.due_at + HOUR) == 0


def test_anybody_raises_one_from_any_page_and_sees_only_the_own(logged_in, people):
    customer = CustomerFactory()
    client = logged_in("storekeeper")
    form = client.get(reverse("customers:raise_signal", query={"from": "/orders/"}))
    sent = client.post(
        reverse("customers:raise_signal"),
        {"customer": customer.pk, "text": "要买泵", "source": "/orders/"},
    )
    own = BusinessSignal.objects.get()
    other = BusinessSignalFactory()

    assert 'value="/orders/"' in form.content.decode()
    assert (sent.status_code, own.raised_by) == (302, people.storekeeper)
    assert client.get(own.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.post(reverse("customers:take_signal", args=[own.pk])).status_code == 403


@pytest.mark.parametrize("source", ["https://evil.example/", "//evil.example/x", "javascript:x"])
def test_where_it_was_noticed_is_a_page_of_ours(logged_in, source):
    page = logged_in("sales").get(reverse("customers:raise_signal", query={"from": source}))

    assert "evil" not in page.content.decode()[page.content.decode().index("<main") :]


def test_sales_answers_on_its_page(signal, logged_in):
    client = logged_in("sales")

    def say(verb, **fields):
        return client.post(reverse(f"customers:{verb}", args=[signal.pk]), fields).status_code

    listed = client.get(reverse("customers:signals")).content.decode()
    assert "要扩产" in listed
    assert [say("take_signal"), say("win_signal", amount="120000")] == [302, 302]
    at = reverse("customers:signals_at", args=[signal.customer.code])
    assert at in client.get(signal.customer.get_absolute_url()).content.decode()
    page = client.get(at).content.decode()
    assert "Won" in page


def test_the_tablet_tells_of_it_without_a_network(client, people):
    task = TaskFactory(done=True, assignee=people.field_engineer)

    answer = Tablet(client, people.field_engineer).do(
        "notice_business", task, fields={"text": "要扩产"}
    )

    raised = BusinessSignal.objects.get()
    assert answer["status"] == 200
    assert (raised.customer, raised.source) == (task.customer, task.get_absolute_url())


@pytest.mark.parametrize(
    ("source", "said"),
    [("/customers/C00050/", "C00050"), ("/tablet/", "this page"), ("在展会上", "在展会上")],
)
def test_where_it_was_noticed_is_said_in_words(source, said):
    assert business.place(source) == said


@pytest.mark.parametrize("name", ["signals", "touches", "care_plans"])
def test_pages_of_customers_are_found_in_the_menu_under_customers(logged_in, name):
    page = logged_in("department_head").get(reverse(f"customers:{name}"))

    assert [item.url for item in page.context["nav"] if item.active] == [reverse("customers:index")]


def test_who_comes_second_is_told_so_and_keeps_what_was_typed(signal, people, logged_in):
    actions.take_signal(signal, by=people.sales, at=AT)
    url = reverse("customers:reject_signal", args=[signal.pk])

    second = logged_in("sales").post(url, {"reason": "客户没有预算", "once": "s" * 20})
    other_role = logged_in("field_engineer").post(url, {"reason": "客户没有预算"})

    said = second.content.decode()
    assert second.status_code == other_role.status_code == 403
    assert "it was done meanwhile" in said
    assert "客户没有预算" in said
    assert f'href="{signal.get_absolute_url()}"' in said
    assert "Your role does not allow this." in other_role.content.decode()
