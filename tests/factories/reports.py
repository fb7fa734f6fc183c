from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from reports.choices import Rhythm, VisitReason
from reports.models import (
    FactBlock,
    FactColumn,
    Involved,
    MonthlyReport,
    ReportSubscription,
    RequestFact,
    ReturnVisit,
    SavedReport,
    ScoreFact,
    StaleFact,
    SurveyFact,
    VisitSample,
    WorkFact,
)
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory
from tests.factories.service_requests import ServiceRequestFactory

MADE_AT = datetime(2026, 11, 2, 1, tzinfo=UTC)


class SavedReportFactory(DjangoModelFactory):
    class Meta:
        model = SavedReport

    name = factory.Sequence(lambda n: f"Promises {n}")
    report = "promises"
    query = "period=last_month&by=outlet"
    owner = factory.SubFactory(EmployeeFactory)
    saved_at = MADE_AT


class ReportSubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = ReportSubscription

    saved = factory.SubFactory(SavedReportFactory)
    recipient = factory.SubFactory(EmployeeFactory)
    rhythm = Rhythm.WEEKLY
    send_on = date(2026, 11, 30)


class MonthlyReportFactory(DjangoModelFactory):
    class Meta:
        model = MonthlyReport

    month = date(2026, 10, 1)
    version = factory.Sequence(lambda n: n + 1)
    papers = {
        key: {
            "title": "2026-10", "subtitle": "", "lang": key, "region": "CN", "paper": "a4",
            "organisation": "", "number": "", "date": [2026, 11, 2], "foot": "",
            "sections": [{"title": "In short", "permission": "reports.view", "points": []}],
        }
        for key in ("en", "zh")
    }  # fmt: skip
    made_at = MADE_AT


class VisitSampleFactory(DjangoModelFactory):
    class Meta:
        model = VisitSample

    month = factory.Sequence(lambda n: date(2000 + n // 12, n % 12 + 1, 1))
    size = 1
    drawn_by = factory.SubFactory(EmployeeFactory)
    drawn_at = MADE_AT


class ReturnVisitFactory(DjangoModelFactory):
    class Meta:
        model = ReturnVisit

    sample = factory.SubFactory(VisitSampleFactory)
    customer = factory.SubFactory(CustomerFactory)
    reason = VisitReason.SAMPLE


class StaleFactFactory(DjangoModelFactory):
    class Meta:
        model = StaleFact

    holder = "request"
    key = factory.Sequence(int)


class FactBlockFactory(DjangoModelFactory):
    class Meta:
        model = FactBlock

    layout = "opened"
    day = factory.Sequence(int)
    rows = 0


class FactColumnFactory(DjangoModelFactory):
    class Meta:
        model = FactColumn

    block = factory.Sequence(int)
    name = "kind"
    data = b""


class InvolvedFactory(DjangoModelFactory):
    class Meta:
        model = Involved

    key = factory.Sequence(str)


class RequestFactFactory(DjangoModelFactory):
    class Meta:
        model = RequestFact

    request = factory.SubFactory(ServiceRequestFactory)
    opened_at = MADE_AT
    is_merged = False
    lasted_long = True


class SurveyFactFactory(DjangoModelFactory):
    class Meta:
        model = SurveyFact

    survey = factory.Sequence(int)
    sent_at = MADE_AT
    answered_at = MADE_AT
    scores = 1
    sum = 5


class ScoreFactFactory(DjangoModelFactory):
    class Meta:
        model = ScoreFact

    row = factory.Sequence(int)
    survey = factory.Sequence(int)
    answered_at = MADE_AT
    score = 5


class WorkFactFactory(DjangoModelFactory):
    class Meta:
        model = WorkFact

    source = "labour"
    row = factory.Sequence(int)
    holder = factory.Sequence(int)
    day = date(2026, 11, 2)
    cents = 100
    is_in_warranty = False
