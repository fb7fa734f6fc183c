"""The log of the tablets: each action once, in order, by the rules that hold online, none lost."""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from crmservice.activity.models import Activity
from dispatch import actions
from dispatch.choices import Status
from dispatch.models import SyncedAction, Task, TimeEntry
from dispatch.views.syncing import VERBS
from employees.choices import Role
from orders.models import OrderLine
from service_requests import actions as service_requests
from service_requests.models import Survey
from tests.dispatch.conftest import DOT, HOUR, MINUTE, NINE
from tests.factories.assets import AssetFactory, MeterReadingFactory, PartFactory
from tests.factories.dispatch import ChecklistItemFactory, PartUseFactory, TaskFactory
from tests.factories.employees import EmployeeFactory
from tests.security.test_parallel import in_parallel  # noqa: F401  (a fixture)

NOON = NINE + 3 * HOUR
URL = "/tablet/sync/"


def ms(moment):
    return int(moment.timestamp() * 1000)


class Tablet:
    """A device of one person: what it tells, and what it hears."""

    def __init__(self, client, person, name="tablet-1", ahead=timedelta()):
        self.client, self.person, self.name, self.ahead = client, person, name, ahead

    def action(self, verb, task, at=NOON, fields=None, **more):
        number = task if isinstance(task, str) else task.number
        return {
            "key": uuid.uuid4().hex,
            "user": self.person.pk,
            "task": number,
            "verb": verb,
            "at": ms(at + self.ahead),
            "fields": fields or {},
            **more,
        }

    def post(self, body, at=NOON):
        with time_machine.travel(at, tick=False):
            self.client.force_login(self.person)
            return self.client.post(URL, body, content_type="application/json")

    def send(self, *told, at=NOON, **more):
        body = {"device": self.name, "sent_at": ms(at + self.ahead), "actions": told, **more}
        return self.post(json.dumps(body), at=at)

    def tell(self, *told, at=NOON):
        return self.send(*told, at=at).json()["answers"]

    def do(self, verb, task, at=NOON, fields=None, **more):
        return self.tell(self.action(verb, task, at, fields, **more))[0]


@pytest.fixture
def tablet(client, engineer):
    return Tablet(client, engineer)


@pytest.fixture
def second(client, engineer):
    return Tablet(client, engineer, name="tablet-2")


@pytest.fixture
def end(fault_code):
    return {
        "result": "更换轴封，试车一小时正常。",
        "works_again": "on",
        "resolves": "on",
        "fault_code": str(fault_code.pk),
        "cause": "密封老化",
        "rating": "5",
        "signed_by": "李娜",
        "signature": DOT,
    }


def outcomes(answers):
    return [(answer["status"], answer["outcome"]) for answer in answers]


DONE, CONFLICT, REFUSED = (200, "done"), (409, "conflict"), (409, "refused")


# --- A visit told afterwards -----------------------------------------------------------------


def test_a_whole_visit_is_told_at_noon_with_its_own_times(tablet, visit, part, price_plan, end):
    steps = [
        tablet.action("accept", visit, NINE - 50 * MINUTE),
        tablet.action("travel", visit, NINE - 30 * MINUTE),
        tablet.action("arrive", visit, NINE),
        tablet.action("start", visit, NINE + 10 * MINUTE),
        tablet.action("add_part", visit, NINE + HOUR, {"part": str(part.pk), "serial_no": "N-7"}),
        tablet.action("save_draft", visit, NINE + HOUR, {"result": "更换轴封", "travel_hours": ""}),
        tablet.action("restore", visit, NINE + 90 * MINUTE),
        tablet.action("complete", visit, NINE + 2 * HOUR, end, known={"result": "更换轴封"}),
    ]

    answers = tablet.tell(*steps)

    assert outcomes(answers) == [DONE] * 8
    task = Task.objects.get(pk=visit.pk)
    assert task.status == Status.DONE
    assert [task.accepted_at, task.travelling_at, task.arrived_at] == [
        NINE - 50 * MINUTE,
        NINE - 30 * MINUTE,
        NINE,
    ]
    assert (task.working_at, task.finished_at) == (NINE + 10 * MINUTE, NINE + 2 * HOUR)
    assert task.parts_used.get().serial_no == "N-7"
    assert task.service_request.arrived_at == NINE
    assert task.service_request.restored_at == NINE + 90 * MINUTE
    assert {entry.kind: str(entry.hours) for entry in TimeEntry.objects.filter(task=task)} == {
        "travel": "0.50",
        "labour": "1.83",
    }
    assert SyncedAction.objects.unapplied().count() == 0


