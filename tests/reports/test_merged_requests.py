"""Merged requests in figures: what moved to the survivor counts there, by rows and by facts."""

from datetime import timedelta

import pytest

from reports.models import RequestFact, StaleFact
from reports.queries import facts
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from service_requests import actions
from service_requests.models import ServiceRequest
from tests.factories.dispatch import NINE, TaskFactory, TimeEntryFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import HOUR, ServiceRequestFactory, SlaTimerFactory
from tests.reports.both_ways import AT, WITH_FACTS, by_rows, lines_of

DAY = timedelta(days=1)


def test_a_merge_and_its_undoing_count_the_same_by_facts_and_by_rows(company, ask, people):
    merged, survivor = ServiceRequest.objects.filter(status="new").order_by("pk")[:2]
    SlaTimerFactory(service_request=merged, started_at=NINE, due_at=NINE + HOUR)
    task = TaskFactory(done=True, service_request=merged, customer=merged.customer)
    TimeEntryFactory(task=task)
    OrderLineFactory(order=OrderFactory(delivered=True, service_request=merged), work=True)
    ExpenseLineFactory(claim=ExpenseClaimFactory(paid=True), task=task)
    assert facts.are_current()
    asked = ask("2026-03-01", "2026-04-01")

    def same():
        assert StaleFact.objects.exists()
        assert facts.are_current()
        for report in WITH_FACTS:
            for by in report.breakdowns:
                found = lines_of(computed(report, asked, by))
                assert found == lines_of(by_rows(report, asked, by)), (report.slug, by)

    actions.merge(merged, into=survivor, reason="同一故障", by=people.service_manager, at=AT)
    same()
    assert RequestFact.objects.get(request=merged).is_merged
    actions.undo_merge(merged, reason="是两回事", by=people.service_manager, at=AT)
    same()
    assert not RequestFact.objects.get(request=merged).is_merged


@pytest.mark.parametrize(
    ("merged_at", "open_then"), [("2026-03-04T23:59:59+08:00", 1), ("2026-03-05T00:00:01+08:00", 2)]
)
def test_until_it_was_merged_it_was_open(ask, people, merged_at, open_then):
    """metrics.md: open at an instant is what is not merged at it."""
    survivor = ServiceRequestFactory(opened_at=NINE - DAY)
    ServiceRequestFactory(
        opened_at=NINE, status="merged", merged_into=survivor, merged_at=merged_at
    )
    assert facts.are_current()
    asked, report = ask("2026-03-03", "2026-03-05"), CATALOGUE["throughput"]

    for answer in (computed(report, asked, "age"), by_rows(report, asked, "age")):
        assert answer.total.values["backlog"] == open_then
