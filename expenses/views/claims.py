"""The list of claims, and the page of one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.models import Activity
from crmservice.activity.trail import timeline
from crmservice.attachments import showing
from crmservice.attachments.models import Attachment
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day, label_of, moment
from employees.models import Employee
from expenses import explaining, policies, queries
from expenses.choices import COUNTED, WAITING, Status
from expenses.filters import ClaimFilterSet
from expenses.models import ExpenseClaim, ExpenseLine

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
            lambda claim: Cell(
                amount(claim.counted, claim.currency),
                sub=amount(claim.amount, claim.currency) if claim.counted != claim.amount else "",
            ),
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
        may_pay=user.may("expenses.pay"),
    )


def narrowed(claims: QuerySet[Any], show: str, user: Employee) -> QuerySet[Any]:
    if show == "mine":
        return claims.filter(claimant=user)
    if show == "to_approve":
        return claims.to_decide_by(user)  # type: ignore[attr-defined]
    states = {"waiting": WAITING, "counted": COUNTED}.get(show)
    return claims.filter(status__in=states) if states else claims


def find(request: StaffRequest, number: str) -> ExpenseClaim:
    visible = ExpenseClaim.objects.visible_to(request.user)
    beside = ("claimant__outlet", "decided_by", "passed_by", "payment_run")
    rows = visible.select_related(*beside).prefetch_related(*BESIDE)
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
    lines = list(claim.lines.all())
    attached = list(queries.receipts_of(lines).select_related("by"))
    counts = Counter(receipt.subject_id for receipt in attached)
    step = next_step(claim, user, missing=what_is_missing(activities))
    words = {
        "claim": claim,
        "badges": [{"kind": claim.status, "label": claim.get_status_display()}],
        "path": path(claim),
        "step": step,
        "waits": waits(claim, user),
        "offers": [offer for offer in offers(claim, user) if step is None or offer.url != step.url],
        "heads": heads(),
        "rows": [row(line, claim, user, counts[line.pk]) for line in lines] + [total_row(claim)],
        "findings": findings(lines),
        "receipts": receipts(claim, lines, attached, user),
        "facts": facts(claim),
        "budgets": budget_words(claim, user),
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
        if claim.passed_limit is not None:
            why = f"{passed_on(claim)} {why}"
        return Offer(_("Approve"), "circle-check", address("approve", claim), why)
    if policies.may_pay(user, claim):
        why = _("It is approved. Pay it out, with others or by itself.")
        url = reverse("expenses:create_payment", args=[claim.currency])
        return Offer(_("Pay it out"), "cash", f"{url}?claim={claim.number}", why)
    if policies.may_edit(user, claim):
        why = _("It was rejected: %(why)s") % {"why": claim.decision or "–"}
        return Offer(_("Correct it"), "pencil", address("edit", claim), why)
    return None


def passed_on(claim: ExpenseClaim) -> str:
    """Who approved it first, and why that was not enough."""
    said = _("%(who)s has approved it; it waits for the head: %(amount)s > %(limit)s.")
    words = {"amount": amount(claim.in_base), "limit": amount(claim.passed_limit)}
    return said % {"who": claim.passed_by, **words}


def waits(claim: ExpenseClaim, user: Employee) -> str:
    """For whoever cannot do anything about it; who can reads it at the next step."""
    is_waiting = claim.status == Status.PASSED_ON
    return passed_on(claim) if is_waiting and not policies.may_decide(user, claim) else ""


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
        Status.PASSED_ON: claim.passed_at,
        Status.SUBMITTED: claim.submitted_at,
        Status.APPROVED: claim.decided_at,
        Status.REJECTED: claim.decided_at,
        Status.PAID: claim.paid_at,
    }
    is_rejected = claim.status == Status.REJECTED
    first = [Status.PASSED_ON] if claim.passed_at else []
    steps = [Status.DRAFT, Status.SUBMITTED, *first]
    steps += [Status.REJECTED] if is_rejected else [Status.APPROVED, Status.PAID]
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
    labels = (_("Day"), _("Category"), _("Belongs to"), _("Receipt"), _("Amount"))
    last = len(labels) - 1
    return [{"label": label, "numeric": at == last} for at, label in enumerate(labels)]


def findings(lines: Sequence[ExpenseLine]) -> list[dict[str, Any]]:
    """What the policies have against it, as the claimant and the approver read it."""
    return [
        {
            "text": explaining.sentence(number, line.findings),
            "blocks": any(found["blocks"] for found in line.findings),
        }
        for number, line in enumerate(lines, start=1)
        if line.findings
    ]


def receipts(
    claim: ExpenseClaim,
    lines: Sequence[ExpenseLine],
    attached: Sequence[Attachment],
    user: Employee,
) -> list[Any]:
    """The receipts, each with its line."""
    of_line = {line.pk: (number, line) for number, line in enumerate(lines, start=1)}
    may_remove = policies.may_edit(user, claim)
    shown = []
    for receipt in attached:
        number, line = of_line[receipt.subject_id]
        address = reverse("expenses:detach", args=[claim.number, line.pk, receipt.pk])
        words = showing.in_words(receipt, remove_url=address if may_remove else "")
        title = _("Line %(number)d: %(what)s") % {"number": number, "what": line}
        shown.append({**words, "name": title})
    return shown


def row(
    line: ExpenseLine, claim: ExpenseClaim, user: Employee, receipt_count: int
) -> dict[str, Any]:
    attach_url = reverse("expenses:attach", args=[claim.number, line.pk])
    record = line.task or line.service_request or line.customer
    whose = line.customer.name if line.customer and record is not line.customer else ""
    return {
        "cells": [
            {"text": day(line.spent_on)},
            {
                "text": label_of(line, "category"),
                "sub": " · ".join(word for word in (explaining.where(line), line.text) if word),
            },
            {
                "text": str(record or _("General cost")),
                "url": record.get_absolute_url() if record else "",
                "sub": whose,
            },
            {"text": _("Attach"), "url": attach_url, "sub": str(receipt_count or "")}
            if policies.may_attach(user, claim)
            else {"text": str(receipt_count or "–")},
            left_of(line, claim),
        ]
    }


def left_of(line: ExpenseLine, claim: ExpenseClaim) -> dict[str, Any]:
    """What counts of it; where that is less than claimed, of how much and why."""
    shown = {"text": amount(line.counted, claim.currency), "numeric": True}
    if line.counted == line.amount:
        return shown
    said = _("of %(amount)s: %(reason)s")
    words = {"amount": amount(line.amount, claim.currency), "reason": line.verdict}
    return {**shown, "sub": said % words}


def budget_words(claim: ExpenseClaim, user: Employee) -> list[str]:
    """For whoever decides: what the outlet has left of the months that the claim touches."""
    if not policies.may_decide(user, claim):
        return []
    said = _("%(outlet)s, %(month)s: %(spent)s of %(budget)s, with this claim %(then)s.")
    return [
        said
        % {
            "outlet": month.outlet.name,
            "month": date_format(month.first, "YEAR_MONTH_FORMAT"),
            "spent": amount(month.figures.spent),
            "budget": amount(month.budget),
            "then": amount(month.with_claim),
        }
        for month in queries.budgets_beside(claim)
    ]


def total_row(claim: ExpenseClaim) -> dict[str, Any]:
    sum_ = {"text": amount(claim.counted, claim.currency), "numeric": True}
    if claim.counted != claim.amount:
        words = {"amount": amount(claim.amount, claim.currency)}
        sum_["sub"] = _("of %(amount)s claimed") % words
    return {"total": True, "cells": [{"text": _("Total")}, {}, {}, {}, sum_]}


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
    if claim.passed_by:
        first = {"text": str(claim.passed_by), "sub": moment(claim.passed_at)}
        shown.insert(-1, {"label": _("First approval"), **first})
    if claim.decision:
        shown.append({"label": _("Reason"), "text": claim.decision})
    if claim.payment_run_id:
        run = str(claim.payment_run)
        shown.append({"label": _("Payment run"), "text": run})
    if claim.rate != 1:
        shown.append({"label": _("Exchange rate"), "text": f"{claim.rate.normalize():f}"})
    return [*shown, {"label": _("Note"), "text": claim.note}]
