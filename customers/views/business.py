"""Business signals: one short form for everybody, the list, and what sales says."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.web import choosing
from crmservice.web.access import allowed, reachable
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, label_of, moment
from crmservice.web.verbs import carry_out
from customers import actions, forms, policies
from customers.choices import SignalStatus
from customers.filters import SignalFilter
from customers.models import BusinessSignal, Customer
from employees.models import Employee

SHOWN = 5


def signal_cell(signal: BusinessSignal) -> Cell:
    return Cell(signal.title, url=signal.get_absolute_url())


def customer_cell(signal: BusinessSignal) -> Cell:
    return Cell(signal.customer.name, url=signal.customer.get_absolute_url())


def status_cell(signal: BusinessSignal) -> Cell:
    is_late = signal.status == SignalStatus.RAISED and signal.due_at < now()
    return Cell(
        label_of(signal, "status"),
        badge="overdue" if is_late else signal.status,
        sub=outcome(signal),
    )


def outcome(signal: BusinessSignal) -> str:
    if signal.status == SignalStatus.RAISED:
        return _("to be answered by %(due)s") % {"due": moment(signal.due_at)}
    return amount(signal.amount) if signal.amount is not None else signal.reason


LISTING = Listing(
    template="customers/signals.html",
    title=gettext_lazy("Business signals"),
    columns=(
        Column("raised", gettext_lazy("Noticed"), lambda s: moment(s.raised_at), order="raised_at"),
        Column("signal", gettext_lazy("What was noticed"), signal_cell),
        Column("customer", gettext_lazy("Customer"), customer_cell),
        Column("by", gettext_lazy("Noticed by"), lambda s: s.raised_by.name),
        Column("with", gettext_lazy("With"), lambda s: s.taken_by.name if s.taken_by else "–"),
        Column("status", gettext_lazy("Status"), status_cell),
    ),
    default_order="-raised",
    filterset=SignalFilter,
    empty_text=gettext_lazy("Nobody has reported new business yet."),
    empty_action=gettext_lazy("Report new business"),
    empty_url_name="customers:raise_signal",
)


@require_safe
@allowed("signals.view")
def signals(request: StaffRequest) -> HttpResponse:
    return render_list(
        request, LISTING, BusinessSignal.objects.visible_to(request.user).described()
    )


def find(request: StaffRequest, pk: int) -> BusinessSignal:
    return get_object_or_404(BusinessSignal.objects.visible_to(request.user).described(), pk=pk)


@require_safe
@allowed("signals.view")
def signal(request: StaffRequest, pk: int) -> HttpResponse:
    found, user = find(request, pk), request.user
    words = {
        "signal": found,
        "badges": [{"kind": found.status, "label": label_of(found, "status")}],
        "facts": facts(found, user),
        "may_answer": policies.may_answer_signal(user, found),
        "may_settle": policies.may_settle_signal(user, found),
        "activities": seen_by(user, timeline(found)),
    }
    return render(request, "customers/signal.html", words)


def facts(signal: BusinessSignal, user: Employee) -> list[dict[str, Any]]:
    customer = signal.customer
    is_seen = Customer.objects.visible_to(user).filter(pk=customer.pk).exists()
    shown = [
        {
            "label": _("Customer"),
            "text": customer.name,
            "url": customer.get_absolute_url() if is_seen else "",
        },
        {"label": _("Noticed by"), "text": signal.raised_by.name, "sub": moment(signal.raised_at)},
        {
            "label": _("Noticed at"),
            "text": place(signal.source),
            "url": reachable(signal.source, user) if signal.source.startswith("/") else "",
        },
        {"label": _("To be answered by"), "text": moment(signal.due_at)},
        {"label": _("With"), "text": signal.taken_by.name if signal.taken_by else ""},
        {"label": _("Amount won"), "text": amount(signal.amount)},
        {"label": _("Reason"), "text": signal.reason},
    ]
    return [fact for fact in shown if fact["text"]]


def place(source: str) -> str:
    """Where it was noticed: of a page, its record's number."""
    if not source.startswith("/"):
        return source
    numbers = [step for step in unquote(source).split("/") if any(map(str.isdigit, step))]
    return numbers[-1] if numbers else _("this page")


@require_safe
@allowed("signals.view")
def signals_at(request: StaffRequest, code: str) -> HttpResponse:
    """The newest at a customer, which its page asks for when it stands; a fragment."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), code=code)
    found = BusinessSignal.objects.visible_to(request.user).filter(customer=customer)
    rows = [
        {
            "url": each.get_absolute_url(),
            "title": each.title,
            "badge": each.status,
            "label": label_of(each, "status"),
            "sub": f"{each.raised_by.name} · {moment(each.raised_at)}",
        }
        for each in found.select_related("raised_by")[:SHOWN]
    ]
    return render(request, "customers/_signal_rows.html", {"rows": rows})


@allowed("signals.raise")
def raise_signal(request: StaffRequest) -> HttpResponse:
    """From wherever one is: the page that one came from is kept as where it was noticed."""
    came_from = request.GET.get("from", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts=None)
    first = {
        "customer": choosing.chosen(request, "customer"),
        "source": came_from if is_ours and came_from.startswith("/") else "",
    }
    form = forms.SignalForm(request.POST or None, user=request.user, initial=first)
    if request.method == "POST":
        outcome_ = attempt(request, form, raise_as_typed, form, by=request.user, at=now())
        if outcome_:
            messages.success(request, _("Sales is told. You will hear what becomes of it."))
            return redirect(outcome_.location)
    words = {"form": form, "back_url": first["source"]}
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/signal_form.html", words, status=status)


def raise_as_typed(form: forms.SignalForm, *, by: Employee, at: datetime) -> BusinessSignal:
    text, source = form.cleaned_data["text"], form.cleaned_data["source"]
    return actions.raise_signal(
        form.cleaned_data["customer"], text=text, source=source, by=by, at=at
    )


def answerable(request: StaffRequest, pk: int) -> BusinessSignal:
    found = find(request, pk)
    if not policies.may_answer_signal(request.user, found):
        raise PermissionDenied
    return found


def followed(request: StaffRequest, pk: int) -> BusinessSignal:
    found = find(request, pk)
    if not policies.may_settle_signal(request.user, found):
        raise PermissionDenied
    return found


@allowed("signals.answer")
def take(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        answerable(request, pk),
        DeskForm,
        actions.take_signal,
        title=_("Take the signal"),
        submit=_("I follow it up"),
        said=_("It is yours. Say here what came of it."),
        hint=_("Whoever noticed it is told."),
        symbol="hand-stop",
    )


@allowed("signals.answer")
def reject(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        answerable(request, pk),
        forms.SkipForm,
        actions.reject_signal,
        title=_("Reject the signal"),
        submit=_("Reject"),
        said=_("It is rejected."),
        hint=_("Whoever noticed it is told why."),
        symbol="ban",
    )


@allowed("signals.answer")
def win(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        followed(request, pk),
        forms.WonForm,
        actions.win_signal,
        title=_("It became business"),
        submit=_("Won"),
        said=_("Well done. Whoever noticed it is told."),
        symbol="check",
    )


@allowed("signals.answer")
def lose(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        followed(request, pk),
        forms.SkipForm,
        actions.lose_signal,
        title=_("It came to nothing"),
        submit=_("Lost"),
        said=_("It is written down."),
        hint=_("Whoever noticed it is told why."),
        symbol="circle-x",
    )
