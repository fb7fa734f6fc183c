"""S-05: what only another outlet sees is in no list, search, chooser or panel of this one."""

import pytest
from django.urls import reverse

from employees.choices import Role
from employees.permissions import PERMISSIONS
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.security import world
from tests.security.routes import ours

NARROW = (Role.PARTNER_COORDINATOR, Role.FIELD_ENGINEER)
PEOPLE = ("owner", "engineer", "responsible", "author", "claimant", "account_manager")
ONLY_POSTED = {"read_all", "operations:retry_delivery", "operations:retry_telling"}
EVERYTHING = {"status": "all", "show": "all"}
# Of what is hidden, where its own people find it: its list, and the chooser of forms.
FOUND_IN = {
    "customer": ("customers:index", "customers:options", "search"),
    "contact": (
        "search",
        "customers:contact_options",
    ),
    "asset": ("assets:index", "assets:options", "search"),
    "site": ("assets:site_options",),
    "contract": ("contracts:index", "contracts:options", "search"),
    "request": ("service_requests:index", "service_requests:options", "search"),
    "task": ("dispatch:index", "dispatch:options", "search"),
    "goods": ("dispatch:depot", "dispatch:depot_list"),
    "order": ("orders:index", "search"),
    "place": ("orders:places", "orders:stock"),
    "claim": ("expenses:index",),
    "employee": ("employees:index", "employees:options", "search"),
    "article": ("knowledge:index", "knowledge:options", "search"),
}


@pytest.fixture
def mine(db):
    return OutletFactory(partner=True)


@pytest.fixture
def planted(mine):
    return world.build(mine)


def places(role, *, with_arguments):
    """The routes that a role may open; those that only a POST opens answer 405."""
    return [
        route
        for route in ours()
        if route.name not in ONLY_POSTED
        and bool(route.arguments) == with_arguments
        and (route.permission == "everybody" or role in PERMISSIONS.get(route.permission, {}))
    ]


def hidden_from(person, planted):
    """Of what is planted, what `visible_to` keeps from this person."""
    return {
        noun: each
        for noun, each in planted.hidden.items()
        if not type(each.record).objects.visible_to(person).filter(pk=each.record.pk).exists()
    }


def questions(planted, hidden, *, is_searched):
    """What links name, by key and by number; and where something is typed, each noun's words."""
    named = planted.hidden
    by_key = {noun: named[noun].record.pk for noun in ("customer", "asset", "contact", "task")}
    people = dict.fromkeys(PEOPLE, named["employee"].record.pk)
    by_number = {
        noun: named[noun].number for noun in ("customer", "asset", "contact", "request", "task")
    }
    by_number |= {"caller": f"customer:{named['customer'].number}", "phone": world.PHONE}
    yield EVERYTHING
    yield by_key | people | {"to": named["customer"].record.pk}
    yield people
    yield by_number
    if is_searched:
        yield from ({"q": each.title} for each in hidden.values())


def is_searched(client, route):
    """Whether something can be typed: a chooser of forms, a list with its field, the search."""
    plain = client.get(reverse(route.name))
    is_chooser = plain["Content-Type"] == "application/json"
    return is_chooser or route.name == "search" or 'id="id_q"' in plain.content.decode()


def betrayals(answer, hidden, asked):
    """What a page says of hidden records beyond repeating what it was asked."""
    said = answer.content.decode() + f'href="{getattr(answer, "url", "")}"'
    repeated = {str(value) for value in asked.values()}
    words = {
        (noun, word)
        for noun, each in hidden.items()
        for word in (each.number, each.title)
        if not any(word in value for value in repeated)
    }
    links = {(noun, f'href="{each.url}"') for noun, each in hidden.items() if each.url}
    return sorted((noun, word) for noun, word in words | links if word in said)


def test_whoever_may_see_all_finds_each_in_these_very_ways(client, people, planted):
    client.force_login(people.department_head)

    for noun, each in planted.hidden.items():
        searched = {noun: each}
        for name in FOUND_IN[noun.removesuffix(world.SHARED)]:
            ways = questions(planted, searched, is_searched=True)
            answers = (betrayals(client.get(reverse(name), way), searched, way) for way in ways)
            assert any(answers), f"{noun} in {name}"


@pytest.mark.parametrize("role", NARROW)
def test_no_list_search_or_chooser_shows_it(client, planted, mine, role):
    person = EmployeeFactory(role=role, outlet=mine)
    hidden = hidden_from(person, planted)
    assert hidden == planted.hidden
    client.force_login(person)

    shown = [
        (route.name, asked, found)
        for route in places(role, with_arguments=False)
        for asked in questions(planted, hidden, is_searched=is_searched(client, route))
        if (found := betrayals(client.get(reverse(route.name), asked), hidden, asked))
    ]

    assert shown == []


@pytest.mark.parametrize("role", NARROW)
def test_no_page_of_what_is_shared_shows_it(client, planted, mine, role):
    """A customer of two outlets, its device and people, and what is the whole company's."""
    person = EmployeeFactory(role=role, outlet=mine)
    hidden = hidden_from(person, planted)
    client.force_login(person)
    pages = [
        (route, url)
        for route in places(role, with_arguments=True)
        if (url := world.page_of(route, planted.shared))
    ]

    shown = [
        (route.name, found)
        for route, url in pages
        if (found := betrayals(client.get(url), hidden, {}))
    ]

    assert {route.name for route, _url in pages} >= {"customers:detail", "assets:detail"}
    assert shown == []
