"""The words of a customer's page: everything directly related, each thing in the reader's scope."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.activity.trail import seen_by, timeline
from crmservice.money import ZERO
from crmservice.phones import show
from crmservice.web.panels import Notice, collect, gather
from crmservice.web.text import amount, day
from customers import policies, queries, signals
from customers.choices import PurchaseKind, TouchStatus
from customers.models import Affiliation, CareTouch, Contact, Customer, Tier
from customers.queries import Relative, TierJudgement
from customers.tiers import window
from employees.models import Employee

PURCHASES_SHOWN = 8
TOUCHES_SHOWN = 6
CONTACTS_SHOWN = 50
ACTIVITIES_SHOWN = 25
EXPIRES_SOON_DAYS = 30


def page_of(
    customer: Customer, user: Employee, *, caller: Contact | None, phone: str, at: datetime
) -> dict[str, Any]:
    today = localdate(at)
    may_see_value = policies.may_see_value(user)
    words = {
        "customer": customer,
        "badges": badges(customer),
        "caller": caller_words(caller, phone),
        "log_query": log_query(customer, caller, phone),
        "notices": notices(customer, at)
        + gather(signals.caller_notices, customer, user=user, at=at),
        "facts": facts(customer),
        "contacts": contacts(customer, caller),
        "sites": list(customer.sites.all()),
        "suppliers": relatives(queries.suppliers_of(customer, user)),
        "supplied": relatives(queries.supplied_by(customer, user)),
        "subsidiaries": relatives(queries.subsidiaries_of(customer, user)),
        "tier": tier_words(customer, today, may_see_value=may_see_value),
        "panels": collect(
            signals.detail_panels, customer, user=user, at=at, caller=caller, phone=phone
        ),
        "care": care(customer, user, today),
        "activities": seen_by(user, timeline(customer, limit=ACTIVITIES_SHOWN)),
        "may_change": policies.may_change(user, customer),
        "may_override": policies.may_override_tier(user, customer),
        "may_see_value": may_see_value,
        "may_log": user.may("service_requests.log"),
    }
    return words | (bought(customer) if may_see_value else {"purchases": [], "years": []})


def care(customer: Customer, user: Employee, today: date) -> dict[str, Any] | None:
    """What the customer is owed next, and what it got last; one query."""
    touches = CareTouch.objects.visible_to(user).filter(customer=customer).described()
    found = list(touches.order_by("-due_on", "-pk")[:TOUCHES_SHOWN])
    if not found:
        return None
    labels = (_("Due"), _("Touch"), _("Owes it"), _("Status"))
    return {
        "heads": [{"label": label} for label in labels],
        "rows": [touch_words(touch, today) for touch in found],
        "url": f"{reverse('customers:touches')}?{urlencode({'customer': customer.code})}",
    }


def touch_words(touch: CareTouch, today: date) -> dict[str, Any]:
    kind, text = outcome_of(touch, today)
    url = touch.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": day(touch.due_on), "url": url},
            {"text": touch.plan.title, "sub": touch.contact.name if touch.contact else ""},
            {"text": touch.owner.name if touch.owner else _("nobody")},
            {"text": text, "badge": kind},
        ],
    }


def outcome_of(touch: CareTouch, today: date) -> tuple[str, str]:
    """A look, and what became of it."""
    if touch.status == TouchStatus.DONE:
        assert touch.done_on is not None
        is_late = touch.done_on > touch.latest_on
        return ("warning", _("Done late")) if is_late else ("done", _("Done in time"))
    if touch.status == TouchStatus.SKIPPED:
        return "cancelled", _("Left out")
    if touch.latest_on < today:
        return "overdue", _("Missed")
    return "planned", _("Planned")


def signpost_of(customer: Customer, user: Employee) -> dict[str, Any]:
    """What is left of a customer that was joined to another: where to, when, and what moved."""
    kept = customer.merged_into
    assert kept is not None
    is_seen = Customer.objects.visible_to(user).filter(pk=kept.pk).exists()
    return {
        "customer": customer,
        "kept": {"name": kept.name, "url": kept.get_absolute_url() if is_seen else ""},
        "facts": facts(customer),
        "may_undo": user.may("customers.change"),
        "moves": [
            {"activity": each, "rows": moved(each.details)}
            for each in timeline(customer)
            if each.verb == "customers.joined"
        ],
        "activities": seen_by(user, timeline(customer)),
    }


MOVED = {
    "assets.asset": gettext_lazy("Assets"),
    "contracts.servicecontract": gettext_lazy("Contracts"),
    "customers.affiliation": gettext_lazy("Contacts"),
    "customers.businesssignal": gettext_lazy("Business signals"),
    "customers.caretouch": gettext_lazy("Care touches"),
    "customers.customer": gettext_lazy("Customers"),
    "customers.customertrend": gettext_lazy("Trend"),
    "customers.grading": gettext_lazy("5A grade"),
    "customers.need": gettext_lazy("Needs"),
    "customers.purchase": gettext_lazy("Purchases"),
    "customers.recoverycase": gettext_lazy("Recovery cases"),
    "customers.site": gettext_lazy("Sites"),
    "customers.tierchange": gettext_lazy("Tier history"),
    "dispatch.depotrepair": gettext_lazy("Depot"),
    "dispatch.engineerwish": gettext_lazy("Wishes for engineers"),
    "dispatch.task": gettext_lazy("Tasks"),
    "expenses.expenseline": gettext_lazy("Expenses"),
    "orders.invoice": gettext_lazy("Invoices"),
    "orders.order": gettext_lazy("Orders"),
    "orders.returncase": gettext_lazy("Returns"),
    "reports.returnvisit": gettext_lazy("Return visits"),
    "service_requests.servicerequest": gettext_lazy("Service requests"),
    "service_requests.survey": gettext_lazy("Surveys"),
}


def moved(details: dict[str, Any]) -> list[dict[str, Any]]:
    """How many rows of each kind moved in a join."""
    kinds = ((kind_of(label), len(keys)) for label, keys in details.get("moved", {}).items())
    return [{"label": kind, "text": f"{count:,}"} for kind, count in sorted(kinds)]


def kind_of(label: str) -> str:
    """In words, with the part that the customer had where that is not plain."""
    model, _dot, field = label.rpartition(".")
    words = str(MOVED.get(model, model))
    if field == "customer":
        return words
    return f"{words} · {capfirst(apps.get_model(model)._meta.get_field(field).verbose_name)}"


def badges(customer: Customer) -> list[dict[str, str]]:
    kinds = [{"kind": kind.value, "label": str(kind.label)} for kind in customer.kinds]
    return [{"kind": customer.tier.code, "label": customer.tier.name}, *kinds]


def caller_words(caller: Contact | None, phone: str) -> dict[str, str] | None:
    if caller is None and not phone:
        return None
    return {"name": caller.name if caller else "", "phone": show(phone) if phone else ""}


def log_query(customer: Customer, caller: Contact | None, phone: str) -> dict[str, str]:
    """What the log form is told of the call."""
    asked = {"customer": customer.code, "contact": caller.code if caller else "", "phone": phone}
    return {name: value for name, value in asked.items() if value}


def notices(customer: Customer, at: datetime) -> list[Notice]:
    """What the desk must know before it speaks."""
    found = []
    if customer.note:
        found.append(Notice(customer.note, "info"))
    if customer.is_prospect:
        found.append(
            Notice(
                _("No customer yet: ask for the company, and join it when it is one we know."),
                "info",
            )
        )
    until = customer.tier_override_until
    if until and 0 <= (until - localdate(at)).days <= EXPIRES_SOON_DAYS:
        found.append(Notice(_("The tier set by hand ends on %(day)s.") % {"day": day(until)}))
    return found


def facts(customer: Customer) -> list[dict[str, Any]]:
    return [
        {"label": _("Customer number"), "text": customer.code},
        {"label": _("Industry"), "text": customer.industry},
        {"label": _("Place"), "text": customer.place, "sub": customer.address},
        {
            "label": _("Telephone"),
            "text": customer.phone_shown,
            "url": f"tel:{customer.phone}" if customer.phone else "",
        },
        {
            "label": _("E-mail"),
            "text": customer.email,
            "url": f"mailto:{customer.email}" if customer.email else "",
        },
        linked(_("Account manager"), customer.account_manager),
        linked(_("Supplied by"), customer.supplier),
        linked(_("Parent company"), customer.parent),
        {"label": _("Entered"), "text": day(customer.created_at.date())},
    ]


def linked(label: str, record: Any) -> dict[str, Any]:
    """A fact that opens another record."""
    if record is None:
        return {"label": label, "text": ""}
    return {"label": label, "text": record.name, "url": record.get_absolute_url()}


def contacts(customer: Customer, caller: Contact | None) -> list[dict[str, Any]]:
    """The people at the customer, who calls first."""
    places = customer.affiliations.select_related("contact").prefetch_related("contact__phones")
    rows = [contact_row(place, caller) for place in places[:CONTACTS_SHOWN]]
    return sorted(rows, key=lambda row: not row["is_caller"])


def contact_row(place: Affiliation, caller: Contact | None) -> dict[str, Any]:
    contact = place.contact
    return {
        "name": contact.name,
        "url": contact.get_absolute_url(),
        "code": contact.code,
        "position": place.position,
        "email": contact.email,
        "channel": contact.get_preferred_channel_display(),
        "language": contact.get_language_display(),
        "phones": [{"number": each.number, "text": str(each)} for each in contact.phones.all()],
        "is_caller": caller is not None and contact.pk == caller.pk,
    }


def relatives(rows: list[Relative]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.customer.name,
            "url": each.customer.get_absolute_url(),
            "tier": each.customer.tier,
            "depth": each.depth,
            "is_direct": each.depth == 1,
        }
        for each in rows
    ]


def tier_words(customer: Customer, today: date, *, may_see_value: bool) -> dict[str, Any]:
    """The tier with its reason in a line, and the derivation; amounts only for who may see them."""
    if not may_see_value:
        return {"line": "", "judgement": None}
    judgement = queries.tier_on(customer, today)
    first, last = window(today)
    return {
        "line": judgement.reason.replace(".00", ""),
        "first": day(first),
        "last": day(last),
        "purchases": amount(judgement.purchases),
        "thresholds": [threshold(tier, judgement) for tier in judgement.ladder],
        "by_hand": customer.tier_override_id is not None,
        "until": day(customer.tier_override_until),
        "is_stale": judgement.tier.pk != customer.tier_id,
        "changes": [
            {
                "at": change.changed_at,
                "before": change.before.name if change.before else "–",
                "after": change.after.name,
                "purchases": amount(change.purchases),
                "reason": queries.reason_in_words(change.reason),
            }
            for change in customer.tier_changes.select_related("before", "after")[:20]
        ],
    }


def threshold(tier: Tier, judgement: TierJudgement) -> dict[str, Any]:
    return {
        "name": tier.name,
        "code": tier.code,
        "amount": amount(tier.purchases_from),
        "is_reached": judgement.purchases >= tier.purchases_from,
        "is_held": tier.pk == judgement.tier.pk,
    }


def bought(customer: Customer) -> dict[str, Any]:
    """The newest purchases, the sums by year, and the whole lifetime."""
    years = queries.purchases_by_year(customer)
    return {
        "purchases": [
            {
                "document": each.document_no,
                "on": day(each.bought_on),
                "kind": each.get_kind_display(),
                "amount": amount(each.amount, each.currency),
            }
            for each in customer.purchases.all()[:PURCHASES_SHOWN]
        ],
        "kinds": [kind.label for kind in PurchaseKind],
        "years": [
            {
                "year": row["year"],
                "amounts": [amount(value) for value in row["amounts"]],
                "total": amount(row["total"]),
            }
            for row in years
        ],
        "lifetime": amount(sum((row["total"] for row in years), start=ZERO)) if years else "",
    }
