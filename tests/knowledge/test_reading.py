"""What readers say and seek: rated, bettered or answered in time, and gaps that are filled."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from knowledge import actions
from knowledge.models import Article, Gap
from knowledge.queries import said_of
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory, GapFactory, RatingFactory
from tests.factories.service_requests import ServiceRequestFactory

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
TEXT = {"title": "液压站报警", "problem": "报警", "solution": "更换压力开关。"}


@pytest.fixture
def article(people):
    return ArticleFactory(published=True, author=people.service_manager)


def unhelpful(article, by, at=AT):
    return actions.rate(article, is_helpful=False, comment="步骤缺失", by=by, at=at)


def told(verb, at=AT + 30 * DAY):
    tell_pending(at=at)
    return {each.recipient for each in Notification.objects.filter(activity__verb=verb)}


def test_what_does_not_help_is_one_task_of_its_owner_however_many_say_so(article, people):
    for person in (people.field_engineer, people.sales, people.field_engineer):
        unhelpful(article, person)

    (opened,) = article.improvements.open()
    assert (opened.owner, opened.due_at) == (people.service_manager, AT + 7 * DAY)
    assert Activity.objects.filter(verb="knowledge.found_unhelpful").count() == 2
    assert told("knowledge.found_unhelpful") == {people.service_manager}
    assert list(Article.objects.to_improve()) == [article]


@pytest.mark.parametrize(
    ("who", "given"),
    [
        pytest.param("service_manager", {"is_helpful": True}, id="one's own"),
        pytest.param("sales", {"is_helpful": False, "comment": " "}, id="without saying why"),
    ],
)
def test_what_is_no_rating(article, people, who, given):
    with pytest.raises(DomainError):
        actions.rate(article, by=getattr(people, who), at=AT, **given)


def test_the_last_word_of_a_reader_counts(article, people):
    unhelpful(article, people.sales)
    actions.rate(article, is_helpful=True, by=people.sales, at=AT + DAY)

    said = said_of(article, people.sales)
    assert (said.helped, said.did_not, said.mine) == (1, 0, True)


def test_a_late_improvement_is_told_again_every_three_days_until_it_is_answered(article, people):
    unhelpful(article, people.sales)
    due = AT + 7 * DAY

    def remind(at):
        return actions.remind(on=at.date(), at=at)

    assert [remind(at) for at in (due - SECOND, due, due, due + 3 * DAY)] == [0, 1, 0, 1]
    assert people.department_head in told("knowledge.improvement_overdue")

    actions.keep(article, answer="步骤见附件", by=people.service_manager, at=due + 4 * DAY)
    assert remind(due + 9 * DAY) == 0
    assert told("knowledge.kept") == {people.sales}
    with pytest.raises(DomainError):
        actions.keep(article, answer="again", by=people.service_manager, at=due + 4 * DAY)


def test_publishing_anew_ends_it(article, people):
    unhelpful(article, people.sales)
    actions.revise(article, by=people.service_manager, at=AT)
    actions.submit(article, by=people.service_manager, at=AT)
    assert article.improvements.open().exists()

    actions.publish(article, by=people.senior_engineer, at=AT)

    assert [each.outcome for each in article.improvements.all()] == ["improved"]


def test_a_recheck_is_reminded_of_on_its_day_and_weekly_until_it_is_done(people):
    article = actions.write(TEXT, by=people.service_manager, at=AT)
    actions.submit(article, by=people.service_manager, at=AT)
    day = AT.date() + 30 * DAY
    actions.publish(article, by=people.senior_engineer, at=AT, recheck_on=day)

    days = [day - DAY, day, day + 6 * DAY, day + 7 * DAY]
    assert [actions.remind(on=on, at=AT + 30 * DAY) for on in days] == [0, 1, 0, 1]
    assert told("knowledge.recheck_due") == {people.service_manager, people.senior_engineer}

    actions.recheck(article, by=people.senior_engineer, at=AT + 40 * DAY)
    assert actions.remind(on=day + 14 * DAY, at=AT + 50 * DAY) == 0


def test_an_unanswered_search_is_one_gap_a_person_and_day(people):
    for typed, by, at in (
        ("液压", people.sales, AT),
        ("液压站 报警", people.sales, AT + 2 * SECOND),  # typed on
        ("液压站  报警", people.sales, AT + 3 * SECOND),  # the same
        ("液压站 报警", people.field_engineer, AT + 4 * SECOND),
        ("液压站 报警", people.field_engineer, AT + DAY + 5 * SECOND),
        ("x", people.sales, AT),
    ):
        actions.note_unanswered(typed, by=by, at=at)

    assert list(Gap.objects.values_list("words", "times")) == [("液压站 报警", 3)]


def test_a_search_in_vain_is_a_gap_until_its_article_is_published(logged_in, people):
    client, gaps = logged_in("service_manager"), reverse("knowledge:gaps")
    client.get(reverse("knowledge:index"), {"q": "液压站报警"})
    gap = Gap.objects.get()

    page = client.get(reverse("knowledge:create"), {"gap": gap.pk})
    assert page.context["form"].initial["title"] == "液压站报警"
    form = {**TEXT, "audience": "internal", "language": "zh"}
    client.post(f"{reverse('knowledge:create')}?gap={gap.pk}", form)
    assert len(client.get(gaps).context["page"].rows) == 1

    article = Article.objects.get()
    actions.submit(article, by=people.service_manager, at=AT)
    actions.publish(article, by=people.senior_engineer, at=AT)
    assert client.get(gaps).context["page"].rows == []


def test_a_gap_set_aside_is_listed_no_more(people):
    gap = GapFactory()

    for _ in range(2):
        actions.set_aside(gap, by=people.sales, at=AT)

    assert not Gap.objects.open().exists()
    assert Activity.objects.filter(verb="knowledge.set_aside").count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_gaps_name_the_faults_that_no_article_explained(
    logged_in, count, django_assert_max_num_queries, time_machine
):
    time_machine.move_to(AT)
    GapFactory.create_batch(count)
    seal = FaultCodeFactory()
    explained = ArticleFactory(published=True, fault_codes=[seal])
    for solved_by in (None, None, explained):
        ServiceRequestFactory(resolved=True, fault_code=seal, solved_by=solved_by)
    client = logged_in("service_manager")
    client.get(reverse("knowledge:gaps"))

    with django_assert_max_num_queries(8):
        page = client.get(reverse("knowledge:gaps"))

    (panel,) = page.context["panels"]
    assert [cell["text"] for cell in panel.context["rows"][0]["cells"]] == [str(seal), "2", "1"]


def test_a_reader_rates_with_one_click_or_says_what_is_missing(logged_in, people, article):
    RatingFactory(article=article)
    client = logged_in("field_engineer")
    client.post(reverse("knowledge:helpful", args=[article.number]))
    url = reverse("knowledge:unhelpful", args=[article.number])

    refused = client.post(url, {"comment": ""})
    said = client.post(url, {"comment": "步骤缺失"})

    assert (refused.status_code, said.status_code) == (422, 302)
    assert said_of(article, people.field_engineer).mine is False
    assert "步骤缺失" in client.get(article.get_absolute_url()).content.decode()


def test_a_fault_that_no_article_explained_opens_the_requests_that_it_counts(people, logged_in):
    code, now_ = FaultCodeFactory(), datetime.now(UTC)
    article = ArticleFactory(published=True, fault_codes=[code])
    solved = {"resolved": True, "fault_code": code, "owner": people.service_manager}
    counted = ServiceRequestFactory(**solved, opened_at=now_ - DAY)
    ServiceRequestFactory(**solved, opened_at=now_ - DAY, solved_by=article)
    ServiceRequestFactory(**solved, opened_at=now_ - 100 * DAY)
    client = logged_in("service_manager")

    panel = client.get(reverse("knowledge:gaps")).context["panels"][0].context
    _code, times, published = panel["rows"][0]["cells"]

    assert times["text"] == published["text"] == "1"
    assert opened(client, times["url"]) == [counted.get_absolute_url()]
    assert opened(client, published["url"]) == [article.get_absolute_url()]


def opened(client, url):
    return [row.url for row in client.get(url).context["page"].rows]