@pytest.mark.parametrize("ahead", [2 * HOUR, -2 * HOUR, 400 * HOUR])
def test_a_wrong_clock_of_the_device_is_reckoned_out(client, engineer, visit, ahead):
    wrong = Tablet(client, engineer, ahead=ahead)

    wrong.tell(
        wrong.action("accept", visit, NINE - 50 * MINUTE),
        wrong.action("travel", visit, NINE - 30 * MINUTE),
    )

    task = Task.objects.get(pk=visit.pk)
    assert (task.accepted_at, task.travelling_at) == (NINE - 50 * MINUTE, NINE - 30 * MINUTE)


def test_what_the_device_says_of_the_future_is_now(tablet, visit):
    tablet.do("accept", visit, NOON + HOUR)

    assert Task.objects.get(pk=visit.pk).accepted_at == NOON


def test_a_step_is_never_before_the_step_before_it(tablet, visit):
    tablet.tell(
        tablet.action("accept", visit, NINE),
        tablet.action("travel", visit, NINE - HOUR),
        tablet.action("arrive", visit, NINE + HOUR),
    )

    task = Task.objects.get(pk=visit.pk)
    assert (task.accepted_at, task.travelling_at, task.arrived_at) == (NINE, NINE, NINE + HOUR)


def test_what_is_older_than_eight_days_counts_as_that_old(tablet, visit):
    late = NINE + timedelta(days=20)

    tablet.tell(tablet.action("accept", visit, NINE), at=late)

    assert Task.objects.get(pk=visit.pk).accepted_at == late - timedelta(days=8)


def test_a_part_is_used_on_the_day_when_it_was(tablet, working, part):
    tablet.tell(
        tablet.action("add_part", working, NOON, {"part": str(part.pk)}), at=NOON + 24 * HOUR
    )

    assert f"{working.parts_used.get().used_on}" == "2026-03-03"


def test_a_part_taken_out_is_noted_with_its_serial_number(tablet, working, machine, part):
    AssetFactory(parent=machine, component=True, part=part, serial_no="A-1")
    fields = {"part": str(part.pk), "serial_no": "N-7", "removed_serial_no": "A-1"}

    answer = tablet.do("add_part", working, fields=fields)

    assert answer["outcome"] == "done"
    used = working.parts_used.get()
    assert (used.serial_no, used.removed_serial_no) == ("N-7", "A-1")


def test_a_serial_number_that_is_not_in_the_device_is_kept_with_the_reason(tablet, working, part):
    fields = {"part": str(part.pk), "removed_serial_no": "A-1"}

    answer = tablet.do("add_part", working, fields=fields)

    assert (answer["outcome"], [*answer["errors"]]) == ("refused", ["removed_serial_no"])
    assert not working.parts_used.exists()


def test_what_the_device_shows_is_told_from_the_tablet(tablet, working, machine, price_plan, end):
    MeterReadingFactory(asset=machine, taken_at=NINE - 24 * HOUR)
    said = {"meter_hours": "120", "software_version": "5.1", "defect": "皮带磨损", "cleared": []}

    draft = tablet.do("save_draft", working, fields={"meter_hours": "120", "defect": "皮带"})
    answer = tablet.do("complete", working, fields=end | said, known={"defect": "皮带"})

    assert (draft["outcome"], answer["outcome"]) == ("done", "done")
    machine.refresh_from_db()
    assert (machine.readings.first().value, machine.software_version) == (120, "5.1")
    assert machine.defects.get().text == "皮带磨损"


