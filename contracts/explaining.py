"""Words for an entitlement in the reader's language: a line for its source, and the derivation."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from contracts import promise_text
from contracts.choices import AllowanceKind, Service
from contracts.entitlement import Entitlement, Left, Promises, Rejected
from contracts.models import ContractType
from contracts.promise_text import Fault, LineError, PromiseLine
from contracts.renewal_price import Step
from crmservice.web.text import day

SOURCES = {
    "asset": gettext_lazy("Contract %(number)s %(type)s covers this asset until %(until)s"),
    "parent": gettext_lazy(
        "Contract %(number)s %(type)s covers the device that this is part of, until %(until)s"
    ),
    "site": gettext_lazy("Contract %(number)s %(type)s covers this site until %(until)s"),
    "model": gettext_lazy("Contract %(number)s %(type)s covers this model until %(until)s"),
    "customer": gettext_lazy(
        "Contract %(number)s %(type)s covers all of the customer until %(until)s"
    ),
    "in_warranty": gettext_lazy("In warranty until %(until)s, promises of tier %(tier)s"),
    "warranty_ended": gettext_lazy(
        "Out of warranty since the end of %(until)s, promises of tier %(tier)s"
    ),
    "warranty_not_begun": gettext_lazy(
        "Warranty begins on %(from)s: out of warranty, promises of tier %(tier)s"
    ),
    "no_warranty": gettext_lazy("No warranty is recorded, promises of tier %(tier)s"),
    "no_asset": gettext_lazy("No asset is named: out of warranty, promises of tier %(tier)s"),
    "no_customer": gettext_lazy(
        "The caller is no customer yet: out of warranty, promises of tier %(tier)s"
    ),
}
REJECTIONS = {
    "draft": gettext_lazy("Contract %(number)s is a draft"),
    "in_approval": gettext_lazy("Contract %(number)s is not yet approved"),
    "not_begun": gettext_lazy("Contract %(number)s begins on %(on)s"),
    "ended": gettext_lazy("Contract %(number)s ended on %(on)s"),
    "terminated": gettext_lazy("Contract %(number)s was terminated on %(on)s"),
    "suspended": gettext_lazy("Contract %(number)s is suspended since %(on)s"),
    "line_not_in_force": gettext_lazy(
        "Contract %(number)s covers this asset on other days than this one"
    ),
    "only_named": gettext_lazy("Contract %(number)s covers named assets only, and none is named"),
    "other_asset": gettext_lazy("Contract %(number)s covers other assets, not %(serial_no)s"),
    "less_specific": gettext_lazy("Contract %(number)s covers less specifically than %(by)s"),
    "weaker_promise": gettext_lazy("Contract %(number)s promises less than %(by)s"),
}
FAULTS = {
    Fault.UNKNOWN: gettext_lazy(
        "“%(part)s” was not understood. A part is like “2 h arrival”, “NBD arrival before 15:00”,"
        " or service hours: %(codes)s."
    ),
    Fault.TWICE: gettext_lazy("“%(part)s” says again what was said before."),
    Fault.NOTHING: gettext_lazy("“%(part)s”: a promise takes at least one minute."),
    Fault.TOO_LONG: gettext_lazy("“%(part)s” is more than a year."),
    Fault.NO_SUCH_TIME: gettext_lazy("“%(part)s” names a time that no clock shows."),
    Fault.ONLY_ARRIVAL: gettext_lazy(
        "“%(part)s”: only the arrival is promised for the next business day."
    ),
    Fault.CUT_OFF_ALONE: gettext_lazy(
        "“%(part)s”: a time to call by belongs to the next business day only."
    ),
    Fault.NO_RESPONSE: gettext_lazy("Say the response, like “15 min response”."),
    Fault.NO_HOURS: gettext_lazy("Say the service hours at the end: %(codes)s."),
    Fault.NO_SUCH_HOURS: gettext_lazy(
        "“%(part)s” needs a working calendar 24x7, which there is not. There are: %(codes)s."
    ),
}
DATES = ("until", "from", "on")


def headline(entitlement: Entitlement) -> str:
    """One line, such as "Contract K0002 Full cover 24x7 covers this asset until 11 Jun 2027"."""
    if entitlement.refused:
        return _("Decided not to be covered: %(note)s") % {"note": entitlement.refused}
    return source(entitlement)


def source(entitlement: Entitlement) -> str:
    """Where the promises come from."""
    code, params = entitlement.reason
    template = SOURCES[params["scope"] if code == "contract" else code]
    return str(template) % _shown(params)


def why_not(rejected: Rejected) -> str:
    """Why one contract of the customer does not apply."""
    params = _shown(rejected.params) | {"number": rejected.contract_number}
    return str(REJECTIONS[rejected.code]) % params


def derivation(entitlement: Entitlement) -> list[str]:
    """The reasoning line by line: source, promises, free or charged, what does not apply."""
    lines = [headline(entitlement)]
    if entitlement.refused:
        lines.append(source(entitlement))
    lines += promise_lines(entitlement)
    if entitlement.free:
        lines.append(_("Free of charge: %(services)s") % {"services": services(entitlement.free)})
    if entitlement.charged:
        lines.append(_("Charged: %(services)s") % {"services": services(entitlement.charged)})
    if entitlement.onsite_rate is not None and Service.LABOUR in entitlement.charged:
        lines.append(_("On-site rate %(rate)s per hour") % {"rate": entitlement.onsite_rate})
    if entitlement.parts_discount:
        discount = f"{entitlement.parts_discount * 100:.4g}"
        lines.append(_("Parts discount %(discount)s %%") % {"discount": discount})
    lines += [allowance_words(left) for left in entitlement.left]
    return lines + [why_not(rejected) for rejected in entitlement.rejected]


def allowance_words(left: Left) -> str:
    return _("%(kind)s left this contract year: %(left)s of %(amount)s") % {
        "kind": AllowanceKind(left.kind).label,
        "left": left.left,
        "amount": left.amount,
    }


def promise_lines(entitlement: Entitlement) -> list[str]:
    """Each promise in words, with the calendar in which its minutes run."""
    return promise_lines_of(entitlement.promises, entitlement.calendar_code)


def promise_lines_of(promised: Promises, calendar: str) -> list[str]:
    """Each promise in words; `calendar` is the name of the hours in which its minutes run."""
    lines = []
    if promised.response_minutes is not None:
        lines.append(
            _("Response within %(time)s (%(calendar)s)")
            % {"time": span(promised.response_minutes), "calendar": calendar}
        )
    arrival = arrival_words(promised)
    if arrival:
        lines.append(_("Arrival %(time)s (%(calendar)s)") % {"time": arrival, "calendar": calendar})
    if promised.restore_minutes is not None:
        lines.append(
            _("Restored within %(time)s (%(calendar)s)")
            % {"time": span(promised.restore_minutes), "calendar": calendar}
        )
    if promised.resolve_minutes is not None:
        lines.append(
            _("Resolved within %(time)s (%(calendar)s)")
            % {"time": span(promised.resolve_minutes), "calendar": calendar}
        )
    return lines


def arrival_words(promises: Promises) -> str:
    """The promise of arrival in words; empty when none is given."""
    if promises.arrival_next_business_day:
        if promises.arrival_cut_off:
            return _("on the next working day when called by %(time)s") % {
                "time": f"{promises.arrival_cut_off:%H:%M}"
            }
        return _("on the next working day")
    if promises.arrival_minutes is None:
        return ""
    return _("within %(time)s") % {"time": span(promises.arrival_minutes)}


PRICE_STEPS = {
    "same_by_days": gettext_lazy("The same price by the day, for %(days)s days"),
    "little_used": gettext_lazy("No rise, for only %(share)s %% of what was included was used"),
    "yearly_rise": gettext_lazy("Raised by %(share)s %% a year"),
    "cost_and_margin": gettext_lazy(
        "At least what the service cost in as many days and was not billed,"
        " with a margin of %(share)s %%"
    ),
    "margin_is_left": gettext_lazy("It leaves the margin of %(share)s %% over the cost of service"),
}


def price_step(step: Step) -> str:
    return str(PRICE_STEPS[step.code]) % step.params


def quantity(number: Decimal) -> str:
    """Without zeros that say nothing: "8", "2.5"."""
    return f"{number.normalize():f}"


def span(minutes: int) -> str:
    """Working minutes as people say them: "15 min", "2 h", "2 h 30 min"."""
    return promise_text.length(minutes, get_language() or "en")


def promise_line(promises: Promises, calendar: str) -> str:
    """All promises in one line: "15 min response · 2 h arrival · 24 h restore · all days"."""
    return promise_text.show(PromiseLine(promises, calendar), get_language() or "en")


def usual_line(contract_type: ContractType) -> str:
    """What new contracts of a type promise, in the reader's language; empty for nothing."""
    usual = contract_type.usual_promises
    return promise_text.translated(usual, get_language() or "en") if usual else ""


