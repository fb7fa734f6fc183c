"""The lists of rows that stand behind the figures, one per noun."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crmservice.web.lists import Cell, Column, Listing
from crmservice.web.text import amount, day, hours, label_of, moment, precise, span
from orders.models import OrderLine
from service_requests.models import ServiceRequest, SlaTimer, Survey

TEMPLATE = "reports/rows.html"
NONE = _("There is none.")
CENT = Decimal("0.01")


def link_to(record: Any) -> Cell:
    """A record by its number; a dash where there is none."""
    return Cell(record.number, url=record.get_absolute_url()) if record else Cell("–")


def customer_cell(service_request: ServiceRequest) -> Cell:
    return Cell(service_request.customer.name, sub=service_request.tier.name)


def state_of(clock: SlaTimer) -> Cell:
    return Cell(str(clock.state.label), badge=clock.state)


def promised(clock: SlaTimer) -> str:
    """The promise in words: so many working hours, or the next business day."""
    if clock.next_business_day:
        return str(_("next business day"))
    return hours(timedelta(minutes=clock.minutes or 0))


def listing(title: str | Promise, order: str, *columns: Column, **more: Any) -> Listing:
    return Listing(
        template=TEMPLATE,
        title=title,
        columns=columns,
        default_order=order,
        empty_text=NONE,
        **more,
    )


REQUEST_COLUMNS = (
    Column("number", _("Number"), link_to, order="number"),
    Column("subject", _("Subject"), lambda r: Cell(r.subject, sub=label_of(r, "kind"))),
    Column("customer", _("Customer"), customer_cell),
    Column("status", _("Status"), lambda r: Cell(label_of(r, "status"), badge=r.status)),
    Column("owner", _("Owner"), lambda r: r.owner.name if r.owner else "–"),
    Column("opened", _("Opened"), lambda r: moment(r.opened_at), order="opened_at"),
)


COST = Column("cost", _("Cost"), lambda row: amount(row.cents * CENT), numeric=True)


def open_requests(title: str | Promise) -> Listing:
    """What is promised next comes first."""
    due = Column("due", _("Due"), lambda r: precise(r.next_due_at) or "–", order="queue_at")
    return listing(title, "due", *REQUEST_COLUMNS, due)


def opened_requests(title: str | Promise) -> Listing:
    return listing(title, "-opened", *REQUEST_COLUMNS)


def resolved_requests(title: str | Promise) -> Listing:
    return listing(
        title,
        "-resolved",
        *REQUEST_COLUMNS,
        Column("resolved", _("Resolved"), lambda r: moment(r.resolved_at), order="resolved_at"),
        Column("took", _("Throughput time"), lambda r: span(r.took), numeric=True),
        Column("ring", _("Ring"), lambda r: str(r.highest_ring), numeric=True),
    )


def clocks(title: str | Promise) -> Listing:
    return listing(
        title,
        "-started",
        Column("number", _("Number"), lambda c: link_to(c.service_request)),
        Column("subject", _("Subject"), lambda c: c.service_request.subject),
        Column("customer", _("Customer"), lambda c: customer_cell(c.service_request)),
        Column("target", _("Promise"), lambda c: Cell(label_of(c, "target"), sub=promised(c))),
        Column("started", _("Start"), lambda c: precise(c.started_at), order="started_at"),
        Column("due", _("Due"), lambda c: precise(c.due_at) or "–"),
        Column("met", _("Met"), lambda c: precise(c.stopped_at) if c.is_met else "–"),
        Column(
            "late",
            _("Late by"),
            lambda c: Cell(
                hours(c.late_by) if c.late_by else "–", hint=str(_("Working time of the promise"))
            ),
            numeric=True,
        ),
        Column("state", _("Status"), state_of),
        url=lambda c: c.service_request.get_absolute_url(),
    )


def answered_surveys(title: str | Promise) -> Listing:
    return surveys(
        title,
        "-answered",
        Column("answered", _("Answered"), lambda s: moment(s.answered_at), order="answered_at"),
    )


def sent_surveys(title: str | Promise) -> Listing:
    """By the moment of sending: many have no answer, and an order by key has no place for them."""
    return surveys(
        title, "-sent", Column("answered", _("Answered"), lambda s: moment(s.answered_at) or "–")
    )


def surveys(title: str | Promise, order: str, answered: Column) -> Listing:
    return listing(
        title,
        order,
        Column("number", _("Number"), survey_cell),
        Column("customer", _("Customer"), asked_cell),
        Column("sent", _("Sent"), lambda s: moment(s.sent_at), order="sent_at"),
        answered,
        Column(
            "nps",
            _("Would recommend"),
            lambda s: "–" if s.nps is None else str(s.nps),
            numeric=True,
        ),
        Column("scores", _("Scores"), scores_cell),
        Column("comment", _("Comment"), lambda s: s.comment[:200]),
        url=lambda s: s.get_absolute_url(),
    )


def survey_cell(survey: Survey) -> Cell:
    """Its request, or the quarter of whose sample it is."""
    request = survey.service_request
    return Cell(request.number if request else str(survey.round), url=survey.get_absolute_url())


def asked_cell(survey: Survey) -> Cell:
    if survey.service_request:
        return customer_cell(survey.service_request)
    customer = survey.asked_customer
    return Cell(customer.name, sub=customer.tier.name)


def scores_cell(survey: Survey) -> str:
    """Each dimension's score, in their order."""
    scores = survey.scores.all()
    return " · ".join(f"{score.dimension.name} {score.score}" for score in scores) or "–"


