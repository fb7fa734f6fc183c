"""On a telephone an article begins with what the reader came for."""

import pytest

from tests.factories.knowledge import ArticleFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_problem_and_solution_stand_before_who_wrote_it(
    page, live_server, client, people, settings
):
    article = ArticleFactory(published=True)
    client.force_login(people.field_engineer)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{live_server.url}{article.get_absolute_url()}")

    heads = page.locator(".panel h2")
    tops = [(each.bounding_box()["y"], each.inner_text()) for each in heads.all()]
    assert [head for _top, head in sorted(tops)][:2] == ["Problem", "Solution"]
    assert "Article" in [head for _top, head in tops]
