import pytest
from django.urls import reverse

from crmservice.search.index import index
from knowledge.choices import Status
from knowledge.models import Article, FaultCode
from knowledge.queries import search_words
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory, RevisionFactory

FORM = {
    "title": "门机故障",
    "problem": "门打不开",
    "solution": "更换",
    "audience": "internal",
    "language": "zh",
}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, count, django_assert_max_num_queries
):
    ArticleFactory.create_batch(count)
    client = logged_in("service_manager")
    client.get(reverse("knowledge:index"))

    with django_assert_max_num_queries(6):
        page = client.get(reverse("knowledge:index"))

    assert len(page.context["page"].rows) == count


def test_the_page_has_a_bounded_cost(logged_in, django_assert_max_num_queries):
    article = ArticleFactory(published=True, fault_codes=[FaultCodeFactory()])
    ArticleFactory.create_batch(3)
    article.related.set(Article.objects.exclude(pk=article.pk))
    RevisionFactory.create_batch(3, article=article)
    client = logged_in("senior_engineer")

    with django_assert_max_num_queries(14):
        page = client.get(article.get_absolute_url())

    assert page.status_code == 200


def test_found_articles_come_ranked_with_their_words_marked(logged_in):
    for title, problem in (("别的", "门机故障一次"), ("门机故障", "打不开")):
        index(
            **search_words(ArticleFactory(title=title, problem=problem, summary="", published=True))
        )
    client = logged_in("service_manager")

    page = client.get(reverse("knowledge:index"), {"q": "门机故障"})

    titles = [row.cells[1].text for row in page.context["page"].rows]
    assert titles == ["门机故障", "别的"]
    assert "<mark>门机故障</mark>" in page.content.decode()


def test_finding_obeys_the_filters(logged_in):
    index(**search_words(ArticleFactory(title="门机故障", published=True)))
    client = logged_in("service_manager")

    page = client.get(reverse("knowledge:index"), {"q": "门机", "status": "draft"})

    assert page.context["page"].rows == []


def test_an_article_is_written_and_opened(logged_in, people):
    client = logged_in("service_manager")

    answer = client.post(reverse("knowledge:create"), {**FORM, "once": "a"})

    article = Article.objects.get()
    assert answer.status_code == 302
    assert answer.url == article.get_absolute_url()
    assert article.author == people.service_manager


def test_a_form_sent_twice_writes_once(logged_in):
    client = logged_in("service_manager")

    for _ in range(2):
        client.post(reverse("knowledge:create"), {**FORM, "once": "a"})

    assert Article.objects.count() == 1


def test_what_is_missing_is_said_at_the_field(logged_in):
    client = logged_in("service_manager")

    answer = client.post(reverse("knowledge:create"), {**FORM, "title": ""})

    assert answer.status_code == 422
    assert "title" in answer.context["form"].errors


def test_a_conflict_is_shown_in_the_form(logged_in, people):
    client = logged_in("service_manager")
    client.post(reverse("knowledge:create"), FORM)
    article = Article.objects.get()
    url = reverse("knowledge:edit", args=[article.number])
    client.post(url, {**FORM, "solution": "甲", "version": 1})

    answer = client.post(url, {**FORM, "solution": "乙", "version": 1})

    assert answer.status_code == 422
    assert "solution" in answer.context["form"].errors


@pytest.mark.parametrize(
    "verb", ["edit", "submit", "publish", "send_back", "revise", "recheck", "retire"]
)
def test_a_partner_gets_at_no_internal_article(logged_in, verb):
    article = ArticleFactory()
    client = logged_in("partner_engineer")

    status = client.get(reverse(f"knowledge:{verb}", args=[article.number])).status_code

    assert status == (403 if verb in ("publish", "recheck") else 404)


@pytest.mark.parametrize(
    ("who", "status"),
    [("service_manager", 200), ("field_engineer", 200), ("sales", 403), ("storekeeper", 403)],
)
def test_who_may_write(logged_in, who, status):
    assert logged_in(who).get(reverse("knowledge:create")).status_code == status


def test_an_author_is_refused_publishing(logged_in, people):
    article = ArticleFactory(in_review=True, author=people.senior_engineer)
    client = logged_in("senior_engineer")

    assert client.post(reverse("knowledge:publish", args=[article.number]), {}).status_code == 403


def test_the_way_from_draft_to_published(logged_in, people, client):
    article = ArticleFactory(author=people.service_manager)
    logged_in("service_manager").post(reverse("knowledge:submit", args=[article.number]))
    logged_in("senior_engineer").post(reverse("knowledge:publish", args=[article.number]))

    article.refresh_from_db()
    assert article.status == Status.PUBLISHED


def test_sending_back_needs_a_reason(logged_in):
    article = ArticleFactory(in_review=True)
    client = logged_in("senior_engineer")
    url = reverse("knowledge:send_back", args=[article.number])

    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"reason": "缺图"}).status_code == 302


def test_the_difference_is_shown_escaped(logged_in):
    article = ArticleFactory()
    RevisionFactory(article=article, version=1, solution="a < b")
    RevisionFactory(article=article, version=2, solution="a <script> b")
    client = logged_in("service_manager")

    page = client.get(reverse("knowledge:version", args=[article.number, 2])).content.decode()

    assert "<ins>script&gt;</ins>" in page or "&lt;" in page
    assert "<script> b" not in page


@pytest.mark.parametrize("name", ["q", "subject", "description", "result"])
def test_suggestions_are_a_fragment(logged_in, name):
    index(**search_words(ArticleFactory(title="门机故障", published=True)))
    client = logged_in("service_manager")

    page = client.get(reverse("knowledge:suggest"), {name: "门机"}).content.decode()

    assert "<mark>门机</mark>" in page
    assert "<html" not in page


def test_nothing_is_suggested_for_one_sign(logged_in):
    index(**search_words(ArticleFactory(title="门机故障", published=True)))
    client = logged_in("service_manager")

    assert not client.get(reverse("knowledge:suggest"), {"q": "门"}).content.strip()


def test_options_answer_the_search_fields(logged_in):
    article = ArticleFactory(title="门机故障", published=True)
    index(**search_words(article))
    client = logged_in("service_manager")

    assert client.get(reverse("knowledge:options"), {"q": "门机"}).json() == [
        {"value": str(article.pk), "text": "门机故障", "hint": article.number}
    ]


def test_a_fault_code_with_a_slash_has_its_page(logged_in):
    odd = FaultCodeFactory(code="A/B 1%")
    client = logged_in("senior_engineer")

    assert client.get(odd.get_absolute_url()).status_code == 200
    answer = client.post(
        reverse("knowledge:edit_fault_code", args=[odd.code]),
        {"code": "A/B 1%", "name_zh": "新", "name_en": "New"},
    )
    assert answer.status_code == 302
    assert FaultCode.objects.get().name_en == "New"


def test_fault_codes_count_their_published_articles(logged_in):
    code = FaultCodeFactory()
    ArticleFactory(published=True, fault_codes=[code])
    ArticleFactory(fault_codes=[code])
    client = logged_in("service_manager")

    page = client.get(reverse("knowledge:fault_codes"))

    assert page.context["page"].rows[0].cells[2].text == "1"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("state", ["draft", "in_review", "published", "retired"])
def test_the_page_renders_in_each_state(logged_in, people, state, language):
    traits = {} if state == "draft" else {state: True}
    article = ArticleFactory(author=people.service_manager, **traits)
    client = logged_in("senior_engineer")

    page = client.get(article.get_absolute_url(), headers={"accept-language": language})

    assert page.status_code == 200
