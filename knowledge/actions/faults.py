"""Keeping the fault model: symptoms, and what may be behind them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crmservice.activity import changing
from crmservice.activity.trail import record
from employees.models import Employee
from knowledge.models import PossibleCause, Symptom


@transaction.atomic
def add_symptom(values: Mapping[str, Any], *, by: Employee, at: datetime) -> Symptom:
    symptom = Symptom.objects.create(**values)
    record(symptom, "knowledge.symptom_added", by=by, at=at)
    return symptom


@transaction.atomic
def change_symptom(
    symptom: Symptom,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Symptom:
    verb = "knowledge.symptom_changed"
    return changing.change(symptom, values, verb=verb, by=by, at=at, version=version)


@transaction.atomic
def add_cause(
    symptom: Symptom, values: Mapping[str, Any], *, by: Employee, at: datetime
) -> PossibleCause:
    cause = PossibleCause.objects.create(symptom=symptom, **values)
    record(symptom, "knowledge.cause_added", by=by, at=at, cause=cause.fault_code.code)
    return cause


@transaction.atomic
def change_cause(
    cause: PossibleCause,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> PossibleCause:
    return changing.change(
        cause,
        values,
        verb="knowledge.cause_changed",
        by=by,
        at=at,
        version=version,
        about=[cause.symptom],
    )


@transaction.atomic
def remove_cause(cause: PossibleCause, *, by: Employee, at: datetime) -> Symptom:
    symptom, code = cause.symptom, cause.fault_code.code
    if PossibleCause.objects.filter(pk=cause.pk).delete()[0]:
        record(symptom, "knowledge.cause_removed", by=by, at=at, cause=code)
    return symptom
