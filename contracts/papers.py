"""The contract 合约 as what its PDF prints, in the language that is set."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contracts import queries
from contracts.choices import DECIDED, Status
from contracts.explaining import promise_lines_of, quantity, services
from contracts.models import ServiceContract
from crmservice import pdf
from crmservice.web.text import amount, day, percent


def contract_document(contract: ServiceContract, *, with_value: bool) -> bytes:
    """The PDF; what it costs stands on it for who may see that."""
    return pdf.pdf("contract", words_of(contract, with_value=with_value))


def words_of(contract: ServiceContract, *, with_value: bool) -> dict[str, Any]:
    is_chinese = (get_language() or "en").startswith("zh")
    on = contract.starts_on
    draft = "" if contract.status in DECIDED else _("Draft, not in force")
    return {
        "lang": "zh" if is_chinese else "en",
        "region": "CN" if is_chinese else "GB",
        "paper": "a4",
        "organisation": str(settings.ORGANISATION_NAME),
        "title": _("Service contract"),
        "subtitle": " · ".join(filter(None, [contract.type.name, draft])),
        "number": contract.number,
        "date": [on.year, on.month, on.day],
        "foot": _("Service contract %(number)s") % {"number": contract.number},
        "facts": facts(contract, with_value=with_value),
        "texts": texts(contract),
        "tables": [each for each in tables(contract, with_value=with_value) if each["rows"]],
        "words": {
            "us": _("For us"),
            "customer": _("For the customer"),
            "signed": _("Name, day, signature"),
        },
        "organisation_name": str(settings.ORGANISATION_NAME),
        "customer": contract.customer.name,
    }


def facts(contract: ServiceContract, *, with_value: bool) -> list[dict[str, str]]:
    before = contract.renews
    pairs = [
        (_("Customer"), contract.customer.name),
        (_("Address"), contract.customer.address),
        (_("From"), day(contract.starts_on)),
        (_("Until"), day(contract.ends_on)),
        (_("Service hours"), contract.calendar.name),
        (_("In place of"), before.number if before else ""),
        (_("Responsible"), contract.responsible.name if contract.responsible else ""),
        (_("On-site rate per hour"), amount(contract.onsite_rate_per_hour, contract.currency)),
        (_("Parts discount"), percent(contract.parts_discount) if contract.parts_discount else ""),
        (_("Value"), amount(contract.value, contract.currency) if with_value else ""),
    ]
    if contract.status == Status.TERMINATED and contract.terminated_on:
        pairs.append((_("No cover from"), day(contract.terminated_on)))
    return [{"label": label, "text": text} for label, text in pairs if text]


def texts(contract: ServiceContract) -> list[dict[str, str]]:
    promised = promise_lines_of(queries.level_of(contract).promises, contract.calendar.name)
    allowances = [
        _("%(kind)s: %(amount)s a year") % {"kind": kind.label, "amount": quantity(number)}
        for kind, number in contract.allowances.items()
    ]
    pairs = [
        (_("What we promise"), "\n".join(promised)),
        (_("Included"), services(tuple(contract.type.included_services))),
        (_("Included in each year"), "\n".join(allowances)),
        (_("Charged"), services(tuple(contract.type.charged_services))),
        (_("About this kind of contract"), contract.type.description),
    ]
    return [{"label": label, "text": text} for label, text in pairs if text.strip()]


def tables(contract: ServiceContract, *, with_value: bool) -> list[dict[str, Any]]:
    covers = {
        "label": _("What it covers"),
        "heads": [_("No."), _("Covered")],
        "widths": [0, 1],
        "right": [],
        "rows": [
            [str(number), line] for number, line in enumerate(queries.lines_of(contract), start=1)
        ],
    }
    if not with_value:
        return [covers]
    parts = {
        "label": _("Billing"),
        "heads": [_("Due on"), _("From"), _("Until"), _("Amount")],
        "widths": [1, 1, 1, 1],
        "right": [3],
        "rows": [
            [
                day(part.due_on),
                day(part.first),
                day(part.last),
                amount(part.amount, contract.currency),
            ]
            for part in queries.parts_of(contract)
        ],
    }
    return [covers, parts]
