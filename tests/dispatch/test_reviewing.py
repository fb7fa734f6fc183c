"""The record of a visit: reported in time, and complete."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from crmservice.attachments.checking import check
from crmservice.errors import DomainError
from dispatch import actions, papers
from dispatch.models import Task, WorkReport
from employees import actions as employees
from employees.models import Correction, JudgedRecord, Omission
from employees.queries import month_of
from employees.situations import SITUATIONS
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest
from tests.dispatch.conftest import HOUR, NINE
from tests.factories.attachments import ONE_PIXEL
from tests.factories.dispatch import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_plan")]
ENDED = NINE + 3 * HOUR
PLANNED_END = NINE + 2 * HOUR
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def incomplete(working, sign_off, engineer):
    ends = replace(sign_off, readings="")
    return actions.complete(working, sign_off=ends, by=engineer, at=ENDED)


def missing():
    return sorted(Omission.objects.open().values_list("subject_name", "field"))


def test_readings_that_were_left_out_are_noted_for_the_engineer(incomplete, engineer):
    assert missing() == [(incomplete.number, "readings")]
    omission = Omission.objects.get()
    assert (omission.owner, omission.due_at) == (engineer, ENDED + DAY)
    assert omission.url == reverse("dispatch:supplement", args=[incomplete.number])


def test_a_complete_record_leaves_nothing_open(working, sign_off, engineer):
    actions.complete(working, sign_off=sign_off, by=engineer, at=ENDED)

    assert missing() == []


def test_readings_entered_later_fill_it_and_leave_what_was_signed(incomplete, engineer):
    before = papers.acceptance_form(Task.objects.get(pk=incomplete.pk))

    actions.supplement(incomplete, readings="6.3 MPa", by=engineer, at=ENDED + HOUR)

    assert missing() == []
    assert WorkReport.objects.get().later_readings == "6.3 MPa"
    assert papers.acceptance_form(Task.objects.get(pk=incomplete.pk)) == before


def test_readings_are_entered_once_by_who_did_the_work(incomplete, engineer, dispatcher):
    with pytest.raises(DomainError, match="Only who did the work"):
        actions.supplement(incomplete, readings="1", by=dispatcher, at=ENDED)
    with pytest.raises(DomainError, match="write something"):
        actions.supplement(incomplete, readings="  ", by=engineer, at=ENDED)
    actions.supplement(incomplete, readings="1", by=engineer, at=ENDED)
    with pytest.raises(DomainError, match="stand already"):
        actions.supplement(incomplete, readings="2", by=engineer, at=ENDED)


def test_nothing_is_supplemented_while_the_work_goes_on(working, engineer):
    with pytest.raises(DomainError, match="once the work has ended"):
        actions.supplement(working, readings="1", by=engineer, at=ENDED)


def test_a_photo_attached_later_fills_what_called_for_it(incomplete, engineer, people):
    pairs = [("onsite", "photos")]
    employees.call_for("dispatch.task", pairs, by=people.department_head, at=ENDED)
    actions.review(Task.objects.select_related("work_report").get(), at=ENDED)
    assert missing() == [(incomplete.number, "photos")]

    actions.attach(incomplete, [check("a.png", ONE_PIXEL)], by=engineer, at=ENDED + HOUR)

    assert missing() == []


def test_the_engineer_enters_it_on_its_page(logged_in, incomplete):
    client = logged_in("field_engineer")
    url = reverse("dispatch:supplement", args=[incomplete.number])

    page = client.get(reverse("employees:omissions")).content.decode()
    client.post(url, {"readings": "6.3 MPa", "once": "1"})

    assert url in page
    assert missing() == []


# reports that do not come


@pytest.mark.parametrize(("early", "noted"), [(SECOND, 0), (timedelta(), 1)])
def test_a_visit_that_nobody_reports_is_noted_after_a_day(visit, engineer, early, noted):
    assert actions.note_unreported(at=PLANNED_END + DAY - early) == noted
    assert actions.note_unreported(at=PLANNED_END + DAY - early) == 0

    assert missing() == [(visit.number, "report")] * noted


def test_its_engineer_is_reminded_at_once_and_no_more_when_it_is_reported(
    visit, engineer, sign_off
):
    late = PLANNED_END + DAY
    actions.note_unreported(at=late)
    assert employees.remind_of_omissions(at=late) == 1

    for number, verb in enumerate(("accept", "travel", "arrive", "start")):
        visit = getattr(actions, verb)(visit, by=engineer, at=late + number * HOUR)
    actions.complete(visit, sign_off=sign_off, by=engineer, at=late + 5 * HOUR)

    assert missing() == []


@pytest.mark.parametrize("verb", ["cancel", "unassign"])
def test_what_is_taken_back_is_nobodys_omission(visit, dispatcher, verb):
    actions.note_unreported(at=PLANNED_END + DAY)

    getattr(actions, verb)(visit, reason="-", by=dispatcher, at=PLANNED_END + DAY)

    assert missing() == []


def test_what_an_import_brought_is_not_noted(people):
    TaskFactory(assigned=True, assigned_at=None)

    assert actions.note_unreported(at=NINE + 100 * DAY) == 0


# requests


def test_a_fault_resolved_without_code_and_cause_is_its_owners_to_complete(fault, dispatcher):
    service_requests.resolve(fault, resolution="好了", by=dispatcher, at=ENDED)
    assert missing() == [(fault.number, "cause"), (fault.number, "fault_code")]

    service_requests.reopen(
        ServiceRequest.objects.get(), reason="又坏了", by=dispatcher, at=ENDED + HOUR
    )
    assert missing() == []


def test_code_and_cause_fill_it_also_when_the_file_is_closed(fault, dispatcher, fault_code):
    service_requests.resolve(fault, resolution="好了", cause="密封", by=dispatcher, at=ENDED)
    ServiceRequest.objects.update(status="closed", closed_at=ENDED)
    closed = ServiceRequest.objects.get()

    with pytest.raises(DomainError, match="only what is missing"):
        service_requests.record_codes(
            closed, fault_code=fault_code, cause="另一个", by=dispatcher, at=ENDED
        )
    service_requests.record_codes(
        closed, fault_code=fault_code, cause="密封", by=dispatcher, at=ENDED
    )

    assert missing() == []


def test_what_the_record_lacks_is_said_before_it_is_closed(working, logged_in):
    client = logged_in("field_engineer")
    before = client.get(reverse("dispatch:complete", args=[working.number]))
    kept = client.post(reverse("dispatch:save_draft", args=[working.number]), {"readings": "6 MPa"})

    assert before.context["record"] == {"percent": 50, "missing": "Readings", "count": 1}
    assert "1 field more: 100 %" in before.content.decode()
    assert "The record is complete: 100 %." in kept.content.decode()


def test_what_is_known_is_suggested_while_the_finding_is_typed(working, logged_in):
    page = logged_in("field_engineer").get(reverse("dispatch:complete", args=[working.number]))

    asked = f"{reverse('knowledge:suggest')}?model={working.asset.model_code}"
    assert f'hx-get="{asked}"' in page.content.decode()


# judged


def judged(task):
    return JudgedRecord.objects.get(situation="dispatch.task", subject_id=task.pk)


@pytest.mark.parametrize(("late", "in_time"), [(timedelta(), 1), (DAY, 1), (DAY + SECOND, 0)])
def test_a_visit_is_judged_as_it_is_entered_also_later_from_a_tablet(
    working, sign_off, engineer, late, in_time
):
    actions.complete(working, sign_off=sign_off, happened_at=ENDED, by=engineer, at=ENDED + late)

    row = judged(working)
    assert (row.owner, row.events, row.in_time) == (engineer, 1, in_time)
    assert (row.happened_at, row.entered_at) == (ENDED, ENDED + late)
    assert (row.called_for, row.filled) == (2, 2)


def test_each_part_used_is_an_event_too(working, sign_off, engineer, part):
    actions.add_part(working, part=part, by=engineer, at=ENDED)
    actions.complete(working, sign_off=sign_off, by=engineer, at=ENDED)

    assert (judged(working).events, judged(working).in_time) == (2, 2)


def test_readings_entered_later_fill_the_judged_record(incomplete, engineer):
    assert judged(incomplete).missing == ["readings"]

    actions.supplement(incomplete, readings="6.3 MPa", by=engineer, at=ENDED + HOUR)

    assert judged(incomplete).missing == []


def test_a_visit_that_nobody_reports_counts_as_late_until_it_is_nobodys(visit, dispatcher):
    actions.note_unreported(at=PLANNED_END + DAY)
    row = judged(visit)
    assert (row.events, row.in_time, row.missing) == (1, 0, ["report"])

    actions.unassign(visit, reason="-", by=dispatcher, at=PLANNED_END + DAY)
    assert not JudgedRecord.objects.exists()


def test_codes_that_somebody_else_corrects_count_against_the_owner(
    fault, dispatcher, people, fault_code
):
    service_requests.resolve(
        fault, resolution="好了", cause="密封", fault_code=fault_code, by=dispatcher, at=ENDED
    )
    resolved = ServiceRequest.objects.get()
    for by, cause in ((resolved.owner, "轴封"), (people.department_head, "轴封")):
        service_requests.record_codes(resolved, fault_code=fault_code, cause=cause, by=by, at=ENDED)
    assert not Correction.objects.exists()

    service_requests.record_codes(
        resolved, fault_code=fault_code, cause="轴承", by=people.department_head, at=ENDED
    )

    correction = Correction.objects.get()
    assert (correction.kind, correction.reason) == ("corrected", "轴封 → 轴承")
    row = JudgedRecord.objects.get()
    assert (row.owner, row.faulty, row.filled) == (resolved.owner, 1, 2)


def test_what_is_made_anew_is_what_the_verbs_wrote(
    working, sign_off, engineer, part, fault, dispatcher, people
):
    actions.add_part(working, part=part, by=engineer, at=ENDED)
    ends = replace(sign_off, readings="")
    actions.complete(working, sign_off=ends, happened_at=ENDED, by=engineer, at=ENDED + 2 * DAY)
    late = TaskFactory(assigned=True, assignee=engineer)
    actions.note_unreported(at=late.planned_end + DAY)
    service_requests.resolve(
        ServiceRequest.objects.get(pk=fault.pk), resolution="好了", by=dispatcher, at=ENDED
    )
    employees.send_back(judged(working), reason="–", by=people.department_head, at=ENDED + 3 * DAY)
    written = rows()
    assert len(written) == 3

    JudgedRecord.objects.exclude(subject_id=working.pk).delete()
    JudgedRecord.objects.update(filled=0, faulty=0, in_time=0)
    for situation in SITUATIONS:
        employees.judge_anew(situation, month_of(ENDED), at=ENDED + 3 * DAY)

    assert rows() == written


def rows():
    found = JudgedRecord.objects.order_by("situation", "subject_id").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in found]
