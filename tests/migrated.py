"""An empty database with every migration, made once for a run of `make test` and copied from there.

`TEST_MIGRATED` names the SQLite file, `TEST_TEMPLATE` the PostgreSQL database; where they are not
set, as with a plain `pytest`, each database is migrated for itself.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parents[1]


def sqlite_file(path: Path) -> dict[str, str]:
    """The environment that names the file to whoever copies it: processes on one machine have
    SQLite, whatever the suite is on.
    """
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"TEST_MIGRATED": str(path)}


@contextmanager
def postgresql_template(url: str) -> Iterator[dict[str, str]]:
    name = f"crm_migrated_{os.getpid()}"
    try:
        make(url, name)
        migrate(beside(url, name))
        yield {"TEST_TEMPLATE": name}
    finally:
        drop(url, name)


def migrate(url: str) -> None:
    environment = os.environ | {
        "DATABASE_URL": url,
        "CRMSERVICE_MODE": "test",
        "DJANGO_SECRET_KEY": "only-for-tests-" + "0" * 50,
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def copied(path: Path) -> str:
    """The address of a SQLite database of a test's own, at `path`, migrated if this run can."""
    if source := os.environ.get("TEST_MIGRATED"):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
    return f"sqlite:///{path}"


def make(url: str, name: str) -> str:
    """The address of a new PostgreSQL database beside the named one, migrated if this run can."""
    drop(url, name)
    template = os.environ.get("TEST_TEMPLATE", "template1")
    execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return beside(url, name)


def drop(url: str, name: str) -> None:
    execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def beside(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def execute(url: str, sql: str) -> None:
    keeper = psycopg2.connect(beside(url, "postgres"))
    keeper.autocommit = True
    with keeper.cursor() as cursor:
        cursor.execute(sql)
    keeper.close()


def start_from_the_copy(connection) -> None:
    """Let Django's test database begin as a copy; its migrations then find nothing to do."""
    if connection.vendor == "postgresql":
        if template := os.environ.get("TEST_TEMPLATE"):
            connection.settings_dict["TEST"]["TEMPLATE"] = template
        return
    if source := os.environ.get("TEST_MIGRATED"):
        creation = connection.creation
        create = creation._create_test_db  # noqa: SLF001

        def copy(*arguments):
            name = create(*arguments)
            creation.kept_open = sqlite3.connect(name, uri=True)  # in memory as long as it is open
            with sqlite3.connect(source) as migrated:
                migrated.backup(creation.kept_open)
            return name

        creation._create_test_db = copy  # noqa: SLF001
