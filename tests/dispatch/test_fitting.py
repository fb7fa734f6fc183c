"""The installed base follows what was used, when the work ends and not before."""

from dataclasses import replace

import pytest

from assets.choices import AssetStatus
from assets.models import Asset
from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from dispatch import actions
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.factories.assets import AssetFactory, PartFactory
from tests.factories.dispatch import PartUseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]

TEN = NINE + HOUR


@pytest.fixture
def pump(machine):
    """A part that is made for the machine's model."""
    return PartFactory(part_no="PU-1", fits_model=machine.model)


@pytest.fixture
def old(machine, pump):
    return AssetFactory(parent=machine, component=True, part=pump, serial_no="OLD-1")


@pytest.fixture
def use(working, engineer):
    def note(part, new="", removed="", **values):
        given = {"serial_no": new, "removed_serial_no": removed, "by": engineer, "at": NINE}
        return actions.add_part(working, part=part, **given, **values)

    return note


@pytest.fixture
def finish(working, engineer, sign_off):
    def end(verb=actions.complete, **values):
        return verb(working, sign_off=replace(sign_off, **values), by=engineer, at=TEN)

    return end


def inside(machine):
    return set(machine.components.values_list("serial_no", flat=True))


def verbs(asset):
    return {activity.verb for activity in timeline(asset)}


# --- What changes --------------------------------------------------------------------------------


def test_a_swap_is_done_when_the_work_is_done(use, finish, machine, pump, old):
    use(pump, "NEW-1", "OLD-1")
    assert inside(machine) == {"OLD-1"}

    finish()

    old.refresh_from_db()
    new = Asset.objects.get(serial_no="NEW-1")
    assert inside(machine) == {"NEW-1"}
    assert (old.parent, old.status, old.customer) == (None, AssetStatus.IN_REPAIR, machine.customer)
    assert (new.part, new.root, new.installed_on.isoformat()) == (pump, machine, "2026-03-03")
    assert {"assets.swapped_out", "assets.swapped_in", "dispatch.completed"} <= verbs(machine)
    assert timeline(old)[0].details["reason"] == "TK-2026-0001"


def test_a_swap_is_done_when_it_is_not_solved_either(use, finish, machine, pump, old):
    use(pump, "NEW-1", "OLD-1")

    finish(actions.not_solved, remaining="Test run")

    assert inside(machine) == {"NEW-1"}


def test_a_part_that_was_taken_off_the_list_changes_nothing(use, finish, working, engineer, pump):
    use(pump, "NEW-1")
    actions.remove_part(working, part_use=working.parts_used.get(), by=engineer, at=NINE)

    finish()

    assert not Asset.objects.filter(serial_no="NEW-1").exists()


def test_a_new_component_is_installed_where_none_was(use, finish, machine, pump):
    use(pump, "NEW-1")

    finish()

    new = Asset.objects.get(serial_no="NEW-1")
    assert (new.parent, new.part, new.site) == (machine, pump, machine.site)
    assert new.warranty_until.isoformat() == "2028-03-02"
    assert "assets.installed" in verbs(machine)


def test_a_part_for_no_model_is_noted_only(use, finish, machine, part):
    use(part, "NEW-1")

    finish()

    assert not Asset.objects.filter(serial_no="NEW-1").exists()


def test_what_comes_out_without_anything_with_a_number_in_its_place(
    use, finish, machine, part, old
):
    use(part, removed="OLD-1")

    finish()

    old.refresh_from_db()
    assert inside(machine) == set()
    assert (old.parent, old.status) == (None, AssetStatus.IN_REPAIR)


def test_another_part_may_follow_the_old_one(use, finish, machine, old):
    successor = PartFactory(part_no="PU-2", fits_model=machine.model)
    use(successor, "NEW-1", "OLD-1")

    finish()

    assert Asset.objects.get(serial_no="NEW-1").part == successor
    assert inside(machine) == {"NEW-1"}


