"""A backup is one set: the database, every file that its rows name, and which keys it was made
with (trust.md R-12).

A set is a folder with the database's copy and `manifest.json`; files lie once in a pool beside the
sets, since they never change. A set is written under another name and renamed when it is whole.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from crmservice.attachments.models import Attachment

STAMP = "%Y%m%dT%H%M%SZ"
MANIFEST = "manifest.json"
KEPT_WHOLLY = timedelta(days=1)
KEPT_DAYS = 30
CHUNK = 1024 * 1024


def make(folder: Path, *, at: datetime) -> Path:
    """A new set in `folder`; older ones than are kept go. Returns where it is.

    Raises CommandError when the database's own program is missing or says no, OSError when the
    disk does.
    """
    name = at.astimezone(UTC).strftime(STAMP)
    whole, unfinished = folder / name, folder / f"{name}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    tables, file_paths = copy_database(unfinished)
    manifest = {
        "made_at": at.astimezone(UTC).isoformat(),
        "engine": connection.vendor,
        "migrations": migrations(),
        "keys": fingerprints(),
        "tables": tables,
        "database": {each.name: digest(each) for each in sorted(unfinished.iterdir())},
        "files": dict(pooled(folder / "files", file_paths)),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    write_synced(unfinished / MANIFEST, text.encode())
    unfinished.rename(whole)
    clear_away(folder, at=at)
    return whole


def copy_database(target: Path) -> tuple[dict[str, int], list[str]]:
    """Copy what is committed now; returns the rows of each table and the files that they name.

    Not within a transaction: SQLite would wait for its end for ever.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A backup is of what is committed.")
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target / "database.sqlite3") as copy:
            connection.connection.backup(copy)
            (sound,) = copy.execute("PRAGMA integrity_check").fetchone()
            if sound != "ok":
                raise CommandError(f"The copy of the database is damaged: {sound}")
            counts = {
                table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
                for table in table_names()
            }
            rows = copy.execute("SELECT path, preview FROM attachments_attachment").fetchall()
        copy.close()
        return counts, named(rows)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        dump = target / "database.dump"
        run("pg_dump", "-Fc", "--no-owner", f"--snapshot={snapshot}", "-f", str(dump))
        counts = {table: counted(table) for table in table_names()}
        rows = list(Attachment.objects.values_list("path", "preview"))
    return counts, named(rows)


def named(rows: Iterable[tuple[str, str]]) -> list[str]:
    return sorted({path for row in rows for path in row if path})


def table_names() -> list[str]:
    """Of all models, as far as this database has them yet."""
    models = apps.get_models(include_auto_created=True)
    ours = {model._meta.db_table for model in models if model._meta.managed}
    return sorted(ours.intersection(connection.introspection.table_names()))


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
        return cursor.fetchone()[0]


def run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, told of our database; the password is not on its line."""
    given = connection.settings_dict
    named_by = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"] or ""),
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
    }
    environment = {**os.environ, **{name: value for name, value in named_by.items() if value}}
    try:
        done = subprocess.run(  # noqa: S603
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise CommandError(f"{program} is not on this machine.") from error
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip()}")


def pooled(pool: Path, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Copy into the pool what is not in it yet; yields each path with its digest.

    A file whose row was deleted since the copy is cleared away a day later at the earliest, so it
    is still there; one that is lost all the same is named with an empty digest.
    """
    for path in paths:
        source, target = Path(settings.MEDIA_ROOT) / path, pool / path
        if not target.exists() and source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_synced(target, source.read_bytes())
        yield path, digest(target) if target.exists() else ""


def write_synced(target: Path, content: bytes) -> None:
    unfinished = target.with_name(f"{target.name}.part")
    with unfinished.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(target)


def digest(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def fingerprints() -> list[str]:
    """Which secret keys the links and sessions of this set were made with; not the keys."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [hashlib.sha256(f"key:{key}".encode()).hexdigest()[:16] for key in keys]


def migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def sets(folder: Path) -> list[Path]:
    """The whole ones, the oldest first."""
    return sorted(each.parent for each in folder.glob(f"*/{MANIFEST}") if not is_unfinished(each))


def made_at(whole: Path) -> datetime:
    return datetime.strptime(whole.name, STAMP).replace(tzinfo=UTC)


def is_unfinished(manifest: Path) -> bool:
    return manifest.parent.name.endswith(".part")


def clear_away(folder: Path, *, at: datetime) -> None:
    """Keep every set of a day, then the last one of each of thirty days, and what they name."""
    stamps = {made_at(each): each for each in sets(folder)}
    kept = to_keep(stamps, at=at)
    for stamp, each in stamps.items():
        if stamp not in kept:
            shutil.rmtree(each)
    wanted = {path for each in sets(folder) for path in read(each)["files"]}
    pool = folder / "files"
    for file in [each for each in pool.rglob("*") if each.is_file()]:
        if str(file.relative_to(pool)) not in wanted:
            file.unlink()


def to_keep(stamps: Iterable[datetime], *, at: datetime) -> set[datetime]:
    """Those of the last 24 hours, and of the thirty days before the last of each (UTC)."""
    kept, last_of_day = set(), {}
    for stamp in sorted(stamps):
        if at - stamp <= KEPT_WHOLLY:
            kept.add(stamp)
        elif at - stamp <= KEPT_WHOLLY + timedelta(days=KEPT_DAYS):
            last_of_day[stamp.date()] = stamp
    return kept | set(last_of_day.values())


def read(whole: Path) -> dict[str, Any]:
    """The manifest of a set; CommandError when it is none."""
    try:
        return json.loads((whole / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{whole} is not a whole backup set.") from error


def verify(whole: Path) -> dict[str, Any]:
    """The manifest, when every byte of the set is as it was written; else CommandError."""
    manifest = read(whole)
    pool = whole.parent / "files"
    expected = {whole / name: known for name, known in manifest["database"].items()}
    expected |= {pool / path: known for path, known in manifest["files"].items() if known}
    for file, known in expected.items():
        if not file.exists() or digest(file) != known:
            raise CommandError(f"{file} is missing or damaged.")
    return manifest


def restore(whole: Path) -> dict[str, Any]:
    """Put a set's database and files in place of what is here, and check that all of it came.

    Raises CommandError for a damaged set, another kind of database, and rows that are missing.
    """
    manifest = verify(whole)
    if manifest["engine"] != connection.vendor:
        raise CommandError(f"This set is of {manifest['engine']}, not of {connection.vendor}.")
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(whole / "database.sqlite3") as copy:
            copy.backup(connection.connection)
        copy.close()
        connection.close()
    else:
        dump = str(whole / "database.dump")
        target = f"--dbname={connection.settings_dict['NAME']}"
        run("pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error", target, dump)
    for path, known in manifest["files"].items():
        target = Path(settings.MEDIA_ROOT) / path
        if known and not (target.exists() and digest(target) == known):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_synced(target, (whole.parent / "files" / path).read_bytes())
    missing = [
        f"{table} ({counted(table)} of {rows})"
        for table, rows in manifest["tables"].items()
        if counted(table) != rows
    ]
    if missing:
        raise CommandError(f"Rows are missing: {', '.join(missing)}")
    connection.check_constraints()
    return manifest
