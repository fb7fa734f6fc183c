"""The board with real hands: dragged, by key, by two at once, against advice (U-19)."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import localtime, now
from playwright.sync_api import expect

from crmservice.activity.models import Activity
from dispatch import actions
from dispatch.choices import Lock, Status
from dispatch.models import Task
from employees import actions as employees
from employees.choices import AbsenceKind, Role
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import AbsenceFactory, EmployeeFactory

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quiet_end"),
]
SEEN_WITHIN = 5_000  # ms, U-19
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def window(new_context, live_server, client, settings):
    """`window(person)` is that person's browser, logged in, with no complaint on its console."""
    complaints = []

    def open_window(person, **device):
        client.cookies.clear()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        context = new_context(
            base_url=live_server.url,
            locale="en",
            timezone_id="Europe/Berlin",  # the board has its own clock, wherever one sits
            viewport={"width": 1600, "height": 900},
            **device,
        )
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda line: noted(complaints, line))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    assert complaints == []


def noted(complaints, line):
    """A refusal (422) is an answer."""
    if line.type == "error" and "422" not in line.text:
        complaints.append(line.text)


@pytest.fixture
def nine():
    """Tomorrow at nine."""
    return localtime(now() + DAY).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def waiting(db, machine):
    return TaskFactory(title="更换轴封", customer=machine.customer)


def open_board(page, nine):
    page.goto(f"/board/?on={nine:%Y-%m-%d}")
    page.locator(".ec-body").wait_for()
    page.locator(".ec-row-head").first.wait_for()
    page.wait_for_load_state("networkidle")  # nobody reads while the test writes


def place_of(page, person, at):
    """The middle of a person's row, at an hour."""
    row = page.locator(".ec-row-head", has_text=person.name).bounding_box()
    slot = page.locator(f".ec-slot time[datetime$='{at:%H:%M}:00']").first.bounding_box()
    left = page.locator(f".ec-slot:has(time[datetime$='{at:%H:%M}:00'])").first.bounding_box()
    assert slot
    return left["x"] + 3, row["y"] + row["height"] / 2


def drag(page, source, target, grab=None):
    expect(source).to_be_visible()
    box = source.bounding_box() or source.bounding_box()  # the list may be made anew just now
    start = grab or (box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 10, start[1] + 4, steps=3)
    page.mouse.move(*target, steps=12)


def bar(page, task):
    return page.locator(f".job[data-task='{task.number}']")


def test_a_waiting_task_is_dragged_onto_an_engineer(window, waiting, engineer, dispatcher, nine):
    page = window(dispatcher)
    open_board(page, nine)

    drag(page, page.locator(f"[data-card='{waiting.number}']"), place_of(page, engineer, nine))
    expect(page.locator("[data-tip]")).to_contain_text(f"{engineer.name}")
    expect(page.locator("[data-tip]")).to_contain_text("Nothing stands against it.")
    page.mouse.up()
    bar(page, waiting).wait_for()

    task = Task.objects.get(pk=waiting.pk)
    assert (task.assignee, task.status) == (engineer, Status.ASSIGNED)
    assert (task.planned_start, task.planned_end) == (nine, nine + timedelta(hours=2))
    expect(page.locator(f"[data-card='{waiting.number}']")).to_have_count(0)


def test_a_planned_task_is_dragged_to_another_hour_and_keeps_its_length(
    window, engineer, dispatcher, nine
):
    ninety = timedelta(minutes=90)
    task = TaskFactory(
        assigned=True, assignee=engineer, planned_start=nine, planned_end=nine + ninety
    )
    page = window(dispatcher)
    open_board(page, nine)
    eleven = nine + timedelta(hours=2)
    x, y = place_of(page, engineer, eleven)

    box = bar(page, task).bounding_box()
    drag(page, bar(page, task), (x + 3, y), grab=(box["x"] + 6, box["y"] + 20))
    page.mouse.up()
    expect(page.locator(".toast-note")).to_contain_text("is assigned")

    task.refresh_from_db()
    assert (task.planned_start, task.planned_end) == (eleven, eleven + ninety)


