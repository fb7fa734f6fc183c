"""Waking a duty before its turn, once a transaction is committed.

A nudge is only speed: what is due is found by the sweep all the same. So it is given to the broker
by a thread of its own, which may wait for a broker that is gone; nobody else does (trust.md R-14).
"""

import logging
import threading
import time
from functools import partial

from django.db import transaction

from crmservice import faults
from crmservice.celery import app

log = logging.getLogger(__name__)

BETWEEN = 0.5  # seconds between two nudges of one duty
REST = 30  # seconds without nudges after one that did not get through
EXPIRES = 10

next_at: dict[str, float] = {}
in_flight: set[str] = set()


def nudge(task: str) -> None:
    """Wake `task` when the transaction that calls this is committed."""
    transaction.on_commit(partial(send, task))


def send(task: str) -> None:
    faults.point("nudge.committed")
    at = time.monotonic()
    if task in in_flight or at < next_at.get(task, 0):
        return
    next_at[task] = at + BETWEEN
    in_flight.add(task)
    threading.Thread(target=publish, args=[task], name=f"nudge {task}", daemon=True).start()


def publish(task: str) -> None:
    try:
        app.send_task(task, expires=EXPIRES, retry=False, headers={"nudge": True})
    except Exception as error:  # noqa: BLE001  (whatever the broker does, the change is committed)
        log.warning("no nudge of %s for %s s: %s", task, REST, error)
        next_at[task] = time.monotonic() + REST
    finally:
        in_flight.discard(task)
