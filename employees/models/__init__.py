"""The nouns of the service organisation."""

from employees.models.authority import Authority, AuthorityQuestion, AuthorityQuestionQuerySet
from employees.models.calendars import CalendarDay, CalendarEdition, WorkingCalendar
from employees.models.log_ins import SetupLink
from employees.models.naming import InBothLanguages, Named
from employees.models.people import (
    AT_DESK,
    ON_TABLET,
    TABLET_ROLES,
    Absence,
    CostRate,
    Employee,
    EmployeeQuerySet,
    EmployeeSkill,
    OnCall,
    Outlet,
    Skill,
)
from employees.models.quality import (
    CalledFor,
    Correction,
    JudgedRecord,
    Omission,
    RecordCheck,
)

__all__ = [
    "AT_DESK",
    "ON_TABLET",
    "TABLET_ROLES",
    "Absence",
    "Authority",
    "AuthorityQuestion",
    "AuthorityQuestionQuerySet",
    "CalendarDay",
    "CalendarEdition",
    "CalledFor",
    "Correction",
    "CostRate",
    "Employee",
    "EmployeeQuerySet",
    "EmployeeSkill",
    "InBothLanguages",
    "JudgedRecord",
    "Named",
    "Omission",
    "OnCall",
    "Outlet",
    "RecordCheck",
    "SetupLink",
    "Skill",
    "WorkingCalendar",
]
