"""The clock of the duties, and what they do when it is set: no duty is skipped, nothing is done
twice (F-09); a worker that is slow or dead has its message again, and that does no harm (F-28).
"""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from celery.exceptions import Ignore
from django.db import connection, transaction

from crmservice.activity.models import Activity
from crmservice.alone import among_processes
from crmservice.beat import CatchUp
from crmservice.celery import DUTIES, app
from employees.choices import Role
from tests.factories.contracts import ServiceContractFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import EmployeeFactory
from tests.factories.service_requests import HandoverFactory, HoldFactory, SlaTimerFactory

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
STEPS = {
    "an hour on": (NOON, NOON + HOUR),
    "an hour back": (NOON, NOON - HOUR),
    "a day on and back": (NOON, NOON + DAY, NOON),
}


class Beat(CatchUp):
    """Notes whose turn it is, and sends nothing."""

    def __init__(self):
        self.taken = []
        super().__init__(app, max_interval=1)

    def apply_entry(self, entry, **_producer):
        self.taken.append(entry.name)


def turns(beat):
    """The duties that have their turn at this moment."""
    beat.taken.clear()
    while beat.tick() == 0:
        pass
    return sorted(beat.taken)


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_after_the_clock_was_set_every_duty_has_its_turn_at_once_and_goes_on(steps):
    with time_machine.travel(steps[0], tick=False) as clock:
        beat = Beat()
        for at in steps:
            clock.move_to(at)
            assert turns(beat) == sorted(DUTIES)
        for passed in (5 * SECOND, 10 * SECOND):
            clock.shift(5 * SECOND)
            assert turns(beat) == [name for name in sorted(DUTIES) if is_turn(name, passed)]
        clock.shift(SECOND)
        assert turns(beat) == []


def is_turn(name, passed):
    return passed % DUTIES[name]["schedule"] == timedelta()


@pytest.fixture
def due(people):
    """Something that falls due by each kind of duty, within the day after NOON."""
    SlaTimerFactory(started_at=NOON - HOUR, due_at=NOON + HOUR / 2, risk_at=NOON)
    HoldFactory(starts_at=NOON - HOUR, expires_at=NOON + HOUR / 2)
    HandoverFactory(asked_at=NOON - HOUR, due_at=NOON + HOUR / 2)
    ServiceContractFactory(ends_on=NOON.date())
    engineer = EmployeeFactory(role=Role.FIELD_ENGINEER)
    start = NOON + DAY / 2
    TaskFactory(
        assigned=True, assignee=engineer, planned_start=start, planned_end=start + HOUR,
        remind_at=NOON + HOUR / 2, assigned_at=NOON, accept_due_at=NOON + HOUR / 2,
    )  # fmt: skip


def run(clock, moments):
    """What all duties did at these moments, as the trail has it; then all is as it was, but the
    number that PostgreSQL gives the next row: what a duty made itself is named without it.
    """
    with transaction.atomic():
        for at in moments:
            clock.move_to(at)
            for duty in DUTIES.values():
                with suppress(Ignore):  # what has no folder to make backups in
                    app.tasks[duty["task"]]()
        done = Activity.objects.values_list("verb", "subject_type", "subject_id", "at")
        trail = [
            (verb, kind, 0 if kind == "reports.monthlyreport" else pk, at)
            for verb, kind, pk, at in done
        ]
        transaction.set_rollback(True)
    return sorted(trail)


def test_a_clock_that_is_set_back_makes_nothing_happen_twice_and_nothing_not_at_all(due):
    there, back = NOON + HOUR, NOON - HOUR
    app.loader.import_default_modules()
    with time_machine.travel(NOON, tick=False) as clock:
        straight = run(clock, [NOON, there, NOON + DAY])
        stepped = run(clock, [NOON, there, back, there, NOON + DAY, back, NOON, NOON + DAY])

    assert stepped == straight
    assert [verb for verb, *_ in straight] == [
        "contracts.expired",
        "dispatch.not_accepted",
        "dispatch.reminded",
        "reports.month_made",
        "service_requests.handover_overdue",
        "service_requests.hold_expired",
        "service_requests.response_overdue",
    ]


def test_no_task_outlives_the_time_after_which_redis_gives_its_message_to_another():
    patience = app.conf.broker_transport_options.get("visibility_timeout", 3600)

    assert app.conf.task_time_limit < patience
    assert app.conf.task_acks_late


@pytest.mark.process
def test_a_duty_that_hangs_or_always_fails_keeps_no_other_waiting(tmp_path):
    """F-27: two threads, and every duty has its turn five times a second."""
    environment = {
        "CRMSERVICE_MODE": "test",
        "DJANGO_SECRET_KEY": "only-for-tests-" + "0" * 50,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'lone.sqlite3'}",
        "REDIS_URL": "",
    }
    command = [sys.executable, str(Path(__file__).with_name("lone.py"))]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    turns = json.loads(done.stdout)

    assert turns["in_time"], done.stderr
    assert turns["fail"] > 1
    assert turns["asked to hang"] > turns["hang"] == 1
    assert turns["did hang"] == 0  # so it leaves no heartbeat, and health turns red


def test_a_turn_that_is_not_over_leaves_the_next_one_out(db):
    begun, goes_on, taken = threading.Event(), threading.Event(), []

    @app.task(name="tests.slow")
    def slow():
        taken.append("slow")
        begun.set()
        goes_on.wait(10)

    def elsewhere():
        try:
            slow()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(elsewhere)
        begun.wait(10)
        with pytest.raises(Ignore):
            slow()
        goes_on.set()
        first.result()
    slow()
    app.tasks.unregister("tests.slow")

    assert taken == ["slow", "slow"]


@pytest.mark.postgres
def test_no_other_process_begins_it_either(db):
    def from_elsewhere(name):
        try:
            with among_processes(name) as is_alone:
                return is_alone
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with among_processes("slow"):
            inside = [pool.submit(from_elsewhere, name).result() for name in ("slow", "other")]
        afterwards = pool.submit(from_elsewhere, "slow").result()

    assert (inside, afterwards) == ([False, True], True)
