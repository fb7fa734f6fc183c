"""The verbs, each a page of its own: what it asks for by GET, done by POST, back to the request."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from contracts.explaining import derivation, headline
from crmservice.errors import DomainError
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.verbs import carry_out
from employees.models import Employee
from service_requests import actions, policies, queries
from service_requests.forms import verbs as forms
from service_requests.models import Handover, ServiceRequest

Allows = Callable[[Employee, ServiceRequest], bool]
BESIDE = ("customer", "tier", "asset", "contract", "owner", "fault_code", "solved_by")


def find(request: StaffRequest, number: str) -> ServiceRequest:
    visible = ServiceRequest.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related(*BESIDE), number=number)


def in_words(service_request: ServiceRequest) -> str:
    return f"{service_request.subject} · {service_request.customer.name}"


def verb(  # noqa: PLR0913  (each is one word of the verb's page)
    action: Callable[..., Any],
    title: str | Promise,
    said: str | Promise,
    *,
    form: type[forms.VerbForm] = forms.VerbForm,
    permission: str = "service_requests.work",
    allows: Allows = policies.may_work,
    hint: str | Promise = "",
    symbol: str = "check",
) -> Callable[..., HttpResponseBase]:
    """The view of one verb: who may, what is asked, what is said afterwards."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @allowed(permission)
    def view(request: StaffRequest, number: str) -> HttpResponse:
        service_request = find(request, number)
        if not allows(request.user, service_request):
            raise PermissionDenied
        return carry_out(
            request,
            service_request,
            form,
            action,
            title=title,
            submit=title,
            said=str(said) % {"number": number},
            about=in_words(service_request),
            hint=hint,
            symbol=symbol,
            given={"service_request": service_request, "user": request.user, "at": now()},
        )

    return view


accept = verb(
    actions.accept,
    _("Accept"),
    _("%(number)s is yours."),
    symbol="user-check",
    hint=_("From now on you own the request until it is closed or transferred."),
)
transfer = verb(
    actions.transfer,
    _("Transfer"),
    _("%(number)s is transferred."),
    form=forms.TransferForm,
    symbol="transfer",
    hint=_("The new owner is told and has to accept it. Until then you see it as not accepted."),
)
escalate = verb(
    actions.escalate,
    _("Escalate"),
    _("%(number)s is escalated."),
    form=forms.EscalateForm,
    symbol="arrow-up",
    hint=_("The owner stays the owner; the person of the ring is told and can take it over."),
)
hand_back = verb(
    actions.hand_back,
    _("Hand back"),
    _("%(number)s is handed back."),
    form=forms.HandBackForm,
    symbol="arrow-down",
    hint=_("A lower ring goes on with it; the highest ring reached stays on record."),
)
take_over = verb(
    actions.take_over,
    _("Take over"),
    _("%(number)s is yours."),
    allows=policies.may_take_over,
    symbol="user-check",
    hint=_("From now on you own the request; the owner until now is told."),
)
involve = verb(
    actions.involve,
    _("Involve an outlet"),
    _("The outlet sees %(number)s from now on."),
    form=forms.InvolveForm,
    symbol="building",
    hint=_("Its people see the request with the customer's data and may work on it."),
)
change_priority = verb(
    actions.change_priority,
    _("Set the priority"),
    _("The priority of %(number)s is set."),
    form=forms.PriorityForm,
    symbol="adjustments",
    hint=_("By rule it follows from severity and tier; 1 comes first."),
)
respond = verb(
    actions.respond,
    _("Customer spoken to"),
    _("The response to %(number)s is recorded."),
    symbol="phone",
    hint=_("Somebody has spoken to the customer: the clock of the response stops."),
)
note = verb(
    actions.note,
    _("Write the note"),
    _("The note is written."),
    form=forms.NoteForm,
    symbol="note",
    hint=_("Only we see it."),
)
answer = verb(
    actions.answer,
    _("Answer the customer"),
    _("The answer is recorded."),
    form=forms.AnswerForm,
    symbol="send",
    hint=_("The customer may see it; it counts as the response."),
)
hand_over = verb(
    actions.hand_over,
    _("Hand over"),
    _("The question is handed over."),
    form=forms.HandOverForm,
    symbol="arrow-forward-up",
    hint=_("A question to another department, which returns to you with its answer."),
)
put_on_hold = verb(
    actions.put_on_hold,
    _("Put on hold"),
    _("%(number)s is on hold."),
    form=forms.HoldForm,
    symbol="player-pause",
    hint=_("The reason says whose turn it is and which clocks stop."),
)
resume = verb(
    actions.resume,
    _("Resume"),
    _("%(number)s goes on, its clocks run again."),
    symbol="player-play",
)
arrive = verb(actions.arrive, _("Arrived on site"), _("The arrival is recorded."), symbol="map-pin")
restore = verb(
    actions.restore,
    _("Works again"),
    _("It is recorded that it works again."),
    symbol="bolt",
    hint=_("Even if only provisionally: the clock of restoring stops."),
)
resolve = verb(
    actions.resolve,
    _("Resolve"),
    _("%(number)s is resolved. Ask the customer whether it is done."),
    form=forms.ResolveForm,
    symbol="checks",
    hint=_("Fault code and cause are needed to close a fault; they can follow later."),
)
record_codes = verb(
    actions.record_codes,
    _("Record fault code and cause"),
    _("Fault code and cause of %(number)s are recorded."),
    form=forms.CodesForm,
    symbol="tag",
)
ask_customer = verb(
    actions.ask_customer,
    _("Record the answer"),
    _("The customer's answer is recorded."),
    form=forms.AskForm,
    symbol="user-question",
    hint=_("Call the customer and ask whether the problem is solved."),
)
close = verb(
    actions.close,
    _("Close"),
    _("%(number)s is closed."),
    permission="service_requests.close",
    allows=policies.may_close,
    symbol="lock",
)
close_unasked = verb(
    actions.close_unasked,
    _("Close without an answer"),
    _("%(number)s is closed."),
    form=forms.ReasonForm,
    permission="service_requests.close_unasked",
    allows=policies.may_close_unasked,
    symbol="lock",
    hint=_("The department head is told, with the reason."),
)
refuse_cover = verb(
    actions.refuse_cover,
    _("Not covered"),
    _("%(number)s is charged; the reason stands in its cover."),
    form=forms.ReasonForm,
    permission="service_requests.refuse_cover",
    allows=policies.may_refuse_cover,
    symbol="shield-off",
    hint=_("The promises stay; everything is charged. Say why, the customer may ask."),
)
reopen = verb(
    actions.reopen,
    _("Reopen"),
    _("%(number)s is open again, with new clocks."),
    form=forms.ReasonForm,
    symbol="refresh",
    hint=_("What was promised runs anew from now; the results so far are kept."),
)
undo_merge = verb(
    actions.undo_merge,
    _("Undo the merge"),
    _("%(number)s is a request of its own again."),
    form=forms.ReasonForm,
    allows=policies.may_undo_merge,
    symbol="arrow-back-up",
    hint=_(
        "What moved goes back where it still is; what happened since stays with the other request. "
        "The clocks count as if nothing had been merged."
    ),
)
cancel = verb(
    actions.cancel,
    _("Cancel the request"),
    _("%(number)s is cancelled."),
    form=forms.ReasonForm,
    symbol="ban",
    hint=_("There is no way back: undecided clocks are cancelled and open questions withdrawn."),
)


