"""The pages of stock: what they show to whom, and a piece on its way through all of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from employees.models import Employee
from orders import actions, queries
from orders.choices import CountStatus
from orders.models import (
    OldPart,
    Replenishment,
    StockCount,
    StockDifference,
    StockLevel,
    StockLocation,
    StockTransfer,
)
from tests.factories.assets import PartFactory
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.orders import (
    NINE,
    OldPartFactory,
    OrderFactory,
    OrderLineFactory,
    ReplenishmentFactory,
    StockDifferenceFactory,
    StockLevelFactory,
    StockLocationFactory,
)

pytestmark = pytest.mark.django_db


def held(place, part):
    found = StockLevel.objects.filter(location=place, part=part, bin="good").first()
    return found.on_hand if found else 0


def rows(answer):
    return answer.context["page"].rows


def test_the_list_finds_by_words_and_shows_what_is_below_its_point(logged_in):
    low = StockLevelFactory(holds=1, reorder_point=2, target=5)
    StockLevelFactory(holds=9, reorder_point=2, target=5)
    client = logged_in("storekeeper")

    below = rows(client.get(reverse("orders:stock"), {"only": "below"}))
    found = rows(client.get(reverse("orders:stock"), {"text": low.part.part_no}))

    assert [row.pk for row in below] == [row.pk for row in found] == [low.pk]
    assert below[0].tone == "warning"


def test_the_list_asks_as_often_for_many_levels(logged_in, django_assert_max_num_queries):
    for _level in range(4):
        level = StockLevelFactory(holds=1)
        ReplenishmentFactory(location=level.location, part=level.part)
    client = logged_in("department_head")

    with django_assert_max_num_queries(8):
        answer = client.get(reverse("orders:stock"))

    assert len(rows(answer)) == 4


@pytest.mark.parametrize(("role", "sees"), [("department_head", True), ("storekeeper", False)])
def test_only_who_may_see_costs_sees_what_stock_is_worth(logged_in, role, sees):
    level = StockLevelFactory(holds=3)
    level.part.costs.create(valid_from=date(2020, 1, 1), cost=Decimal("70.00"))
    client = logged_in(role)

    lists = [reverse("orders:stock"), reverse("orders:places")]
    pages = [*lists, level.location.get_absolute_url()]

    for page in pages:
        assert ("210.00" in client.get(page).content.decode()) is sees


def test_a_partner_sees_its_own_outlet_only(logged_in, people):
    StockLevelFactory(holds=1)
    mine = StockLevelFactory(
        location=StockLocationFactory(outlet=people.partner_coordinator.outlet), holds=1
    )

    found = rows(logged_in("partner_coordinator").get(reverse("orders:stock")))

    assert [row.pk for row in found] == [mine.pk]


def test_a_piece_goes_from_the_supplier_to_a_van(logged_in, people):
    depot = StockLocationFactory(outlet=people.storekeeper.outlet)
    van = StockLocationFactory(van=True, employee=people.field_engineer)
    part, keeper = PartFactory(), logged_in("storekeeper")
    order = {"location": depot.pk, "part": part.pk, "quantity": 4, "expected_on": localdate()}

    keeper.post(reverse("orders:replenish"), order)
    ordered = Replenishment.objects.get()
    keeper.post(reverse("orders:receive_ordered", args=[ordered.pk]), {"quantity": 4})
    sent = {
        "from_location": depot.pk,
        "to_location": van.pk,
        "expected_on": localdate(),
        "part_0": part.pk,
        "quantity_0": 3,
        "bin_0": "good",
    }
    keeper.post(reverse("orders:send"), sent)
    transfer = StockTransfer.objects.get()
    engineer, line = logged_in("field_engineer"), transfer.lines.get()
    short = {f"arrived_{line.pk}": 2}
    accept = reverse("orders:accept_transfer", args=[transfer.number])
    refused = engineer.post(accept, short)
    engineer.post(accept, {**short, "reason": "One is broken"})

    assert refused.status_code == 422
    assert (held(depot, part), held(van, part)) == (1, 2)
    assert StockDifference.objects.get().quantity == 1


def test_more_than_there_is_is_refused_on_the_form(logged_in, people):
    level = StockLevelFactory(holds=1)
    to = StockLocationFactory()
    sent = {
        "from_location": level.location_id,
        "to_location": to.pk,
        "expected_on": localdate(),
        "part_0": level.part_id,
        "quantity_0": 2,
    }

    answer = logged_in("storekeeper").post(reverse("orders:send"), sent)

    assert answer.status_code == 422
    assert "has 1 of" in answer.content.decode()
    assert not StockTransfer.objects.exists()


def test_a_count_is_typed_looked_at_and_booked(logged_in, people):
    van = StockLocationFactory(van=True, employee=people.field_engineer)
    level = StockLevelFactory(location=van, holds=3)
    engineer = logged_in("field_engineer")

    engineer.post(reverse("orders:begin_count", args=[van.code]), {"bin": "good"})
    count = StockCount.objects.get()
    line, page = count.lines.get(), count.get_absolute_url()
    engineer.post(page, {f"counted_{line.pk}": 2})
    shown = engineer.get(page).content.decode()
    book = reverse("orders:book_count", args=[count.number])
    unexplained = engineer.post(book)
    engineer.post(page, {f"counted_{line.pk}": 2, f"reason_{line.pk}": "Not found"})
    engineer.post(book)

    assert "books 3, counted 2" in shown
    assert unexplained.status_code == 422
    assert held(van, level.part) == 2
    assert StockCount.objects.get().status == CountStatus.BOOKED


def test_an_engineer_works_in_the_own_van_only(logged_in, people):
    StockLocationFactory(van=True, employee=people.field_engineer)
    other = StockLocationFactory(
        van=True, employee=EmployeeFactory(outlet=people.field_engineer.outlet)
    )
    engineer = logged_in("field_engineer")

    assert engineer.get(other.get_absolute_url()).status_code == 200
    assert engineer.get(reverse("orders:begin_count", args=[other.code])).status_code == 403


def test_the_next_piece_is_the_one_that_comes_first(people, monkeypatch):
    """Monday: in the depot of the outlet today, from another place two working days later, then
    what is ordered.
    """
    user = Employee.objects.get(pk=people.field_engineer.pk)
    van = StockLocationFactory(van=True, employee=user)
    part, monday = PartFactory(), date(2026, 3, 6)  # a Friday
    away = StockLocationFactory(outlet=OutletFactory(code="GZ", name="广州"))
    near = StockLocationFactory(outlet=user.outlet)
    for place in (away, near):
        StockLevelFactory(location=place, part=part, holds=1)
    ReplenishmentFactory(location=near, part=part, expected_on=monday + timedelta(days=9))

    found = queries.arrivals([part], van, user, on=monday)[part.pk]

    assert [(each.place, (each.on - monday).days) for each in found] == [
        (near, 0),
        (away, 4),
        (near, 9),
    ]


def test_what_is_low_is_sent_from_where_there_is_enough_else_ordered(logged_in):
    low = StockLevelFactory(
        location=StockLocationFactory(van=True), holds=1, reorder_point=2, target=4
    )
    alone = StockLevelFactory(holds=0, reorder_point=1, target=2)
    plenty = StockLevelFactory(part=low.part, holds=9)

    page = logged_in("storekeeper").get(reverse("orders:reorder"))

    proposed = {
        row["cells"][0]["text"]: row["cells"][-1]["url"]
        for row in page.context["tables"][0]["rows"]
    }
    assert f"from={plenty.location.code}" in proposed[low.part.part_no]
    assert "quantity=3" in proposed[low.part.part_no]
    assert proposed[alone.part.part_no].startswith(reverse("orders:replenish"))


def test_the_form_of_a_transfer_offers_what_the_place_has(logged_in):
    level = StockLevelFactory(holds=2)
    StockLevelFactory(holds=2)

    answer = logged_in("storekeeper").get(
        reverse("orders:stock_options"), {"from_location": level.location_id}
    )

    assert [(each["value"], each["hint"]) for each in answer.json()] == [
        (str(level.part_id), "2 to give, Good")
    ]


def test_a_van_needs_its_person_and_a_person_has_one_van(logged_in, people):
    keeper, add = logged_in("storekeeper"), reverse("orders:add_place")
    typed = {"code": "V1", "name": "Van", "kind": "van", "transit_days": 1, "is_active": "on"}
    typed["outlet"] = people.field_engineer.outlet.pk

    nobodys = keeper.post(add, typed)
    keeper.post(add, {**typed, "employee": people.field_engineer.pk})
    second = keeper.post(add, {**typed, "code": "V2", "employee": people.field_engineer.pk})

    assert (nobodys.status_code, second.status_code) == (422, 422)
    assert StockLocation.objects.get().employee == people.field_engineer


def test_a_place_with_something_in_it_is_not_given_up(logged_in):
    level = StockLevelFactory(holds=1)
    place = level.location
    typed = {"code": place.code, "name": "New name", "kind": "depot", "transit_days": 2}
    typed["outlet"] = place.outlet_id

    answer = logged_in("storekeeper").post(reverse("orders:edit_place", args=[place.code]), typed)

    assert answer.status_code == 422
    assert "Something lies there still" in answer.content.decode()


def test_a_difference_is_settled_on_its_page(logged_in):
    row = StockDifferenceFactory()
    keeper = logged_in("storekeeper")

    keeper.post(reverse("orders:settle_difference", args=[row.pk]), {"note": "Never booked in"})

    assert StockDifference.objects.get().note == "Never booked in"
    assert not rows(keeper.get(reverse("orders:differences"), {"only": "open"}))


def test_an_old_part_is_received_at_the_counter(logged_in, people):
    depot = StockLocationFactory(outlet=people.storekeeper.outlet)
    van = StockLocationFactory(van=True)
    who = {"by": people.storekeeper, "at": NINE}
    old = OldPartFactory(location=van)
    actions.receive(van, part=old.part, quantity=1, bin="faulty", **who)
    keeper = logged_in("storekeeper")

    keeper.post(reverse("orders:receive_old_part", args=[old.pk]), {"depot": depot.pk})

    assert OldPart.objects.get().received_by == people.storekeeper


@pytest.fixture
def wanted():
    """An approved order for two pieces of a part, and a depot that has three."""
    line = OrderLineFactory(order=OrderFactory(approved=True), quantity=Decimal(2))
    return line, StockLevelFactory(part=line.part, holds=3)


def reserved(logged_in, line, level, quantity):
    url = reverse("orders:reserve", args=[line.order.number, line.pk])
    typed = {"location": level.location_id, "quantity": quantity}
    return logged_in("storekeeper").post(url, typed)


def test_what_is_reserved_for_a_line_leaves_with_the_delivery(logged_in, wanted, people):
    line, level = wanted
    too_many = reserved(logged_in, line, level, 3)
    reserved(logged_in, line, level, 2)
    level.refresh_from_db()
    promised = level.allocated
    page = logged_in("storekeeper").get(line.order.get_absolute_url()).content.decode()

    who = {"by": people.storekeeper, "at": NINE}
    packed = actions.pack(
        line.order, location=level.location, quantities={line.pk: 2}, promised_on=NINE.date(), **who
    )
    actions.hand_over(packed, **who)

    level.refresh_from_db()
    assert too_many.status_code == 422
    assert promised == 2
    assert f"reserved: 2 in {level.location}" in page
    assert (level.on_hand, level.allocated) == (1, 0)


@pytest.mark.parametrize("verb", ["release", "cancel"])
def test_what_is_not_wanted_any_more_is_free(logged_in, wanted, people, verb):
    line, level = wanted
    reserved(logged_in, line, level, 2)
    name = f"orders:{verb}"
    args = [line.order.number, line.pk] if verb == "release" else [line.order.number]

    logged_in("storekeeper").post(reverse(name, args=args), {"reason": "Not needed"})

    level.refresh_from_db()
    assert (level.on_hand, level.allocated) == (3, 0)
