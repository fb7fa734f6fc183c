"""The tablet's pages: one's own jobs only, one tap a step, what is refused explains itself."""

import re

import pytest
import time_machine
from django.urls import reverse

from dispatch.choices import Status
from dispatch.models import PartUse, Task, WorkReport
from service_requests.choices import Status as RequestStatus
from tests.dispatch.conftest import DOT, HOUR, MINUTE, NINE
from tests.factories.dispatch import PartUseFactory, TaskFactory

pytestmark = pytest.mark.django_db
STEPS = ("accept", "travel", "arrive", "start")


def url(name, *args):
    return reverse(f"dispatch:{name}", args=args)


def tap(client, name, *args, **values):
    return client.post(url(name, *args), values)


@pytest.fixture
def at_nine():
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("count", [1, 3])
def test_my_day_costs_the_same_for_one_job_and_three(
    logged_in, people, count, at_nine, django_assert_max_num_queries
):
    TaskFactory.create_batch(count, assigned=True, assignee=people.field_engineer)
    client = logged_in("field_engineer")

    with django_assert_max_num_queries(4):
        page = client.get(url("my_day"))

    assert page.content.decode().count('class="job"') == count


def test_my_day_shows_a_week_from_today_and_what_was_left_over(logged_in, people, at_nine):
    own = {"assigned": True, "assignee": people.field_engineer}
    for title, day in (("gestern", -1), ("heute", 0), ("in sieben", 7), ("in acht", 8)):
        start = NINE + day * 24 * HOUR
        TaskFactory(
            **own, title=title, customer=None, planned_start=start, planned_end=start + HOUR
        )
    TaskFactory(assigned=True, assignee=people.depot_engineer, title="fremde", customer=None)

    page = logged_in("field_engineer").get(url("my_day")).content.decode()

    shown = re.findall(r'class="job-title"\s*>([^<]+)<', page)
    assert shown == ["gestern", "heute", "in sieben"]


@pytest.mark.parametrize("name", ["job", "refuse", "complete", "not_solved", "find_parts"])
def test_another_engineers_job_is_not_found(visit, logged_in, name):
    assert logged_in("depot_engineer").get(url(name, visit.number)).status_code == 404
    assert logged_in("sales").get(url(name, visit.number)).status_code == 403


@pytest.mark.parametrize("name", [*STEPS, "restore", "save_draft", "add_part"])
def test_another_engineers_step_is_not_found(visit, logged_in, name):
    assert tap(logged_in("depot_engineer"), name, visit.number).status_code == 404
    assert tap(logged_in("sales"), name, visit.number).status_code == 403


def test_a_step_is_never_taken_by_a_link(visit, logged_in):
    client = logged_in("field_engineer")

    assert {client.get(url(name, visit.number)).status_code for name in STEPS} == {405}


def test_four_taps_to_work(visit, logged_in, at_nine):
    client = logged_in("field_engineer")
    for name in STEPS:
        page = client.get(url("job", visit.number)).content.decode()
        assert url(name, visit.number) in page
        assert tap(client, name, visit.number, once=name).status_code == 302

    visit.refresh_from_db()
    assert (visit.status, visit.working_at) == (Status.WORKING, NINE)


def test_a_double_tap_is_one_step(visit, logged_in, at_nine):
    client = logged_in("field_engineer")

    first = tap(client, "accept", visit.number, once="same")
    second = tap(client, "accept", visit.number, once="same")

    assert (first.status_code, second.status_code) == (302, 302)
    visit.refresh_from_db()
    assert visit.status == Status.ACCEPTED


def test_what_is_refused_explains_itself_on_the_page(visit, logged_in, at_nine):
    answer = tap(logged_in("field_engineer"), "arrive", visit.number)

    assert answer.status_code == 422
    assert "is Assigned, it cannot become On site" in answer.content.decode()


def test_a_step_told_later_counts_from_when_it_was(visit, logged_in, at_nine):
    client = logged_in("field_engineer")

    late = tap(client, "accept", visit.number, happened_at="2026-03-03T09:01")
    assert late.status_code == 422
    assert "still to come" in late.content.decode()

    tap(client, "accept", visit.number, happened_at="2026-03-03T08:30")
    visit.refresh_from_db()
    assert visit.accepted_at == NINE - 30 * MINUTE


