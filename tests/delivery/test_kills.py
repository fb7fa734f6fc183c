"""F-01 to F-05 at small size: real processes, killed at named points, and a server that counts.

Nothing is lost; at most one mail comes twice per kill, and then with the same Message-ID.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import migrated
from tests.delivery.sink import Sink
from tests.test_operations import own_database, start, wait_until  # noqa: F401  (fixtures)

ROOT = Path(settings.BASE_DIR)
WORKER = [sys.executable, str(Path(__file__).with_name("worker.py"))]
HAPPEN = """
import json
from datetime import timedelta
from django.utils.timezone import now
from crmservice.activity.models import Activity
from crmservice.delivery.models import Delivery
from service_requests.models import SlaTimer
"""
WORLD = """
from tests.factories.service_requests import SlaTimerFactory
from tests.factories.employees import EmployeeFactory
at = now() - timedelta(hours=6)
owner = EmployeeFactory(email="owner@example.com", language="en")
for number in range(COUNT):
    due_at = at + timedelta(seconds=number)
    SlaTimerFactory(due_at=due_at, started_at=at - timedelta(hours=1), service_request__owner=owner)
"""
REPORT = """
breaches = Activity.objects.filter(verb="service_requests.response_overdue")
ats = list(breaches.order_by("pk").values_list("at", flat=True))
leads = Delivery.objects.filter(sent_with=None)
print("REPORT " + json.dumps({
    "breaches": len(ats),
    "at_their_due_times": sorted(ats) == sorted(SlaTimer.objects.values_list("due_at", flat=True)),
    "in_order": ats == sorted(ats),
    "waiting": Activity.objects.untold().count() + Delivery.objects.filter(sent_at=None).count(),
    "sent": list(leads.exclude(sent_at=None).values_list("message_id", flat=True)),
}))
"""


class Machine:
    """A database with its processes, and what became of what was due."""

    def __init__(self, run, url, sink):
        self.run = run
        self.sink = sink
        self.environment = {
            "CRMSERVICE_MODE": "test",
            "DJANGO_SECRET_KEY": "only-for-tests-" + "0" * 50,
            "DATABASE_URL": url,
            "REDIS_URL": "",
            "EMAIL_URL": sink.url,
            "DELIVERY_LEASE_SECONDS": "2",
            "PYTHONPATH": str(ROOT),
        }

    def manage(self, *arguments):
        environment = {**os.environ, **self.environment}
        environment["DJANGO_SETTINGS_MODULE"] = "crmservice.settings"
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout

    def fall_due(self, count):
        self.manage("shell", "-c", HAPPEN + WORLD.replace("COUNT", str(count)))

    def worker(self, fault=""):
        return self.run(WORKER, **self.environment, CRMSERVICE_FAULT=fault)

    def dies_at(self, fault):
        process = self.worker(fault)
        assert process.wait(timeout=60) == -signal.SIGKILL

    def report(self):
        said = self.manage("shell", "-c", HAPPEN + REPORT)
        return json.loads(said.partition("REPORT ")[2])

    def is_done(self, count):
        report = self.report()
        return report["breaches"] == count and report["sent"] and not report["waiting"] and report


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def machine(request, start, sink, tmp_path):  # noqa: F811
    url = migrated.copied(tmp_path / "machine.sqlite3")
    if request.param == "postgres":
        url = request.getfixturevalue("own_database")
    machine = Machine(start, url, sink)
    machine.manage("migrate", "--verbosity", "0")
    return machine


DUE = 12
POINTS = {  # the point, and how many mails may come twice
    "breaches.claimed": 0,
    "tell.claimed": 0,
    "nudge.committed": 0,
    "delivery.claimed": 0,
    "delivery.sent": 1,
}


@pytest.mark.process
def test_processes_killed_at_each_point_lose_nothing_and_double_no_more_than_they_say(machine):
    machine.fall_due(DUE)

    for point in POINTS:
        machine.dies_at(point)
    workers = [machine.worker() for _ in range(2)]
    report = wait_until(lambda: machine.is_done(DUE), of=workers[0], seconds=60)

    assert report["at_their_due_times"]
    assert report["in_order"]
    received = machine.sink.received
    assert set(report["sent"]) - set(received) == set()
    assert received.total() - len(received) <= sum(POINTS.values())