def tasks(title: str | Promise) -> Listing:
    return listing(
        title,
        "start",
        Column("number", _("Number"), link_to, order="number"),
        Column("title", _("Task"), lambda t: Cell(t.title, sub=label_of(t, "kind"))),
        Column("customer", _("Customer"), lambda t: t.customer.name if t.customer else "–"),
        Column("request", _("Request"), lambda t: link_to(t.service_request)),
        Column("engineer", _("Engineer"), lambda t: t.assignee.name if t.assignee else "–"),
        Column("start", _("Start"), lambda t: moment(t.listed_at), order="listed_at"),
        Column("status", _("Status"), lambda t: Cell(label_of(t, "status"), badge=t.status)),
    )


def claims(title: str | Promise) -> Listing:
    return listing(
        title,
        "claimed",
        Column("number", _("Number"), link_to, order="number"),
        Column("claimant", _("Claimant"), lambda c: c.claimant.name),
        Column("amount", _("Amount"), lambda c: amount(c.amount, c.currency), numeric=True),
        Column("claimed", _("Claimed"), lambda c: moment(c.created_at), order="created_at"),
        Column("submitted", _("Submitted"), lambda c: moment(c.submitted_at)),
    )


def orders(title: str | Promise) -> Listing:
    return listing(
        title,
        "-ordered",
        Column("number", _("Number"), link_to, order="number"),
        Column("customer", _("Customer"), lambda o: o.customer.name),
        Column("request", _("Request"), lambda o: link_to(o.service_request)),
        Column("author", _("Author"), lambda o: o.author.name if o.author else "–"),
        Column("net", _("Amount"), lambda o: amount(o.net, o.currency), numeric=True),
        Column("ordered", _("Ordered"), lambda o: moment(o.ordered_at), order="ordered_at"),
    )


def labour(title: str | Promise) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda e: day(e.worked_on), order="worked_on"),
        Column("person", _("Employee"), lambda e: e.employee.name),
        Column("kind", _("Kind"), lambda e: label_of(e, "kind")),
        Column("task", _("Task"), lambda e: link_to(e.task)),
        Column("request", _("Request"), lambda e: link_to(e.task.service_request)),
        Column("hours", _("Hours"), lambda e: f"{e.hours:.2f}", numeric=True),
        Column("rate", _("Per hour"), lambda e: amount(e.rate), numeric=True),
        COST,
        url=lambda e: e.task.get_absolute_url(),
    )


def parts(title: str | Promise) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda p: day(p.done_on), order="done_on"),
        Column("part", _("Part"), lambda p: Cell(p.part.name, sub=p.part.part_no)),
        Column("order", _("Order"), lambda p: link_to(p.order)),
        Column("request", _("Request"), lambda p: link_to(p.order.service_request)),
        Column("charged", _("Charged to"), charged_cell),
        Column("quantity", _("Quantity"), lambda p: f"{p.quantity.normalize():f}", numeric=True),
        COST,
    )


def charged_cell(line: OrderLine) -> Cell:
    return Cell(label_of(line, "charged_to"), badge=line.charged_to)


def expenses(title: str | Promise) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda e: day(e.spent_on), order="spent_on"),
        Column("claim", _("Expense claim"), lambda e: link_to(e.claim)),
        Column("claimant", _("Claimant"), lambda e: e.claim.claimant.name),
        Column("category", _("Category"), lambda e: Cell(label_of(e, "category"), sub=e.text)),
        Column("request", _("Request"), lambda e: link_to(e.service_request)),
        COST,
        url=lambda e: e.claim.get_absolute_url(),
    )
