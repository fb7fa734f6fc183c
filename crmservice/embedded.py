"""Celery worker and beat as threads of the one web process, over a broker in memory.

For one machine without Redis. What is lost with the process is only nudges: each duty reads what
is due from the database at its next turn. Signals are not touched, so gunicorn keeps its own.
"""

import logging
import threading
from collections.abc import Callable

from celery import Celery
from celery.beat import Service
from celery.signals import worker_init
from celery.worker import WorkController

from crmservice.beat import CatchUp

log = logging.getLogger(__name__)

WAIT_BEFORE_RESTART = 5
LONGEST_NAP_OF_BEAT = 1


class Embedded:
    """Starts both threads, starts a dead one again after five seconds, stops both."""

    def __init__(self, app: Celery, *, concurrency: int = 2) -> None:
        self.app = app
        self.concurrency = concurrency
        self.worker: WorkController | None = None
        self.beat: Service | None = None
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self.keep_going, args=[run], name=run.__name__, daemon=True)
            for run in (self.run_worker, self.run_beat)
        ]

    def start(self) -> None:
        self.app.finalize()
        self.app.loader.import_default_modules()
        for thread in self.threads:
            thread.start()

    def stop(self, *, timeout: float = 10) -> None:
        """Let running tasks finish, for `timeout` seconds a thread at the most."""
        self.stopping.set()
        for stop in (self.stop_beat, self.stop_worker):
            try:
                stop()
            except (Exception, SystemExit):
                log.exception("%s failed", stop.__name__)
        for thread in filter(threading.Thread.is_alive, self.threads):
            thread.join(timeout)

    def keep_going(self, run: Callable[[], None]) -> None:
        while not self.stopping.is_set():
            try:
                run()
            except (Exception, SystemExit):
                if not self.stopping.is_set():
                    log.exception("%s ended, again in %s s", run.__name__, WAIT_BEFORE_RESTART)
            self.stopping.wait(WAIT_BEFORE_RESTART)

    def run_worker(self) -> None:
        self.worker = WorkController(
            app=self.app,
            hostname="embedded@localhost",
            pool="threads",
            concurrency=self.concurrency,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        worker_init.send(sender=self.worker)  # Celery's Django part returns connections after tasks
        if not self.stopping.is_set():
            self.worker.start()

    def run_beat(self) -> None:
        self.beat = Service(self.app, scheduler_cls=CatchUp, max_interval=LONGEST_NAP_OF_BEAT)
        if not self.stopping.is_set():
            self.beat.start(embedded_process=True)

    def stop_beat(self) -> None:
        if self.beat:
            self.beat.stop(wait=False)

    def stop_worker(self) -> None:
        if self.worker:
            self.worker.stop()
