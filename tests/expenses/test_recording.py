"""The record of a claim: each outlay entered in time, and not returned."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from employees import actions as employees
from employees.models import Correction, JudgedRecord, Omission
from employees.queries import month_of
from expenses import actions
from expenses.actions import Outlay
from expenses.choices import RECORD, Category
from tests.factories.expenses import ExpenseLineFactory

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ON = date(2026, 3, 31)
ENDS = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)  # of that day in Shanghai


@pytest.fixture
def claimant(people):
    people.field_engineer.supervisor = people.service_manager
    people.field_engineer.save()
    return people.field_engineer


def claimed(claimant, *days, at=ENDS):
    lines = [Outlay(category=Category.MEALS, amount=Decimal(20), spent_on=on) for on in days]
    claim = actions.create(lines=lines, by=claimant, at=at)
    return actions.submit(claim, by=claimant, at=at)


@pytest.mark.parametrize(("late", "in_time"), [(timedelta(), 2), (DAY, 1), (DAY + SECOND, 0)])
def test_each_outlay_is_an_event_of_its_day(claimant, late, in_time):
    claim = claimed(claimant, ON - DAY, ON, at=ENDS + late)

    row = JudgedRecord.objects.get(situation=RECORD)
    assert (row.subject_id, row.owner, row.month) == (claim.pk, claimant, month_of(ENDS))
    assert (row.happened_at, row.events, row.in_time) == (ENDS, 2, in_time)
    assert row.called_for == 0


def test_what_is_sent_back_counts_once_it_is_handed_in_again(claimant, people):
    claim = claimed(claimant, ON)
    claim = actions.send_back(claim, reason="缺发票", by=people.service_manager, at=ENDS + SECOND)
    assert not JudgedRecord.objects.exists()

    actions.submit(claim, by=claimant, at=ENDS + DAY)

    row, correction = JudgedRecord.objects.get(), Correction.objects.get()
    assert (row.faulty, row.in_time) == (1, 1)
    assert (correction.kind, correction.owner, correction.reason) == (
        "returned",
        claimant,
        "缺发票",
    )


def test_receipts_can_be_called_for(claimant, people):
    employees.call_for(RECORD, [("claim", "receipts")], by=people.department_head, at=ENDS - DAY)
    claim = claimed(claimant, ON)

    assert JudgedRecord.objects.get().missing == ["receipts"]
    assert Omission.objects.get().url == reverse("expenses:detail", args=[claim.number])


def test_an_imported_claim_is_not_judged_and_a_month_can_be_made_anew(claimant):
    ExpenseLineFactory(spent_on=ON, claim__status="submitted", claim__submitted_at=ENDS)
    claimed(claimant, ON)
    before = list(JudgedRecord.objects.values_list("subject_id", "in_time", "month"))
    JudgedRecord.objects.update(in_time=0)

    assert employees.judge_anew(RECORD, month_of(ENDS), at=ENDS + DAY) == (1, 0)
    assert employees.judge_anew(RECORD, month_of(ENDS + DAY), at=ENDS + DAY) == (0, 0)

    assert list(JudgedRecord.objects.values_list("subject_id", "in_time", "month")) == before
