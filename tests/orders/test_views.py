from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from crmservice.web.models import Submission
from employees.models import Employee
from orders import queries
from orders.choices import Status
from orders.models import Order, OrderLine
from service_requests.queries import closing_objections
from tests.factories.contracts import DefaultPromiseFactory, ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import ServiceRequestFactory
from tests.pages import whole_page

NOON = "2026-03-05 04:00Z"
LIST = "orders:index"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def order(service_request, people):
    return OrderFactory(service_request=service_request, author=people.service_manager)


def url(verb, order, *more):
    return reverse(f"orders:{verb}", args=[order.number, *more])


def numbers(page):
    return [row.cells[0].text for row in page.context["page"].rows]


# The list


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, people, count, django_assert_max_num_queries
):
    for _ in range(count):
        OrderLineFactory(order__service_request=ServiceRequestFactory())
    client = logged_in("service_manager")
    client.get(reverse(LIST))

    with django_assert_max_num_queries(7):
        page = client.get(reverse(LIST))

    assert len(numbers(page)) == count
    assert page.context["page"].rows[0].cells[-1].text == "¥120.00"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_line_and_three(
    logged_in, order, count, django_assert_max_num_queries
):
    OrderLineFactory.create_batch(count, order=order, work=True)
    client = logged_in("service_manager")
    client.get(order.get_absolute_url())

    with django_assert_max_num_queries(10):
        page = client.get(order.get_absolute_url())

    assert len(page.context["lines"]) == count


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "draft"}, ["PO-A"]),
        ({"customer": "C-B"}, ["PO-B"]),
        ({"request": "SR-A"}, ["PO-A"]),
        ({"ordered_from": "2026-03-04"}, ["PO-B"]),
        ({"ordered_to": "2026-03-03"}, ["PO-A"]),
        ({"ordered_from": "2026-03-03", "ordered_to": "2026-03-04"}, ["PO-B", "PO-A"]),
        ({"sort": "number"}, ["PO-A", "PO-B"]),
        ({"q": "PO-B"}, ["PO-B"]),
        ({"q": "SR-A"}, ["PO-A"]),
        ({"sort": "cost", "status": "nonsense"}, ["PO-B", "PO-A"]),
    ],
)
def test_the_list_is_filtered_sorted_and_searched(logged_in, query, expected):
    first = OrderFactory(number="PO-A", service_request=ServiceRequestFactory(number="SR-A"))
    later = first.ordered_at + timedelta(hours=15)  # midnight in Shanghai
    OrderFactory(
        number="PO-B", approved=True, customer=CustomerFactory(code="C-B"), ordered_at=later
    )
    queries.rebuild_search()

    assert numbers(logged_in("service_manager").get(reverse(LIST), query)) == expected


def test_the_list_is_filtered_by_author(logged_in, order):
    OrderFactory()

    page = logged_in("service_manager").get(reverse(LIST), {"author": order.author_id})

    assert numbers(page) == [order.number]


def test_an_outlet_sees_the_orders_of_its_requests(logged_in, people):
    mine = OrderFactory(
        service_request=ServiceRequestFactory(outlets=[people.partner_engineer.outlet])
    )
    other = OrderFactory(service_request=ServiceRequestFactory())
    client = logged_in("partner_engineer")

    assert numbers(client.get(reverse(LIST))) == [mine.number]
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    assert logged_in("partner_coordinator").get(reverse(LIST)).status_code == 403


# The page


def test_each_line_says_why_it_costs_what_it_costs(logged_in, order):
    OrderLineFactory(
        order=order,
        reasons=[
            ["list", {"price": "120.00"}],
            ["tier_discount", {"tier": "vip", "discount": "5", "price": "114.00"}],
        ],
    )

    page = logged_in("service_manager").get(order.get_absolute_url())

    line = page.context["lines"][0]
    assert line["why"] == "tier vip: 5 % discount, ¥114.00"
    assert line["reasons"][0] == "list price ¥120.00"
    assert line["why"] in page.content.decode()


def test_the_sums_are_shown_with_tax_and_what_is_covered(logged_in, order):
    OrderLineFactory(order=order)
    OrderLineFactory(order=order, warranty=True, list_price=Decimal("33.30"))

    page = logged_in("service_manager").get(order.get_absolute_url())

    assert [fact["text"] for fact in page.context["sums"]] == [
        "¥120.00", "¥15.60", "¥135.60", "¥33.30",
    ]  # fmt: skip


def test_costs_are_absent_for_who_may_not_see_them(logged_in, order):
    OrderLineFactory(order=order, cost=Decimal("71.23"))

    page = logged_in("department_head").get(order.get_absolute_url()).content.decode()
    assert "¥71.23" in page
    assert "¥48.77" in page
    for who in ("service_manager", "storekeeper", "sales", "administrator", "field_engineer"):
        page = logged_in(who).get(order.get_absolute_url()).content.decode()
        assert "71.23" not in page
        assert "Margin" not in page


