"""Writing and reading the trail."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan  # type: ignore[import-untyped]  # not in the stubs

from crmservice import faults
from crmservice.activity.models import Activity, Filing
from crmservice.columns import own_columns
from crmservice.nudge import nudge
from crmservice.written import Given, Statement, written

TELL = "crmservice.activity.tasks.tell_pending"

SHOWN = ("activity", *(f"activity__{name}" for name in own_columns(Activity)), "activity__by__name")
Place = tuple[datetime, int]  # when an activity happened, and its key


def record(
    subject: models.Model,
    verb: str,
    *,
    by: Any,  # the AUTH_USER_MODEL, which the kernel does not know
    at: datetime,
    about: Iterable[models.Model | None] = (),
    visible: bool = False,
    text: str = "",
    **details: Any,
) -> Activity:
    """Write that `by` did `verb` to `subject` at `at`; call it in the verb's own transaction.

    It is filed under the subject and under each record in `about` (None is passed over).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{verb} must be recorded in the transaction of its change.")
    activity = draft(subject, verb, by=by, at=at, visible=visible, text=text, **details)
    activity.save(force_insert=True)
    Filing.objects.bulk_create(filings(activity, [subject, *about]))
    faults.point("trail.recorded")
    nudge(TELL)
    return activity


def draft(
    subject: models.Model,
    verb: str,
    *,
    by: Any,  # see record()
    at: datetime,
    visible: bool = False,
    text: str = "",
    **details: Any,
) -> Activity:
    """An unsaved activity, for imports that write many at once."""
    url = getattr(subject, "get_absolute_url", None)
    return Activity(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_name=str(subject)[:200],
        subject_url=url() if url else "",
        verb=verb,
        by=by,
        at=at,
        visible=visible,
        text=text,
        details=details,
    )


def filings(activity: Activity, records: Iterable[models.Model | None]) -> list[Filing]:
    """The rows that file one activity under each record once."""
    keys = dict.fromkeys((r._meta.label_lower, r.pk) for r in records if r is not None)
    return [
        Filing(activity=activity, record_type=kind, record_id=pk, at=activity.at)
        for kind, pk in keys
    ]


def timeline(
    record_: models.Model, *, limit: int = 50, before: Place | None = None
) -> list[Activity]:
    """The newest activities filed under a record, or those before `before`, the last one seen.

    The order is when it happened: what is entered late stands where it belongs.
    """
    newest = Statement(filed(limit, before)) if before else written(filed, limit)
    filings = newest.rows(kind=record_._meta.label_lower, record=record_.pk)
    return [filing.activity for filing in filings]


def filed(limit: int, before: Place | None = None) -> QuerySet[Filing]:
    rows = Filing.objects.filter(record_type=Given("kind"), record_id=Given("record"))
    if before is not None:
        rows = rows.filter(TupleLessThan(Tuple(F("at"), F("activity_id")), before))
    rows = rows.order_by("-at", "-activity_id").select_related("activity__by").only(*SHOWN)
    return rows[:limit]


def seen_by(reader: Any, activities: Sequence[Activity]) -> list[Activity]:
    """Those whose subject `reader` sees: on a customer's page stands what was done to its requests,
    but only to those within the reader's scope (S-05).
    """
    hidden = {
        (label, pk)
        for label in {activity.subject_type for activity in activities}
        for pk in _hidden_from(
            reader, label, {each.subject_id for each in activities if each.subject_type == label}
        )
    }
    return [each for each in activities if (each.subject_type, each.subject_id) not in hidden]


def _hidden_from(reader: Any, label: str, pks: set[int]) -> set[int]:
    """None of them, without asking, where there is no scope or it is everything."""
    manager = apps.get_model(label)._default_manager
    rows = manager.visible_to(reader) if hasattr(manager, "visible_to") else None
    if rows is None or not rows.query.where:
        return set()
    return pks - set(rows.filter(pk__in=pks).values_list("pk", flat=True))


def subject_of(activity: Activity) -> models.Model | None:
    """The record that an activity is about, or None when it is gone."""
    model = apps.get_model(activity.subject_type)
    return model._base_manager.filter(pk=activity.subject_id).first()


def changes(
    before: models.Model, after: models.Model, fields: Sequence[str]
) -> dict[str, list[str]]:
    """`{field: [before, after]}` of the fields that differ, as text for the trail."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in fields}
    return {name: [str(old), str(new)] for name, (old, new) in pairs.items() if old != new}
