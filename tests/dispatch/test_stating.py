"""What the engineer says of the device at the end becomes rows of the device, with the visit."""

from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assets.choices import AssetStatus
from assets.models import Defect, MeterReading
from crmservice.errors import DomainError
from dispatch import actions
from dispatch.actions import OfDevice, Shown
from dispatch.models import WorkReport
from dispatch.queries import preparation
from tests.dispatch.conftest import DOT, HOUR, NINE
from tests.factories.assets import (
    DefectFactory,
    MaintenancePlanFactory,
    MeterReadingFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]

TEN = NINE + HOUR


@pytest.fixture
def read_before(machine):
    return MeterReadingFactory(asset=machine, value=Decimal(100), taken_at=NINE - 24 * HOUR)


@pytest.fixture
def finish(working, engineer, sign_off):
    def end(at=TEN, **said):
        done = replace(sign_off, of_device=OfDevice(**said))
        return actions.complete(working, sign_off=done, by=engineer, at=at)

    return end


@pytest.fixture
def page(logged_in, working):
    """The sign-off by its page, at ten."""
    typed = {"once": "key", "result": "Seal", "signed_by": "Li", "signature": DOT}

    def post(**more):
        with time_machine.travel(TEN, tick=False):
            url = reverse("dispatch:complete", args=[working.number])
            return logged_in("field_engineer").post(url, typed | more)

    return post


@pytest.mark.parametrize("value", ["100", "100.01"])
def test_a_meter_is_read_on_the_visit(finish, machine, read_before, engineer, value):
    finish(meters={"hours": Shown(Decimal(value))})

    reading = machine.readings.first()
    assert (reading.value, reading.source) == (Decimal(value), "visit")
    assert (reading.taken_at, reading.by) == (TEN, engineer)


def test_a_meter_that_runs_backwards_is_refused_at_its_field(finish, working, read_before):
    with pytest.raises(DomainError, match="does not run backwards") as no:
        finish(meters={"hours": Shown(Decimal("99.99"))})

    working.refresh_from_db()
    assert no.value.field == "meter_hours"
    assert working.status == "working"


def test_a_new_meter_begins_anew(finish, machine, read_before):
    finish(meters={"hours": Shown(Decimal(3), is_new_meter=True)})

    assert machine.readings.first().is_new_meter


def test_nothing_said_writes_nothing(finish, machine, read_before):
    finish()

    machine.refresh_from_db()
    assert machine.readings.get() == read_before
    assert (machine.status, machine.version) == (AssetStatus.IN_USE, 1)


def test_software_is_set_when_it_is_another(finish, machine):
    finish(software_version=" 5.1 ")

    machine.refresh_from_db()
    assert machine.software_version == "5.1"


def test_out_of_use_and_in_use_again(finish, machine):
    finish(status="in_repair")

    machine.refresh_from_db()
    assert machine.status == AssetStatus.IN_REPAIR


def test_what_is_in_use_already_is_no_mistake(finish, machine):
    finish(status="in_use")

    machine.refresh_from_db()
    assert (machine.status, machine.version) == (AssetStatus.IN_USE, 1)


def test_a_defect_is_left_and_another_cleared(finish, working, machine, engineer):
    known = DefectFactory(asset=machine)

    finish(defect="Belt worn", gravity="grave", cleared=(known,))

    known.refresh_from_db()
    left = Defect.objects.open().get()
    assert (known.cleared_by, known.how) == (engineer, working.number)
    assert (left.text, left.gravity, left.source) == ("Belt worn", "grave", working.number)


def test_one_that_was_cleared_meanwhile_is_no_mistake(finish, machine, dispatcher):
    known = DefectFactory(asset=machine)
    type(known).objects.update(cleared_at=NINE, cleared_by=dispatcher, how="Desk")

    finish(cleared=(known,))

    known.refresh_from_db()
    assert known.how == "Desk"


