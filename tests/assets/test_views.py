from datetime import date

import pytest
import time_machine
from django.urls import reverse

from assets.choices import AssetStatus
from assets.models import Asset, AssetModel, Part
from assets.queries import rebuild_search
from tests.factories.assets import AssetFactory, AssetModelFactory, PartCostFactory, PartFactory
from tests.factories.customers import CustomerFactory, SiteFactory
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory

VERBS = ("edit", "transfer", "install", "set_software", "send_to_repair", "retire")


def rows(page):
    return [row.cells[0].text for row in page.context["page"].rows]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, count, django_assert_max_num_queries
):
    AssetFactory.create_batch(count)
    client = logged_in("service_manager")
    client.get(reverse("assets:index"))

    with django_assert_max_num_queries(8):
        page = client.get(reverse("assets:index"))

    assert len(rows(page)) == count


@pytest.mark.parametrize("components", [1, 3])
def test_the_page_costs_the_same_for_one_component_and_three(
    logged_in, components, django_assert_max_num_queries
):
    article = ArticleFactory(published=True)
    model = AssetModelFactory(articles=[article], fault_codes=[FaultCodeFactory()])
    asset = AssetFactory(model=model, customer=SiteFactory().customer)
    AssetFactory.create_batch(components, component=True, parent=asset)
    client = logged_in("service_manager")
    client.get(asset.get_absolute_url())

    with django_assert_max_num_queries(18):  # with the panels that it waits for
        page = client.get(asset.get_absolute_url())

    assert article.title in page.content.decode()


@time_machine.travel("2026-06-01 02:00Z")
@pytest.mark.parametrize(
    ("warranty", "expected"),
    [("in", ["LAST", "LONG", "SOON"]), ("ending", ["LAST", "SOON"]), ("out", ["NONE", "OVER"])],
)
def test_the_list_by_warranty(logged_in, warranty, expected):
    for serial_no, until in {
        "OVER": date(2026, 5, 31),
        "LAST": date(2026, 6, 1),
        "SOON": date(2026, 7, 30),
        "LONG": date(2026, 7, 31),
        "NONE": None,
    }.items():
        asset = AssetFactory(serial_no=serial_no)
        Asset.objects.filter(pk=asset.pk).update(warranty_until=until)

    page = logged_in("service_manager").get(reverse("assets:index"), {"warranty": warranty})

    assert rows(page) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"model": "HP-1"}, ["D1"]),
        ({"make": "third"}, ["D2"]),
        ({"category": "hydraulics"}, ["D1", "D2"]),
        ({"status": "in_repair"}, ["D2"]),
        ({"customer": "C1"}, ["D1", "D1-A"]),
        ({"province": "辽宁"}, ["D1", "D1-A"]),
        ({"what": "device"}, ["D1", "D2"]),
        ({"what": "component"}, ["D1-A"]),
        ({"sort": "-serial"}, ["D2", "D1-A", "D1"]),
        ({"q": "D2"}, ["D2"]),
    ],
)
def test_the_list_is_filtered_sorted_and_searched(logged_in, query, expected):
    first = AssetFactory(
        serial_no="D1", model=AssetModelFactory(code="HP-1"), customer=CustomerFactory(code="C1")
    )
    AssetFactory(serial_no="D1-A", component=True, parent=first)
    AssetFactory(
        serial_no="D2",
        model=AssetModelFactory(code="HP-2", third_party=True),
        status=AssetStatus.IN_REPAIR,
        customer=CustomerFactory(province="上海市"),
    )
    rebuild_search()

    assert rows(logged_in("service_manager").get(reverse("assets:index"), query)) == expected


