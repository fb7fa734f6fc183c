"""What is wrong with a device stays on its page until it is cleared, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assets import actions
from assets.models import Defect
from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from tests.factories.assets import AssetFactory, DefectFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def device(people):
    return AssetFactory()


@pytest.fixture
def person(people):
    return people.service_manager


def test_a_defect_is_noted_and_cleared(device, person):
    defect = actions.note_defect(device, text=" Belt worn ", gravity="grave", by=person, at=AT)

    actions.clear_defect(defect, how="New belt", by=person, at=AT)

    defect.refresh_from_db()
    assert (defect.text, defect.cleared_by, defect.how) == ("Belt worn", person, "New belt")
    assert [each.verb for each in timeline(device)] == [
        "assets.defect_cleared",
        "assets.defect_noted",
    ]


def test_a_defect_is_cleared_once(device, person):
    defect = DefectFactory(asset=device)
    actions.clear_defect(defect, how="New belt", by=person, at=AT)

    with pytest.raises(DomainError, match="cleared already"):
        actions.clear_defect(defect, how="New belt", by=person, at=AT)


def test_nothing_is_no_defect_and_no_clearing(device, person):
    with pytest.raises(DomainError):
        actions.note_defect(device, text=" ", by=person, at=AT)
    with pytest.raises(DomainError):
        actions.clear_defect(DefectFactory(asset=device), how=" ", by=person, at=AT)


def test_what_is_told_late_is_not_cleared_before_it_was_found(device, person):
    defect = DefectFactory(asset=device, found_at=AT)

    actions.clear_defect(defect, how="New belt", by=person, at=AT - timedelta(hours=1))

    assert Defect.objects.get().cleared_at == AT


def test_the_database_keeps_it_too(device, person):
    for broken in ({"cleared_at": AT}, {"how": "x"}, {"text": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DefectFactory(asset=device, **broken)


def test_the_page_shows_the_open_ones_of_the_whole_device(logged_in, device, person):
    part = AssetFactory(parent=device, component=True)
    AssetFactory()._meta.model.objects.filter(pk=part.pk).update(root=device)
    DefectFactory(asset=part, text="Seal leaks", source="TK-2026-0007")
    DefectFactory(asset=device, text="Old", cleared_at=AT, cleared_by=person, how="done")

    page = logged_in("service_manager").get(device.get_absolute_url()).content.decode()

    assert "Seal leaks" in page
    assert "TK-2026-0007" in page
    assert part.serial_no in page
    assert "Open defects" in page
    assert page.count('class="defect"') == 1


def test_the_page_asks_as_much_for_three_defects_as_for_one(logged_in, device):
    client = logged_in("service_manager")
    DefectFactory(asset=device)
    client.get(device.get_absolute_url())
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(device.get_absolute_url())
        counts.append(len(queries))
        DefectFactory.create_batch(2, asset=device)

    assert counts[0] == counts[1]


def test_the_desk_notes_and_clears_by_its_pages(logged_in, device):
    client = logged_in("service_manager")

    client.post(
        reverse("assets:note_defect", args=[device.serial_no]),
        {"once": "a", "text": "Belt worn", "gravity": "dangerous"},
    )
    defect = Defect.objects.get()
    answer = client.post(
        reverse("assets:clear_defect", args=[device.serial_no, defect.pk]),
        {"once": "b", "how": "New belt"},
    )

    defect.refresh_from_db()
    assert answer.url == device.get_absolute_url()
    assert (defect.gravity, defect.how) == ("dangerous", "New belt")


def test_a_defect_of_another_device_is_not_found(logged_in, device):
    other = DefectFactory()

    answer = logged_in("service_manager").get(
        reverse("assets:clear_defect", args=[device.serial_no, other.pk])
    )

    assert answer.status_code == 404
