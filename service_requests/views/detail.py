"""The page of a request: what to do now, what was promised and why, whose it is, and all that
happened.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assets.models import Asset
from assets.queries import warranty_words
from contracts.explaining import derivation, headline
from contracts.models import Allowances
from crmservice.activity.models import Activity
from crmservice.activity.trail import seen_by, timeline
from crmservice.addresses import address
from crmservice.columns import own_columns
from crmservice.phones import show
from crmservice.web import later
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import decode, encode, parsed
from crmservice.web.panels import collect
from crmservice.web.text import day, hours, label_of, moment, precise
from crmservice.written import Given, ask, put_beside, written
from customers.models import ContactPhone
from employees.explaining import judgement_words
from employees.models import Employee, Outlet
from employees.queries import calendar_of_version
from service_requests import actions, policies, queries, sla
from service_requests.choices import (
    RECORD,
    RINGS,
    HandoverStatus,
    Status,
    Target,
    TimerState,
    Trigger,
)
from service_requests.forms.editing import RequestForm
from service_requests.forms.verbs import AnswerForm, NoteForm
from service_requests.models import (
    Handover,
    Hold,
    HoldReason,
    ServiceRequest,
    ServiceRequestQuerySet,
    SlaTimer,
)
from service_requests.promises import promise_of
from service_requests.rings import Step
from service_requests.signals import detail_panels, later_panels
from service_requests.views.advice import in_sight, next_step, offers

HISTORY = 50
MOST_LEGS = 60
MOST_BESIDE = 20
Burnt = Mapping[sla.SegmentKind, timedelta]
SEGMENTS = {
    sla.SegmentKind.RUNNING: gettext_lazy("running"),
    sla.SegmentKind.HELD: gettext_lazy("on hold"),
    sla.SegmentKind.CLOSED: gettext_lazy("closed hours"),
    sla.SegmentKind.AHEAD: gettext_lazy("still to run"),
    sla.SegmentKind.LATE: gettext_lazy("late"),
}
BADGES = {
    sla.SegmentKind.RUNNING: "running",
    sla.SegmentKind.HELD: "on_hold",
    sla.SegmentKind.CLOSED: "closed",
    sla.SegmentKind.AHEAD: "planned",
    sla.SegmentKind.LATE: "overdue",
}
LEG_HEADS = [
    {"label": gettext_lazy("The clock")},
    {"label": gettext_lazy("From")},
    {"label": gettext_lazy("Until")},
    {"label": gettext_lazy("Service hours"), "numeric": True},
    {"label": gettext_lazy("Owner")},
]
OWNER_HEADS = [
    {"label": gettext_lazy("Owner")},
    *({"label": SEGMENTS[kind], "numeric": True} for kind in sla.BURNT),
]
# Further joins cost more to plan than to ask.
BESIDE = ("customer", "contact", "tier", "fault_code", "survey", "owner", "contract")
# Of what is beside it, what the page says: to name a column in SQL costs more than to fetch it.
SHOWN = (
    *own_columns(ServiceRequest),
    "customer__code", "customer__name", "customer__phone", "customer__address",
    "contact__name", "contact__email",
    "tier__code", "tier__name_zh", "tier__name_en",
    "fault_code__code", "fault_code__name_zh", "fault_code__name_en",
    "survey__answered_at", "survey__service_request",
    "owner__name",
    "contract__number", *(f"contract__{name}" for name in own_columns(Allowances)),
)  # fmt: skip
OF_REQUEST: dict[str, Callable[[], QuerySet[Any]]] = {
    "outlets": lambda: Outlet.objects.filter(service_requests=Given("record")).only("name"),
    "sla_timers": lambda: SlaTimer.objects.filter(service_request=Given("record")),
    "holds": lambda: (
        Hold.objects.filter(service_request=Given("record"))
        .select_related("reason", "by")
        .only(
            *own_columns(Hold), *(f"reason__{name}" for name in own_columns(HoldReason)), "by__name"
        )
    ),
    "handovers": lambda: (
        Handover.objects.filter(service_request=Given("record"))
        .select_related("asked_of", "asked_by", "answered_by")
        .only(*own_columns(Handover), "asked_of__name", "asked_by__name", "answered_by__name")
    ),
}


def find(request: StaffRequest, number: str) -> ServiceRequest:
    """The request with what its page says of it; each statement is written once."""
    visible = ServiceRequest.objects.visible_to(request.user)
    service_request: ServiceRequest | None = next(iter(ask(shown, visible, number=number)), None)
    if service_request is None:
        raise Http404
    for name, rows in OF_REQUEST.items():
        put_beside(service_request, name, written(rows).rows(record=service_request.pk))
    if service_request.asset_id:
        [service_request.asset] = written(asset_shown).rows(asset=service_request.asset_id)
    if contact := service_request.contact:
        put_beside(contact, "phones", written(phones).rows(contact=contact.pk))
    if service_request.first_responder_id == service_request.owner_id:  # mostly
        service_request.first_responder = service_request.owner
    return service_request


def shown(visible: ServiceRequestQuerySet) -> QuerySet[ServiceRequest]:
    others = ServiceRequest.objects.filter(
        Q(merged_into=OuterRef("pk")) | Q(follow_up_of=OuterRef("pk"))
    )
    rows = visible.select_related(*BESIDE).only(*SHOWN).filter(number=Given("number"))
    return rows.annotate(leads_on=Exists(others))


def asset_shown() -> QuerySet[Asset]:
    found = Asset.objects.filter(pk=Given("asset")).select_related("model", "part__fits_model")
    return found.only(
        *own_columns(Asset),
        "model__code", "model__name_zh", "model__name_en", "model__warranty_months",
        "part__name_zh", "part__name_en", "part__fits_model__warranty_months",
    )  # fmt: skip


def phones() -> QuerySet[ContactPhone]:
    return ContactPhone.objects.filter(contact=Given("contact"))


@require_safe
@allowed("service_requests.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    service_request, user, at = find(request, number), request.user, now()
    timers = list(service_request.sla_timers.all())
    handovers = list(service_request.handovers.all())
    all_holds = list(service_request.holds.all())
    may_work = policies.may_work(user, service_request)
    may_write = may_work and service_request.status != Status.MERGED
    beside = others_of(service_request, user)
    merged = [each for each in beside if each.merged_into_id]
    step = next_step(service_request, user, timers, handovers, at=at)
    possible = offers(service_request, user, timers, at=at)
    step_url = step.url if step else ""
    shown, folded = in_sight([offer for offer in possible if offer.url != step_url])
    given = {"service_request": service_request, "user": user, "at": at}
    words = {
        "service_request": service_request,
        "badges": badges(service_request),
        "path": path(service_request),
        "step": step,
        "step_key": next((offer.key for offer in possible if offer.url == step_url), ""),
        "offers": shown,
        "more_offers": folded,
        "clocks": clocks(service_request, timers),
        "cover": cover(service_request, user),
        "facts": facts(
            service_request,
            queries.next_ring(service_request, timers, all_holds, handovers),
            beside,
        ),
        "caller": caller(service_request),
        "warranty": warranty(service_request, at),
        "holds": [hold_words(hold) for hold in reversed(service_request.holds.all())],
        "handovers": [handover_words(each, user, at) for each in handovers],
        "similar": similar(service_request, user),
        "panels": collect(detail_panels, service_request, user=user, at=at),
        "judgement": judgement_words(RECORD, service_request.pk, user)
        if service_request.resolved_at
        else None,
        "may_work": may_write,
        "may_edit": may_work and service_request.is_open,
        "note_form": NoteForm(**given, auto_id="note_%s") if may_write else None,
        "answer_form": AnswerForm(**given, auto_id="answer_%s") if may_write else None,
        "recipient": recipient(service_request),
        "suggest_url": suggest_url(service_request, user),
        **history([service_request, *merged], user, decode(request.GET.get("before", ""))),
    }
    return render(request, "service_requests/detail.html", words)


@require_safe
@allowed("service_requests.view")
def panels(request: StaffRequest, number: str) -> HttpResponse:
    """What the page does not wait for; a fragment."""
    visible = ServiceRequest.objects.visible_to(request.user)
    return later.answer(request, later_panels, get_object_or_404(visible, number=number))


@allowed("service_requests.work")
def edit(request: StaffRequest, number: str) -> HttpResponse:
    service_request = find(request, number)
    if not policies.may_work(request.user, service_request):
        raise PermissionDenied
    form = RequestForm(request.POST or None, instance=service_request, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change,
            service_request,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect(outcome.location or service_request.get_absolute_url())
    words = {
        "form": form,
        "number": number,
        "back_url": reverse("service_requests:detail", args=[number]),
    }
    return render(
        request,
        "service_requests/form.html",
        words,
        status=422 if request.method == "POST" else 200,
    )


@require_safe
@allowed("service_requests.view")
def promise(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Why this time: the arithmetic of one clock, computed from the record."""
    service_request = find(request, number)
    timer = get_object_or_404(service_request.sla_timers.select_related("calendar"), pk=pk)
    holds = queries.hold_spans(service_request.holds.all(), timer.target, until=timer.stopped_at)
    calendar = calendar_of_version(timer.calendar_id, timer.calendar_version)
    at = timer.stopped_at or now()
    why = sla.arithmetic(calendar, timer.started_at, promise_of(timer), holds, at)
    legs = sla.legs(sla.course(calendar, why, at), queries.owners(service_request))
    shown = sla.fold(legs, MOST_LEGS)
    words = {
        "service_request": service_request,
        "timer": timer,
        "label": Target(timer.target).label,
        "facts": arithmetic_facts(timer, why),
        "segments": [segment_words(leg.segment) for leg in legs],
        "legend": legend(legs),
        "is_folded": len(shown) < len(legs),
        "leg_heads": LEG_HEADS,
        "legs": [leg_row(leg) for leg in shown],
        "owner_heads": OWNER_HEADS,
        "owners": owner_rows(sla.totals(legs)),
        "special_days": [special_day_words(each) for each in why.special_days],
        "calendar": timer.calendar,
        "zone": calendar.zone,
    }
    return render(request, "service_requests/promise.html", words)


