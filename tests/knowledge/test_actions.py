from datetime import UTC, date, datetime, timedelta

import pytest

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from crmservice.search.models import Entry
from knowledge import actions
from knowledge.choices import Audience, Status
from knowledge.models import Article
from tests.factories.employees import OutletFactory
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TEXT = {"title": "门机故障", "problem": "门打不开", "summary": "换门机", "solution": "更换门机。"}


def written(people, **values):
    return actions.write({**TEXT, **values}, by=people.service_manager, at=AT)


def test_writing_numbers_the_article_and_keeps_its_first_version(people):
    seal = FaultCodeFactory()

    article = written(people, fault_codes=[seal])

    assert article.number == "KB-2026-0001"
    assert article.status == Status.DRAFT
    assert article.author == people.service_manager
    assert list(article.fault_codes.all()) == [seal]
    assert [(r.version, r.solution) for r in article.revisions.all()] == [(1, "更换门机。")]


def test_a_changed_text_is_a_new_version(people):
    article = written(people)

    changed = actions.change(
        article, {"solution": "先断电，再更换门机。"}, by=people.senior_engineer, at=AT
    )

    assert [r.solution for r in changed.revisions.all()] == ["先断电，再更换门机。", "更换门机。"]
    assert changed.revisions.first().by == people.senior_engineer


def test_another_audience_is_no_new_version(people):
    article = written(people)

    changed = actions.change(article, {"audience": Audience.PARTNER}, by=people.sales, at=AT)

    assert changed.audience == Audience.PARTNER
    assert changed.revisions.count() == 1


def test_changed_fault_codes_are_on_the_trail(people):
    article = written(people)

    actions.change(article, {"fault_codes": [FaultCodeFactory()]}, by=people.sales, at=AT)

    (activity,) = Activity.objects.filter(verb="knowledge.changed")
    assert activity.details["changes"]["fault_codes"][0] == {"en": "", "zh": ""}
    assert "SEAL" in activity.details["changes"]["fault_codes"][1]["en"]


def test_two_people_who_change_the_same_text_are_told(people):
    article = written(people)
    actions.change(article, {"solution": "甲"}, version=1, by=people.senior_engineer, at=AT)

    with pytest.raises(DomainError) as no:
        actions.change(article, {"solution": "乙"}, version=1, by=people.service_manager, at=AT)

    assert no.value.field == "solution"


@pytest.mark.parametrize("state", ["in_review", "published", "retired"])
def test_only_a_draft_is_changed(people, state):
    article = ArticleFactory(**{state: True})

    with pytest.raises(DomainError):
        actions.change(article, {"title": "新"}, by=people.service_manager, at=AT)


def test_what_has_no_solution_cannot_be_submitted(people):
    article = written(people, solution=" ")

    with pytest.raises(DomainError) as no:
        actions.submit(article, by=people.service_manager, at=AT)

    assert no.value.field == "solution"


def test_another_person_publishes_it_and_a_recheck_is_due_in_a_year(people):
    article = actions.submit(written(people), by=people.service_manager, at=AT)

    published = actions.publish(article, by=people.senior_engineer, at=AT)

    assert published.status == Status.PUBLISHED
    assert published.reviewer == people.senior_engineer
    assert published.recheck_on == date(2027, 3, 10)


def test_its_author_does_not_publish_it(people):
    article = actions.write(TEXT, by=people.senior_engineer, at=AT)
    actions.submit(article, by=people.senior_engineer, at=AT)

    with pytest.raises(DomainError):
        actions.publish(article, by=people.senior_engineer, at=AT)

    assert Article.objects.get().status == Status.IN_REVIEW


def test_whoever_wrote_the_last_version_does_not_publish_it(people):
    article = written(people)
    actions.change(article, {"solution": "另一做法"}, by=people.senior_engineer, at=AT)
    actions.submit(article, by=people.service_manager, at=AT)

    with pytest.raises(DomainError):
        actions.publish(article, by=people.senior_engineer, at=AT)

    assert actions.publish(article, by=people.department_head, at=AT).status == Status.PUBLISHED


def test_the_recheck_is_tomorrow_at_the_earliest(people):
    article = ArticleFactory(in_review=True)

    with pytest.raises(DomainError) as no:
        actions.publish(article, recheck_on=date(2026, 3, 10), by=people.department_head, at=AT)
    assert no.value.field == "recheck_on"

    tomorrow = date(2026, 3, 11)
    published = actions.publish(article, recheck_on=tomorrow, by=people.department_head, at=AT)
    assert published.recheck_on == tomorrow


def test_an_article_is_due_for_recheck_on_its_day(people):
    article = ArticleFactory(published=True, recheck_on=date(2026, 3, 10))

    assert not article.is_due_for_recheck(date(2026, 3, 9))
    assert article.is_due_for_recheck(date(2026, 3, 10))
    assert list(Article.objects.due_for_recheck(date(2026, 3, 10))) == [article]
    assert not Article.objects.due_for_recheck(date(2026, 3, 9)).exists()


def test_what_is_sent_back_is_a_draft_with_its_reason(people):
    article = ArticleFactory(in_review=True)

    actions.send_back(article, reason="步骤不全", by=people.senior_engineer, at=AT)

    article.refresh_from_db()
    assert article.status == Status.DRAFT
    assert Activity.objects.get(verb="knowledge.sent_back").details["reason"] == "步骤不全"


def test_a_published_article_is_revised_not_sent_back(people):
    article = ArticleFactory(published=True)

    with pytest.raises(DomainError):
        actions.send_back(article, reason="–", by=people.senior_engineer, at=AT)

    assert actions.revise(article, by=people.senior_engineer, at=AT).status == Status.DRAFT


def test_what_is_retired_is_found_no_more(people):
    article = written(people)
    assert Entry.objects.filter(kind="article").count() == 1

    actions.retire(article, reason="型号停产", by=people.service_manager, at=AT)

    assert not Entry.objects.filter(kind="article").exists()


def test_each_use_is_counted_and_told(people):
    article = ArticleFactory(published=True)

    actions.count_use(article, by=people.field_engineer, at=AT)
    actions.count_use(article, by=people.field_engineer, at=AT + timedelta(hours=1))

    article.refresh_from_db()
    assert article.use_count == 2
    assert Activity.objects.filter(verb="knowledge.used").count() == 2


def test_a_draft_comes_out_of_a_resolved_request(people):
    seal = FaultCodeFactory()

    article = actions.draft_from(
        title="漏" * 300,
        problem="",
        solution="换密封",
        fault_code=seal,
        by=people.field_engineer,
        at=AT,
    )

    assert len(article.title) == 200
    assert article.problem
    assert list(article.fault_codes.all()) == [seal]
    assert article.author == people.field_engineer


def test_a_renamed_fault_code_finds_its_articles_by_the_new_name(people):
    seal = FaultCodeFactory()
    article = written(people, fault_codes=[seal])

    actions.change_fault_code(seal, {"name_zh": "轴封泄漏"}, by=people.senior_engineer, at=AT)

    assert "轴封" in Entry.objects.get(kind="article", object_id=article.pk).tokens_a


def test_only_what_is_published_for_partners_is_indexed_for_everybody(people):
    article = written(people, audience=Audience.PARTNER)
    own = [f"=s.o{people.service_manager.outlet_id}"]
    assert Entry.objects.get(kind="article").scope.split()[1:] == own
    OutletFactory(partner=True)

    actions.submit(article, by=people.service_manager, at=AT)
    actions.publish(article, by=people.senior_engineer, at=AT)

    assert Entry.objects.get(kind="article").scope.split()[1:] == ["=s.all"]