@pytest.mark.parametrize(
    ("traits", "who", "verb"),
    [
        ({}, "service_manager", "submit"),  # the author
        ({}, "department_head", "approve"),
        ({"in_approval": True}, "service_manager", None),
        ({"in_approval": True}, "department_head", "approve"),
        ({"approved": True}, "service_manager", "pack"),
        ({"approved": True}, "sales", None),
        ({"delivered": True}, "service_manager", "invoice"),
        ({"delivered": True}, "storekeeper", None),
        ({"paid": True}, "service_manager", None),
        ({"cancelled": True}, "service_manager", None),
        ({}, "sales", None),
    ],
)
def test_the_next_step_is_this_person_s(logged_in, people, traits, who, verb):
    order = OrderLineFactory(
        order=OrderFactory(
            author=people.service_manager, service_request=ServiceRequestFactory(), **traits
        ),
        delivered=int("delivered" in traits),
    ).order

    step = logged_in(who).get(order.get_absolute_url()).context["step"]

    assert (step and step.url) == (verb and url(verb, order))


OFFERS = "offers it to the customer or asks for its approval."


@pytest.mark.parametrize(
    ("traits", "owner", "words"),
    [
        ({}, "department_head", f"department_head {OFFERS}"),
        ({}, "depot_engineer", f"service_manager {OFFERS}"),
        ({"in_approval": True}, "", "It waits for the approval of somebody else."),
        ({"approved": True}, "", ""),
        ({"cancelled": True}, "", ""),
    ],
)
def test_who_can_do_nothing_reads_whose_turn_it_is(logged_in, people, traits, owner, words):
    for name in ("department_head", "service_manager"):
        Employee.objects.filter(pk=getattr(people, name).pk).update(name=name)
    request = ServiceRequestFactory(owner=getattr(people, owner) if owner else None)
    order = OrderFactory(author=people.depot_engineer, service_request=request, **traits)
    OrderLineFactory(order=order)

    page = logged_in("sales").get(order.get_absolute_url())

    assert (page.context["step"], page.context["turn"]) == (None, words)


# Writing


def test_an_order_is_written_for_a_request_once(logged_in, service_request):
    client = logged_in("service_manager")
    address = f"{reverse('orders:create')}?request={service_request.number}"
    once = client.get(address).context["form"]["once"].value()

    answers = [client.post(address, {"once": once, "note": "加急"}) for _ in range(2)]

    order = Order.objects.get()
    assert [answer.url for answer in answers] == [order.get_absolute_url()] * 2
    assert (order.service_request, order.note) == (service_request, "加急")


def test_a_free_order_needs_a_customer_that_is_seen(logged_in, price_plan):
    client = logged_in("service_manager")
    form = {"note": "保留的文字"}

    refused = client.post(reverse("orders:create"), form)
    assert refused.status_code == 422
    assert "保留的文字" in refused.content.decode()
    assert list(refused.context["form"].errors) == ["customer"]

    answer = client.post(reverse("orders:create"), {**form, "customer": CustomerFactory().pk})
    assert answer.url == Order.objects.get().get_absolute_url()


def test_an_order_of_a_request_that_is_not_seen_is_missing(logged_in, price_plan):
    address = reverse("orders:create") + "?request=SR-NONE"

    assert logged_in("service_manager").get(address).status_code == 404


def test_a_part_is_added_with_its_price(logged_in, order, part):
    form = {"part": part.pk, "quantity": "2", "done_on": "2026-03-05"}

    answer = logged_in("service_manager").post(url("add_part", order), form)

    line = OrderLine.objects.get()
    assert (line.amount, line.cost) == (Decimal("240.00"), Decimal("151.10"))
    assert answer.url == line.get_absolute_url()