def badges(service_request: ServiceRequest) -> list[dict[str, str]]:
    return [
        {"kind": service_request.status, "label": label_of(service_request, "status")},
        {"kind": service_request.kind, "label": label_of(service_request, "kind")},
        {
            "kind": service_request.severity,
            "label": _("%(severity)s · priority %(number)d")
            % {
                "severity": label_of(service_request, "severity"),
                "number": service_request.priority,
            },
        },
        *(
            [
                {
                    "kind": "warning",
                    "label": _("Ring %(ring)d") % {"ring": service_request.ring},
                }
            ]
            if service_request.ring > 1
            else []
        ),
        *([{"kind": "reopened", "label": _("Reopened")}] if service_request.spell > 1 else []),
        *([{"kind": "warning", "label": _("Repeat")}] if service_request.repeat_of_id else []),
    ]


def path(service_request: ServiceRequest) -> list[dict[str, str]]:
    """From logged to closed, with the moments; a cancelled one ends there."""
    steps: list[tuple[Any, Any, datetime | None]] = [
        (Status.NEW, _("Logged"), service_request.opened_at),
        (Status.IN_PROGRESS, _("Accepted"), service_request.accepted_at),
        (Status.RESOLVED, Status.RESOLVED.label, service_request.resolved_at),
        (Status.CLOSED, Status.CLOSED.label, service_request.closed_at),
    ]
    if service_request.status in {Status.CANCELLED, Status.MERGED}:
        end = label_of(service_request, "status")
        ended_at = service_request.cancelled_at or service_request.merged_at
        steps = [*steps[:2], (service_request.status, end, ended_at)]
    here = {Status.WAITING: Status.IN_PROGRESS}.get(
        Status(service_request.status), Status(service_request.status)
    )
    place = [status for status, _label, _at in steps].index(here)
    return [
        {
            "label": str(label),
            "state": "done"
            if at and number <= place
            else "now"
            if number == place
            else "skipped"
            if number < place
            else "todo",
            "sub": moment(at) if at and number <= place else "",
        }
        for number, (_status, label, at) in enumerate(steps)
    ]


