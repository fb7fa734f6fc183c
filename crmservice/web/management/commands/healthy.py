"""What /health says, for a process that serves no pages: exit code 1 while a duty is silent."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from crmservice import heartbeats

EVER = datetime.fromtimestamp(0, UTC)


class Command(BaseCommand):
    help = "Tell the age of each duty's last heartbeat; fail when one is silent."
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        at = now()
        for name, age in heartbeats.ages(at=at).items():
            self.stdout.write(f"{name}: {'never' if age is None else f'{age} s ago'}")
        if silent := heartbeats.silent(at=at, since=EVER):
            raise CommandError(f"silent: {', '.join(silent)}")