def test_a_part_is_taken_off_once(tablet, second, working):
    used = PartUseFactory(task=working)
    fields = {"part_use": str(used.pk)}

    answers = [each.do("remove_part", working, fields=fields) for each in (tablet, second)]

    assert outcomes(answers) == [DONE, DONE]
    assert not working.parts_used.exists()


def test_a_refusal_gives_the_task_back(tablet, visit):
    assert tablet.do("refuse", visit, fields={"reason": "病假"})["outcome"] == "done"

    assert Task.objects.get(pk=visit.pk).assignee is None


def test_not_solved_leaves_a_follow_up(tablet, working, end, price_plan):
    fields = {name: end[name] for name in ("result", "signed_by", "signature")}

    answer = tablet.do("not_solved", working, fields={**fields, "remaining": "等待油泵"})

    assert answer["outcome"] == "done"
    assert Task.objects.get(follow_up_of=working).instructions == "等待油泵"


def test_each_verb_is_told_here():
    told = {
        "accept", "refuse", "travel", "arrive", "start", "restore", "add_part", "remove_part",
        "save_draft", "complete", "not_solved", "ask_for_next_visit", "book_own_time",
        "take_back_own_time",
    }  # fmt: skip

    assert told <= VERBS.keys()


def test_an_old_step_that_is_told_once_more_hears_how_the_task_stands_now(tablet, visit):
    accept = tablet.action("accept", visit, NINE - 50 * MINUTE)
    tablet.tell(accept, *(tablet.action(verb, visit) for verb in ("travel", "arrive", "start")))

    assert tablet.send(accept).json()["tasks"] == {visit.number: Status.WORKING}
    tablet.do("pause", visit)
    assert tablet.send(accept).json()["tasks"] == {visit.number: "paused"}


# --- Exactly once ----------------------------------------------------------------------------


def test_the_same_again_hears_the_same_and_does_nothing(tablet, working, part):
    action = tablet.action("add_part", working, fields={"part": str(part.pk)})

    first, again = tablet.tell(action), tablet.tell(action, at=NOON + HOUR)

    assert first == again
    assert [use.quantity for use in working.parts_used.all()] == [1]


def test_another_body_under_the_same_key_is_refused(tablet, working, part):
    action = tablet.action("add_part", working, fields={"part": str(part.pk)})
    tablet.tell(action)

    answer = tablet.tell({**action, "fields": {"part": str(part.pk), "quantity": "9"}})[0]

    assert answer["status"] == 422
    assert working.parts_used.get().quantity == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_the_same_moment_do_it_once(client, engineer, working, part, in_parallel):  # noqa: F811
    """F-12, on both databases."""
    tablet = Tablet(client, engineer)
    action = tablet.action("add_part", working, fields={"part": str(part.pk)})
    client.force_login(engineer)
    session = client.cookies["sessionid"].value

    def post():
        browser = type(client)()
        browser.cookies["sessionid"] = session
        body = {"device": "one", "sent_at": action["at"], "actions": [action]}
        return browser.post(URL, json.dumps(body), content_type="application/json").json()

    answers = in_parallel(10, post)

    used = in_parallel(1, lambda: list(working.parts_used.values_list("quantity", flat=True)))
    assert [answer["answers"][0] for answer in answers] == [answers[0]["answers"][0]] * 10
    assert outcomes(answers[0]["answers"]) == [DONE]
    assert used == [[1]]


