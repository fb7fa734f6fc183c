from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError
from django.db import connection

from crmservice.backups import sets


class Command(BaseCommand):
    help = "Put a backup set in place of an installation without people, and check it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("set", type=Path, help="the folder of the set")
        parser.add_argument(
            "--over", action="store_true", help="also over an installation with people"
        )
        parser.add_argument(
            "--only-verify", action="store_true", help="read the set, and change nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["only_verify"]:
            manifest = sets.verify(options["set"])
            self.stdout.write(f"Whole: {sum(manifest['tables'].values())} rows.")
            return
        if has_people() and not options["over"]:
            raise CommandError("There are people in this installation: --over replaces them.")
        manifest = sets.restore(options["set"])
        rows, files = sum(manifest["tables"].values()), len(manifest["files"])
        self.stdout.write(f"Restored: {rows} rows, {files} files.")
        if manifest["keys"][0] not in sets.fingerprints():
            self.stdout.write(
                "It was made with another secret key: put that one into"
                " DJANGO_SECRET_KEY_FALLBACKS, or links that were sent lead nowhere."
            )


def has_people() -> bool:
    people = get_user_model()
    if people._meta.db_table not in connection.introspection.table_names():
        return False
    return people._default_manager.exists()