def test_who_comes_next_reads_of_the_open_ones(working, machine, dispatcher):
    DefectFactory(asset=machine)
    DefectFactory()
    DefectFactory(asset=machine, cleared_at=NINE, cleared_by=dispatcher, how="Desk")

    assert [each.asset for each in preparation(working, dispatcher, at=NINE).defects] == [machine]


# --- The page ------------------------------------------------------------------------------------


def test_the_page_asks_for_the_known_meters_and_says_the_last_figures(
    logged_in, working, machine, read_before
):
    MaintenancePlanFactory(asset=machine, meter="cycles", meter_every=Decimal(500))

    url = reverse("dispatch:complete", args=[working.number])
    shown = logged_in("field_engineer").get(url).content.decode()

    assert 'name="meter_hours"' in shown
    assert 'name="meter_cycles"' in shown
    assert 'name="meter_starts"' not in shown
    assert "Last: 100," in shown
    assert "Not read yet." in shown


def test_all_of_it_by_the_page(page, machine, read_before):
    known = DefectFactory(asset=machine)

    answer = page(
        meter_hours="7",
        new_meter_hours="on",
        software_version="5.1",
        device_status="in_repair",
        cleared=[known.pk],
        defect="Belt worn",
        defect_gravity="dangerous",
    )

    assert answer.status_code == 302
    machine.refresh_from_db()
    assert machine.readings.first().value == 7
    assert (machine.software_version, machine.status) == ("5.1", "in_repair")
    assert Defect.objects.open().get().gravity == "dangerous"


def test_the_page_says_at_the_field_that_it_runs_backwards(page, read_before):
    answer = page(meter_hours="99")

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"meter_hours"}


def test_a_defect_of_another_device_cannot_be_cleared(page):
    answer = page(cleared=[DefectFactory().pk])

    assert answer.status_code == 422
    assert not Defect.objects.exclude(cleared_at=None).exists()


def test_a_retired_device_is_asked_nothing(logged_in, working, machine):
    type(machine).objects.update(status="retired")

    url = reverse("dispatch:complete", args=[working.number])
    shown = logged_in("field_engineer").get(url).content.decode()

    assert 'name="software_version"' not in shown


def test_the_page_asks_as_much_for_three_defects_as_for_one(logged_in, working, machine):

    client, counts = logged_in("field_engineer"), []
    url = reverse("dispatch:complete", args=[working.number])
    DefectFactory(asset=machine)
    client.get(url)
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
        DefectFactory.create_batch(2, asset=machine)

    assert counts[0] == counts[1]


# --- Drafts --------------------------------------------------------------------------------------


def test_what_is_typed_of_the_device_is_drafted(logged_in, working, machine, read_before):
    client = logged_in("field_engineer")
    typed = {"meter_hours": "12,", "new_meter_hours": "on", "software_version": "5.1"}

    client.post(reverse("dispatch:save_draft", args=[working.number]), typed)
    form = client.get(reverse("dispatch:complete", args=[working.number])).context["form"]

    assert form["software_version"].value() == "5.1"
    assert form["meter_hours"].value() == "12,"
    assert not MeterReading.objects.exclude(pk=read_before.pk).exists()


def test_a_later_draft_keeps_the_other_fields_and_the_end_empties_it(
    working, engineer, finish, machine
):
    actions.save_draft(working, {"defect": "Belt"}, by=engineer, at=NINE)
    actions.save_draft(working, {"software_version": "5.1"}, by=engineer, at=NINE)
    report = WorkReport.objects.get()
    assert report.of_device == {"defect": "Belt", "software_version": "5.1"}

    finish()

    report.refresh_from_db()
    assert report.of_device == {}


def test_two_tablets_that_type_something_else_are_told(working, engineer):
    actions.save_draft(working, {"defect": "Belt"}, by=engineer, at=NINE)

    found = actions.merge_draft(working, {"defect": "Chain"}, {"defect": ""}, by=engineer, at=NINE)

    assert [(each.name, each.mine, each.theirs) for each in found] == [("defect", "Chain", "Belt")]