def test_refusing_twice_by_a_double_tap_goes_back_to_the_day(visit, logged_in):
    client = logged_in("field_engineer")

    answers = [tap(client, "refuse", visit.number, reason="车坏了", once="same") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    visit.refresh_from_db()
    assert visit.assignee is None


def test_calling_and_navigating_are_one_tap_away(visit, logged_in):
    page = logged_in("field_engineer").get(url("job", visit.number)).content.decode()

    assert 'href="tel:13800138000"' in page
    assert 'href="geo:41.8,123.4?q=41.8,123.4' in page


def test_the_engineer_sees_whether_it_is_charged_and_no_price(working, logged_in, part, at_nine):
    PartUseFactory(task=working, part=part)
    client = logged_in("field_engineer")

    page = client.get(url("job", working.number)).content.decode()

    assert "Covered, but to be charged: Parts" in page
    assert "¥" not in page
    assert "100.00" not in page


@pytest.mark.parametrize("typed", ["025", "gen-", "轴封", "shaft"])
def test_a_part_is_found_by_number_and_name_and_used_by_one_tap(
    working, logged_in, part, typed, at_nine
):
    client = logged_in("field_engineer")

    found = client.get(url("find_parts", working.number), {"q": typed}).content.decode()
    assert "GEN-025" in found

    answer = tap(client, "add_part", working.number, part=part.pk, once="1")
    assert answer.url.endswith("#parts")
    assert tap(client, "add_part", working.number, part=part.pk, once="1").status_code == 302
    assert PartUse.objects.get().quantity == 1

    tap(client, "remove_part", working.number, PartUse.objects.get().pk)
    assert not PartUse.objects.exists()


def test_a_part_that_does_not_exist_is_refused_in_words(working, logged_in):
    answer = tap(logged_in("field_engineer"), "add_part", working.number, part="999999")

    assert answer.status_code == 422


def test_what_is_typed_is_kept_and_comes_back(working, logged_in, at_nine):
    client = logged_in("field_engineer")

    kept = tap(client, "save_draft", working.number, result="拆开泵盖", travel_hours="nonsense")
    assert "Kept on the server" in kept.content.decode()

    page = client.get(url("complete", working.number)).content.decode()
    assert "拆开泵盖" in page
    assert WorkReport.objects.get().travel_hours is None


def test_the_hours_come_from_the_stamps(working, logged_in, at_nine):
    at_nine.move_to(NINE + 100 * MINUTE)

    form = logged_in("field_engineer").get(url("complete", working.number)).context["form"]

    assert (form["travel_hours"].value(), form["labour_hours"].value()) == (0.5, 1.5)


def sign_off(client, task, name="complete", **changes):
    values = {
        "once": "end",
        "result": "更换轴封，试车正常。",
        "travel_hours": "0.5",
        "labour_hours": "1.5",
        "works_again": "on",
        "rating": "5",
        "signed_by": "李娜",
        "signature": DOT,
        **changes,
    }
    return tap(client, name, task.number, **values)


def test_signing_off_shows_the_acceptance(
    working, logged_in, at_nine, price_plan, fault, fault_code
):
    at_nine.move_to(NINE + 100 * MINUTE)
    client = logged_in("field_engineer")

    answer = sign_off(
        client, working, resolves="on", fault_code=str(fault_code.pk), cause="密封老化"
    )
    assert answer.status_code == 302
    assert sign_off(client, working).status_code == 302  # the second tap

    page = client.get(url("job", working.number)).content.decode()
    assert "更换轴封，试车正常。" in page
    assert "5 of 5" in page
    assert DOT in page
    fault.refresh_from_db()
    assert fault.status == RequestStatus.RESOLVED


def test_an_unsigned_visit_comes_back_with_everything_that_was_typed(
    working, logged_in, at_nine, price_plan
):
    at_nine.move_to(NINE + HOUR)
    answer = sign_off(logged_in("field_engineer"), working, signature="")

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "say why nobody signs" in text
    assert "更换轴封，试车正常。" in text


def test_what_is_not_solved_says_what_remains(working, logged_in, at_nine, price_plan):
    at_nine.move_to(NINE + HOUR)
    client = logged_in("field_engineer")
    assert sign_off(client, working, "not_solved").status_code == 422

    answer = sign_off(client, working, "not_solved", remaining="等待轴承", once="again")

    assert answer.status_code == 302
    assert Task.objects.get(follow_up_of=working).instructions == "等待轴承"
    assert "等待轴承" in client.get(url("job", working.number)).content.decode()


@pytest.mark.parametrize(("name", "ticked"), [("complete", 2), ("not_solved", 0)])
def test_only_a_visit_that_solves_it_says_so_beforehand(working, logged_in, name, ticked):
    page = logged_in("field_engineer").get(url(name, working.number)).content.decode()

    assert len(re.findall(r'name="(?:works_again|resolves)"[^>]*checked', page)) == ticked


def test_the_job_costs_the_same_with_one_part_and_three(
    working, logged_in, django_assert_max_num_queries, part
):
    counts = []
    client = logged_in("field_engineer")
    for _ in range(2):
        PartUseFactory(task=working)
        with django_assert_max_num_queries(17) as captured:
            client.get(url("job", working.number))
        counts.append(len(captured))
    assert counts[0] == counts[1]