def test_an_error_at_one_leaves_the_ones_before_and_says_so(tablet, working, part, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(actions, "remove_part", fail)
    use = PartUseFactory(task=working)
    told = [
        tablet.action("add_part", working, fields={"part": str(part.pk)}),
        tablet.action("remove_part", working, fields={"part_use": str(use.pk)}),
        tablet.action("add_part", working, fields={"part": str(part.pk)}),
    ]

    answers = tablet.tell(*told)

    assert [answer["status"] for answer in answers] == [200, 500]
    monkeypatch.undo()
    assert outcomes(tablet.tell(*told)) == [DONE] * 3
    assert working.parts_used.get().quantity == 2


# --- Conflicts: nothing is lost --------------------------------------------------------------


def test_what_is_done_on_a_task_taken_away_is_kept_and_shown_to_the_desk(
    tablet, client, visit, dispatcher, people
):
    tablet.do("accept", visit, NINE)
    actions.assign(
        Task.objects.get(pk=visit.pk),
        engineer=people.senior_engineer,
        planned_start=NINE,
        planned_end=NINE + HOUR,
        conflict_reason="近",
        by=dispatcher,
        at=NINE + 5 * MINUTE,
    )

    answer = tablet.do("travel", visit, NINE + 10 * MINUTE, known={"status": "accepted"})

    assert (answer["status"], answer["outcome"], answer["is_applied"]) == (409, "conflict", False)
    assert [(each["name"], each["mine"], each["theirs"]) for each in answer["differences"]] == [
        ("assignee", tablet.person.name, people.senior_engineer.name),
        ("status", "Accepted", "Assigned"),
    ]
    client.force_login(dispatcher)
    page = client.get(visit.get_absolute_url()).content.decode()
    assert "Reported from the tablet, not applied" in page
    assert "Set out" in page
    page = client.get(visit.get_absolute_url(), headers={"accept-language": "zh-hans"})
    reported = page.content.decode().partition("平板已上报")[2]
    assert "已不是您的任务" in reported.partition("</form>")[0]
    assert '<th scope="row">工程师</th>' in reported


def test_what_was_done_on_a_cancelled_task_is_kept_with_its_words(
    tablet, client, visit, dispatcher
):
    actions.cancel(visit, reason="客户取消", by=dispatcher, at=NINE)

    answers = tablet.tell(
        tablet.action("accept", visit, NINE, known={"status": "assigned"}),
        tablet.action("add_part", visit, NINE, {"part": "999", "serial_no": "N-1"}),
    )

    assert outcomes(answers) == [CONFLICT, REFUSED]
    kept = SyncedAction.objects.unapplied()
    assert [each.fields for each in kept] == [{}, {"part": "999", "serial_no": "N-1"}]
    activities = Activity.objects.filter(verb="dispatch.not_applied")
    assert activities.count() == 1


def test_the_desk_reads_which_part_and_which_point_it_was(tablet, client, visit, dispatcher):
    """The task was taken away meanwhile: the part is still in the machine."""
    part, item = PartFactory(part_no="GEN-077"), ChecklistItemFactory(task=visit, text="断电挂牌")
    actions.cancel(visit, reason="客户取消", by=dispatcher, at=NINE)
    tablet.do("add_part", visit, fields={"part": str(part.pk)}, known={"status": "working"})
    tablet.do("answer_item", visit, fields={"item": str(item.pk), "answer": "yes"})
    client.force_login(dispatcher)

    page = client.get(visit.get_absolute_url()).content.decode()

    reported = page.partition("Reported from the tablet")[2].partition("What to know")[0]
    assert "GEN-077" in reported
    assert "断电挂牌" in reported


def test_the_desk_has_dealt_with_it_once(tablet, client, visit, dispatcher):
    actions.cancel(visit, reason="客户取消", by=dispatcher, at=NINE)
    tablet.do("accept", visit, NINE, known={"status": "assigned"})
    kept = SyncedAction.objects.get()
    url = reverse("dispatch:settle", args=[visit.number, kept.pk])
    client.force_login(dispatcher)

    for _ in range(2):
        assert client.post(url, {"once": "k1"}).status_code == 302

    kept.refresh_from_db()
    assert kept.settled_by == dispatcher
    assert Activity.objects.filter(verb="dispatch.report_settled").count() == 1
    assert "not applied" not in client.get(visit.get_absolute_url()).content.decode()


def test_an_engineer_settles_nothing(tablet, client, visit, dispatcher):
    actions.cancel(visit, reason="客户取消", by=dispatcher, at=NINE)
    tablet.do("accept", visit, NINE, known={"status": "assigned"})

    url = reverse("dispatch:settle", args=[visit.number, SyncedAction.objects.get().pk])

    with time_machine.travel(NOON, tick=False):
        assert client.post(url).status_code == 403


def test_told_again_under_a_new_key_it_goes_through_and_the_first_is_settled(
    tablet, visit, dispatcher
):
    actions.unassign(visit, reason="改派", by=dispatcher, at=NINE)
    refused = tablet.action("accept", visit, NINE, known={"status": "assigned"})
    tablet.tell(refused)
    actions.assign(
        Task.objects.get(pk=visit.pk),
        engineer=tablet.person,
        planned_start=NOON,
        planned_end=NOON + HOUR,
        by=dispatcher,
        at=NINE + HOUR,
    )

    answer = tablet.do("accept", visit, NINE, instead_of=refused["key"])

    assert answer["outcome"] == "done"
    assert Task.objects.get(pk=visit.pk).accepted_at == NINE + HOUR
    assert not SyncedAction.objects.unapplied().exists()


def test_two_tablets_take_the_same_step_once(tablet, second, visit):
    answers = [
        tablet.do("accept", visit, NINE),
        second.do("accept", visit, NINE + 5 * MINUTE, known={"status": "assigned"}),
    ]

    assert outcomes(answers) == [DONE, DONE]
    assert Task.objects.get(pk=visit.pk).accepted_at == NINE


def test_two_tablets_draft_different_fields_and_both_stay(tablet, second, working):
    tablet.do("save_draft", working, fields={"result": "更换轴封"}, known={"result": ""})

    answer = second.do("save_draft", working, fields={"remarks": "备件"}, known={"remarks": ""})

    assert answer["outcome"] == "done"
    report = Task.objects.get(pk=working.pk).work_report
    assert (report.result, report.remarks) == ("更换轴封", "备件")


def test_two_tablets_draft_the_same_field_and_both_versions_are_shown(tablet, second, working):
    tablet.do("save_draft", working, fields={"result": "更换轴封"}, known={"result": ""})
    fields = {"result": "更换油泵", "readings": "6.3"}

    answer = second.do("save_draft", working, fields=fields, known={"result": "", "readings": ""})

    assert (answer["outcome"], answer["is_applied"]) == ("conflict", True)
    assert answer["differences"] == [
        {
            "name": "result",
            "label": "what was found and done",
            "mine": "更换油泵",
            "theirs": "更换轴封",
        }
    ]
    report = Task.objects.get(pk=working.pk).work_report
    assert (report.result, report.readings) == ("更换轴封", "6.3")


def test_who_chooses_after_a_conflict_is_followed(tablet, second, working):
    tablet.do("save_draft", working, fields={"result": "更换轴封"}, known={"result": ""})
    disputed = second.action("save_draft", working, fields={"result": "乙"}, known={"result": ""})
    second.tell(disputed)

    answer = second.do(
        "save_draft",
        working,
        fields={"result": "乙"},
        known={"result": "更换轴封"},
        instead_of=disputed["key"],
    )

    assert answer["outcome"] == "done"
    assert Task.objects.get(pk=working.pk).work_report.result == "乙"
    assert not SyncedAction.objects.unapplied().exists()


def test_line_ends_and_zeros_are_no_difference(tablet, second, working):
    tablet.do("save_draft", working, fields={"result": "a\r\nb", "labour_hours": "1.5"})

    answer = second.do(
        "save_draft",
        working,
        fields={"result": "a\nb\nc", "labour_hours": "2"},
        known={"result": "a\nb", "labour_hours": "1.50"},
    )

    assert answer["outcome"] == "done"


def test_the_signed_report_counts_and_the_other_draft_is_answered(
    tablet, second, working, end, price_plan
):
    tablet.do("save_draft", working, fields={"readings": "6.3"}, known={"readings": ""})

    answer = second.do(
        "complete", working, fields={**end, "readings": "5.9"}, known={"readings": ""}
    )

    assert (answer["outcome"], answer["is_applied"]) == ("conflict", True)
    assert [(each["mine"], each["theirs"]) for each in answer["differences"]] == [("5.9", "6.3")]
    task = Task.objects.get(pk=working.pk)
    assert (task.status, task.work_report.readings) == (Status.DONE, "5.9")


def test_the_second_sign_off_is_a_conflict_with_both_texts(
    tablet, second, working, end, price_plan
):
    tablet.do("complete", working, fields=end, known={"status": "working"})

    answer = second.do(
        "complete", working, fields={**end, "result": "另一说法"}, known={"status": "working"}
    )

    assert (answer["outcome"], answer["is_applied"]) == ("conflict", False)
    assert {each["name"] for each in answer["differences"]} == {"status", "result"}
    assert Task.objects.get(pk=working.pk).work_report.result == end["result"]
    assert OrderLine.objects.filter(kind="labour").count() <= 1


def test_after_a_conflict_the_other_tasks_go_on(tablet, visit, engineer, dispatcher):
    other = TaskFactory(assigned=True, assignee=engineer)
    actions.cancel(visit, reason="客户取消", by=dispatcher, at=NINE)

    answers = tablet.tell(
        tablet.action("accept", visit, NINE), tablet.action("accept", other, NINE)
    )

    assert outcomes(answers) == [REFUSED, DONE]


def test_who_stands_before_the_form_hears_the_no_and_nothing_is_kept(tablet, working, end):
    unsigned = {**end, "signature": "", "unsigned_reason": ""}
    action = tablet.action("complete", working, fields=unsigned, live=True)

    answer = tablet.tell(action)[0]

    assert answer["outcome"] == "refused"
    assert answer["errors"] == {
        "unsigned_reason": ["Let the customer sign, or say why nobody signs."]
    }
    assert not SyncedAction.objects.exists()
    assert not Activity.objects.filter(verb="dispatch.not_applied").exists()


def test_what_waited_and_is_not_valid_is_kept_with_each_error(tablet, working, end):
    answer = tablet.do("complete", working, fields={**end, "result": "", "labour_hours": "99"})

    assert (answer["outcome"], sorted(answer["errors"])) == ("refused", ["labour_hours", "result"])
    assert SyncedAction.objects.unapplied().get().fields["labour_hours"] == "99"


# --- Whose it is -----------------------------------------------------------------------------


def test_another_persons_actions_are_refused(client, tablet, people, visit):
    action = tablet.action("accept", visit)
    other = Tablet(client, people.senior_engineer)

    answer = other.tell(action)[0]

    assert answer["status"] == 403
    assert not SyncedAction.objects.exists()


def test_another_persons_key_says_nothing(client, tablet, people, visit):
    action = tablet.action("accept", visit)
    tablet.tell(action)
    other = Tablet(client, people.senior_engineer)

    answer = other.tell({**action, "user": people.senior_engineer.pk})[0]

    assert (answer["status"], "is_applied" in answer) == (422, False)


def test_a_strangers_task_does_not_exist(tablet, engineer):
    foreign = TaskFactory(assigned=True)

    answers = [tablet.do("accept", foreign), tablet.do("accept", "TK-2020-0001")]

    assert [answer["words"] for answer in answers] == [
        [f"You have no task {foreign.number}."],
        ["You have no task TK-2020-0001."],
    ]
    assert [answer["differences"] for answer in answers] == [[], []]
    assert not foreign.synced.exists()
    assert Task.objects.get(pk=foreign.pk).status == Status.ASSIGNED


def test_who_has_lost_the_right_is_told_and_the_work_is_kept(tablet, working, engineer, part):
    engineer.role = Role.STOREKEEPER
    engineer.save()

    heard = tablet.send(tablet.action("add_part", working, fields={"part": str(part.pk)})).json()

    assert heard["may"] is False
    assert heard["answers"][0]["outcome"] == "refused"
    assert not working.parts_used.exists()
    assert SyncedAction.objects.unapplied().get().task == working
    with time_machine.travel(NOON, tick=False):
        assert tablet.client.get("/tablet/package/").status_code == 403


def test_without_log_in_nothing_is_taken(client, tablet, visit):
    client.logout()

    answer = client.post(URL, "{}", content_type="application/json")

    assert (answer.status_code, client.get(URL).status_code) == (302, 302)


def test_a_package_of_somebody_else_is_refused(tablet, client, people, visit):
    client.force_login(people.senior_engineer)
    seal = client.get("/tablet/package/").json()["seal"]

    answers = [
        tablet.send(tablet.action("accept", visit), package=forged)
        for forged in (seal, seal.replace("1:", "2:", 1), "x", 7)
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert not SyncedAction.objects.exists()


def test_the_door_says_whose_log_in_it_is(tablet, client, engineer):
    client.force_login(engineer)

    answer = client.get(URL)

    assert answer["Cache-Control"] == "no-store, private"
    assert (answer.json()["user"], answer.json()["may"]) == (engineer.pk, True)
    assert len(answer.json()["token"]) > 30


# --- What no tablet of ours sends ------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff\xfe\x00",
        b"{",
        b'{"device": NaN}',
        b"[" * 100_000,
        b'{"device": "d", "sent_at": 1, "actions": []}',
        b'{"device": "d", "sent_at": true, "actions": [{}]}',
        b'{"device": "d", "sent_at": 1e400, "actions": [{}]}',
        b'{"device": "", "sent_at": 1, "actions": [{}]}',
        b'{"device": "d", "sent_at": 1, "actions": [{"key": "\\ud800"}]}',
        b'{"device": "d", "sent_at": 1, "actions": [{"key": "\\u0000"}]}',
        b'{"device": "d", "sent_at": 1' + b"0" * 5000 + b', "actions": [{}]}',
    ],
)
def test_hostile_bytes_are_refused_in_words(tablet, body):
    answer = tablet.post(body)

    assert answer.status_code == 400
    assert answer.json()["words"]


