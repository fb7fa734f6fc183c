import pytest

from crmservice.search.index import index
from knowledge import queries
from knowledge.choices import Audience
from knowledge.models import Article
from tests.factories.assets import AssetModelFactory
from tests.factories.knowledge import ArticleFactory, RevisionFactory


def indexed(**fields):
    article = ArticleFactory(**fields)
    index(**queries.search_words(article))
    return article


def test_suggestions_are_published_ones_only(people):
    known = indexed(title="门机故障处理", published=True)
    indexed(title="门机故障草稿")

    assert queries.suggestions("门机故障", people.service_manager) == [known]


def test_suggestions_for_the_model_come_first(people):
    indexed(title="油泵漏油", published=True)
    of_model = indexed(title="油泵异响并且漏油，长长的标题", published=True)
    AssetModelFactory(code="HP-1", articles=[of_model])

    assert queries.suggestions("漏油", people.service_manager, "HP-1")[0] == of_model


@pytest.mark.parametrize(
    ("who", "audience", "is_seen"),
    [
        ("service_manager", Audience.INTERNAL, True),
        ("field_engineer", Audience.INTERNAL, True),
        ("partner_engineer", Audience.INTERNAL, False),
        ("partner_engineer", Audience.PARTNER, True),
        ("partner_coordinator", Audience.CUSTOMER, True),
    ],
)
def test_whom_an_article_is_shown_to(people, who, audience, is_seen):
    article = indexed(title="油泵漏油", published=True, audience=audience)
    user = getattr(people, who)

    assert queries.found("漏油", user) == ([article.pk] if is_seen else [])
    assert list(Article.objects.visible_to(user)) == ([article] if is_seen else [])


def test_a_partner_does_not_see_drafts_but_the_own(people):
    ArticleFactory(for_partners=True)
    own = ArticleFactory(author=people.partner_engineer)

    assert list(Article.objects.visible_to(people.partner_engineer)) == [own]


def test_words_of_the_solution_are_found_in_english(people):
    article = indexed(
        title="Pump", problem="It leaks", solution="Replace the bearings.", published=True
    )

    assert queries.found("bearing", people.service_manager) == [article.pk]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            "换封", "换轴封", [("same", "换"), ("added", "轴"), ("same", "封")], id="a sign"
        ),
        pytest.param("旧", "新", [("removed", "旧"), ("added", "新")], id="another text"),
        pytest.param(
            "a\nb\n", "a\nc\n", [("same", "a\n"), ("removed", "b\n"), ("added", "c\n")], id="a line"
        ),
    ],
)
def test_the_pieces_of_a_difference(before, after, expected):
    assert [(piece.kind, piece.text) for piece in queries.pieces(before, after)] == expected


def test_fields_that_are_the_same_are_left_out(people):
    article = ArticleFactory()
    older = RevisionFactory(article=article, version=1, title="甲")
    newer = RevisionFactory(article=article, version=2, title="乙")

    assert [each.field for each in queries.difference(older, newer)] == ["title"]
    assert [each.field for each in queries.difference(None, newer)] == [
        "title",
        "problem",
        "solution",
    ]


def test_rebuilding_leaves_retired_ones_out(people):
    kept = ArticleFactory(title="油泵漏油")
    ArticleFactory(title="油泵漏油", retired=True)

    queries.rebuild_search()

    assert queries.found("漏油", people.service_manager) == [kept.pk]