def clocks(service_request: ServiceRequest, timers: Iterable[SlaTimer]) -> list[dict[str, Any]]:
    """The clocks of this spell first, each in the words of components/clock.html."""
    reason = next(
        (hold.reason.name for hold in service_request.holds.all() if hold.ends_at is None), ""
    )
    order = list(Target)
    ordered = sorted(timers, key=lambda t: (-t.spell, order.index(Target(t.target))))
    return [clock_words(service_request, timer, reason) for timer in ordered]


def clock_words(service_request: ServiceRequest, timer: SlaTimer, reason: str) -> dict[str, Any]:
    state, text = timer.state, ""
    if timer.stopped_at is None and timer.due_at:
        state = TimerState.RUNNING  # an overdue one goes on counting how late it is
    elif state == TimerState.ON_HOLD:
        text = _("%(left)s left") % {"left": hours(timer.remaining)}
    elif state == TimerState.BREACHED:
        text = _("late by %(span)s of service hours") % {"span": hours(timer.late_by)}
    label = str(Target(timer.target).label)
    if timer.spell != service_request.spell:
        label = _("%(target)s, opening %(spell)d") % {"target": label, "spell": timer.spell}
    return {
        "label": label,
        "state": str(state),
        "due": timer.due_at,
        "risk": timer.risk_at,
        "text": text,
        "reason": reason if state == TimerState.ON_HOLD else "",
        "sub": clock_sub(timer),
        "why_url": address("service_requests:promise", service_request.number, timer.pk),
    }


