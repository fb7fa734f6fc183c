"""Files over the web: whoever sees the record sees its files, and nobody else (S-34)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from crmservice.attachments.models import Attachment
from tests.factories.assets import AssetFactory
from tests.factories.attachments import AttachmentFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.service_requests import ServiceRequestFactory
from tests.pages import whole_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def jpeg(color="red"):
    out = BytesIO()
    Image.new("RGB", (400, 300), color).save(out, "JPEG")
    return out.getvalue()


def upload(name="plate.jpg", content=None):
    return SimpleUploadedFile(name, content or jpeg())


def address_of(record):
    name = record._meta.app_label
    key = record.serial_no if name == "assets" else record.number
    return reverse(f"{name}:attach", args=[key])


@pytest.mark.parametrize("factory", [TaskFactory, ServiceRequestFactory, AssetFactory])
def test_photos_are_attached_and_shown_on_the_page(logged_in, factory):
    record, client = factory(), logged_in("service_manager")

    answer = client.post(
        address_of(record), {"uploads": [upload(), upload("note.txt", b"ok")], "once": "1"}
    )
    page = client.get(record.get_absolute_url()).content.decode()

    assert answer.url == record.get_absolute_url()
    names = [file.name for file in Attachment.objects.of(record)]
    assert names == ["plate.jpg", "note.txt"]
    assert all(name in page for name in names)


def test_the_same_form_twice_attaches_once(logged_in):
    record, client = TaskFactory(), logged_in("service_manager")

    for _time in range(2):
        client.post(address_of(record), {"uploads": upload(), "once": "1"})

    assert Attachment.objects.count() == 1


def test_a_file_that_is_refused_is_said_and_none_is_kept(logged_in):
    record, client = TaskFactory(), logged_in("service_manager")

    answer = client.post(
        address_of(record), {"uploads": [upload(), upload("a.html", b"<p>")], "once": "1"}
    )

    assert answer.status_code == 422
    assert "a.html" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_nothing_chosen_is_said(logged_in):
    answer = logged_in("service_manager").post(address_of(TaskFactory()), {"once": "1"})

    assert answer.status_code == 422


def test_an_engineer_attaches_to_the_own_task_and_to_no_other(logged_in, people):
    own, other = TaskFactory(done=True, assignee=people.field_engineer), TaskFactory(done=True)
    client = logged_in("field_engineer")

    mine = client.post(address_of(own), {"uploads": upload(), "once": "1"})
    not_mine = client.post(address_of(other), {"uploads": upload(), "once": "2"})

    assert mine.url == f"{reverse('dispatch:job', args=[own.number])}#photos"
    assert not_mine.status_code == 403
    assert Attachment.objects.count() == 1


def test_a_picture_is_shown_and_another_file_is_a_download_in_its_own_box(logged_in):
    photo = AttachmentFactory(name="照片.jpg", content=jpeg())
    text = AttachmentFactory(name="读数 \u2028.txt")
    client = logged_in("service_manager")

    shown = client.get(photo.get_absolute_url())
    small = client.get(reverse("attachments:preview", args=[photo.pk]))
    saved = client.get(text.get_absolute_url())

    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert (shown["Content-Type"], small["Content-Type"]) == ("image/jpeg", "image/jpeg")
    for answer in (shown, small, saved):
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]


def test_a_file_of_what_one_does_not_see_is_not_there(logged_in, people):
    theirs = AttachmentFactory(subject=TaskFactory(assigned=True))

    answer = logged_in("partner_coordinator").get(theirs.get_absolute_url())

    assert answer.status_code == 404


def test_a_file_without_its_bytes_is_not_found(logged_in):
    file = AttachmentFactory()
    file.file.unlink()

    assert logged_in("service_manager").get(file.get_absolute_url()).status_code == 404


def test_only_photos_have_a_preview(logged_in):
    file = AttachmentFactory()

    answer = logged_in("service_manager").get(reverse("attachments:preview", args=[file.pk]))

    assert answer.status_code == 404


def test_a_file_is_taken_off_from_its_own_record_only(logged_in):
    file, other = AttachmentFactory(), TaskFactory()
    own = TaskFactory._meta.model.objects.get(pk=file.subject_id)
    client = logged_in("service_manager")

    client.post(reverse("dispatch:detach", args=[other.number, file.pk]), {"once": "1"})
    assert Attachment.objects.exists()
    client.post(reverse("dispatch:detach", args=[own.number, file.pk]), {"once": "2"})
    assert not Attachment.objects.exists()


def test_the_photos_of_visits_stand_on_the_page_of_the_request(logged_in):
    service_request = ServiceRequestFactory()
    AttachmentFactory(subject=TaskFactory(service_request=service_request), name="visit.txt")
    AttachmentFactory(subject=TaskFactory(), name="another.txt")

    page = whole_page(logged_in("service_manager"), service_request)

    assert "visit.txt" in page
    assert "another.txt" not in page
