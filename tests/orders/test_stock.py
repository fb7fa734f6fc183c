"""Parts in their places: the levels, their journal, transfers, counts, and what is to come."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from orders import actions
from orders.actions.stocking import change
from orders.choices import Bin, CountStatus, MoveKind, TransferStatus
from orders.models import (
    OldPart,
    OrderLine,
    Reservation,
    StockDifference,
    StockLevel,
    StockMove,
    StockPiece,
)
from tests.company import take, write
from tests.factories.assets import PartFactory
from tests.factories.employees import EmployeeFactory
from tests.factories.orders import (
    NINE,
    OrderLineFactory,
    StockDifferenceFactory,
    StockLevelFactory,
    StockLocationFactory,
)

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 5)
FILES = ("places.csv", "stock.csv")


@pytest.fixture
def keeper(db):
    return EmployeeFactory()


@pytest.fixture
def who(keeper):
    return {"by": keeper, "at": NINE}


def level(place, part, bin_=Bin.GOOD):
    return StockLevel.objects.get(location=place, part=part, bin=bin_)


def held(place, part, bin_=Bin.GOOD):
    found = StockLevel.objects.filter(location=place, part=part, bin=bin_).first()
    return (found.on_hand, found.allocated) if found else (0, 0)


def test_what_came_in_is_a_level_and_a_row_of_the_journal(who):
    place, part = StockLocationFactory(), PartFactory()

    actions.receive(place, part=part, quantity=2, serials=["A1", "A2"], **who)

    move = StockMove.objects.get()
    assert held(place, part) == (2, 0)
    assert (move.kind, move.on_hand, move.on_hand_after) == (MoveKind.RECEIVED, 2, 2)
    assert move.serials == ["A1", "A2"]
    assert {piece.serial_no for piece in StockPiece.objects.filter(level=move.level)} == {
        "A1",
        "A2",
    }
    assert Activity.objects.get().verb == "orders.stock_received"


def test_the_journal_is_never_changed(who):
    stock = StockLevelFactory(holds=1)
    move = stock.moves.get()

    for attempt in (move.save, move.delete, stock.moves.all().delete):
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(TypeError):
        stock.moves.update(on_hand=5)


@pytest.mark.parametrize(("wanted", "left"), [(3, 0), (2, 1)])
def test_what_is_there_can_be_taken(who, wanted, left):
    stock = StockLevelFactory(holds=3)

    actions.take_out(stock.location, part=stock.part, quantity=wanted, reason="Scrap", **who)

    assert held(stock.location, stock.part) == (left, 0)


def test_more_than_is_free_is_refused_in_words(who):
    stock = StockLevelFactory(holds=3)
    actions.reserve(stock.location, part=stock.part, quantity=1, about=OrderLineFactory(), **who)

    with pytest.raises(DomainError, match=r"has 2 of .* to give, and 3 are wanted"):
        actions.take_out(stock.location, part=stock.part, quantity=3, reason="Scrap", **who)

    assert held(stock.location, stock.part) == (3, 1)


def test_without_a_serial_number_only_pieces_leave_that_have_none(who):
    place, part = StockLocationFactory(), PartFactory()
    actions.receive(place, part=part, quantity=2, serials=["A1"], **who)
    actions.take_out(place, part=part, quantity=1, reason="Scrap", **who)

    with pytest.raises(DomainError, match="Say which pieces"):
        actions.take_out(place, part=part, quantity=1, reason="Scrap", **who)
    actions.take_out(place, part=part, quantity=1, serials=["A1"], reason="Scrap", **who)

    assert held(place, part) == (0, 0)
    assert StockPiece.objects.get().level is None


def test_a_serial_number_is_in_one_place_only(who):
    stock = StockLevelFactory()
    actions.receive(stock.location, part=stock.part, quantity=1, serials=["A1"], **who)

    with pytest.raises(DomainError, match="in stock already"):
        actions.receive(StockLocationFactory(), part=stock.part, quantity=1, serials=["A1"], **who)


def test_what_is_promised_is_released_once(who):
    stock, line = StockLevelFactory(holds=2), OrderLineFactory()
    promise = actions.reserve(stock.location, part=stock.part, quantity=2, about=line, **who)

    actions.release(Reservation.objects.get(pk=promise.pk), **who)
    actions.release(promise, **who)

    assert held(stock.location, stock.part) == (2, 0)
    assert stock.moves.count() == 3


def test_use_takes_first_what_was_promised_to_it(who):
    stock, line, other = StockLevelFactory(holds=3), OrderLineFactory(), OrderLineFactory()
    for about in (line, other):
        actions.reserve(stock.location, part=stock.part, quantity=1, about=about, **who)

    missing = actions.use(
        stock.location, part=stock.part, quantity=3, about=line, promised_to=line, **who
    )

    assert missing == 1  # one is promised to the other
    assert held(stock.location, stock.part) == (1, 1)


def test_use_says_what_the_place_did_not_have(who):
    place, part = StockLocationFactory(), PartFactory()

    assert actions.use(place, part=part, quantity=2, about=OrderLineFactory(), **who) == 2
    assert not StockMove.objects.exists()


def sent(stock, to, who, quantity=2, serials=()):
    packed = [actions.Packed(stock.part, quantity, serials=serials)]
    return actions.send(stock.location, to, packed, expected_on=ON, **who)


def test_what_is_sent_is_in_nobodys_stock_until_it_is_accepted(who):
    stock, van = StockLevelFactory(holds=3), StockLocationFactory(van=True)

    transfer = sent(stock, van, who)
    between = (held(stock.location, stock.part), held(van, stock.part))
    actions.accept(transfer, **who)

    assert between == ((1, 0), (0, 0))
    assert held(van, stock.part) == (2, 0)
    with pytest.raises(DomainError, match="already"):
        actions.accept(transfer, **who)


def test_what_is_on_its_way_is_seen_at_its_end(who):
    stock, van = StockLevelFactory(holds=3), StockLocationFactory(van=True)
    StockLevelFactory(location=van, part=stock.part)
    sent(stock, van, who)
    actions.replenish(van, part=stock.part, quantity=5, expected_on=ON, **who)

    found = StockLevel.objects.with_incoming().get(location=van)

    assert (found.on_the_way, found.on_order) == (2, 5)


def test_of_what_came_short_whoever_counts_says_which_pieces(who):
    place, van, part = StockLocationFactory(), StockLocationFactory(van=True), PartFactory()
    actions.receive(place, part=part, quantity=3, serials=["A1", "A2"], **who)
    packed = [actions.Packed(part, 3, serials=["A1", "A2"])]
    transfer = actions.send(place, van, packed, expected_on=ON, **who)
    line = transfer.lines.get()
    short = {"arrived": {line.pk: 2}, "reason": "One is missing", **who}
    for came in ([], ["A1", "A2", "A9"][2:]):  # one of the two has to be among them
        with pytest.raises(DomainError, match="tick the serial numbers"):
            actions.accept(transfer, came={line.pk: came}, **short)

    actions.accept(transfer, came={line.pk: ["A2"]}, **short)

    assert [each.serial_no for each in level(van, part).pieces.all()] == ["A2"]
    difference = StockDifference.objects.get()
    assert (difference.quantity, difference.serials) == (1, ["A1"])
    actions.settle_difference(difference, location=place, note="It lay there", **who)
    assert [each.serial_no for each in level(place, part).pieces.all()] == ["A1"]


def test_a_serial_number_is_received_once(who):
    place, other, part = StockLocationFactory(), StockLocationFactory(), PartFactory()
    actions.receive(place, part=part, quantity=1, serials=["A1"], **who)
    with pytest.raises(DomainError, match="A1: in stock already"):
        actions.receive(other, part=part, quantity=1, serials=["A1"], **who)


def test_less_than_was_sent_needs_a_reason_and_leaves_a_difference(who):
    stock, van = StockLevelFactory(holds=3), StockLocationFactory(van=True)
    transfer = sent(stock, van, who, quantity=3)
    line = transfer.lines.get()
    with pytest.raises(DomainError, match="say why"):
        actions.accept(transfer, arrived={line.pk: 2}, **who)

    actions.accept(transfer, arrived={line.pk: 2}, reason="One broken", **who)
    difference = StockDifference.objects.get()
    actions.settle_difference(difference, location=stock.location, note="It lay there", **who)

    assert held(van, stock.part) == (2, 0)
    assert held(stock.location, stock.part) == (1, 0)
    assert not StockDifference.objects.open().exists()


def test_what_is_refused_is_back_where_it_came_from(who):
    stock, van = StockLevelFactory(), StockLocationFactory(van=True)
    actions.receive(stock.location, part=stock.part, quantity=2, serials=["A1", "A2"], **who)

    transfer = actions.refuse(
        sent(stock, van, who, serials=["A1", "A2"]), reason="Wrong part", **who
    )

    assert transfer.status == TransferStatus.REFUSED
    assert held(stock.location, stock.part) == (2, 0)
    assert stock.pieces.count() == 2


def test_a_count_books_each_difference_once_with_its_reason(who):
    stock = StockLevelFactory(holds=5)
    same = StockLevelFactory(location=stock.location, holds=2)
    count = actions.begin_count(stock.location, **who)
    lines = {line.level_id: line.pk for line in count.lines.all()}
    counted = {lines[stock.pk]: 3, lines[same.pk]: 2}
    actions.enter_count(count, counted=counted, reasons={}, **who)
    actions.take_out(stock.location, part=stock.part, quantity=1, reason="Scrap", **who)
    with pytest.raises(DomainError, match="Say why"):
        actions.book_count(count, **who)

    actions.enter_count(count, counted={}, reasons={lines[stock.pk]: "Not found"}, **who)
    count = actions.book_count(count, **who)

    assert count.status == CountStatus.BOOKED
    assert held(stock.location, stock.part) == (2, 0)  # what moved meanwhile stays moved
    assert [move.reason for move in StockMove.objects.of(count)] == ["Not found"]


@pytest.mark.parametrize("end", ["from_location", "to_location"])
def test_a_place_is_not_given_up_while_something_is_on_its_way(who, end):
    stock, other = StockLevelFactory(holds=2), StockLocationFactory()
    transfer = sent(stock, other, who)
    place = getattr(transfer, end)
    with pytest.raises(DomainError, match=transfer.number):
        actions.change_place(place, {"is_active": False}, **who)
    actions.accept(transfer, **who)
    actions.change_place(stock.location, {"is_active": False}, **who)


def test_two_counts_of_the_same_part_are_not_open_at_once(who):
    stock = StockLevelFactory(holds=10)
    whole = actions.begin_count(stock.location, **who)
    some = stock.part.part_no[:2]
    with pytest.raises(DomainError, match=whole.number):
        actions.begin_count(stock.location, parts_from=some, **who)
    actions.drop_count(whole, **who)

    part = actions.begin_count(stock.location, parts_from=some, **who)
    for beginning in ("", some.lower(), stock.part.part_no[:3]):
        if beginning != part.parts_from:
            with pytest.raises(DomainError, match=part.number):
                actions.begin_count(stock.location, parts_from=beginning, **who)
    with pytest.raises(DomainError, match="nothing there"):
        actions.begin_count(stock.location, parts_from="~", **who)


def test_nothing_is_reserved_for_a_line_that_somebody_took_off_meanwhile(who):
    line = OrderLineFactory(quantity=2)
    stock = StockLevelFactory(holds=3, part=line.part)
    stale = OrderLine.objects.get(pk=line.pk)
    actions.remove(line, **who)
    with pytest.raises(DomainError, match="took this line off"):
        actions.reserve_for(stale, location=stock.location, quantity=1, **who)
    assert held(stock.location, stock.part) == (3, 0)


def test_a_level_below_its_point_stands_on_the_list_until_it_is_ordered(who):
    stock = StockLevelFactory(holds=2)
    actions.set_reorder_point(stock, reorder_point=3, target=6, **who)
    at_its_point = StockLevelFactory(holds=3)
    actions.set_reorder_point(at_its_point, reorder_point=3, target=6, **who)

    before = list(StockLevel.objects.below_reorder_point())
    ordered = actions.replenish(stock.location, part=stock.part, quantity=1, expected_on=ON, **who)

    assert before == [stock]
    assert not StockLevel.objects.below_reorder_point().exists()
    actions.receive_ordered(ordered, quantity=1, **who)
    assert held(stock.location, stock.part) == (3, 0)
    with pytest.raises(DomainError, match="still to come"):
        actions.receive_ordered(ordered, quantity=1, **who)


def test_a_difference_is_settled_from_a_place_or_as_gone(who):
    stock = StockLevelFactory(holds=1)
    for location, left in ((None, 1), (stock.location, 0)):
        difference = StockDifferenceFactory(location=stock.location, part=stock.part)
        actions.settle_difference(difference, location=location, note="As found", **who)

        assert held(stock.location, stock.part) == (left, 0)
    with pytest.raises(DomainError, match="settled it already"):
        actions.settle_difference(difference, location=None, note="Again", **who)


def test_an_old_part_is_reminded_of_until_a_depot_has_it(who, settings):
    settings.OLD_PART_RETURN_DAYS = 10
    van, depot, part = StockLocationFactory(van=True), StockLocationFactory(), PartFactory()
    actions.lay_in(
        van, part=part, serial_no="OLD-1", about=OrderLineFactory(), holder=van.employee, **who
    )
    due_on = OldPart.objects.get().due_on

    told = []
    for day in range(1, 22):
        at = NINE + timedelta(days=day)
        if actions.remind_of_old_parts(on=at.date(), at=at):
            told.append((at.date() - due_on).days)
    packed = [actions.Packed(part, 1, Bin.FAULTY, ["OLD-1"])]
    actions.accept(actions.send(van, depot, packed, expected_on=ON, **who), **who)

    assert told == [-2, 1, 8]
    assert OldPart.objects.get().received_at == NINE
    assert held(depot, part, Bin.FAULTY) == (1, 0)


def test_a_piece_without_a_number_comes_home_beside_one_that_has_it(who):
    van, depot, part = StockLocationFactory(van=True), StockLocationFactory(), PartFactory()
    for serial in ("OLD-1", "", "OLD-2"):
        actions.lay_in(
            van, part=part, serial_no=serial, about=OrderLineFactory(), holder=van.employee, **who
        )
    packed = [actions.Packed(part, 2, Bin.FAULTY, ["OLD-2"])]
    actions.accept(actions.send(van, depot, packed, expected_on=ON, **who), **who)

    assert [each.serial_no for each in OldPart.objects.open()] == ["OLD-1"]


def test_an_old_part_is_handed_over_at_the_counter_once(who):
    van, depot, part = StockLocationFactory(van=True), StockLocationFactory(), PartFactory()
    old = actions.lay_in(
        van, part=part, serial_no="OLD-1", about=OrderLineFactory(), holder=van.employee, **who
    )

    actions.receive_old_part(old, depot, **who)

    assert (held(van, part, Bin.FAULTY), held(depot, part, Bin.FAULTY)) == ((0, 0), (1, 0))
    assert StockPiece.objects.get().level.location == depot
    with pytest.raises(DomainError, match="already"):
        actions.receive_old_part(old, depot, **who)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "take_out", "reserve", "release", "use", "send", "count"]),
        st.integers(0, 1),
        st.integers(1, 3),
    ),
    max_size=12,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_the_levels_are_the_sums_of_their_journal(world, steps):
    places, part, line, who = world

    for verb, at, quantity in steps:
        try:
            step(verb, places[at], places[1 - at], part, quantity, line, who)
        except DomainError:
            continue

    sums = Counter()
    for move in StockMove.objects.all():
        sums[move.level_id, "on_hand"] += move.on_hand
        sums[move.level_id, "allocated"] += move.allocated
        assert move.on_hand_after >= 0
    for each in StockLevel.objects.all():
        assert (each.on_hand, each.allocated) == (
            sums[each.pk, "on_hand"],
            sums[each.pk, "allocated"],
        )
        assert each.allocated == sum(promise.quantity for promise in each.reservations.open())


@pytest.fixture
def world(who):
    return (StockLocationFactory(), StockLocationFactory()), PartFactory(), OrderLineFactory(), who


def step(verb, place, other, part, quantity, line, who):
    about = {"about": line, **who}
    if verb == "receive":
        actions.receive(place, part=part, quantity=quantity, **who)
    elif verb == "take_out":
        actions.take_out(place, part=part, quantity=quantity, reason="Scrap", **who)
    elif verb == "reserve":
        actions.reserve(place, part=part, quantity=quantity, **about)
    elif verb == "release":
        actions.release_all(line, **who)
    elif verb == "use":
        actions.use(place, part=part, quantity=quantity, promised_to=line, **about)
    elif verb == "send":
        packed = [actions.Packed(part, quantity)]
        actions.accept(actions.send(place, other, packed, expected_on=ON, **who), **who)
    else:
        count = actions.begin_count(place, **who)
        key = count.lines.get().pk
        actions.enter_count(count, counted={key: quantity}, reasons={key: "Counted"}, **who)
        actions.book_count(count, **who)


def test_a_change_that_would_promise_more_than_there_is_writes_nothing(who):
    stock = StockLevelFactory(holds=1)

    with pytest.raises(DomainError):
        change(stock, MoveKind.RESERVED, allocated=2, **who)

    assert stock.moves.count() == 1


def test_opening_stock_comes_in_with_its_journal(tmp_path):
    """Twice changes nothing; what cannot be is refused by its row."""
    company = write(tmp_path / "export")
    (company / "places.csv").write_text(
        "code,name,kind,outlet,employee_no\nD1,Depot,depot,SY,\nV1,Van,服务车,SY,E002\n"
    )
    (company / "stock.csv").write_text(
        "location,part_no,quantity,bin,serials,reorder_point,fill_up_to\n"
        "D1,SEAL-1,3,,A1;A2,1,5\nD1,SEAL-1,1,坏件,,,\nV1,SEAL-1,1,,A1,,\nV9,SEAL-1,1,,,,\n"
    )

    first, second = take(company), take(company)

    assert [(first.counts[name].new, first.counts[name].refused) for name in FILES] == [
        (2, 0),
        (2, 2),
    ]
    assert [second.counts[name].new for name in FILES] == [0, 0]
    moves = StockMove.objects.order_by("pk").values_list("bin", "on_hand", "serials")
    assert list(moves) == [("good", 3, ["A1", "A2"]), ("faulty", 1, [])]
    assert StockLevel.objects.get(bin="good").target == 5