def clock_sub(timer: SlaTimer) -> str:
    if timer.cancelled:
        return ""
    if timer.stopped_at is not None:
        words = {"met": moment(timer.stopped_at), "due": moment(timer.due_at)}
        return _("met %(met)s, due %(due)s") % words if timer.due_at else _("met %(met)s") % words
    if timer.due_at is None:
        return ""
    words = {"due": moment(timer.due_at), "warning": moment(timer.warns_at)}
    text = _("due %(due)s, warns %(warning)s") if timer.warns_at else _("due %(due)s")
    return text % words


def cover(service_request: ServiceRequest, user: Employee) -> dict[str, Any]:
    """What was frozen, in one line and in full."""
    contract = service_request.contract
    url = contract.get_absolute_url() if contract and user.may("contracts.view") else ""
    badge = {"contract": "covered"}.get(service_request.cover, service_request.cover)
    words: dict[str, Any] = {
        "kind": badge,
        "label": label_of(service_request, "cover"),
        "url": url,
        "number": contract.number if contract else "",
    }
    if not service_request.entitlement:
        return {**words, "line": words["label"], "lines": []}
    entitlement = queries.frozen_entitlement(service_request)
    if entitlement.refused:
        words |= {"kind": "not_covered", "label": _("Not covered")}
    return {**words, "line": headline(entitlement), "lines": derivation(entitlement)}


def others_of(service_request: ServiceRequest, user: Employee) -> list[ServiceRequest]:
    """Those that were merged into it, and those that follow it up; asked only where there are."""
    if not service_request.leads_on:  # type: ignore[attr-defined]  # of shown()
        return []
    others = ServiceRequest.objects.visible_to(user).filter(
        Q(merged_into=service_request.pk) | Q(follow_up_of=service_request.pk)
    )
    return list(others.order_by("pk")[:MOST_BESIDE])


