"""What contracts answer when customers and assets ask."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Value, When
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Asset
from assets.queries import Cover
from assets.signals import covers_asked
from assets.signals import detail_panels as asset_panels
from contracts import actions, policies, queries, signals
from contracts.choices import RUNNING, TO_COME, AllowanceKind, Status
from contracts.explaining import derivation, headline, promise_line, quantity
from contracts.models import AllowanceUse, DefaultPromise, Instalment, ServiceContract
from crmservice.errors import DomainError
from crmservice.web.panels import Panel, of_record
from crmservice.web.text import amount, day
from customers.models import Customer, Tier
from customers.signals import customer_indexed, customers_joined, tier_panels
from customers.signals import detail_panels as customer_panels
from employees import signals as employees
from employees.models import Employee

MOST_ROWS = 5
ORDER = 40
CHANGES, ALLOWANCES, BILLING = 8, 10, 12
MOST_USES = 8
BILLED = (*RUNNING, Status.EXPIRED, Status.RENEWED, Status.TERMINATED)
MOST_INSTALMENTS = 14
IMPORTANT_FIRST = Case(
    When(status__in=RUNNING, then=Value(0)),
    When(status__in=TO_COME, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@receiver(customer_panels, sender=Customer)
def contracts_of_customer(subject: Customer, user: Employee, **_asked: object) -> Panel | None:
    if not user.may("contracts.view"):
        return None
    contracts = ServiceContract.objects.visible_to(user).filter(customer=subject).described()
    rows = list(contracts.order_by(IMPORTANT_FIRST, "-ends_on")[: MOST_ROWS + 1])
    add = reverse("contracts:create") + "?" + urlencode({"customer": subject.pk})
    return Panel(
        order=ORDER,
        template="contracts/_of_customer.html",
        context={
            "contracts": [row(contract) for contract in rows[:MOST_ROWS]],
            "url": reverse("contracts:index") + "?" + urlencode({"customer": subject.code}),
            "add_url": add if user.may("contracts.change") else "",
        },
    )


@receiver(tier_panels, sender=Tier)
def promises_of_tier(subject: Tier, user: Employee, **_asked: object) -> Panel | None:
    """What is promised to the tier without a contract."""
    promises = DefaultPromise.objects.filter(tier=subject).select_related("tier", "calendar")
    if not user.may("contracts.view"):
        return None
    rows = [
        {
            "cells": [
                {"text": each.get_cover_display(), "badge": each.cover},
                {"text": promise_line(queries.level_of(each).promises, each.calendar.code)},
            ]
        }
        for each in promises.order_by("cover")
    ]
    context = {
        "title": _("Promises without a contract"),
        "symbol": "clock",
        "heads": [{"label": label} for label in (_("Cover"), _("Promises"))],
        "rows": rows,
        "count": len(rows),
        "url": reverse("contracts:defaults"),
    }
    return Panel(ORDER, "components/of_record.html", context)


@receiver(employees.detail_panels, sender=Employee)
def contracts_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    contracts = ServiceContract.objects.visible_to(user).filter(responsible=subject).described()
    return of_record(
        contracts.order_by(IMPORTANT_FIRST, "-ends_on", "-pk"),
        order=ORDER,
        title=_("Responsible for"),
        symbol="file-text",
        heads=(_("Contract"), _("Customer"), _("Ends"), _("Status")),
        cells=lambda contract: [
            {
                "text": contract.number,
                "url": contract.get_absolute_url(),
                "sub": contract.type.name,
            },
            {"text": contract.customer.name},
            {"text": day(contract.ends_on)},
            {"text": contract.get_status_display(), "badge": contract.status},
        ],
        url=f"{reverse('contracts:index')}?responsible={subject.pk}",
    )


def row(contract: ServiceContract) -> dict[str, Any]:
    return {
        "number": contract.number,
        "url": contract.get_absolute_url(),
        "type": contract.type.name,
        "promises": promise_line(queries.level_of(contract).promises, contract.calendar.code),
        "period": f"{day(contract.starts_on)} – {day(contract.ends_on)}",
        "kind": contract.status,
        "status": contract.get_status_display(),
    }


@receiver(asset_panels, sender=Asset)
def cover_of_asset(subject: Asset, user: Employee, at: datetime, **_asked: object) -> Panel:
    """Which contract covers it today and why the others do not; what is free, what is charged."""
    today = timezone.localdate(at)
    try:
        judged = queries.entitlement_for(subject.customer, subject, today, subject.customer.tier)
    except DomainError as no:
        return Panel(ORDER, "contracts/_cover.html", {"no": no.message, "cover": None})
    url = ""
    if judged.contract_number and user.may("contracts.view"):
        url = reverse("contracts:detail", args=[judged.contract_number])
    return Panel(
        ORDER,
        "contracts/_cover.html",
        {
            "cover": {
                "kind": judged.cover if not judged.contract_number else "covered",
                "label": judged.cover.label,
                "number": judged.contract_number,
                "url": url,
                "line": headline(judged),
                "promises": promise_line(judged.promises, judged.calendar_code),
                "derivation": derivation(judged)[1:],
            },
            "no": "",
        },
    )


@receiver(covers_asked, sender=Asset)
def covers(
    customer: Customer, assets: Iterable[Asset], on: date, **_asked: object
) -> dict[int, Cover]:
    return queries.covers_of(customer, list(assets), on)


@receiver(customers_joined)
def contracts_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return {"contracts.servicecontract.customer": actions.join_customers(joined, kept)}


@receiver(customer_indexed)
def contracts_of_customer_indexed(customer: Customer, **_asked: object) -> None:
    queries.reindex(ServiceContract.objects.filter(customer=customer))


@receiver(signals.detail_panels, sender=ServiceContract)
def allowances_of_contract(
    subject: ServiceContract, user: Employee, at: datetime, **_asked: object
) -> Panel | None:
    """What is left of its allowances, and what was last taken of them; two queries."""
    accounts = queries.accounts_of(subject, timezone.localdate(at))
    if not accounts:
        return None
    may_decide = policies.may_decide_beyond(user)
    uses = list(subject.allowance_uses.select_related("decided_by")[:MOST_USES])
    return Panel(
        ALLOWANCES,
        "contracts/_allowances.html",
        {
            "accounts": [account_words(account) for account in accounts],
            "year": f"{day(accounts[0].year.first)} – {day(accounts[0].year.last)}",
            "heads": use_heads(),
            "rows": [{"cells": use_cells(use)} for use in uses],
            "waiting": [queries.beyond_words(use, subject) for use in uses if use.is_waiting],
            "may_decide": may_decide,
            "url": reverse("contracts:uses", args=[subject.number]),
        },
    )


def account_words(account: queries.Account) -> dict[str, Any]:
    used, whole = quantity(account.used), quantity(account.amount)
    tone = "bad" if not account.left else "warning" if account.left * 5 <= account.amount else ""
    beyond = [
        text % {"quantity": quantity(number)}
        for text, number in (
            (_("%(quantity)s beyond it were approved"), account.beyond),
            (_("%(quantity)s beyond it wait for a decision"), account.waiting),
        )
        if number
    ]
    return {
        "label": str(account.kind.label),
        "value": quantity(min(account.counted, account.amount)),
        "max": whole if account.amount else "1",
        "text": f"{used} / {whole}",
        "left": _("%(quantity)s left") % {"quantity": quantity(account.left)},
        "tone": tone,
        "beyond": " · ".join(beyond),
    }


def use_heads() -> list[dict[str, Any]]:
    labels = (_("Day"), _("For"), _("Allowance"), _("Quantity"), _("Status"))
    return [{"label": label, "numeric": label == labels[3]} for label in labels]


def use_cells(use: AllowanceUse) -> list[dict[str, Any]]:
    kind, label = queries.state_of(use)
    return [
        {"text": day(use.taken_on)},
        {"text": use.source, "url": use.source_url},
        {"text": str(AllowanceKind(use.kind).label)},
        {"text": quantity(use.quantity), "numeric": True},
        {"text": label, "badge": kind, "sub": use.reason},
    ]


@receiver(signals.detail_panels, sender=ServiceContract)
def billing_of_contract(
    subject: ServiceContract, user: Employee, at: datetime, **_asked: object
) -> Panel | None:
    """When which part of its value is due; one query."""
    if not policies.may_see_value(user) or subject.status not in (Status.APPROVED, *BILLED):
        return None
    rows = list(subject.instalments.all()[: MOST_INSTALMENTS + 1])
    may_set = policies.may_set_billing(user, subject)
    if not rows and not may_set:
        return None
    today, may_bill = timezone.localdate(at), policies.may_bill(user)
    labels = (_("Due on"), _("For"), _("Amount"), _("Status"), "")
    return Panel(
        BILLING,
        "contracts/_billing.html",
        {
            "rhythm": subject.get_billing_rhythm_display(),
            "when": _("in advance") if subject.billed_in_advance else _("in arrears"),
            "heads": [{"label": each, "numeric": each == labels[2]} for each in labels],
            "rows": [
                instalment_row(each, subject, today, may_bill=may_bill)
                for each in rows[:MOST_INSTALMENTS]
            ],
            "set_url": reverse("contracts:set_billing", args=[subject.number]) if may_set else "",
            "url": reverse("contracts:billing") + "?" + urlencode({"contract": subject.number}),
        },
    )


def instalment_row(
    each: Instalment, contract: ServiceContract, today: date, *, may_bill: bool
) -> dict[str, Any]:
    kind, label = queries.bill_state(each, today)
    verb = ""
    if may_bill and each.paid_on is None:
        verb = "pay" if each.invoiced_on else "invoice"
    words = {"invoice": _("Invoice it"), "pay": _("Note payment"), "": ""}
    if each.is_credit:
        words = {"invoice": _("Note the credit"), "pay": _("Note the payback"), "": ""}
    url = reverse(f"contracts:{verb}", args=[contract.number, each.pk]) if verb else ""
    return {
        "cells": [
            {"text": day(each.due_on)},
            {"text": f"{day(each.first_on)} – {day(each.last_on)}"},
            {"text": amount(each.amount, contract.currency), "numeric": True},
            {"text": label, "badge": kind, "sub": each.invoice_no},
            {"text": words[verb], "url": url},
        ]
    }


@receiver(signals.detail_panels, sender=ServiceContract)
def changes_of_contract(subject: ServiceContract, user: Employee, **_asked: object) -> Panel | None:
    """What a version says otherwise than the one that it follows; four queries."""
    if subject.renews_id is None:
        return None
    before = ServiceContract.objects.described().get(pk=subject.renews_id)
    with_value = policies.may_see_value(user)
    changes = queries.changes_between(before, subject, with_value=with_value)
    labels = (_("Term"), _("Version before"), _("This version"))
    return Panel(
        CHANGES,
        "contracts/_changes.html",
        {
            "number": before.number,
            "url": before.get_absolute_url(),
            "heads": [{"label": label} for label in labels],
            "rows": [
                {"cells": [{"text": each.label}, {"text": each.before}, {"text": each.after}]}
                for each in changes
            ],
        },
    )
