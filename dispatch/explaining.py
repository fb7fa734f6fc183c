"""Words for a suggestion in the reader's language: why one fits, and why another does not."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crmservice.web.text import day, moment, span
from dispatch.suggestion import Candidate, Excluded

POINTS = {
    "skill": _("has %(skill)s level %(level)s"),
    "distance": _("%(km)s km, %(way)s"),
    "distance_unknown": _("home base not known"),
    "free": _("free at %(at)s"),
    "free_from": _("free from %(at)s"),
    "keeps_promise": _("there before the promise ends"),
    "breaks_promise": _("too late for the promise (%(due)s)"),
    "knows_asset": _("was at this machine on %(on)s"),
    "knows_customer": _("was at this customer on %(on)s"),
    "no_load": _("nothing else planned"),
    "load": _("%(today)s h that day, %(week)s h that week"),
}
EXCLUSIONS = {
    "no_skill": _("does not have %(skill)s"),
    "certificate_expired": _("certificate for %(skill)s expired on %(on)s"),
    "absent": _("absent (%(kind)s) until %(until)s"),
    "never_free": _("no free time before %(until)s"),
}


def parts(candidate: Candidate, wished: datetime) -> list[str]:
    """The parts of a score in words, such as "has PUMP level 3", "12 km, 20 min", "free from
    13:00".
    """
    same_day = local_day(candidate.starts) == local_day(wished)
    return [
        str(POINTS[point.code]) % worded(point.params, same_day=same_day)
        for point in candidate.points
    ]


def sums(candidate: Candidate, wished: datetime) -> list[tuple[str, str]]:
    """Each part with its points, for the derivation."""
    texts = parts(candidate, wished)
    return [
        (text, f"{point.points:+g}") for text, point in zip(texts, candidate.points, strict=True)
    ]


def exclusion(excluded: Excluded) -> str:
    return str(EXCLUSIONS[excluded.code]) % worded(excluded.params, same_day=False)


def worded(params: Mapping[str, Any], *, same_day: bool) -> dict[str, str]:
    words = {name: shown(value, same_day=same_day) for name, value in params.items()}
    if "minutes" in params:
        words["way"] = span(timedelta(minutes=max(1, params["minutes"])))
    return words


def shown(value: object, *, same_day: bool) -> str:
    """A value as it is read: of a moment on the wished day the time is enough."""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%H:%M}" if same_day else moment(value)
    if isinstance(value, date):
        return day(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def local_day(at: datetime) -> date:
    return timezone.localdate(at)


def points(score: float) -> str:
    return ngettext("%(count)d point", "%(count)d points", round(score)) % {"count": round(score)}
