"""manage.py import_company FOLDER: take over everything that a company's old systems hand over."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from crmservice.imports.reading import UnreadableFileError
from crmservice.imports.refusing import write_refusals
from crmservice.imports.run import Run
from crmservice.imports.showing import Bar, show


class Command(BaseCommand):
    help = (
        "Import a company's export (CSV files and policies.json). Rows that cannot be right are "
        "refused by name; running it again changes nothing, and completes what was interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--refused", type=Path, help="where to write the refused rows as CSV")
        parser.add_argument(
            "--shift-to-yesterday",
            action="store_true",
            help="move all dates so that the last day of the export is yesterday",
        )

    def handle(
        self,
        *,
        folder: Path,
        refused: Path | None,
        shift_to_yesterday: bool,
        **_options: Any,
    ) -> None:
        at = now()
        path = refused or settings.VAR_DIR / "import" / f"refused-{localtime(at):%Y%m%d-%H%M%S}.csv"
        try:
            with Bar() as bar:
                report = Run(
                    folder, at, shift_to_yesterday=shift_to_yesterday, progress=bar.progress
                )()
        except UnreadableFileError as error:
            raise CommandError(
                _("Nothing was imported: %(reason)s") % {"reason": error}, returncode=1
            ) from error
        write_refusals(report.refusals, path)
        show(report, path)
