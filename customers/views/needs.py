"""The register of needs: what customers would want, who answers, and what they were told."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import day, label_of, moment
from crmservice.web.verbs import carry_out
from customers import actions, forms, policies
from customers.choices import NeedStatus
from customers.filters import NeedFilter
from customers.models import Need
from customers.queries import day_of

LOOKS = {
    NeedStatus.NOTED: "new",
    NeedStatus.FORWARDED: "waiting",
    NeedStatus.ANSWERED: "good",
    NeedStatus.CLOSED: "done",
}


def state_of(need: Need) -> tuple[str, str]:
    is_late = need.status == NeedStatus.FORWARDED and need.due_on and need.due_on < day_of(now())
    return "overdue" if is_late else LOOKS[NeedStatus(need.status)], label_of(need, "status")


def state_cell(need: Need) -> Cell:
    kind, text = state_of(need)
    sub = need.closing or need.answer
    if need.status == NeedStatus.FORWARDED:
        sub = _("by %(day)s") % {"day": day(need.due_on)}
    return Cell(text, badge=kind, sub=sub[:80])


LISTING = Listing(
    template="customers/needs.html",
    title=gettext_lazy("Needs"),
    columns=(
        Column("raised", gettext_lazy("Noted"), lambda n: moment(n.raised_at), order="raised_at"),
        Column(
            "need",
            gettext_lazy("What is needed"),
            lambda n: Cell(n.title, url=n.get_absolute_url(), sub=label_of(n, "kind")),
        ),
        Column(
            "customer",
            gettext_lazy("Customer"),
            lambda n: Cell(n.customer.name, url=n.customer.get_absolute_url()),
        ),
        Column("by", gettext_lazy("Noted by"), lambda n: n.raised_by.name, wide_only=True),
        Column(
            "to",
            gettext_lazy("Passed on to"),
            lambda n: Cell(
                label_of(n, "forwarded_to") if n.forwarded_to else "–",
                sub=n.asked_of.name if n.asked_of else "",
            ),
        ),
        Column("state", gettext_lazy("State"), state_cell),
    ),
    default_order="-raised",
    filterset=NeedFilter,
    empty_text=gettext_lazy("Nobody has noted what a customer would want."),
    empty_action=gettext_lazy("Note a need"),
    empty_url_name="customers:note_need",
)


@require_safe
@allowed("customers.note_needs")
def index(request: StaffRequest) -> HttpResponse:
    return render_list(request, LISTING, Need.objects.visible_to(request.user).described())


def find(request: StaffRequest, pk: int) -> Need:
    seen = Need.objects.visible_to(request.user).described().select_related("contact")
    return get_object_or_404(seen, pk=pk)


@require_safe
@allowed("customers.note_needs")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    need, user = find(request, pk), request.user
    kind, text = state_of(need)
    words = {
        "need": need,
        "badges": [{"kind": kind, "label": text}],
        "facts": facts(need),
        "may_forward": policies.may_forward_need(user, need),
        "may_answer": policies.may_answer_need(user, need),
        "may_close": policies.may_close_need(user, need),
        "activities": seen_by(user, timeline(need)),
    }
    return render(request, "customers/need.html", words)


def facts(need: Need) -> list[dict[str, Any]]:
    customer, contact, asked_of = need.customer, need.contact, need.asked_of
    return [
        {"label": _("Customer"), "text": customer.name, "url": customer.get_absolute_url()},
        {
            "label": _("Who said it"),
            "text": contact.name if contact else "",
            "url": contact.get_absolute_url() if contact else "",
        },
        {"label": _("Kind"), "text": label_of(need, "kind")},
        {"label": _("Where it was heard"), "text": need.source},
        {"label": _("Noted by"), "text": need.raised_by.name, "sub": moment(need.raised_at)},
        {
            "label": _("Passed on to"),
            "text": label_of(need, "forwarded_to") if need.forwarded_to else "",
            "sub": asked_of.name if asked_of else "",
        },
        {"label": _("Answer due"), "text": day(need.due_on)},
    ]


@allowed("customers.note_needs")
def note(request: StaffRequest) -> HttpResponse:
    first = {"customer": choosing.chosen(request, "customer")}
    form = forms.NeedForm(request.POST or None, user=request.user, initial=first)
    if request.method == "POST":
        outcome = attempt(request, form, note_as_typed, form, by=request.user, at=now())
        if outcome:
            messages.success(request, _("It is noted."))
            return redirect(outcome.location)
    words = {
        "form": form,
        "title": _("Note a need"),
        "cancel_url": reverse("customers:needs"),
        "alike": [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/form.html", words, status=status)


def note_as_typed(form: forms.NeedForm, **who: Any) -> Need:
    values = form.values
    return actions.note_need(values.pop("customer"), **values, **who)


@allowed("customers.forward_needs")
def forward(request: StaffRequest, pk: int) -> HttpResponse:
    need = find(request, pk)
    if not policies.may_forward_need(request.user, need):
        raise PermissionDenied
    return carry_out(
        request,
        need,
        forms.ForwardNeedForm,
        actions.forward_need,
        title=_("Pass it on"),
        submit=_("Ask for an answer"),
        said=_("Who is to answer is told."),
        about=need.title,
        symbol="transfer",
        given={"user": request.user},
    )


@allowed("customers.note_needs")
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    need = find(request, pk)
    if not policies.may_answer_need(request.user, need):
        raise PermissionDenied
    return carry_out(
        request,
        need,
        forms.AnswerNeedForm,
        actions.answer_need,
        title=_("Answer"),
        submit=_("Answer"),
        said=_("Who noted it is told."),
        about=need.title,
        symbol="message-2",
    )


@allowed("customers.note_needs")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    need = find(request, pk)
    if not policies.may_close_need(request.user, need):
        raise PermissionDenied
    return carry_out(
        request,
        need,
        forms.CloseNeedForm,
        actions.close_need,
        title=_("The customer knows"),
        submit=_("Save"),
        said=_("It is written down."),
        about=need.title,
        hint=need.answer,
        symbol="checks",
    )
