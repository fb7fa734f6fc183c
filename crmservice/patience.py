"""When the database says "not now": who met a deadlock tries again, who finds it away waits (F-07,
F-08).
"""

import random
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

Result = TypeVar("Result")

TRIES = 4
LONGEST_PAUSE = 0.1  # seconds, so that the other is through first
PASSING = frozenset({"40P01", "40001"})  # of PostgreSQL: deadlock, serialisation failure
AWAY = (OperationalError, InterfaceError)


def insist(work: Callable[[], Result]) -> Result:
    """`work()`, begun anew if the database chose it to give way; once only inside a transaction,
    which is lost by that.
    """
    left = 1 if connection.in_atomic_block else TRIES
    while True:
        left -= 1
        try:
            return work()
        except OperationalError as error:
            if not left or getattr(error.__cause__, "pgcode", None) not in PASSING:
                raise
            Event().wait(random.uniform(0, LONGEST_PAUSE))  # noqa: S311  (spreads load)