@require_http_methods(["POST"])
@allowed("knowledge.change")
def draft_article(request: StaffRequest, number: str) -> HttpResponse:
    """A draft out of the request, and on to it."""
    service_request = find(request, number)
    form = forms.VerbForm(
        request.POST, service_request=service_request, user=request.user, at=now()
    )
    outcome = attempt(
        request, form, actions.draft_article, service_request, by=request.user, at=now()
    )
    if outcome:
        return redirect(outcome.location or service_request)
    messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(service_request)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("service_requests.work")
def check_cover(request: StaffRequest, number: str) -> HttpResponse:
    """The cover that would hold by what is known now, beside the frozen one; applied only on
    demand.
    """
    service_request = find(request, number)
    if not policies.may_work(request.user, service_request):
        raise PermissionDenied
    given = {"service_request": service_request, "user": request.user, "at": now()}
    form = forms.ReasonForm(request.POST or None, **given)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.apply_cover,
            service_request,
            reason=lambda: form.cleaned_data["reason"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The cover is applied, the clocks count from the opening."))
            return redirect(outcome.location or service_request)
    offered = None
    try:
        offered = queries.offered_cover(service_request) if service_request.is_open else None
    except DomainError as no:
        messages.warning(request, str(no))
    frozen = queries.frozen_entitlement(service_request)
    words = {
        "service_request": service_request,
        "form": form,
        "frozen": {"line": headline(frozen), "lines": derivation(frozen)},
        "offered": {"line": headline(offered[1]), "lines": derivation(offered[1])}
        if offered
        else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_requests/cover.html", words, status=status)


def find_handover(request: StaffRequest, number: str, pk: int) -> Handover:
    """A hand-over of a request that may be seen, or one that the person was asked."""
    handovers = Handover.objects.select_related("service_request__customer", "asked_of")
    handover = get_object_or_404(handovers, pk=pk, service_request__number=number)
    visible = ServiceRequest.objects.visible_to(request.user)
    get_object_or_404(visible, pk=handover.service_request_id)
    return handover


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("service_requests.answer_handover")
def answer_handover(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    handover = find_handover(request, number, pk)
    if not policies.may_answer_handover(request.user, handover):
        raise PermissionDenied
    return carry_out(
        request,
        handover,
        forms.HandoverAnswerForm,
        actions.answer_handover,
        title=_("Answer the hand-over"),
        submit=_("Answer"),
        said=_("The answer went back to the owner."),
        about=in_words(handover.service_request),
        hint=handover.question,
        symbol="message",
        given={"service_request": handover.service_request, "user": request.user, "at": now()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("service_requests.answer_handover")
def withdraw_handover(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    handover = find_handover(request, number, pk)
    if not policies.may_withdraw_handover(request.user, handover):
        raise PermissionDenied
    return carry_out(
        request,
        handover,
        forms.VerbForm,
        actions.withdraw_handover,
        title=_("Withdraw the hand-over"),
        submit=_("Withdraw"),
        said=_("The hand-over is withdrawn."),
        about=in_words(handover.service_request),
        hint=handover.question,
        symbol="ban",
        given={"service_request": handover.service_request, "user": request.user, "at": now()},
    )
