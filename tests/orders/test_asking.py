"""A price or a gift beyond one's authority is asked for on the form itself, and done by the yes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.errors import BeyondAuthorityError, DomainError
from employees import actions as employees
from employees.models import AuthorityQuestion
from orders import actions, queries
from tests.factories.employees import AuthorityFactory

NINE = datetime(2026, 3, 3, 1, tzinfo=UTC)
TODAY = date(2026, 3, 3)


@pytest.fixture
def manager(people):
    manager = people.service_manager
    manager.supervisor = people.department_head
    manager.save()
    return manager


@pytest.fixture
def order(service_request, manager):
    return actions.create(
        service_request.customer, service_request=service_request, by=manager, at=NINE
    )


@pytest.fixture
def line(order, part, manager, authority):
    return actions.add_part(order, part, 2, done_on=TODAY, by=manager, at=NINE)


def ask(client, line, verb, **values):
    url = reverse(f"orders:{verb}", args=[line.order.number, line.pk])
    return url, client.post(url, {"reason": "老客户", **values})


def test_a_price_beyond_is_offered_to_be_asked_for_and_set_by_the_yes(
    client, line, manager, people
):
    client.force_login(manager)
    url, page = ask(client, line, "set_price", unit_price="90.00")
    assert page.status_code == 422
    assert 'name="ask"' in page.content.decode()

    client.post(url, {"unit_price": "90.00", "reason": "老客户", "ask": "yes"})
    question = AuthorityQuestion.objects.get()
    assert (question.asked_of, question.asks) == (people.department_head, Decimal("0.25"))
    line.refresh_from_db()
    assert line.unit_price == Decimal("120.00")

    employees.grant(question, by=people.department_head, at=NINE)
    line.refresh_from_db()
    assert (line.unit_price, line.amount) == (Decimal("90.00"), Decimal("180.00"))


def test_within_authority_nothing_is_offered_to_be_asked_for(client, line, manager):
    client.force_login(manager)
    _url, page = ask(client, line, "set_price", unit_price="-1")
    assert page.status_code == 422
    assert 'name="ask"' not in page.content.decode()


def test_a_gift_that_was_granted_is_the_goodwill_of_who_granted_it(line, manager, people):
    AuthorityFactory(role=manager.role, kind="free_part", limit=Decimal("239.99"))
    with pytest.raises(BeyondAuthorityError):
        actions.give(line, reason="x", by=manager, at=NINE)
    question = actions.ask_for_gift(line, reason="x", by=manager, at=NINE)
    employees.grant(question, by=people.department_head, at=NINE)

    line.refresh_from_db()
    assert (line.charged_to, line.goodwill_by) == ("goodwill", people.department_head)
    assert queries.goodwill_given(manager, date(2026, 1, 1), TODAY) == 0
    assert queries.goodwill_given(people.department_head, date(2026, 1, 1), TODAY) == 240


def test_the_limit_of_a_kind_is_that_of_one_line(line, manager):
    AuthorityFactory(role=manager.role, kind="free_part", limit=Decimal("240.00"))
    actions.give(line, reason="x", by=manager, at=NINE)


def test_a_tier_has_a_limit_of_its_own(line, manager):
    tier = line.order.customer.tier.code
    AuthorityFactory(role=manager.role, kind="discount", tier_code=tier, limit=Decimal("0.25"))
    actions.set_price(line, unit_price=Decimal("90.00"), reason="x", by=manager, at=NINE)
    with pytest.raises(BeyondAuthorityError):
        actions.set_price(line, unit_price=Decimal("89.99"), reason="x", by=manager, at=NINE)


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_with_what_is_gone_the_question_falls_away(line, manager, people, is_cancelled):
    question = actions.ask_for_gift(line, reason="x", by=manager, at=NINE)
    if is_cancelled:
        actions.cancel(line.order, reason="x", by=manager, at=NINE)
    else:
        actions.remove(line, by=manager, at=NINE)
    with pytest.raises(DomainError, match="Taken back"):
        employees.grant(question, by=people.department_head, at=NINE)
    assert AuthorityQuestion.objects.get().status == "withdrawn"


def test_a_gift_that_grew_after_it_was_asked_for_is_not_granted(line, manager, people):
    """Who says yes has read the amount of the question."""
    question = actions.ask_for_gift(line, reason="x", by=manager, at=NINE)
    actions.set_price(line, unit_price=Decimal("120.01"), reason="x", by=manager, at=NINE)
    with pytest.raises(DomainError, match="asked for"):
        employees.grant(question, by=people.department_head, at=NINE)
    line.refresh_from_db()
    assert (line.charged_to, AuthorityQuestion.objects.get().status) == ("billed", "open")
