"""`{% trail activities %}`: what crmservice.activity.trail.timeline found, as the component."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template import Context
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.web.access import reachable
from crmservice.web.text import day, in_language, moment

register = template.Library()
LONGEST_VALUE = 80


@register.inclusion_tag("components/timeline.html", takes_context=True)
def trail(
    context: Context,
    activities: Iterable[Activity],
    more_url: str = "",
    about: str = "",
    of: int | None = None,
) -> dict[str, Any]:
    """`about` is the page's own noun ("assets.asset"): other subjects are named, and linked for who
    may see such a thing; with `of`, the key of the page's own record, others of its noun are, too.
    """
    user = getattr(context.get("request"), "user", None)
    entries = [entry(each, about, user, of) for each in activities]
    return {"entries": entries, "more_url": more_url}


def entry(
    activity: Activity, about: str = "", user: Any = None, of: int | None = None
) -> dict[str, Any]:
    """One activity in the component's words; a text that somebody wrote is framed."""
    words = activity.sentence
    is_own = activity.subject_type == about and of in {None, activity.subject_id}
    is_elsewhere = bool(about) and not is_own
    said = f"{activity.subject_name}: {words.text}" if is_elsewhere else words.text
    return {
        "who": activity.by.name if activity.by else _("System"),
        "when": activity.at,
        "icon": words.icon,
        "tone": words.kind if words.kind != "muted" else "",
        "text": activity.text or said,
        "note": bool(activity.text),
        "visible": activity.visible,
        "url": reachable(activity.subject_url, user) if is_elsewhere else "",
        "details": "\n".join([*([words.note] if words.note else []), *changed(activity)]),
    }


def changed(activity: Activity) -> list[str]:
    """Each field's name, before and after."""
    changes = activity.details.get("changes") or {}
    return [
        change_of(field_of(activity.subject_type, name), name, before, after)
        for name, (before, after) in changes.items()
    ]


def change_of(field: Any, name: str, before: Any, after: Any) -> str:
    label = getattr(field, "verbose_name", name)
    return f"{label}: {short(in_words(field, before))} → {short(in_words(field, after))}"


def in_words(field: Any, value: Any) -> str:
    """A stored value in the reader's language: names, choices, yes and no, days, moments."""
    if value in (None, "", "None"):
        return ""
    if isinstance(value, Mapping):
        return in_language(value)
    if isinstance(field, models.BooleanField):
        return _("yes") if value == "True" else _("no")
    if isinstance(field, models.DateTimeField):
        return moment(parse_datetime(value)) or value
    if isinstance(field, models.DateField):
        return day(parse_date(value)) or value
    return str(dict(getattr(field, "flatchoices", ())).get(value, value))


def short(value: str) -> str:
    """A value in one line; long texts have their versions elsewhere."""
    return Truncator(" ".join(str(value or "–").split())).chars(LONGEST_VALUE)


def field_of(subject_type: str, name: str) -> Any:
    """The model's field, or None for what is kept under a name of its own."""
    try:
        return apps.get_model(subject_type)._meta.get_field(name)
    except (FieldDoesNotExist, LookupError):
        return None
