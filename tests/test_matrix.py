"""The relations that both records' pages show (product.md, "The nine elements")."""

import re
from html import unescape

import pytest

from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import PartUseFactory, TaskFactory, TimeEntryFactory
from tests.factories.employees import EmployeeFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.knowledge import ArticleFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


def links(client, record):
    """Where the main part of a record's page leads to."""
    page = client.get(record.get_absolute_url()).content.decode()
    return {unescape(url) for url in re.findall('href="(.+?)"', page[page.index("<main") :])}


def test_a_persons_page_leads_to_what_the_person_answers_for(logged_in, people):
    person, other = EmployeeFactory(outlet=people.sales.outlet), EmployeeFactory()
    claim, foreign = (ExpenseClaimFactory(claimant=each) for each in (person, other))
    for each in (claim, foreign):
        ExpenseLineFactory(claim=each)
    theirs = [
        CustomerFactory(account_manager=person),
        ServiceContractFactory(responsible=person),
        ArticleFactory(author=person),
        ArticleFactory(reviewer=person),
        claim,
    ]

    found = links(logged_in("department_head"), person)

    assert {each.get_absolute_url() for each in theirs} <= found
    assert f"/expenses/?claimant={person.pk}" in found
    articles = {each.get_absolute_url() for each in theirs[2:4]}
    everything = logged_in("department_head").get(f"/knowledge/?by={person.employee_no}")
    assert {row.url for row in everything.context["page"].rows} == articles
    assert foreign.get_absolute_url() not in found


def test_what_the_reader_may_not_see_is_not_there(logged_in, people):
    claim = ExpenseClaimFactory(claimant=people.storekeeper)
    ExpenseLineFactory(claim=claim)
    contract = ServiceContractFactory(responsible=people.storekeeper)

    found = links(logged_in("sales"), people.storekeeper)

    assert claim.get_absolute_url() not in found
    assert contract.get_absolute_url() in found


@pytest.mark.parametrize("worked", [TimeEntryFactory, PartUseFactory])
def test_a_task_and_the_order_of_its_work_lead_to_each_other(logged_in, worked):
    task, order, stranger = TaskFactory(done=True), OrderFactory(), TaskFactory()
    for _ in range(2):
        worked(task=task, order_line=OrderLineFactory(order=order))
    client = logged_in("department_head")

    assert order.get_absolute_url() in links(client, task)
    assert task.get_absolute_url() in links(client, order)
    assert order.get_absolute_url() not in links(client, stranger)
    assert stranger.get_absolute_url() not in links(client, order)
