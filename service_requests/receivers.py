"""What requests answer when lower floors ask: panels for their pages, notices before a call."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assets import signals as assets
from assets.models import Asset, AssetModel
from contracts import queries as contract_queries
from contracts import signals as contracts
from contracts.choices import DECIDED
from contracts.entitlement import Entitlement, Level
from contracts.models import DefaultPromise, ServiceContract
from contracts.renewal_price import Figure
from crmservice.operations.signals import lags
from crmservice.operations.state import Lag
from crmservice.web.panels import Notice, Panel
from crmservice.web.text import day, label_of, moment, span
from crmservice.worktime import WorkCalendar
from customers import signals as customers
from customers.models import Customer
from employees import signals as employees
from employees.choices import AuthorityKind
from employees.models import AuthorityQuestion, Employee, WorkingCalendar
from employees.queries import family
from knowledge import signals as knowledge
from knowledge.models import Article, FaultCode
from service_requests import actions, queries
from service_requests import signals as own
from service_requests.choices import Kind, Target
from service_requests.models import Complaint, ServiceRequest, SlaTimer

ORDER_OF_SHIFTS = 50
SHIFT_HEADS = [
    {"label": gettext_lazy("Request")},
    {"label": gettext_lazy("Clock")},
    {"label": gettext_lazy("Due before")},
    {"label": gettext_lazy("Due after")},
    {"label": gettext_lazy("Moves by"), "numeric": True},
]
SHOWN = 8
MOST_JUDGED = 200
OTHERWISE = 15
COUNTED = 20
WIDE_FROM = 3
FIRST_ON_THE_TELEPHONE = 20
AMONG_THE_OTHERS = 50
BESIDE = ("owner", "customer", "asset")
CATALOGUES = ("asset__model", "asset__part")


@receiver(customers.detail_panels, sender=Customer)
def requests_of_customer(subject: Customer, user: Employee, **_asked: object) -> Panel | None:
    """The customer's requests, the open ones first."""
    return panel(
        user,
        Q(customer=subject),
        {"customer": subject.code},
        beside=device,
        order=FIRST_ON_THE_TELEPHONE,
    )


@receiver(assets.detail_panels, sender=Asset)
def requests_of_asset(subject: Asset, user: Employee, **_asked: object) -> Panel | None:
    """Those of the asset and of everything in it."""
    where = Q(asset__in=Asset.objects.within(subject))
    return panel(user, where, {"asset": subject.serial_no}, beside=kind)


@receiver(contracts.detail_panels, sender=ServiceContract)
def requests_of_contract(
    subject: ServiceContract, user: Employee, **_asked: object
) -> Panel | None:
    return panel(user, Q(contract=subject), {"contract": subject.number}, beside=device)


@receiver(employees.calendar_panels, sender=WorkingCalendar)
def clocks_of_calendar(
    subject: WorkingCalendar,
    user: Employee,
    at: datetime,
    proposed: Mapping[int, WorkCalendar],
    **_asked: object,
) -> Panel | None:
    """What a calendar as it is typed would do to open clocks; else how many still count by an
    earlier edition.
    """
    if not user.may("service_requests.recalculate"):
        return None
    if proposed:
        return shifts_panel(queries.calendar_shifts(proposed, at=at), "")
    behind = queries.shifts_behind(family(subject), at=at)
    url = reverse("service_requests:recalculate_calendar", args=[subject.code])
    return shifts_panel(behind, url) if behind.total else None


@receiver(contracts.promise_panels, sender=DefaultPromise)
def clocks_of_promise(
    subject: DefaultPromise, user: Employee, at: datetime, proposed: Level | None, **_asked: object
) -> Panel | None:
    """What a default promise as it is typed would do to open clocks; else what it would do as it is
    to those that were promised otherwise.
    """
    if not user.may("service_requests.recalculate"):
        return None
    if proposed is not None:
        return shifts_panel(queries.promise_shifts(subject, proposed, at=at), "")
    otherwise = queries.promise_shifts(subject, contract_queries.level_of(subject), at=at)
    url = reverse("service_requests:recalculate_promise", args=[subject.pk])
    return shifts_panel(otherwise, url) if otherwise.shifts else None


