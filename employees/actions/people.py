"""People, and what they can do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.ahead import next_day
from crmservice.errors import DomainError
from crmservice.search.index import index
from crmservice.sweeping import claim_each
from employees import policies, queries
from employees.choices import DAYS_AHEAD
from employees.models import (
    Employee,
    EmployeeSkill,
    Skill,
)

SWEPT = 500


class SkillLevel(NamedTuple):
    skill: Skill
    level: int
    certificate_expires_on: date | None = None


@transaction.atomic
def create(*, values: Mapping[str, Any], by: Employee | None, at: datetime) -> Employee:
    """Enter a person, whose log-in stays closed.

    Raises DomainError for a role that `by` may not give.
    """
    refuse_role(by, values["role"])
    employee = Employee.objects.create_user(**values)
    record(employee, "employees.created", by=by, at=at)
    reindex(employee)
    return employee


@transaction.atomic
def change_employee(
    employee: Employee,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Employee:
    """Change a person's data.

    Raises DomainError for a role that `by` may not give, and for supervisors in a circle.
    """
    if not policies.may_change(by, employee):
        raise DomainError(_("Only an administrator changes an administrator’s data."))
    if "role" in values:
        refuse_role(by, values["role"])
    refuse_circle(employee, values.get("supervisor"))
    employee = change(employee, values, verb="employees.changed", version=version, by=by, at=at)
    reindex(employee)
    return employee


@transaction.atomic
def set_skills(
    employee: Employee, *, levels: Sequence[SkillLevel], by: Employee, at: datetime
) -> Employee:
    """What the person can do from now on; what is not named is no longer a skill."""
    before = {each.skill_id: each for each in employee.skill_levels.select_related("skill")}
    after = {each.skill.pk: each for each in levels}
    changes = {
        name_of(pk, before, after): [shown(before.get(pk)), shown(after.get(pk))]
        for pk in before.keys() | after.keys()
        if shown(before.get(pk)) != shown(after.get(pk))
    }
    if not changes:
        return employee
    employee.skill_levels.exclude(skill__in=after).delete()
    for each in levels:
        known = before.get(each.skill.pk)
        EmployeeSkill.objects.update_or_create(
            employee=employee,
            skill=each.skill,
            defaults={
                "level": each.level,
                "certificate_expires_on": each.certificate_expires_on,
                "remind_on": next_reminder(each, known, at=at),
            },
        )
    record(employee, "employees.skills_changed", by=by, at=at, changes=changes)
    return employee


def next_reminder(level: SkillLevel, known: EmployeeSkill | None, *, at: datetime) -> date | None:
    """The next day on which a certificate's end is spoken of; one that stays as it was keeps it."""
    ends_on = level.certificate_expires_on
    if known is not None and known.certificate_expires_on == ends_on:
        return known.remind_on
    return next_day(ends_on, DAYS_AHEAD, after=timezone.localdate(at)) if ends_on else None


def remind_of_certificates(*, on: date, at: datetime) -> int:
    """Speak of each certificate that ends in 60, 30 or 7 days, once; after an outage of the nearest
    only, and not of those who have left.
    """
    due = EmployeeSkill.objects.to_remind(on).select_related("employee", "skill")
    levels = list(due.order_by("remind_on", "pk")[:SWEPT])
    return claim_each(levels, remind_of_certificate, on=on, at=at)


@transaction.atomic
def remind_of_certificate(level: EmployeeSkill, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    ends_on = level.certificate_expires_on
    assert ends_on is not None
    due = EmployeeSkill.objects.to_remind(on).filter(pk=level.pk)
    won = due.filter(remind_on=level.remind_on, certificate_expires_on=ends_on).update(
        remind_on=next_day(ends_on, DAYS_AHEAD, after=on)
    )
    if not won or ends_on < on or not level.employee.is_active:
        return False
    record(
        level.employee,
        "employees.certificate_ends",
        by=None,
        at=at,
        skill=level.skill.names,
        ends_on=ends_on,
        days=(ends_on - on).days,
    )
    return True


def refuse_role(by: Employee | None, role: str) -> None:
    if by is not None and role not in policies.roles_to_give(by):
        raise DomainError(_("Only an administrator makes administrators."), field="role")


def refuse_circle(employee: Employee, supervisor: Employee | None) -> None:
    """Raise DomainError when the new supervisor stands below the employee."""
    above = supervisor
    while above is not None:
        if above.pk == employee.pk:
            raise DomainError(
                _("%(who)s would supervise a supervisor of theirs.") % {"who": employee},
                field="supervisor",
            )
        above = above.supervisor


def reindex(employee: Employee) -> None:
    index("employee", employee.pk, **queries.search_words(employee))


def name_of(pk: int, before: Mapping[int, EmployeeSkill], after: Mapping[int, SkillLevel]) -> str:
    return str((after.get(pk) or before[pk]).skill.code)


def shown(skill: EmployeeSkill | SkillLevel | None) -> str:
    """Level and certificate of a skill, as the trail keeps them."""
    if skill is None:
        return ""
    return " ".join(filter(None, [str(skill.level), str(skill.certificate_expires_on or "")]))
