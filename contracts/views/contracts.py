"""The pages of contracts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contracts import actions, policies, queries, signals
from contracts.choices import LineScope, Status
from contracts.explaining import presets, promise_line, services
from contracts.filters import ContractFilterSet
from contracts.forms import (
    AmendForm,
    ContractForm,
    LineFormSet,
    NewContractForm,
    ReasonForm,
    SuspendForm,
    TerminateForm,
    VerbForm,
    line_formset,
)
from contracts.models import ContractLine, ContractType, ServiceContract
from crmservice.activity.trail import seen_by, timeline
from crmservice.web import choosing, later
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import amount, capped, day, label_of, percent
from crmservice.web.verbs import carry_out
from employees.models import Employee

RENEW_WITHIN = timedelta(days=90)
MOST_COVERED = 12
MOST_COUNTED = 500
COVERED_PER_PAGE = 50
MOST_DIGITS = 18
SEPARATOR = " · "
NO_BREAK = "\N{NO-BREAK SPACE}"
PATH = (Status.DRAFT, Status.IN_APPROVAL, Status.ACTIVE)
COVERS = (*PATH, Status.APPROVED)


def status_cell(contract: ServiceContract) -> Cell:
    if ends_soon(contract, timezone.localdate()):
        left = (contract.ends_on - timezone.localdate()).days
        return Cell(_("Active, %(days)s days left") % {"days": left}, badge="expiring")
    return Cell(label_of(contract, "status"), badge=contract.status)


def ends_soon(contract: ServiceContract, on: date) -> bool:
    return contract.status == Status.ACTIVE and timedelta() <= contract.ends_on - on < RENEW_WITHIN


def customer_cell(contract: ServiceContract) -> Cell:
    customer = contract.customer
    return Cell(customer.name, url=customer.get_absolute_url(), sub=customer.place)


def number_cell(contract: ServiceContract) -> Cell:
    return Cell(contract.number, url=contract.get_absolute_url(), sub=contract.type.name)


def promises(contract: ServiceContract) -> str:
    return promise_line(queries.level_of(contract).promises, contract.calendar.code)


def promises_cell(contract: ServiceContract) -> Cell:
    """A promise is not torn apart where the line is; the service hours stand below."""
    *promised, hours = promises(contract).split(SEPARATOR)
    whole = [each.replace(" ", NO_BREAK) for each in promised]
    return Cell(f"{NO_BREAK}· ".join(whole) or "–", sub=hours)


LISTING = Listing(
    template="contracts/index.html",
    title=gettext_lazy("Contracts"),
    columns=(
        Column("number", gettext_lazy("Number"), number_cell, order="number"),
        Column("customer", gettext_lazy("Customer"), customer_cell),
        Column("promises", gettext_lazy("Promises"), promises_cell, wide_only=True),
        Column(
            "starts",
            gettext_lazy("From"),
            lambda c: day(c.starts_on),
            order="starts_on",
            numeric=True,
        ),
        Column(
            "ends", gettext_lazy("Until"), lambda c: day(c.ends_on), order="ends_on", numeric=True
        ),
        Column("status", gettext_lazy("Status"), status_cell),
        Column(
            "responsible",
            gettext_lazy("Responsible"),
            lambda c: c.responsible.name if c.responsible else "–",
            wide_only=True,
        ),
    ),
    default_order="-ends",
    filterset=ContractFilterSet,
    search_kind=queries.KIND,
    empty_text=gettext_lazy("No contracts yet."),
    empty_action=gettext_lazy("New contract"),
    empty_url_name="contracts:create",
)


@require_safe
@allowed("contracts.view")
def index(request: StaffRequest) -> HttpResponse:
    rows = ServiceContract.objects.visible_to(request.user).described()
    may_draft = request.user.may("contracts.change")
    may_bill = policies.may_bill(request.user)
    return render_list(request, LISTING, rows, may_draft=may_draft, may_bill=may_bill)


def find(request: StaffRequest, number: str) -> ServiceContract:
    visible = ServiceContract.objects.visible_to(request.user).described()
    rows = visible.select_related(
        "type", "calendar", "customer__tier", "responsible", "renews", "drafted_by", "approved_by"
    )
    return get_object_or_404(rows, number=number)


def checked(
    request: StaffRequest, number: str, may_: Callable[[Employee, ServiceContract], bool]
) -> ServiceContract:
    contract = find(request, number)
    if not may_(request.user, contract):
        raise PermissionDenied
    return contract


@require_safe
@allowed("contracts.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    contract, user, today = find(request, number), request.user, timezone.localdate()
    lines = list(contract.lines.select_related("asset", "asset_model", "site"))
    chain = queries.chain_of(contract)
    return render(
        request,
        "contracts/detail.html",
        {
            "contract": contract,
            "badges": [{"kind": contract.status, "label": contract.get_status_display()}],
            "promises": promises(contract),
            "included": services(tuple(contract.type.included_services)),
            "charged": services(tuple(contract.type.charged_services)),
            "facts": facts(contract, user),
            "steps": steps(contract),
            "lines": [line_words(line) for line in lines],
            "covered": covered(contract, lines, today),
            "chain": [chain_words(each, contract) for each in chain] if len(chain) > 1 else [],
            "next": next_step(contract, user, bool(lines), chain[-1] == contract, today),
            "may": may(contract, user),
            "panels": collect(signals.detail_panels, contract, user=user, at=now()),
            "activities": seen_by(user, timeline(contract)),
        },
    )


@require_safe
@allowed("contracts.view")
def panels(request: StaffRequest, number: str) -> HttpResponse:
    """What the page does not wait for; a fragment."""
    return later.answer(request, signals.later_panels, find(request, number))


def facts(contract: ServiceContract, user: Employee) -> list[dict[str, Any]]:
    customer = contract.customer
    shown = [
        {
            "label": _("Customer"),
            "text": customer.name,
            "url": customer.get_absolute_url(),
            "sub": str(customer.tier),
        },
        {
            "label": _("Type"),
            "text": contract.type.name,
            "url": contract.type.get_absolute_url(),
        },
        {"label": _("Period"), "text": f"{day(contract.starts_on)} – {day(contract.ends_on)}"},
        {
            "label": _("Service hours"),
            "text": contract.calendar.name,
            "url": contract.calendar.get_absolute_url() if user.may("employees.view") else "",
        },
        {
            "label": _("On-site rate per hour"),
            "text": amount(contract.onsite_rate_per_hour, contract.currency),
        },
        {"label": _("Parts discount"), "text": percent(contract.parts_discount)},
        {"label": _("Responsible"), "text": named(contract.responsible)},
        {"label": _("Drafted by"), "text": named(contract.drafted_by)},
        {"label": _("Approved by"), "text": named(contract.approved_by)},
    ]
    if contract.terminated_on:
        shown.append({"label": _("No cover from"), "text": day(contract.terminated_on)})
    if contract.resumes_on:
        shown.append({"label": _("Covers again from"), "text": day(contract.resumes_on)})
    if policies.may_see_value(user):
        shown.append({"label": _("Value"), "text": amount(contract.value, contract.currency)})
    return shown


def named(employee: Employee | None) -> str:
    return employee.name if employee else ""


def steps(contract: ServiceContract) -> list[dict[str, str]]:
    """The path through its states, up to where it has come."""
    now_ = Status(contract.status)
    if now_ == Status.APPROVED:
        path = [*PATH[:-1], now_, Status.ACTIVE, Status.EXPIRED]
    else:
        path = [*PATH, now_ if now_ not in PATH else Status.EXPIRED]
    at = path.index(now_)
    return [
        {
            "label": str(status.label),
            "state": "done" if place < at else "now" if place == at else "todo",
        }
        for place, status in enumerate(path)
    ]


def line_words(line: ContractLine) -> dict[str, str]:
    what = line.asset or line.asset_model or line.site
    has_page = line.asset or line.asset_model
    days = [day(each) for each in (line.starts_on, line.ends_on)]
    return {
        "scope": str(LineScope(line.scope).label),
        "what": str(what) if what else "",
        "url": has_page.get_absolute_url() if has_page else "",
        "days": f"{days[0] or '…'} – {days[1] or '…'}" if any(days) else "",
    }


def covered(
    contract: ServiceContract, lines: list[ContractLine], today: date
) -> dict[str, Any] | None:
    """Who is covered, or would be once the contract is in force; nothing for one that is over."""
    if contract.status not in COVERS or not lines:
        return None
    assets = queries.covered_by(contract.customer, lines)
    found = queries.would_cover(contract, lines, today, MOST_COVERED)
    count = len(found)
    if count == MOST_COVERED:
        count = len(assets.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return {
        "rows": [covered_words(contract, each) for each in found],
        "count": capped(count, MOST_COUNTED),
        "all_url": reverse("contracts:covered", args=[contract.number])
        if count > len(found)
        else "",
        "is_active": contract.status == Status.ACTIVE,
    }


@require_safe
@allowed("contracts.view")
def covered_assets(request: StaffRequest, number: str) -> HttpResponse:
    """Every asset that it covers or would cover, and where another contract would win; `after` is
    the last key of the page before.
    """
    contract, today = find(request, number), timezone.localdate()
    lines = list(contract.lines.select_related("asset", "asset_model", "site"))
    typed = request.GET.get("after", "")
    after = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < MOST_DIGITS else 0
    found = queries.would_cover(contract, lines, today, COVERED_PER_PAGE + 1, after)
    shown = found[:COVERED_PER_PAGE]
    here = reverse("contracts:covered", args=[number])
    return render(
        request,
        "contracts/covered.html",
        {
            "contract": contract,
            "title": _("Covered assets")
            if contract.status == Status.ACTIVE
            else _("Who would be covered"),
            "rows": [covered_words(contract, each) for each in shown],
            "first_url": here if after else "",
            "next_url": f"{here}?after={shown[-1].asset.pk}" if len(found) > len(shown) else "",
        },
    )


def covered_words(contract: ServiceContract, each: queries.Covered) -> dict[str, Any]:
    asset = each.asset
    return {
        "serial_no": asset.serial_no,
        "url": asset.get_absolute_url(),
        "what": asset.kind_name,
        "owner": asset.customer.name if asset.customer_id != contract.customer_id else "",
        "wins": each.wins,
        "instead": each.instead,
        "is_other_model": each.is_other_model,
    }


def chain_words(each: ServiceContract, here: ServiceContract) -> dict[str, Any]:
    return {
        "number": each.number,
        "url": each.get_absolute_url(),
        "period": f"{day(each.starts_on)} – {day(each.ends_on)}",
        "kind": each.status,
        "status": each.get_status_display(),
        "is_here": each == here,
    }


def may(contract: ServiceContract, user: Employee) -> dict[str, bool]:
    return {
        "change": policies.may_change(user, contract),
        "withdraw": policies.may_withdraw(user, contract),
        "decide": policies.may_decide(user, contract),
        "amend": policies.may_amend(user, contract),
        "suspend": policies.may_suspend(user, contract),
        "terminate": policies.may_terminate(user, contract),
        "renew": policies.may_renew(user, contract),
    }


def next_step(
    contract: ServiceContract, user: Employee, has_lines: bool, is_last: bool, today: date
) -> dict[str, str] | None:
    """The one thing that this person should do now: why, the verb, its URL name and icon."""
    if policies.may_change(user, contract):
        if has_lines:
            text = _("It is a draft. The head has to approve it before it covers anything.")
            return step(text, _("Submit for approval"), "contracts:submit", "send")
        text = _("It covers nothing yet.")
        return step(text, _("Say what it covers"), "contracts:edit", "pencil")
    if policies.may_decide(user, contract):
        text = _("It waits for your decision.")
        return step(text, _("Approve"), "contracts:approve", "circle-check")
    if policies.may_resume(user, contract):
        text = _("It is suspended and covers nothing.")
        return step(text, _("Resume"), "contracts:resume", "player-play")
    if policies.may_renew(user, contract) and is_last:
        return renewal_step(contract, today)
    return None


def renewal_step(contract: ServiceContract, today: date) -> dict[str, str] | None:
    if ends_soon(contract, today):
        text = _("It ends on %(day)s and nothing follows it.") % {"day": day(contract.ends_on)}
    elif contract.status == Status.EXPIRED:
        text = _("It has ended and nothing follows it.")
    else:
        return None
    return step(text, _("See the renewal proposal"), "contracts:proposal", "refresh")


def step(text: str, label: str, url_name: str, symbol: str) -> dict[str, str]:
    return {"text": text, "label": label, "url_name": url_name, "symbol": symbol}


@allowed("contracts.change")
def create(request: StaffRequest) -> HttpResponse:
    user, customer = request.user, choosing.chosen(request, "customer")
    given = {"customer": customer} if customer else {}
    form = NewContractForm(request.POST or None, user=user, initial=given)
    lines = line_formset(user, request.POST or None)
    if request.method == "POST" and lines.is_valid() and "preview" not in request.POST:
        outcome = attempt(
            request,
            form,
            actions.draft,
            values=lambda: form.values,
            lines=lambda: lines.lines,
            by=user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The contract is drafted."))
            return redirect(outcome.location)
    return render_form(request, form, lines, title=_("New contract"))


@allowed("contracts.change")
def edit(request: StaffRequest, number: str) -> HttpResponse:
    contract = checked(request, number, policies.may_change)
    form = ContractForm(request.POST or None, instance=contract, user=request.user)
    lines = line_formset(request.user, request.POST or None, contract.lines.all())
    if request.method == "POST" and lines.is_valid() and "preview" not in request.POST:
        outcome = attempt(
            request,
            form,
            actions.change,
            contract,
            values=lambda: form.changed_values,
            lines=lambda: lines.lines,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect(outcome.location or contract.get_absolute_url())
    return render_form(request, form, lines, title=number, contract=contract)


def render_form(
    request: StaffRequest,
    form: ContractForm,
    lines: LineFormSet,
    *,
    title: str,
    contract: ServiceContract | None = None,
) -> HttpResponse:
    """The form; with "preview" pressed, who would be covered by what was typed."""
    is_preview = request.method == "POST" and "preview" in request.POST
    preview, count = None, ""
    if is_preview and form.is_valid() and lines.is_valid():
        typed, today = lines.lines, timezone.localdate()
        found = queries.would_cover(form.instance, typed, today, COVERED_PER_PAGE)
        preview = [covered_words(form.instance, each) for each in found]
        if len(found) == COVERED_PER_PAGE:
            covered_too = queries.covered_by(form.instance.customer, typed)
            keys = covered_too.order_by().values_list("pk", flat=True)
            count = capped(len(keys[: MOST_COUNTED + 1]), MOST_COUNTED)
    was_refused = request.method == "POST" and preview is None
    return render(
        request,
        "contracts/form.html",
        {
            "form": form,
            "lines": lines,
            "title": title,
            "preview": preview,
            "has_preview": preview is not None,
            "preview_count": count or (str(len(preview)) if preview is not None else ""),
            "presets": presets(queries.calendar_codes(), ContractType.objects.all()),
            "presets_for": form["line"].id_for_label,
            "customer_id": contract.customer_id if contract else "",
            "cancel_url": contract.get_absolute_url() if contract else "",
        },
        status=422 if was_refused else 200,
    )


@allowed("contracts.change")
def submit(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_change),
        VerbForm,
        actions.submit,
        title=_("Submit for approval"),
        submit=_("Submit"),
        said=_("The head is told."),
        symbol="send",
    )


@allowed("contracts.change")
def withdraw(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_withdraw),
        VerbForm,
        actions.withdraw,
        title=_("Take back into a draft"),
        submit=_("Take back"),
        said=_("%(number)s is a draft again.") % {"number": number},
        symbol="arrow-back-up",
    )


@allowed("contracts.approve")
def approve(request: StaffRequest, number: str) -> HttpResponse:
    contract = checked(request, number, policies.may_decide)
    return carry_out(
        request,
        contract,
        VerbForm,
        actions.approve,
        title=_("Approve"),
        submit=_("Approve"),
        said=_("%(number)s is approved.") % {"number": number},
        hint=_("%(promises)s for %(customer)s, %(period)s")
        % {
            "promises": promises(contract),
            "customer": contract.customer,
            "period": f"{day(contract.starts_on)} – {day(contract.ends_on)}",
        },
        symbol="circle-check",
    )


@allowed("contracts.approve")
def reject(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_decide),
        ReasonForm,
        actions.reject,
        title=_("Reject"),
        submit=_("Reject"),
        said=_("%(number)s is a draft again.") % {"number": number},
        hint=_("Who drafted it is told why."),
        symbol="circle-x",
    )


@allowed("contracts.approve")
def suspend(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_suspend),
        SuspendForm,
        actions.suspend,
        title=_("Suspend"),
        submit=_("Suspend"),
        said=_("%(number)s is suspended.") % {"number": number},
        hint=_("From today on it covers nothing; its end stays where it is."),
        symbol="player-pause",
    )


@allowed("contracts.approve")
def resume(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_resume),
        VerbForm,
        actions.resume,
        title=_("Resume"),
        submit=_("Resume"),
        said=_("%(number)s covers again.") % {"number": number},
        symbol="player-play",
    )


@allowed("contracts.approve")
def terminate(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_terminate),
        TerminateForm,
        actions.terminate,
        title=_("Terminate"),
        submit=_("Terminate"),
        said=_("%(number)s is terminated.") % {"number": number},
        hint=_("Requests that are open keep what was promised to them."),
        symbol="ban",
    )


@allowed("contracts.change")
def amend(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_amend),
        AmendForm,
        actions.amend,
        title=_("Amend"),
        submit=_("Draft the amendment"),
        said=_("The amendment is drafted. Change it, then submit it."),
        hint=_("A copy takes its place from that day on; the old terms stay readable."),
        symbol="pencil",
    )


@require_safe
@allowed("contracts.view")
def options(request: StaffRequest) -> HttpResponse:
    """Contracts for fields that are searched; `customer` (key) leaves the others out."""
    typed, customer = choosing.typed(request), choosing.chosen(request, "customer")
    visible = ServiceContract.objects.visible_to(request.user).described()
    if customer is not None:
        rows = list(
            visible.filter(customer=customer, number__icontains=typed)[: choosing.MOST_OPTIONS]
        )
    else:
        ids = queries.found(typed, request.user, limit=2 * choosing.MOST_OPTIONS)
        place = {pk: at for at, pk in enumerate(ids)}
        rows = sorted(visible.filter(pk__in=ids), key=lambda each: place[each.pk])
    return choosing.options(
        (each.pk, each.number, f"{each.type} · {each.customer}")
        for each in rows[: choosing.MOST_OPTIONS]
    )