def test_a_partner_sees_what_the_outlet_serves(logged_in, people):
    served = CustomerFactory(served_by=[people.partner_coordinator.outlet])
    asset, other = AssetFactory(customer=served), AssetFactory()
    client = logged_in("partner_coordinator")

    assert rows(client.get(reverse("assets:index"))) == [asset.serial_no]
    assert client.get(asset.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_not_change_gets_no_verb(logged_in, people, verb):
    asset = AssetFactory()
    url = reverse(f"assets:{verb}", args=[asset.serial_no])

    assert logged_in("sales").get(url).status_code == 403
    assert logged_in("partner_engineer").get(url).status_code == 404
    assert logged_in("service_manager").get(url).status_code == 200


@pytest.mark.parametrize("verb", ["edit", "transfer", "install", "set_software", "retire"])
def test_a_retired_asset_has_no_verbs_but_one(logged_in, verb):
    asset = AssetFactory(status=AssetStatus.RETIRED)
    client = logged_in("service_manager")

    assert client.get(reverse(f"assets:{verb}", args=[asset.serial_no])).status_code == 403
    assert client.get(reverse("assets:put_in_use", args=[asset.serial_no])).status_code == 200


def test_an_odd_serial_number_has_its_page_and_verbs(logged_in):
    asset = AssetFactory(serial_no="A/B 1%#?中")
    client = logged_in("service_manager")

    assert client.get(asset.get_absolute_url()).status_code == 200
    url = reverse("assets:set_software", args=[asset.serial_no])
    assert client.post(url, {"software_version": "9"}).url == asset.get_absolute_url()


def test_an_asset_is_entered(logged_in):
    model, customer = AssetModelFactory(), CustomerFactory()
    client = logged_in("service_manager")
    form = {"serial_no": "N1", "model": model.pk, "customer": customer.pk}

    answer = client.post(reverse("assets:create"), form)

    assert answer.url == reverse("assets:detail", args=["N1"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": ""}, "model"),
        ({"serial_no": "TAKEN"}, "serial_no"),
        ({"customer": ""}, "customer"),
        ({"delivered_on": "2026-01-02", "installed_on": "2026-01-01"}, "installed_on"),
        ({"warranty_months": "-1"}, "warranty_months"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(logged_in, change, field):
    AssetFactory(serial_no="TAKEN")
    form = {"serial_no": "N1", "model": AssetModelFactory().pk, "customer": CustomerFactory().pk}

    answer = logged_in("service_manager").post(reverse("assets:create"), {**form, **change})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_customer_that_is_not_served_cannot_be_chosen(logged_in, people):
    form = {"serial_no": "N1", "model": AssetModelFactory().pk, "customer": CustomerFactory().pk}

    answer = logged_in("partner_engineer").post(reverse("assets:create"), form)

    assert answer.status_code == 422
    assert "customer" in answer.context["form"].errors


def test_a_component_is_swapped_on_its_page(logged_in):
    part = AssetFactory(component=True, parent=AssetFactory())
    client = logged_in("senior_engineer")

    answer = client.post(
        reverse("assets:swap", args=[part.serial_no]),
        {"serial_no": "NEW", "becomes": "retired", "reason": "磨损"},
    )

    assert answer.url == reverse("assets:detail", args=["NEW"])


def test_a_cycle_is_said_in_the_form(logged_in):
    device = AssetFactory()
    part = AssetFactory(component=True, parent=device)
    client = logged_in("service_manager")

    answer = client.post(reverse("assets:install", args=[device.serial_no]), {"parent": part.pk})

    assert answer.status_code == 422
    assert "parent" in answer.context["form"].errors


def test_options_answer_by_customer_and_by_fragment(logged_in):
    asset = AssetFactory(serial_no="XK-900017")
    other = AssetFactory(serial_no="XK-900018")
    AssetFactory(serial_no="XK-900019", status=AssetStatus.RETIRED, customer=asset.customer)
    rebuild_search()
    client = logged_in("service_manager")

    def answers(**query):
        found = client.get(reverse("assets:options"), query).json()
        return [each["value"] for each in found]

    assert sorted(answers(q="9000")) == sorted([str(asset.pk), str(other.pk)])
    assert answers(customer=asset.customer_id) == [str(asset.pk)]
    assert answers(customer=asset.customer_id, q="017") == [str(asset.pk)]
    assert answers(customer=asset.customer_id, q="018") == []


def test_sites_are_those_of_the_chosen_customer(logged_in):
    site = SiteFactory()
    SiteFactory()
    client = logged_in("service_manager")

    found = client.get(reverse("assets:site_options"), {"customer": site.customer_id}).json()

    assert [each["value"] for each in found] == [str(site.pk)]
    assert client.get(reverse("assets:site_options"), {"customer": "x"}).json() == []


@pytest.mark.parametrize("name", ["models", "parts"])
def test_the_catalogue_lists_cost_the_same_for_one_row_and_three(
    logged_in, name, django_assert_max_num_queries
):
    for _ in range(3):
        PartFactory(fits_model=AssetModelFactory())
    client = logged_in("service_manager")
    client.get(reverse(f"assets:{name}"))

    with django_assert_max_num_queries(7):
        page = client.get(reverse(f"assets:{name}"))

    assert len(page.context["page"].rows) == 3


def test_costs_are_absent_for_who_may_not_see_them(logged_in):
    part = PartFactory()
    PartCostFactory(part=part, cost="70.55")

    assert "70.55" in logged_in("department_head").get(part.get_absolute_url()).content.decode()
    for who in ("service_manager", "partner_coordinator", "administrator"):
        page = logged_in(who).get(part.get_absolute_url()).content.decode()
        assert "70.55" not in page
        assert "Cost" not in page
    url = reverse("assets:set_cost", args=[part.part_no])
    assert logged_in("service_manager").get(url).status_code == 403


def test_the_head_sets_a_cost(logged_in):
    part = PartFactory()
    url = reverse("assets:set_cost", args=[part.part_no])

    answer = logged_in("department_head").post(url, {"cost": "12.5", "valid_from": "2026-01-01"})

    assert answer.url == part.get_absolute_url()
    assert part.costs.get().cost == 12.5


def test_a_model_gets_its_articles_on_its_form(logged_in):
    model, article = AssetModelFactory(), ArticleFactory(published=True)
    client = logged_in("senior_engineer")
    form = {
        "code": model.code,
        "name_zh": model.name_zh,
        "name_en": "Renamed",
        "make": "own",
        "category": "pump",
        "warranty_months": 12,
        "articles": [article.pk],
    }

    answer = client.post(reverse("assets:edit_model", args=[model.code]), form)

    assert answer.url == model.get_absolute_url()
    model.refresh_from_db()
    assert (model.name_en, list(model.articles.all())) == ("Renamed", [article])
    assert article.title in client.get(model.get_absolute_url()).content.decode()


def test_models_and_parts_are_added(logged_in):
    client = logged_in("administrator")
    client.post(
        reverse("assets:create_model"),
        {"code": "M/1", "name_zh": "泵", "name_en": "Pump", "make": "own", "warranty_months": 0},
    )
    client.post(
        reverse("assets:create_part"),
        {"part_no": "P/1", "name_zh": "封", "name_en": "Seal", "unit": "件", "list_price": "1"},
    )

    assert client.get(AssetModel.objects.get().get_absolute_url()).status_code == 200
    assert client.get(Part.objects.get().get_absolute_url()).status_code == 200
    assert logged_in("field_engineer").get(reverse("assets:create_part")).status_code == 403


@pytest.mark.parametrize(("unit", "shown"), [("件", "pc."), ("盘", "盘")])
def test_a_known_unit_is_shown_in_the_readers_language(logged_in, unit, shown):
    part = PartFactory(unit=unit)

    facts = logged_in("storekeeper").get(part.get_absolute_url()).context["facts"]

    assert [fact["text"] for fact in facts if fact["label"] == "Unit"] == [shown]


def test_parts_are_found_for_order_lines(logged_in):
    part = PartFactory(part_no="SF-1", name_en="Shaft seal")
    PartFactory(part_no="SF-2", name_en="Bearing", name_zh="轴承")
    client = logged_in("storekeeper")

    found = client.get(reverse("assets:part_options"), {"q": "sf shaft"}).json()

    assert [each["value"] for each in found] == [str(part.pk)]
