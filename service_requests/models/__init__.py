"""The heart: requests, the timers of their promises, holds, hand-overs, escalations and surveys."""

from service_requests.models.complaints import Complaint, ComplaintQuerySet
from service_requests.models.escalation import Escalation, EscalationRule, WarningPolicy
from service_requests.models.handovers import Handover
from service_requests.models.holds import Hold, HoldReason
from service_requests.models.requests import NOTHING_DUE_FOR, ServiceRequest, ServiceRequestQuerySet
from service_requests.models.surveys import (
    CallBack,
    CallBackQuerySet,
    Survey,
    SurveyDimension,
    SurveyQuerySet,
    SurveyRound,
    SurveyScore,
)
from service_requests.models.timers import Recalculation, SlaTimer, SlaTimerQuerySet

__all__ = [
    "NOTHING_DUE_FOR",
    "CallBack",
    "CallBackQuerySet",
    "Complaint",
    "ComplaintQuerySet",
    "Escalation",
    "EscalationRule",
    "Handover",
    "Hold",
    "HoldReason",
    "Recalculation",
    "ServiceRequest",
    "ServiceRequestQuerySet",
    "SlaTimer",
    "SlaTimerQuerySet",
    "Survey",
    "SurveyDimension",
    "SurveyQuerySet",
    "SurveyRound",
    "SurveyScore",
    "WarningPolicy",
]
