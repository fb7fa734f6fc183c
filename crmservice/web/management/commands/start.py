"""Everything between an empty folder and a page in the browser, for one machine (make run)."""

import hashlib
import os
import socket
import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from gunicorn.app.wsgiapp import WSGIApplication


class Command(BaseCommand):
    help = "Migrate, load the sample company on the first start, and serve on loopback."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--sample",
            choices=("yes", "no"),
            default="yes",
            help="no: start with an empty database and print the set-up link",
        )

    def handle(self, *, port: int, sample: str, **_options: Any) -> None:
        if settings.MODE != "embedded":
            raise CommandError("start is for one machine; docs/operations.md tells the other way.")
        refuse_taken_port(port)
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        migrate_when_needed()
        if sample == "yes" and is_sample_wanted():
            load_sample_company()
        serve(port, welcome(port))


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken, perhaps by a start before this one. "
                f"Stop that, or choose another: make run PORT={port + 1}"
            ) from error


def migrate_when_needed() -> None:
    """Run `migrate` unless the stamp says that this code has migrated this database."""
    stamp = settings.VAR_DIR / "migrated"
    if stamp.exists() and stamp.read_text() == migration_key():
        return
    call_command("migrate", interactive=False, verbosity=0)
    stamp.write_text(migration_key())


def migration_key() -> str:
    """Changes with each app, migration file and dependency, and with what the database has had."""
    files = sorted(Path(settings.BASE_DIR).glob("*/migrations/*.py"))
    files += sorted(Path(settings.BASE_DIR).glob("*/*/migrations/*.py"))
    files.append(Path(settings.BASE_DIR, "requirements", "base.txt"))
    digest = hashlib.sha256(" ".join(settings.INSTALLED_APPS).encode())
    for file in files:
        digest.update(str(file.relative_to(settings.BASE_DIR)).encode() + file.read_bytes())
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return f"{digest.hexdigest()} {connection.settings_dict['NAME']} {len(applied)}"


def is_sample_wanted() -> bool:
    """On the first start, and again while a load has begun and not ended."""
    return sample_marker().exists() or not get_user_model().objects.exists()


def load_sample_company() -> None:
    """Load it as a whole or again: the marker goes only when everything is in."""
    sample_marker().touch()
    call_command("load_sample", verbosity=0)
    sample_marker().unlink()


def sample_marker() -> Path:
    return settings.VAR_DIR / "sample-load-not-finished"


def welcome(port: int) -> str:
    """The address, and the log-ins of the sample or the way to the first one."""
    said = StringIO()
    said.write(f"\nCRM service is ready: http://127.0.0.1:{port}   (Ctrl-C stops it)\n")
    if get_user_model().objects.exists():
        call_command("sample_logins", stdout=said)
    else:
        call_command("setup_link", address=f"http://127.0.0.1:{port}", stdout=said, stderr=said)
    return said.getvalue()


def serve(port: int, welcome: str) -> None:
    """Be gunicorn from here on: Django is loaded already, which halves the time of a start."""
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    connection.close()
    os.environ.update(PORT=str(port), CRMSERVICE_WELCOME=welcome)
    if not os.environ.get("SITE_URL"):
        settings.SITE_URL = f"http://127.0.0.1:{port}"  # where links in mails lead
    sys.argv = ["gunicorn", "-c", "python:crmservice.gunicorn_embedded"]
    WSGIApplication("%(prog)s [OPTIONS]").run()
