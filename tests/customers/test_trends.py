"""Who buys less is seen each month, has a case, and the case has an end."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions, notices
from customers.choices import Trend
from customers.models import Customer, CustomerTrend, RecoveryCase
from customers.trends import Terms, course
from tests.factories.customers import (
    CustomerFactory,
    PurchaseFactory,
    RecoveryCaseFactory,
    TierFactory,
)

MARCH = date(2026, 3, 1)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OLD, BEFORE, RECENT = date(2024, 4, 1), date(2025, 3, 1), date(2025, 9, 1)


@pytest.mark.parametrize(
    ("purchases", "trend"),
    [
        pytest.param([], Trend.STEADY, id="never bought"),
        pytest.param([(BEFORE, 100), (RECENT, 120)], Trend.RISING, id="a fifth more"),
        pytest.param([(BEFORE, 100), (RECENT, 119)], Trend.STEADY, id="less than a fifth more"),
        pytest.param([(BEFORE, 100), (RECENT, 81)], Trend.STEADY, id="less than a fifth less"),
        pytest.param([(BEFORE, 100), (RECENT, 80)], Trend.DECLINING, id="a fifth less"),
        pytest.param([(BEFORE, 100)], Trend.DECLINING, id="nothing of late"),
        pytest.param([(RECENT, 1)], Trend.NEW, id="first within six months"),
        pytest.param([(date(2026, 3, 1), 1)], Trend.STEADY, id="today does not count yet"),
        pytest.param([(date(2025, 8, 31), 100), (RECENT, 79)], Trend.DECLINING, id="the last day"),
        pytest.param([(OLD, 5), (RECENT, 1)], Trend.RISING, id="back after a pause"),
        pytest.param([(date(2025, 2, 28), 5)], Trend.LOST, id="silent for a year"),
        pytest.param([(date(2024, 3, 1), 5)], Trend.LOST, id="two years ago to the day"),
        pytest.param([(date(2024, 2, 29), 5)], Trend.STEADY, id="longer than it is known"),
    ],
)
def test_a_customer_is_judged_against_its_own_past(purchases, trend):
    bought = [(day, Decimal(amount)) for day, amount in purchases]

    assert course(MARCH, bought, Terms()).trend == trend


@pytest.fixture
def going(people):
    """A key customer that buys less; the lowest tier is there, too."""
    TierFactory()
    customer = CustomerFactory(
        tier=TierFactory(key=True), account_manager=people.sales, served_by=[people.sales.outlet]
    )
    PurchaseFactory(customer=customer, amount=100_000, bought_on=BEFORE)
    PurchaseFactory(customer=customer, amount=40_000, bought_on=RECENT)
    return customer


@pytest.mark.django_db
def test_the_watch_writes_each_month_once_and_opens_one_case(going, people):
    small = CustomerFactory(tier=TierFactory())
    PurchaseFactory(customer=small, bought_on=BEFORE)

    assert [actions.watch_if_due(at=AT + timedelta(days=n)) for n in (0, 1, 30)] == [1, 0, 1]

    case = RecoveryCase.objects.get()
    told = Activity.objects.get(verb="customers.recovery_opened")
    assert (case.customer, case.trend, case.owner) == (going, "declining", people.sales)
    assert (case.recent, case.before) == (40_000, 100_000)
    assert notices.who_recovers(case, told) == [people.sales]
    assert CustomerTrend.objects.filter(month=MARCH).count() == Customer.objects.count()
    small.refresh_from_db()
    assert small.trend == "lost"


@pytest.mark.django_db
def test_a_case_goes_from_meeting_over_measures_to_its_end(going, people):
    actions.watch(MARCH, at=AT)
    case, sales = RecoveryCase.objects.get(), people.sales
    given = {"by": sales, "at": AT}
    with pytest.raises(DomainError, match="meeting"):
        actions.close_case(case, outcome="back", result="好", **given)
    with pytest.raises(DomainError, match="still to come"):
        actions.hold_meeting(
            case, met_on=AT.date() + timedelta(days=1), present="a", causes="b", **given
        )
    actions.hold_meeting(case, met_on=AT.date(), present="销售、客服", causes="换了厂商", **given)
    measure = actions.add_measure(case, text="上门", owner=sales, due_on=AT.date(), **given)
    with pytest.raises(DomainError, match="still open"):
        actions.close_case(case, outcome="back", result="好", **given)
    actions.finish_measure(measure, result="谈妥", **given)

    closed = actions.close_case(case, outcome="back", result="签了新单", **given)

    assert (closed.outcome, closed.remind_on) == ("back", None)
    with pytest.raises(DomainError, match="is closed"):
        actions.hand_case(case, owner=sales, **given)
    reopened = actions.open_recovery(going, reason="又少了", owner=sales, **given)
    with pytest.raises(DomainError, match="is open"):
        actions.open_recovery(going, reason="又", owner=sales, **given)
    kept = CustomerFactory()
    own = RecoveryCaseFactory(customer=kept)
    actions.join(going, kept, **given)
    assert set(RecoveryCase.objects.open()) == {own}
    reopened.refresh_from_db()
    assert (reopened.customer, reopened.outcome) == (kept, "not_needed")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "verbs"), [(-6, []), (-5, ["due"]), (0, ["due"]), (1, ["overdue"])]
)
def test_an_open_case_is_spoken_of_before_it_is_due_and_after(going, days, verbs):
    actions.watch(MARCH, at=AT)
    on = RecoveryCase.objects.get().due_on + timedelta(days=days)

    assert [actions.remind_of_cases(on=on, at=AT) for _ in range(2)] == [len(verbs), 0]

    said = Activity.objects.filter(verb__startswith="customers.recovery_").order_by("pk")
    assert [each.verb.removeprefix("customers.recovery_") for each in said][1:] == verbs


@pytest.mark.django_db
def test_the_pages_lead_from_the_list_to_the_end(going, people, logged_in):
    actions.watch(MARCH, at=AT)
    case, client = RecoveryCase.objects.get(), logged_in("service_manager")

    assert case.number in client.get(reverse("customers:trends")).content.decode()
    assert going.name in client.get(reverse("customers:recovery_cases")).content.decode()
    said = {"met_on": "2026-03-02", "present": "销售", "causes": "价格", "once": "k" * 20}
    client.post(reverse("customers:hold_meeting", args=[case.number]), said)
    page = client.get(case.get_absolute_url()).content.decode()
    value = client.get(reverse("customers:value_at", args=[going.code])).content.decode()
    assert "价格" in page
    assert case.number in value
    assert logged_in("field_engineer").get(case.get_absolute_url()).status_code == 403
