"""Call-backs: who was not content, who calls, and by when."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.phones import show
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import moment
from crmservice.web.verbs import carry_out
from service_requests import actions, policies
from service_requests.choices import CallBackOutcome
from service_requests.filters import CallBackFilterSet
from service_requests.forms.surveys import CallBackForm
from service_requests.models import CallBack, SurveyDimension
from service_requests.views.rounds import satisfaction_tabs

LOOKS = {CallBackOutcome.CONTENT: "done", CallBackOutcome.REMAINS: "warning"}


def state_of(call_back: CallBack) -> tuple[str, str]:
    """A look, and where it stands."""
    if call_back.outcome:
        outcome = CallBackOutcome(call_back.outcome)
        return LOOKS.get(outcome, "done"), str(outcome.label)
    if call_back.due_at <= now():
        return "overdue", _("Overdue")
    return "open", _("To be called")


def due_cell(call_back: CallBack) -> Cell:
    sub = _("called %(at)s") % {"at": moment(call_back.done_at)} if call_back.done_at else ""
    return Cell(moment(call_back.due_at), sub=sub)


def state_cell(call_back: CallBack) -> Cell:
    kind, text = state_of(call_back)
    sub = _("tried %(times)s times in vain") % {"times": call_back.attempts}
    return Cell(text, badge=kind, sub=sub if call_back.attempts else call_back.said[:80])


def listing() -> Listing:
    names = {each.code: each.name for each in SurveyDimension.objects.all()}
    return Listing(
        template="service_requests/call_backs.html",
        title=gettext_lazy("Call-backs"),
        columns=(
            Column("due", gettext_lazy("Call by"), due_cell, order="due_at"),
            Column(
                "customer",
                gettext_lazy("Customer"),
                lambda c: Cell(
                    c.survey.asked_customer.name, url=c.get_absolute_url(), sub=str(c.survey)
                ),
            ),
            Column("low", gettext_lazy("Not content with"), lambda c: in_words(c.low, names)),
            Column("owner", gettext_lazy("Calls"), lambda c: c.owner.name if c.owner else "–"),
            Column("state", gettext_lazy("State"), state_cell),
        ),
        default_order="due",
        filterset=CallBackFilterSet,
        empty_text=gettext_lazy(
            "Nobody is to be called: a low score, or a customer who would not recommend us, opens"
            " a call-back."
        ),
    )


def in_words(low: Mapping[str, int], names: Mapping[str, str]) -> str:
    """“Speed 2 · recommendation 4”."""
    known = {**names, "nps": _("recommendation")}
    return " · ".join(f"{known.get(code, code)} {score}" for code, score in low.items())


@require_safe
@allowed("service_requests.survey")
def index(request: StaffRequest) -> HttpResponse:
    found = CallBack.objects.visible_to(request.user).described()
    return render_list(request, listing(), found, tabs=satisfaction_tabs(request))


def find(request: StaffRequest, pk: int) -> CallBack:
    return get_object_or_404(CallBack.objects.visible_to(request.user).described(), pk=pk)


@require_safe
@allowed("service_requests.survey")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    found, user = find(request, pk), request.user
    kind, text = state_of(found)
    words = {
        "call_back": found,
        "badges": [{"kind": kind, "label": text}],
        "facts": facts(found),
        "scores": scores(found),
        "numbers": numbers(found),
        "may_call": policies.may_call_back(user, found),
        "complaint_url": complaint_url(found) if user.may("service_requests.log") else "",
        "activities": seen_by(user, timeline(found)),
    }
    return render(request, "service_requests/call_back.html", words)


def complaint_url(call_back: CallBack) -> str:
    """Where what remains is logged, for the customer who is on the telephone."""
    customer, contact = call_back.survey.asked_customer, call_back.survey.asked_contact
    person = f"&contact={contact.code}" if contact else ""
    return f"{reverse('service_requests:log')}?customer={customer.code}{person}"


def facts(call_back: CallBack) -> list[dict[str, Any]]:
    survey, customer = call_back.survey, call_back.survey.asked_customer
    contact, owner = survey.asked_contact, call_back.owner
    shown = [
        {"label": _("Customer"), "text": customer.name, "url": customer.get_absolute_url()},
        {
            "label": _("Contact"),
            "text": contact.name if contact else "–",
            "url": contact.get_absolute_url() if contact else "",
        },
        {"label": _("About"), "text": str(survey), "url": survey.get_absolute_url()},
        {"label": _("Answered"), "text": moment(call_back.opened_at)},
        {"label": _("Call by"), "text": moment(call_back.due_at)},
        {
            "label": _("Calls"),
            "text": owner.name if owner else _("nobody"),
            "url": owner.get_absolute_url() if owner else "",
        },
    ]
    if call_back.done_at:
        shown.append({"label": _("Called"), "text": moment(call_back.done_at)})
    return shown


def scores(call_back: CallBack) -> list[dict[str, str]]:
    """All that the customer answered; what was low is marked."""
    survey = call_back.survey
    rows = [
        {
            "label": score.dimension.name,
            "text": f"{score.score} / 5",
            "kind": "bad" if score.dimension.code in call_back.low else "",
        }
        for score in survey.scores.select_related("dimension")
    ]
    if survey.nps is not None:
        is_low = "nps" in call_back.low
        rows.append(
            {
                "label": _("Would recommend us"),
                "text": f"{survey.nps} / 10",
                "kind": "bad" if is_low else "",
            }
        )
    return rows


def numbers(call_back: CallBack) -> list[dict[str, str]]:
    contact, customer = call_back.survey.asked_contact, call_back.survey.asked_customer
    found = [each.number for each in contact.phones.all()] if contact else []
    service_request = call_back.survey.service_request
    if service_request and service_request.caller_phone:
        found.append(service_request.caller_phone)
    if not found and customer.phone:
        found.append(customer.phone)
    return [{"number": number, "text": show(number)} for number in dict.fromkeys(found)]


@allowed("service_requests.survey")
def call(request: StaffRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if not policies.may_call_back(request.user, found):
        raise PermissionDenied
    return carry_out(
        request,
        found,
        CallBackForm,
        actions.call_back,
        title=_("The customer was called"),
        submit=_("Save"),
        said=_("It is written down."),
        about=found.survey.asked_customer.name,
        hint=_("Who was not reached is to be called again: the clock goes on."),
        symbol="phone",
    )
