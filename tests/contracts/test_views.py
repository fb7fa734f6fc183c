from datetime import date, time
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils.timezone import now

from contracts.choices import LineScope, Status
from contracts.models import ContractType, DefaultPromise, ServiceContract
from contracts.queries import rebuild_search
from contracts.tasks import turn
from crmservice.web.panels import collect
from customers.signals import detail_panels as customer_panels
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    ContractLineFactory,
    ContractTypeFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory, TierFactory
from tests.factories.employees import WorkingCalendarFactory

TODAY = "2026-06-01 02:00Z"
NO_LINES = {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0}


def rows(page):
    return [row.cells[0].text for row in page.context["page"].rows]


def form(**values):
    return {
        "type": ContractTypeFactory().pk,
        "line": f"1 h response · {WorkingCalendarFactory().code}",
        "starts_on": "2026-07-01",
        "ends_on": "2027-06-30",
        "value": "100",
        "billing_rhythm": "once",
        **NO_LINES,
        **values,
    }


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, count, django_assert_max_num_queries
):
    ServiceContractFactory.create_batch(count)
    client = logged_in("service_manager")
    client.get(reverse("contracts:index"))

    with django_assert_max_num_queries(7):
        page = client.get(reverse("contracts:index"))

    assert len(rows(page)) == count


@time_machine.travel(TODAY)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["A90", "A89", "A60", "A59", "A30", "A29", "A0", "X"]),
        ({"ending": "30"}, ["A29", "A0"]),
        ({"ending": "60"}, ["A59", "A30", "A29", "A0"]),
        ({"ending": "90"}, ["A89", "A60", "A59", "A30", "A29", "A0"]),
        ({"status": "expired"}, ["X"]),
        ({"type": "PM"}, ["A0"]),
        ({"customer": "C1"}, ["A0"]),
        ({"q": "A90"}, ["A90"]),
        ({"sort": "number", "ending": "30"}, ["A0", "A29"]),
    ],
)
def test_the_list_is_filtered_sorted_and_searched(logged_in, people, query, expected):
    for days in (29, 30, 59, 60, 89, 90):
        ServiceContractFactory(
            number=f"A{days}", ends_on=date.fromordinal(date(2026, 6, 1).toordinal() + days)
        )
    ServiceContractFactory(number="X", status=Status.EXPIRED, ends_on=date(2026, 5, 31))
    ServiceContractFactory(
        number="A0",
        ends_on=date(2026, 6, 1),
        type=ContractTypeFactory(code="PM"),
        customer=CustomerFactory(code="C1"),
        responsible=people.service_manager,
    )
    rebuild_search()

    assert rows(logged_in("service_manager").get(reverse("contracts:index"), query)) == expected


def test_the_list_of_one_responsible_whom_the_filter_names(logged_in, people):
    mine = ServiceContractFactory(responsible=people.service_manager)
    ServiceContractFactory(responsible=people.sales)

    page = logged_in("sales").get(
        reverse("contracts:index"), {"responsible": people.service_manager.pk}
    )

    assert rows(page) == [mine.number]
    assert f'data-url="{reverse("employees:options")}"' in page.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("service_manager", 200), ("sales", 200), ("field_engineer", 404), ("partner_engineer", 404)],
)
def test_who_sees_a_contract(logged_in, who, status):
    contract = ServiceContractFactory()

    assert logged_in(who).get(contract.get_absolute_url()).status_code == status


def test_a_partner_coordinator_sees_none(logged_in):
    assert logged_in("partner_coordinator").get(reverse("contracts:index")).status_code == 403


def test_the_value_is_shown_to_those_who_may_see_it(logged_in, people):
    served = CustomerFactory(served_by=[people.field_engineer.outlet])
    contract = ServiceContractFactory(customer=served, value=Decimal("77123.45"))

    assert "77,123.45" in logged_in("sales").get(contract.get_absolute_url()).content.decode()
    page = logged_in("field_engineer").get(contract.get_absolute_url()).content.decode()
    assert "77,123.45" not in page


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        ("service_manager", "approve", 403),
        ("department_head", "approve", 200),
        ("department_head", "reject", 200),
        ("service_manager", "withdraw", 200),
        ("service_manager", "edit", 403),
        ("sales", "withdraw", 403),
    ],
)
def test_who_decides_in_approval(logged_in, who, verb, status):
    contract = ServiceContractFactory(in_approval=True)
    url = reverse(f"contracts:{verb}", args=[contract.number])

    assert logged_in(who).get(url).status_code == status


