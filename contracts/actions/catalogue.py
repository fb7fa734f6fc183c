"""The catalogue: contract types, and what is promised without a contract."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from contracts.models import ContractType, DefaultPromise, ServiceContract
from contracts.queries import reindex
from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.web.text import listed
from employees.models import Employee

MANY = ("eligible_tiers", "eligible_models")


@transaction.atomic
def add_type(values: Mapping[str, Any], *, by: Employee, at: datetime) -> ContractType:
    plain, many = parted(values)
    of_type = ContractType.objects.create(**plain)
    for name, rows in many.items():
        getattr(of_type, name).set(rows)
    record(of_type, "contracts.type_added", by=by, at=at)
    return of_type


@transaction.atomic
def change_type(
    contract_type: ContractType, values: Mapping[str, Any], *, by: Employee, at: datetime
) -> ContractType:
    """Change a type; requests that were judged by it keep what was frozen on them."""
    plain, many = parted(values)
    changed = changing.change(contract_type, plain, verb="contracts.type_changed", by=by, at=at)
    choose(changed, many, by=by, at=at)
    if {"name_zh", "name_en", "code"} & set(values):
        reindex(ServiceContract.objects.filter(type=changed))
    return changed


@transaction.atomic
def set_default(
    promise: DefaultPromise | None,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> DefaultPromise:
    """Add a default promise or change it; what was promised before stays as it was.

    Raises ConflictError when somebody else changed the same since `version`.
    """
    if promise is None:
        promise = DefaultPromise.objects.create(**values)
        record(promise, "contracts.default_added", by=by, at=at)
        return promise
    return changing.change(
        promise, values, verb="contracts.default_changed", version=version, by=by, at=at
    )


def parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns, and the rows that are chosen beside them."""
    plain = {name: value for name, value in values.items() if name not in MANY}
    return plain, {name: values[name] for name in MANY if name in values}


def choose(of_type: ContractType, many: Mapping[str, Any], *, by: Employee, at: datetime) -> None:
    """Whom a type is for; contracts that were made before keep what they say."""
    changes = {}
    for name, rows in many.items():
        before = listed(getattr(of_type, name).all(), str, ", ")
        getattr(of_type, name).set(rows)
        after = listed(getattr(of_type, name).all(), str, ", ")
        if before != after:
            changes[name] = [before, after]
    if changes:
        record(of_type, "contracts.type_changed", by=by, at=at, changes=changes)
