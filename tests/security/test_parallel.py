"""R-11: many at the same moment, with connections of their own, on both databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from crmservice.numbers.models import next_number

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_parallel(tmp_path):
    """`in_parallel(20, work)` gives what each thread's `work()` returned. On SQLite they work on a
    file, copied from the database in memory.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]

    def run(times, work):
        if connection.vendor == "sqlite" and settings["NAME"] == name:
            file = tmp_path / "parallel.sqlite3"
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
            copy.close()
            settings["NAME"] = str(file)

        def alone(_number):
            try:
                return work()
            finally:
                connection.close()

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(alone, range(times)))

    yield run
    settings["NAME"] = name


def test_fifty_who_take_a_number_get_fifty_numbers(db, in_parallel):
    taken = [number for _ in range(2) for number in in_parallel(25, lambda: next_number("SR", AT))]

    assert sorted(taken) == [f"SR-2026-{number:04d}" for number in range(1, 51)]
