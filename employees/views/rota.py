"""The rota: who is on call for which ring, and until when."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.phones import show
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import moment
from crmservice.web.verbs import carry_out
from employees import actions, forms
from employees.models import OnCall


def who(line: OnCall) -> Cell:
    return Cell(
        line.employee.name, url=line.employee.get_absolute_url(), sub=show(line.employee.phone)
    )


def state(line: OnCall) -> Cell:
    at = now()
    if line.ends_at <= at:
        return Cell(gettext("Over"), badge="neutral")
    if line.starts_at > at:
        return Cell(gettext("Planned"), badge="planned")
    return Cell(gettext("On call"), badge="available")


LISTING = Listing(
    template="employees/rota.html",
    title=_("Rota"),
    columns=[
        Column("who", _("Employee"), who),
        Column("state", _("Now"), state),
        Column("ring", _("Ring"), lambda line: str(line.ring), numeric=True),
        Column("outlet", _("Outlet"), lambda line: str(line.outlet or gettext("all outlets"))),
        Column("from", _("From"), lambda line: moment(line.starts_at), order="starts_at"),
        Column("until", _("Until"), lambda line: moment(line.ends_at), order="ends_at"),
    ],
    default_order="-until",
    empty_text=_("Nobody is on call. Outside service hours the manager of the outlet is told."),
    empty_action=_("Put somebody on call"),
    empty_url_name="employees:put_on_call",
    url=lambda line: reverse("employees:edit_on_call", args=[line.pk]),
)


@require_safe
@allowed("employees.view")
def index(request: StaffRequest) -> HttpResponse:
    rows = OnCall.objects.visible_to(request.user).select_related("employee", "outlet")
    return render_list(request, LISTING, rows, may_keep=request.user.may("employees.keep_rota"))


@allowed("employees.keep_rota")
def put_on_call(request: StaffRequest) -> HttpResponse:
    form = forms.OnCallForm(request.POST or None, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.put_on_call,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("It stands in the rota."))
            return redirect(outcome.location or "employees:rota")
    return form_page(request, form, _("Put somebody on call"))


@allowed("employees.keep_rota")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    line = found(request, pk)
    form = forms.OnCallForm(request.POST or None, instance=line, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_on_call,
            line,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved."))
            return redirect(outcome.location or "employees:rota")
    strike_url = reverse("employees:take_off_call", args=[pk])
    return form_page(request, form, _("Change the duty on call"), strike_url=strike_url)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("employees.keep_rota")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    line = found(request, pk)
    return carry_out(
        request,
        line,
        DeskForm,
        actions.take_off_call,
        title=_("Strike the duty on call"),
        submit=_("Strike it"),
        said=_("The duty is struck."),
        hint=f"{line.employee}: {moment(line.starts_at)} – {moment(line.ends_at)}",
        symbol="trash",
    )


def found(request: StaffRequest, pk: int) -> OnCall:
    lines = OnCall.objects.visible_to(request.user).select_related("employee", "outlet")
    return get_object_or_404(lines, pk=pk)


def form_page(
    request: StaffRequest, form: Any, title: str | Promise, strike_url: str = ""
) -> HttpResponse:
    words = {"form": form, "title": title, "strike_url": strike_url}
    status = 422 if request.method == "POST" else 200
    return render(request, "employees/on_call.html", words, status=status)
