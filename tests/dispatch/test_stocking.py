"""What a visit does to the van: taken out with the end of the work, or a difference; and what to
take along.
"""

from dataclasses import replace

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from dispatch import actions
from dispatch.models import PartUse
from dispatch.queries import preparation
from orders import actions as orders
from orders.models import OldPart, Order, StockDifference, StockLevel, StockMove
from tests.dispatch.conftest import HOUR, NINE
from tests.factories.assets import AssetFactory, PartFactory
from tests.factories.dispatch import PartUseFactory
from tests.factories.orders import StockLevelFactory, StockLocationFactory
from tests.pages import whole_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]
TEN = NINE + HOUR


@pytest.fixture
def van(engineer):
    return StockLocationFactory(van=True, employee=engineer, name="Van")


@pytest.fixture
def finish(working, engineer, sign_off):
    def end(quantity, part, **serials):
        actions.add_part(working, part=part, quantity=quantity, **serials, by=engineer, at=NINE)
        return actions.complete(working, sign_off=sign_off, by=engineer, at=TEN)

    return end


def held(place, part, bin_="good"):
    level = StockLevel.objects.filter(location=place, part=part, bin=bin_).first()
    return (level.on_hand, level.allocated) if level else None


@pytest.mark.parametrize(
    ("there", "used", "left", "missing"), [(2, 2, 0, 0), (3, 2, 1, 0), (1, 2, 0, 1), (0, 1, 0, 1)]
)
def test_what_was_used_leaves_the_van_and_what_it_lacked_is_to_be_settled(
    van, part, finish, there, used, left, missing
):
    StockLevelFactory(location=van, part=part, holds=there)

    task = finish(used, part)

    differences = StockDifference.objects.of(task)
    assert held(van, part) == (left, 0)
    assert sum(each.quantity for each in differences) == missing
    assert [each.held for each in differences] == [there] * bool(missing)
    assert Activity.objects.filter(verb="orders.used_beyond").count() == bool(missing)


def test_who_has_no_van_takes_nothing_out_of_it(part, finish):
    level = StockLevelFactory(part=part, holds=1)

    task = finish(1, part)

    assert held(level.location, part) == (1, 0)
    assert not StockDifference.objects.exists()
    assert task.status == "done"


def test_what_the_crew_used_leaves_the_own_van(van, part, working, engineer, people, finish):
    helper = people.depot_engineer
    own = StockLocationFactory(van=True, employee=helper, name="Own")
    for place, there in ((van, 5), (own, 3)):
        StockLevelFactory(location=place, part=part, holds=there)
    working.crew.add(helper)
    for _piece in range(2):
        actions.add_part(working, part=part, by=helper, at=NINE + HOUR)

    finish(1, part)

    uses = working.parts_used.order_by("pk").values_list("used_by", "quantity")
    assert list(uses) == [(helper.pk, 2), (None, 1)]
    assert (held(van, part), held(own, part)) == ((4, 0), (1, 0))


def test_who_is_neither_the_engineer_nor_of_the_crew_uses_nothing(part, working, people):
    with pytest.raises(DomainError):
        actions.add_part(working, part=part, by=people.depot_engineer, at=NINE + HOUR)


def test_a_refused_end_takes_nothing(van, part, working, engineer, sign_off):
    StockLevelFactory(location=van, part=part, holds=1)
    actions.add_part(working, part=part, by=engineer, at=NINE)

    with pytest.raises(DomainError):
        actions.complete(working, sign_off=replace(sign_off, result=" "), by=engineer, at=TEN)

    assert held(van, part) == (1, 0)


def test_what_was_promised_to_the_task_is_used_or_free_again(van, part, visit, finish, dispatcher):
    StockLevelFactory(location=van, part=part, holds=3)
    other = StockLevelFactory(location=van, holds=1)
    for each, quantity in ((part, 2), (other.part, 1)):
        orders.reserve(van, part=each, quantity=quantity, about=visit, by=dispatcher, at=NINE)

    finish(1, part)

    assert held(van, part) == (2, 0)
    assert held(van, other.part) == (1, 0)


