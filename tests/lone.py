"""A worker and beat with a duty that hangs, one that raises and one that works, as a process."""

import json
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "crmservice.settings"

import django
from celery.signals import task_prerun, task_success

django.setup()

from crmservice.celery import app  # noqa: E402
from crmservice.embedded import Embedded  # noqa: E402

WANTED = 8
turns = dict.fromkeys(("hang", "fail", "work", "asked to hang", "did hang"), 0)
enough = threading.Event()


@app.task
def hang():
    turns["hang"] += 1
    threading.Event().wait()


@app.task
def fail():
    turns["fail"] += 1
    raise LookupError


@app.task
def work():
    turns["work"] += 1
    if turns["work"] == WANTED:
        enough.set()


@task_prerun.connect
def count_asked(task, **_):
    turns["asked to hang"] += task.name == hang.name


@task_success.connect
def count_done(sender, **_):
    turns["did hang"] += sender.name == hang.name


app.conf.beat_schedule = {
    task.name: {"task": task.name, "schedule": timedelta(seconds=0.2)}
    for task in (hang, fail, work)
}
Embedded(app).start()
in_time = enough.wait(15)
sys.stdout.write(json.dumps({"in_time": in_time, **turns}) + "\n")
sys.stdout.flush()
os._exit(0)