def test_a_conflict_is_said_before_the_drop_refused_after_it_and_overridden_with_a_reason(
    window, waiting, engineer, dispatcher, nine
):
    AbsenceFactory(employee=engineer, starts_at=nine - DAY, ends_at=nine + DAY)
    page = window(dispatcher)
    open_board(page, nine)
    card = page.locator(f"[data-card='{waiting.number}']")

    drag(page, card, place_of(page, engineer, nine))
    expect(page.locator("[data-tip]")).to_have_class(re.compile("is-bad"))
    expect(page.locator("[data-tip]")).to_contain_text("is absent until")
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="This stands against it")
    expect(dialog).to_contain_text("is absent until")
    assert Task.objects.get(pk=waiting.pk).assignee is None
    dialog.get_by_role("button", name="Leave it as it was").click()
    assert Task.objects.get(pk=waiting.pk).assignee is None

    drag(page, card, place_of(page, engineer, nine))
    page.mouse.up()
    dialog.get_by_label("Why it is to be so all the same").fill("他愿意来")
    page.keyboard.press("Enter")
    bar(page, waiting).wait_for()

    task = Task.objects.get(pk=waiting.pk)
    assert (task.assignee, task.conflict_reason) == (engineer, "他愿意来")
    assert Activity.objects.filter(verb="dispatch.assigned_against_advice").count() == 1


def test_a_locked_appointment_goes_back_to_where_it_was(window, engineer, dispatcher, nine):
    task = TaskFactory(
        assigned=True,
        assignee=engineer,
        planned_start=nine,
        planned_end=nine + timedelta(hours=2),
    )
    actions.lock_appointment(task, what=Lock.BOTH, by=dispatcher, at=now())
    page = window(dispatcher)
    open_board(page, nine)
    before = bar(page, task).bounding_box()

    drag(page, bar(page, task), place_of(page, engineer, nine + timedelta(hours=3)))
    expect(page.locator("[data-tip]")).to_contain_text("is locked")
    page.mouse.up()
    expect(page.locator(".toast-note")).to_contain_text("Unlock it first")

    assert bar(page, task).bounding_box()["x"] == pytest.approx(before["x"], abs=1)
    assert Task.objects.get(pk=task.pk).planned_start == nine


def test_two_dispatchers_see_each_other_within_five_seconds(
    window, waiting, engineer, dispatcher, people, nine
):
    hers, his = window(dispatcher), window(people.senior_engineer)
    open_board(hers, nine)
    open_board(his, nine)

    drag(hers, hers.locator(f"[data-card='{waiting.number}']"), place_of(hers, engineer, nine))
    hers.mouse.up()
    bar(hers, waiting).wait_for()

    bar(his, waiting).wait_for(timeout=SEEN_WITHIN)
    expect(his.locator(f"[data-card='{waiting.number}']")).to_have_count(0)


def test_whoever_is_second_is_told_and_nothing_is_written_over(
    window, waiting, engineer, dispatcher, people, nine
):
    page = window(dispatcher)
    open_board(page, nine)
    drag(page, page.locator(f"[data-card='{waiting.number}']"), place_of(page, engineer, nine))
    expect(page.locator("[data-tip]")).to_contain_text("Nothing stands against it.")
    actions.assign(
        waiting,
        engineer=people.depot_engineer,
        planned_start=nine,
        planned_end=nine + timedelta(hours=1),
        by=people.senior_engineer,
        at=now(),
    )

    page.mouse.up()
    expect(page.locator(".toast-note")).to_contain_text("Meanwhile it is")
    bar(page, waiting).wait_for()

    assert Task.objects.get(pk=waiting.pk).assignee == people.depot_engineer


