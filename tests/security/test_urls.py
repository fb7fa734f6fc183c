"""S-04: every route × every role. Rows come from the resolver; a route without a row fails."""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from employees.choices import Role
from employees.permissions import PERMISSIONS, Scope, scope_of
from tests.security.examples import BY_POLICY, COMPANY_WIDE, maker_of, url_of
from tests.security.routes import OPEN_TO_ALL, THIRD_PARTY, ours, routes

FINE = {200, 302, 404, 405, 422}
HEALTH = {200, 503}
LOG_IN = "/account/login/"
NAMESPACES = sorted({route.namespace for route in ours()})
OTHERS = [
    pytest.param(route, id=str(route))
    for route in routes()
    if route.third_party and not route.arguments
]


@pytest.fixture
def clients(people):
    """A client per role, logged in once: there are hundreds of routes to ask."""
    made = {role: Client() for role in Role}
    for role, client in made.items():
        client.force_login(getattr(people, role.value))
    return made


def routes_of(namespace):
    return [route for route in ours() if route.namespace == namespace]


def is_allowed(permission, role):
    return permission in {"everybody", "public"} or scope_of(role, permission) is not None


def roles(route, *, allowed):
    return [role for role in Role if is_allowed(route.permission, role) == allowed]


@contextmanager
def undone():
    """Whatever is written within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client, url):
    """The answer to whichever of GET and POST the route knows."""
    answer = client.get(url)
    return client.post(url) if answer.status_code == 405 else answer


def is_sent_away(answer):
    return answer.status_code == 302 and answer.url.startswith(LOG_IN)


def test_a_route_says_who_may_and_has_an_example():
    known = {*PERMISSIONS, "everybody", "public"}
    assert [route.pattern for route in ours() if route.permission not in known] == [], (
        "decorate the view with allowed, everybody or public, "
        "or give its reason in tests/security/routes.py"
    )
    assert [str(route) for route in ours() if not maker_of(route)] == [], (
        "an example is missing in tests/security/examples.py"
    )


def test_no_reason_is_left_over():
    names = {route.name for route in routes()}
    namespaces = {route.namespace for route in routes()}
    assert set(THIRD_PARTY) <= names | namespaces
    assert set(BY_POLICY) | set(COMPANY_WIDE) <= names


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_role_that_the_table_names_gets_an_answer(clients, people, namespace):
    wrong = []
    for route in routes_of(namespace):
        with undone():
            wrong += wrong_answers(route, clients, people)
    assert wrong == []


def wrong_answers(route, clients, people):
    """Who sees an outlet's records, or all, shares an example; of what is own each has one."""
    fine = FINE | ({403} if route.name in BY_POLICY else set())
    shared = {}
    for role in roles(route, allowed=True):
        who = getattr(people, role.value)
        if is_shared(route, role) and who.outlet_id not in shared:
            shared[who.outlet_id] = url_of(route, who)
        with undone():
            url = shared[who.outlet_id] if is_shared(route, role) else url_of(route, who)
            answer = ask(clients[role], url)
        if answer.status_code not in fine or is_sent_away(answer):
            yield f"{role}: {answer.status_code} {url}"


def is_shared(route, role):
    return route.permission in PERMISSIONS and scope_of(role, route.permission) != Scope.OWN


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_strangers_are_sent_to_the_log_in_and_each_other_role_is_refused(
    client, clients, people, namespace
):
    wrong = []
    for route in routes_of(namespace):
        with undone():
            wrong += too_open(route, client, clients, url_of(route, people.department_head))
    assert wrong == []


def too_open(route, stranger, clients, url):
    """Whose example it is plays no part: the table is asked before anything is looked up."""
    for answer in (stranger.get(url), stranger.post(url)):
        is_right = is_sent_away(answer) == (route.permission != "public")
        if not is_right or answer.status_code not in FINE:
            yield f"a stranger: {answer.status_code} {url}"
    for role in roles(route, allowed=False):
        answer = ask(clients[role], url)
        if answer.status_code != 403:
            yield f"{role}: {answer.status_code} {url}"


@pytest.mark.parametrize("route", OTHERS)
def test_routes_of_others_are_closed_unless_they_are_the_way_in(client, people, route):
    url = reverse(route.name)
    answer = client.get(url)
    if route.name in OPEN_TO_ALL:
        assert answer.status_code in FINE | HEALTH
    else:
        assert answer.status_code in {302, 404, 405}, url
        assert answer.status_code != 302 or "login" in answer.url


@pytest.mark.parametrize("role", Role)
def test_the_admin_site_is_for_superusers(client, people, role):
    client.force_login(getattr(people, role.value))
    answer = client.get("/admin/")

    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")
