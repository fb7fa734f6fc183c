"""The next visit as it was agreed on the spot, whatever becomes of it later."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crmservice.activity.models import Activity
from crmservice.web.text import day
from dispatch.models import Task


def next_visit_of(task: Task) -> dict[str, str] | None:
    """What for, the wish in words, and the task's number, from the trail."""
    asked = Activity.objects.filter(
        subject_type=Task._meta.label_lower, subject_id=task.pk, verb="dispatch.next_visit"
    )
    last = asked.order_by("-pk").first()
    return {**last.details, "wished": wished_in_words(last.details)} if last else None


def wished_in_words(details: Mapping[str, Any]) -> str:
    """“10 Mar 2026 09:00 – 11:00”, by the clock at the site; empty when no day was wished."""
    on = day(date.fromisoformat(details["on"])) if details["on"] else ""
    return f"{on} {details['starts']} – {details['ends']}" if details["starts"] else on
