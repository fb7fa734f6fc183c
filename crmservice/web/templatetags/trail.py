"""`{% trail activities %}`: what crmservice.activity.trail.timeline found, as the component."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity

register = template.Library()
LONGEST_VALUE = 80


@register.inclusion_tag("components/timeline.html")
def trail(activities: Iterable[Activity], more_url: str = "", about: str = "") -> dict[str, Any]:
    """`about` is the page's own noun ("assets.asset"): other subjects are named and linked."""
    return {"entries": [entry(each, about) for each in activities], "more_url": more_url}


def entry(activity: Activity, about: str = "") -> dict[str, Any]:
    """One activity in the component's words; a text that somebody wrote is framed."""
    words = activity.sentence
    is_elsewhere = bool(about) and activity.subject_type != about
    said = f"{activity.subject_name}: {words.text}" if is_elsewhere else words.text
    return {
        "who": activity.by.name if activity.by else _("System"),
        "when": activity.at,
        "icon": words.icon,
        "tone": words.kind if words.kind != "muted" else "",
        "text": activity.text or said,
        "note": bool(activity.text),
        "visible": activity.visible,
        "url": activity.subject_url if is_elsewhere else "",
        "details": "\n".join(changed(activity)),
    }


def changed(activity: Activity) -> list[str]:
    """Each field's name, before and after."""
    changes = activity.details.get("changes") or {}
    return [
        f"{field_name(activity.subject_type, name)}: {short(before)} → {short(after)}"
        for name, (before, after) in changes.items()
    ]


def short(value: str) -> str:
    """A value in one line; long texts have their versions elsewhere."""
    return Truncator(" ".join(str(value or "–").split())).chars(LONGEST_VALUE)


def field_name(subject_type: str, name: str) -> str:
    try:
        field = apps.get_model(subject_type)._meta.get_field(name)
    except (FieldDoesNotExist, LookupError):
        return name
    return str(getattr(field, "verbose_name", name))
