"""What every answer carries, what no request gets without its token, and what no page tells."""

from urllib.parse import urljoin

import pytest
from django.db import connection, transaction
from django.test import Client

from employees.choices import Role
from employees.permissions import PERMISSIONS
from tests.security.examples import url_of
from tests.security.routes import ours

PAGES = ("/inbox/", "/requests/", "/customers/", "/search/?q=a", "/employees/options/", "/nowhere/")
CARRIED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store, private",
}
POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    " //evil.example",
    "/\t/evil.example",
    "\n//evil.example",
    "javascript:alert(1)",
    "data:text/html,evil",
    "//evil.example:443",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "//evil.example\\@testserver/",
    "%2F%2Fevil.example/",
    "／／evil.example",
    "///testserver@evil.example",
)
SECRET = "the words of the database"


@pytest.mark.parametrize("url", PAGES)
def test_every_page_of_a_person_carries_the_headers(logged_in, url):
    answer = logged_in("service_manager").get(url)

    assert {name: answer[name] for name in CARRIED} == CARRIED
    assert "charset=utf-8" in answer["Content-Type"] or answer["Content-Type"].endswith("json")
    policy = answer["Content-Security-Policy"].split("; ")
    assert set(POLICY) <= set(policy)
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in answer


def test_no_unsafe_route_works_without_its_token(people):
    client = Client(enforce_csrf_checks=True)
    for route in ours():
        role = next(iter(PERMISSIONS.get(route.permission, Role)))
        person = getattr(people, role.value)
        client.force_login(person)
        with transaction.atomic():
            url = url_of(route, person)
            assert client.post(url).status_code in {403, 404, 405}, url
            transaction.set_rollback(True)


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_way_back_stays_on_this_host(client, people, place):
    password = {"login": "sales", "password": "correct horse battery", "next": place}
    ways = [client.post("/account/login/", password)]
    ways.append(client.post("/language/setlang/", {"language": "en", "next": place}))

    for answer in ways:
        assert answer.status_code == 302
        assert urljoin("https://testserver/account/", answer.url).startswith("https://testserver/")
        assert not set("\\\t\n") & set(answer.url)


def test_whoever_is_not_logged_in_reads_in_either_language(client, db):
    """The log-in page, and what customers see by a link: their survey, their quotation."""
    for language in ("en", "zh-hans"):
        answer = client.post("/language/setlang/", {"language": language, "next": "/offer/"})
        assert (answer.url, answer.cookies["django_language"].value) == ("/offer/", language)


def test_a_page_that_is_not_there_does_not_repeat_its_address(logged_in):
    answer = logged_in("sales").get("/nowhere-<b>planted</b>/")

    assert answer.status_code == 404
    assert "<b>planted" not in answer.content.decode()


def test_an_error_page_tells_nothing(logged_in):
    def fail(*_arguments):
        raise RuntimeError(SECRET)

    client = logged_in("sales")
    client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        answer = client.get("/customers/")

    assert answer.status_code == 500
    assert SECRET not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
