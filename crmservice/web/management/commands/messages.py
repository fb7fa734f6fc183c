"""Bring the translation catalogues up to the texts of the code."""

from argparse import ArgumentParser
from typing import Any

import polib
from django.core.management.base import BaseCommand, CommandError

from crmservice.web import catalogues

LANGUAGES = ("zh_Hans",)
METADATA = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}


class Command(BaseCommand):
    help = "Write new texts into the catalogues; with --check only say what they lack."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail on a gap")

    def handle(self, *, check: bool, **_options: Any) -> None:
        texts = catalogues.extract_texts()
        complete = [self.treat(language, texts, check=check) for language in LANGUAGES]
        if check and not all(complete):
            raise CommandError("The catalogues are not complete.")

    def treat(self, language: str, texts: dict[catalogues.Text, set[str]], *, check: bool) -> bool:
        path = catalogues.catalogue_path(language)
        catalogue = polib.pofile(str(path), wrapwidth=98) if path.exists() else polib.POFile()
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            catalogue.wrapwidth = 98
            catalogue.metadata = METADATA
            catalogues.refresh(catalogue, texts)
            catalogue.save(str(path))
        gaps = catalogues.gaps(catalogue, texts)
        for name, found in gaps._asdict().items():
            self.stdout.write(f"{language}: {len(found)} {name}")
            for text in found if check else []:
                self.stdout.write(f"    {text!r}")
        return not any(gaps)
