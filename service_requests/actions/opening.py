"""Log a request, and change what was written down or promised when it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.models import Asset
from contracts import actions as contracts
from contracts.choices import AllowanceKind
from contracts.entitlement import Entitlement, refuse, to_json
from crmservice.activity.changing import change as change_record
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.worktime import WorkCalendar
from customers.models import Contact, Customer, Site, Tier
from employees.models import Employee
from employees.queries import work_calendar
from knowledge.models import FaultCode
from service_requests.actions.climbing import catch_up
from service_requests.actions.complaining import open_complaint
from service_requests.actions.keeping import about, demand, lock, refuse_unless_open, reindex
from service_requests.actions.timing import PLACE, derive, place, settle
from service_requests.choices import (
    LOWEST_PRIORITY,
    Channel,
    Kind,
    Severity,
    Target,
    priority_of,
)
from service_requests.models import ServiceRequest, SlaTimer
from service_requests.promises import judge, restarted, timers_for, watch
from service_requests.queries import (
    cover_on,
    day_of,
    frozen_entitlement,
    offered_cover,
    repeated_fault,
    warning_percents,
)
from service_requests.signals import service_request_cover_refused

IS_DECIDED = Q(breached_at__isnull=False) | Q(stopped_at__isnull=False, cancelled=False)
SPOKEN = (Channel.PHONE, Channel.VISIT)


@transaction.atomic
def log(  # noqa: PLR0913  (the fields of the log form, each by name)
    *,
    customer: Customer,
    channel: str = Channel.PHONE,
    kind: str = Kind.FAULT,
    severity: str = Severity.NORMAL,
    subject: str,
    description: str = "",
    contact: Contact | None = None,
    caller_name: str = "",
    caller_phone: str = "",
    asset: Asset | None = None,
    site: Site | None = None,
    visit_promised: bool = False,
    responded: bool = True,
    fault_code: FaultCode | None = None,
    follow_up_of: ServiceRequest | None = None,
    by: Employee | None,
    at: datetime,
) -> ServiceRequest:
    """Write a request down: tier and entitlement are judged and frozen, the clocks of its promises
    start.

    Who takes it is the first responder and owns it until somebody accepts it. A call, or a word in
    person, counts as the response unless `responded` is False. Raises DomainError when the asset,
    the site or the request that it follows up is another customer's, or the company has no promise
    for the case.
    """
    refuse_strangers(customer, asset=asset, site=site)
    if follow_up_of is not None and follow_up_of.customer_id != customer.pk:
        words = {"number": follow_up_of.number}
        raise DomainError(_("%(number)s is another customer's request.") % words)
    tier, entitlement = cover_on(customer, asset, at, site_id=site.pk if site else None)
    service_request = ServiceRequest(
        number=next_number("SR", at),
        channel=channel,
        kind=kind,
        severity=severity,
        priority=priority_of(severity, tier.rank),
        subject=demand(subject, "subject"),
        description=description.strip(),
        customer=customer,
        contact=contact,
        caller_name=caller_name.strip(),
        caller_phone=caller_phone.strip(),
        asset=asset,
        site=site,
        fault_code=fault_code,
        follow_up_of=follow_up_of,
        visit_promised=visit_promised,
        first_responder=by,
        owner=by,
        opened_at=at,
        queue_at=at,
        created_by=by,
        **frozen(tier, entitlement),
    )
    service_request.repeat_of = repeated_fault(service_request)
    calendar = work_calendar(entitlement.calendar_id)
    timers = clocks_of(service_request, entitlement, calendar, at=at)
    if responded and by is not None and channel in SPOKEN:
        service_request.responded_at = at
        for timer in timers:
            if timer.target == Target.RESPONSE:
                judge(timer, calendar, stopped_at=at)
    place(service_request, timers, ())
    service_request.save(force_insert=True)
    outlets = [by.outlet_id] if by is not None else []
    service_request.outlets.add(*outlets)
    SlaTimer.objects.bulk_create(timers)
    record(
        service_request,
        "service_requests.logged",
        by=by,
        at=at,
        about=[*about(service_request), follow_up_of],
        cover=entitlement.cover,
    )
    open_complaint(service_request)
    take_case(service_request, by=by, at=at)
    catch_up(service_request, at=at)
    reindex(service_request, outlets)
    return service_request


@transaction.atomic
def change(
    service_request: ServiceRequest,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> ServiceRequest:
    """Change what was written down; a new severity gives its priority, another asset does not
    change the cover.

    Whether a visit is made and the kind decide which clocks run: those count from the opening, with
    the holds kept. Raises DomainError for a finished request, a stranger's asset, or a field that
    somebody else changed.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    settle(service_request, at=at)
    written = dict(values)
    refuse_strangers(service_request.customer, asset=written.get("asset"), site=written.get("site"))
    if "subject" in written:
        written["subject"] = demand(written["subject"], "subject")
    if "severity" in written:
        written["priority"] = priority_of(written["severity"], service_request.tier.rank)
    service_request = change_record(
        service_request,
        written,
        verb="service_requests.changed",
        by=by,
        at=at,
        version=version,
        about=about(service_request),
    )
    open_complaint(service_request)
    if {"kind", "visit_promised"} & set(written):
        restart_clocks(service_request, frozen_entitlement(service_request))
    derive(service_request)
    service_request.save(update_fields=PLACE)
    catch_up(service_request, at=at)
    reindex(service_request)
    return service_request