@pytest.mark.parametrize(
    "change",
    [
        {"key": "short"},
        {"key": 7},
        {"key": "x" * 65},
        {"key": "line\nbreak and more of it"},
        {"verb": "fly"},
        {"verb": None},
        {"verb": "__class__"},
        {"task": ""},
        {"at": "now"},
        {"at": -1},
        {"at": 2**60},
        {"fields": []},
        {"fields": {"a": {"b": "c"}}},
        {"fields": {"a": 1}},
        {"fields": {"x" * 81: "1"}},
        {"known": "all"},
        {"instead_of": 7},
    ],
)
def test_a_misshapen_action_is_refused_and_the_others_go_on(tablet, visit, change):
    answers = tablet.tell(
        {**tablet.action("accept", visit), **change}, tablet.action("accept", visit)
    )

    assert [answer["status"] for answer in answers] == [400, 200]
    assert answers[0]["words"]


@pytest.mark.parametrize("action", [None, 7, "x", [], {}])
def test_what_is_no_action_is_refused(tablet, action):
    assert tablet.tell(action)[0]["status"] == 400


def test_fields_that_the_form_does_not_know_are_refused_in_words(tablet, visit):
    answer = tablet.do("accept", visit, fields={"status": "done", "pk": "1"})

    assert answer["words"] == ["The server does not know “pk, status”."]
    assert Task.objects.get(pk=visit.pk).status == Status.ASSIGNED


