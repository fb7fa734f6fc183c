"""Goods come in: the scan field, and the pages for what a scan cannot say by itself."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import label_of, moment
from crmservice.web.verbs import carry_out, show
from dispatch import actions, policies
from dispatch.forms.depot import ExpectForm, IdentifyForm, ReceiveUnknownForm, ScanForm
from dispatch.models import DepotRepair
from dispatch.views.depot import timer_words
from dispatch.views.repairs import find
from orders.choices import ShipmentStatus
from orders.models import ReturnCase, Shipment
from service_requests.models import ServiceRequest

BY_SCRIPT = "X-Scan"  # asks for the answer alone


@allowed("depot.work")
def scan(request: StaffRequest) -> HttpResponse:
    """The field, and the answer to what was scanned; alone, when the page's script asks."""
    is_post = request.method == "POST"
    form = ScanForm(request.POST if is_post else None)
    answer = answer_to(request, form) if is_post else None
    by_script = BY_SCRIPT in request.headers
    words = {
        "form": ScanForm(),
        "answer": answer,
        "timer": timer_words(request.user, now()),
    }
    template = "dispatch/_scanned.html" if by_script and answer else "dispatch/scan.html"
    is_bad = answer is not None and answer["tone"] == "bad"
    return render(request, template, words, status=422 if is_bad and not by_script else 200)


def answer_to(request: StaffRequest, form: ScanForm) -> dict[str, Any]:
    """What became of a scan, in words, with its sound and the way that Enter goes next."""
    outcome = attempt(
        request,
        form,
        actions.scan,
        code=lambda: form.cleaned_data["code"],
        by=request.user,
        at=now(),
    )
    if not outcome:
        return {
            "tone": "bad",
            "code": str(form.data.get("code", ""))[:80],
            "text": " ".join(str(each) for errors in form.errors.values() for each in errors),
        }
    if outcome.value is None:
        return {"tone": "warning", "code": "", "text": _("This was sent already.")}
    return in_words(outcome.value)


def in_words(scanned: actions.Scanned) -> dict[str, Any]:
    repair, found = scanned.repair, scanned.found
    if scanned.parcel is not None:
        return parcel_in_words(scanned.code, scanned.parcel)
    if found == actions.Found.UNKNOWN or repair is None:
        return unknown_in_words(scanned)
    words = {
        "code": scanned.code,
        "repair": repair,
        "stage": repair.stage,
        "stage_label": label_of(repair, "stage"),
        "url": repair.get_absolute_url(),
        "action": pgettext("verb", "Open"),
    }
    if found == actions.Found.SEVERAL:
        query = {"serial": scanned.code} if scanned.service_request is None else {}
        return words | {
            "tone": "warning",
            "text": _("Several goods have this number: choose one."),
            "url": reverse("dispatch:depot_list", query=query),
            "action": _("Choose"),
        }
    if found == actions.Found.ALREADY:
        return words | {"tone": "warning", "text": already(repair)}
    if repair.customer is None:
        text = _("Received. Nobody knows yet whose it is.")
        return words | {"tone": "warning", "text": text}
    return words | {"tone": "good", "text": _("Received.")}


def parcel_in_words(code: str, parcel: ReturnCase | Shipment) -> dict[str, Any]:
    """Goods that were announced: where they are counted; or why nothing is to come."""
    words = {"tone": "good", "code": code, "stage": parcel.status, "about": parcel.number}
    words |= {"stage_label": label_of(parcel, "status"), "url": parcel.get_absolute_url()}
    if isinstance(parcel, Shipment):
        is_out = parcel.status == ShipmentStatus.SHIPPED
        text = _("Our own shipment. If it came back, note it there.")
        if not is_out:
            words["tone"], text = "warning", _("Our own shipment; it is not under way.")
        url = reverse("orders:take_back", args=[parcel.number])
        return (
            words
            | {"text": text, "action": _("It came back") if is_out else pgettext("verb", "Open")}
            | ({"url": url} if is_out else {})
        )
    is_to_come = any(line.open_quantity for line in parcel.lines.all())
    if not parcel.is_receiving or not is_to_come:
        text = _("A return, and nothing of it is to come now.")
        return words | {"tone": "warning", "text": text, "action": pgettext("verb", "Open")}
    url = reverse("orders:receive_return", args=[parcel.number])
    text = _("An announced return: count what came.")
    return words | {"text": text, "url": url, "action": _("Receive it")}


def already(repair: DepotRepair) -> str:
    if repair.received_at is None or repair.received_by is None:
        return _("Known already.")
    return _("Already received at %(time)s by %(person)s.") % {
        "time": moment(repair.received_at),
        "person": repair.received_by.name,
    }


def unknown_in_words(scanned: actions.Scanned) -> dict[str, Any]:
    query = {"serial": scanned.code}
    text = _("No device of ours has this number.")
    if scanned.service_request is not None:
        query = {"request": scanned.service_request.number}
        text = _("This request does not say which device comes.")
    return {
        "tone": "bad",
        "code": scanned.code,
        "text": text,
        "url": reverse("dispatch:receive_unknown", query=query),
        "action": _("Receive as unknown goods"),
    }


@allowed("depot.work")
def receive_unknown(request: StaffRequest) -> HttpResponse:
    """Goods that no record knows, by their serial number or for a request."""
    service_request = asked_request(request)
    form = ReceiveUnknownForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={
            "serial_no": request.GET.get("serial", "")[:80],
            "customer": service_request.customer_id if service_request else None,
        },
    )
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            take_in,
            service_request,
            asked=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("Received."))
            return redirect("dispatch:scan")
    return show(
        request,
        form,
        title=_("Receive as unknown goods"),
        submit=_("Receive"),
        subject=_("Incoming goods"),
        about=str(service_request or ""),
        symbol="package-import",
        cancel_url=reverse("dispatch:scan"),
    )


def asked_request(request: StaffRequest) -> ServiceRequest | None:
    number = request.GET.get("request", "")
    if not number:
        return None
    visible = ServiceRequest.objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(visible, number=number)


def take_in(
    service_request: ServiceRequest | None, *, asked: dict[str, Any], by: Any, at: datetime
) -> DepotRepair:
    return actions.take_in_goods(**asked, service_request=service_request, by=by, at=at)


@allowed("depot.work")
def expect(request: StaffRequest, number: str) -> HttpResponse:
    """Say on a request that its goods are on their way to a depot."""
    visible = ServiceRequest.objects.visible_to(request.user).select_related("asset", "customer")
    service_request = get_object_or_404(visible, number=number)
    asset = service_request.asset
    return carry_out(
        request,
        service_request,
        ExpectForm,
        actions.expect,
        title=_("Goods come to the depot"),
        submit=_("Expect the goods"),
        said=_("The depot expects the goods."),
        about=service_request.subject,
        symbol="package-import",
        given={
            "user": request.user,
            "initial": {
                "serial_no": asset.serial_no if asset else "",
                "outlet": request.user.outlet.code,
            },
        },
    )


@allowed("depot.work")
def identify(request: StaffRequest, number: str) -> HttpResponse:
    repair = find(request, number)
    if not policies.may_work_on(request.user, repair):
        raise PermissionDenied
    return carry_out(
        request,
        repair,
        IdentifyForm,
        actions.identify,
        title=_("Whose it is"),
        submit=_("Save"),
        said=_("%(number)s is saved.") % {"number": number},
        about=repair.serial_no,
        hint=_("The customer is written that it is here, and its promise is shown."),
        symbol="user-check",
        given={"user": request.user},
    )
