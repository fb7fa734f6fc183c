"""Customers with all that is known of them, and the care that is planned for them."""

from customers.models.business import BusinessSignal, BusinessSignalQuerySet
from customers.models.care import CarePlan, CareTouch, CareTouchQuerySet
from customers.models.grades import GradePolicy, Grading, Need, NeedQuerySet
from customers.models.records import (
    Affiliation,
    Contact,
    ContactPhone,
    ContactQuerySet,
    Customer,
    CustomerQuerySet,
    Purchase,
    PurchaseQuerySet,
    Site,
    SiteQuerySet,
    Tier,
    TierChange,
)
from customers.models.recovery import (
    CustomerTrend,
    CustomerTrendQuerySet,
    RecoveryCase,
    RecoveryCaseQuerySet,
    RecoveryMeasure,
)
from customers.models.teams import AccountTeam, TeamMember

__all__ = [
    "AccountTeam",
    "Affiliation",
    "BusinessSignal",
    "BusinessSignalQuerySet",
    "CarePlan",
    "CareTouch",
    "CareTouchQuerySet",
    "Contact",
    "ContactPhone",
    "ContactQuerySet",
    "Customer",
    "CustomerQuerySet",
    "CustomerTrend",
    "CustomerTrendQuerySet",
    "GradePolicy",
    "Grading",
    "Need",
    "NeedQuerySet",
    "Purchase",
    "PurchaseQuerySet",
    "RecoveryCase",
    "RecoveryCaseQuerySet",
    "RecoveryMeasure",
    "Site",
    "SiteQuerySet",
    "TeamMember",
    "Tier",
    "TierChange",
]