def test_a_cancelled_task_frees_what_was_promised(van, part, visit, dispatcher):
    StockLevelFactory(location=van, part=part, holds=1)
    orders.reserve(van, part=part, quantity=1, about=visit, by=dispatcher, at=NINE)

    actions.cancel(visit, reason="Not needed", by=dispatcher, at=NINE)

    assert held(van, part) == (1, 0)


def test_a_swapped_part_lies_in_the_van_and_its_clock_runs(van, machine, engineer, finish):
    pump = PartFactory(part_no="PU-1", fits_model=machine.model)
    AssetFactory(parent=machine, component=True, part=pump, serial_no="OLD-1")
    orders.receive(van, part=pump, quantity=2, serials=["NEW-1", "NEW-2"], by=engineer, at=NINE)

    finish(1, pump, serial_no="NEW-1", removed_serial_no="OLD-1")

    old = OldPart.objects.get()
    assert held(van, pump) == (1, 0)
    assert held(van, pump, "faulty") == (1, 0)
    assert (old.serial_no, old.holder, old.part) == ("OLD-1", engineer, pump)
    assert StockLevel.objects.get(bin="faulty").pieces.get().serial_no == "OLD-1"


def test_a_part_that_was_not_used_is_back_in_the_van(van, part, finish, people):
    StockLevelFactory(location=van, part=part, holds=1)
    task = finish(3, part)
    use = PartUse.objects.get()

    task = actions.undo_part(task, part_use=use, reason="Wrong part", by=people.storekeeper, at=TEN)

    assert held(van, part) == (1, 0)
    assert not StockDifference.objects.open().exists()
    assert not Order.objects.get().lines.filter(part=part).exists()
    assert not task.parts_used.exists()


def test_what_the_order_has_decided_is_not_undone(van, part, finish, people):
    StockLevelFactory(location=van, part=part, holds=1)
    task = finish(1, part)
    order = Order.objects.get()
    orders.submit(order, by=people.service_manager, at=TEN)
    orders.approve(order, by=people.department_head, at=TEN)

    with pytest.raises(DomainError, match="its lines stand"):
        actions.undo_part(
            task, part_use=PartUse.objects.get(), reason="No", by=people.storekeeper, at=TEN
        )

    assert held(van, part) == (0, 0)


def test_the_page_of_a_finished_task_says_what_the_books_lacked(van, part, finish, logged_in):
    task = finish(1, part)

    page = whole_page(logged_in("storekeeper"), task)

    assert StockDifference.objects.get().get_absolute_url() in page
    assert reverse("dispatch:undo_part", args=[task.number, PartUse.objects.get().pk]) in page


# --- What to take --------------------------------------------------------------------------------


def test_the_pick_list_says_what_the_van_has_and_where_the_rest_is(
    van, part, visit, engineer, dispatcher
):
    order = orders.order_of(visit.service_request, by=dispatcher, at=NINE)
    orders.add_part(order, part, 3, done_on=NINE.date(), by=dispatcher, at=NINE)
    StockLevelFactory(location=van, part=part, holds=2)
    depot = StockLocationFactory(outlet=engineer.outlet, name="Shenyang depot")
    StockLevelFactory(location=depot, part=part, holds=5)

    (pick,) = preparation(visit, dispatcher, at=NINE).to_take

    assert (pick.part, pick.wanted, pick.in_van) == (part, 3, 2)
    assert pick.says == "2 in the van, 1 missing"
    assert pick.nearest.startswith("Nearest: Shenyang depot, today")
    assert f"from={depot.code}&to={van.code}&part={part.pk}&quantity=1" in pick.send_url


def test_the_usual_parts_say_how_many_the_van_has(van, part, visit, machine, dispatcher):
    StockLevelFactory(location=van, part=part, holds=2)
    PartUseFactory(
        task__asset=machine, task__customer=machine.customer, part=part, used_on=NINE.date()
    )

    assert preparation(visit, dispatcher, at=NINE).usual_parts == [(part, 1, 2)]


def test_the_journal_names_the_task(van, part, finish):
    StockLevelFactory(location=van, part=part, holds=1)

    task = finish(1, part)

    move = StockMove.objects.of(task).get()
    assert (move.about_url, move.on_hand) == (task.get_absolute_url(), -1)
