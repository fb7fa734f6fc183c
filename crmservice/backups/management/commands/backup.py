from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.timezone import now

from crmservice.activity.models import Heartbeat
from crmservice.backups import sets


class Command(BaseCommand):
    help = "Make a backup set: database, files, and which keys it was made with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, help="the folder")
        parser.add_argument(
            "--made-elsewhere",
            action="store_true",
            help="only note that a backup was made by other means, for the health page",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        at = now()
        if not options["made_elsewhere"]:
            if options["to"] is None:
                raise CommandError("Say where to: --to FOLDER, or set BACKUP_DIR.")
            self.stdout.write(str(sets.make(options["to"], at=at)))
        Heartbeat.objects.update_or_create(name="backup", defaults={"at": at})
