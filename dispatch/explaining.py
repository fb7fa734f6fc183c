"""Words for a suggestion in the reader's language: why one fits, and why another does not."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crmservice.web.text import day, limits, moment, span
from dispatch.measuring import Sign, limit_of
from dispatch.models import Measurement
from dispatch.suggestion import Candidate, Excluded

POINTS = {
    "skill": _("has %(skill)s level %(level)s"),
    "distance": _("%(km)s km, %(way)s"),
    "distance_unknown": _("home base not known"),
    "free": _("free at %(at)s"),
    "free_from": _("free from %(at)s"),
    "keeps_promise": _("there before the promise ends"),
    "breaks_promise": _("too late for the promise (%(due)s)"),
    "preferred": _("the customer asks for this one"),
    "knows_asset": _("was at this machine on %(on)s"),
    "knows_customer": _("was at this customer on %(on)s"),
    "no_load": _("nothing else planned"),
    "load": _("%(today)s h that day, %(week)s h that week"),
}
EXCLUSIONS = {
    "no_skill": _("does not have %(skill)s"),
    "certificate_expired": _("certificate for %(skill)s expired on %(on)s"),
    "banned": _("the customer wants somebody else: %(reason)s"),
    "refused": _("refused this task at %(at)s"),
    "absent": _("absent (%(kind)s) until %(until)s"),
    "never_free": _("no free time before %(until)s"),
}

PLANNED = {
    "agreed_person": _("agreed with the customer"),
    "agreed_time": _("the time was agreed with the customer"),
    "only_one": _("the only one who can"),
    "has_skill": _("has %(skill)s"),
    "preferred": _("the customer asks for this one"),
    "as_now": _("has it already"),
    "in_time": _("there before the promise ends"),
    "late": _("too late for the promise (%(due)s)"),
    "best_way": _("lies best on the way"),
}
LEFT = {
    "nobody": _("No engineer works that day."),
    "no_skill": _("Nobody who works that day has %(skill)s."),
    "all_banned": _("The customer does not want those who could, or they have refused it."),
    "agreed_person_cannot": _("%(engineer)s was agreed with the customer, and cannot that day."),
    "not_that_day": _("It does not fit into the hours that are left of the day."),
    "no_gap": _("Whoever could has no gap that is long enough beside what stays."),
    "all_full": _("Whoever could is full with what is more urgent."),
}


def planned(codes: Iterable[str], *, skill: str, due: datetime | None) -> str:
    """Why this one goes, for a line of a plan of a day."""
    params = {"skill": skill, "due": moment(due)}
    return " · ".join(str(PLANNED[code]) % params for code in [*codes] or ["best_way"])


def left(code: str, *, skill: str, engineer: str) -> str:
    """Why nobody does a task in a plan of a day."""
    return str(LEFT[code]) % {"skill": skill, "engineer": engineer}


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


def slot(starts: datetime, ends: datetime) -> str:
    """From when to when; of the end only the time when it is the same day."""
    same_day = local_day(starts) == local_day(ends)
    last = f"{timezone.localtime(ends):%H:%M}" if same_day else moment(ends)
    return f"{moment(starts)} – {last}"


def limit_in_words(result: Measurement) -> str:
    """“at most 90 °C” for what was typed as "<=90": customers read it."""
    sign, bound, other = limit_of(result.limit)
    if sign == Sign.WORD:
        return bound
    if sign == Sign.RANGE:
        return limits(bound, other, result.unit)
    if sign == Sign.AROUND:
        return f"{bound} ± {other} {result.unit}".strip()
    if sign == Sign.AT_LEAST:
        return limits(bound, "", result.unit)
    if sign == Sign.AT_MOST:
        return limits("", bound, result.unit)
    words = gettext("less than %(limit)s") if sign == Sign.BELOW else gettext("more than %(limit)s")
    return words % {"limit": f"{bound} {result.unit}".strip()}


def measured_in_words(result: Measurement) -> str:
    """“Insulation 512 MΩ (at least 100 MΩ)”."""
    value = " ".join(filter(None, [result.name, result.value, result.unit]))
    limit = limit_in_words(result)
    return f"{value} ({limit})" if limit else value