def fault_in_words(refused: LineError, codes: Iterable[str]) -> str:
    """What is wrong with a line, for the person who typed it."""
    named = ", ".join(hours_word(code) for code in codes)
    return str(FAULTS[refused.fault]) % {"part": refused.part, "codes": named}


def hours_word(code: str) -> str:
    """Service hours as a line names them."""
    return promise_text.hours_word(code, get_language() or "en")


def presets(codes: Collection[str], types: Iterable[ContractType] = ()) -> list[dict[str, str]]:
    """Lines to choose from: the usual ones for which there are service hours, those of types."""
    lines = [
        (name, line)
        for name, line in promise_text.PRESETS.items()
        if promise_text.hours_of(line) in codes
    ]
    lines += [(each.name, each.usual_promises) for each in types if each.usual_promises]
    language = get_language() or "en"
    return [
        {"label": name, "value": promise_text.translated(line, language)} for name, line in lines
    ]


def services(codes: tuple[Service, ...]) -> str:
    return ", ".join(str(Service(code).label) for code in codes)


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """Dates in the reader's way, names in the reader's language."""
    chinese = (get_language() or "en").startswith("zh")
    shown = dict(params)
    for key in DATES:
        if key in shown:
            shown[key] = day(date.fromisoformat(shown[key]))
    for name in ("type", "tier"):
        if f"{name}_en" in shown:
            first, second = ("zh", "en") if chinese else ("en", "zh")
            shown[name] = shown[f"{name}_{first}"] or shown[f"{name}_{second}"]
    return shown
