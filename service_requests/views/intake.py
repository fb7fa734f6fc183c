"""Log a request: the form, what is known of the caller, and what would be promised."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assets.models import Asset
from contracts import explaining
from contracts.choices import Cover
from contracts.entitlement import Entitlement
from crmservice.errors import DomainError
from crmservice.phones import digits
from crmservice.search.query import matching_ids, search
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import is_key, options, typed
from crmservice.web.http import StaffRequest
from crmservice.web.text import precise
from customers.models import Affiliation, Contact, Customer
from employees.models import Employee
from employees.queries import work_calendar
from service_requests import actions, queries
from service_requests.choices import Target
from service_requests.forms.intake import PHONE_DIGITS, Caller, LogForm, read_caller
from service_requests.models import ServiceRequest
from service_requests.promises import timers_for
from service_requests.queries import cover_on, day_of, similar_open
from service_requests.signals import price_terms

CALLERS_SHOWN = 12
ASSETS_SHOWN = 30
ENTRIES_SHOWN = 20


@allowed("service_requests.log")
def log(request: StaffRequest) -> HttpResponse:
    """The log form. What the URL names (?customer, ?contact, ?asset, ?phone) is filled in."""
    at = now()
    if request.method != "POST":
        form = LogForm(user=request.user, initial=prefilled(request))
        return render_log(request, form, at=at)
    form = LogForm(request.POST, user=request.user)
    outcome = attempt(request, form, _log, wish=lambda: form.wish, by=request.user, at=at)
    if outcome:
        return redirect(outcome.location)
    return render_log(request, form, at=at, status=422)


def _log(*, wish: dict[str, Any], by: Any, at: Any) -> ServiceRequest:
    return actions.log_call(**wish, by=by, at=at)


def render_log(request: StaffRequest, form: LogForm, *, at: Any, status: int = 200) -> HttpResponse:
    caller = read_caller(str(form["caller"].value() or ""), request.user)
    serial = str(form["asset"].value() or "")
    context = known(request, caller, serial, at=at, **chosen(form))
    words = {
        "form": form,
        "may_read": request.user.may("knowledge.view"),
        "earlier": earlier_of(request, str(form["follow_up_of"].value() or "")),
        **context,
    }
    return render(request, "service_requests/log.html", words, status=status)


def chosen(form: LogForm) -> dict[str, Any]:
    return {"kind": form["kind"].value(), "visit_promised": bool(form["visit_promised"].value())}


def earlier_of(request: StaffRequest, number: str) -> ServiceRequest | None:
    """The request that the new one follows up, if the person may see it."""
    if not number:
        return None
    visible = ServiceRequest.objects.visible_to(request.user)
    rows = visible.select_related("customer", "contact", "asset")
    return rows.filter(number=number.replace("\x00", "")).first()


def followed(earlier: ServiceRequest, user: Employee, entry: str) -> dict[str, Any]:
    """What the new request takes from the one that it follows up, or that it is split off with one
    of its notes.
    """
    taken: dict[str, Any] = {
        "follow_up_of": earlier.number,
        "caller": Caller(earlier.customer, contact_at(earlier)).key,
        "caller_name": earlier.caller_name,
        "caller_phone": earlier.caller_phone,
    }
    if earlier.asset and Asset.objects.visible_to(user).filter(pk=earlier.asset.pk).exists():
        taken["asset"] = earlier.asset.serial_no
    if not earlier.is_open:
        return taken | {"subject": earlier.subject, "kind": earlier.kind}
    said = queries.said_in(earlier).filter(pk=entry).first() if is_key(entry) else None
    return taken | {"description": said.text if said else "", "responded": False}


def contact_at(earlier: ServiceRequest) -> Contact | None:
    """Who called, if still a contact of the customer."""
    contact = earlier.contact
    is_there = contact and contact.affiliations.filter(customer=earlier.customer_id).exists()
    return contact if is_there else None


@allowed("service_requests.log")
@require_safe
def follow_up(request: StaffRequest, number: str) -> HttpResponse:
    """On to the log form, filled in with what is known."""
    get_object_or_404(ServiceRequest.objects.visible_to(request.user), number=number)
    asked = {"follow_up_of": number}
    return redirect(f"{reverse('service_requests:log')}?{urlencode(asked)}")


@allowed("service_requests.log")
@require_safe
def split(request: StaffRequest, number: str) -> HttpResponse:
    """Which note or answer is a matter of its own."""
    visible = ServiceRequest.objects.visible_to(request.user)
    service_request = get_object_or_404(visible.select_related("customer"), number=number)
    words = {
        "service_request": service_request,
        "about": f"{service_request.subject} · {service_request.customer.name}",
        "entries": queries.said_in(service_request).select_related("by")[:ENTRIES_SHOWN],
    }
    return render(request, "service_requests/split.html", words)


def prefilled(request: StaffRequest) -> dict[str, Any]:
    """The caller and the asset that a link names, among those whom the person may see."""
    asked = request.GET
    if earlier := earlier_of(request, asked.get("follow_up_of", "")):
        return followed(earlier, request.user, asked.get("entry", ""))
    initial: dict[str, Any] = {"caller_phone": asked.get("phone", "")[:60]}
    asset = None
    if serial_no := asked.get("asset"):
        asset = Asset.objects.visible_to(request.user).filter(serial_no=serial_no).first()
    code = asked.get("customer", "") or (asset.customer.code if asset else "")
    place = None
    if contact := asked.get("contact"):
        seen = Customer.objects.visible_to(request.user).living()
        places = Affiliation.objects.filter(contact__code=contact, customer__in=seen)
        place = places.filter(customer__code=code).first() if code else places.first()
    if place:
        initial["caller"] = f"contact:{place.pk}"
    elif code:
        initial["caller"] = f"customer:{code}"
    elif asked.get("phone"):
        initial["caller"] = f"new:{asked['phone'][:60]}"
    if asset:
        initial["asset"] = asset.serial_no
    return initial


@allowed("service_requests.log")
@require_safe
def known_caller(request: StaffRequest) -> HttpResponse:
    """What is known of the caller and of the asset, and what would be promised: beside the form."""
    asked = request.GET
    caller = read_caller(asked.get("caller", ""), request.user)
    context = known(
        request,
        caller,
        asked.get("asset", ""),
        at=now(),
        kind=asked.get("kind", ""),
        visit_promised="visit_promised" in asked,
    )
    return render(request, "service_requests/_known.html", context)


def known(
    request: StaffRequest,
    caller: Caller | None,
    serial_no: str,
    *,
    at: Any,
    kind: str,
    visit_promised: bool,
) -> dict[str, Any]:
    """The words beside the form; the entitlement is the one that saving would freeze."""
    customer = caller.customer if caller else None
    if caller is None or customer is None:
        return {"caller": caller, "customer": None, "model_code": ""}
    assets = Asset.objects.visible_to(request.user).filter(customer=customer)
    asset = (
        assets.select_related("model", "part__fits_model", "parent", "root__model")
        .filter(serial_no=serial_no)
        .first()
    )
    visible = ServiceRequest.objects.visible_to(request.user)
    context = {
        "caller": caller,
        "customer": customer,
        "asset": asset,
        "model_code": asset.model_code if asset else "",
        "similar": similar_open(visible, customer=customer, asset=asset),
    }
    try:
        _tier, entitlement = cover_on(customer, asset, at)
    except DomainError as no:
        return context | {"no_promise": no.message}
    timers = timers_for(entitlement, work_calendar, at, kind, visit_promised=visit_promised)
    return context | {
        "cover": Cover(entitlement.cover),
        "headline": explaining.headline(entitlement),
        "derivation": explaining.derivation(entitlement),
        "promises": [
            {
                "label": Target(timer.target).label,
                "due": timer.due_at,
                "text": precise(timer.due_at),
            }
            for timer in timers
        ],
        "prices": prices(entitlement, day_of(at)),
    }


def prices(entitlement: Entitlement, on: date) -> list[dict[str, str]]:
    """What is free and what is charged, and at which rates: the floors above know the price
    plan.
    """
    lines = []
    if entitlement.free:
        lines.append({"label": _("Free of charge"), "text": explaining.services(entitlement.free)})
    if entitlement.charged:
        lines.append({"label": _("Charged"), "text": explaining.services(entitlement.charged)})
    answers: list[tuple[Any, Any]] = price_terms.send(
        ServiceRequest, entitlement=entitlement, on=on
    )
    return lines + [
        {"label": label, "text": text} for _receiver, terms in answers for label, text in terms
    ]


@allowed("service_requests.log")
@require_safe
def callers(request: StaffRequest) -> JsonResponse:
    """Who may be meant by what was typed: contacts and customers, and always somebody new."""
    text = typed(request)
    found = search(
        text,
        kinds=["contact", "customer", "asset"],
        scopes=request.user.search_scopes(),
        limit=CALLERS_SHOWN,
    )
    rows = [row for hit in found for row in rows_of(request, hit.kind, hit.object_id)]
    unique = {value: (value, text_, hint) for value, text_, hint in rows}
    new = [(f"new:{text}", text, new_hint(text))] if text else []
    return options([*list(unique.values())[:CALLERS_SHOWN], *new])


def new_hint(text: str) -> str:
    if len(digits(text)) >= PHONE_DIGITS:
        return _("Log for a new caller with this number")
    return _("Log for a new caller with this name")


def rows_of(request: StaffRequest, kind: str, pk: int) -> list[tuple[str, str, str]]:
    """The choices that one hit stands for: a contact at each of its customers, a customer, an
    asset's owner.
    """
    seen = Customer.objects.visible_to(request.user).living()
    if kind == "contact":
        places = Affiliation.objects.filter(contact=pk, customer__in=seen)
        return [
            (
                f"contact:{place.pk}",
                f"{place.contact.name} · {place.customer.name}",
                place.customer.place,
            )
            for place in places.select_related("contact", "customer")
        ]
    if kind == "asset":
        owners = seen.filter(assets=pk)
        serial = Asset.objects.values_list("serial_no", flat=True).filter(pk=pk).first()
        return [(f"customer:{c.code}", c.name, str(serial)) for c in owners]
    return [(f"customer:{c.code}", c.name, c.place) for c in seen.filter(pk=pk)]


@allowed("service_requests.log")
@require_safe
def callers_assets(request: StaffRequest) -> JsonResponse:
    """The chosen caller's devices and components, by serial number or model."""
    caller = read_caller(request.GET.get("caller", ""), request.user)
    if caller is None or caller.customer is None:
        return options([])
    assets = Asset.objects.visible_to(request.user).filter(customer=caller.customer)
    if text := typed(request):
        assets = assets.filter(pk__in=matching_ids("asset", text))
    assets = assets.select_related("model", "part").order_by("parent_id", "serial_no")
    rows = sorted(assets[:ASSETS_SHOWN], key=lambda asset: asset.parent_id is not None)
    return options(
        (asset.serial_no, asset.serial_no, f"{asset.kind_name} · {asset.get_status_display()}")
        for asset in rows
    )
