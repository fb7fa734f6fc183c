"""Which texts the code shows, and whether each has its translation: gettext without its tools.

Babel reads the Python files, Django's `templatize` turns templates into what Babel can read, and
polib keeps the catalogues. So neither xgettext nor msgfmt has to be on the machine.
"""

import importlib.util
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import polib
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "_now": None,  # in forms, where `_` is lazy
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NOT_OURS = {"node_modules", "tests", "migrations", "static", "staticfiles", "var"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
WITHOUT_CHINESE = ("django_filters",)


class Text(NamedTuple):
    """A text as gettext knows it: `plural` and `context` are empty when it has none."""

    singular: str
    plural: str
    context: str


class Gaps(NamedTuple):
    """What keeps a catalogue from being complete; all four are empty when it is.

    A broken entry has other placeholders than its text, which would fail when it is shown.
    """

    missing: list[str]
    broken: list[str]
    fuzzy: list[str]
    obsolete: list[str]


def catalogue_path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def extract_texts() -> dict[Text, set[str]]:
    """Every text of the project with the files that show it."""
    texts: dict[Text, set[str]] = {}
    for path in source_files():
        name = str(path.relative_to(settings.BASE_DIR))
        for text in texts_of(path):
            texts.setdefault(text, set()).add(name)
    for package in WITHOUT_CHINESE:
        for path in package_folder(package).glob("*.py"):
            for text in texts_of(path):
                texts.setdefault(text, set()).add(f"({package})")
    return texts


def refresh(catalogue: polib.POFile, texts: dict[Text, set[str]]) -> None:
    """Add new texts, drop those that are shown no more; a translation that is there stays."""
    known = {text_of(entry): entry for entry in catalogue}
    catalogue[:] = []
    for text in sorted(texts, key=lambda text: (min(texts[text]), text)):
        entry = known.get(text) or new_entry(text)
        entry.obsolete = False
        entry.occurrences = [(name, "") for name in sorted(texts[text])]
        catalogue.append(entry)


def gaps(catalogue: polib.POFile, texts: dict[Text, set[str]]) -> Gaps:
    """What is to be translated, to be looked at again, or to be thrown away."""
    entries = {text_of(entry): entry for entry in catalogue if not entry.obsolete}
    return Gaps(
        missing=sorted(
            text.singular
            for text in texts
            if text not in entries or not is_translated(entries[text])
        ),
        broken=sorted(entry.msgid for entry in entries.values() if is_broken(entry)),
        fuzzy=sorted(entry.msgid for entry in entries.values() if entry.fuzzy),
        obsolete=sorted(
            [text.singular for text in entries if text not in texts]
            + [entry.msgid for entry in catalogue.obsolete_entries()]
        ),
    )


def source_files() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    folders = [folder for folder in root.iterdir() if is_ours(folder.name) and folder.is_dir()]
    for path in sorted(file for folder in folders for file in folder.rglob("*")):
        parts = path.relative_to(root).parts
        shown = {".py", ".html", ".txt"} if "templates" in parts else {".py"}
        if path.suffix in shown and all(map(is_ours, parts)):
            yield path


def is_ours(name: str) -> bool:
    return name not in NOT_OURS and not name.startswith(".")


def texts_of(path: Path) -> Iterator[Text]:
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        source = as_python(templatize(source, origin=str(path)))
    found = extract("python", BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"})
    for _line, message, _comments, context in found:
        singular, plural = message if isinstance(message, tuple) else (message, "")
        if singular:
            yield Text(singular, plural, context or "")


def as_python(templatized: str) -> str:
    """Flush left, for Python's tokeniser minds indentation where xgettext does not."""
    return "\n".join(line.strip() for line in templatized.splitlines())


def text_of(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def new_entry(text: Text) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=text.singular,
        msgid_plural=text.plural,
        msgstr_plural={0: ""} if text.plural else {},
        flags=["python-format"] if "%(" in text.singular else [],
    )
    entry.msgctxt = text.context or None
    return entry


def is_translated(entry: polib.POEntry) -> bool:
    strings = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    return all(strings)


def is_broken(entry: polib.POEntry) -> bool:
    strings = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    return any(string and sorted(PLACEHOLDER.findall(string)) != wanted for string in strings)


def package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
