"""R-12: a backup is one whole set, and a fresh installation comes back from it."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from celery.exceptions import Ignore
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crmservice.activity.models import Heartbeat
from crmservice.backups import sets, tasks
from tests import migrated
from tests.factories.attachments import AttachmentFactory

AT = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def whole(transactional_db, folder):
    if connection.vendor == "postgresql":
        pytest.skip("pg_dump sees only what is committed: see the drill")
    AttachmentFactory(content=b"42")
    return sets.make(folder, at=AT)


def test_a_set_holds_the_rows_and_the_files_and_says_so(whole, folder):
    manifest = sets.verify(whole)

    assert whole.name == "20260303T013000Z"
    assert manifest["tables"]["attachments_attachment"] == 1
    (path,) = manifest["files"]
    assert (folder / "files" / path).read_bytes() == b"42"
    assert settings.SECRET_KEY not in (whole / "manifest.json").read_text()


def test_a_second_set_copies_no_file_again(whole, folder):
    (file,) = [each for each in (folder / "files").rglob("*") if each.is_file()]
    before = file.stat().st_mtime_ns

    sets.make(folder, at=AT + HOUR)

    assert file.stat().st_mtime_ns == before
    assert len(sets.sets(folder)) == 2


@pytest.mark.parametrize("what", ["database.sqlite3", "manifest.json", "file", "cut"])
def test_a_damaged_set_is_refused(whole, folder, what):
    (file,) = [each for each in (folder / "files").rglob("*") if each.is_file()]
    target = file if what == "file" else whole / what.replace("cut", "database.sqlite3")
    if what == "cut":
        target.write_bytes(target.read_bytes()[:-100])
    elif what == "file":
        target.write_bytes(b"43")
    else:
        target.unlink()

    with pytest.raises(CommandError):
        sets.verify(whole)


def test_what_was_not_finished_is_no_set(whole, folder):
    shutil.copytree(whole, folder / "20260304T013000Z.part")

    assert sets.sets(folder) == [whole]


def test_files_that_no_kept_set_names_go(whole, folder):
    stray = folder / "files" / "2020" / "01" / "old.txt"
    stray.parent.mkdir(parents=True)
    stray.write_text("old")

    sets.make(folder, at=AT + HOUR)

    assert not stray.exists()


def test_the_sets_of_a_day_and_the_last_of_thirty_days_are_kept():
    stamps = [AT - number * 6 * HOUR for number in range(4 * 40)]

    kept = sets.to_keep(stamps, at=AT)

    assert {stamp for stamp in kept if AT - stamp <= DAY} == set(stamps[:5])
    older = sorted(stamp for stamp in kept if AT - stamp > DAY)
    assert len({stamp.date() for stamp in older}) == len(older)
    assert AT - older[0] <= 31 * DAY


@given(st.sets(st.integers(0, 60 * 24 * 60), max_size=60))
def test_the_newest_set_is_always_kept(minutes):
    stamps = {AT - timedelta(minutes=each) for each in minutes}

    kept = sets.to_keep(stamps, at=AT)

    assert kept <= stamps
    assert not stamps or AT - max(stamps) > 31 * DAY or max(stamps) in kept


def test_the_duty_makes_one_and_without_a_folder_says_nothing(whole, folder, settings):
    settings.BACKUP_DIR = folder
    with time_machine.travel(AT + HOUR, tick=False):
        tasks.back_up.run()
    assert len(sets.sets(folder)) == 2

    settings.BACKUP_DIR = None
    with pytest.raises(Ignore):
        tasks.back_up.run()


def test_the_command_leaves_the_heartbeat_also_of_one_made_elsewhere(db):
    call_command("backup", "--made-elsewhere")

    assert Heartbeat.objects.filter(name="backup").exists()


def test_people_are_not_replaced_unasked(whole, people):
    with pytest.raises(CommandError, match="--over"):
        call_command("restore", str(whole))


def test_a_set_of_another_kind_of_database_is_refused(whole, monkeypatch):
    monkeypatch.setattr(sets, "verify", lambda _whole: {"engine": "oracle"})

    with pytest.raises(CommandError, match="oracle"):
        sets.restore(whole)


# The drill: a fresh installation of its own, by processes.

ROOT = Path(settings.BASE_DIR)
FILL = """
from tests.factories.attachments import AttachmentFactory
from employees.models import Employee
from employees.choices import Role
file = AttachmentFactory(content="读数 42".encode())
person = Employee.objects.create_user("E900", "a good pass phrase", name="王", role=Role.SALES,
    outlet=file.by.outlet)
"""
ASK = """
import hashlib
from django.contrib.auth import authenticate
from crmservice.activity.models import Activity
from crmservice.attachments.models import Attachment
file = Attachment.objects.get()
assert hashlib.sha256(file.file.read_bytes()).hexdigest() == file.sha256
assert authenticate(username="E900", password="a good pass phrase")
assert Activity.objects.filter(verb="attachments.attached").exists()
print("RESTORED")
"""


def manage(url, home, *arguments):
    environment = {
        "PATH": sys.prefix + "/bin:" + os.environ["PATH"],
        "CRMSERVICE_MODE": "test",
        "DATABASE_URL": url,
        "VAR_DIR": str(home),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SECRET_KEY": "only-for-tests-" + "0" * 50,
    }
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.process
def test_a_fresh_installation_comes_back_from_a_set(tmp_path):
    """Rows, foreign keys, files by digest, a log-in."""
    old, new = tmp_path / "old", tmp_path / "new"
    here = migrated.copied(old / "crmservice.sqlite3")
    there = f"sqlite:///{new / 'crmservice.sqlite3'}"
    manage(here, old, "migrate", "-v", "0")
    manage(here, old, "shell", "-v", "0", "-c", FILL)
    whole = manage(here, old, "backup", "--to", str(tmp_path / "sets")).strip().splitlines()[-1]

    said = manage(there, new, "restore", whole)

    assert "Restored" in said
    assert "another secret key" not in said
    assert "RESTORED" in manage(there, new, "shell", "-v", "0", "-c", ASK)
    manage(there, new, "migrate", "--check")


@pytest.mark.process
@pytest.mark.postgres
@pytest.mark.skipif("shutil.which('pg_dump') is None", reason="no pg_dump on this machine")
def test_postgresql_comes_back_from_a_set(tmp_path):
    named = os.environ["TEST_DATABASE_URL"]
    old, new = (f"drill_{side}_{os.getpid()}" for side in ("old", "new"))
    try:
        here, there = migrated.make(named, old), migrated.beside(named, new)
        migrated.execute(named, f'CREATE DATABASE "{new}"')
        manage(here, tmp_path, "migrate", "-v", "0")
        manage(here, tmp_path, "shell", "-v", "0", "-c", FILL)
        whole = (
            manage(here, tmp_path, "backup", "--to", str(tmp_path / "sets"))
            .strip()
            .splitlines()[-1]
        )

        assert "Restored" in manage(there, tmp_path / "new", "restore", whole)
        assert "RESTORED" in manage(there, tmp_path / "new", "shell", "-v", "0", "-c", ASK)
    finally:
        migrated.drop(named, old)
        migrated.drop(named, new)
