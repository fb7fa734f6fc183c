"""Words for what the policies have against a line, in the reader's language."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crmservice.web.text import amount
from expenses.limits import Code, Finding

WORDS = {
    Code.PER_LINE: gettext_lazy("%(found)s is more than the %(limit)s of one outlay"),
    Code.PER_DAY: gettext_lazy("with it %(found)s on this day, where the limit is %(limit)s"),
    Code.PER_MONTH: gettext_lazy("with it %(found)s in this month, where the limit is %(limit)s"),
    Code.NO_RECEIPT: gettext_lazy("a receipt is needed from %(limit)s on"),
}


def as_data(finding: Finding) -> dict[str, Any]:
    """As a line keeps it."""
    return {
        "code": finding.code.value,
        "policy": finding.rule,
        "blocks": finding.blocks,
        "limit": str(finding.limit),
        "found": str(finding.found),
    }


def words_of(found: Mapping[str, Any]) -> str:
    """A finding as a line keeps it, as a phrase."""
    if found["code"] == Code.LATE:
        days, most = int(found["found"]), int(found["limit"])
        said = ngettext(
            "handed in %(days)d day later, where %(most)d at most are allowed",
            "handed in %(days)d days later, where %(most)d at most are allowed",
            days,
        )
        return said % {"days": days, "most": most}
    amounts = {name: amount(Decimal(found[name])) for name in ("found", "limit")}
    return str(WORDS[Code(found["code"])]) % amounts


def sentence(number: int, findings: Iterable[Mapping[str, Any]]) -> str:
    """All that is against one line: "Line 2: …; …"."""
    words = "; ".join(map(words_of, findings))
    return _("Line %(number)d: %(words)s.") % {"number": number, "words": words}


def where(line: Any) -> str:
    """How far it was at which rate, or what kind of place."""
    if line.kilometres is not None and line.km_rate is not None:
        said = _("%(km)s km × %(rate)s")
        return said % {"km": f"{line.kilometres.normalize():f}", "rate": amount(line.km_rate)}
    return str(line.get_city_class_display()) if line.city_class else ""