def shifts_panel(found: queries.Shifts, url: str) -> Panel:
    """`url` recalculates; without it nothing is saved yet."""
    return Panel(
        ORDER_OF_SHIFTS,
        "service_requests/_shifts.html",
        {
            "is_preview": not url,
            "nothing": _("No due time would move."),
            "note": _(
                "Saved, it holds for new requests. "
                "Open ones follow when you have them recalculated."
            ),
            "url": url,
            "facts": shift_facts(found),
            "is_cut": found.looked_at < found.total,
            "looked_at": found.looked_at,
            "heads": SHIFT_HEADS,
            "rows": [shift_row(shift) for shift in found.extremes],
        },
    )


def shift_facts(found: queries.Shifts) -> list[dict[str, str]]:
    rows = [
        {"label": _("Open clocks or requests"), "text": str(found.total)},
        {"label": _("Due earlier"), "text": str(found.earlier)},
        {"label": _("Due later"), "text": str(found.later)},
        {"label": _("Begin or go"), "text": str(found.other)},
        {"label": _("Overdue at once"), "text": str(found.overdue_at_once)},
    ]
    if found.overdue_at_once:
        rows[-1]["kind"] = "warning"
    return rows


def shift_row(shift: queries.Shift) -> dict[str, Any]:
    service_request = shift.timer.service_request
    sign = "−" if shift.by < timedelta() else "+"
    return {
        "url": service_request.get_absolute_url(),
        "cells": [
            {
                "text": service_request.number,
                "url": service_request.get_absolute_url(),
                "sub": service_request.customer.name,
            },
            {"text": str(Target(shift.timer.target).label)},
            {"text": moment(shift.before) or "–"},
            {"text": moment(shift.after) or "–"},
            {"text": f"{sign}{span(shift.by)}" if shift.by else "–", "numeric": True},
        ],
    }


@receiver(knowledge.detail_panels, sender=Article)
def requests_solved_with(subject: Article, user: Employee, **_asked: object) -> Panel | None:
    return panel(user, Q(solved_by=subject), {"article": subject.number}, beside=customer)


@receiver(knowledge.detail_panels, sender=FaultCode)
def requests_with_fault(subject: FaultCode, user: Employee, **_asked: object) -> Panel | None:
    return panel(user, Q(fault_code=subject), {"fault_code": subject.code}, beside=customer)


@receiver(knowledge.causes_counted)
def causes_of_requests(
    model_code: str, fault_codes: set[int], at: datetime, **_asked: object
) -> dict[int, int]:
    return queries.causes_observed(model_code, fault_codes, at=at)


@receiver(knowledge.gap_panels)
def faults_without_article(user: Employee, at: datetime, **_asked: object) -> Panel | None:
    """What was solved most often without an article, by what was found."""
    if not user.may("service_requests.view"):
        return None
    found = queries.unexplained_faults(user, at=at)
    since = queries.unexplained_since(at).isoformat()
    counted = {"status": "all", "kind": "fault", "unexplained": "true", "resolved_from": since}
    every = f"{reverse('service_requests:index')}?{urlencode(counted)}"
    articles = f"{reverse('knowledge:index')}?status=published"
    rows = [
        {
            "url": f"{every}&{urlencode({'fault_code': code.code})}",
            "cells": [
                {"text": str(code), "url": code.get_absolute_url()},
                {
                    "text": f"{times:,}",
                    "url": f"{every}&{urlencode({'fault_code': code.code})}",
                    "numeric": True,
                },
                {
                    "text": f"{published:,}",
                    "url": f"{articles}&{urlencode({'fault_code': code.code})}",
                    "numeric": True,
                },
            ],
        }
        for code, times, published in found
    ]
    if not rows:
        return None
    heads = (_("Fault code"), _("Solved without an article"), _("Published articles"))
    context = {
        "title": _("Faults of the last 90 days that no article explained"),
        "symbol": "alert-triangle",
        "heads": [{"label": label, "numeric": place > 0} for place, label in enumerate(heads)],
        "rows": rows,
        "count": "",
        "url": every,
    }
    return Panel(AMONG_THE_OTHERS, "components/of_record.html", context)


@receiver(employees.detail_panels, sender=Employee)
def requests_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    return panel(user, Q(owner=subject), {"owner": str(subject.pk)}, beside=customer)


