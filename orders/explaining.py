"""Words for why a line costs what it costs, in the reader's language."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.web.text import amount, in_both, in_language
from orders.choices import LineKind, WorkKind
from orders.pricing import Reason

WORDS = {
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
    "imported": gettext_lazy("taken over from the old system"),
}


def in_words(reasons: Iterable[Sequence[Any]], currency: str) -> list[str]:
    """Each step of the price as a phrase; `reasons` as they are stored on the line."""
    return [phrase(Reason(*reason), currency) for reason in reasons]


def one_line(reasons: Iterable[Sequence[Any]], currency: str) -> str:
    """The step that decided; how minutes were rounded is told only in full."""
    steps = [Reason(*reason) for reason in reasons if reason[0] != "rounded"]
    return phrase(steps[-1], currency) if steps else _("no reason recorded")


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


def phrase(reason: Reason, currency: str) -> str:
    """One step; an unknown code (of a newer version) is shown as it is."""
    template = WORDS.get(reason.code)
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