def test_a_finger_opens_a_card_of_the_pile(window, waiting, dispatcher, nine):
    page = window(dispatcher, has_touch=True)
    open_board(page, nine)

    page.locator(f"[data-card='{waiting.number}'] button").tap()

    expect(page.locator("[data-chosen] h2")).to_have_text(waiting.title)


def test_by_key_alone_from_the_pile_to_an_engineer_and_back(
    window, waiting, engineer, dispatcher, nine
):
    page = window(dispatcher)
    open_board(page, nine)

    page.locator(f"[data-card='{waiting.number}'] button").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Who could go").wait_for()
    offer = page.get_by_role("button", name=re.compile(f"^Assign {engineer.name}"))
    offer.focus()
    page.keyboard.press("Enter")
    bar(page, waiting).wait_for()
    task = Task.objects.get(pk=waiting.pk)
    assert task.assignee == engineer
    expect(page.locator("[data-chosen]")).to_contain_text("Assigned")

    page.get_by_label("Start").fill(f"{nine + timedelta(hours=5):%Y-%m-%dT%H:%M}")
    page.get_by_label("Minutes").fill("45")
    page.get_by_label("Minutes").press("Enter")
    expect(page.locator(".toast-note")).to_have_count(2)
    task.refresh_from_db()
    assert task.planned_start == nine + timedelta(hours=5)
    assert task.planned_end - task.planned_start == timedelta(minutes=45)

    bar(page, waiting).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take back").first.focus()
    page.wait_for_load_state("networkidle")  # what is chosen is drawn anew, the focus stays
    page.keyboard.press("Enter")
    page.get_by_label("Reason", exact=True).fill("客户改期")
    page.keyboard.press("Enter")
    page.locator(f"[data-card='{waiting.number}']").wait_for()
    assert Task.objects.get(pk=waiting.pk).assignee is None


def test_dropped_on_the_pile_it_is_taken_back_with_a_reason(window, engineer, dispatcher, nine):
    task = TaskFactory(
        assigned=True,
        assignee=engineer,
        planned_start=nine,
        planned_end=nine + timedelta(hours=2),
    )
    page = window(dispatcher)
    open_board(page, nine)
    pile = page.locator("[data-waiting]").bounding_box()

    drag(page, bar(page, task), (pile["x"] + 80, pile["y"] + 60))
    page.mouse.up()
    page.get_by_role("dialog").get_by_label("Reason", exact=True).fill("客户改期")
    page.keyboard.press("Enter")
    page.locator(f"[data-card='{task.number}']").wait_for()

    assert Task.objects.get(pk=task.pk).status == Status.PLANNED


def test_an_engineer_looks_and_moves_nothing(window, waiting, engineer, nine):
    task = TaskFactory(
        assigned=True,
        assignee=engineer,
        planned_start=nine,
        planned_end=nine + timedelta(hours=2),
    )
    page = window(engineer)
    open_board(page, nine)

    drag(page, bar(page, task), place_of(page, engineer, nine + timedelta(hours=4)))
    page.mouse.up()
    bar(page, task).click()
    expect(page.locator("[data-chosen]")).to_contain_text(task.number)

    assert page.get_by_role("heading", name="Who could go").count() == 0
    assert Task.objects.get(pk=task.pk).planned_start == nine


