"""Keeping files with records: once, whole, within one's share (R-17)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from crmservice.activity.models import Activity
from crmservice.attachments import keeping
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from tests.factories.attachments import NINE, AttachmentFactory
from tests.factories.dispatch import TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_the_bytes_lie_under_a_name_of_ours_and_the_trail_says_so():
    file = AttachmentFactory(name="读数.txt", content=b"42")

    assert file.file.read_bytes() == b"42"
    assert file.path.startswith("2026/03/")
    assert "读数" not in file.path
    assert Activity.objects.filter(verb="attachments.attached").count() == 1


def test_the_same_bytes_once_more_are_the_attachment_that_is_there():
    first = AttachmentFactory(content=b"42")

    again = AttachmentFactory(subject=TaskFactory._meta.model.objects.get(), content=b"42")

    assert again == first


def test_the_same_bytes_of_another_record_are_another_attachment():
    assert AttachmentFactory(content=b"42") != AttachmentFactory(content=b"42")


@pytest.mark.parametrize(("size", "is_kept"), [(500_000, True), (500_001, False)])
def test_a_person_has_a_share_of_the_disk_in_a_day(settings, size, is_kept, people):
    settings.ATTACHMENTS_PER_DAY_MB = 1
    share = 1024 * 1024
    AttachmentFactory(by=people.field_engineer, content=b"a" * (share - 500_000))
    late = NINE + timedelta(days=1)

    if is_kept:
        AttachmentFactory(by=people.field_engineer, content=b"b" * size)
    else:
        with pytest.raises(DomainError, match="1 MB within a day"):
            AttachmentFactory(by=people.field_engineer, content=b"b" * size)
    AttachmentFactory(by=people.field_engineer, content=b"c" * size, at=late)


def test_a_full_disk_is_said_and_leaves_no_row(monkeypatch):
    monkeypatch.setattr(keeping, "LEAST_FREE", 1.1)

    with pytest.raises(DomainError, match="nearly full"):
        AttachmentFactory()

    assert not Attachment.objects.exists()


def test_a_disk_that_cannot_be_written_is_said_and_leaves_no_row(settings, media):
    (media / "file").write_text("in the way")
    settings.MEDIA_ROOT = media / "file"

    with pytest.raises(DomainError, match="could not be kept"):
        AttachmentFactory()

    assert not Attachment.objects.exists()


def test_removing_takes_the_row_and_says_so_once(people):
    file = AttachmentFactory()
    task = TaskFactory._meta.model.objects.get()

    for _time in range(2):
        keeping.remove(file, task, by=people.service_manager, at=NINE)

    assert not Attachment.objects.exists()
    assert Activity.objects.filter(verb="attachments.removed").count() == 1


def test_a_file_of_another_record_is_not_removed(people):
    file, other = AttachmentFactory(), TaskFactory()

    keeping.remove(file, other, by=people.service_manager, at=NINE)

    assert Attachment.objects.exists()


def test_files_without_a_row_go_a_day_later_and_the_others_stay(media):
    kept = AttachmentFactory()
    with transaction.atomic():
        AttachmentFactory(content=b"lost")
        transaction.set_rollback(True)
    files = [path for path in media.rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (NINE.timestamp(), NINE.timestamp()))

    early = keeping.clear_away(at=NINE + timedelta(days=1))
    late = keeping.clear_away(at=NINE + timedelta(days=1, seconds=1))

    assert (len(files), early, late) == (2, 0, 1)
    assert [path for path in media.rglob("*") if path.is_file()] == [Path(kept.file)]