def promise_visit(service_request: ServiceRequest, *, by: Employee, at: datetime) -> ServiceRequest:
    """A visit will be made after all: its clock runs, from the opening."""
    return change(service_request, {"visit_promised": True}, by=by, at=at)


def change_severity(
    service_request: ServiceRequest, *, severity: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Another severity, and with it the priority."""
    return change(service_request, {"severity": severity}, by=by, at=at)


@transaction.atomic
def change_priority(
    service_request: ServiceRequest, *, priority: int, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Set the priority by hand, against the rule of severity and tier; the reason is kept."""
    if not 1 <= priority <= LOWEST_PRIORITY:
        raise DomainError(_("A priority is 1 to 5."), field="priority")
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    settle(service_request, at=at)
    before, service_request.priority = service_request.priority, priority
    derive(service_request)
    service_request.save(update_fields=["priority", *PLACE])
    record(
        service_request,
        "service_requests.prioritised",
        by=by,
        at=at,
        about=about(service_request),
        before=before,
        after=priority,
        reason=demand(reason, "reason"),
    )
    return service_request


def recheck_cover(service_request: ServiceRequest) -> tuple[Tier, Entitlement] | None:
    """The cover that would hold by what is known now, to be offered; None when it is the same."""
    return offered_cover(service_request)


@transaction.atomic
def apply_cover(
    service_request: ServiceRequest, *, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Freeze the cover that is offered; its promises count from the opening, with the holds kept.

    Clocks that were met or breached keep their result. Raises DomainError when nothing else is
    offered.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    offered = offered_cover(service_request)
    if offered is None:
        raise DomainError(_("The cover is already the one that holds."))
    settle(service_request, at=at)
    before = frozen_entitlement(service_request)
    tier, entitlement = offered
    values = frozen(tier, entitlement)
    for name, value in values.items():
        setattr(service_request, name, value)
    service_request.priority = priority_of(service_request.severity, tier.rank)
    restart_clocks(service_request, entitlement)
    derive(service_request)
    service_request.save(update_fields=[*values, "priority", *PLACE])
    record(
        service_request,
        "service_requests.cover_applied",
        by=by,
        at=at,
        about=about(service_request),
        reason=demand(reason, "reason"),
        before=before.contract_number or before.cover,
        after=entitlement.contract_number or entitlement.cover,
    )
    if before.contract_id != entitlement.contract_id or before.refused:
        contracts.give_back(service_request.number, by=by, at=at)
        take_case(service_request, by=by, at=at)
    return service_request


@transaction.atomic
def refuse_cover(
    service_request: ServiceRequest, *, reason: str, by: Employee, at: datetime
) -> ServiceRequest:
    """Decide that this case is not covered, such as for damage by misuse: promises and clocks stay,
    everything is charged, and what it took of the contract's allowances is given back.

    Raises DomainError where nothing is covered. Applying the cover that is offered takes it back.
    """
    service_request = lock(service_request)
    refuse_unless_open(service_request)
    before, note = frozen_entitlement(service_request), demand(reason, "reason")
    if not before.free:
        raise DomainError(_("Everything is charged already."))
    service_request.entitlement = to_json(refuse(before, note))
    service_request.save(update_fields=["entitlement"])
    record(
        service_request,
        "service_requests.cover_refused",
        by=by,
        at=at,
        about=about(service_request),
        reason=note,
        before=before.contract_number or before.cover,
    )
    contracts.give_back(service_request.number, by=by, at=at)
    service_request_cover_refused.send(
        ServiceRequest, service_request=service_request, by=by, at=at
    )
    return service_request


def take_case(service_request: ServiceRequest, *, by: Employee | None, at: datetime) -> None:
    """A request counts in its contract's allowance of the day it was opened."""
    if service_request.contract_id is None:
        return
    contracts.take(
        service_request.contract,
        AllowanceKind.CASES,
        source=service_request.number,
        source_url=service_request.get_absolute_url(),
        on=day_of(service_request.opened_at),
        by=by,
        at=at,
    )


def refuse_strangers(customer: Customer, *, asset: Asset | None, site: Site | None) -> None:
    """Raise DomainError when the asset or the site belongs to another customer."""
    if asset is not None and asset.customer_id != customer.pk:
        raise DomainError(_("This asset belongs to another customer."), field="asset")
    if site is not None and site.customer_id != customer.pk:
        raise DomainError(_("This site belongs to another customer."), field="site")


def frozen(tier: Tier, entitlement: Entitlement) -> dict[str, Any]:
    """The fields of a request that keep what was promised."""
    return {
        "tier": tier,
        "cover": entitlement.cover,
        "contract_id": entitlement.contract_id,
        "entitlement": to_json(entitlement),
    }


def clocks_of(
    service_request: ServiceRequest,
    entitlement: Entitlement,
    calendar: WorkCalendar,
    *,
    at: datetime,
) -> list[SlaTimer]:
    """The clocks of the request's present spell, running from `at`, still to be written."""
    timers = timers_for(
        entitlement,
        lambda _pk: calendar,
        at,
        service_request.kind,
        visit_promised=service_request.visit_promised,
        spell=service_request.spell,
    )
    percents = warning_percents()
    for timer in timers:
        timer.service_request = service_request
        watch(timer, calendar, (), percents.get(timer.target, []))
    return timers


def start_clocks(
    service_request: ServiceRequest, entitlement: Entitlement, *, at: datetime
) -> list[SlaTimer]:
    """Write the clocks of the request's present spell, running from `at`."""
    calendar = work_calendar(entitlement.calendar_id)
    timers = clocks_of(service_request, entitlement, calendar, at=at)
    return SlaTimer.objects.bulk_create(timers)


def restart_clocks(service_request: ServiceRequest, entitlement: Entitlement) -> None:
    """Give the undecided clocks of this spell the promises of another cover, from where they
    started.
    """
    present = service_request.sla_timers.filter(spell=service_request.spell)
    warned = {timer.target: timer.warned for timer in present}
    calendar = work_calendar(entitlement.calendar_id)
    wanted = restarted(service_request, present, entitlement, calendar)
    for timer in wanted:
        timer.warned = warned.get(timer.target, 0)
    present.exclude(IS_DECIDED).delete()
    SlaTimer.objects.bulk_create(wanted)
