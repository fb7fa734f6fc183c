"""Two requests that are one matter: what belongs to the one goes on with the other, until that is
undone (ADR 0096).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from contracts import actions as contracts
from crmservice.activity.trail import record
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from employees.models import Employee
from service_requests.actions.climbing import climb
from service_requests.actions.keeping import BESIDE, about, demand, reindex
from service_requests.actions.opening import change, take_case
from service_requests.actions.reviewing import forget_review
from service_requests.actions.timing import PLACE, cancel_clocks, derive, end_hold, settle
from service_requests.choices import Status, Target
from service_requests.models import Handover, Hold, ServiceRequest, SlaTimer, Survey
from service_requests.queries import may_undo_merge_until, merge_of, objection_to_merging
from service_requests.signals import requests_merged

Moved = dict[str, list[int]]
Only = Mapping[str, list[int]] | None


@transaction.atomic
def merge(
    service_request: ServiceRequest,
    *,
    into: ServiceRequest,
    reason: str,
    by: Employee,
    at: datetime,
) -> ServiceRequest:
    """It is the same matter as `into`, which goes on with all that belongs to it: tasks with their
    time, orders, expenses, returns, hand-overs, files. Returns the survivor.

    Its undecided clocks are cancelled, a breach stays a breach; a visit that was promised is the
    survivor's promise; nobody is asked about it any more. Raises DomainError for two of different
    customers, a survivor that is not open, a complaint that would no longer be one, and when
    somebody has merged it already.
    """
    merged, survivor = lock_both(service_request.pk, into.pk)
    no = objection_to_merging(merged, survivor)
    if no:
        raise DomainError(no, field="into")
    why = demand(reason, "reason")
    settle(merged, at=at)
    before = state_of(merged, survivor, at=at)
    merged.move_to(Status.MERGED)
    merged.merged_into, merged.merged_at = survivor, at
    forget_review(merged)
    end_hold(merged, at=at)
    cancel_clocks(merged, at=at)
    derive(merged)
    merged.save(update_fields=["status", "merged_into", "merged_at", *PLACE])
    Survey.objects.filter(pk__in=before["surveys"]).update(expires_at=at, remind_at=None)
    survivor.outlets.add(*before["outlets"])
    moved = hand_on(merged, survivor, only=None, by=by, at=at)
    if has_allowance(merged):
        contracts.give_back(merged.number, by=by, at=at)
    record(
        merged,
        "service_requests.merged",
        by=by,
        at=at,
        about=[*about(merged), survivor],
        survivor=survivor.number,
        reason=why,
        moved=moved,
        before=before,
    )
    if before["visit"]:
        survivor = change(survivor, {"visit_promised": True}, by=by, at=at)
    climb(survivor, at=at)
    reindex(survivor)
    return survivor


@transaction.atomic
def undo_merge(
    service_request: ServiceRequest, *, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """They are two matters after all: what moved goes back where it still is the survivor's, and
    state, hold and clocks are as if nothing had been merged. What happened since stays with the
    survivor.

    Raises DomainError after UNDO_MERGE_DAYS, and while the survivor is itself merged.
    """
    known = ServiceRequest.objects.get(pk=service_request.pk).merged_into_id
    merged, survivor = lock_both(service_request.pk, known or service_request.pk)
    if merged.merged_into_id is None or merged.merged_into_id != survivor.pk:
        raise DomainError(_("%(number)s is not merged.") % {"number": merged.number})
    if survivor.merged_into is not None:
        words = {"number": survivor.number, "into": survivor.merged_into.number}
        raise DomainError(_("%(number)s was merged into %(into)s since: undo that first.") % words)
    details = undoable(merged, at=at)
    before, why = details["before"], demand(reason, "reason")
    returned = hand_on(survivor, merged, only=details["moved"], by=by, at=at)
    own = {survivor.owner.outlet_id} if survivor.owner else set()
    survivor.outlets.remove(*(set(before["outlets"]) - own))
    merged.move_to(Status(before["status"]))
    merged.merged_into = merged.merged_at = None
    merged.save(update_fields=["status", "merged_into", "merged_at"])
    run_again(merged, before, at=at)
    give_surveys_back(before["surveys"])
    if has_allowance(merged):
        take_case(merged, by=by, at=at)
    record(
        merged,
        "service_requests.merge_undone",
        by=by,
        at=at,
        about=[*about(merged), survivor],
        survivor=survivor.number,
        reason=why,
        returned=returned,
    )
    if before["visit"] and survivor.is_open and survivor.arrived_at is None:
        change(survivor, {"visit_promised": False}, by=by, at=at)
    reindex(merged)
    reindex(survivor)
    return merged


def lock_both(one: int, other: int) -> tuple[ServiceRequest, ServiceRequest]:
    """Both as they are now, locked in one order whichever is merged into which."""
    rows = ServiceRequest.objects.select_related(*BESIDE, "merged_into")
    rows = rows.select_for_update(of=("self",)).filter(pk__in={one, other})
    found = {row.pk: row for row in rows.order_by("pk")}
    return found[one], found[other]


def state_of(merged: ServiceRequest, survivor: ServiceRequest, *, at: datetime) -> dict[str, Any]:
    """What an undoing could not know from the rows that moved."""
    clocks = merged.sla_timers.undecided()
    own = set(survivor.outlets.values_list("pk", flat=True))
    asked = Survey.objects.filter(service_request=merged, answered_at=None, expires_at__gt=at)
    is_visit_owed = merged.visit_promised and clocks.filter(target=Target.ARRIVAL).exists()
    return {
        "status": merged.status,
        "clocks": list(clocks.values_list("pk", flat=True)),
        "holds": list(merged.holds.open().values_list("pk", flat=True)),
        "outlets": [pk for pk in merged.outlets.values_list("pk", flat=True) if pk not in own],
        "surveys": {
            pk: [expires_at, remind_at]
            for pk, expires_at, remind_at in asked.values_list("pk", "expires_at", "remind_at")
        },
        "visit": is_visit_owed and not survivor.visit_promised,
    }


def undoable(merged: ServiceRequest, *, at: datetime) -> dict[str, Any]:
    """What the trail knows of the merge. Raises DomainError for one that cannot be undone."""
    done = merge_of(merged)
    if done is None:
        raise DomainError(_("Nothing is known of this merge: it cannot be undone."))
    if at > may_undo_merge_until(done):
        days = settings.UNDO_MERGE_DAYS
        raise DomainError(_("A merge can be undone for %(days)s days.") % {"days": days})
    return done.details


def hand_on(
    origin: ServiceRequest, target: ServiceRequest, *, only: Only, by: Employee, at: datetime
) -> Moved:
    """Give what belongs to one request to another, on every floor; returns what moved."""
    moved = repoint(Handover.objects, origin, target, only)
    moved |= repoint(Attachment.objects.of(origin), origin.pk, target.pk, only, field="subject_id")
    answers: list[tuple[Any, Any]] = requests_merged.send(
        ServiceRequest, origin=origin, target=target, only=only, by=by, at=at
    )
    for _receiver, theirs in answers:
        moved |= theirs or {}
    return {label: keys for label, keys in moved.items() if keys}


def repoint(
    rows: Any, origin: Any, target: Any, only: Only, *, field: str = "service_request"
) -> Moved:
    """Move the rows whose `field` is `origin`; floors above use it in receivers."""
    label = f"{rows.model._meta.label_lower}.{field}"
    found = rows.filter(**{field: origin})
    if only is not None:
        found = found.filter(pk__in=only.get(label, []))
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    rows.filter(pk__in=keys).update(**{field: target})
    return {label: keys}


def run_again(merged: ServiceRequest, before: Mapping[str, Any], *, at: datetime) -> None:
    """Its hold and clocks, as if it had never been merged: due times come from the opening, and
    what was due meanwhile was missed then.
    """
    Hold.objects.filter(pk__in=before["holds"]).update(ends_at=None)
    SlaTimer.objects.filter(pk__in=before["clocks"]).update(
        stopped_at=None, cancelled=False, late_by=None
    )
    derive(merged)
    merged.save(update_fields=PLACE)
    settle(merged, at=at)
    derive(merged)
    merged.save(update_fields=PLACE)


def give_surveys_back(asked: Mapping[str, list[str | None]]) -> None:
    """Invitations that nobody has answered are open again until they were to expire."""
    for pk, (expires_at, remind_at) in asked.items():
        Survey.objects.filter(pk=pk, answered_at=None).update(
            expires_at=parse_datetime(expires_at or ""),
            remind_at=parse_datetime(remind_at) if remind_at else None,
        )


def has_allowance(service_request: ServiceRequest) -> bool:
    """Whether it counts in an allowance of its contract."""
    contract = service_request.contract
    is_refused = bool(service_request.entitlement.get("refused"))
    return contract is not None and bool(contract.allowances) and not is_refused
