"""The search field and its page."""

import pytest
from django.urls import reverse

URL = "/search/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(logged_in):
    return logged_in("service_manager")


def dropdown(client, text, **more):
    response = client.get(URL, {"q": text, **more}, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def test_the_address_has_its_name():
    assert reverse("search") == URL


def test_a_stranger_is_sent_to_log_in(client, db):
    assert client.get(URL, {"q": "三一"}).status_code == 302


def test_the_dropdown_is_options_by_kind_with_what_was_typed_marked(desk, add):
    add("house", 1, names="上海三一重工", subtitle="浦东", badge="VIP", url="/houses/1/")
    add("machine.part", 2, codes="三一-77", url="/parts/2/", scope=["all"])

    html = dropdown(desk, "三一")

    assert "<html" not in html
    assert html.count('role="option"') == 3  # two hits and "all that was found"
    assert html.count('role="group"') == 2
    assert 'id="hit-1"' in html
    assert 'id="hit-2"' in html
    assert 'href="/houses/1/"' in html
    assert "上海<mark>三一</mark>重工" in html
    assert "浦东" in html
    assert "VIP" in html
    assert "Houses" in html


def test_a_number_is_marked_across_its_blanks(desk, add):
    add(title="王伟", subtitle="139 1234 5678", phones="13912345678")

    assert "<mark>139 1234</mark> 5678" in dropdown(desk, "1391234")


def test_what_is_found_is_escaped(desk, add):
    add(names="<b>三一</b>", subtitle="<script>")

    html = dropdown(desk, "三一")

    assert "&lt;b&gt;<mark>三一</mark>&lt;/b&gt;" in html
    assert "<script>" not in html


def test_only_kinds_and_objects_that_the_person_may_see_are_shown(logged_in, people, add):
    outlet = f"o{people.partner_coordinator.outlet_id}"
    add("house", 1, names="三一甲", scope=[outlet])
    add("house", 2, names="三一乙", scope=["o99999"])
    add("machine.part", 3, names="三一丙", scope=[outlet])
    add("machine.part", 4, names="三一丁", scope=[f"u{people.partner_coordinator.pk}"])

    html = dropdown(logged_in("partner_coordinator"), "三一")

    assert [name for name in "甲乙丙丁" if name in html] == ["甲", "丙"]


def test_scope_is_judged_kind_by_kind(logged_in, people, add):
    add("house", 1, names="三一甲", scope=["o99999"])
    add("machine.part", 2, names="三一乙", scope=["o99999"])
    add("machine.part", 3, names="三一丙", scope=[f"u{people.sales.pk}"])

    html = dropdown(logged_in("sales"), "三一")

    assert [name for name in "甲乙丙" if name in html] == ["甲", "丙"]


def test_an_unknown_number_offers_to_log_the_call(desk, known_kinds):
    html = dropdown(desk, "139 1234 5678")

    assert "Nothing found" in html
    assert f'{reverse("service_requests:log")}?phone=139+1234+5678"' in html


def test_an_unknown_name_offers_a_new_prospect(desk, known_kinds):
    assert f"{reverse('service_requests:log')}?name=%E6%9C%AA" in dropdown(desk, "未知客户")


def test_who_may_not_log_calls_is_not_offered_to(logged_in, known_kinds):
    html = dropdown(logged_in("sales"), "139 1234 5678")

    assert "Nothing found" in html
    assert "hit-new" not in html


def test_nothing_typed_offers_nothing(desk, known_kinds):
    assert "hit" not in dropdown(desk, " ")


def test_what_is_only_alike_is_announced(desk, add):
    add(names="Siemens")

    assert "Nothing is exactly so" in dropdown(desk, "seimens")
    assert "Nothing is exactly so" not in dropdown(desk, "siemens")


def test_the_page_shows_all_by_kind(desk, add):
    for number in range(7):
        add("house", number, names=f"三一{number}")

    response = desk.get(URL, {"q": "三一"})

    assert response.status_code == 200
    assert "search/index.html" in [template.name for template in response.templates]
    assert [len(group.hits) for group in response.context["groups"]] == [7]
    assert dropdown(desk, "三一").count("/house/") == 5


def test_the_page_can_show_one_kind(desk, add):
    add("house", 1, names="三一甲")
    add("house", 2, names="三一乙")
    add("machine.part", 3, names="三一丙", scope=["all"])

    response = desk.get(URL, {"q": "三一", "kind": "house"})

    assert [group.name for group in response.context["groups"]] == ["house"]


def test_a_single_exact_hit_is_opened(desk, add):
    add("house", 1, codes="SFD90240100372", url="/houses/1/")

    assert desk.get(URL, {"q": "SFD90240100372"}).headers["Location"] == "/houses/1/"
    assert desk.get(URL, {"q": ""}).status_code == 200


def test_a_hit_that_leads_elsewhere_is_not_opened_by_itself(desk, add):
    add("house", 1, codes="SFD90240100372", url="https://example.org/")

    assert desk.get(URL, {"q": "SFD90240100372"}).status_code == 200


@pytest.mark.parametrize("text", ["' | ! :* \"", "\x00", "%", "a" * 10_000, "<script>", "٣"])
def test_hostile_text_gets_an_answer(desk, known_kinds, text):
    assert desk.get(URL, {"q": text, "kind": text}).status_code == 200
    dropdown(desk, text)


def test_bytes_that_are_no_text_get_an_answer(desk, known_kinds):
    assert desk.get(URL + "?q=%ff%fe%ed%a0%80").status_code == 200


def test_post_is_refused(desk):
    assert desk.post(URL).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_dropdown_costs_the_same_for_one_hit_and_three(
    desk, add, count, django_assert_max_num_queries
):
    for number in range(count):
        add("house", number, names="三一")

    with django_assert_max_num_queries(3):
        dropdown(desk, "三一")
