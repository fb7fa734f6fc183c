"""The catalogue, the installed base, and the plans of its maintenance."""

from assets.models.defects import Defect, DefectQuerySet
from assets.models.installed import Asset, AssetModel, AssetQuerySet, Part, PartCost
from assets.models.plans import (
    MaintenancePlan,
    MeterReading,
    Occurrence,
    OccurrenceQuerySet,
    PlanLine,
    PlanPart,
    PlanQuerySet,
)
from assets.models.procedures import Line, Procedure, ProcedureLine, Step

__all__ = [
    "Asset",
    "AssetModel",
    "AssetQuerySet",
    "Defect",
    "DefectQuerySet",
    "Line",
    "MaintenancePlan",
    "MeterReading",
    "Occurrence",
    "OccurrenceQuerySet",
    "Part",
    "PartCost",
    "PlanLine",
    "PlanPart",
    "PlanQuerySet",
    "Procedure",
    "ProcedureLine",
    "Step",
]
