"""One process with a worker and beat, as `make run` has them, for the tests to kill."""

import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "crmservice.settings"

import django

django.setup()

from crmservice import retrying  # noqa: E402
from crmservice.celery import app  # noqa: E402
from crmservice.embedded import Embedded  # noqa: E402

retrying.FIRST_WAIT = timedelta(seconds=2)  # what a killed process had in hand is soon tried again
Embedded(app).start()
threading.Event().wait()
