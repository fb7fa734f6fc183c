"""A company, how it is asked for, and how its facts are counted: few, or so many that they are kept
in columns.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reports import actions
from reports.models import (
    FactBlock,
)
from reports.periods import Period, Preset, Scope
from reports.queries import facts
from reports.queries.columns import layouts
from reports.queries.requests import Asked
from service_requests.models import ServiceRequest
from tests.company import SHANGHAI
from tests.factories.assets import AssetFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import NINE, PartUseFactory, TaskFactory, TimeEntryFactory
from tests.factories.employees import CostRateFactory, EmployeeFactory, OutletFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import (
    ServiceRequestFactory,
    SlaTimerFactory,
    SurveyDimensionFactory,
    SurveyFactory,
    SurveyScoreFactory,
    sampled_survey,
)
from tests.reports.both_ways import AT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["database", "columns", "columns and rows"])
def counted_by(request, monkeypatch):
    """How facts are counted, once what it returns was called."""
    if request.param == "database":
        return lambda: None
    monkeypatch.setattr(layouts, "LARGE", 0)

    def keep():
        assert facts.are_current()
        actions.keep_columns()
        if request.param != "columns":  # every other day has changed since
            odd = [pk for pk, day in FactBlock.objects.values_list("pk", "day") if day % 2]
            FactBlock.objects.filter(pk__in=odd).delete()

    return keep


@pytest.fixture
def company(db):
    """Requests in every state with every state of clock, two of a kind, and work of every kind."""
    region = {"province": "辽宁省"}
    own, other = CustomerFactory(**region), CustomerFactory(province="")
    device = AssetFactory(customer=own, warranty_months=24)
    within = AssetFactory(component=True, parent=device)
    first = OutletFactory()
    owner = EmployeeFactory(outlet=first)
    CostRateFactory(employee=owner)
    CostRateFactory(employee=owner, valid_from="2026-03-03", per_hour=Decimal("133.33"))
    common = {"customer": own, "owner": owner}
    opened = [
        ServiceRequestFactory(**common, asset=device, responded_at=NINE + HOUR, closed=True,
                              arrived_at=NINE + 2 * HOUR, restored_at=NINE + 90 * HOUR,
                              opened_at=NINE, highest_ring=2, cause="磨损"),
        ServiceRequestFactory(**common, asset=device, responded_at=NINE + HOUR, closed=True,
                              opened_at=NINE, transfers=3, spell=2),
        ServiceRequestFactory(**common, asset=within, opened_at=NINE + 26 * DAY, resolved=True),
        ServiceRequestFactory(customer=other, opened_at=NINE - 200 * DAY, kind="question"),
        ServiceRequestFactory(customer=other, opened_at=NINE, cancelled=True, severity="high"),
        ServiceRequestFactory(customer=other, unowned=True, opened_at=NINE - 40 * DAY,
                              contract=ServiceContractFactory(customer=other)),
    ]  # fmt: skip
    repeated = opened[2]
    repeated.repeat_of = opened[0]
    repeated.save()
    merged = ServiceRequestFactory(opened_at=NINE, customer=own)
    ServiceRequest.objects.filter(pk=merged.pk).update(
        status="merged", merged_into=opened[0], merged_at=NINE + 2 * DAY
    )
    opened[1].outlets.set([first, OutletFactory(code="JN")])
    clocks = [
        (opened[0], "response", {"stopped_at": NINE + HOUR}),
        (opened[0], "arrival", {"stopped_at": NINE + 2 * HOUR, "breached_at": NINE + HOUR}),
        (opened[0], "restore", {"breached_at": NINE + DAY}),
        (opened[1], "response", {"stopped_at": NINE + HOUR}),
        (opened[1], "response", {"spell": 2, "due_at": AT}),
        (opened[2], "response", {"due_at": AT + HOUR}),
        (opened[2], "resolve", {"due_at": None, "risk_at": None, "remaining": HOUR}),
        (opened[4], "response", {"stopped_at": NINE + HOUR, "cancelled": True}),
        (merged, "response", {"stopped_at": NINE + HOUR, "cancelled": True,
                              "breached_at": NINE}),
    ]  # fmt: skip
    for request, target, state in clocks:
        SlaTimerFactory(service_request=request, target=target, **state)
    tasks = [
        TaskFactory(done=True, service_request=opened[0], customer=own, asset=device,
                    assignee=owner),
        TaskFactory(done=True, customer=own, asset=within, assignee=owner),
        TaskFactory(done=True, service_request=opened[1], customer=own, assignee=owner),
        TaskFactory(not_solved=True, service_request=opened[1], customer=own, assignee=owner),
    ]  # fmt: skip
    for task, on in zip(tasks, (2, 3, 4, 3), strict=True):
        TimeEntryFactory(task=task, worked_on=date(2026, 3, on), hours=Decimal("1.25"))
    for request in (opened[0], None):
        order = OrderFactory(delivered=True, service_request=request,
                             **({} if request else {"customer": other}))  # fmt: skip
        OrderLineFactory(order=order)
        OrderLineFactory(order=order, work=True)
        OrderLineFactory(order=order, warranty=True)
    gone = OrderLineFactory(order=OrderFactory(cancelled=True, service_request=opened[0]))
    PartUseFactory(task=tasks[0], order_line=gone)
    OrderLineFactory(order=OrderFactory(cancelled=True, service_request=opened[0]))
    dimension, another = (SurveyDimensionFactory(code=code) for code in ("speed", "price"))
    for request, at, said in (
        (opened[0], NINE + DAY, (5, 4)),
        (opened[1], NINE - 27 * DAY, (3, 4)),
        (opened[2], NINE - 20 * DAY, (4,)),
        (opened[3], NINE + DAY, (3, 3)),
        (opened[4], NINE - 20 * DAY, (3,)),
        (opened[5], None, ()),
    ):
        survey = SurveyFactory(service_request=request, answered_at=at,
                               sent_at=(at or NINE) - 5 * DAY,
                               nps=said[0] * 2 if said else None)  # fmt: skip
        for of, score in zip((dimension, another), said, strict=False):
            SurveyScoreFactory(survey=survey, dimension=of, score=score)
    sample = sampled_survey(other, answered_at=AT, nps=3)
    SurveyScoreFactory(survey=sample, dimension=another, score=2)
    for state in ("approved", "paid", "submitted"):
        claim = ExpenseClaimFactory(**{state: True}, claimant=owner)
        ExpenseLineFactory(claim=claim, task=tasks[0])
        ExpenseLineFactory(claim=claim, task=tasks[1], category="outside_service")
        ExpenseLineFactory(claim=claim)


@pytest.fixture
def ask(people):
    def ask(first, after, zone=SHANGHAI, **filters):
        period = Period(date.fromisoformat(first), date.fromisoformat(after), zone)
        return Asked(Scope(period, Preset.CUSTOM, **filters), people.department_head, AT)

    return ask