def test_a_repaired_one_of_the_customers_is_in_use_again(use, finish, machine, pump, old):
    spare = AssetFactory(
        model=None, part=pump, customer=machine.customer, serial_no="S-1", status="in_repair"
    )
    use(pump, "S-1", "OLD-1")

    finish()

    spare.refresh_from_db()
    assert (spare.parent, spare.status) == (machine, AssetStatus.IN_USE)


def test_a_component_deep_in_the_device_is_swapped_where_it_is(use, finish, machine, pump, old):
    deep = AssetFactory(parent=old, component=True, part=pump, serial_no="DEEP-1", root=machine)
    use(pump, "NEW-1", "DEEP-1")

    finish()

    assert Asset.objects.get(serial_no="NEW-1").parent == old
    deep.refresh_from_db()
    assert deep.parent is None


# --- What is refused -----------------------------------------------------------------------------


def test_what_is_not_in_the_device_cannot_come_out(use, pump, old):
    AssetFactory(parent=AssetFactory(), component=True, part=pump, serial_no="FAR-1")

    for serial in ("FAR-1", "NONE-1"):
        with pytest.raises(DomainError, match=f"{serial} is no component .* OLD-1") as no:
            use(pump, "NEW-1", serial)
        assert no.value.field == "removed_serial_no"


def test_the_device_itself_cannot_come_out(use, machine, pump):
    with pytest.raises(DomainError, match="none is recorded there"):
        use(pump, "NEW-1", machine.serial_no)


def test_what_is_in_another_device_cannot_go_in(use, machine, pump):
    there = AssetFactory(customer=machine.customer)
    AssetFactory(parent=there, component=True, part=pump, serial_no="FAR-1")

    with pytest.raises(DomainError, match=f"FAR-1 is in {there.serial_no}") as no:
        use(pump, "FAR-1")
    assert no.value.field == "serial_no"


@pytest.mark.parametrize("what", ["another part", "another customer", "retired"])
def test_a_number_of_something_else_cannot_go_in(use, machine, pump, what):
    others = {
        "another part": {"part": PartFactory(), "customer": machine.customer},
        "another customer": {"part": pump},
        "retired": {"part": pump, "customer": machine.customer, "status": "retired"},
    }
    AssetFactory(model=None, serial_no="S-1", **others[what])

    with pytest.raises(DomainError, match="something else already"):
        use(pump, "S-1")


def test_a_number_stands_once_on_a_task(use, pump, old):
    use(pump, "NEW-1", "OLD-1")

    for new, removed in (("NEW-1", ""), ("NEW-2", "OLD-1")):
        with pytest.raises(DomainError, match="already"):
            use(pump, new, removed)


def test_one_number_is_one_piece(use, pump):
    use(pump, "NEW-1", quantity=1)
    with pytest.raises(DomainError, match="one piece"):
        use(pump, "NEW-2", quantity=2)


def test_the_same_number_does_not_go_in_and_out(use, pump, old):
    with pytest.raises(DomainError, match="at once"):
        use(pump, "OLD-1", "OLD-1")


def test_what_has_become_impossible_is_refused_at_the_end_and_nothing_is_written(
    use, finish, working, machine, pump, old
):
    use(pump, "NEW-1", "OLD-1")
    AssetFactory(serial_no="NEW-1")

    with pytest.raises(DomainError, match="something else already"):
        finish()

    working.refresh_from_db()
    assert working.status == "working"
    assert inside(machine) == {"OLD-1"}


def test_without_a_device_numbers_are_noted_only(working, engineer, finish, pump):
    type(working).objects.filter(pk=working.pk).update(asset=None)
    PartUseFactory(task=working, part=pump, serial_no="NEW-1", removed_serial_no="X-1")

    finish()

    assert not Asset.objects.filter(serial_no="NEW-1").exists()


def test_what_happened_on_the_spot_counts_from_when_it_did(
    use, working, engineer, sign_off, machine, pump, old
):
    use(pump, "NEW-1", "OLD-1")

    actions.complete(
        working, sign_off=sign_off, happened_at=NINE + 20 * MINUTE, by=engineer, at=NINE + 48 * HOUR
    )

    assert Asset.objects.get(serial_no="NEW-1").installed_on.isoformat() == "2026-03-03"
