"""The nouns of the work: tasks, what they took, what was reported, what customers said of it."""

from dispatch.models.acceptances import ACCEPTANCE, Acceptance
from dispatch.models.day_plans import DayPlan
from dispatch.models.depot import DepotRepair, DepotStep, DepotWait, LabourTimer, Measurement
from dispatch.models.links import CalendarLink, SyncedAction
from dispatch.models.reports import PartUse, Pause, TimeEntry, WorkReport
from dispatch.models.tasks import USUAL_LENGTH, ChecklistItem, Task, TaskQuerySet
from dispatch.models.wishes import EngineerWish

__all__ = [
    "ACCEPTANCE",
    "USUAL_LENGTH",
    "Acceptance",
    "CalendarLink",
    "ChecklistItem",
    "DayPlan",
    "DepotRepair",
    "DepotStep",
    "DepotWait",
    "EngineerWish",
    "LabourTimer",
    "Measurement",
    "PartUse",
    "Pause",
    "SyncedAction",
    "Task",
    "TaskQuerySet",
    "TimeEntry",
    "WorkReport",
]
