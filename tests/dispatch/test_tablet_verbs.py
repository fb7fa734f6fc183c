"""What the tablet's log adds to the work: pauses, help, photos, checklist, expenses (F-26)."""

from base64 import b64encode
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from crmservice.activity.models import Activity
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from dispatch import actions, queries
from dispatch.choices import Status
from dispatch.models import SyncedAction, Task, TimeEntry
from expenses.models import ExpenseLine
from tests.dispatch.conftest import HOUR, MINUTE, NINE
from tests.dispatch.test_syncing import NOON, Tablet
from tests.factories.employees import EmployeeFactory


@pytest.fixture
def tablet(client, engineer):
    return Tablet(client, engineer)


def photo(side=40, colour="red"):
    out = BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return "data:image/jpeg;base64," + b64encode(out.getvalue()).decode()


# --- Pauses ----------------------------------------------------------------------------------


def test_a_pause_is_no_labour(working, engineer, sign_off, price_plan):
    actions.pause(working, by=engineer, at=NINE + HOUR)
    actions.carry_on(working, by=engineer, at=NINE + 90 * MINUTE)

    actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + 2 * HOUR)

    labour = TimeEntry.objects.get(task=working, kind="labour")
    assert f"{labour.hours}" == "1.33"  # 09:10 to 11:00 without half an hour


def test_what_is_finished_while_it_is_paused_ends_with_the_pause(
    working, engineer, sign_off, price_plan
):
    actions.pause(working, by=engineer, at=NINE + HOUR)

    actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + 2 * HOUR)

    assert f"{TimeEntry.objects.get(task=working, kind='labour').hours}" == "0.83"
    assert working.pauses.get().ends_at == NINE + 2 * HOUR


@pytest.mark.parametrize(
    ("verbs", "words"),
    [
        (["carry_on"], "The work is not paused."),
        (["pause", "pause"], "The work is paused already."),
        (["pause", "carry_on", "carry_on"], "The work is not paused."),
    ],
)
def test_a_pause_begins_and_ends_once(working, engineer, verbs, words):
    *before, last = verbs
    for verb in before:
        getattr(actions, verb)(working, by=engineer, at=NINE + HOUR)

    with pytest.raises(DomainError, match=words):
        getattr(actions, last)(working, by=engineer, at=NINE + HOUR)


def test_only_work_that_goes_on_is_paused(visit, engineer):
    with pytest.raises(DomainError, match="Only work that goes on"):
        actions.pause(visit, by=engineer, at=NINE)


def test_nobody_else_pauses_it(working, people):
    for verb in ("pause", "carry_on"):
        with pytest.raises(DomainError, match="is not yours any more"):
            getattr(actions, verb)(working, by=people.senior_engineer, at=NOON)


def test_a_pause_is_not_before_the_one_before_it(working, engineer):
    actions.pause(working, by=engineer, at=NINE + HOUR)
    actions.carry_on(working, happened_at=NINE + 30 * MINUTE, by=engineer, at=NINE + 2 * HOUR)

    assert working.pauses.get().ends_at == NINE + HOUR
    assert queries.labour_hours(working, NINE + 2 * HOUR) == 1.83


def test_pauses_are_told_afterwards_with_their_own_times(tablet, working):
    answers = tablet.tell(
        tablet.action("pause", working, NINE + HOUR),
        tablet.action("carry_on", working, NINE + 2 * HOUR),
        tablet.action("pause", working, NINE + 150 * MINUTE),
    )

    assert [answer["outcome"] for answer in answers] == ["done"] * 3
    assert [(pause.starts_at, pause.ends_at) for pause in working.pauses.all()] == [
        (NINE + HOUR, NINE + 2 * HOUR),
        (NINE + 150 * MINUTE, None),
    ]


def test_the_tablet_shows_that_it_is_paused(client, engineer, working):
    client.force_login(engineer)
    client.post(reverse("dispatch:pause", args=[working.number]), {"once": "k1"})

    page = client.get(reverse("dispatch:job", args=[working.number])).content.decode()

    assert 'data-status="paused"' in page
    client.post(reverse("dispatch:carry_on", args=[working.number]), {"once": "k2"})
    assert not working.pauses.filter(ends_at=None).exists()


# --- Help ------------------------------------------------------------------------------------