@receiver(customers.caller_notices, sender=Customer)
def open_requests_of_caller(
    subject: Customer, user: Employee, at: datetime, **_asked: object
) -> list[Notice]:
    """What is promised to the caller and late must be known before speaking."""
    if not user.may("service_requests.view"):
        return []
    rows = ServiceRequest.objects.visible_to(user).open().filter(customer=subject)
    late = [row for row in rows.only("number", "next_due_at")[:COUNTED] if is_late(row, at)]
    if not late:
        return []
    text = ngettext(
        "A promise to this customer is overdue: %(numbers)s",
        "%(count)d requests of this customer are overdue: %(numbers)s",
        len(late),
    ) % {"count": len(late), "numbers": ", ".join(row.number for row in late[:SHOWN])}
    asked = urlencode({"customer": subject.code, "show": "overdue"})
    return [Notice(text, kind="overdue", url=f"{reverse('service_requests:index')}?{asked}")]


@receiver(customers.busy_customers)
def customers_with_open_requests(user: Employee, **_asked: object) -> QuerySet[Any, int]:
    visible = ServiceRequest.objects.visible_to(user)
    return visible.open().values_list("customer", flat=True)


@receiver(employees.authority_granted)
def give_what_was_granted(
    question: AuthorityQuestion, by: Employee, at: datetime, **_asked: object
) -> bool:
    """The goodwill that somebody asked for, by the authority of who said yes."""
    if question.verb != actions.GIVE:
        return False
    complaint = Complaint.objects.described().filter(pk=question.subject_id).first()
    if complaint is None:
        return False
    amount, reason = Decimal(question.values["amount"]), question.values["reason"]
    actions.give_goodwill(
        complaint, amount=amount, reason=reason, granted_by=by, by=question.asked_by, at=at
    )
    return True


@receiver(employees.authority_used)
def goodwill_of_complaints(
    employee: Employee, at: datetime, **_asked: object
) -> dict[str, Decimal]:
    return {AuthorityKind.GOODWILL: queries.goodwill_given(employee, queries.day_of(at))}


@receiver(customers.customers_joined)
def requests_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return actions.join_customers(joined, kept)


@receiver(assets.faults_counted, sender=AssetModel)
def faults_of_model(asset_model: AssetModel, user: Employee, **_asked: object) -> dict[int, int]:
    """How often each fault code turned out to be the one, on devices of the model."""
    faults = ServiceRequest.objects.visible_to(user).filter(
        asset__in=Asset.objects.of_model(asset_model),
        kind=Kind.FAULT,
        fault_code__isnull=False,
    )
    counted = faults.values_list("fault_code").annotate(times=Count("pk"))
    return dict(counted.order_by())


def panel(
    user: Employee,
    where: Q,
    asked: dict[str, str],
    *,
    beside: Callable[[ServiceRequest], str],
    order: int = AMONG_THE_OTHERS,
) -> Panel | None:
    """The latest requests of a record, the open ones first; nothing for who may not see any.

    `beside` says below each subject what the page does not say already.
    """
    if not user.may("service_requests.view"):
        return None
    newest = ServiceRequest.objects.visible_to(user).filter(where).order_by("-opened_at", "-pk")
    rows = list(newest.select_related(*BESIDE).prefetch_related(*CATALOGUES)[: COUNTED + 1])
    rows.sort(key=lambda row: not row.is_open)
    address = f"{reverse('service_requests:index')}?{urlencode({**asked, 'status': 'all'})}"
    return Panel(
        order=order,
        template="service_requests/_panel.html",
        context={
            "heads": heads(),
            "rows": [row_words(row, beside(row)) for row in rows[:SHOWN]],
            "count": f"{COUNTED}+" if len(rows) > COUNTED else str(len(rows)),
            "url": address,
        },
    )


def customer(service_request: ServiceRequest) -> str:
    return service_request.customer.name


def device(service_request: ServiceRequest) -> str:
    asset = service_request.asset
    return f"{asset.serial_no} · {asset.kind_name}" if asset else kind(service_request)


def kind(service_request: ServiceRequest) -> str:
    return service_request.get_kind_display()


