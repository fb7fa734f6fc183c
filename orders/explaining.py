"""Words for why a line costs what it costs, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.web.text import amount, day, in_both, in_language
from orders.choices import LineKind, WorkKind
from orders.pricing import Reason

WORDS = {
    "plan": gettext_lazy("price plan “%(plan)s”"),
    "no_plan": gettext_lazy("no price plan says a price for it"),
    "agreed": gettext_lazy("price of the plan %(price)s"),
    "plan_discount": gettext_lazy("%(discount)s %% discount of the plan, %(price)s"),
    "zone": gettext_lazy("journey into zone %(zone)s: %(price)s"),
    "kilometres": gettext_lazy("%(kilometres)s km, %(price)s each"),
    "list": gettext_lazy("list price %(price)s"),
    "contract_discount": gettext_lazy("contract %(number)s: %(discount)s %% discount, %(price)s"),
    "tier_discount": gettext_lazy("tier %(tier)s: %(discount)s %% discount, %(price)s"),
    "plan_rate": gettext_lazy("%(kind)s: %(price)s per hour"),
    "contract_rate": gettext_lazy("contract %(number)s: %(price)s per hour"),
    "factor_evening": gettext_lazy("evening × %(factor)s: %(price)s per hour"),
    "factor_weekend": gettext_lazy("weekend × %(factor)s: %(price)s per hour"),
    "factor_holiday": gettext_lazy("public holiday × %(factor)s: %(price)s per hour"),
    "factor_normal": gettext_lazy("normal hours × %(factor)s: %(price)s per hour"),
    "rounded": gettext_lazy(
        "%(worked)s min worked, %(billed)s min billed (steps of %(step)s min, minimum)"
    ),
    "call_out": gettext_lazy("call-out fee %(price)s"),
    "by_contract": gettext_lazy("covered by contract %(number)s"),
    "by_a_contract": gettext_lazy("covered by contract"),
    "by_warranty": gettext_lazy("covered by warranty"),
    "by_hand": gettext_lazy("set by hand to %(price)s: %(why)s"),
    "goodwill": gettext_lazy("given as goodwill: %(why)s"),
    "replaced": gettext_lazy("replacement of return %(number)s: nobody pays for it"),
    "imported": gettext_lazy("taken over from the old system"),
}

PASSED = {  # why another plan does not answer
    "currency": gettext_lazy("“%(plan)s” not: it is in %(what)s"),
    "contract": gettext_lazy("“%(plan)s” not: it is for contract %(what)s"),
    "contract_type": gettext_lazy("“%(plan)s” not: it is for contracts “%(what)s”"),
    "model": gettext_lazy("“%(plan)s” not: it is for model %(what)s"),
    "category": gettext_lazy("“%(plan)s” not: it is for the product family %(what)s"),
    "tier": gettext_lazy("“%(plan)s” not: it is for tier %(what)s"),
    "not_begun": gettext_lazy("“%(plan)s” not: it holds from %(on)s"),
    "ended": gettext_lazy("“%(plan)s” not: it held until %(on)s"),
    "silent": gettext_lazy("“%(plan)s” not: it says nothing to this"),
    "less": gettext_lazy("“%(plan)s” not: it is less particular"),
}
OF_PLANS = ("plan", "no_plan", "rounded")  # told only in full

TO_CUSTOMERS = {  # what somebody here wrote about it is ours
    "by_hand": gettext_lazy("agreed price %(price)s"),
    "goodwill": gettext_lazy("given as goodwill"),
}


def in_words(reasons: Iterable[Sequence[Any]], currency: str) -> list[str]:
    """Each step of the price as a phrase; `reasons` as they are stored on the line."""
    said = []
    for reason in (Reason(*reason) for reason in reasons):
        said.append(phrase(reason, currency))
        said += [passed_over(*each) for each in reason.params.get("passed", ())]
    return said


def passed_over(plan: str, code: str, params: Mapping[str, Any]) -> str:
    """Why a price plan does not answer."""
    words: dict[str, Any] = {"plan": plan, **params}
    if isinstance(words.get("what"), Mapping):
        words["what"] = in_language(words["what"])
    if "on" in words:
        words["on"] = day(date.fromisoformat(words["on"]))
    return str(PASSED[code]) % words


def one_line(reasons: Iterable[Sequence[Any]], currency: str) -> str:
    """The step that decided; which plan it was and how minutes were rounded is told in full."""
    steps = [Reason(*reason) for reason in reasons if reason[0] not in OF_PLANS]
    return phrase(steps[-1], currency) if steps else _("no reason recorded")


def to_customer(reasons: Iterable[Sequence[Any]], currency: str) -> str:
    """The step that decided, without what was written beside it for us."""
    steps = [Reason(*reason) for reason in reasons if reason[0] not in OF_PLANS]
    return phrase(steps[-1], currency, WORDS | TO_CUSTOMERS) if steps else ""


def name_of(line: Any) -> str:
    """What a line (orders.models.OrderLine, with its part) is, in the reader's language."""
    if line.part is not None:
        return str(line.part)
    kinds = [params["kind"] for _code, params in line.reasons if "kind" in params]
    if line.kind == LineKind.LABOUR:
        return str(WorkKind(kinds[0]).label) if kinds else str(WorkKind.ONSITE.label)
    return str(LineKind(line.kind).label)


def names_of(line: Any) -> dict[str, str]:
    """What a line is in both languages, as the trail keeps it."""
    return in_both(lambda: name_of(line))


def phrase(reason: Reason, currency: str, words: Mapping[str, Any] = WORDS) -> str:
    """One step; an unknown code (of a newer version) is shown as it is."""
    template = words.get(reason.code)
    if template is None:
        return reason.code
    params = dict(reason.params)
    if "kind" in params:
        params["kind"] = WorkKind(params["kind"]).label
    if "tier_name" in params:
        params["tier"] = in_language(params["tier_name"])
    if "price" in params:
        params["price"] = amount(Decimal(params["price"]), currency)
    return str(template) % params
