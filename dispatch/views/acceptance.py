"""The acceptance form as PDF, and the customer's page of it: by link, without log-in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crmservice import links
from crmservice.web import bearer
from crmservice.web.access import allowed, public
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import day, moment
from crmservice.web.verbs import carry_out
from dispatch import actions, papers, policies, queries
from dispatch.choices import CARRIED_OUT
from dispatch.forms.acceptance import AnswerForm, DisagreeForm, SupplementForm
from dispatch.models import Acceptance, Task
from service_requests.queries import day_of

PURPOSE = "acceptance"
BESIDE = (
    "acceptance",
    "asset__model",
    "asset__part",
    "assignee",
    "contract",
    "customer",
    "service_request__contact",
    "site",
    "work_report",
)


@require_safe
@allowed("dispatch.view")
def form(request: StaffRequest, number: str) -> HttpResponse:
    """For the desk and the engineer, in the language of the customer, who is to read it;
    `?prices=yes` with prices, for who sees orders.
    """
    visible = Task.objects.visible_to(request.user).filter(status__in=CARRIED_OUT)
    task = get_object_or_404(
        visible.filter(work_report__isnull=False).select_related(*BESIDE), number=number
    )
    with_prices = "prices" in request.GET and request.user.may("orders.view")
    contact = task.service_request.contact if task.service_request else None
    with override((contact.interface_language if contact else "") or get_language() or "en"):
        return as_pdf(task, with_prices=with_prices)


def as_pdf(task: Task, *, with_prices: bool = False) -> HttpResponse:
    content = papers.acceptance_form(task, with_prices=with_prices)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{task.number}.pdf"'
    return response


@public
@never_cache
def link(_request: HttpRequest, token: str) -> HttpResponse:
    """The link becomes a cookie and a clean address; opening it changes nothing."""
    found = Acceptance.objects.filter(token_hash=links.hashed(token)).first() if token else None
    if found is None:
        raise bearer.LinkEndedError
    return bearer.let_in(PURPOSE, found.pk, to="dispatch:acceptance")


@public
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """What was done, and the way to say that it is not right."""
    acceptance = shown(request)
    form = DisagreeForm(request.POST or None)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.disagree,
        acceptance,
        name=lambda: form.cleaned_data["name"],
        text=lambda: form.cleaned_data["text"],
        at=now(),
    ):
        return bearer.guarded(redirect("dispatch:acceptance"))
    status = 422 if form.is_bound else 200
    words = words_of(acceptance) | {"form": form}
    return bearer.guarded(render(request, "dispatch/acceptance.html", words, status=status))


@public
@never_cache
@require_safe
def customers_form(request: HttpRequest) -> HttpResponse:
    return bearer.guarded(as_pdf(shown(request).task))


def shown(request: HttpRequest) -> Acceptance:
    pk = bearer.let_in_as(request, PURPOSE)
    beside = (f"task__{name}" for name in BESIDE if name != "acceptance")
    return get_object_or_404(Acceptance.objects.select_related(*beside), pk=pk)


def words_of(acceptance: Acceptance) -> dict[str, Any]:
    task, at = acceptance.task, now()
    with timezone.override(queries.zone_of(task)):
        return {
            "task": task,
            "facts": papers.facts(task),
            "texts": papers.texts(task, task.work_report),
            "lists": [as_lines(each) for each in papers.tables(task) if each["rows"]],
            "signed": papers.signed(task),
            "acceptance": acceptance,
            "may_disagree": acceptance.answered_at is None and at <= acceptance.ends_at,
            "until": day(day_of(acceptance.ends_at)),
            "disagreed": moment(acceptance.disagreed_at),
            "answered": moment(acceptance.answered_at),
        }


def as_lines(table: dict[str, Any]) -> dict[str, Any]:
    """A table of the form for a telephone: what it is, and beneath it the rest with its labels."""
    lines = []
    for row in table["rows"]:
        named = zip(table["heads"][1:], row[1:], strict=True)
        said = [f"{label}: {text}" for label, text in named if text not in {"", "–"}]
        lines.append({"text": row[0], "sub": " · ".join(said)})
    return {"label": table["label"], "lines": lines}


@allowed("dispatch.plan")
def answer(request: StaffRequest, number: str) -> HttpResponse:
    """What we say to a customer who does not agree."""
    task = get_object_or_404(Task.objects.visible_to(request.user), number=number)
    if request.method == "GET" and not policies.may_answer(request.user, task):
        messages.info(request, _("Nothing waits for an answer here."))
        return redirect(task)
    return carry_out(
        request,
        task,
        AnswerForm,
        actions.answer_disagreement,
        title=_("Answer the customer"),
        submit=_("Send the answer"),
        said=_("The answer on %(number)s is kept and goes to the customer.") % {"number": number},
        hint=disagreement_of(task),
        symbol="send",
    )


def disagreement_of(task: Task) -> str:
    acceptance = Acceptance.objects.filter(task=task).first()
    return f"{acceptance.disagreed_by}: {acceptance.disagreement}" if acceptance else ""


@allowed("dispatch.carry_out")
def supplement(request: StaffRequest, number: str) -> HttpResponse:
    """Readings that were left out when the work ended."""
    task = get_object_or_404(Task.objects.of(request.user), number=number)
    return carry_out(
        request,
        task,
        SupplementForm,
        actions.supplement,
        title=_("Enter the readings"),
        submit=_("Enter"),
        said=_("Entered. The record of %(number)s is one step more complete.") % {"number": number},
        symbol="pencil",
    )
