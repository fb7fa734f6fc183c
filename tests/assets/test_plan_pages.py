"""The pages of plans: made, changed, applied, ended; twice is once; a list costs the same."""

from datetime import date

import pytest

from assets.models import MaintenancePlan, MeterReading
from tests.factories.assets import (
    AssetFactory,
    MaintenancePlanFactory,
    OccurrenceFactory,
    PartFactory,
)

pytestmark = pytest.mark.django_db

BLANK = {
    "lines-TOTAL_FORMS": "2",
    "lines-INITIAL_FORMS": "0",
    "parts-TOTAL_FORMS": "1",
    "parts-INITIAL_FORMS": "0",
}


def typed(**values):
    plan = {
        "title": "月度保养",
        "kind": "inspection",
        "every": "1",
        "unit": "month",
        "starts_on": "2030-03-05",
        "flexibility_days": "3",
        "days_ahead": "7",
        "holidays": "after",
        "once": "one-form",
    }
    return {**plan, **BLANK, **values}


def test_a_plan_is_made_with_its_checklist_and_parts_and_twice_is_once(logged_in):
    desk, asset, part = logged_in("service_manager"), AssetFactory(), PartFactory()
    form = typed(asset=asset.pk)
    form |= {"lines-0-text": "检查油位", "lines-0-kind": "number", "lines-1-text": " "}
    form |= {"parts-0-part": part.pk, "parts-0-quantity": "2"}

    answers = [desk.post("/assets/plans/new/", form) for _time in range(2)]

    plan = MaintenancePlan.objects.get()
    assert [answer.url for answer in answers] == [plan.get_absolute_url()] * 2
    assert [(line.text, line.kind, line.is_required) for line in plan.lines.all()] == [
        ("检查油位", "number", False)
    ]
    assert [(each.part, each.quantity) for each in plan.parts.all()] == [(part, 2)]
    assert plan.next_on == date(2030, 3, 5)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "asset"),
        ({"every": ""}, "every"),
        ({"meter_every": "5"}, "meter"),
        ({"meter": "hours", "meter_every": "0"}, "meter_every"),
        ({"unit": ""}, "unit"),
        ({"ends_on": "2030-03-04"}, "ends_on"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(logged_in, values, field):
    given = {} if field == "asset" else {"asset": AssetFactory().pk}

    answer = logged_in("service_manager").post("/assets/plans/new/", typed(**given, **values))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_device_out_of_sight_is_no_choice(logged_in):
    retired = AssetFactory(status="retired")

    answer = logged_in("service_manager").post("/assets/plans/new/", typed(asset=retired.pk))

    assert "asset" in answer.context["form"].errors


def test_a_plan_is_changed_by_the_fields_that_were_changed(logged_in):
    plan = MaintenancePlanFactory(starts_on=date(2030, 3, 5))

    form = typed(version=plan.version, title="周检", unit="week", holidays="keep")
    answer = logged_in("service_manager").post(f"/assets/plans/{plan.pk}/edit/", form)

    assert answer.status_code == 302
    plan.refresh_from_db()
    assert (plan.title, plan.unit, plan.version) == ("周检", "week", 2)


@pytest.mark.parametrize(
    ("values", "asks"),
    [
        ({}, True),
        ({"unit": "week"}, False),
        ({"every": "12", "unit": "month"}, False),
        ({"kind": "onsite"}, False),
        ({"every": "", "meter": "hours", "meter_every": "500"}, False),
    ],
)
def test_a_plan_that_comes_back_as_often_is_made_once_somebody_means_it(logged_in, values, asks):
    known = MaintenancePlanFactory(title="原有保养")
    desk, form = logged_in("service_manager"), typed(asset=known.asset.pk, **values)

    first = desk.post("/assets/plans/new/", form)

    assert (first.status_code == 422) == asks
    if asks:
        assert list(first.context["form"].errors) == ["is_wanted"]
        assert known.get_absolute_url() in first.content.decode()
        assert desk.post("/assets/plans/new/", {**form, "is_wanted": "on"}).status_code == 302
        assert (
            known.get_absolute_url() in desk.get(f"/assets/plans/{latest().pk}/").content.decode()
        )
    assert MaintenancePlan.objects.count() == 2


def latest():
    return MaintenancePlan.objects.order_by("pk").last()


@pytest.mark.parametrize(
    ("known", "asks"),
    [
        ({"every": 12}, True),
        ({"every": None, "meter": "hours", "meter_every": 500}, True),
        ({"every": None, "meter": "cycles", "meter_every": 500}, False),
        ({"every": 1, "unit": "year", "ends_on": date(2030, 3, 4)}, False),
        ({"every": 1, "unit": "year", "ends_on": date(2030, 3, 5)}, True),
        ({"every": 1, "unit": "year", "starts_on": date(2031, 3, 5)}, True),
        ({"every": 1, "unit": "year", "starts_on": date(2031, 3, 6)}, False),
    ],
)
def test_as_often_is_by_calendar_or_by_the_same_meter_while_both_run(logged_in, known, asks):
    asset = MaintenancePlanFactory(**known).asset
    form = typed(asset=asset.pk, every="1", unit="year", ends_on="2031-03-05")
    form |= {"meter": "hours", "meter_every": "500"}

    answer = logged_in("service_manager").post("/assets/plans/new/", form)

    assert (answer.status_code == 422) == asks


def test_a_plan_asks_anew_only_when_its_rhythm_is_changed(logged_in):
    plan = MaintenancePlanFactory(starts_on=date(2030, 3, 5))
    MaintenancePlanFactory(asset=plan.asset, every=3, starts_on=date(2030, 3, 5))
    desk, url = logged_in("service_manager"), f"/assets/plans/{plan.pk}/edit/"
    said = [
        ({"every": "3", "holidays": "keep"}, 422),
        ({"every": "3", "holidays": "keep", "is_wanted": "on"}, 302),
        ({"every": "3", "holidays": "keep", "title": "三月检", "version": 2}, 302),
    ]

    for at, (values, status) in enumerate(said):
        form = typed(version=1, once=f"form-{at}") | values
        assert desk.post(url, form).status_code == status


def test_a_template_given_to_a_device_that_has_such_a_plan_asks_as_well(logged_in):
    template = MaintenancePlanFactory(of_a_model=True)
    asset = AssetFactory(model=template.model)
    known = MaintenancePlanFactory(asset=asset)
    desk, url = logged_in("service_manager"), f"/assets/plans/{template.pk}/apply/"
    form = {"first_on": "2030-01-01", "assets": [asset.pk]}

    asked = desk.post(url, form)
    done = desk.post(url, {**form, "is_wanted": "on"})

    assert (asked.status_code, done.status_code) == (422, 302)
    assert known.get_absolute_url() in asked.content.decode()
    assert template.applied.get().asset == asset


def test_a_template_asks_for_a_template_of_its_model(logged_in):
    known = MaintenancePlanFactory(of_a_model=True)
    desk = logged_in("service_manager")

    asked = desk.post("/assets/plans/new/", typed(model=known.model.pk))
    other = desk.post("/assets/plans/new/", typed(model=AssetFactory().model.pk))

    assert (asked.status_code, other.status_code) == (422, 302)


def test_two_changes_of_the_same_field_are_not_lost(logged_in):
    plan = MaintenancePlanFactory()
    desk = logged_in("service_manager")
    for title, status in (("一", 302), ("二", 422)):
        form = typed(version=1, title=title, once=f"form-{title}")
        assert desk.post(f"/assets/plans/{plan.pk}/edit/", form).status_code == status


def test_a_template_is_given_to_the_ticked_devices_only(logged_in):
    template = MaintenancePlanFactory(of_a_model=True)
    one, other = (AssetFactory(model=template.model) for _time in range(2))
    stranger = AssetFactory()
    desk, url = logged_in("service_manager"), f"/assets/plans/{template.pk}/apply/"
    page = desk.get(url).content.decode()
    assert one.serial_no in page
    assert other.serial_no in page

    refused = desk.post(url, {"first_on": "2030-01-01", "assets": [stranger.pk]})
    done = desk.post(url, {"first_on": "2030-01-01", "assets": [one.pk]})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert [plan.asset for plan in template.applied.all()] == [one]


def test_the_plan_of_a_device_is_not_given_away(logged_in):
    plan = MaintenancePlanFactory()

    assert logged_in("service_manager").get(f"/assets/plans/{plan.pk}/apply/").status_code == 403


def test_a_reading_is_entered_at_the_device(logged_in):
    asset = AssetFactory()
    form = {"meter": "hours", "value": "120.5", "taken_at": "2026-03-03T09:00", "source": "desk"}
    desk, url = logged_in("service_manager"), f"/assets/{asset.serial_no}/readings/new/"

    assert desk.post(url, form).status_code == 302
    refused = desk.post(url, {**form, "value": "120", "taken_at": "2026-03-04T09:00"})

    assert refused.status_code == 422
    assert "value" in refused.context["form"].errors
    assert MeterReading.objects.count() == 1
    assert "120.5" in desk.get(asset.get_absolute_url()).content.decode()


def test_the_lists_cost_the_same_for_one_and_three(logged_in, django_assert_num_queries):
    desk = logged_in("service_manager")
    OccurrenceFactory()
    for url in ("/assets/plans/", "/assets/plans/turns/"):
        desk.get(url)
    with django_assert_num_queries(4) as few:
        desk.get("/assets/plans/")
    with django_assert_num_queries(3):
        desk.get("/assets/plans/turns/")
    OccurrenceFactory()
    OccurrenceFactory()

    with django_assert_num_queries(len(few)):
        desk.get("/assets/plans/")
    with django_assert_num_queries(3):
        desk.get("/assets/plans/turns/")


def test_what_is_left_out_is_named_with_what_comes_next(logged_in):
    plan = MaintenancePlanFactory(next_on=date(2026, 4, 5))
    turn = OccurrenceFactory(plan=plan)

    page = logged_in("service_manager").get(f"/assets/plans/turns/{turn.pk}/skip/")

    content = page.content.decode()
    about = f"5 Mar 2026 · {plan.title} · {plan.asset.serial_no} · {plan.asset.customer.name}"
    assert about in content
    assert "The plan goes on: it is due next on 5 Apr 2026." in content
