"""One process with a worker and beat, as `make run` has them, for the tests to kill."""

import os
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "crmservice.settings"

import django

django.setup()

from crmservice.celery import app  # noqa: E402
from crmservice.embedded import Embedded  # noqa: E402

Embedded(app).start()
threading.Event().wait()
