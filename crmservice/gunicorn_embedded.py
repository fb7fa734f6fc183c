"""gunicorn for one machine: one worker process that also holds the Celery worker and beat."""

import os
import signal
import sys
from typing import TYPE_CHECKING

from crmservice.celery import app
from crmservice.embedded import Embedded

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

wsgi_app = "crmservice.wsgi:application"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = 1
worker_class = "gthread"
threads = 8
graceful_timeout = 15
control_socket_disable = True
loglevel = "warning"

embedded = Embedded(app)


def on_starting(server: "Arbiter") -> None:
    """Two processes would be two brokers in memory, each deaf to the other."""
    if server.cfg.workers != 1:
        sys.exit("The embedded service runs in exactly one process; for more see operations.md.")


def post_worker_init(worker: "Worker") -> None:
    """Start worker and beat, and say where the service is.

    Ctrl-C reaches every process of the terminal. The master tells this one to leave; a second
    signal on top of that would interrupt the pool's shutdown and leave it hanging.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    embedded.start()
    if worker.age == 1:
        sys.stdout.write(os.environ.get("CRMSERVICE_WELCOME", f"Ready at http://{bind}") + "\n")
        sys.stdout.flush()


def worker_exit(_server: "Arbiter", _worker: "Worker") -> None:
    embedded.stop()
