"""The little world of the tests: one person per role, a logged-in client, a browser."""

import os
import shutil
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from crmservice.activity import schema
from employees import queries
from employees.choices import Role
from tests.factories.employees import EmployeeFactory, OutletFactory

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
)  # Playwright's sync API keeps a loop in the test's thread

CHROME = os.environ.get("CHROME_BIN") or next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
# The rows that the migrations wrote: a connection made after a browser was opened has none.
MIGRATED = pytest.StashKey[str]()
CHROME_ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    """Skip, with its reason, what this machine cannot run."""
    missing = {
        "e2e": None if CHROME else "no Chromium (set CHROME_BIN)",
        "postgres": None if os.environ.get("TEST_DATABASE_URL") else "set TEST_DATABASE_URL",
        "redis": None if os.environ.get("TEST_REDIS_URL") else "set TEST_REDIS_URL",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
        if commits(item):
            item.add_marker(
                pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False
            )


def commits(item):
    """Whether a test's rows are really committed, so that it flushes every table afterwards."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or any(
        name in item.fixturenames for name in ("live_server", "transactional_db")
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A flush takes what the migrations wrote; it comes back for whichever test is next.

    Where a browser was opened the connection is another one than at the start, and knows nothing.
    """
    blocker = commits(item) and item.funcargs.get("django_db_blocker")
    if blocker:
        connection._test_serialized_contents = item.config.stash[MIGRATED]  # noqa: SLF001
    try:
        return (yield)
    finally:
        if nextitem and blocker:
            with blocker.unblock():
                connection.creation.deserialize_db_from_string(item.config.stash[MIGRATED])


@pytest.fixture(autouse=True)
def _as_in_a_new_process():
    """Nothing that an earlier test left: neither what was worked out nor a reader's language."""
    translation.activate("en")
    cache.clear()
    queries.calendar_of_version.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, pytestconfig):
    """After a test with real transactions the tables are emptied: on SQLite row by row, for which
    the guards of the trail are set aside.
    """
    pytestconfig.stash[MIGRATED] = getattr(connection, "_test_serialized_contents", "")
    if connection.vendor == "sqlite":
        operations = type(connection.ops)
        flush = operations.sql_flush
        operations.sql_flush = lambda *args, **options: [
            *schema.without_guards("sqlite"),
            *flush(*args, **options),
            *schema.guards(apps, "sqlite"),
        ]


@pytest.fixture
def people(db):
    """`people.service_manager` and so on: a person per role, a partner's two, and a stranger."""
    headquarters, partner = OutletFactory(), OutletFactory(partner=True)
    world = {
        role.value: EmployeeFactory(role=role, outlet=headquarters, employee_no=role.value)
        for role in Role
        if role != Role.PARTNER_COORDINATOR
    }
    world["partner_coordinator"] = EmployeeFactory(
        role=Role.PARTNER_COORDINATOR, outlet=partner, employee_no="partner_coordinator"
    )
    world["partner_engineer"] = EmployeeFactory(
        role=Role.FIELD_ENGINEER, outlet=partner, employee_no="partner_engineer"
    )
    elsewhere = OutletFactory(code="XA", name="西安授权服务网点", kind="partner")
    world["outsider"] = EmployeeFactory(
        role=Role.PARTNER_COORDINATOR, outlet=elsewhere, employee_no="outsider"
    )
    return SimpleNamespace(**world)


@pytest.fixture
def logged_in(client, people):
    """`logged_in("sales")` gives the client with that person logged in."""

    def log_in(role):
        client.force_login(getattr(people, role))
        return client

    return log_in


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROME, "args": CHROME_ARGS}


@pytest.fixture
def is_postgres():
    return connection.vendor == "postgresql"
