"""What is kept of reports: how they were asked for, whom they go to, months, return visits."""

from reports.models.kept import MonthlyReport, ReportSubscription, SavedReport
from reports.models.visits import ReturnVisit, VisitSample

__all__ = ["MonthlyReport", "ReportSubscription", "ReturnVisit", "SavedReport", "VisitSample"]
