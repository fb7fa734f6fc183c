"""Offers: versions, what the customer takes, and what is over."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from crmservice.activity.wording import sentence
from crmservice.delivery.models import Delivery
from crmservice.errors import DomainError
from orders import actions, papers, queries
from orders.choices import QuotationStatus, Status
from orders.models import Order, Quotation
from tests.factories.orders import QuotationFactory, QuotationLineFactory

NINE = datetime(2026, 3, 3, 1, tzinfo=UTC)
TODAY = date(2026, 3, 3)
LAST = date(2026, 3, 31)


@pytest.fixture
def manager(people):
    return people.service_manager


@pytest.fixture
def order(service_request, manager, part):
    """Two lines of 240.00 and 120.00."""
    order = actions.create(
        service_request.customer, service_request=service_request, by=manager, at=NINE
    )
    for quantity in (2, 1):
        actions.add_part(order, part, quantity, done_on=TODAY, by=manager, at=NINE)
    return order


def quote(order, by, **traits):
    return actions.quote(order, **{"valid_until": LAST, "by": by, "at": NINE, **traits})


def keys(quotation, *places):
    lines = list(quotation.lines.all())
    return [lines[place].pk for place in places]


def status_of(record):
    record.refresh_from_db()
    return record.status


def test_an_offer_keeps_lines_and_sums(order, manager):
    offer = quote(order, manager)

    assert (offer.version, offer.net, offer.tax) == (1, Decimal("360.00"), Decimal("46.80"))
    assert [line.amount for line in offer.lines.all()] == [240, 120]
    assert status_of(order) == Status.QUOTED


def test_what_is_offered_stands(order, manager, part):
    quote(order, manager)
    with pytest.raises(DomainError, match="its lines stand"):
        actions.add_part(order, part, 1, done_on=TODAY, by=manager, at=NINE)


def test_nobody_here_approves_what_the_customer_decides(order, manager, people):
    quote(order, manager)
    for verb, extra in ((actions.approve, {}), (actions.send_back, {"reason": "x"})):
        with pytest.raises(DomainError, match="who decides"):
            verb(order, **extra, by=people.department_head, at=NINE)


def test_another_version_replaces_the_open_one(order, manager):
    first = quote(order, manager)
    second = quote(order, manager)

    assert (status_of(first), status_of(second), second.version) == ("superseded", "open", 2)
    with pytest.raises(DomainError, match="cannot be answered"):
        actions.accept_offer(first, lines=keys(first, 0), name="李娜", at=NINE)


def test_taken_as_a_whole_the_order_is_approved(order, manager):
    offer = quote(order, manager)
    actions.accept_offer(offer, lines=keys(offer, 0, 1), name="李娜", at=NINE)

    assert (status_of(offer), offer.accepted, offer.decided_name) == ("accepted", 360, "李娜")
    assert status_of(order) == Status.APPROVED
    assert order.lines.count() == 2


def test_taken_in_part_the_order_is_what_was_taken(order, manager):
    offer = quote(order, manager)
    actions.accept_offer(offer, lines=keys(offer, 1), name="李娜", at=NINE)

    assert (status_of(offer), offer.accepted) == ("partly", 120)
    assert [line.amount for line in order.lines.all()] == [120]
    assert [line.is_accepted for line in offer.lines.all()] == [False, True]


def test_what_is_done_already_is_not_left_out(order, manager):
    offer = quote(order, manager)
    order.lines.filter(amount=240).update(source="part-use:1")
    with pytest.raises(DomainError, match="done already"):
        actions.accept_offer(offer, lines=keys(offer, 1), name="李娜", at=NINE)
    actions.accept_offer(offer, lines=keys(offer, 0), name="李娜", at=NINE)


def test_what_is_covered_is_not_offered(order, manager):
    order.lines.update(amount=0, base_amount=0, charged_to="warranty")
    with pytest.raises(DomainError, match="covered"):
        quote(order, manager)


@pytest.mark.parametrize(("places", "name"), [([], "李娜"), ([0], " ")])
def test_an_acceptance_names_lines_and_a_person(order, manager, places, name):
    offer = quote(order, manager)
    with pytest.raises(DomainError):
        actions.accept_offer(offer, lines=keys(offer, *places), name=name, at=NINE)
    assert status_of(offer) == "open"


def test_lines_of_another_offer_are_none(order, manager):
    other = QuotationLineFactory()
    offer = quote(order, manager)
    with pytest.raises(DomainError, match="at least one"):
        actions.accept_offer(offer, lines=[other.pk], name="李娜", at=NINE)


@pytest.mark.parametrize("verb", [actions.decline_offer, actions.withdraw_offer])
def test_declined_or_taken_back_the_order_is_a_draft_again(order, manager, verb):
    offer = quote(order, manager)
    given = {"name": "李娜"} if verb is actions.decline_offer else {"by": manager}
    verb(offer, **given, at=NINE)
    assert status_of(order) == Status.DRAFT
    with pytest.raises(DomainError, match="cannot be answered"):
        actions.accept_offer(offer, lines=keys(offer, 0), name="李娜", at=NINE)
    assert quote(order, manager).version == 2


def test_the_last_day_counts_and_the_next_is_too_late(order, manager):
    offer = quote(order, manager)
    midnight = datetime(2026, 3, 31, 16, tzinfo=UTC)  # in Shanghai
    assert actions.lapse_offers(on=LAST, at=NINE) == 0
    with pytest.raises(DomainError, match="valid until"):
        actions.accept_offer(offer, lines=keys(offer, 0), name="李娜", at=midnight)
    assert actions.lapse_offers(on=LAST + timedelta(days=1), at=midnight) == 1
    assert actions.lapse_offers(on=LAST + timedelta(days=1), at=midnight) == 0
    assert (status_of(offer), status_of(order)) == ("lapsed", "draft")


def test_on_the_last_second_of_the_last_day_it_is_taken(order, manager):
    offer = quote(order, manager)
    last = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)
    actions.accept_offer(offer, lines=keys(offer, 0), name="李娜", at=last)


def test_a_cancelled_order_leaves_no_open_offer(order, manager):
    offer = quote(order, manager)
    actions.cancel(order, reason="x", by=manager, at=NINE)
    assert status_of(offer) == "withdrawn"


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), None])
def test_an_offer_has_lines_and_a_day_to_come(order, manager, until):
    if until is None:
        order.lines.all().delete()
    with pytest.raises(DomainError):
        quote(order, manager, valid_until=until or LAST)


def test_the_hit_rate_counts_what_is_decided(db):
    for status, accepted in (
        ("accepted", 240), ("partly", 60), ("declined", 0), ("lapsed", 0), ("withdrawn", 0),
        ("superseded", 0),
    ):  # fmt: skip
        QuotationFactory(status=status, accepted=accepted, decided_at=NINE)
    QuotationFactory()
    assert queries.hit_rate(Quotation.objects.all()) == (4, Decimal("0.5"), Decimal("0.3125"))
    assert queries.hit_rate(Quotation.objects.none()) == (0, None, None)


# The customer's page


@pytest.fixture
def customer_page(client, order, manager, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1"
    offer = quote(order, manager, valid_until=date(2099, 1, 1), email="li@example.cn")
    address = reverse("orders:offer_link", args=[offer.token])
    return client, offer, address


def test_opening_the_link_changes_nothing(customer_page):
    client, offer, address = customer_page
    for _time in range(2):
        assert client.get(address, follow=True).status_code == 200
    assert status_of(offer) == "open"
    assert Delivery.objects.get().address == "li@example.cn"


def test_the_customer_takes_a_line_and_a_second_click_changes_nothing(customer_page):
    client, offer, address = customer_page
    client.get(address, follow=True)
    taken = {"take-lines": keys(offer, 1), "take-name": "李娜"}
    for _time in range(2):
        client.post(reverse("orders:offer"), taken)
    assert (status_of(offer), offer.accepted) == ("partly", 120)
    page = client.get(reverse("orders:offer")).content.decode()
    assert "李娜" in page
    assert "record-form" not in page


def test_the_customer_says_no(customer_page):
    client, offer, address = customer_page
    client.get(address, follow=True)
    no = {"decline": "yes", "offer": offer.pk, "no-name": "李娜", "no-reason": "太贵"}
    client.post(reverse("orders:offer"), no)
    assert (status_of(offer), offer.reason) == ("declined", "太贵")


def test_a_page_left_open_does_not_decline_another_offer(customer_page):
    """The cookie is that of the offer that was opened last; the form is that of the page."""
    client, offer, address = customer_page
    other = QuotationFactory(valid_until=date(2099, 1, 1))
    client.get(address, follow=True)
    no = {"decline": "yes", "no-name": "李娜", "offer": other.pk}
    answer = client.post(reverse("orders:offer"), no)
    assert answer.status_code == 422
    assert (status_of(offer), status_of(other)) == ("open", "open")


def test_reasons_written_for_us_are_not_the_customers(client, order, manager, settings, authority):
    first, second = order.lines.all()
    actions.set_price(
        first, unit_price=Decimal("119.00"), reason="怕他去竞争对手", by=manager, at=NINE
    )
    actions.give(second, reason="我们的错", by=manager, at=NINE)
    offer = quote(order, manager, valid_until=date(2099, 1, 1))
    page = client.get(reverse("orders:offer_link", args=[offer.token]), follow=True)
    shown = page.content.decode() + str(papers.words_of(offer))
    assert "怕他去竞争对手" not in shown
    assert "我们的错" not in shown


def test_an_old_version_says_so(customer_page, order, manager):
    client, _offer, address = customer_page
    quote(order, manager, valid_until=date(2099, 1, 1))
    page = client.get(address, follow=True).content.decode()
    assert "newer version" in page
    assert "record-form" not in page


def test_a_wrong_token_is_not_found(client, db):
    assert client.get(reverse("orders:offer_link", args=["nonsense"])).status_code == 404
    assert client.get(reverse("orders:offer")).status_code == 404


def test_the_page_shows_no_cost_and_no_margin(customer_page, order):
    client, _offer, address = customer_page
    order.lines.update(cost=Decimal("77.77"))
    assert "77.77" not in client.get(address, follow=True).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pdf_holds_every_line(order, manager, language, settings):
    words = papers.words_of(quote(order, manager))
    assert [row[-1] for row in words["tables"][0]["rows"]] == ["¥240.00", "¥120.00"]
    assert papers.quotation_document(Quotation.objects.get()).startswith(b"%PDF")


# The desk


def test_from_the_desk_to_the_noted_signature(client, order, manager, people):
    client.force_login(manager)
    client.post(
        reverse("orders:quote", args=[order.number]),
        {"valid_until": "2099-01-01", "language": "en", "to_name": "李娜"},
    )
    offer = Quotation.objects.get()
    page = client.get(offer.get_absolute_url()).content.decode()
    assert offer.token in page
    url = reverse("orders:note_acceptance", args=[order.number, 1])
    said = {"lines": keys(offer, 0, 1), "name": "李娜"}
    assert client.post(url, said).status_code == 422  # whoever offered it does not approve it
    assert url not in client.get(offer.get_absolute_url()).content.decode()
    client.force_login(people.department_head)
    client.post(url, said)
    assert (status_of(offer), offer.entered_by) == (
        QuotationStatus.ACCEPTED,
        people.department_head,
    )
    assert Order.objects.get().status == Status.APPROVED


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    client, people, count, django_assert_num_queries
):
    QuotationFactory.create_batch(count)
    client.force_login(people.department_head)
    client.get("/quotations/")
    with django_assert_num_queries(4):
        client.get("/quotations/")


def test_the_trail_says_the_day_of_an_offer_in_the_readers_language():
    words = {"valid_until": "2026-12-27", "version": 1, "amount": "¥1.00", "to": "li@example.com"}
    with override("zh-hans"):
        assert "2026年12月27日" in sentence("orders.offered", words).text
    with override("en"):
        assert "27 Dec 2026" in sentence("orders.offered", words).text