def facts(
    service_request: ServiceRequest, coming: Step | None, beside: Iterable[ServiceRequest]
) -> list[dict[str, Any]]:
    owner = service_request.owner
    rows: list[dict[str, Any] | None] = [
        {
            "label": _("Owner"),
            "text": owner.name if owner else _("nobody"),
            "kind": "" if owner else "warning",
            "sub": ""
            if service_request.accepted_at or not service_request.is_open
            else _("not accepted"),
        },
        person(_("First responder"), service_request.first_responder),
        {"label": _("Channel"), "text": label_of(service_request, "channel")},
        ring(service_request, coming),
        {"label": _("Transfers"), "text": str(service_request.transfers)},
        {
            "label": _("Outlets"),
            "text": ", ".join(outlet.name for outlet in service_request.outlets.all()),
        },
        {"label": _("Opened"), "text": moment(service_request.opened_at)},
        link(_("Repeats"), service_request.repeat_of),
        link(_("Follow-up of"), service_request.follow_up_of),
        link(_("Merged into"), service_request.merged_into),
        *(
            link(_("Merged into this") if each.merged_into_id else _("Follow-up"), each)
            for each in beside
        ),
        fact(_("Fault code"), service_request.fault_code),
        fact(_("Cause"), service_request.cause),
        fact(_("Customer's answer"), label_of(service_request, "customer_answer")),
        fact(_("Closed without an answer"), service_request.closing_reason),
        link(_("Solved with"), service_request.solved_by),
    ]
    return [row for row in rows if row]


def ring(service_request: ServiceRequest, coming: Step | None) -> dict[str, str]:
    """The ring that has it, the highest it was in, and what lifts it next and when."""
    number, highest = service_request.ring, service_request.highest_ring
    more = [_("was in ring %(ring)d") % {"ring": highest}] if highest > number else []
    if coming is not None:
        words = {
            "ring": coming.rule.ring,
            "when": moment(coming.at),
            "why": step_in_words(coming),
        }
        more.append(_("ring %(ring)d at %(when)s: %(why)s") % words)
    return {
        "label": _("Ring"),
        "text": str(dict(RINGS)[number]),
        "sub": "; ".join(more),
    }


def step_in_words(step: Step) -> str:
    """“50 % of restore”, or what else lifts it."""
    if step.target:
        words = {"percent": step.rule.threshold, "clock": Target(step.target).label}
        return _("%(percent)d %% of “%(clock)s” used") % words
    return str(Trigger(step.rule.trigger).label)


def person(label: str, employee: Any) -> dict[str, str]:
    return {"label": label, "text": employee.name if employee else ""}


def fact(label: str, value: Any) -> dict[str, str] | None:
    return {"label": label, "text": str(value)} if value else None


def link(label: str, record: Any) -> dict[str, str] | None:
    return (
        {"label": label, "text": str(record), "url": record.get_absolute_url()} if record else None
    )


def caller(service_request: ServiceRequest) -> dict[str, Any]:
    """Who called, how to call back, and where the machine stands."""
    contact, customer = service_request.contact, service_request.customer
    phones = [phone.number for phone in contact.phones.all()] if contact else []
    typed = [service_request.caller_phone] if service_request.caller_phone else []
    numbers = phones or typed or ([customer.phone] if customer.phone else [])
    site = service_request.site
    return {
        "name": contact.name if contact else service_request.caller_name,
        "email": contact.email if contact else "",
        "phones": [{"number": number, "shown": show(number)} for number in numbers],
        "tier": service_request.tier.name,
        "tier_kind": service_request.tier.code,
        "address": site.address if site else customer.address,
        "site": site.name if site else "",
        "access": site.access_notes if site else "",
    }


def recipient(service_request: ServiceRequest) -> str:
    """Who hears an answer: the name with the number or address by which it is told."""
    words = caller(service_request)
    ways = [phone["shown"] for phone in words["phones"][:1]] + [words["email"]]
    name = words["name"] or service_request.customer.name
    return " · ".join(filter(None, [name, *ways]))


def warranty(service_request: ServiceRequest, at: datetime) -> Any:
    asset = service_request.asset
    return warranty_words(asset, localtime(at).date()) if asset else None


def hold_words(hold: Hold) -> dict[str, Any]:
    return {
        "reason": hold.reason.name,
        "turn": hold.reason.turn,
        "turn_label": label_of(hold.reason, "turn"),
        "starts": moment(hold.starts_at),
        "ends": moment(hold.ends_at),
        "expires": moment(hold.expires_at),
        "is_open": hold.ends_at is None,
        "note": hold.note,
        "by": hold.by.name if hold.by else "",
        "clocks": ", ".join(str(Target(target).label) for target in hold.reason.holds_targets),
    }


