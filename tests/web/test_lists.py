"""Paging by key: every row once, in order, in both directions, whatever stands in the URL."""

import re
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from django_filters import FilterSet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmservice.web.lists import Cell, Column, Listing, decode, encode, filters_of, paginate
from customers.models import Customer
from service_requests.filters import RequestFilterSet
from service_requests.models import ServiceRequest
from tests.factories.customers import CustomerFactory

LISTING = Listing(
    template="",
    title="",
    columns=[
        Column("name", "Name", lambda c: Cell(c.name), order="name"),
        Column(
            "bought", "Bought", lambda c: str(c.purchases_24_months), order="purchases_24_months"
        ),
    ],
    default_order="name",
    page_size=3,
)


def page(query=""):
    return paginate(RequestFactory().get("/x/" + query), LISTING, Customer.objects.all())


def names(found):
    return [row.cells[0].text for row in found.rows]


def walk(query, link):
    found, seen = page(query), []
    while True:
        seen.append(names(found))
        if not getattr(found, link):
            return seen
        found = page(getattr(found, link))


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["name", "-name", "bought", "-bought"])
def test_each_row_comes_once_and_the_way_back_is_the_same(sort):
    for number in range(8):
        CustomerFactory(name=f"c{number}", purchases_24_months=number // 3)

    forth = walk(f"?sort={sort}", "next_url")
    assert sorted(name for group in forth for name in group) == [f"c{n}" for n in range(8)]

    last = page(f"?sort={sort}")
    while last.next_url:
        last = page(last.next_url)
    back = [names(last)]
    while last.previous_url:
        last = page(last.previous_url)
        back.append(names(last))
    assert back[-1] == forth[0]


class Many(FilterSet):
    class Meta:
        model = Customer
        fields = ("name", "name_en", "code", "city", "industry", "province")


class Five(Many):
    class Meta(Many.Meta):
        fields = Many.Meta.fields[:5]


@pytest.mark.django_db
def test_a_fifth_filter_stays_in_sight_and_a_sixth_folds_both_away():
    assert [len(part) for part in (filters_of(Five()).first, filters_of(Five()).more)] == [5, 0]
    assert [field.name for field in filters_of(Many()).more] == ["industry", "province"]
    assert filters_of(None).first == []


@pytest.mark.django_db
def test_folded_filters_open_when_one_of_them_is_in_use():
    assert not filters_of(Many({"name": "x", "province": ""})).is_more_in_use
    assert filters_of(Many({"province": "x"})).is_more_in_use


@pytest.mark.django_db
def test_a_full_last_page_has_no_next():
    CustomerFactory.create_batch(3)

    assert page().next_url == ""


@pytest.mark.django_db
def test_filters_survive_paging_and_sorting():
    CustomerFactory.create_batch(4)

    found = page("?city=%E6%AD%A6%E6%B1%89")

    assert "city=%E6%AD%A6%E6%B1%89" in found.next_url
    assert all("city=" in head.sort_url for head in found.heads)
    assert not any(re.search("after|before", head.sort_url) for head in found.heads)


@pytest.mark.django_db
@settings(
    derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["sort", "after", "before"]),
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["-", "--name", "password", "supplier__name", "pk", "?", "-name__lt", "W10", "bnVsbA"]
        ),
    ),
)
def test_nonsense_in_the_url_is_no_error_and_no_order(key, value):
    request = RequestFactory().get("/x/", {key: value})

    assert paginate(request, LISTING, Customer.objects.all()).rows == []


@pytest.mark.parametrize("value", ["泵", 7, "2026-11-20T03:00:00.123456+00:00"])
def test_a_place_can_be_read_again(value):
    assert decode(encode(value, 5)) == (value, 5)


def test_rows_are_text():
    item = SimpleNamespace(pk=1, name="n")

    assert LISTING.columns[0].cell(item) == Cell("n")


@pytest.mark.parametrize(
    ("listing", "creates", "who", "who_not"),
    [
        ("dispatch:index", "dispatch:plan", "service_manager", "field_engineer"),
        ("orders:index", "orders:create", "service_manager", "sales"),
        ("orders:price_plans", "orders:add_price_plan", "administrator", "sales"),
        ("contracts:index", "contracts:create", "service_manager", "sales"),
        ("contracts:types", "contracts:create_type", "administrator", "sales"),
        ("contracts:defaults", "contracts:create_default", "administrator", "sales"),
        ("assets:index", "assets:create", "service_manager", "sales"),
        ("assets:models", "assets:create_model", "administrator", "sales"),
        ("assets:parts", "assets:create_part", "administrator", "sales"),
        ("customers:index", "customers:create", "service_manager", "field_engineer"),
        ("knowledge:index", "knowledge:create", "service_manager", "sales"),
        ("knowledge:fault_codes", "knowledge:create_fault_code", "administrator", "sales"),
        ("expenses:index", "expenses:create", "field_engineer", "administrator"),
        ("service_requests:index", "service_requests:log", "service_manager", "sales"),
        ("employees:rota", "employees:put_on_call", "service_manager", "sales"),
    ],
)
def test_an_empty_list_offers_the_first_row_to_who_may_add_it(
    logged_in, listing, creates, who, who_not
):
    def offers(role):
        page = logged_in(role).get(reverse(listing)).content.decode()
        empty = page.partition('class="empty-state"')[2].partition("</div>")[0]
        return f'href="{reverse(creates)}"' in empty

    assert (offers(who), offers(who_not)) == (True, False)


@pytest.mark.django_db
def test_a_filter_offers_what_its_own_reader_sees_in_the_readers_language(people):
    """The filters of a class stay between requests; what they ask with must not."""
    offered = []

    for role, language in (("service_manager", "en"), ("partner_coordinator", "zh-hans")) * 2:
        request = RequestFactory().get("/x/", {"status": "all"})
        request.user = getattr(people, role)
        with translation.override(language):
            found = RequestFilterSet(request.GET, ServiceRequest.objects.all(), request=request)
            owners = found.form.fields["owner"].queryset
            empty = str(found.form["kind"]).partition("</option>")[0].rpartition(">")[2]
        offered.append((people.service_manager in owners, empty, found.filters["show"].parent))
        assert found.qs.count() == 0  # a method is called on its own set: "all" is its choice
        assert found.filters["status"].filter.f is found.filters["status"]

    assert [each[:2] for each in offered] == [(True, "All"), (False, "全部")] * 2
    assert len({id(parent) for *_words, parent in offered}) == len(offered)
