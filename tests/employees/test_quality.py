"""How good records are: judged with their verbs, ranked by month, looked at, sent back, mended."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from employees import actions, queries
from employees.choices import CorrectionKind
from employees.explaining import in_time_words
from employees.models import CalledFor, Correction, JudgedRecord, Omission, RecordCheck
from employees.situations import Facts
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import (
    CorrectionFactory,
    EmployeeFactory,
    JudgedRecordFactory,
    OutletFactory,
    RecordCheckFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TASK = "dispatch.task"


def facts(task, owner, *, entered_at=AT, **more):
    given = {
        "kind": "onsite",
        "filled": {"report": True, "readings": True, "photos": False},
        "happened_at": AT,
        "events": 1,
    }
    return Facts(subject=task, situation=TASK, owner=owner, entered_at=entered_at, **(given | more))


@pytest.fixture
def task(people):
    return TaskFactory(done=True, assignee=people.field_engineer)


@pytest.fixture
def judged(task, people):
    actions.judge([facts(task, people.field_engineer)])
    return JudgedRecord.objects.get(subject_id=task.pk)


# judging


@pytest.mark.parametrize(
    ("late", "in_time"), [(timedelta(), 3), (DAY, 3), (DAY + SECOND, 0), (None, 0)]
)
def test_events_are_in_time_within_the_agreed_hours(task, people, late, in_time):
    entered_at = None if late is None else AT + late
    actions.judge([facts(task, people.field_engineer, entered_at=entered_at, events=3)])

    row = JudgedRecord.objects.get(subject_id=task.pk)
    assert (row.events, row.in_time, row.faulty) == (3, in_time, 0)
    assert (row.called_for, row.filled, row.missing) == (2, 2, [])


def test_the_evidence_can_be_read(judged):
    assert in_time_words(judged) == "entered 0 min after the event; 24 h agreed"
    judged.events = 0
    assert in_time_words(judged) == "no time limit"
    judged.events = 1
    judged.entered_at = AT + 26 * HOUR
    assert in_time_words(judged) == "entered 26 h after the event; 24 h agreed"
    judged.entered_at = None
    assert in_time_words(judged) == "not entered; 24 h agreed"


def test_what_is_missing_is_named_and_judged_anew_when_it_is_filled(task, people):
    gap = {"report": True, "readings": False, "photos": False}
    for filled in (gap, gap | {"readings": True}):
        before = JudgedRecord.objects.filter(subject_id=task.pk).values_list("pk", flat=True)
        before = list(before)
        actions.judge([facts(task, people.field_engineer, filled=filled)])
        row = JudgedRecord.objects.get(subject_id=task.pk)
        assert row.missing == ([] if filled["readings"] else ["readings"])
        assert before in ([], [row.pk])


def test_what_nobody_owns_is_not_judged_any_more(task, judged):
    actions.judge([facts(task, None)])
    actions.judge([])

    assert not JudgedRecord.objects.exists()


@pytest.mark.parametrize(("since", "called_for"), [(SECOND, 1), (timedelta(), 2), (-SECOND, 2)])
def test_a_record_is_judged_by_the_rules_of_its_time(task, people, since, called_for):
    rule = {"situation": TASK, "kind": "onsite", "field": "readings"}
    CalledFor.objects.filter(**rule).update(since=AT + since)
    actions.judge([facts(task, people.field_engineer)])
    assert JudgedRecord.objects.get().called_for == called_for

    CalledFor.objects.filter(**rule).update(since=None, until=AT + since)
    actions.judge([facts(task, people.field_engineer)])
    assert JudgedRecord.objects.get().called_for == (2 if since > timedelta() else 1)


def test_a_month_is_that_of_the_organisations_zone(task, people):
    first = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    for happened_at, month in ((first - SECOND, MARCH), (first, APRIL)):
        actions.judge([facts(task, people.field_engineer, happened_at=happened_at)])
        assert JudgedRecord.objects.get().month == month
        assert queries.span_of(month)[0] <= happened_at < queries.span_of(month)[1]


def test_what_somebody_else_corrects_counts_and_the_own_hand_does_not(judged, task, people):
    known = facts(task, people.field_engineer)
    given = {"reason": "–", "at": AT}
    actions.note_correction(known, CorrectionKind.CORRECTED, by=people.field_engineer, **given)
    assert JudgedRecord.objects.get().faulty == 0

    actions.note_correction(known, CorrectionKind.CORRECTED, by=people.service_manager, **given)
    assert JudgedRecord.objects.get().faulty == 1
    actions.judge([known])
    assert JudgedRecord.objects.get().faulty == 1


# the ranking


def several(owner, count, **more):
    return JudgedRecordFactory.create_batch(count, owner=owner, happened_at=AT, **more)


def test_the_ranking_of_a_month_with_a_tie_and_the_bonus(people, settings):
    settings.RECORD_BONUS_FROM = 3
    outlet = OutletFactory()
    first, second, third = (EmployeeFactory(employee_no=f"Q{n}", outlet=outlet) for n in range(3))
    several(first, 2)
    several(second, 3)
    several(third, 1, in_time=0, filled=1, faulty=1)
    JudgedRecordFactory(owner=third, happened_at=AT + 40 * DAY)

    found = queries.standings(MARCH, people.department_head)

    assert [(each.owner, each.rank, each.quality, each.points, each.bonus) for each in found] == [
        (second, 1, Decimal("100.0"), Decimal("3.0"), Decimal(300)),
        (first, 1, Decimal("100.0"), Decimal("2.0"), Decimal(0)),
        (third, 3, Decimal("20.0"), Decimal("0.2"), Decimal(0)),
    ]
    assert queries.standings(date(2026, 2, 1), people.department_head) == []
    assert [each.owner for each in queries.standings(APRIL, people.department_head)] == [third]
    assert queries.own_standing(third, MARCH).rank == 3
    assert queries.own_standing(people.sales, MARCH).rank is None


def test_empty_months_between_are_offered_too(people):
    mine = people.field_engineer
    assert queries.months_judged(mine) == []
    for days in (0, 61):
        JudgedRecordFactory(owner=mine, happened_at=AT + days * DAY)

    assert queries.months_judged(mine) == [date(2026, 5, 1), APRIL, MARCH]


def test_an_outlet_ranks_its_own(people):
    mine = several(people.field_engineer, 1)[0]
    several(people.partner_engineer, 1)
    month = queries.month_of(AT)

    assert len(queries.standings(month, people.department_head)) == 2
    for seen in (
        queries.standings(month, people.service_manager),
        queries.standings(month, people.department_head, outlet=mine.outlet),
    ):
        assert [each.owner for each in seen] == [people.field_engineer]


@pytest.mark.parametrize("count", [1, 3])
def test_the_ranking_costs_the_same_for_one_and_three(
    logged_in, count, django_assert_max_num_queries
):
    for _each in range(count):
        several(EmployeeFactory(), 2)
    client = logged_in("department_head")

    with django_assert_max_num_queries(11):
        page = client.get(reverse("employees:quality"), {"month": "2026-03"}).content.decode()

    assert page.count("<tr data-row") == count


def test_nonsense_in_the_url_is_this_month(logged_in):
    query = {"month": "nonsense", "outlet": "x"}
    assert logged_in("department_head").get(reverse("employees:quality"), query).status_code == 200


def test_who_answers_for_nobody_reads_the_own_page(logged_in, people):
    client, mine = logged_in("field_engineer"), people.field_engineer
    several(mine, 1, filled=1, missing=["readings"])

    went = client.get(reverse("employees:quality"))
    page = client.get(went["Location"], {"month": "2026-03"}).content.decode()
    other = reverse("employees:quality_of", args=[people.service_manager.employee_no])

    assert went["Location"] == reverse("employees:quality_of", args=[mine.employee_no])
    assert "1 of 2 fields" in page
    assert "80.0" in page
    assert client.get(other).status_code == 404


@pytest.mark.parametrize(
    ("show", "count"), [("", 3), ("late", 1), ("incomplete", 1), ("faulty", 1)]
)
def test_each_figure_opens_its_rows(logged_in, people, show, count):
    for fault in ({"in_time": 0}, {"filled": 1}, {"faulty": 1}):
        several(people.field_engineer, 1, **fault)
    url = reverse("employees:quality_of", args=[people.field_engineer.employee_no])

    page = logged_in("department_head").get(url, {"month": "2026-03", "show": show})

    assert page.content.decode().count("<tr data-row") == count


def test_the_list_leaves_without_formulas_and_it_is_known_who_took_it(logged_in, people):
    several(EmployeeFactory(name="=1+1", employee_no="Q1"), 1)
    client = logged_in("department_head")
    urls = [reverse("employees:quality_file", args=[kind]) for kind in ("csv", "xlsx", "exe")]

    text, sheet, none = (client.get(url, {"month": "2026-03"}) for url in urls)

    assert "'=1+1" in text.content.decode("utf-8-sig")
    row = list(load_workbook(BytesIO(sheet.content)).active.values)[1]
    assert row[:4] == ("2026-03", 1, "Q1", "=1+1")
    assert row[5:] == (1, 1, 1, 1, 100, 1, 0)
    cell = load_workbook(BytesIO(sheet.content)).active["D2"]
    assert cell.data_type == "s"
    assert none.status_code == 404
    assert Activity.objects.filter(verb="employees.quality_exported").count() == 2


# the sample


def test_the_lot_draws_so_many_of_each_and_the_same_ones(people):
    head = people.department_head
    several(people.field_engineer, 5)
    several(people.senior_engineer, 1)
    several(head, 3)
    JudgedRecordFactory(owner=people.field_engineer, happened_at=AT, entered_at=None, in_time=0)

    drawn = queries.to_draw(MARCH, head, situation=TASK, each=2)

    assert sorted(drawn) == sorted(queries.to_draw(MARCH, head, situation=TASK, each=2))
    owners = JudgedRecord.objects.filter(pk__in=drawn).values_list("owner", flat=True)
    assert sorted(owners) == sorted(
        [people.field_engineer.pk, people.field_engineer.pk, people.senior_engineer.pk]
    )
    assert actions.draw_checks(MARCH, situation=TASK, by=head, at=AT) == 3
    with pytest.raises(DomainError, match="nothing to draw"):
        actions.draw_checks(MARCH, situation=TASK, by=head, at=AT)
    assert set(RecordCheck.objects.values_list("record", flat=True)) == set(drawn)


def test_later_records_of_the_month_only_fill_up_what_was_drawn(people):
    head = people.department_head
    several(people.field_engineer, 1)
    actions.draw_checks(MARCH, situation=TASK, by=head, at=AT)
    several(people.field_engineer, 5)

    assert actions.draw_checks(MARCH, situation=TASK, by=head, at=AT) == 1


def test_a_record_in_order_is_noted_once(judged, people):
    head = people.department_head
    with pytest.raises(DomainError, match="not drawn"):
        actions.find_in_order(judged, by=head, at=AT)
    RecordCheckFactory(record=judged)
    with pytest.raises(DomainError, match="one's own"):
        actions.find_in_order(judged, by=people.field_engineer, at=AT)
    actions.find_in_order(judged, by=head, at=AT)

    with pytest.raises(DomainError, match=f"^{head} has looked at it already: In order.$"):
        actions.find_in_order(judged, by=head, at=AT)
    check = RecordCheck.objects.get()
    assert (check.verdict, check.checked_by, check.checked_at) == ("fine", head, AT)
    assert JudgedRecord.objects.get().faulty == 0


def test_what_is_sent_back_after_all_is_not_in_order_any_more(judged, people):
    head = people.department_head
    RecordCheckFactory(record=judged)
    actions.find_in_order(judged, by=head, at=AT)

    actions.send_back(judged, reason="读数不可信", by=head, at=AT)

    assert RecordCheck.objects.get().verdict == "sent_back"


# sent back and mended


def test_what_is_sent_back_is_its_owners_to_mend_and_counts(judged, task, people):
    head, owner = people.department_head, people.field_engineer
    RecordCheckFactory(record=judged)

    actions.send_back(judged, reason="读数不可信", by=head, at=AT)

    omission, correction = Omission.objects.get(), Correction.objects.get()
    assert (omission.owner, omission.note, omission.due_at) == (owner, "读数不可信", AT + DAY)
    assert omission.url == reverse("employees:mend", args=[correction.pk])
    assert JudgedRecord.objects.get().faulty == 1
    assert RecordCheck.objects.get().verdict == "sent_back"
    tell_pending(at=AT)
    notice = Notification.objects.get(activity__verb="employees.record_sent_back")
    assert notice.recipient == owner
    assert notice.activity.sentence.text == "sent the record back: 读数不可信"

    actions.mend(correction, answer="重新测量:0.8 MPa", by=owner, at=AT + HOUR)

    assert Omission.objects.get().filled_at == AT + HOUR
    assert JudgedRecord.objects.get().faulty == 1
    tell_pending(at=AT)
    notice = Notification.objects.get(activity__verb="employees.record_mended")
    assert notice.recipient == head
    actions.send_back(judged, reason="还是不对", by=head, at=AT + DAY)
    assert Omission.objects.get().filled_at is None


def test_a_review_of_the_record_leaves_what_is_to_be_mended(judged, task, people):
    actions.send_back(judged, reason="–", by=people.department_head, at=AT)

    actions.review_record(facts(task, people.field_engineer), urls={}, at=AT)
    actions.call_for(TASK, [], by=people.department_head, at=AT)

    assert list(Omission.objects.open().values_list("field", flat=True)) == ["to_mend"]


@pytest.mark.parametrize("person", ["field_engineer", "service_manager"])
def test_only_others_send_back_once_with_a_reason_and_only_the_owner_mends(judged, people, person):
    by, head, owner = getattr(people, person), people.department_head, people.field_engineer
    if by == owner:
        with pytest.raises(DomainError, match="one's own"):
            actions.send_back(judged, reason="–", by=by, at=AT)
        return
    with pytest.raises(DomainError, match="write why"):
        actions.send_back(judged, reason=" ", by=by, at=AT)
    actions.send_back(judged, reason="–", by=by, at=AT)
    with pytest.raises(DomainError, match="already"):
        actions.send_back(judged, reason="–", by=head, at=AT)
    correction = Correction.objects.get()
    with pytest.raises(DomainError, match="Only whose record"):
        actions.mend(correction, answer="–", by=head, at=AT)
    with pytest.raises(DomainError, match="what you put right"):
        actions.mend(correction, answer=" ", by=owner, at=AT)
    actions.mend(correction, answer="–", by=owner, at=AT)
    with pytest.raises(DomainError, match="mended already"):
        actions.mend(correction, answer="–", by=owner, at=AT)


def test_what_is_not_entered_is_not_sent_back(task, people):
    actions.judge([facts(task, people.field_engineer, entered_at=None)])

    with pytest.raises(DomainError, match="Nothing is entered"):
        actions.send_back(JudgedRecord.objects.get(), reason="–", by=people.department_head, at=AT)


def test_the_way_through_the_pages(logged_in, judged, people):
    head = logged_in("department_head")
    checks = reverse("employees:record_checks")

    head.post(f"{checks}?month=2026-03", {"once": "1"})
    assert judged.subject_name in head.get(checks, {"month": "2026-03"}).content.decode()
    page = head.get(judged.get_absolute_url()).content.decode()
    assert reverse("employees:send_back", args=[judged.pk]) in page
    assert reverse("employees:find_in_order", args=[judged.pk]) in page
    send_back = reverse("employees:send_back", args=[judged.pk])
    head.post(send_back, {"reason": "照片不清", "once": "2"})

    mend = reverse("employees:mend", args=[Correction.objects.get().pk])
    owner = logged_in("field_engineer")
    assert mend in owner.get(reverse("employees:omissions")).content.decode()
    assert mend in owner.get(judged.get_absolute_url()).content.decode()
    assert "照片不清" in owner.get(mend).content.decode()
    owner.post(mend, {"answer": "已重拍", "once": "3"})
    assert owner.get(mend).status_code == 302
    head = logged_in("department_head")
    assert "已重拍" in head.get(judged.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("department_head", 200),
        ("service_manager", 200),
        ("field_engineer", 403),
        ("partner_coordinator", 403),
    ],
)
def test_who_may_send_a_record_back(logged_in, judged, person, status):
    url = reverse("employees:send_back", args=[judged.pk])
    assert logged_in(person).get(url).status_code == status


def test_nobody_is_offered_to_check_the_own(logged_in, people):
    own = JudgedRecordFactory(owner=people.department_head)
    client = logged_in("department_head")

    assert client.get(reverse("employees:send_back", args=[own.pk])).status_code == 403
    assert "send-back" not in client.get(own.get_absolute_url()).content.decode()


def test_a_correction_of_somebody_else_is_not_mine_to_mend(logged_in):
    url = reverse("employees:mend", args=[CorrectionFactory().pk])
    assert logged_in("field_engineer").get(url).status_code == 404


# made anew


def test_a_month_made_anew_drops_what_no_record_stands_for(people, capsys):
    JudgedRecordFactory(subject_id=999_999, happened_at=AT)
    done = TaskFactory(done=True, assignee=people.field_engineer, finished_at=AT)

    call_command("judge_records", "2026-03")

    row = JudgedRecord.objects.get()
    assert (row.subject_id, row.events, row.called_for) == (done.pk, 0, 0)
    assert "2026-03" in capsys.readouterr().out
