"""The plain verb "change": lock, compare, write, record, with both people's changes kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from crmservice.errors import ConflictError
from crmservice.web.text import in_language

Record = TypeVar("Record", bound=models.Model)


@transaction.atomic
def change(
    subject: Record,
    values: Mapping[str, Any],
    *,
    verb: str,
    by: Any,
    at: datetime,
    version: int | None = None,
    about: Iterable[models.Model | None] = (),
) -> Record:
    """Write `values` to the record as it is now, and record each field's before and after.

    `version` is the one that the person saw. What somebody else changed since is refused with what
    it is now, unless the person left it as it was seen; other fields are written, so that two
    people's changes both stay (trust.md R-08). A catalogue's row without `version` is written as
    given. Raises ConflictError for such a conflict.
    """
    model = type(subject)
    current = model._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
    is_versioned = hasattr(current, "version")
    if is_versioned and version is not None:
        values = typed_anew(current, values, seen=version)
    changes = {}
    for name, value in values.items():
        before = getattr(current, name)
        if before != value:
            changes[name] = [kept(before), kept(value)]
            setattr(current, name, value)
    if not changes:
        return current
    details: dict[str, Any] = {"changes": changes}
    if is_versioned:
        current.version += 1  # type: ignore[attr-defined]
        details["version"] = current.version  # type: ignore[attr-defined]
    current.save(update_fields=[*changes, *(["version"] if is_versioned else [])])
    record(current, verb, by=by, at=at, about=about, **details)
    return current


def typed_anew(current: models.Model, values: Mapping[str, Any], *, seen: int) -> Mapping[str, Any]:
    """The values without those left as they were at version `seen` while somebody else changed
    them.

    Raises ConflictError when both changed one.
    """
    if current.version == seen:  # type: ignore[attr-defined]
        return values
    later = Activity.objects.filter(
        subject_type=current._meta.label_lower, subject_id=current.pk, details__version__gt=seen
    )
    changed: dict[str, tuple[Any, Activity]] = {}
    for activity in later.select_related("by").order_by("pk"):
        for name, (before, _after) in activity.details.get("changes", {}).items():
            changed[name] = (changed[name][0] if name in changed else before, activity)
    untouched = {
        name for name in changed if name in values and kept(values[name]) == changed[name][0]
    }
    disputed = sorted(
        name
        for name in values.keys() & changed.keys() - untouched
        if getattr(current, name) != values[name]
    )
    if disputed:
        raise ConflictError(
            " ".join(conflict(current, name, changed[name][1]) for name in disputed),
            field=disputed[0],
            version=current.version,  # type: ignore[attr-defined]
            meanwhile={name: getattr(current, name) for name in changed.keys() - {*disputed}},
        )
    return {name: value for name, value in values.items() if name not in untouched}


def conflict(current: models.Model, name: str, activity: Activity) -> str:
    return _(
        "%(who)s changed “%(field)s” to “%(value)s” while you were typing. "
        "Save again to keep yours."
    ) % {
        "who": activity.by or _("the system"),
        "field": current._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
        "value": shown(kept(getattr(current, name))),
    }


def kept(value: Any) -> Any:
    """As the trail keeps a value: what has names in both languages with both, else text."""
    return getattr(value, "names", None) or ("" if value is None else str(value))


def shown(value: Any) -> str:
    return in_language(value) if isinstance(value, Mapping) else value
