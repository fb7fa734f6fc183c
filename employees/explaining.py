"""Why a record is judged as it is, in words."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from crmservice.web.text import hours
from employees import queries
from employees.models import Correction, Employee, JudgedRecord
from employees.situations import field_words

MINUTE = timedelta(minutes=1)


def in_time_words(each: JudgedRecord) -> str:
    """“entered 26 h after the event; 24 h agreed”."""
    if not each.events:
        return _("nobody knows when") if each.entered_at is None else _("no time limit")
    if 0 < each.in_time < each.events:
        counted = {"part": each.in_time, "base": each.events}
        return _("%(part)s of %(base)s in time") % counted
    agreed = hours(each.due_at - each.happened_at)
    if each.entered_at is None:
        return _("not entered; %(agreed)s agreed") % {"agreed": agreed}
    took = max(each.entered_at, each.happened_at) - each.happened_at
    words = {"took": hours(took - took % MINUTE), "agreed": agreed}
    return _("entered %(took)s after the event; %(agreed)s agreed") % words


def complete_words(each: JudgedRecord) -> str:
    if not each.called_for:
        return _("no field called for")
    return _("%(filled)s of %(count)s fields") % {
        "filled": each.filled,
        "count": each.called_for,
    }


def missing_words(each: JudgedRecord) -> str:
    return ", ".join(field_words(each.situation, field) for field in each.missing)


def correction_words(corrections: Iterable[Correction], user: Employee) -> list[dict[str, Any]]:
    """What others found wrong with a record, and how it was mended."""
    return [
        {
            "label": each.get_kind_display(),
            "kind": "waiting" if each.is_open else "good" if each.answer else "warning",
            "reason": each.reason,
            "by": each.by.name,
            "at": each.at,
            "answer": each.answer,
            "mended_at": each.mended_at,
            "mend_url": each.get_absolute_url()
            if each.is_open and each.owner_id == user.pk
            else "",
        }
        for each in corrections
    ]


def judgement_words(situation: str, subject_id: int, user: Employee) -> dict[str, Any] | None:
    """For the record's own page: what others found, and the way to the evidence; None for those
    whom it does not concern.
    """
    found = queries.judgement_of(situation, subject_id, user)
    if found is None:
        return None
    judged, corrections = found
    return {
        "corrections": correction_words(corrections, user),
        "url": judged.get_absolute_url(),
    }
