"""One turn of a duty at a time: one that hangs takes no second worker with it (trust.md F-27).

In one process a lock of its own keeps the others away, across processes PostgreSQL does, which
frees what a killed one held. A second turn would do no harm; this is for the workers' sake.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from celery import Task
from celery.exceptions import Ignore
from django.db import DatabaseError, connection

OURS = 0x63726D  # "crm", so that no other program's locks are meant

locks: dict[str, threading.Lock] = defaultdict(threading.Lock)


class LoneTask(Task):
    """Is not begun while it is not over; what is left out leaves no heartbeat (R-20)."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with alone(self.name) as is_alone:
            if not is_alone:
                raise Ignore
            return super().__call__(*args, **kwargs)


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is at it; if so, nobody else will be until the block is left."""
    lock = locks[name]
    if not lock.acquire(blocking=False):
        yield False
        return
    try:
        with among_processes(name) as is_alone:
            yield is_alone
    finally:
        lock.release()


@contextmanager
def among_processes(name: str) -> Iterator[bool]:
    if connection.vendor != "postgresql":
        yield True
        return
    if not asked("SELECT pg_try_advisory_lock(%s, hashtext(%s))", name):
        yield False
        return
    try:
        yield True
    finally:
        with suppress(DatabaseError):  # with its connection the lock has gone, too
            asked("SELECT pg_advisory_unlock(%s, hashtext(%s))", name)


def asked(question: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [OURS, name])
        return bool(cursor.fetchone()[0])
