"""The lists of rows behind figures of money: contracts, offers, signals, purchases, outlays."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crmservice.web.lists import Cell, Column, Listing
from crmservice.web.text import amount, day, label_of, moment
from reports.views.listings import CENT, charged_cell, link_to, listing

Title = str | Promise


def contracts(title: Title) -> Listing:
    return listing(
        title,
        "ends",
        Column("number", _("Number"), link_to, order="number"),
        Column("customer", _("Customer"), lambda c: c.customer.name),
        Column("type", _("Type"), lambda c: c.type.name),
        Column("starts", _("From"), lambda c: day(c.starts_on), order="starts_on"),
        Column("ends", _("Until"), lambda c: day(c.ends_on), order="ends_on"),
        Column("status", _("Status"), lambda c: Cell(label_of(c, "status"), badge=c.status)),
        Column("value", _("Value"), lambda c: amount(c.value, c.currency), numeric=True),
    )


def offers(title: Title) -> Listing:
    return listing(
        title,
        "-decided",
        Column("order", _("Offer"), lambda q: Cell(str(q), url=q.get_absolute_url()), order="pk"),
        Column("customer", _("Customer"), lambda q: q.order.customer.name),
        Column("status", _("Status"), lambda q: Cell(label_of(q, "status"), badge=q.status)),
        Column("decided", _("Decided"), lambda q: moment(q.decided_at), order="decided_at"),
        Column("net", _("Offered"), lambda q: amount(q.net), numeric=True),
        Column("accepted", _("Accepted"), lambda q: amount(q.accepted) or "–", numeric=True),
    )


def signals(title: Title) -> Listing:
    return listing(
        title,
        "-raised",
        Column(
            "text", _("Signal"), lambda s: Cell(s.title, url=s.get_absolute_url(), sub=s.source)
        ),
        Column("customer", _("Customer"), lambda s: s.customer.name),
        Column("by", _("Noticed by"), lambda s: s.raised_by.name),
        Column("raised", _("Noticed"), lambda s: moment(s.raised_at), order="raised_at"),
        Column("status", _("Status"), lambda s: Cell(label_of(s, "status"), badge=s.status)),
        Column("amount", _("Amount won"), lambda s: amount(s.amount) or "–", numeric=True),
    )


def purchases(title: Title) -> Listing:
    return listing(
        title,
        "-day",
        Column("number", _("Document"), lambda p: p.document_no, order="document_no"),
        Column(
            "customer", _("Customer"),
            lambda p: Cell(p.customer.name, url=p.customer.get_absolute_url()),
        ),
        Column("kind", _("Kind"), lambda p: label_of(p, "kind")),
        Column("day", _("Day"), lambda p: day(p.bought_on), order="bought_on"),
        Column("amount", _("Amount"), lambda p: amount(p.amount, p.currency), numeric=True),
        url=lambda p: p.customer.get_absolute_url(),
    )  # fmt: skip


def tier_moves(title: Title) -> Listing:
    return listing(
        title,
        "-changed",
        Column("customer", _("Customer"), lambda c: c.customer.name),
        Column("before", _("Before"), lambda c: c.before.name),
        Column("after", _("After"), lambda c: c.after.name),
        Column("changed", _("When"), lambda c: moment(c.changed_at), order="changed_at"),
        Column("purchases", _("Purchases"), lambda c: amount(c.purchases), numeric=True),
        url=lambda c: c.customer.get_absolute_url(),
    )


def billed(title: Title) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda x: day(x.done_on), order="done_on"),
        Column("text", _("Line"), lambda x: Cell(x.text, sub=label_of(x, "kind"))),
        Column("order", _("Order"), lambda x: link_to(x.order)),
        Column("charged", _("Charged to"), charged_cell),
        Column("amount", _("Amount"), lambda x: amount(x.amount), numeric=True),
    )


def claimed(title: Title) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda e: day(e.spent_on), order="spent_on"),
        Column("claim", _("Expense claim"), lambda e: link_to(e.claim)),
        Column("claimant", _("Claimant"), lambda e: e.claim.claimant.name),
        Column("category", _("Category"), lambda e: Cell(label_of(e, "category"), sub=e.text)),
        Column(
            "status", _("Status"),
            lambda e: Cell(label_of(e.claim, "status"), badge=e.claim.status),
        ),
        Column("amount", _("Amount"), lambda e: amount(e.cents * CENT), numeric=True),
        url=lambda e: e.claim.get_absolute_url(),
    )  # fmt: skip


def budgets(title: Title) -> Listing:
    return listing(
        title,
        "month",
        Column("outlet", _("Outlet"), lambda b: b.outlet.name),
        Column("month", _("Month"), lambda b: f"{b.month:%Y-%m}", order="month"),
        Column("amount", _("Budget"), lambda b: amount(b.amount), numeric=True),
    )


def trends(title: Title) -> Listing:
    return listing(
        title,
        "customer",
        Column(
            "customer",
            _("Customer"),
            lambda t: Cell(t.customer.name, url=t.customer.get_absolute_url()),
            order="customer__name",
        ),
        Column("trend", _("Trend"), lambda t: Cell(label_of(t, "trend"), badge=t.trend)),
        Column("month", _("Judged on"), lambda t: day(t.month)),
        Column("recent", _("Last months"), lambda t: amount(t.recent), numeric=True),
        Column("before", _("Months before"), lambda t: amount(t.before), numeric=True),
        url=lambda t: t.customer.get_absolute_url(),
    )


def recoveries(title: Title) -> Listing:
    return listing(
        title,
        "-opened",
        Column("number", _("Number"), link_to, order="number"),
        Column("customer", _("Customer"), lambda c: c.customer.name),
        Column("trend", _("Trend"), lambda c: Cell(label_of(c, "trend"), badge=c.trend)),
        Column("owner", _("Owner"), lambda c: c.owner.name if c.owner else "–"),
        Column("opened", _("Opened"), lambda c: moment(c.opened_at), order="opened_at"),
        Column("due", _("Due"), lambda c: day(c.due_on), order="due_on"),
        Column("outcome", _("Outcome"), lambda c: label_of(c, "outcome") or "–"),
    )


def customers(title: Title) -> Listing:
    return listing(
        title,
        "name",
        Column(
            "name",
            _("Customer"),
            lambda c: Cell(c.name, url=c.get_absolute_url()),
            order="name",
        ),
        Column("tier", _("Tier"), lambda c: c.tier.name if c.tier else "–"),
        Column("then", _("Mean before"), lambda c: f"{c.then:.2f}", numeric=True),
        Column("now", _("Mean"), lambda c: f"{c.now:.2f}", numeric=True),
    )
