"""The list of claims, the page of one, and the page on which one is written with all its lines."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, label_of, moment
from customers.models import Customer
from dispatch.models import Task
from employees.models import Employee
from expenses import actions, policies
from expenses.choices import Category, Status
from expenses.filters import ClaimFilterSet
from expenses.forms import ClaimForm, typed
from expenses.models import ExpenseClaim, ExpenseLine
from service_requests.models import ServiceRequest

PATH = (Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.PAID)
BESIDE = ("lines__task", "lines__service_request", "lines__customer")


def spent_cell(claim: ExpenseClaim) -> Cell:
    lines = list(claim.lines.all())
    labels = dict.fromkeys(str(line.get_category_display()) for line in lines)
    names = dict.fromkeys(line.customer.name for line in lines if line.customer)
    return Cell(", ".join(labels), sub=", ".join(names))


LISTING = Listing(
    template="expenses/index.html",
    title=gettext_lazy("Expenses"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda claim: Cell(claim.number, url=claim.get_absolute_url()),
            order="number",
        ),
        Column("claimant", gettext_lazy("Claimant"), lambda claim: claim.claimant.name),
        Column("spent", gettext_lazy("What for"), spent_cell),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda claim: Cell(label_of(claim, "status"), badge=claim.status),
        ),
        Column(
            "created",
            gettext_lazy("Written"),
            lambda claim: moment(claim.created_at),
            order="created_at",
            wide_only=True,
        ),
        Column(
            "amount",
            gettext_lazy("Amount"),
            lambda claim: Cell(amount(claim.amount, claim.currency)),
            numeric=True,
        ),
    ),
    default_order="-created",
    filterset=ClaimFilterSet,
    empty_text=gettext_lazy("No expenses yet. What a visit cost is claimed here."),
    empty_action=gettext_lazy("Claim expenses"),
    empty_url_name="expenses:create",
)


@require_safe
@allowed("expenses.view")
def index(request: StaffRequest) -> HttpResponse:
    """`?show=mine` or `to_approve` narrow what may be seen."""
    user = request.user
    claims = ExpenseClaim.objects.visible_to(user).select_related("claimant")
    chosen = narrowed(claims, request.GET.get("show", ""), user)
    lines = chosen.prefetch_related("lines__customer")
    return render_list(
        request,
        LISTING,
        lines,
        may_claim=user.may("expenses.claim"),
        may_approve=user.may("expenses.approve"),
    )


def narrowed(claims: QuerySet[Any], show: str, user: Employee) -> QuerySet[Any]:
    if show == "mine":
        return claims.filter(claimant=user)
    return claims.to_decide_by(user) if show == "to_approve" else claims  # type: ignore[attr-defined]


def find(request: StaffRequest, number: str) -> ExpenseClaim:
    visible = ExpenseClaim.objects.visible_to(request.user)
    rows = visible.select_related("claimant", "decided_by").prefetch_related(*BESIDE)
    return get_object_or_404(rows, number=number)


@dataclass(frozen=True)
class Offer:
    """A verb that is possible now; with `text` it is the next step and says why."""

    label: str | Promise
    symbol: str
    url: str
    text: str | Promise = ""


@require_safe
@allowed("expenses.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    claim, user = find(request, number), request.user
    activities = timeline(claim)
    step = next_step(claim, user, missing=what_is_missing(activities))
    words = {
        "claim": claim,
        "badges": [{"kind": claim.status, "label": claim.get_status_display()}],
        "path": path(claim),
        "step": step,
        "offers": [offer for offer in offers(claim, user) if step is None or offer.url != step.url],
        "heads": heads(),
        "rows": [row(line, claim) for line in claim.lines.all()] + [total_row(claim)],
        "facts": facts(claim),
        "activities": activities,
    }
    return render(request, "expenses/detail.html", words)


def what_is_missing(activities: list[Activity]) -> str:
    """Why it was sent back last, until it is changed or handed in again."""
    latest = next(
        (each for each in activities if each.subject_type == "expenses.expenseclaim"), None
    )
    is_back = latest is not None and latest.verb == "expenses.sent_back"
    return latest.details["reason"] if latest and is_back else ""


def next_step(claim: ExpenseClaim, user: Employee, *, missing: str) -> Offer | None:
    """The one thing to do now: correct, submit, decide, pay; or the next claim that waits."""
    return own_step(claim, user, missing) or waiting_step(user)


def own_step(claim: ExpenseClaim, user: Employee, missing: str) -> Offer | None:
    if missing and policies.may_edit(user, claim):
        why = _("It was sent back: %(why)s") % {"why": missing}
        return Offer(_("Correct it"), "pencil", address("edit", claim), why)
    if policies.may_submit(user, claim):
        why = _("Is everything on it? Then hand it in.")
        return Offer(_("Submit"), "send", address("submit", claim), why)
    if policies.may_decide(user, claim):
        why = _("%(who)s waits for your decision.") % {"who": claim.claimant}
        return Offer(_("Approve"), "circle-check", address("approve", claim), why)
    if policies.may_pay(user, claim):
        why = _("It is approved. When it is paid out, note it.")
        return Offer(_("Paid"), "cash", address("pay", claim), why)
    if policies.may_edit(user, claim):
        why = _("It was rejected: %(why)s") % {"why": claim.decision or "–"}
        return Offer(_("Correct it"), "pencil", address("edit", claim), why)
    return None


def waiting_step(user: Employee) -> Offer | None:
    waiting = ExpenseClaim.objects.to_decide_by(user).order_by("submitted_at", "pk").first()
    if waiting is None:
        return None
    why = _("Another claim waits for you: %(number)s.") % {"number": waiting.number}
    return Offer(_("Open it"), "arrow-right", waiting.get_absolute_url(), why)


def offers(claim: ExpenseClaim, user: Employee) -> list[Offer]:
    """The other verbs of this state."""
    possible = []
    if policies.may_edit(user, claim) and claim.status == Status.DRAFT:
        possible += [("edit", _("Edit"), "pencil"), ("submit", _("Submit"), "send")]
    if policies.may_withdraw(user, claim):
        possible.append(("withdraw", _("Take back"), "arrow-back-up"))
    if policies.may_decide(user, claim):
        possible += [
            ("reject", _("Reject"), "circle-x"),
            ("send_back", _("Send back"), "arrow-back-up"),
        ]
    return [Offer(label, symbol, address(verb, claim)) for verb, label, symbol in possible]


def address(verb: str, claim: ExpenseClaim) -> str:
    return reverse(f"expenses:{verb}", args=[claim.number])


def path(claim: ExpenseClaim) -> list[dict[str, str]]:
    moments = {
        Status.SUBMITTED: claim.submitted_at,
        Status.APPROVED: claim.decided_at,
        Status.REJECTED: claim.decided_at,
        Status.PAID: claim.paid_at,
    }
    is_rejected = claim.status == Status.REJECTED
    steps = [Status.DRAFT, Status.SUBMITTED, Status.REJECTED] if is_rejected else list(PATH)
    place = steps.index(Status(claim.status))
    return [
        {
            "label": str(status.label),
            "state": "done" if at < place else "now" if at == place else "todo",
            "sub": moment(moments.get(status)) if at <= place else "",
        }
        for at, status in enumerate(steps)
    ]


def heads() -> list[dict[str, Any]]:
    labels = (_("Day"), _("Category"), _("Belongs to"), _("Amount"))
    last = len(labels) - 1
    return [{"label": label, "numeric": at == last} for at, label in enumerate(labels)]


def row(line: ExpenseLine, claim: ExpenseClaim) -> dict[str, Any]:
    record = line.task or line.service_request or line.customer
    whose = line.customer.name if line.customer and record is not line.customer else ""
    return {
        "cells": [
            {"text": day(line.spent_on)},
            {"text": label_of(line, "category"), "sub": line.text},
            {
                "text": str(record or _("General cost")),
                "url": record.get_absolute_url() if record else "",
                "sub": whose,
            },
            {"text": amount(line.amount, claim.currency), "numeric": True},
        ]
    }


def total_row(claim: ExpenseClaim) -> dict[str, Any]:
    sum_ = {"text": amount(claim.amount, claim.currency), "numeric": True}
    return {"total": True, "cells": [{"text": _("Total")}, {}, {}, sum_]}


def facts(claim: ExpenseClaim) -> list[dict[str, Any]]:
    shown = [
        {
            "label": _("Claimant"),
            "text": claim.claimant.name,
            "url": claim.claimant.get_absolute_url(),
        },
        {"label": _("Written"), "text": moment(claim.created_at)},
        {"label": _("Submitted"), "text": moment(claim.submitted_at)},
        {
            "label": _("Decided"),
            "text": str(claim.decided_by or ""),
            "sub": moment(claim.decided_at),
        },
    ]
    if claim.decision:
        shown.append({"label": _("Reason"), "text": claim.decision})
    if claim.rate != 1:
        shown.append({"label": _("Exchange rate"), "text": f"{claim.rate.normalize():f}"})
    return [*shown, {"label": _("Note"), "text": claim.note}]


# Writing


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.claim")
def create(request: StaffRequest) -> HttpResponse:
    """`?task=`, `?request=` (numbers) and `?customer=` (code) fill in the first line."""
    if "more" in request.POST:
        return render_form(request, again(request))
    form = ClaimForm(request.POST or None, user=request.user, outlays=[prefilled(request)])
    if request.method == "POST":
        is_draft = "draft" in request.POST
        action = write if is_draft else write_and_submit
        outcome = attempt(
            request, form, action, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            said = _("The draft is kept.") if is_draft else _("The claim is submitted.")
            messages.success(request, said)
            return redirect(outcome.location or "expenses:index")
    return render_form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.claim")
def edit(request: StaffRequest, number: str) -> HttpResponse:
    claim = find(request, number)
    if not policies.may_edit(request.user, claim):
        raise PermissionDenied
    if "more" in request.POST:
        return render_form(request, again(request), claim)
    form = ClaimForm(
        request.POST or None,
        user=request.user,
        outlays=[outlay_words(line) for line in claim.lines.all()],
        initial=claim_words(claim),
    )
    if request.method == "POST":
        action = rewrite if "draft" in request.POST else rewrite_and_submit
        outcome = attempt(
            request,
            form,
            action,
            claim,
            values=lambda: form.values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect(outcome.location or claim.get_absolute_url())
    return render_form(request, form, claim)


def write(*, values: dict[str, Any], **who: Any) -> ExpenseClaim:
    return actions.create(**values, **who)


def write_and_submit(*, values: dict[str, Any], **who: Any) -> ExpenseClaim:
    return actions.submit(write(values=values, **who), **who)


def rewrite(
    claim: ExpenseClaim, *, values: dict[str, Any], version: int | None, **who: Any
) -> ExpenseClaim:
    return actions.change(claim, **values, version=version, **who)


def rewrite_and_submit(claim: ExpenseClaim, **written: Any) -> ExpenseClaim:
    changed = rewrite(claim, **written)
    return actions.submit(changed, by=written["by"], at=written["at"])


def again(request: StaffRequest) -> ClaimForm:
    """The form as it was typed, with another line."""
    claim, lines = typed(request.POST)
    last = lines[-1] if lines else {}
    another = {"spent_on": last.get("spent_on") or timezone.localdate(), "task": last.get("task")}
    return ClaimForm(user=request.user, outlays=[*lines, another], initial=claim)


def prefilled(request: StaffRequest) -> dict[str, Any]:
    """What is known of the first line: the day, and what it belongs to."""
    known: dict[str, Any] = {"spent_on": timezone.localdate(), "category": Category.TRANSPORT}
    for name, field, lookup, model in (
        ("task", "task", "number", Task),
        ("request", "service_request", "number", ServiceRequest),
        ("customer", "customer", "code", Customer),
    ):
        asked = request.GET.get(name, "")
        if asked:
            visible = model.objects.visible_to(request.user)
            known[field] = get_object_or_404(visible, **{lookup: asked})
    task = known.get("task")
    if task:
        day_of_work = task.finished_at or task.working_at or task.planned_start
        known["spent_on"] = min(
            timezone.localdate(day_of_work) if day_of_work else timezone.localdate(),
            timezone.localdate(),
        )
    return {name: value.pk if hasattr(value, "pk") else value for name, value in known.items()}


def claim_words(claim: ExpenseClaim) -> dict[str, Any]:
    rate = claim.rate if claim.rate != 1 else None
    return {
        "note": claim.note,
        "currency": claim.currency,
        "rate": rate,
        "version": claim.version,
    }


def outlay_words(line: ExpenseLine) -> dict[str, Any]:
    return {
        "pk": line.pk,
        "category": line.category,
        "amount": line.amount,
        "spent_on": line.spent_on,
        "text": line.text,
        "task": line.task_id,
        "service_request": None if line.task_id else line.service_request_id,
        "customer": None if line.service_request_id or line.task_id else line.customer_id,
    }


def render_form(
    request: StaffRequest, form: ClaimForm, claim: ExpenseClaim | None = None
) -> HttpResponse:
    is_refused = request.method == "POST" and form.is_bound
    words = {"form": form, "claim": claim, "number": claim.number if claim else ""}
    words["cancel_url"] = claim.get_absolute_url() if claim else reverse("expenses:index")
    return render(request, "expenses/form.html", words, status=422 if is_refused else 200)
