"""The doors: who gets in, what is seen, what a refused form keeps, what a page costs."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from service_requests import actions
from service_requests.choices import Answer, HandoverStatus, Status
from service_requests.models import EscalationRule, Handover, WarningPolicy
from tests.factories.contracts import ContractLineFactory, ServiceContractFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.service_requests import (
    HOUR,
    OPENED_AT,
    HandoverFactory,
    HoldFactory,
    ServiceRequestFactory,
    SlaTimerFactory,
)

pytestmark = pytest.mark.django_db
LATER = OPENED_AT + HOUR


def address(name, *args):
    return reverse(f"service_requests:{name}", args=args)


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def manager(logged_in):
    return logged_in("service_manager")


def texts(answer):
    return answer.content.decode()


# The queue.


def test_the_queue_shows_what_is_promised_next_first(manager):
    late = ServiceRequestFactory(queue_at=LATER, next_due_at=LATER, next_target="resolve")
    soon = ServiceRequestFactory(queue_at=OPENED_AT, next_due_at=OPENED_AT, next_target="response")

    page = manager.get(address("index")).context["page"]

    assert [row.pk for row in page.rows] == [soon.pk, late.pk]


def test_the_queue_shows_the_open_ones_unless_asked_for_others(manager):
    is_open = ServiceRequestFactory()
    closed = ServiceRequestFactory(closed=True)

    def shown(**asked):
        return {row.pk for row in manager.get(address("index"), asked).context["page"].rows}

    assert shown() == {is_open.pk}
    assert shown(status="closed") == {closed.pk}
    assert shown(status="all") == {is_open.pk, closed.pk}


@pytest.mark.parametrize(
    ("asked", "is_shown"),
    [
        ({"show": "mine"}, True),
        ({"show": "unowned"}, False),
        ({"show": "unaccepted"}, True),
        ({"show": "overdue"}, True),
        ({"show": "at_risk"}, True),
        ({"kind": "fault"}, True),
        ({"kind": "enquiry"}, False),
        ({"severity": "low"}, False),
        ({"tier": "small"}, True),
        ({"cover": "contract"}, False),
        ({"opened_from": "2026-03-02", "opened_to": "2026-03-02"}, True),
        ({"opened_from": "2026-03-03"}, False),
        ({"opened_to": "2026-03-01"}, False),
        ({"promise": "response", "kept": "running"}, True),
        ({"promise": "arrival", "kept": "running"}, False),
        ({"promise": "response", "kept": "no"}, False),
        ({"status": "nonsense"}, True),
        ({"show": "nonsense"}, True),
        ({"owner": "nonsense"}, True),
    ],
)
def test_the_queue_is_filtered(manager, people, asked, is_shown):
    request = ServiceRequestFactory(
        owner=people.service_manager,
        next_due_at=LATER,
        next_risk_at=OPENED_AT,
        next_target="response",
    )
    SlaTimerFactory(service_request=request)

    rows = manager.get(address("index"), asked).context["page"].rows

    assert [row.pk for row in rows] == ([request.pk] if is_shown else [])


def test_the_links_of_other_pages_filter_by_code(manager, world):
    request = world.log()
    other = ServiceRequestFactory()

    for asked in ({"customer": world.customer.code}, {"asset": world.asset.serial_no}):
        rows = manager.get(address("index"), asked).context["page"].rows
        assert [row.pk for row in rows] == [request.pk]
        assert other.pk not in {row.pk for row in rows}


def test_the_queue_finds_by_number_and_serial(manager, world):
    request = world.log()
    ServiceRequestFactory()

    for typed in (request.number, world.asset.serial_no[-4:], "主轴"):
        rows = manager.get(address("index"), {"q": typed}).context["page"].rows
        assert [row.pk for row in rows] == [request.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_costs_the_same_for_one_row_and_three(manager, count):
    for _ in range(count):
        HoldFactory(service_request=ServiceRequestFactory(on_asset=True, status=Status.WAITING))
    manager.get(address("index"))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        manager.get(address("index"))

    assert len(queries) == 5


def test_who_waits_is_said_by_turn(manager):
    HoldFactory(service_request=ServiceRequestFactory(status=Status.WAITING))

    assert "Customer" in texts(manager.get(address("index")))


def test_a_partner_sees_only_what_its_outlet_was_sent(logged_in, people):
    mine = ServiceRequestFactory(outlets=[people.partner_coordinator.outlet])
    foreign = ServiceRequestFactory()
    client = logged_in("partner_coordinator")

    rows = client.get(address("index"), {"status": "all"}).context["page"].rows

    assert [row.pk for row in rows] == [mine.pk]
    assert client.get(mine.get_absolute_url()).status_code == 200
    for name in ("detail", "edit", "resolve", "transfer", "check_cover", "answer"):
        assert client.get(address(name, foreign.number)).status_code == 404
    for name in ("accept", "close", "note"):
        assert client.post(address(name, foreign.number)).status_code == 404


def test_what_is_not_there_and_what_may_not_be_seen_answer_alike(logged_in):
    foreign = ServiceRequestFactory()
    client = logged_in("partner_coordinator")

    def answered(number):
        answer = client.get(address("detail", number))
        told = re.sub(r"X-CSRFToken\W+\w+|csrfmiddlewaretoken\W+value=\W+\w+", "", texts(answer))
        return answer.status_code, told.replace(number, "")

    assert answered(foreign.number) == answered("SR-1999-0001")


def test_sales_reads_but_does_not_work(logged_in):
    request = ServiceRequestFactory()
    client = logged_in("sales")

    page = client.get(request.get_absolute_url())

    assert page.status_code == 200
    assert page.context["offers"] == []
    assert page.context["note_form"] is None
    assert client.post(address("accept", request.number)).status_code == 403


# The page.


def test_the_page_names_the_next_step_first(manager, world, people):
    request = world.log(responded=False)

    def step():
        return manager.get(request.get_absolute_url()).context["step"].url

    assert step() == address("accept", request.number)
    manager.post(address("accept", request.number))
    assert step() == address("respond", request.number)
    manager.post(address("respond", request.number))
    assert step() == address("resolve", request.number)
    actions.put_on_hold(request, reason=world.waiting, by=people.service_manager, at=LATER)
    assert step() == address("resume", request.number)


def test_a_few_verbs_stand_beside_the_next_step_and_the_rest_in_a_menu(manager, world):
    request = world.log()

    words = manager.get(request.get_absolute_url()).context

    shown, folded = ([offer.verb for offer in words[name]] for name in ("offers", "more_offers"))
    assert (words["step"].label, words["step_key"]) == ("Accept", "a")
    assert shown == ["resolve", "put_on_hold", "hand_over", "restore"]
    assert folded == [
        "transfer", "escalate", "involve", "change_priority", "check_cover", "refuse_cover",
        "split", "merge", "cancel",
    ]  # fmt: skip


def test_closing_is_offered_once_the_customer_was_asked(manager, world, people):
    request = world.log()
    by = {"by": people.service_manager, "at": LATER}
    actions.resolve(request, resolution="更换轴封", fault_code=world.code, cause="磨损", **by)

    def possible():
        words = manager.get(request.get_absolute_url()).context
        offers = [*words["offers"], *words["more_offers"]]
        return words["step"].label, [offer.verb for offer in offers]

    assert possible() == (
        "Ask the customer",
        [
            "reopen", "send_survey", "survey_by_telephone", "record_codes", "draft_article",
            "follow_up",
        ],
    )  # fmt: skip
    actions.ask_customer(request, answer=Answer.SATISFIED, **by)
    assert possible()[0] == "Close"


def test_the_page_costs_no_more_with_more_on_it(manager, world, people):
    request = world.log(visit_promised=True)
    manager.get(request.get_absolute_url())
    with CaptureQueriesContext(connection) as few:
        manager.get(request.get_absolute_url())
    for number in range(3):
        actions.note(request, text=f"{number}", by=people.service_manager, at=LATER)
        HandoverFactory(service_request=request, asked_of=EmployeeFactory())
        world.log()

    with CaptureQueriesContext(connection) as many:
        manager.get(request.get_absolute_url())

    assert len(few) == len(many)
    assert len(many) <= 17


def test_the_timeline_goes_back_page_by_page(manager, world, people):
    request = world.log()
    for number in range(60):
        actions.note(request, text=f"第{number}条", by=people.service_manager, at=LATER)

    first = manager.get(request.get_absolute_url()).context
    older = manager.get(request.get_absolute_url() + first["more_url"].partition("#")[0]).context

    seen = [*first["activities"], *older["activities"]]
    assert len(first["activities"]) == 50
    assert older["more_url"] == ""
    assert len({activity.pk for activity in seen}) == len(seen) == 61


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_is_shown_in_both_languages(manager, world, people, language):
    manager.cookies["django_language"] = language
    contract = ServiceContractFactory(customer=world.customer)
    ContractLineFactory(contract=contract)
    request = world.log(visit_promised=True)
    handover = actions.hand_over(
        request,
        department="sales",
        question="价格？",
        due_at=LATER + HOUR,
        by=people.service_manager,
        at=LATER,
    )
    actions.put_on_hold(request, reason=world.waiting, by=people.service_manager, at=LATER)
    timer = request.sla_timers.first()
    pages = [
        address("index"),
        *(
            address(name, request.number)
            for name in (
                "detail", "edit", "transfer", "escalate", "involve", "change_priority",
                "check_cover", "respond", "answer", "note", "hand_over", "put_on_hold",
                "resolve", "record_codes", "ask_customer", "reopen", "cancel",
            )
        ),
        address("promise", request.number, timer.pk),
        address("answer_handover", request.number, handover.pk),
        address("withdraw_handover", request.number, handover.pk),
    ]  # fmt: skip

    assert {page: manager.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_why_this_time_opens_the_arithmetic(manager, world, people):
    request = world.log()
    actions.put_on_hold(request, reason=world.waiting, by=people.service_manager, at=LATER)
    actions.resume(request, by=people.service_manager, at=LATER + 2 * HOUR)
    timer = request.sla_timers.get(target="resolve")

    words = manager.get(address("promise", request.number, timer.pk)).context

    shown = {row["label"]: row["text"] for row in words["facts"]}
    assert shown["Held, in service hours"] == "2 h"
    assert shown["Promised"] == "24 h"
    assert [segment["kind"] for segment in words["segments"]][:3] == ["running", "held", "ahead"]


def test_why_this_time_says_in_whose_hands_the_time_went(logged_in, world, people):
    request = world.log()
    for owner, at in ((people.field_engineer, LATER), (people.senior_engineer, LATER + HOUR)):
        actions.transfer(request, to=owner, reason="轮班", by=people.service_manager, at=at)
    timer = request.sla_timers.get(target="resolve")

    with time_machine.travel(LATER + 3 * HOUR, tick=False):
        page = logged_in("service_manager").get(address("promise", request.number, timer.pk))
        words = page.context

    assert [[cell["text"] for cell in row["cells"]] for row in words["owners"]] == [
        [people.service_manager.name, "1 h", "0 min", "0 min"],
        [people.field_engineer.name, "1 h", "0 min", "0 min"],
        [people.senior_engineer.name, "2 h", "0 min", "0 min"],
        ["Total", "4 h", "0 min", "0 min"],
    ]


def test_why_this_time_costs_the_same_however_often_it_changed_hands(manager, world, people):
    one, three = world.log(), world.log()
    for owner in (people.field_engineer, people.senior_engineer):
        actions.transfer(three, to=owner, reason="轮班", by=people.service_manager, at=LATER)

    counts = []
    for request in (one, three):
        url = address("promise", request.number, request.sla_timers.first().pk)
        with CaptureQueriesContext(connection) as queries:
            manager.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_another_requests_clock_is_not_found_here(manager, world):
    request, other = world.log(), world.log()
    timer = other.sla_timers.first()

    assert manager.get(address("promise", request.number, timer.pk)).status_code == 404


# The verbs.


def test_a_request_goes_from_the_call_to_the_closed_file(manager, world):
    request = world.log()
    steps = [
        ("accept", {}),
        ("answer", {"text": "工程师明天上午到。", "told_by": "phone"}),
        ("resolve", {"resolution": "更换轴封", "cause": "磨损", "fault_code": world.code.pk}),
        ("ask_customer", {"answer": Answer.SATISFIED}),
        ("close", {}),
    ]

    for name, words in steps:
        answer = manager.post(address(name, request.number), words)
        assert (name, answer.status_code) == (name, 302), texts(answer)

    request.refresh_from_db()
    assert request.status == Status.CLOSED


@pytest.mark.parametrize(
    ("name", "words", "kept"),
    [
        ("transfer", {"reason": "他在附近"}, "他在附近"),
        ("resolve", {"cause": "老化"}, "老化"),
        ("hand_over", {"question": "可否打折？", "department": "sales"}, "可否打折？"),
        ("put_on_hold", {"note": "等他回电"}, "等他回电"),
        ("cancel", {"reason": ""}, ""),
    ],
)
def test_a_refused_form_keeps_what_was_typed(manager, world, name, words, kept):
    request = world.log()

    answer = manager.post(address(name, request.number), words)

    assert answer.status_code == 422
    assert kept in texts(answer)
    request.refresh_from_db()
    assert request.status == Status.NEW


def test_a_rules_no_is_said_on_the_form(manager, world):
    request = world.log()
    manager.post(address("resolve", request.number), {"resolution": "好了"})

    answer = manager.post(address("close", request.number))

    assert answer.status_code == 422
    assert "The fault code is not recorded." in texts(answer)


def test_a_double_submit_counts_once(manager, world):
    request = world.log()
    words = {"text": "请回电", "once": "one-key"}

    answers = [manager.post(address("note", request.number), words) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Activity.objects.filter(verb="service_requests.noted").count() == 1


def test_a_transfer_goes_only_to_people_who_may_be_seen(logged_in, world, people):
    request = world.log()
    request.outlets.add(people.partner_coordinator.outlet)
    client = logged_in("partner_coordinator")
    words = {"to": people.service_manager.pk, "reason": "请接手"}

    answer = client.post(address("transfer", request.number), words)

    assert answer.status_code == 422
    request.refresh_from_db()
    assert request.transfers == 0


def test_editing_writes_only_what_was_changed(manager, world, people):
    request = world.log()
    form = manager.get(address("edit", request.number)).context["form"]
    words = {
        name: form[name].value() or ""
        for name in form.fields
        if name not in {"visit_promised", "customer"}
    }
    actions.change(request, {"description": "别人写的"}, by=people.department_head, at=LATER)

    answer = manager.post(
        address("edit", request.number), {**words, "subject": "主轴异响，停机", "description": ""}
    )

    assert answer.status_code == 302, answer.context["form"].errors
    request.refresh_from_db()
    assert (request.subject, request.description) == ("主轴异响，停机", "别人写的")


def test_another_customers_asset_cannot_be_chosen(manager, world):
    request = world.log()
    foreign = ServiceRequestFactory(on_asset=True).asset
    words = {"subject": "x", "kind": "fault", "severity": "low", "asset": foreign.pk}

    answer = manager.post(address("edit", request.number), words)

    assert answer.status_code == 422
    assert "asset" in answer.context["form"].errors


def test_only_a_manager_closes_unasked(logged_in, world, people):
    request = world.log(kind="enquiry")
    actions.resolve(request, resolution="已说明", by=people.service_manager, at=LATER)
    words = {"reason": "多次未接"}

    client = logged_in("administrator")
    assert client.post(address("close_unasked", request.number), words).status_code == 403
    client = logged_in("department_head")
    assert client.post(address("close_unasked", request.number), words).status_code == 422
    with time_machine.travel(LATER + timedelta(days=7), tick=False):
        client = logged_in("department_head")
        assert client.post(address("close_unasked", request.number), words).status_code == 302


def test_who_was_asked_answers_the_handover(logged_in, world, people):
    request = world.log()
    handover = HandoverFactory(service_request=request, asked_of=people.sales)
    url = address("answer_handover", request.number, handover.pk)

    assert logged_in("storekeeper").post(url, {"answer": "可以"}).status_code == 403
    assert logged_in("sales").post(url, {"answer": "可以"}).status_code == 302

    assert Handover.objects.get().status == HandoverStatus.ANSWERED


def test_an_article_is_drafted_from_the_request(manager, world, people):
    request = world.log()
    actions.resolve(request, resolution="更换轴封", by=people.service_manager, at=LATER)

    answer = manager.post(address("draft_article", request.number))

    request.refresh_from_db()
    assert answer.url == request.solved_by.get_absolute_url()
    assert request.solved_by.solution == "更换轴封"


def test_the_other_cover_is_offered_and_applied(manager, world):
    request = world.log()
    ContractLineFactory(contract=ServiceContractFactory(customer=world.customer))

    assert manager.get(address("check_cover", request.number)).context["offered"] is not None
    answer = manager.post(address("check_cover", request.number), {"reason": "合约漏录"})

    request.refresh_from_db()
    assert (answer.status_code, request.cover) == (302, "contract")


def test_options_are_found_within_what_may_be_seen(logged_in, people):
    mine = ServiceRequestFactory(outlets=[people.partner_coordinator.outlet])
    ServiceRequestFactory(outlets=[OutletFactory()])

    rows = logged_in("partner_coordinator").get(address("options")).json()

    assert [row["value"] for row in rows] == [str(mine.pk)]


def test_fault_codes_are_found_by_code_and_name(manager, world):
    found = [manager.get(address("fault_codes"), {"q": text}).json() for text in ("SEA", "密封")]

    assert [len(rows) for rows in found] == [1, 1]


@pytest.mark.parametrize(
    ("threshold", "is_active", "counts"),
    [
        (12, True, {"Lifted at once": "1", "Lifted at another time or ring": "1"}),
        (13, True, {"Lifted at once": "0", "Lifted at another time or ring": "1"}),
        (50, True, {"Lifted at another time or ring": "0", "No longer lifted": "0"}),
        (50, False, {"Lifted at another time or ring": "1", "No longer lifted": "0"}),
    ],
)
def test_a_rule_is_tried_on_open_requests_before_it_is_saved(
    logged_in, world, threshold, is_active, counts
):
    """An hour of the eight is used; without ring 2 it goes to ring 3 later."""
    world.log()
    rule = EscalationRule.objects.get(target="restore", ring=2)
    typed = {"trigger": "time_used", "threshold": threshold, "ring": 2, "target": "restore"}
    typed |= {"version": rule.version, "preview": "yes"} | (
        {"is_active": "on"} if is_active else {}
    )

    page = logged_in("department_head").post(rule.get_absolute_url(), typed)

    (panel,) = page.context["panels"]
    shown = {fact["label"]: fact["text"] for fact in panel.context["facts"]}
    assert page.status_code == 200
    assert {label: shown[label] for label in counts} == counts
    assert EscalationRule.objects.get(pk=rule.pk).threshold == 50


@pytest.mark.parametrize(
    ("percents", "counts", "status"),
    [
        ("12", {"Warn at once": "1", "Warn at another time": "1"}, 200),
        ("13", {"Warn at once": "0", "Warn at another time": "1"}, 200),
        ("50, 75, 90", {"Warn at another time": "0", "No longer warn": "0"}, 200),
        ("", {"Warn at another time": "0", "No longer warn": "1"}, 200),
        ("100", None, 422),
    ],
)
def test_warnings_are_tried_on_running_clocks_before_they_are_saved(
    logged_in, world, percents, counts, status
):
    """An hour of the eight is used."""
    world.log()
    policy = WarningPolicy.objects.get(target="restore")
    typed = {"percents": percents, "version": policy.version, "preview": "yes"}

    page = logged_in("department_head").post(address("warnings", "restore"), typed)

    panels = page.context["panels"]
    shown = {fact["label"]: fact["text"] for panel in panels for fact in panel.context["facts"]}
    assert page.status_code == status
    assert {label: shown[label] for label in counts or ()} == (counts or {})
    assert WarningPolicy.objects.get(target="restore").percents == policy.percents


def test_a_new_rule_is_tried_and_a_wrong_one_is_refused(logged_in, world):
    request = world.log()
    client, typed = logged_in("department_head"), {"trigger": "tier", "ring": 3, "is_active": "on"}
    of_tier = {**typed, "tier": request.tier_id, "preview": "yes"}

    page = client.post(address("create_rule"), of_tier)
    wrong = client.post(address("create_rule"), {**of_tier, "ring": 9})

    rows = page.context["panels"][0].context["rows"]
    assert [row["cells"][0]["text"] for row in rows] == [request.number]
    assert rows[0]["cells"][3]["text"].startswith("ring 3")
    assert (wrong.status_code, wrong.context["panels"]) == (422, [])


@pytest.mark.parametrize("button", [{"preview": "yes"}, {}])
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"trigger": "time_used", "threshold": ""}, "threshold"),
        ({"trigger": "time_used", "threshold": 0}, "threshold"),
        ({"trigger": "time_used", "threshold": 99_999}, "threshold"),
        ({"trigger": "tier"}, "tier"),
        ({"trigger": "transfers", "threshold": 3, "target": "restore"}, "target"),
        ({"trigger": "transfers", "threshold": 3, "ring": 2}, None),  # there is one
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words_also_when_it_is_tried(
    logged_in, typed, field, button
):
    form = {"ring": 3, "is_active": "on", "once": "1", **typed, **button}

    page = logged_in("department_head").post(address("create_rule"), form)

    errors = page.context["form"].errors
    assert page.status_code == 422
    assert list(errors) == [field or "__all__"]
    assert "“" not in str(errors)


def test_the_timeline_shows_only_what_the_reader_may_see(logged_in, world, people):
    request = world.log()
    task = TaskFactory(service_request=request, number="TK-1")
    with transaction.atomic():
        record(task, "dispatch.planned", by=people.service_manager, at=LATER, about=[request])

    def seen(who):
        page = texts(logged_in(who).get(request.get_absolute_url()))
        return [
            words in page
            for words in ("TK-1: planned the task", f'href="{task.get_absolute_url()}"')
        ]

    assert (seen("storekeeper"), seen("sales")) == ([True, True], [False, False])


def test_who_saves_again_after_a_conflict_keeps_the_own_words_and_anothers_other_ones(
    manager, world, people
):
    request = world.log(subject="异响", description="旧")
    form = manager.get(address("edit", request.number)).context["form"]
    seen = {name: form[name].value() or "" for name in form.fields if name != "once"}
    theirs = {"subject": "他改的", "description": "他补充的"}
    actions.change(request, values=theirs, version=request.version, by=people.sales, at=LATER)

    refused = manager.post(address("edit", request.number), {**seen, "subject": "我改的"})
    shown = refused.context["form"]
    again = {name: shown[name].value() or "" for name in shown.fields if name != "once"}
    answer = manager.post(address("edit", request.number), again)

    request.refresh_from_db()
    assert (refused.status_code, answer.status_code) == (422, 302)
    assert (request.subject, request.description) == ("我改的", "他补充的")
