"""S-05: a twin in another outlet is answered like a number that does not exist."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from employees.choices import Role
from employees.permissions import PERMISSIONS, Scope
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.security.examples import COMPANY_WIDE, maker_of
from tests.security.routes import ours

PRIVATE = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|data-now="[^"]+"')


def narrow_role(route):
    """A role that reaches this route, but only for its outlet's or its own objects."""
    row = PERMISSIONS.get(route.permission, {})
    return next((role for role in Role if row.get(role) in {Scope.OUTLET, Scope.OWN}), None)


SCOPED = [
    pytest.param(route, id=str(route))
    for route in ours()
    if route.arguments and route.name not in COMPANY_WIDE and narrow_role(route)
]


@pytest.fixture
def twins(db):
    """Two people of a role, each in an outlet of its own."""

    def make(role):
        mine = OutletFactory(partner=True)
        elsewhere = OutletFactory(code="XA", name="西安授权服务网点", kind="partner")
        return EmployeeFactory(role=role, outlet=mine), EmployeeFactory(role=role, outlet=elsewhere)

    return make


@pytest.mark.parametrize("route", SCOPED)
def test_a_twin_in_another_outlet_is_as_good_as_missing(client, twins, route):
    owner, stranger = twins(narrow_role(route))
    arguments = maker_of(route)(owner)
    there = reverse(route.name, kwargs=arguments)
    nowhere = reverse(route.name, kwargs=missing(arguments))

    for method in ("get", "post"):
        client.force_login(stranger)
        asked, unknown = (tried(client, method, url) for url in (there, nowhere))
        if asked.status_code == unknown.status_code == 405:
            continue
        assert asked.status_code == 404, f"{method} {there}"
        assert body(asked, there) == body(unknown, nowhere)
        client.force_login(owner)
        assert tried(client, method, there).status_code != 404, f"{method} {there} for its owner"


def test_there_are_twins_to_ask_for():
    assert {route.values[0].namespace for route in SCOPED} >= {"customers", "employees"}


def missing(arguments):
    """The same address with numbers that nobody has."""
    return {
        name: value + 10**9 if isinstance(value, int) else f"{value}-0"
        for name, value in arguments.items()
    }


def body(answer, url):
    """The page without what is new each time, and without the address itself."""
    return PRIVATE.sub("", answer.content.decode()).replace(url, "")


def tried(client, method, url):
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    return answer