def test_an_absence_sends_the_task_back_to_the_pile_before_everybodys_eyes(
    window, engineer, dispatcher, nine
):
    task = TaskFactory(
        assigned=True, assignee=engineer, planned_start=nine, planned_end=nine + 2 * HOUR
    )
    page = window(dispatcher)
    open_board(page, nine)
    bar(page, task).wait_for()

    employees.note_absence(
        engineer,
        kind=AbsenceKind.LEAVE,
        starts_at=nine - HOUR,
        ends_at=nine + HOUR,
        by=dispatcher,
        at=now(),
    )

    page.locator(f"[data-card='{task.number}']").wait_for(timeout=SEEN_WITHIN)
    expect(bar(page, task)).to_have_count(0)
    expect(page.locator(".behind.is-away")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/board/", "/board/list/"])
def test_the_list_is_for_everybody_and_so_is_what_is_around_the_timeline(
    window, waiting, engineer, dispatcher, nine, path, scheme
):
    """The library's table has roles that axe refuses (stack.md 3.3): the list stands for it."""
    TaskFactory(assigned=True, assignee=engineer, planned_start=nine, planned_end=nine + HOUR)
    page = window(dispatcher)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{path}?on={nine:%Y-%m-%d}")
    if path == "/board/":
        page.locator(f"[data-card='{waiting.number}'] button").press("Enter")
        page.get_by_role("heading", name="Who could go").wait_for()

    outside = {"exclude": [["[data-time]"]]}
    found = Axe().run(
        page, context=outside, options={"preload": False}
    )  # writes styles, CSP says no

    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []


def test_the_end_of_a_bar_is_dragged_and_the_beginning_stays(window, engineer, dispatcher, nine):
    task = TaskFactory(
        assigned=True, assignee=engineer, planned_start=nine, planned_end=nine + HOUR
    )
    page = window(dispatcher)
    open_board(page, nine)
    x, y = place_of(page, engineer, nine + 2 * HOUR)

    box = bar(page, task).bounding_box()
    drag(page, bar(page, task), (x - 6, y), grab=(box["x"] + box["width"] - 4, box["y"] + 20))
    expect(page.locator("[data-tip]")).to_contain_text("11:00")
    page.mouse.up()
    expect(page.locator(".toast-note")).to_contain_text("is assigned")

    task.refresh_from_db()
    assert (task.planned_start, task.planned_end) == (nine, nine + 2 * HOUR)


def test_what_is_at_the_same_time_stands_one_below_the_other(window, engineer, dispatcher, nine):
    first, second, third = (
        TaskFactory(assigned=True, assignee=engineer, planned_start=at, planned_end=at + HOUR)
        for at in (nine, nine + HOUR / 2, nine + HOUR)
    )
    page = window(dispatcher)
    open_board(page, nine)
    bar(page, third).wait_for()

    above, below, after = (bar(page, task).bounding_box()["y"] for task in (first, second, third))

    assert below >= above + bar(page, first).bounding_box()["height"]
    assert after == above
    row = page.locator(f".row[data-row='{engineer.employee_no}']").bounding_box()
    assert row["height"] == pytest.approx(
        page.locator(".ec-row-head", has_text=engineer.name).bounding_box()["height"], abs=1
    )


def test_bars_are_drawn_for_the_rows_near_the_screen_and_left_alone_when_nothing_changed(
    window, dispatcher, nine
):
    """Counts, not times: what is drawn and drawn anew decides how the board scrolls (U-19)."""
    people = EmployeeFactory.create_batch(
        30, role=Role.FIELD_ENGINEER, outlet=dispatcher.outlet, password="!"
    )
    for person in people:
        for hour in range(2):
            starts = nine + 3 * hour * HOUR
            TaskFactory(
                assigned=True,
                assignee=person,
                customer=None,
                planned_start=starts,
                planned_end=starts + HOUR,
            )
    page = window(dispatcher)
    open_board(page, nine)
    grid = page.locator("[data-time]")
    at_first = grid.locator(".job").count()
    assert 10 <= at_first < 50

    nodes = grid.locator(".job").first.evaluate("bar => bar.querySelectorAll('*').length")
    assert nodes <= 8
    grid.locator(".job").evaluate_all("bars => bars.forEach(bar => bar.was = true)")
    grid.locator(".ec-main").evaluate("main => main.scrollTop = main.scrollHeight")
    expect(grid.locator(".job")).not_to_have_count(at_first)
    task = Task.objects.get(assignee=people[0], planned_start=nine)
    actions.unassign(task, reason="客户改期", by=dispatcher, at=now())
    page.locator(f"[data-card='{task.number}']").wait_for()

    kept = grid.locator(".job").evaluate_all("bars => bars.filter(bar => bar.was).length")
    assert kept >= at_first - 1
