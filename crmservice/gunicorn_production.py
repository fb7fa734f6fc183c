"""gunicorn behind a proxy: several processes, with Redis, Celery worker and beat beside it."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker

wsgi_app = "crmservice.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
memory = Path("/dev/shm")  # noqa: S108  (only gunicorn's own heartbeat file, made by mkstemp)
worker_tmp_dir = str(memory) if memory.is_dir() else None
control_socket_disable = True
errorlog = "-"
accesslog = None


def post_worker_init(_worker: "Worker") -> None:
    """Leave Ctrl-C to the master: a second signal would interrupt the pool's shutdown."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