def test_the_head_does_not_approve_the_own_draft(logged_in, people):
    contract = ServiceContractFactory(in_approval=True, drafted_by=people.department_head)
    url = reverse("contracts:approve", args=[contract.number])

    assert logged_in("department_head").post(url, {}).status_code == 403


@pytest.mark.parametrize("verb", ["submit", "amend", "renew", "terminate", "edit"])
def test_partners_reach_no_verb(logged_in, verb):
    contract = ServiceContractFactory()
    url = reverse(f"contracts:{verb}", args=[contract.number])

    assert logged_in("partner_engineer").get(url).status_code == 403


def test_a_contract_is_drafted_with_lines(logged_in):
    customer = CustomerFactory()
    asset = AssetFactory(customer=customer)
    client = logged_in("service_manager")

    answer = client.post(
        reverse("contracts:create"),
        form(**{"customer": customer.pk, "discount": "12.5", "lines-0-asset": asset.pk}),
    )

    contract = ServiceContract.objects.get()
    assert answer.url == contract.get_absolute_url()
    assert contract.parts_discount == Decimal("0.125")
    assert [line.asset for line in contract.lines.all()] == [asset]


def test_pressing_preview_shows_who_would_be_covered_and_writes_nothing(logged_in):
    tier = TierFactory()
    for cover in ("in_warranty", "out_of_warranty"):
        DefaultPromiseFactory(cover=cover, tier=tier)
    asset = AssetFactory(customer=CustomerFactory(tier=tier))
    client = logged_in("service_manager")

    page = client.post(
        reverse("contracts:create"),
        form(**{"customer": asset.customer_id, "lines-0-everything": "on", "preview": "yes"}),
    )

    assert page.status_code == 200
    assert [row["serial_no"] for row in page.context["preview"]] == [asset.serial_no]
    assert not ServiceContract.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_on": "2026-06-30"}, "ends_on"),
        ({"line": "0 min response · 5x8"}, "line"),
        ({"line": ""}, "line"),
        ({"customer": ""}, "customer"),
        ({"line": "1 h response · 1 h arrival · NBD · 5x8"}, "line"),
        ({"line": "1 h response · before 15:00 · 5x8"}, "line"),
        ({"discount": "100.01"}, "discount"),
        ({"value": "-1"}, "value"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(logged_in, change, field):
    values = form(**{"customer": CustomerFactory().pk, **change})

    answer = logged_in("service_manager").post(reverse("contracts:create"), values)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors or field == "value"
    assert not ServiceContract.objects.exists()


def test_a_line_names_one_thing(logged_in):
    asset = AssetFactory()
    values = form(
        **{
            "customer": asset.customer_id,
            "lines-0-asset": asset.pk,
            "lines-0-everything": "on",
        }
    )

    answer = logged_in("service_manager").post(reverse("contracts:create"), values)

    assert answer.status_code == 422
    assert answer.context["lines"].errors[0]


def test_an_asset_is_covered_once(logged_in):
    asset = AssetFactory()
    values = form(
        **{
            "customer": asset.customer_id,
            "lines-TOTAL_FORMS": 2,
            "lines-0-asset": asset.pk,
            "lines-1-asset": asset.pk,
        }
    )

    answer = logged_in("service_manager").post(reverse("contracts:create"), values)

    assert answer.status_code == 422
    assert answer.context["lines"].non_form_errors()


def test_a_rule_of_the_hall_is_said_in_the_form(logged_in):
    values = form(**{"customer": CustomerFactory().pk, "lines-0-asset": AssetFactory().pk})

    answer = logged_in("service_manager").post(reverse("contracts:create"), values)

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_a_line_is_taken_away(logged_in):
    contract = ServiceContractFactory(draft=True)
    ContractLineFactory(contract=contract)
    asset = AssetFactory(customer=contract.customer)
    client = logged_in("service_manager")

    client.post(
        reverse("contracts:edit", args=[contract.number]),
        form(
            **{
                "version": 1,
                "starts_on": "2026-01-01",
                "ends_on": "2026-12-31",
                "lines-TOTAL_FORMS": 2,
                "lines-INITIAL_FORMS": 1,
                "lines-0-everything": "on",
                "lines-0-DELETE": "on",
                "lines-1-asset": asset.pk,
            }
        ),
    )

    assert [(line.scope, line.asset) for line in contract.lines.all()] == [(LineScope.ASSET, asset)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("status", Status.values)
def test_the_page_renders_in_each_state(logged_in, status, language):
    ended = {"terminated_on": date(2026, 6, 1)} if status == "terminated" else {}
    contract = ServiceContractFactory(number="K/1", status=status, **ended)
    ContractLineFactory(contract=contract, asset=AssetFactory(customer=contract.customer))
    client = logged_in("department_head")

    page = client.get(contract.get_absolute_url(), headers={"accept-language": language})

    assert page.status_code == 200


def test_the_promises_are_said_in_one_line(logged_in):
    contract = ServiceContractFactory()
    client = logged_in("service_manager")

    page = client.get(contract.get_absolute_url())

    assert page.context["promises"] == "15 min response · 2 h arrival · 24 h restore · all days"


@time_machine.travel(TODAY)
@pytest.mark.parametrize(
    ("ends_on", "is_asked"), [(date(2026, 8, 29), True), (date(2026, 8, 30), False)]
)
def test_the_next_step_is_the_renewal_within_ninety_days(logged_in, ends_on, is_asked):
    contract = ServiceContractFactory(ends_on=ends_on)
    client = logged_in("service_manager")

    asked = client.get(contract.get_absolute_url()).context["next"]

    assert bool(asked) is is_asked


def test_the_way_from_draft_to_active(logged_in, people):
    contract = ServiceContractFactory(
        draft=True, drafted_by=people.service_manager, ends_on=date(2999, 1, 1)
    )
    ContractLineFactory(contract=contract)

    logged_in("service_manager").post(reverse("contracts:submit", args=[contract.number]))
    logged_in("department_head").post(reverse("contracts:approve", args=[contract.number]))

    contract.refresh_from_db()
    assert (contract.status, contract.approved_by) == (Status.ACTIVE, people.department_head)


@time_machine.travel(TODAY)
def test_the_clock_expires_what_has_ended(db):
    over = ServiceContractFactory(ends_on=date(2026, 5, 31))
    last_day = ServiceContractFactory(ends_on=date(2026, 6, 1))

    turn()

    over.refresh_from_db()
    last_day.refresh_from_db()
    assert (over.status, last_day.status) == (Status.EXPIRED, Status.ACTIVE)


@time_machine.travel(TODAY)
def test_the_asset_page_says_what_covers_it_and_why(logged_in):
    asset = AssetFactory()
    DefaultPromiseFactory(cover="in_warranty", tier=asset.customer.tier)
    contract = ServiceContractFactory(customer=asset.customer)
    ContractLineFactory(contract=contract)
    ServiceContractFactory(customer=asset.customer, draft=True, number="K-DRAFT")
    client = logged_in("service_manager")

    page = client.get(asset.get_absolute_url()).content.decode()

    assert contract.number in page
    assert "Contract K-DRAFT is a draft" in page


def test_an_asset_without_any_promise_says_so(logged_in):
    asset = AssetFactory()

    page = logged_in("service_manager").get(asset.get_absolute_url())

    assert "There is no default promise" in page.content.decode()


@pytest.mark.parametrize(("who", "panels"), [("service_manager", 2), ("partner_coordinator", 1)])
def test_the_customers_page_gets_assets_and_contracts(people, who, panels):
    customer = CustomerFactory(served_by=[people.partner_coordinator.outlet])
    AssetFactory(customer=customer)
    ContractLineFactory(contract=ServiceContractFactory(customer=customer))
    user = getattr(people, who)

    with time_machine.travel(TODAY):
        found = collect(customer_panels, customer, user=user, at=now(), caller=None, phone="")

    own = {"assets/_of_customer.html", "contracts/_of_customer.html"}
    assert len([panel for panel in found if panel.template in own]) == panels


def test_contract_types_are_kept_by_the_head(logged_in):
    values = {"code": "X/1", "name_zh": "甲", "name_en": "A", "includes": ["remote"]}
    url = reverse("contracts:create_type")

    assert logged_in("service_manager").post(url, values).status_code == 403
    client = logged_in("department_head")
    assert client.post(url, {**values, "charged": ["remote"]}).status_code == 422
    assert client.post(url, values).status_code == 302

    kept = ContractType.objects.get()
    assert client.get(kept.get_absolute_url()).status_code == 200
    edit = reverse("contracts:edit_type", args=[kept.code])
    client.post(edit, {**values, "charged": ["parts"]})
    kept.refresh_from_db()
    assert kept.charged == ["parts"]


def test_default_promises_are_kept_by_the_head(logged_in):
    promise = DefaultPromiseFactory()
    edit = reverse("contracts:edit_default", args=[promise.pk])
    values = {
        "cover": promise.cover,
        "tier": promise.tier_id,
        "line": f"30 min response · NBD arrival before 15:00 · {promise.calendar.code}",
    }

    page = logged_in("sales").get(reverse("contracts:defaults"))
    assert "4 h response" in page.content.decode()
    assert edit not in page.content.decode()
    assert logged_in("sales").post(edit, values).status_code == 403
    assert logged_in("administrator").post(edit, values).status_code == 302
    changed = DefaultPromise.objects.get()
    assert (changed.response_minutes, changed.arrival_cut_off) == (30, time(15))
    page = logged_in("sales").get(
        reverse("contracts:defaults"), headers={"accept-language": "zh-hans"}
    )
    assert "30分钟响应 · 次日到场，15:00前报修" in page.content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "“2 h soon” was not understood"), ("zh-hans", "“2 h soon”无法识别")],
)
def test_the_part_of_a_promise_that_was_not_understood_is_named(logged_in, language, said):
    values = form(customer=CustomerFactory().pk, line="1 h response · 2 h soon · 5x8")

    answer = logged_in("service_manager").post(
        reverse("contracts:create"), values, headers={"accept-language": language}
    )

    (error,) = answer.context["form"].errors["line"]
    assert said in error
    assert "5x8" in error


