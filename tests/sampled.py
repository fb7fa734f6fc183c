"""The sample company, imported once by a process of the tests, in a database beside their own.

Its modules look at it by turns: each is switched to that database and leaves it as it was.
"""

import os
import sqlite3
from contextlib import contextmanager

from django.db import connection

from tests import migrated


@contextmanager
def beside_the_tests(folder):
    """The name of a copy of the database of the tests as it is now; dropped at the end."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        name = str(folder / "sample.sqlite3")
        with sqlite3.connect(name) as copy:
            connection.connection.backup(copy)
        yield name
        return
    url, own = os.environ["TEST_DATABASE_URL"], connection.settings_dict["NAME"]
    name = f"{own}_sample"
    connection.close()
    migrated.drop(url, name)
    migrated.execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
    yield name
    migrated.drop(url, name)


@contextmanager
def looking_at(name):
    """Django's connection leads to that database, and back to its own afterwards."""
    own, connected = connection.settings_dict["NAME"], connection.connection
    connection.settings_dict["NAME"], connection.connection = name, None
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], connection.connection = own, connected
