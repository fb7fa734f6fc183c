"""Merged requests in figures: what moved to the survivor counts there, by rows and by facts."""

from reports.models import RequestFact, StaleFact
from reports.queries import facts
from reports.queries.computing import computed
from service_requests import actions
from service_requests.models import ServiceRequest
from tests.factories.dispatch import NINE, TaskFactory, TimeEntryFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import HOUR, SlaTimerFactory
from tests.reports.test_facts import (  # noqa: F401
    AT,
    WITH_FACTS,
    ask,
    by_rows,
    company,
    lines_of,
)


def test_a_merge_and_its_undoing_count_the_same_by_facts_and_by_rows(company, ask, people):  # noqa: F811
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
