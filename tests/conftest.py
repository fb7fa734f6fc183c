"""The little world of the tests: one person per role, a logged-in client, a browser."""

import gc
import os
import shutil
from types import SimpleNamespace

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test.testcases import LiveServerThread
from django.utils import translation
from factory.django import DjangoModelFactory
from playwright.sync_api import expect

from crmservice.activity import schema
from employees import queries
from employees.choices import Role
from employees.models import Employee
from tests import company, migrated, sampled
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.live import EndingServer

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
# What a browser shows comes when the machine gets to it: two processes and a database share it.
expect.set_options(timeout=30_000)
# How fast a machine draws examples is no rule of ours.
hypothesis.settings.register_profile(
    "here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("here")
SERVICES = ("process", "postgres", "redis")
LONG = {"test_urls", "test_out_of_sight", "test_foreign_keys", "test_fields", "test_plans"}
LiveServerThread.server_class = EndingServer
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


def pytest_sessionstart():
    """What is imported stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def pytest_collection_modifyitems(config, items):
    """Skip, with its reason, what this machine cannot run; and what is the same on every database
    is tried on one.
    """
    if os.environ.get("TEST_DATABASE_URL"):
        alike = [item for item in items if not asks_a_service(item)]
        config.hook.pytest_deselected(items=alike)
        items[:] = [item for item in items if asks_a_service(item)]
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
    items.sort(key=turn)


def turn(item):
    """What takes long comes first, so that at the end no process waits for another; and what looks
    at the sample company comes together, for each process imports it once.
    """
    if "sample_company" in item.fixturenames:
        return 0
    return 1 if item.path.stem in LONG else 2


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Each test numbers its rows from the start: what it makes does not hang on its turn."""
    for each in factories(DjangoModelFactory):
        each.reset_sequence(force=True)


def factories(of):
    for each in of.__subclasses__():
        yield each
        yield from factories(each)


def asks_a_service(item):
    """Whether a test meets a database, Redis, a browser or a process; Django blocks all others."""
    return any(map(item.get_closest_marker, ("django_db", "e2e", *SERVICES))) or any(
        name in item.fixturenames for name in ("db", "transactional_db")
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
def django_db_modify_db_settings(django_db_modify_db_settings):
    migrated.start_from_the_copy(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, pytestconfig):
    """After a test with real transactions the tables are emptied row by row, for which the guards
    of the trail are set aside: nearly all are empty, and to truncate each takes PostgreSQL seconds.

    At the end whoever still holds the PostgreSQL database is put out, so that it can be dropped:
    a browser's loop in the test's thread has a connection of its own, that nothing else can see.
    """
    pytestconfig.stash[MIGRATED] = getattr(connection, "_test_serialized_contents", "")
    vendor, quote = connection.vendor, connection.ops.quote_name
    type(connection.ops).sql_flush = lambda _operations, _style, tables, **_options: [
        *schema.without_guards(vendor),
        *(f"DELETE FROM {quote(table)}" for table in tables),
        *schema.guards(apps, vendor),
    ]
    yield
    if vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def imported(django_db_setup, django_db_blocker, tmp_path_factory):
    """The database with the sample company, and what its import told."""
    folder = tmp_path_factory.mktemp("sample")
    with django_db_blocker.unblock(), sampled.beside_the_tests(folder) as name:
        with sampled.looking_at(name):
            report = company.take(company.SAMPLE)
        yield name, report


@pytest.fixture(scope="module")
def sample_company(imported, django_db_blocker):
    """What the import of the sample company told; its rows are there while the module's tests run,
    and whatever the module adds is taken back.
    """
    name, report = imported
    queries.calendar_of_version.cache_clear()  # those of an earlier test had the same keys
    with django_db_blocker.unblock(), sampled.looking_at(name), transaction.atomic():
        yield report
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Made after the database, so that it ends before."""
    return live_server


@pytest.fixture(scope="session", autouse=True)
def _media(tmp_path_factory):
    """What tests attach lies in a folder of this run."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture
def people(db):
    """`people.service_manager` and so on: a person per role, a partner's two, and a stranger.

    Written by one statement, since nearly every test asks for them.
    """
    headquarters, partner = OutletFactory(), OutletFactory(partner=True)
    elsewhere = OutletFactory(code="XA", name="西安授权服务网点", kind="partner")
    places = {role.value: (role, headquarters) for role in Role}
    places |= {
        "partner_coordinator": (Role.PARTNER_COORDINATOR, partner),
        "partner_engineer": (Role.FIELD_ENGINEER, partner),
        "outsider": (Role.PARTNER_COORDINATOR, elsewhere),
    }
    world = {
        name: EmployeeFactory.build(role=role, outlet=outlet, employee_no=name)
        for name, (role, outlet) in places.items()
    }
    Employee.objects.bulk_create(world.values())
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
