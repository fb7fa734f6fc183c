"""The procedures of kinds of work and models: what is asked on the spot, step by step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Line, Procedure, ProcedureLine
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee


@transaction.atomic
def add_procedure(
    values: Mapping[str, Any], *, lines: Sequence[Line], by: Employee, at: datetime
) -> Procedure:
    """For tasks that are made from now on. Raises DomainError without a step."""
    procedure = Procedure.objects.create(**values)
    write_steps(procedure, lines)
    record(procedure, "assets.procedure_added", by=by, at=at, about=[procedure.model])
    return procedure


@transaction.atomic
def change_procedure(
    procedure: Procedure,
    values: Mapping[str, Any],
    *,
    lines: Sequence[Line],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Procedure:
    """What tasks take over from now on; those that there are keep theirs."""
    changed = changing.change(
        procedure,
        values,
        verb="assets.procedure_changed",
        version=version,
        by=by,
        at=at,
        about=[procedure.model],
    )
    write_steps(changed, lines)
    return changed


def write_steps(procedure: Procedure, lines: Sequence[Line]) -> None:
    if not lines:
        raise DomainError(_("A procedure has one step at least."))
    procedure.lines.all().delete()
    ProcedureLine.objects.bulk_create(
        ProcedureLine(procedure=procedure, position=at, **line._asdict())
        for at, line in enumerate(lines)
    )
