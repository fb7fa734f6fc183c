import pytest

from knowledge import policies
from tests.factories.knowledge import ArticleFactory


@pytest.mark.parametrize(
    ("policy", "state", "who", "expected"),
    [
        (policies.may_change, "draft", "service_manager", True),
        (policies.may_change, "draft", "field_engineer", True),
        (policies.may_change, "draft", "partner_engineer", False),
        (policies.may_change, "draft", "sales", False),
        (policies.may_change, "in_review", "service_manager", False),
        (policies.may_change, "published", "service_manager", False),
        (policies.may_submit, "draft", "service_manager", True),
        (policies.may_submit, "published", "service_manager", False),
        (policies.may_publish, "in_review", "senior_engineer", True),
        (policies.may_publish, "in_review", "service_manager", False),
        (policies.may_publish, "draft", "senior_engineer", False),
        (policies.may_send_back, "in_review", "department_head", True),
        (policies.may_send_back, "in_review", "service_manager", False),
        (policies.may_revise, "published", "service_manager", True),
        (policies.may_revise, "draft", "service_manager", False),
        (policies.may_recheck, "published", "senior_engineer", True),
        (policies.may_recheck, "published", "service_manager", False),
        (policies.may_retire, "published", "senior_engineer", True),
        (policies.may_retire, "published", "service_manager", False),
        (policies.may_retire, "draft", "service_manager", True),
    ],
)
def test_who_may(people, policy, state, who, expected):
    traits = {} if state == "draft" else {state: True}
    article = ArticleFactory(author=people.administrator, **traits)

    assert policy(getattr(people, who), article) is expected


def test_an_author_takes_it_back_but_does_not_publish_it(people):
    article = ArticleFactory(in_review=True, author=people.senior_engineer)

    assert policies.may_send_back(people.senior_engineer, article)
    assert not policies.may_publish(people.senior_engineer, article)


def test_a_partners_engineer_changes_what_the_own_outlet_wrote(people):
    article = ArticleFactory(author=people.partner_engineer)

    assert policies.may_change(people.partner_engineer, article)