def test_a_senior_engineer_hears_the_question(tablet, visit, people):
    answer = tablet.do("ask_for_help", visit, fields={"question": "压力为何不稳？"})

    assert answer["outcome"] == "done"
    asked = Activity.objects.get(verb="dispatch.help_asked")
    assert asked.details["question"] == "压力为何不稳？"
    assert [told["id"] for told in asked.details["told"]] == [people.senior_engineer.pk]


def test_a_senior_engineer_of_the_own_outlet_comes_first(visit, engineer, people):
    near = EmployeeFactory(role="senior_engineer", outlet=engineer.outlet)
    people.senior_engineer.outlet = EmployeeFactory().outlet
    people.senior_engineer.save()

    actions.ask_for_help(visit, question="?", by=engineer, at=NINE)

    told = Activity.objects.get(verb="dispatch.help_asked").details["told"]
    assert [each["id"] for each in told] == [near.pk]


def test_a_question_says_something_and_the_task_is_open(visit, working, engineer, people):
    with pytest.raises(DomainError):
        actions.ask_for_help(visit, question=" ", by=engineer, at=NOON)
    with pytest.raises(DomainError):
        actions.ask_for_help(visit, question="?", by=people.senior_engineer, at=NOON)


def test_the_question_is_sent_online_too(client, engineer, visit):
    client.force_login(engineer)
    url = reverse("dispatch:ask_for_help", args=[visit.number])

    assert client.post(url, {"question": "", "once": "k1"}).status_code == 422
    for _ in range(2):
        assert client.post(url, {"question": "?", "once": "k2"}).status_code == 302
    assert Activity.objects.filter(verb="dispatch.help_asked").count() == 1


# --- Photos, checklist, expenses -------------------------------------------------------------


def test_a_photo_lies_with_the_task_and_not_twice_in_the_log(tablet, working):
    action = tablet.action(
        "attach_photo", working, NINE + HOUR, {"photo": photo(), "caption": "铭牌"}
    )

    answers = [tablet.tell(action)[0] for _ in range(2)]

    assert [answer["outcome"] for answer in answers] == ["done", "done"]
    kept = Attachment.objects.of(working).get()
    assert (kept.caption, kept.content_type, kept.happened_at) == (
        "铭牌",
        "image/jpeg",
        NINE + HOUR,
    )
    assert SyncedAction.objects.get().fields == {"photo": "", "caption": "铭牌"}


@pytest.mark.parametrize(
    "picture",
    ["", "x", "data:image/jpeg;base64,AAAA", "data:image/png;base64,AAAA", "data:text/html,<b>"],
)
def test_what_is_no_photo_is_refused_and_kept(tablet, working, picture):
    answer = tablet.do("attach_photo", working, fields={"photo": picture})

    assert answer["outcome"] == "refused"
    assert not Attachment.objects.exists()
    assert SyncedAction.objects.unapplied().get().fields == {"photo": picture}


def test_a_point_of_the_checklist_is_answered(tablet, working):
    item = working.checklist.create(text="压力", kind="number", is_required=True, position=1)

    answers = [
        tablet.do("answer_item", working, fields={"item": str(item.pk), "answer": "6.3"}),
        tablet.do("answer_item", working, fields={"item": "999999", "answer": "6.3"}),
    ]

    assert [answer["outcome"] for answer in answers] == ["done", "refused"]
    item.refresh_from_db()
    assert item.answer == "6.3"


def test_an_outlay_at_the_machine_becomes_a_draft_claim_of_its_day(tablet, working):
    fields = {"category": "transport", "amount": "12.50", "text": "停车"}

    answer = tablet.tell(
        tablet.action("add_expense", working, NINE, fields), at=NINE + timedelta(days=1)
    )[0]

    assert answer["outcome"] == "done", answer
    line = ExpenseLine.objects.get()
    assert (f"{line.amount}", f"{line.spent_on}", line.task) == ("12.50", "2026-03-03", working)
    assert line.claim.claimant == tablet.person


def test_an_outlay_of_nothing_is_refused(tablet, working):
    answer = tablet.do("add_expense", working, fields={"category": "nothing", "amount": "0"})

    assert (answer["outcome"], sorted(answer["errors"])) == ("refused", ["amount", "category"])
    assert Task.objects.get(pk=working.pk).status == Status.WORKING
