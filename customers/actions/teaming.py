"""The verbs of account teams: who is in them, and for which customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from customers.choices import TeamRole
from customers.models import AccountTeam, Customer, TeamMember
from employees.models import Employee


@transaction.atomic
def make_team(values: Mapping[str, Any], *, by: Employee, at: datetime) -> AccountTeam:
    """Raises DomainError for a name that is taken."""
    if AccountTeam.objects.filter(name=values["name"]).exists():
        raise DomainError(_("There is a team of this name."), field="name")
    team = AccountTeam(**values)
    team.save(force_insert=True)
    record(team, "customers.team_made", by=by, at=at)
    return team


@transaction.atomic
def change_team(
    team: AccountTeam,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> AccountTeam:
    others = AccountTeam.objects.exclude(pk=team.pk)
    if "name" in values and others.filter(name=values["name"]).exists():
        raise DomainError(_("There is a team of this name."), field="name")
    return change(team, values, verb="customers.team_changed", version=version, by=by, at=at)


@transaction.atomic
def add_member(
    team: AccountTeam, *, employee: Employee, role: str, by: Employee, at: datetime
) -> TeamMember:
    """Somebody joins, or has another role from now on. Who led so far stays as one of sales."""
    team = AccountTeam.objects.select_for_update(of=("self",)).get(pk=team.pk)
    if role == TeamRole.LEAD:
        led = TeamMember.objects.filter(team=team, role=TeamRole.LEAD).exclude(employee=employee)
        led.update(role=TeamRole.SALES)
    member, _is_new = TeamMember.objects.update_or_create(
        team=team, employee=employee, defaults={"role": TeamRole(role)}
    )
    record(
        team, "customers.team_member_added", by=by, at=at, about=[employee],
        person=employee.name, person_id=employee.pk,
    )  # fmt: skip
    return member


@transaction.atomic
def remove_member(member: TeamMember, *, by: Employee, at: datetime) -> AccountTeam:
    """Somebody leaves the team; what was done stays in the trail. Twice is once."""
    team = AccountTeam.objects.select_for_update(of=("self",)).get(pk=member.team_id)
    if TeamMember.objects.filter(pk=member.pk).delete()[0]:
        record(
            team, "customers.team_member_removed", by=by, at=at, about=[member.employee],
            person=member.employee.name,
        )  # fmt: skip
    return team


@transaction.atomic
def give_to_team(
    customer: Customer, *, team: AccountTeam | None, by: Employee, at: datetime
) -> Customer:
    """From now on the team looks after the customer; none when it is nobody's."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if customer.merged_into_id is not None:
        raise DomainError(_("This customer was joined to another one."))
    before, customer.account_team = customer.account_team, team
    if before == team:
        return customer
    customer.version += 1
    customer.save(update_fields=["account_team", "version"])
    record(
        customer, "customers.given_to_team", by=by, at=at, about=[before, team],
        team=team.name if team else "–",
    )  # fmt: skip
    return customer
