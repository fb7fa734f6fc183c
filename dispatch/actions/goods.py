"""What every verb of the depot does first and last: take the goods as they are now, move them on,
keep their promise, write, tell.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.search.index import index
from dispatch import turnround
from dispatch.actions.keeping import lock
from dispatch.choices import Stage
from dispatch.models import DepotRepair, DepotStep, DepotWait
from dispatch.queries import GOODS, goods_words
from employees.models import Employee
from employees.queries import work_calendar
from service_requests.models import ServiceRequest

BESIDE = (
    "asset__model",
    "asset__part",
    "asset__root",
    "customer",
    "outlet",
    "received_by",
    "return_line__case",
    "service_request__contact",
    "task__assignee",
)
STOOD = ("stage", "stage_at", "due_at")


def lock_goods(repair: DepotRepair) -> DepotRepair:
    """The goods as they are now, locked; their request and their task first, from the ground up."""
    if repair.task is not None:
        lock(repair.task)
    elif repair.service_request_id is not None:
        ServiceRequest.objects.lock(repair.service_request_id)
    return DepotRepair.objects.select_related(*BESIDE).lock(repair.pk)


def advance(
    repair: DepotRepair,
    stage: Stage,
    verb: str,
    *also: str,
    by: Employee,
    at: datetime,
    **details: Any,
) -> None:
    """Move the locked goods on, stamped; what they waited for is over, and its time is added to
    their promise. `also` are further fields to be written.
    """
    was_waiting = repair.stage == Stage.WAITING
    repair.move_to(stage, at=at)
    if was_waiting:
        DepotWait.objects.filter(repair=repair, ended_at=None).update(ended_at=at)
        promise(repair)
    if stage == Stage.WAITING:
        repair.due_at = None
    DepotStep.objects.create(repair=repair, stage=stage, by=by, at=at)
    write_goods(repair, *STOOD, *also)
    tell_of(repair, verb, by=by, at=at, **details)


def promise(repair: DepotRepair) -> None:
    """Until when the goods are promised back, by what they have waited so far."""
    assert repair.received_at is not None
    calendar = repair.outlet.calendar_id
    waits = repair.waits.values_list("began_at", "ended_at")
    repair.due_at = turnround.due_at(
        repair.received_at,
        settings.DEPOT_WITHIN_DAYS,
        [(begins, ends) for begins, ends in waits if ends is not None],
        work_calendar(calendar) if calendar else None,
    )


def write_goods(repair: DepotRepair, *fields: str) -> None:
    """Save these fields; what others have open is then an older version."""
    repair.version += 1
    repair.save(update_fields=[*fields, "version"])
    index_goods(repair)


def index_goods(repair: DepotRepair) -> None:
    index(GOODS, repair.pk, **goods_words(repair))


def about_goods(repair: DepotRepair) -> Iterable[models.Model | None]:
    """The records on whose pages the verbs of the goods are told, too."""
    asset = repair.asset
    return (
        repair.service_request,
        repair.task,
        repair.customer,
        asset,
        asset.root if asset else None,
    )


def tell_of(
    repair: DepotRepair, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> Activity:
    return record(repair, verb, by=by, at=at, about=about_goods(repair), **details)


def refuse_not_here(repair: DepotRepair) -> None:
    """Raise DomainError for goods that have not come yet or have gone."""
    if not repair.is_here:
        raise DomainError(
            _("%(number)s is “%(now)s”: it is not in the depot.")
            % {"number": repair.number, "now": repair.get_stage_display()}
        )


def refuse_unknown(repair: DepotRepair) -> None:
    """Raise DomainError while nobody knows whose the goods are."""
    if repair.customer is None or repair.task is None:
        raise DomainError(_("Say first whose %(number)s is.") % {"number": repair.number})