def heads() -> list[dict[str, Any]]:
    labels = (_("Number"), _("Subject"), _("Status"), _("Owner"))
    return [
        {
            "label": label,
            "numeric": False,
            "wide_only": at >= WIDE_FROM,
            "sort_url": "",
            "direction": "",
        }
        for at, label in enumerate(labels)
    ]


def row_words(service_request: ServiceRequest, sub: str) -> dict[str, Any]:
    url = service_request.get_absolute_url()
    owner = service_request.owner
    return {
        "url": url,
        "tone": "",
        "cells": [
            {
                "text": service_request.number,
                "url": url,
                "sub": day(timezone.localdate(service_request.opened_at)),
            },
            {"text": service_request.subject, "sub": sub},
            {"text": label_of(service_request, "status"), "badge": service_request.status},
            {"text": owner.name if owner else _("nobody"), "wide_only": True},
        ],
    }


def is_late(service_request: ServiceRequest, at: datetime) -> bool:
    return service_request.next_due_at is not None and service_request.next_due_at <= at


@receiver(lags)
def oldest_unrecorded_breach(at: datetime, **_asked: object) -> Lag:
    """What is due is recorded within seconds; here one sees if not (R-07)."""
    oldest = SlaTimer.objects.overdue(at).order_by("due_at", "pk").values_list("due_at", flat=True)
    due_at = oldest.first()
    return Lag(_("Overdue and not recorded yet"), at - due_at if due_at else None)


@receiver(own.detail_panels, sender=ServiceRequest)
def beyond_the_allowance(subject: ServiceRequest, user: Employee, **_asked: object) -> Panel | None:
    return contract_queries.beyond_panel(subject.number, subject.contract, user)


@receiver(contracts.later_panels, sender=ServiceContract)
def covered_otherwise(subject: ServiceContract, user: Employee, **_asked: object) -> Panel | None:
    """Open requests of the customer for which, by the contracts as they are now, another contract
    would hold than was frozen, or none: each is offered, nothing is applied by itself.
    """
    if not user.may("service_requests.work") or subject.status not in DECIDED:
        return None
    rows = ServiceRequest.objects.visible_to(user).open().filter(customer=subject.customer_id)
    beside = rows.select_related("customer", "asset", "contract").prefetch_related(
        "asset__model", "asset__part__fits_model"
    )
    requests = list(beside.order_by("-opened_at", "-pk")[:MOST_JUDGED])
    if not requests:
        return None
    now_ = queries.covers_now(requests)
    other = [
        each
        for each in requests
        if each.pk in now_
        and now_[each.pk].contract_id != each.contract_id
        and subject.pk in {now_[each.pk].contract_id, each.contract_id}
        and not each.entitlement.get("refused")
    ]
    if not other:
        return None
    labels = (_("Request"), _("Promised by"), _("Would be promised by"))
    return Panel(
        OTHERWISE,
        "components/of_record.html",
        {
            "title": _("Open requests that would be covered otherwise"),
            "symbol": "shield-check",
            "heads": [{"label": label} for label in labels],
            "rows": [otherwise(each, now_[each.pk]) for each in other[:SHOWN]],
            "count": len(other),
            "url": f"{reverse('service_requests:index')}?"
            + urlencode({"customer": subject.customer.code}),
        },
    )


def otherwise(each: ServiceRequest, now_: Entitlement) -> dict[str, Any]:
    url = reverse("service_requests:check_cover", args=[each.number])
    return {
        "url": url,
        "cells": [
            {"text": each.number, "url": url, "sub": each.subject},
            {"text": each.contract.number if each.contract else label_of(each, "cover")},
            {"text": now_.contract_number or str(now_.cover.label)},
        ],
    }


@receiver(contracts.service_asked, sender=ServiceContract)
def requests_in_period(
    contract: ServiceContract, user: Employee, first: date, end: date, **_asked: object
) -> list[Figure]:
    """How many requests were logged under a contract in a period."""
    rows = ServiceRequest.objects.visible_to(user).filter(
        contract=contract, opened_at__gte=begins(first), opened_at__lt=begins(end)
    )
    url = f"{reverse('service_requests:index')}?{urlencode({'contract': contract.number})}"
    return [Figure(10, _("Service requests"), str(rows.count()), url)]


def begins(on: date) -> datetime:
    """Midnight of the organisation."""
    return timezone.make_aware(datetime.combine(on, time()), timezone.get_default_timezone())