def test_more_than_a_request_carries_is_refused(tablet, visit):
    assert tablet.send(*[tablet.action("accept", visit)] * 51).status_code == 400


# --- The package -----------------------------------------------------------------------------


def test_the_package_holds_the_own_work_of_seven_days_and_no_price(
    tablet, client, engineer, visit, part
):
    within = TaskFactory(
        assigned=True, assignee=engineer, planned_start=NINE + timedelta(days=6), planned_end=None
    )
    TaskFactory(
        assigned=True, assignee=engineer, planned_start=NINE + timedelta(days=9), planned_end=None
    )
    TaskFactory(assigned=True, assignee=EmployeeFactory(role=Role.FIELD_ENGINEER))
    client.force_login(engineer)

    with time_machine.travel(NINE, tick=False):
        answer = client.get("/tablet/package/")

    made = answer.json()
    assert [task["number"] for task in made["tasks"]] == [visit.number, within.number]
    assert made["parts"] == [[part.pk, "GEN-025 Shaft seal"]]
    assert "100.00" not in answer.content.decode()
    assert made["tasks"][0]["pages"][0] == f"/tablet/{visit.number}/"


def test_an_unchanged_package_is_not_sent_again(client, engineer, visit):
    client.force_login(engineer)
    with time_machine.travel(NINE, tick=False):
        tag = client.get("/tablet/package/")["ETag"]
        again = client.get("/tablet/package/", headers={"If-None-Match": tag})
        actions.accept(visit, by=engineer, at=NINE)
        changed = client.get("/tablet/package/", headers={"If-None-Match": tag})

    assert (again.status_code, again.content, changed.status_code) == (304, b"", 200)


