"""Authority: what is asked of whom, its answer, and the limits of roles and persons."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed, everybody
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, label_of, moment
from crmservice.web.verbs import carry_out, show
from employees import actions, policies, queries
from employees.choices import AuthorityKind, QuestionStatus
from employees.filters import QuestionFilterSet
from employees.forms import AnswerForm, LimitForm, PlainForm, RefusalForm
from employees.models import Authority, AuthorityQuestion, Employee
from employees.queries import authority_used_by, limits_of

BADGES = {
    QuestionStatus.OPEN: "waiting",
    QuestionStatus.GRANTED: "approved",
    QuestionStatus.REFUSED: "rejected",
    QuestionStatus.WITHDRAWN: "cancelled",
}


def asks_cell(question: AuthorityQuestion) -> Cell:
    return Cell(
        in_words(question.kind, question.asks),
        sub=label_of(question, "kind"),
    )


def state_cell(question: AuthorityQuestion) -> Cell:
    is_late = question.status == QuestionStatus.OPEN and question.due_at <= now()
    badge = "overdue" if is_late else BADGES[QuestionStatus(question.status)]
    return Cell(label_of(question, "status"), badge=badge)


LISTING = Listing(
    template="employees/questions.html",
    title=_("Asked beyond authority"),
    columns=[
        Column(
            "number",
            _("Number"),
            lambda each: Cell(each.number, url=each.get_absolute_url()),
            order="number",
        ),
        Column("about", _("About"), lambda each: Cell(each.subject_name, url=each.subject_url)),
        Column("asks", _("Asked for"), asks_cell, numeric=True),
        Column("by", _("Asked by"), lambda each: Cell(each.asked_by.name, sub=each.reason)),
        Column("of", _("Asked of"), lambda each: each.asked_of.name, wide_only=True),
        Column("state", _("Status"), state_cell),
        Column("due", _("Answer due"), lambda each: moment(each.due_at), order="due_at"),
        Column(
            "asked",
            pgettext_lazy("moment", "Asked"),
            lambda each: moment(each.asked_at),
            order="asked_at",
            wide_only=True,
        ),
    ],
    default_order="-asked",
    filterset=QuestionFilterSet,
    empty_text=_(
        "Nothing was asked. Where a discount or a gift goes beyond your authority, the form itself"
        " offers to ask for it."
    ),
    url=lambda each: each.get_absolute_url(),
)  # fmt: skip


@require_safe
@everybody
def index(request: StaffRequest) -> HttpResponse:
    """What one asked, was asked and answered; the head sees all. `?show=mine` waits for oneself."""
    rows = AuthorityQuestion.objects.visible_to(request.user)
    if request.GET.get("show") == "mine":
        rows = rows.open().filter(asked_of=request.user)
    return render_list(request, LISTING, rows.select_related("asked_by", "asked_of"))


def find(request: StaffRequest, number: str) -> AuthorityQuestion:
    visible = AuthorityQuestion.objects.visible_to(request.user)
    rows = visible.select_related("asked_by", "asked_of", "answered_by")
    return get_object_or_404(rows, number=number)


@require_safe
@everybody
def detail(request: StaffRequest, number: str) -> HttpResponse:
    """What is asked with what the reader has left, and the answer as one click."""
    question, user = find(request, number), request.user
    is_open = question.status == QuestionStatus.OPEN
    words = {
        "question": question,
        "badges": [
            {
                "kind": BADGES[QuestionStatus(question.status)],
                "label": question.get_status_display(),
            }
        ],
        "facts": facts(question),
        "asks": in_words(question.kind, question.asks),
        "mine": own_limits(user, question.tier_code) if policies.may_answer(user, question) else [],
        "may_answer": policies.may_answer(user, question),
        "is_last": is_open and queries.next_above(question, at=now()) is None,
        "may_withdraw": policies.may_withdraw(user, question),
        "form": AnswerForm(),
        "activities": timeline(question),
    }
    return render(request, "employees/question.html", words)


def facts(question: AuthorityQuestion) -> list[dict[str, Any]]:
    return [
        {"label": _("About"), "text": question.subject_name, "url": question.subject_url},
        {"label": _("What for"), "text": question.get_kind_display()},
        {"label": _("Asked for"), "text": in_words(question.kind, question.asks)},
        {"label": _("Reason"), "text": question.reason},
        {
            "label": _("Asked by"),
            "text": question.asked_by.name,
            "sub": moment(question.asked_at),
        },
        {"label": _("Asked of"), "text": question.asked_of.name},
        {"label": _("Answer due"), "text": moment(question.due_at)},
        {
            "label": _("Answered by"),
            "text": question.answered_by.name if question.answered_by else "",
            "sub": moment(question.answered_at),
        },
        {"label": _("Answer"), "text": question.answer},
    ]


def own_limits(user: Employee, tier_code: str = "") -> list[dict[str, Any]]:
    """Each limit of the reader, and what is left of it where that runs."""
    used = authority_used_by(user, at=now())
    lines = []
    for kind, limit in limits_of(user, tier_code).items():
        left = gettext("%(left)s left") % {"left": amount(max(limit - used[kind], Decimal(0)))} \
            if kind in used else ""  # fmt: skip
        label = AuthorityKind(kind).label if kind in AuthorityKind.values else kind
        lines.append({"label": label, "text": in_words(kind, limit), "sub": left})
    return lines


def in_words(kind: str, value: Decimal) -> str:
    is_share = kind == AuthorityKind.DISCOUNT
    return f"{(value * 100).normalize():f} %" if is_share else amount(value)


@require_http_methods(["POST"])
@everybody
def grant(request: StaffRequest, number: str) -> HttpResponse:
    """One click on the question's page; what the verb says no to is shown there."""
    question, form = find(request, number), AnswerForm(request.POST)
    outcome = attempt(
        request, form, actions.grant, question,
        answer=lambda: form.cleaned_data["answer"], by=request.user, at=now(),
    )  # fmt: skip
    if outcome:
        messages.success(request, gettext("Granted; it is done."))
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    return redirect(question)


