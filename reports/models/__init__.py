"""What is kept of reports: facts to count, how they were asked for, months, return visits."""

from reports.models.columns import FactBlock, FactColumn
from reports.models.facts import (
    Involved,
    RequestFact,
    ScoreFact,
    StaleFact,
    SurveyFact,
    WorkFact,
)
from reports.models.kept import MonthlyReport, ReportSubscription, SavedReport
from reports.models.visits import ReturnVisit, VisitSample

__all__ = [
    "FactBlock",
    "FactColumn",
    "Involved",
    "MonthlyReport",
    "ReportSubscription",
    "RequestFact",
    "ReturnVisit",
    "SavedReport",
    "ScoreFact",
    "StaleFact",
    "SurveyFact",
    "VisitSample",
    "WorkFact",
]