def handover_words(handover: Handover, user: Any, at: datetime) -> dict[str, Any]:
    is_asked = handover.status == HandoverStatus.ASKED
    args = [handover.service_request.number, handover.pk]
    return {
        "to": " · ".join(
            filter(
                None,
                [
                    label_of(handover, "department"),
                    handover.asked_of.name if handover.asked_of else "",
                ],
            )
        ),
        "kind": "overdue"
        if is_asked and handover.due_at < at
        else HANDOVER_KINDS[HandoverStatus(handover.status)],
        "label": _("Overdue")
        if is_asked and handover.due_at < at
        else label_of(handover, "status"),
        "question": handover.question,
        "answer": handover.answer,
        "asked": _("asked by %(who)s, %(when)s, answer due by %(due)s")
        % {
            "who": handover.asked_by or _("System"),
            "when": moment(handover.asked_at),
            "due": moment(handover.due_at),
        },
        "answered": _("%(who)s, %(when)s")
        % {"who": handover.answered_by, "when": moment(handover.answered_at)}
        if handover.answered_by
        else "",
        "answer_url": reverse("service_requests:answer_handover", args=args)
        if is_asked and policies.may_answer_handover(user, handover)
        else "",
        "withdraw_url": reverse("service_requests:withdraw_handover", args=args)
        if is_asked and policies.may_withdraw_handover(user, handover)
        else "",
    }


HANDOVER_KINDS = {
    HandoverStatus.ASKED: "waiting_department",
    HandoverStatus.ANSWERED: "done",
    HandoverStatus.WITHDRAWN: "cancelled",
}


def similar(service_request: ServiceRequest, user: Any) -> list[dict[str, Any]]:
    if not service_request.is_open:
        return []
    rows = queries.similar_open(
        ServiceRequest.objects.visible_to(user),
        customer=service_request.customer,
        asset=service_request.asset,
        but=service_request.pk,
    )
    device = service_request.asset.root_id if service_request.asset else None
    merge_url = ""
    if policies.may_work(user, service_request):
        merge_url = address("service_requests:merge", service_request.number)
    return [
        {
            "merge_url": merge_url and f"{merge_url}?{urlencode({'into': row.number})}",
            "number": row.number,
            "subject": row.subject,
            "url": row.get_absolute_url(),
            "opened": moment(row.opened_at),
            "status": row.status,
            "status_label": label_of(row, "status"),
            "same": bool(device and row.asset and row.asset.root_id == device),
        }
        for row in rows
    ]


def suggest_url(service_request: ServiceRequest, user: Any) -> str:
    """Where the page asks, after it is shown, for articles that may solve the problem."""
    if not service_request.is_open or not user.may("knowledge.view"):
        return ""
    model = service_request.asset.model if service_request.asset else None
    asked = {"q": service_request.subject, "model": model.code if model else ""}
    return f"{address('knowledge:suggest')}?{urlencode(asked)}"


def history(
    requests: Iterable[ServiceRequest], user: Employee, cursor: tuple[Any, int] | None
) -> dict[str, Any]:
    """The newest entries of a request and of what was merged into it, or those before the cursor's,
    and the way to older ones.
    """
    at = parsed(Activity, "at", cursor[0]) if cursor else None
    before = (at, cursor[1]) if cursor and at else None
    found: dict[int, Activity] = {
        each.pk: each
        for service_request in requests
        for each in timeline(service_request, limit=HISTORY + 1, before=before)
    }
    entries = sorted(found.values(), key=lambda each: (each.at, each.pk), reverse=True)
    more = len(entries) > HISTORY
    entries = entries[:HISTORY]
    return {
        "activities": seen_by(user, entries),
        "more_url": f"?before={encode(entries[-1].at, entries[-1].pk)}#history" if more else "",
        "is_older": before is not None,
    }


