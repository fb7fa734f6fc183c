"""The page on which two requests become one: which is meant, what would move, a reason."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import typed
from crmservice.web.http import StaffRequest
from crmservice.web.text import label_of, moment
from service_requests import actions, policies, queries
from service_requests.choices import Target
from service_requests.forms.verbs import MergeForm
from service_requests.models import ServiceRequest
from service_requests.views.verbs import find, in_words

BELONGINGS = {
    "attachments.attachment": gettext_lazy("Files"),
    "dispatch.depotrepair": gettext_lazy("Goods in the depot"),
    "dispatch.task": gettext_lazy("Tasks, with their time and reports"),
    "expenses.expenseline": gettext_lazy("Expenses"),
    "orders.order": gettext_lazy("Orders"),
    "orders.returncase": gettext_lazy("Returns"),
    "service_requests.handover": gettext_lazy("Hand-overs"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("service_requests.work")
def merge(request: StaffRequest, number: str) -> HttpResponse:
    """First one is chosen (`?into=`), then what would happen is read and confirmed."""
    service_request, at = find(request, number), now()
    if not policies.may_work(request.user, service_request):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    into = named(request, asked.get("into", "") or typed(request))
    if into is not None and not policies.may_work(request.user, into):
        raise PermissionDenied
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        service_request=service_request,
        user=request.user,
        at=at,
        initial={"into": into.number} if into else None,
    )
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.merge,
            service_request,
            into=lambda: form.cleaned_data["into"],
            reason=lambda: form.cleaned_data["reason"],
            by=request.user,
            at=at,
        )
        if outcome:
            messages.success(request, _("%(number)s goes on here.") % {"number": number})
            return redirect(outcome.location or service_request)
    words = {
        "service_request": service_request,
        "about": in_words(service_request),
        "typed": typed(request),
        **(preview(service_request, into, form) if into else choice(request, service_request)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_requests/merge.html", words, status=status)


def named(request: StaffRequest, number: str) -> ServiceRequest | None:
    visible = ServiceRequest.objects.visible_to(request.user)
    rows = visible.select_related("asset", "owner", "customer", "merged_into")
    plain = number.replace("\x00", "").strip()
    return rows.filter(number__iexact=plain).first() if plain else None


def choice(request: StaffRequest, service_request: ServiceRequest) -> dict[str, Any]:
    """Which one is meant: what is like it first, or what a text finds."""
    visible = ServiceRequest.objects.visible_to(request.user)
    text = typed(request)
    if text:
        found = queries.mergeable(visible, service_request, text)
    else:
        found = queries.similar_open(
            visible,
            customer=service_request.customer,
            asset=service_request.asset,
            but=service_request.pk,
        )
    others = [other_words(service_request, each) for each in found]
    return {"into": None, "objection": "", "others": others}


def preview(
    service_request: ServiceRequest, into: ServiceRequest, form: MergeForm
) -> dict[str, Any]:
    """What would move, what would end, and what stands against it."""
    moves = [
        {"label": str(BELONGINGS[label.rpartition(".")[0]]), "text": f"{count:,}"}
        for label, count in sorted(queries.belongings(service_request).items())
    ]
    clocks = service_request.sla_timers.undecided().order_by("due_at")
    return {
        "into": other_words(service_request, into),
        "into_url": into.get_absolute_url(),
        "form": form,
        "objection": queries.objection_to_merging(service_request, into),
        "moves": moves,
        "ends": [
            {
                "label": str(Target(clock.target).label),
                "text": _("due %(due)s") % {"due": moment(clock.due_at)}
                if clock.due_at
                else _("on hold"),
            }
            for clock in clocks
        ],
        "stays_due": moment(into.next_due_at),
        "is_opened_later": service_request.opened_at < into.opened_at,
    }


def other_words(service_request: ServiceRequest, other: ServiceRequest) -> dict[str, Any]:
    asset, device = other.asset, service_request.root_asset
    return {
        "number": other.number,
        "subject": other.subject,
        "status": other.status,
        "status_label": label_of(other, "status"),
        "opened": moment(other.opened_at),
        "owner": other.owner.name if other.owner else _("nobody"),
        "device": asset.serial_no if asset else "",
        "same": bool(asset and device and (asset.root_id or asset.pk) == device.pk),
    }
