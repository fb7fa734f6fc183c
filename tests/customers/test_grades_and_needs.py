"""Five As with their reasons and history; needs that are passed on, answered, and told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions, notices
from customers.grades import corners, mean_of, score_of, whole_as
from customers.models import GradePolicy, Need
from tests.factories.customers import CustomerFactory, PurchaseFactory
from tests.factories.dispatch import TimeEntryFactory

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BANDS = [Decimal(each) for each in (0, 10, 20, 30)]


@pytest.mark.parametrize(
    ("figure", "score"), [(None, None), (-1, 1), (0, 2), (9, 2), (10, 3), (29, 4), (30, 5)]
)
def test_a_figure_is_scored_by_its_band(figure, score):
    assert score_of(None if figure is None else Decimal(figure), BANDS) == score


@pytest.mark.parametrize(
    ("scores", "mean", "letters"),
    [
        ({"a": 5, "b": 4}, "4.67", 5),
        ({"a": 4, "b": 5}, "4.33", 4),
        ({"b": 2}, "2.00", 2),
        ({"a": 4, "c": 5}, "4.50", 5),
    ],
)
def test_the_mean_is_weighted_and_leaves_out_what_has_no_score(scores, mean, letters):
    weights = {"a": Decimal(2), "b": Decimal(1), "c": Decimal(2)}

    found = mean_of(scores, weights)

    assert (found, whole_as(found)) == (Decimal(mean), letters)
    assert mean_of({}, weights) is None


def test_the_radar_begins_at_the_top():
    assert corners([5, 5, 5, 5]) == "100.0,22.0 178.0,100.0 100.0,178.0 22.0,100.0"


@pytest.mark.django_db
def test_a_grade_follows_from_figures_and_what_the_team_says(people, logged_in):
    customer = CustomerFactory(served_by=[people.sales.outlet])
    PurchaseFactory(customer=customer, amount=160_000, bought_on=date(2026, 2, 1))
    TimeEntryFactory(task__customer=customer, worked_on=date(2026, 2, 2), hours=10)
    GradePolicy.objects.filter(subject="revenue").update(weight=3)

    given = actions.grade(customer, ease=4, integrity=5, reason="付款准时", by=people.sales, at=AT)

    assert given.scores["revenue"] == 3
    assert given.scores["effort"] == 5  # 16,000 an hour
    assert given.figures["effort"] == "16000.00"
    assert given.weights["revenue"] == "3.00"
    url = reverse("customers:grades", args=[customer.code])
    page, value = (
        logged_in("department_head").get(each).content.decode()
        for each in (url, f"/customers/value/{customer.code}/")
    )
    assert "付款准时" in page
    assert "radar-latest" in page
    assert f"{whole_as(given.mean)}A" in value
    profit = [
        logged_in(role).get(url).context["rows"][1]["cells"][3]["text"]
        for role in ("department_head", "sales")
    ]
    assert profit == ["¥160,000.00", "–"]
    with pytest.raises(DomainError, match="write why"):
        actions.grade(customer, ease=4, integrity=5, reason=" ", by=people.sales, at=AT)


@pytest.mark.django_db
def test_a_rule_of_grades_rises(people, logged_in):
    client = logged_in("department_head")
    url = reverse("customers:edit_grade_policy", args=["revenue"])
    words = {"weight": "1", "from_2": "1", "from_3": "2", "from_4": "3", "version": 1}

    assert client.post(url, {**words, "from_5": "3"}).status_code == 422
    assert client.post(url, {**words, "from_5": "4"}).status_code == 302
    assert GradePolicy.objects.get(subject="revenue").from_5 == 4
    assert client.get(reverse("customers:grade_policies")).status_code == 200


@pytest.mark.django_db
def test_a_need_is_passed_on_answered_and_told(people, logged_in):
    customer = CustomerFactory(served_by=[people.field_engineer.outlet])
    words = {
        "customer": customer.pk,
        "kind": "latent",
        "text": "远程监控\n越快越好",
        "once": "k" * 20,
    }
    logged_in("field_engineer").post(reverse("customers:note_need"), words)
    need, head = Need.objects.get(), people.department_head
    given = {"by": head, "at": AT}

    with pytest.raises(DomainError, match="cannot become"):
        actions.answer_need(need, answer="好", **given)
    actions.forward_need(
        need, to="product", asked_of=people.senior_engineer, due_on=AT.date() + DAY, **given
    )
    spoken = [actions.remind_of_needs(on=AT.date() + n * DAY, at=AT) for n in (1, 2, 3)]
    assert spoken == [0, 1, 0]
    answered = actions.answer_need(need, answer="明年上线", by=people.senior_engineer, at=AT)
    told = Activity.objects.get(verb="customers.need_answered")
    assert notices.who_noted_it(answered, told) == [people.field_engineer]
    actions.close_need(need, closing="已电话告知", by=people.field_engineer, at=AT)

    need.refresh_from_db()
    assert (need.status, need.title) == ("closed", "远程监控")
    client = logged_in("field_engineer")
    assert "明年上线" in client.get(need.get_absolute_url()).content.decode()
    assert need.title in client.get(reverse("customers:needs")).content.decode()


@pytest.mark.django_db
def test_the_lifetime_file_has_everything_on_one_page(people, logged_in):
    customer = CustomerFactory(served_by=[people.field_engineer.outlet])
    PurchaseFactory(customer=customer, amount=12_345, bought_on=date(2026, 2, 1))
    given = {"by": people.sales, "at": AT}
    actions.grade(customer, ease=4, integrity=5, reason="付款准时", **given)
    need = actions.note_need(customer, kind="general", text="远程监控", **given)
    signal = actions.raise_signal(customer, text="要扩产", by=people.field_engineer, at=AT)
    signal = actions.take_signal(signal, **given)
    actions.win_signal(signal, amount=Decimal(80_000), **given)
    url = reverse("customers:lifetime", args=[customer.code])

    whole = logged_in("department_head").get(url).content.decode()
    engineers = logged_in("field_engineer").get(url).content.decode()

    for text in ("12,345.00", "付款准时", need.title, "要扩产"):
        assert text in whole
    assert "12,345.00" not in engineers
    assert need.title in engineers
    credit = logged_in("field_engineer").get(people.field_engineer.get_absolute_url())
    assert "¥80,000.00" in credit.content.decode()
    assert "¥80,000.00" in logged_in("sales").get(credit.request["PATH_INFO"]).content.decode()