def arithmetic_facts(timer: SlaTimer, why: sla.Arithmetic) -> list[dict[str, str]]:
    """The sum: start + promise (+ holds) = due."""
    promised = (
        _("the next working day")
        if timer.next_business_day
        else hours(timedelta(minutes=timer.minutes or 0))
    )
    rows = [
        {"label": _("Starts"), "text": precise(why.starts)},
        {"label": _("Promised"), "text": promised, "sub": cut_off_words(timer)},
        {"label": _("Without holds due"), "text": precise(why.base)},
        {"label": _("Held, in service hours"), "text": hours(why.held)},
        {"label": _("Due"), "text": precise(why.due) if why.due else _("on hold")},
        {"label": _("Used"), "text": hours(why.used)},
        {"label": _("Time left"), "text": hours(why.remaining)},
    ]
    if timer.stopped_at and not timer.cancelled:
        rows.append({"label": _("Met"), "text": precise(timer.stopped_at)})
    if timer.breached_at:
        rows.append({"label": _("Overdue since"), "text": precise(timer.breached_at)})
    if timer.late_by is not None:
        rows.append({"label": _("Late by, in service hours"), "text": hours(timer.late_by)})
    return rows


def cut_off_words(timer: SlaTimer) -> str:
    if timer.cut_off is None:
        return ""
    return _("one day later when called after %(time)s") % {"time": f"{timer.cut_off:%H:%M}"}


def segment_words(segment: sla.Segment) -> dict[str, Any]:
    """A bar of the drawing; the table beside it says the same in words."""
    return {
        "kind": str(segment.kind),
        "seconds": (segment.ends - segment.starts).total_seconds(),
        "label": f"{SEGMENTS[segment.kind]}: {from_to(segment)}",
    }


def legend(legs: Iterable[sla.Leg[Employee]]) -> list[dict[str, str]]:
    """What each colour means, with its sum: in service hours, closed ones as they lie."""
    sums: dict[sla.SegmentKind, timedelta] = {}
    for (kind, starts, ends, _working), _owner in legs:
        sums[kind] = sums.get(kind, timedelta()) + (ends - starts)
    return [
        {"kind": str(kind), "label": f"{SEGMENTS[kind]}: {hours(sums[kind])}"}
        for kind in SEGMENTS
        if kind in sums
    ]


def from_to(segment: sla.Segment) -> str:
    starts, ends = localtime(segment.starts), localtime(segment.ends)
    is_one_day = starts.date() == ends.date()
    return f"{moment(starts)} – {f'{ends:%H:%M}' if is_one_day else moment(ends)}"


def leg_row(leg: sla.Leg[Employee]) -> dict[str, Any]:
    segment, owner = leg
    is_closed = segment.kind == sla.SegmentKind.CLOSED
    nobody = "" if segment.kind == sla.SegmentKind.AHEAD else _("nobody")
    return {
        "cells": [
            {"text": SEGMENTS[segment.kind], "badge": BADGES[segment.kind]},
            {"text": precise(segment.starts)},
            {"text": precise(segment.ends)},
            {"text": "–" if is_closed else hours(segment.working), "numeric": True},
            {"text": owner.name if owner else nobody},
        ]
    }


def owner_rows(sums: Mapping[Employee | None, Burnt]) -> list[dict[str, Any]]:
    """Each owner's working time by what the clock did, and the sum of all."""
    rows = [burnt_row(owner.name if owner else _("nobody"), burnt) for owner, burnt in sums.items()]
    if len(rows) < 2:  # noqa: PLR2004  (the sum of one is the one)
        return rows
    total = {kind: sum((burnt[kind] for burnt in sums.values()), timedelta()) for kind in sla.BURNT}
    return [*rows, {**burnt_row(_("Total"), total), "total": True}]


def burnt_row(label: str, burnt: Burnt) -> dict[str, Any]:
    cells = [{"text": hours(burnt[kind]), "numeric": True} for kind in sla.BURNT]
    return {"cells": [{"text": label}, *cells]}


def special_day_words(special: Any) -> dict[str, str]:
    return {
        "day": day(special.on),
        "name": special.name,
        "hours": ", ".join(str(span) for span in special.spans) or _("closed"),
    }
