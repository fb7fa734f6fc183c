"""What the last period says for the next one, the renewal, and the contract as a document."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts import actions, papers, policies, queries
from contracts.explaining import price_step, quantity
from contracts.forms import RenewForm
from contracts.models import ServiceContract
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, day
from crmservice.web.verbs import carry_out

LANGUAGES = {"zh": "zh-hans", "en": "en"}
BESIDE = ("renews", "drafted_by")


def found(request: StaffRequest, number: str) -> ServiceContract:
    visible = ServiceContract.objects.visible_to(request.user).described()
    contract = get_object_or_404(visible.select_related(*BESIDE), number=number)
    if not policies.may_renew(request.user, contract):
        raise PermissionDenied
    return contract


def proposed(request: StaffRequest, contract: ServiceContract) -> queries.Proposal:
    starts_on, ends_on = actions.next_period(contract)
    next_days = (ends_on - starts_on + timedelta(days=1)).days
    return queries.proposal_of(contract, request.user, next_days=next_days, at=now())


@require_safe
@allowed("contracts.change")
def proposal(request: StaffRequest, number: str) -> HttpResponse:
    """Use, cost and result of the last period, and what the next should cost."""
    contract = found(request, number)
    if not policies.may_propose(request.user, contract):
        raise PermissionDenied
    made = proposed(request, contract)
    starts_on, ends_on = actions.next_period(contract)
    currency = contract.currency
    money_facts = [{"label": _("Value of these days"), "text": amount(made.earned, currency)}]
    if made.result is not None:
        money_facts += [
            {"label": _("Cost to serve"), "text": amount(made.cost, currency)},
            {"label": _("Value less cost"), "text": amount(made.result, currency)},
            {"label": _("Billed beside the contract"), "text": amount(made.billed, currency)},
            {
                "label": _("Result with what was billed"),
                "text": amount(made.result + made.billed, currency),
            },
        ]
    labels = (
        _("Allowance"),
        _("Contract year"),
        pgettext("allowance", "Used"),
        _("Included"),
        _("Unused"),
    )
    return render(
        request,
        "contracts/proposal.html",
        {
            "contract": contract,
            "period": f"{day(made.first)} – {day(made.until)}",
            "next_period": f"{day(starts_on)} – {day(ends_on)}",
            "figures": [
                {"label": each.label, "text": each.text, "url": each.url} for each in made.figures
            ],
            "money": money_facts,
            "heads": [{"label": label, "numeric": at > 1} for at, label in enumerate(labels)],
            "rows": [
                {
                    "cells": [
                        {"text": str(each.kind.label)},
                        {"text": f"{day(each.first)} – {day(each.last)}"},
                        {"text": quantity(each.used), "numeric": True},
                        {"text": quantity(each.amount), "numeric": True},
                        {"text": quantity(each.unused), "numeric": True},
                    ]
                }
                for each in made.years
            ],
            "price": amount(made.price, currency),
            "steps": [
                {"text": price_step(step), "price": amount(step.price, currency)}
                for step in made.steps
            ],
            "renew_url": reverse("contracts:renew", args=[number]),
        },
    )


@allowed("contracts.change")
def renew(request: StaffRequest, number: str) -> HttpResponse:
    contract = found(request, number)
    value = contract.value
    if request.method != "POST" and policies.may_propose(request.user, contract):
        value = proposed(request, contract).price
    return carry_out(
        request,
        contract,
        RenewForm,
        actions.renew,
        title=_("Draft the renewal"),
        submit=_("Draft the renewal"),
        said=_("The renewal is drafted. Change it, then submit it."),
        hint=_("A copy for the next period, with the same promises and lines."),
        symbol="refresh",
        given={
            "initial": {"value": value},
            "with_value": policies.may_see_value(request.user),
        },
    )


@require_safe
@allowed("contracts.view")
def document(request: StaffRequest, number: str) -> HttpResponse:
    """The contract as PDF; `?lang=zh` or `en`, else the reader's language."""
    visible = ServiceContract.objects.visible_to(request.user).described()
    contract = get_object_or_404(visible.select_related(*BESIDE), number=number)
    language = LANGUAGES.get(request.GET.get("lang", ""), get_language() or "en")
    with override(language):
        content = papers.contract_document(
            contract, with_value=policies.may_see_value(request.user)
        )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{contract.number}.pdf"'
    return response
