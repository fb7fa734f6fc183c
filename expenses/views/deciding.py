"""The page on which a claim is approved, line by line."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crmservice.attachments import showing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, day
from employees.models import Employee
from expenses import actions, explaining, policies, queries
from expenses.choices import Status
from expenses.forms import ApproveForm
from expenses.models import ExpenseClaim, ExpenseLine


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.view")
def approve(request: StaffRequest, number: str) -> HttpResponse:
    """All is left as it is claimed unless something else is typed."""
    visible = ExpenseClaim.objects.visible_to(request.user).select_related("claimant")
    beside = "lines__task", "lines__service_request", "lines__customer"
    claim = get_object_or_404(visible.prefetch_related(*beside), number=number)
    if not policies.may_decide(request.user, claim):
        raise PermissionDenied
    lines = list(claim.lines.all())
    form = ApproveForm(request.POST or None, claim=claim, lines=lines)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.approve,
            claim,
            version=lambda: form.cleaned_data["version"],
            verdicts=lambda: form.verdicts,
            by=request.user,
            at=now(),
        )
        if outcome:
            claim.refresh_from_db(fields=["status", "passed_limit"])
            messages.success(request, said(claim))
            return redirect(outcome.location or claim.get_absolute_url())
    words = {
        "claim": claim,
        "form": form,
        "lines": in_words(form, claim, lines),
        "about": f"{claim.claimant} · {amount(claim.counted, claim.currency)}",
        "hint": hint(claim, request.user),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "expenses/approve.html", words, status=status)


def said(claim: ExpenseClaim) -> str:
    if claim.status == Status.PASSED_ON:
        return _("%(number)s waits for the department head.") % {"number": claim.number}
    return _("%(number)s is approved.") % {"number": claim.number}


def hint(claim: ExpenseClaim, user: Employee) -> str:
    limit = actions.limit_of(user)
    if claim.status == Status.SUBMITTED and limit is not None:
        words = {"limit": amount(limit)}
        if claim.in_base > limit:
            return _("Beyond your %(limit)s it then waits for the department head.") % words
        return _("From now on it counts as cost. Your authority ends at %(limit)s.") % words
    return _("From now on it counts as cost.")


def in_words(
    form: ApproveForm, claim: ExpenseClaim, lines: list[ExpenseLine]
) -> list[dict[str, Any]]:
    """What the approver sees of each line; the receipts by one query."""
    receipts: dict[int, list[dict[str, Any]]] = {}
    for receipt in queries.receipts_of(lines).select_related("by"):
        receipts.setdefault(receipt.subject_id, []).append(showing.in_words(receipt))
    return [
        {
            "title": f"{number}. {line.get_category_display()} · {day(line.spent_on)}",
            "claimed": amount(line.amount, claim.currency),
            "about": about(line),
            "findings": [
                {"text": explaining.sentence(number, line.findings), "blocks": False}
                for _found in line.findings[:1]
            ],
            "files": receipts.get(line.pk, []),
            "amount": form[f"amount_{line.pk}"],
            "reason": form[f"reason_{line.pk}"],
            "nothing": f"id_amount_{line.pk}",
        }
        for number, line in enumerate(lines, start=1)
    ]


def about(line: ExpenseLine) -> str:
    record = line.task or line.service_request or line.customer
    place = explaining.where(line)
    belongs = str(record or _("General cost"))
    return " · ".join(word for word in (place, line.text, belongs) if word)