def test_a_contract_promises_what_its_type_does_when_nothing_is_said(logged_in):
    code = WorkingCalendarFactory().code
    kind = ContractTypeFactory(usual_promises=f"30 min response · {code}")
    client = logged_in("service_manager")
    values = form(
        customer=CustomerFactory().pk, line="", type=kind.pk, **{"lines-0-everything": "on"}
    )

    assert f"30 min response · {code}" in client.get(reverse("contracts:create")).content.decode()
    assert client.post(reverse("contracts:create"), values).status_code == 302
    assert ServiceContract.objects.get().response_minutes == 30


def test_a_type_keeps_its_promises_in_one_language(logged_in):
    code = WorkingCalendarFactory().code
    kind = ContractTypeFactory()
    client = logged_in("administrator")
    values = {
        "code": kind.code,
        "name_zh": kind.name_zh,
        "name_en": kind.name_en,
        "usual_promises": f"2小时响应 · {code}",
    }

    client.post(reverse("contracts:edit_type", args=[kind.code]), values)

    kind.refresh_from_db()
    assert kind.usual_promises == f"2 h response · {code}"


def test_options_answer_by_number_within_a_customer(logged_in):
    contract, other = ServiceContractFactory(number="K77"), ServiceContractFactory(number="K78")
    rebuild_search()
    client = logged_in("service_manager")

    def answers(**query):
        return {each["value"] for each in client.get(reverse("contracts:options"), query).json()}

    assert answers(q="K7") == {str(contract.pk), str(other.pk)}
    assert answers(q="K7", customer=other.customer_id) == {str(other.pk)}


def test_what_is_left_empty_in_a_new_contract_is_as_its_type_has_it(logged_in):
    kind = ContractTypeFactory(
        visits_per_year=4, onsite_rate_per_hour="375.00", parts_discount="0.1000",
        price_per_year="12000.00",
    )  # fmt: skip
    client = logged_in("service_manager")
    values = form(
        customer=CustomerFactory().pk,
        type=kind.pk,
        starts_on="2026-07-01",
        ends_on="2028-06-30",
        value="",
        **{"lines-0-everything": "on"},
    )

    assert client.post(reverse("contracts:create"), values).status_code == 302
    made = ServiceContract.objects.get()
    assert (made.visits_per_year, str(made.onsite_rate_per_hour)) == (4, "375.00")
    assert (str(made.parts_discount), str(made.value)) == ("0.1000", "24000.00")
