"""Attach a file to a record, take it off again, and clear away what belongs to no row (R-17).

The bytes are written and synced under a name of ours before the row: a row without its file cannot
be. A file whose row never came is cleared away after a day.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.attachments.checking import Checked
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError

KEPT_WITHOUT_ROW = timedelta(days=1)
LEAST_FREE = 0.05
BATCH = 500


@transaction.atomic
def attach(  # noqa: PLR0913  (what is known of a file)
    subject: models.Model,
    found: Checked,
    *,
    caption: str = "",
    visible: bool = False,
    happened_at: datetime | None = None,
    about: Iterable[models.Model | None] = (),
    by: Any,
    at: datetime,
) -> Attachment:
    """Keep a file with a record; the same bytes once more give the attachment that is there.

    `found` comes from `checking.check`, which is slow and so is called before the transaction.
    Raises DomainError when the day's share of the person is used up, when the disk is nearly full
    or cannot be written.
    """
    digest = hashlib.sha256(found.content).hexdigest()
    same = Attachment.objects.of(subject).filter(sha256=digest).first()
    if same is not None:
        return same
    refuse_beyond_share(by, len(found.content), at=at)
    path, preview = store(found, at=at)
    attachment = Attachment.objects.create(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        name=found.name,
        content_type=found.content_type,
        size=len(found.content),
        sha256=digest,
        path=path,
        preview=preview,
        caption=caption.strip(),
        visible=visible,
        by=by,
        happened_at=min(happened_at or at, at),
        attached_at=at,
    )
    record(
        subject,
        "attachments.attached",
        by=by,
        at=at,
        about=about,
        name=found.name,
        attachment=attachment.pk,
    )
    return attachment


@transaction.atomic
def attach_all(  # noqa: PLR0913  (what is known of them)
    subject: models.Model,
    files: Iterable[Checked],
    *,
    caption: str = "",
    happened_at: datetime | None = None,
    visible: bool = False,
    about: Iterable[models.Model | None] = (),
    by: Any,
    at: datetime,
) -> models.Model:
    """Keep several files with a record, all or none; returns the record."""
    about = list(about)
    for found in files:
        attach(
            subject,
            found,
            caption=caption,
            happened_at=happened_at,
            visible=visible,
            about=about,
            by=by,
            at=at,
        )
    return subject


@transaction.atomic
def remove(
    attachment: Attachment,
    subject: models.Model,
    *,
    about: Iterable[models.Model | None] = (),
    by: Any,
    at: datetime,
) -> None:
    """Take it off its record; once more does nothing."""
    gone, _rows = Attachment.objects.of(subject).filter(pk=attachment.pk).delete()
    if gone:
        record(subject, "attachments.removed", by=by, at=at, about=about, name=attachment.name)


def refuse_beyond_share(by: Any, size: int, *, at: datetime) -> None:
    """Nobody fills the disk alone: each person has a share of it per 24 hours."""
    today = Attachment.objects.filter(by=by, attached_at__gt=at - timedelta(days=1))
    used = today.aggregate(sum=Sum("size"))["sum"] or 0
    if used + size > settings.ATTACHMENTS_PER_DAY_MB * 1024 * 1024:
        raise DomainError(
            _("You have attached %(most)s MB within a day, which is all that one person may.")
            % {"most": settings.ATTACHMENTS_PER_DAY_MB},
            field="uploads",
        )


def store(found: Checked, *, at: datetime) -> tuple[str, str]:
    """Write the bytes to the disk; returns the paths of the file and of its preview."""
    folder = f"{at:%Y/%m}"
    stem = secrets.token_hex(16)
    path = f"{folder}/{stem}{found.ending}"
    write(path, found.content)
    if not found.preview:
        return path, ""
    preview = f"{folder}/{stem}.small.jpg"
    write(preview, found.preview)
    return path, preview


def write(path: str, content: bytes) -> None:
    """The whole file, synced, or none."""
    target = Path(settings.MEDIA_ROOT) / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(target.parent)
        if disk.free < disk.total * LEAST_FREE:
            raise DomainError(
                _("The disk is nearly full; nothing can be attached."), field="uploads"
            )
        unfinished = target.with_suffix(".part")
        try:
            with unfinished.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise DomainError(
            _("The file could not be kept; please try again later."), field="uploads"
        ) from error


def clear_away(*, at: datetime) -> int:
    """Delete files that have no row a day after they were written; returns how many."""
    oldest = (at - KEPT_WITHOUT_ROW).timestamp()
    root, count = Path(settings.MEDIA_ROOT), 0
    batch: list[Path] = []
    for file in root.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/*"):
        if file.stat().st_mtime < oldest:
            batch.append(file)
        if len(batch) >= BATCH:
            count += clear(root, batch)
            batch = []
    return count + clear(root, batch)


def clear(root: Path, files: list[Path]) -> int:
    names = {str(file.relative_to(root)): file for file in files}
    kept = Attachment.objects.filter(path__in=names).values_list("path", flat=True)
    previews = Attachment.objects.filter(preview__in=names).values_list("preview", flat=True)
    gone = names.keys() - set(kept) - set(previews)
    for name in gone:
        names[name].unlink(missing_ok=True)
    return len(gone)
