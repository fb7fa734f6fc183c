"""S-04: every route × every role. Rows come from the resolver; a route without a row fails."""

import pytest
from django.db import transaction
from django.urls import reverse

from employees.choices import Role
from employees.permissions import PERMISSIONS, scope_of
from tests.security.examples import BY_POLICY, COMPANY_WIDE, maker_of, url_of
from tests.security.routes import OPEN_TO_ALL, THIRD_PARTY, ours, routes

FINE = {200, 302, 404, 405, 422}
HEALTH = {200, 503}
LOG_IN = "/account/login/"
OURS = [pytest.param(route, id=str(route)) for route in ours()]
OTHERS = [
    pytest.param(route, id=str(route))
    for route in routes()
    if route.third_party and not route.arguments
]


@pytest.mark.parametrize("route", OURS)
def test_a_route_says_who_may(route):
    assert route.permission in {*PERMISSIONS, "everybody", "public"}, (
        f"{route.pattern}: decorate the view with allowed, everybody or public, "
        "or give its reason in tests/security/routes.py"
    )
    assert maker_of(route), f"{route} needs an example in tests/security/examples.py"


def test_no_reason_is_left_over():
    names = {route.name for route in routes()}
    namespaces = {route.namespace for route in routes()}
    assert set(THIRD_PARTY) <= names | namespaces
    assert set(BY_POLICY) | set(COMPANY_WIDE) <= names


@pytest.mark.parametrize("route", OURS)
def test_a_stranger_is_sent_to_the_log_in(client, people, route):
    url = url_of(route, people.service_manager)
    for answer in (client.get(url), client.post(url)):
        is_sent_away = answer.status_code == 302 and answer.url.startswith(LOG_IN)
        assert is_sent_away == (route.permission != "public"), f"{answer.status_code} {url}"
        assert answer.status_code in FINE


@pytest.mark.parametrize("route", OURS)
def test_each_role_gets_what_the_table_says(client, people, route):
    for role in Role:
        user = getattr(people, role.value)
        client.force_login(user)
        with transaction.atomic():
            url = url_of(route, user)
            answer = client.get(url)
            if answer.status_code == 405:
                answer = client.post(url)
            transaction.set_rollback(True)
        if is_allowed(route.permission, role):
            may_refuse = {403} if route.name in BY_POLICY else set()
            assert answer.status_code in FINE | may_refuse, f"{role}: {answer.status_code} {url}"
        else:
            assert answer.status_code == 403, f"{role}: {answer.status_code} {url}"


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


def is_allowed(permission, role):
    return permission in {"everybody", "public"} or scope_of(role, permission) is not None