@pytest.mark.parametrize("count", [1, 3])
def test_the_package_costs_the_same_for_one_and_for_three(
    client, engineer, count, django_assert_num_queries
):
    TaskFactory.create_batch(count, assigned=True, assignee=engineer)
    client.force_login(engineer)
    client.get("/tablet/package/")

    with time_machine.travel(NINE, tick=False), django_assert_num_queries(3):
        client.get("/tablet/package/")


def test_a_request_that_closed_meanwhile_stops_no_sign_off(
    tablet, working, end, price_plan, dispatcher, fault
):
    """The page on the tablet still shows fields that the form does not ask for any more."""
    service_requests.cancel(fault, reason="误报", by=dispatcher, at=NINE + HOUR)

    answer = tablet.do("complete", working, NINE + 2 * HOUR, end, known={"status": "working"})

    assert answer["outcome"] == "done"
    assert Task.objects.get(pk=working.pk).status == Status.DONE


def test_what_the_customer_tapped_comes_with_the_sign_off(
    tablet, working, end, price_plan, fault_code
):
    told = {"resolves": "on", "fault_code": str(fault_code.pk), "cause": "老化"}
    told |= {"score_speed": "4", "nps": "8"}

    answer = tablet.do(
        "complete", working, NINE + 2 * HOUR, end | told, known={"status": "working"}
    )

    assert answer["outcome"] == "done"
    survey = Survey.objects.get()
    assert (survey.channel, survey.nps, survey.scores.get().score) == ("tablet", 8, 4)


def test_what_was_done_offline_is_taken_in_though_the_request_was_merged_meanwhile(
    tablet, visit, fault, dispatcher
):
    survivor = service_requests.log(
        customer=fault.customer,
        asset=fault.asset,
        subject="油泵又漏油",
        by=dispatcher,
        at=NINE - HOUR,
    )
    service_requests.promise_visit(survivor, by=dispatcher, at=NINE - HOUR)
    tablet.do("accept", visit, NINE - 50 * MINUTE)
    service_requests.merge(fault, into=survivor, reason="同一故障", by=dispatcher, at=NINE)

    steps = [tablet.action(verb, visit, NINE) for verb in ("travel", "arrive")]

    assert outcomes(tablet.tell(*steps)) == [DONE, DONE]
    survivor.refresh_from_db()
    assert survivor.arrived_at == NINE