def test_work_and_the_call_out_are_added(logged_in, order, engineer):
    client = logged_in("service_manager")
    form = {"kind": "onsite", "engineer": engineer.pk}
    form |= {"starts_at": "2026-03-04T16:00", "ends_at": "2026-03-04T18:00"}

    assert client.post(url("add_work", order), form).url == order.get_absolute_url()
    client.post(url("add_call_out", order), {"done_on": "2026-03-04"})

    assert [line.amount for line in order.lines.all()] == [120, 180, 50]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"part": ""}, "part"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "x"}, "quantity"),
        ({"done_on": "2026-03-06"}, "done_on"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(logged_in, order, part, change, field):
    form = {"part": part.pk, "quantity": "2", "done_on": "2026-03-05", **change}

    answer = logged_in("service_manager").post(url("add_part", order), form)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not OrderLine.objects.exists()


def test_an_engineer_of_another_outlet_is_no_choice(logged_in, people, order):
    people.storekeeper.granted = {"employees.view": "outlet"}
    people.storekeeper.save()
    form = {"kind": "onsite", "engineer": people.partner_engineer.pk}
    form |= {"starts_at": "2026-03-04T16:00", "ends_at": "2026-03-04T18:00"}

    answer = logged_in("storekeeper").post(url("add_work", order), form)

    assert "engineer" in answer.context["form"].errors


def test_a_price_beyond_the_authority_keeps_what_was_typed(logged_in, order, authority):
    line = OrderLineFactory(order=order)
    client = logged_in("service_manager")
    form = {"unit_price": "100", "reason": "老客户"}

    answer = client.post(url("set_price", order, line.pk), form)

    assert answer.status_code == 422
    assert "108.00" in str(answer.context["form"].errors["unit_price"])
    assert "老客户" in answer.content.decode()
    assert client.post(url("set_price", order, line.pk), {**form, "unit_price": "108"}).url


def test_goodwill_and_taking_off_from_the_page(logged_in, order, authority):
    gift, gone = OrderLineFactory.create_batch(2, order=order)
    client = logged_in("service_manager")

    assert "¥2,000.00" in client.get(url("give", order, gift.pk)).content.decode()
    client.post(url("give", order, gift.pk), {"reason": "迟到"})
    client.post(url("remove", order, gone.pk))

    assert [line.charged_to for line in order.lines.all()] == ["goodwill"]
    assert client.get(url("remove", order, gone.pk)).status_code == 404


def test_the_lines_of_an_approved_order_have_no_verbs(logged_in, order):
    line = OrderLineFactory(order=order)
    Order.objects.update(status=Status.APPROVED, approved_at=order.ordered_at)
    client = logged_in("service_manager")

    for address in (url("add_part", order), url("set_price", order, line.pk)):
        assert client.get(address).status_code == 403
    assert not client.get(order.get_absolute_url()).context["may_change_lines"]


def test_an_order_goes_its_way(logged_in, order):
    OrderLineFactory(order=order, work=True, delivered=1)
    logged_in("service_manager").post(url("submit", order))
    head = logged_in("department_head")
    version = head.get(url("approve", order)).context["form"]["version"].value()
    head.post(url("approve", order), {"version": version})

    order.refresh_from_db()
    assert (order.status, order.approver.role) == (Status.DELIVERED, "department_head")


def test_the_author_does_not_approve_and_a_stale_page_does_not_either(logged_in, order):
    OrderLineFactory(order=order)

    assert logged_in("service_manager").get(url("approve", order)).status_code == 403
    stale = logged_in("department_head").post(url("approve", order), {"version": 99})
    assert stale.status_code == 422
    order.refresh_from_db()
    assert order.status == Status.DRAFT


def test_sending_back_needs_its_reason(logged_in, order):
    Order.objects.update(status=Status.IN_APPROVAL)
    head = logged_in("department_head")

    assert head.post(url("send_back", order), {"reason": ""}).status_code == 422
    assert head.post(url("send_back", order), {"reason": "缺零件"}).status_code == 302
    order.refresh_from_db()
    assert order.status == Status.DRAFT


# On the pages below


def test_the_pages_of_related_records_show_the_orders(logged_in, people, price_plan):
    contract = ServiceContractFactory()
    DefaultPromiseFactory(tier=contract.customer.tier)
    service_request = ServiceRequestFactory(
        customer=contract.customer, on_asset=True, contract=contract, cover="contract"
    )
    order = OrderFactory(service_request=service_request)
    client = logged_in("service_manager")
    subjects = (service_request, order.customer, order.asset, contract)

    for subject in subjects:
        assert order.number in whole_page(client, subject)
    head = logged_in("department_head")
    author = order.author.get_absolute_url()
    assert order.number in head.get(author).content.decode()


@pytest.mark.parametrize(
    ("traits", "has_lines", "objects"),
    [
        ({}, True, True),
        ({"in_approval": True}, True, True),
        ({}, False, False),
        ({"approved": True}, True, False),
        ({"cancelled": True}, True, False),
    ],
)
def test_what_is_not_approved_stands_against_closing(
    people, service_request, traits, has_lines, objects
):
    order = OrderFactory(service_request=service_request, **traits)
    if has_lines:
        OrderLineFactory.create_batch(2, order=order)

    found = [
        text
        for text in closing_objections(service_request, at=order.ordered_at)
        if order.number in text
    ]

    assert len(found) == int(objects)


def test_a_key_counts_once_per_form(logged_in, order, part):
    client = logged_in("service_manager")
    form = {"once": "abc", "part": part.pk, "quantity": "1", "done_on": "2026-03-05"}

    for _ in range(2):
        client.post(url("add_part", order), form)

    assert (order.lines.count(), Submission.objects.count()) == (1, 1)


def test_people_who_only_look_get_no_buttons(logged_in, order):
    OrderLineFactory(order=order, engineer=EmployeeFactory())

    page = logged_in("sales").get(order.get_absolute_url())

    assert page.context["offers"] == []
    assert not page.context["may_change_lines"]


def test_a_resolved_request_leads_to_the_order_that_waits(logged_in, people):
    request = ServiceRequestFactory(kind="enquiry", resolved=True)
    order = OrderLineFactory(order=OrderFactory(service_request=request)).order
    client = logged_in("service_manager")

    def step():
        return client.get(request.get_absolute_url()).context["step"]

    assert step().label == "Ask the customer"
    type(request).objects.filter(pk=request.pk).update(customer_answer="satisfied")
    assert step().url == order.get_absolute_url()
    type(order).objects.filter(pk=order.pk).update(status="cancelled")
    assert step().label == "Close"
