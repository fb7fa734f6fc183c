"""The page on which a claim is written with all its lines, and what it says while one types."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmservice.attachments import showing
from crmservice.web.access import allowed
from crmservice.web.attempt import Outcome, attempt
from crmservice.web.choosing import is_key
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount
from customers.models import Customer
from dispatch.models import Task
from expenses import actions, explaining, policies, queries
from expenses.choices import Category, Status
from expenses.forms import MOST_LINES, ClaimForm, typed
from expenses.limits import Spending
from expenses.models import ExpenseClaim, ExpenseLine
from service_requests.models import ServiceRequest


def find(request: StaffRequest, number: str) -> ExpenseClaim:
    """A claim that this person may write now."""
    visible = ExpenseClaim.objects.visible_to(request.user)
    claim = get_object_or_404(visible.select_related("claimant"), number=number)
    if not policies.may_edit(request.user, claim):
        raise PermissionDenied
    return claim


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.claim")
def create(request: StaffRequest) -> HttpResponse:
    """`?task=`, `?request=` (numbers) and `?customer=` (code) fill in the first line."""
    if "more" in request.POST:
        return another_line(request)
    form = ClaimForm(*sent(request), user=request.user, outlays=[prefilled(request)])
    if request.method == "POST":
        is_draft = "draft" in request.POST
        action = write if is_draft else write_and_submit
        outcome = attempt(
            request, form, action, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            said = _("The draft is kept.") if is_draft else _("The claim is submitted.")
            return answer(request, outcome, said, is_draft=is_draft)
    return render_form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.claim")
def edit(request: StaffRequest, number: str) -> HttpResponse:
    claim = find(request, number)
    if "more" in request.POST:
        return another_line(request, claim)
    form = ClaimForm(
        *sent(request),
        user=request.user,
        outlays=[outlay_words(line) for line in claim.lines.all()],
        initial=claim_words(claim),
    )
    if request.method == "POST":
        is_draft = "draft" in request.POST
        action = rewrite if is_draft else rewrite_and_submit
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
            said = _("%(number)s is saved.") if is_draft else _("%(number)s is submitted.")
            return answer(request, outcome, said % {"number": number}, is_draft=is_draft)
    return render_form(request, form, claim)


def sent(request: StaffRequest) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.POST else ()


def answer(request: StaffRequest, outcome: Outcome, said: str, *, is_draft: bool) -> HttpResponse:
    """What was typed is kept, with its receipts, even when a policy refuses that it is handed in:
    then the form opens again and says why.
    """
    claim: ExpenseClaim | None = outcome.value
    if claim is not None and not is_draft and claim.status == Status.DRAFT:
        kept = _("Kept as a draft, not submitted. %(why)s")
        why = " ".join(actions.refusals(claim.lines.all()))
        messages.error(request, kept % {"why": why})
        return redirect("expenses:edit", claim.number)
    messages.success(request, said)
    return redirect(outcome.location or "expenses:index")


@require_POST
@allowed("expenses.claim")
def check(request: StaffRequest) -> HttpResponse:
    """What the policies say to what is typed so far; `?claim=` names the claim that is changed."""
    user, today = request.user, timezone.localdate(timezone=timezone.get_default_timezone())
    number = request.GET.get("claim", "")
    claim = find(request, number) if number else None
    form = ClaimForm(request.POST, user=user, outlays=[])
    rate_of = cache(lambda day, place: queries.mileage_rate_of(user, day, place))
    spendings = form.spendings(rate_of, with_receipts(claim))
    numbers = list(spendings)
    said: dict[int, list[dict[str, Any]]] = {}
    found = queries.found_in(list(spendings.values()), user, on=today, apart_from=claim)
    for finding in found:
        said.setdefault(numbers[finding.line], []).append(explaining.as_data(finding))
    words = {"findings": in_words(said), "notes": distances(form, spendings)}
    return render(request, "expenses/_findings.html", words)


def distances(form: ClaimForm, spendings: Mapping[int, Spending]) -> list[str]:
    """What the kilometres typed so far are worth."""
    said = _("Line %(number)d: %(km)s km are %(amount)s.")
    return [
        said
        % {
            "number": number + 1,
            "km": form.lines.forms[number].cleaned_data["kilometres"],
            "amount": amount(spending.amount),
        }
        for number, spending in spendings.items()
        if spending.category == Category.MILEAGE
    ]


def with_receipts(claim: ExpenseClaim | None) -> set[int]:
    if claim is None:
        return set()
    receipts = queries.receipts_of(claim.lines.all())
    return set(receipts.values_list("subject_id", flat=True))


def in_words(said: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """As `_findings.html` shows them, by the number of the line from 0."""
    return [
        {
            "text": explaining.sentence(number + 1, each),
            "blocks": any(finding["blocks"] for finding in each),
        }
        for number, each in sorted(said.items())
    ]


def write(*, values: dict[str, Any], **who: Any) -> ExpenseClaim:
    return actions.create(**values, **who)


def write_and_submit(*, values: dict[str, Any], **who: Any) -> ExpenseClaim:
    return hand_in(write(values=values, **who), **who)


def rewrite(
    claim: ExpenseClaim, *, values: dict[str, Any], version: int | None, **who: Any
) -> ExpenseClaim:
    return actions.change(claim, **values, version=version, **who)


def rewrite_and_submit(claim: ExpenseClaim, **written: Any) -> ExpenseClaim:
    changed = rewrite(claim, **written)
    return hand_in(changed, by=written["by"], at=written["at"])


def hand_in(claim: ExpenseClaim, **who: Any) -> ExpenseClaim:
    """Submitted, or left as a draft where a policy refuses it: photos are not chosen twice."""
    if actions.refusals(claim.lines.all()):
        return claim
    return actions.submit(claim, **who)


def another_line(request: StaffRequest, claim: ExpenseClaim | None = None) -> HttpResponse:
    """The form with one line more; with htmx only the line, so that chosen files stay chosen."""
    if not request.htmx:
        return render_form(request, again(request), claim)
    count = request.POST.get("lines-TOTAL_FORMS", "")
    number = min(int(count) if is_key(count) else 0, MOST_LINES - 1)
    another = another_of(request.POST, f"lines-{max(number - 1, 0)}-")
    form = ClaimForm(user=request.user, outlays=[*[{}] * number, another])
    line = form.lines.forms[number]
    words = {"form": form, "line": line, "number": number + 1, "files": [], "fresh": True}
    return render(request, "expenses/_line.html", words)


def another_of(typed_so_far: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """What one more line begins with: the day and the task of the line before."""
    return {
        "spent_on": typed_so_far.get(f"{prefix}spent_on") or timezone.localdate(),
        "task": typed_so_far.get(f"{prefix}task"),
        "category": Category.TRANSPORT,
    }


def again(request: StaffRequest) -> ClaimForm:
    """The form as it was typed, with another line."""
    claim, lines = typed(request.POST)
    another = another_of(lines[-1] if lines else {})
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
        "kilometres": line.kilometres,
        "city_class": line.city_class,
        "task": line.task_id,
        "service_request": None if line.task_id else line.service_request_id,
        "customer": None if line.service_request_id or line.task_id else line.customer_id,
    }


def render_form(
    request: StaffRequest, form: ClaimForm, claim: ExpenseClaim | None = None
) -> HttpResponse:
    is_refused = request.method == "POST" and form.is_bound
    words: dict[str, Any] = {"form": form, "claim": claim}
    words["number"] = claim.number if claim else ""
    lines = list(claim.lines.all()) if claim else []
    found = {number: line.findings for number, line in enumerate(lines) if line.findings}
    words["findings"] = in_words(found)
    show_receipts(form, lines)
    words["check_url"] = reverse("expenses:check") + (f"?claim={claim.number}" if claim else "")
    words["cancel_url"] = claim.get_absolute_url() if claim else reverse("expenses:index")
    return render(request, "expenses/form.html", words, status=422 if is_refused else 200)


def show_receipts(form: ClaimForm, lines: list[ExpenseLine]) -> None:
    """What is attached already stands at its line."""
    receipts: dict[str, list[Any]] = {}
    for receipt in queries.receipts_of(lines).select_related("by") if lines else ():
        receipts.setdefault(str(receipt.subject_id), []).append(showing.in_words(receipt))
    for line in form.lines.forms:
        line.attached = receipts.get(str(line["pk"].value()), [])
