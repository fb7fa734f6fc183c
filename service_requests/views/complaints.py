"""Complaints: the list with its clocks, and the page of one beside its request."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, label_of, moment
from crmservice.web.verbs import carry_out
from service_requests import actions, policies
from service_requests.choices import ComplaintStage, Kind
from service_requests.filters import ComplaintFilterSet
from service_requests.forms import complaints as forms
from service_requests.models import Complaint, ServiceRequest
from service_requests.views.rounds import satisfaction_tabs

STAGES = list(ComplaintStage)
LOOKS = {ComplaintStage.RECEIVED: "new", ComplaintStage.ANSWERED: "done"}


def next_due(complaint: Complaint) -> Any:
    """What is to be done next, by when; None when the customer was answered."""
    if complaint.answered_at is not None:
        return None
    return complaint.answer_due_at if complaint.acknowledged_at else complaint.acknowledge_due_at


def state_of(complaint: Complaint) -> tuple[str, str]:
    due = next_due(complaint)
    kind = LOOKS.get(ComplaintStage(complaint.stage), "in_progress")
    return "overdue" if due and due <= now() else kind, label_of(complaint, "stage")


def state_cell(complaint: Complaint) -> Cell:
    kind, text = state_of(complaint)
    return Cell(text, badge=kind, sub=_("late") if complaint.was_late else "")


def number_cell(complaint: Complaint) -> Cell:
    service_request = complaint.service_request
    return Cell(
        service_request.number, url=complaint.get_absolute_url(), sub=service_request.subject
    )


def cause_cell(complaint: Complaint) -> Cell:
    if not complaint.cause:
        return Cell("–")
    return Cell(label_of(complaint, "cause"), sub=label_of(complaint, "department"))


LISTING = Listing(
    template="service_requests/complaints.html",
    title=gettext_lazy("Complaints"),
    columns=(
        Column("number", gettext_lazy("Complaint"), number_cell),
        Column(
            "customer",
            gettext_lazy("Customer"),
            lambda c: Cell(c.service_request.customer.name, sub=c.service_request.tier.name),
        ),
        Column("due", gettext_lazy("To be answered by"), lambda c: moment(c.answer_due_at),
               order="answer_due_at"),
        Column("state", gettext_lazy("State"), state_cell),
        Column("cause", gettext_lazy("Cause"), cause_cell),
        Column(
            "goodwill",
            gettext_lazy("Goodwill"),
            lambda c: amount(c.goodwill_amount) if c.goodwill_amount else "–",
            numeric=True,
        ),
        Column(
            "owner",
            gettext_lazy("Owner"),
            lambda c: c.service_request.owner.name if c.service_request.owner else "–",
        ),
    ),
    default_order="-due",
    filterset=ComplaintFilterSet,
    empty_text=gettext_lazy("Nobody complains: a request of the kind “complaint” stands here."),
)  # fmt: skip


@require_safe
@allowed("service_requests.view")
def index(request: StaffRequest) -> HttpResponse:
    found = Complaint.objects.visible_to(request.user).described()
    return render_list(request, LISTING, found, tabs=satisfaction_tabs(request))


def find_request(request: StaffRequest, number: str) -> ServiceRequest:
    """The request, which is a complaint; 404 for any other kind."""
    seen = ServiceRequest.objects.visible_to(request.user).select_related("customer__tier", "owner")
    found = get_object_or_404(seen, number=number)
    if found.kind != Kind.COMPLAINT:
        raise Http404
    return found


def find(request: StaffRequest, number: str) -> Complaint:
    service_request = find_request(request, number)
    found = get_object_or_404(Complaint, service_request=service_request)
    found.service_request = service_request
    return found


@require_safe
@allowed("service_requests.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    service_request = find_request(request, number)
    complaint = Complaint.objects.filter(service_request=service_request).first()
    may_work = policies.may_work(request.user, service_request)
    words: dict[str, Any] = {"service_request": service_request, "may_work": may_work}
    if complaint is not None:
        complaint.service_request = service_request
        kind, text = state_of(complaint)
        words |= {
            "complaint": complaint,
            "badges": [{"kind": kind, "label": text}],
            "steps": steps(complaint),
            "facts": facts(complaint),
        }
    else:
        words |= {"complaint": None, "badges": [], "steps": [], "facts": []}
    return render(request, "service_requests/complaint.html", words)


def steps(complaint: Complaint) -> list[dict[str, str]]:
    here = STAGES.index(ComplaintStage(complaint.stage))
    subs = {
        ComplaintStage.RECEIVED: moment(complaint.service_request.opened_at),
        ComplaintStage.ACKNOWLEDGED: moment(complaint.acknowledged_at),
        ComplaintStage.ANSWERED: moment(complaint.answered_at),
    }
    return [
        {
            "label": str(stage.label),
            "state": "done" if place <= here else "now" if place == here + 1 else "todo",
            "sub": subs.get(stage, ""),
        }
        for place, stage in enumerate(STAGES)
    ]


def facts(complaint: Complaint) -> list[dict[str, Any]]:
    service_request = complaint.service_request
    customer, owner = service_request.customer, service_request.owner
    return [
        {"label": _("Customer"), "text": customer.name, "url": customer.get_absolute_url()},
        {"label": _("Owner"), "text": owner.name if owner else ""},
        {"label": _("To be acknowledged by"), "text": moment(complaint.acknowledge_due_at)},
        {"label": _("To be answered by"), "text": moment(complaint.answer_due_at)},
        {"label": _("Cause"), "text": label_of(complaint, "cause") if complaint.cause else ""},
        {
            "label": _("Department that caused it"),
            "text": label_of(complaint, "department") if complaint.department else "",
        },
        {
            "label": _("Goodwill"),
            "text": amount(complaint.goodwill_amount) if complaint.goodwill_amount else "",
        },
        {"label": _("The customer’s word"), "text": label_of(service_request, "customer_answer")
         if service_request.customer_answer else ""},
    ]  # fmt: skip


def workable(request: StaffRequest, number: str) -> Complaint:
    found = find(request, number)
    if not policies.may_work(request.user, found.service_request):
        raise PermissionDenied
    return found


@allowed("service_requests.work")
def acknowledge(request: StaffRequest, number: str) -> HttpResponse:
    service_request = find_request(request, number)
    if not policies.may_work(request.user, service_request):
        raise PermissionDenied
    return carry_out(
        request,
        service_request,
        forms.AcknowledgeForm,
        actions.acknowledge,
        title=_("Acknowledge the complaint"),
        submit=_("Acknowledge"),
        said=_("The complaint is acknowledged. What was behind it?"),
        about=service_request.subject,
        symbol="check",
    )


@allowed("service_requests.work")
def investigate(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    names = ("cause", "department", "findings")
    return carry_out(
        request,
        found,
        forms.InvestigateForm,
        actions.investigate,
        title=_("What was behind it?"),
        submit=_("Save"),
        said=_("It is written down. What is done for the customer?"),
        about=found.service_request.subject,
        symbol="search",
        given={"initial": {name: getattr(found, name) for name in names}},
    )


@allowed("service_requests.work")
def remedy(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    return carry_out(
        request,
        found,
        forms.RemedyForm,
        actions.remedy,
        title=_("What is done?"),
        submit=_("Save"),
        said=_("It is written down. Now answer the customer."),
        about=found.service_request.subject,
        symbol="heart-handshake",
        given={"initial": {"remedy": found.remedy, "measure": found.measure}},
    )


@allowed("service_requests.work")
def goodwill(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    return carry_out(
        request,
        found,
        forms.GoodwillForm,
        actions.give_goodwill,
        title=_("Give goodwill"),
        submit=_("Give it"),
        said=_("The goodwill is given."),
        about=found.service_request.subject,
        hint=_("It counts as your goodwill of 30 days; beyond that you can ask for it here."),
        symbol="coin",
        ask=actions.ask_for_goodwill,
    )


@allowed("service_requests.work")
def answer(request: StaffRequest, number: str) -> HttpResponse:
    found = workable(request, number)
    said = "\n\n".join(filter(None, [found.findings, found.remedy]))
    return carry_out(
        request,
        found,
        forms.AnswerComplaintForm,
        actions.answer_complaint,
        title=_("Answer the complaint"),
        submit=_("The customer was told"),
        said=_(
            "The complaint is answered. Ask the customer whether it is done, when it is resolved."
        ),
        about=found.service_request.subject,
        symbol="send",
        given={"initial": {"text": said}},
    )