@require_http_methods(["GET", "HEAD", "POST"])
@everybody
def refuse(request: StaffRequest, number: str) -> HttpResponse:
    question = find(request, number)
    return carry_out(
        request,
        question,
        RefusalForm,
        actions.refuse,
        title=gettext("Refuse"),
        submit=gettext("Refuse"),
        said=gettext("Refused. %(who)s is told why.") % {"who": question.asked_by.name},
        about=question.subject_name,
        symbol="circle-x",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@everybody
def pass_up(request: StaffRequest, number: str) -> HttpResponse:
    question = find(request, number)
    return carry_out(
        request,
        question,
        PlainForm,
        actions.pass_up,
        title=gettext("Pass on"),
        submit=gettext("Pass on"),
        said=gettext("Passed on."),
        about=question.subject_name,
        hint=gettext("It goes to the next person above whose authority reaches."),
        symbol="arrow-up",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@everybody
def withdraw(request: StaffRequest, number: str) -> HttpResponse:
    question = find(request, number)
    return carry_out(
        request,
        question,
        PlainForm,
        actions.withdraw,
        title=gettext("Take the question back"),
        submit=gettext("Take back"),
        said=gettext("It is taken back."),
        about=question.subject_name,
        symbol="x",
    )


# Limits


@require_safe
@everybody
def limits(request: StaffRequest) -> HttpResponse:
    """One's own limits; for who keeps them, those of everybody."""
    may_keep = request.user.may("employees.keep_authority")
    words = {
        "mine": own_limits(request.user),
        "may_keep": may_keep,
        "heads": [
            {"label": label}
            for label in (_("Role or person"), _("What for"), _("Tier"), _("Limit"), "")
        ],
        "rows": [limit_row(row) for row in every_limit()] if may_keep else [],
    }
    return render(request, "employees/limits.html", words)


def every_limit() -> Any:
    return Authority.objects.select_related("employee").order_by(
        "employee__employee_no", "role", "kind", "tier_code"
    )


def limit_row(row: Authority) -> dict[str, Any]:
    remove = reverse("employees:remove_limit", args=[row.pk])
    return {
        "cells": [
            {"text": row.employee.name if row.employee else row.get_role_display()},
            {"text": row.get_kind_display()},
            {"text": row.tier_code or gettext("every tier")},
            {"text": in_words(row.kind, row.limit), "numeric": True},
            {"text": gettext("Remove"), "url": remove},
        ]
    }


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("employees.keep_authority")
def set_limit(request: StaffRequest) -> HttpResponse:
    form = LimitForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request, form, write_limit, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, gettext("The limit is set; it holds from now on."))
            return redirect("employees:authority_limits")
    return show(
        request,
        form,
        subject=gettext("Authority"),
        title=gettext("Set a limit"),
        submit=gettext("Set the limit"),
        symbol="scale",
        cancel_url=reverse("employees:authority_limits"),
        hint=gettext(
            "A person’s own limit goes before the role’s, one for a tier before one for every tier."
        ),
    )


def write_limit(*, values: dict[str, Any], by: Employee, at: Any) -> Authority:
    return actions.set_limit(**values, by=by, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("employees.keep_authority")
def remove_limit(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Authority.objects.select_related("employee"), pk=pk)
    return carry_out(
        request,
        row,
        PlainForm,
        take_away,
        title=gettext("Remove the limit"),
        submit=gettext("Remove"),
        said=gettext("The limit is removed."),
        hint=str(row),
        symbol="trash",
    )


def take_away(row: Authority, *, by: Employee, at: Any) -> None:
    actions.remove_limit(row, by=by, at=at)
