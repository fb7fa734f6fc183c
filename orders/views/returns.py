"""Goods that customers give back: the list, the case with its next step, a new one, its label."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import is_key
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import amount, day, label_of, moment
from employees.models import Employee
from orders import actions, papers, queries
from orders.choices import LineKind, ReturnKind, ReturnStatus
from orders.filters import ReturnFilterSet
from orders.forms import ReturnForm
from orders.models import OldPart, Order, ReturnCase, ReturnLine, StockLocation
from orders.signals import return_panels
from orders.views.return_advice import line_offers, next_step, offers
from service_requests.models import ServiceRequest

BESIDE = (
    "customer", "contact", "service_request", "order", "depot__outlet", "opened_by", "decided_by",
)  # fmt: skip
OF_LINES = ("lines__part", "lines__asset__model", "lines__asset__part")
MOST_PROPOSED = 5
PATH = (
    ReturnStatus.REQUESTED,
    ReturnStatus.AUTHORISED,
    ReturnStatus.RECEIVED,
    ReturnStatus.INSPECTED,
    ReturnStatus.REMEDIED,
    ReturnStatus.CLOSED,
)
ENDED_EARLY = (ReturnStatus.REFUSED, ReturnStatus.CANCELLED)
TABS = (
    ("open", gettext_lazy("Open")),
    ("late", gettext_lazy("Overdue")),
    ("over", gettext_lazy("Closed")),
    ("", gettext_lazy("All")),
)


def what_cell(case: ReturnCase) -> Cell:
    first, *others = case.lines.all()
    more = _("and %(count)s more") % {"count": len(others)} if others else ""
    return Cell(str(first), sub=more)


def due_cell(case: ReturnCase) -> Cell:
    if not case.is_open:
        return Cell("")
    is_late = case.is_overdue(timezone.localdate())
    return Cell(day(case.due_on), badge="overdue" if is_late else "", sub=what_is_due(case))


def what_is_due(case: ReturnCase) -> str:
    if case.status == ReturnStatus.REQUESTED:
        return _("our answer")
    return _("the goods") if case.is_coming else _("the remedy")


def source_cell(case: ReturnCase) -> Cell:
    source = case.order or case.service_request
    return Cell(str(source), url=source.get_absolute_url()) if source else Cell("–")


LISTING = Listing(
    template="orders/returns.html",
    title=gettext_lazy("Returns and exchanges"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda case: Cell(case.number, url=case.get_absolute_url()),
            order="number",
        ),
        Column("customer", gettext_lazy("Customer"), lambda case: case.customer.name),
        Column("what", gettext_lazy("What"), what_cell),
        Column(
            "kind",
            gettext_lazy("Kind"),
            lambda case: Cell(
                label_of(case, "kind"), sub=_("Replacement first") if case.is_advance else ""
            ),
        ),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda case: Cell(label_of(case, "status"), badge=case.status),
        ),
        Column("due", gettext_lazy("Due"), due_cell, order="due_on"),
        Column("source", gettext_lazy("Of"), source_cell, wide_only=True),
        Column(
            "depot", gettext_lazy("Comes back to"), lambda case: case.depot.name, wide_only=True
        ),
    ),
    default_order="due",
    filterset=ReturnFilterSet,
    search_kind=queries.RETURN,
    empty_text=gettext_lazy("Nothing was given back yet."),
    empty_action=gettext_lazy("Open a return"),
    empty_url_name="orders:open_return",
    tone=lambda case: "warning" if case.is_overdue(timezone.localdate()) else "",
)


@require_safe
@allowed("orders.view")
def index(request: StaffRequest) -> HttpResponse:
    rows = ReturnCase.objects.visible_to(request.user)
    rows = rows.select_related("customer", "order", "service_request", "depot")
    may_add = request.user.may("orders.change")
    return render_list(
        request, LISTING, rows.prefetch_related(*OF_LINES), may_add=may_add, tabs=tabs(request)
    )


def tabs(request: StaffRequest) -> list[dict[str, Any]]:
    asked, url = request.GET.get("only", ""), reverse("orders:returns")
    return [
        {"label": label, "url": f"{url}?only={key}" if key else url, "active": asked == key}
        for key, label in TABS
    ]


def find(request: StaffRequest, number: str) -> ReturnCase:
    visible = ReturnCase.objects.visible_to(request.user).select_related(*BESIDE)
    return get_object_or_404(visible.prefetch_related(*OF_LINES), number=number)


@require_safe
@allowed("orders.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    case, user = find(request, number), request.user
    lines = list(case.lines.all())
    for line in lines:
        line.case = case
    rows = OldPart.objects.filter(return_line__in=lines)
    old_parts = list(rows.select_related("part", "charge__order"))
    step = next_step(case, lines, old_parts, user)
    words = {
        "case": case,
        "badges": badges(case),
        "path": path(case),
        "why": queries.why(case),
        "is_right": case.verdict.is_right,
        "step": step,
        "offers": offers(case, lines, old_parts, user),
        "lines": [line_words(line, user, taken=step.url if step else "") for line in lines],
        "old_parts": [old_part_words(old) for old in old_parts],
        "facts": facts(case),
        "activities": seen_by(user, timeline(case)),
        "panels": collect(return_panels, case, user=user, at=now()),
    }
    return render(request, "orders/return.html", words)


def badges(case: ReturnCase) -> list[dict[str, str]]:
    shown = [
        {"kind": case.status, "label": case.get_status_display()},
        {"kind": "neutral", "label": case.get_kind_display()},
    ]
    if case.is_advance:
        shown.append({"kind": "info", "label": _("Replacement first")})
    if case.is_overdue(timezone.localdate()):
        shown.append({"kind": "overdue", "label": _("Overdue")})
    return shown


def path(case: ReturnCase) -> list[dict[str, str]]:
    """From the request to the end; one that was refused or cancelled ends there."""
    steps = list(PATH)
    if case.status in ENDED_EARLY:
        steps = [ReturnStatus.REQUESTED, ReturnStatus(case.status)]
    if case.status == ReturnStatus.IN_TRANSIT:
        steps.insert(2, ReturnStatus.IN_TRANSIT)
    place = steps.index(ReturnStatus(case.status))
    stamps = {ReturnStatus.REQUESTED: case.opened_at, ReturnStatus.AUTHORISED: case.decided_at}
    return [
        {
            "label": str(status.label),
            "state": "done" if at < place else "now" if at == place else "todo",
            "sub": moment(stamps.get(status)) if at <= place else "",
        }
        for at, status in enumerate(steps)
    ]


def line_words(line: ReturnLine, user: Employee, *, taken: str) -> dict[str, Any]:
    """`taken` is what the next step offers already."""
    about = line.part or line.asset
    came = _("%(received)s of %(quantity)s came")
    sent = filter(None, (line.remedy_note, ", ".join(line.replacement_serials)))
    return {
        "pk": line.pk,
        "text": line.name,
        "url": about.get_absolute_url() if about else "",
        "serials": ", ".join(line.received_serials or line.serials),
        "quantity": came % {"received": line.received, "quantity": line.quantity},
        "difference": line.difference,
        "finding": line.get_finding_display() if line.finding else "",
        "finding_kind": line.finding,
        "finding_note": line.finding_note,
        "remedy": remedy_of(line),
        "remedy_kind": "done" if line.remedied_at else "waiting",
        "remedy_note": " · ".join(sent),
        "offers": [each for each in line_offers(line, user) if each.url != taken],
    }


def remedy_of(line: ReturnLine) -> str:
    if not line.remedy:
        return ""
    if line.replaced and line.remedied_at is None:
        return _("Replacement sent ahead")
    return line.get_remedy_display()


def old_part_words(old: OldPart) -> dict[str, Any]:
    if old.received_at is not None:
        kind, state = "done", _("Back since %(at)s") % {"at": moment(old.received_at)}
    elif old.is_charged:
        kind, state = "warning", _("Charged")
    elif old.due_on < timezone.localdate():
        kind, state = "overdue", _("Overdue")
    else:
        kind, state = "running", _("To return")
    charge = old.charge
    return {
        "text": str(old),
        "due": day(old.due_on),
        "kind": kind,
        "state": state,
        "charge": amount(charge.amount, charge.order.currency) if charge else "",
        "charge_url": charge.order.get_absolute_url() if charge else "",
        "order": charge.order.number if charge else "",
        "order_state": charge.order.get_status_display() if charge else "",
    }


def facts(case: ReturnCase) -> list[dict[str, Any]]:
    contact, decided = case.contact, (moment(case.decided_at), case.decision)
    address = contact.email if contact else ""
    return [
        link(_("Customer"), case.customer, case.customer.name),
        {
            **link(_("Contact"), contact, str(contact or "")),
            "sub": address,
        },
        link(_("Request"), case.service_request, str(case.service_request or "")),
        link(_("Order"), case.order, str(case.order or "")),
        {**link(_("Comes back to"), case.depot, case.depot.name), "sub": case.depot.address},
        {"label": _("Reason"), "text": case.reason},
        {"label": _("Delivered on"), "text": day(case.delivered_on)},
        {"label": _("Parcel"), "text": " ".join(filter(None, (case.carrier, case.tracking)))},
        {"label": _("Opened"), "text": moment(case.opened_at), "sub": case.opened_by.name},
        {
            "label": _("Decided by"),
            "text": str(case.decided_by or ""),
            "sub": " · ".join(filter(None, decided)),
        },
        {
            "label": _("Due"),
            "text": day(case.due_on) if case.is_open else "",
            "sub": what_is_due(case),
        },
        {"label": _("Note"), "text": case.note},
    ]


def link(label: str, record: Any, text: str) -> dict[str, Any]:
    return {"label": label, "text": text, "url": record.get_absolute_url() if record else ""}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("orders.change")
def open_return(request: StaffRequest) -> HttpResponse:
    """`?request=` and `?order=` are numbers, `?customer=` and `?asset=` keys of what is known."""
    service_request, order = asked_request(request), asked_order(request)
    form = ReturnForm(
        request.POST or None,
        user=request.user,
        service_request=service_request,
        order=order,
        initial=proposed(request, service_request, order),
    )
    if request.method == "POST":
        who = {"by": request.user, "at": now()}
        outcome = attempt(request, form, write, values=lambda: form.values, **who)
        if outcome:
            messages.success(request, _("The return is opened."))
            return redirect(outcome.location)
    words = {"form": form, "source": order or service_request}
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/return_form.html", words, status=status)


def write(*, values: dict[str, Any], **who: Any) -> ReturnCase:
    return actions.open_return(values.pop("customer"), **values, **who)


def proposed(
    request: StaffRequest, service_request: ServiceRequest | None, order: Order | None
) -> dict[str, Any]:
    """What follows from where the form was opened."""
    own = StockLocation.objects.in_use().filter(employee=None, outlet=request.user.outlet_id)
    initial: dict[str, Any] = {
        name: request.GET[name]
        for name in ("customer", "asset")
        if is_key(request.GET.get(name, ""))
    }
    initial["depot"] = own.order_by("pk").values_list("pk", flat=True).first()
    if service_request is not None:
        initial |= {"contact": service_request.contact_id, "asset": service_request.asset_id}
        initial["reason"] = service_request.subject
    if order is not None:
        sold = order.lines.filter(kind=LineKind.PART).order_by("pk")
        for row, line in enumerate(sold[:MOST_PROPOSED]):
            initial |= {f"part_{row}": line.part_id, f"quantity_{row}": int(line.quantity)}
        if order.service_request is not None:
            initial["contact"] = order.service_request.contact_id
    if initial.get("asset"):
        initial["kind"] = ReturnKind.WARRANTY
    return initial


def asked_request(request: StaffRequest) -> ServiceRequest | None:
    number = request.GET.get("request", "")
    if not number:
        return None
    visible = ServiceRequest.objects.visible_to(request.user).select_related("customer", "asset")
    return found_or_404(visible.filter(number=number).first())


def asked_order(request: StaffRequest) -> Order | None:
    number = request.GET.get("order", "")
    if not number:
        return None
    visible = Order.objects.visible_to(request.user).select_related("customer", "service_request")
    return found_or_404(visible.filter(number=number).first())


def found_or_404(found: Any) -> Any:
    if found is None:
        raise Http404
    return found


@require_safe
@allowed("orders.view")
def label(request: StaffRequest, number: str) -> HttpResponse:
    """What is stuck on the parcel."""
    case = find(request, number)
    response = HttpResponse(papers.return_label(case), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{case.number}.pdf"'
    return response
