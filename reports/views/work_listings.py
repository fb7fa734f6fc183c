"""The lists of rows behind figures of work: hand-overs, hours, parts, plans, records, stock."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crmservice.web.lists import Cell, Column, Listing
from crmservice.web.text import day, label_of, moment, span
from employees.explaining import complete_words, in_time_words, missing_words
from employees.models import JudgedRecord
from employees.situations import field_words, situation_words
from reports.views.listings import (
    REQUEST_COLUMNS,
    charged_cell,
    link_to,
    listing,
    survey_cell,
)

Title = str | Promise


def backlog(title: Title) -> Listing:
    age = Column("age", _("Age"), lambda r: span(r.age), numeric=True)
    return listing(title, "opened", *REQUEST_COLUMNS, age)


def handovers(title: Title) -> Listing:
    return listing(
        title,
        "-asked",
        Column("request", _("Request"), lambda h: link_to(h.service_request)),
        Column("department", _("Department"), lambda h: label_of(h, "department")),
        Column("question", _("Question"), lambda h: h.question[:120]),
        Column(
            "asked",
            pgettext_lazy("moment", "Asked"),
            lambda h: moment(h.asked_at),
            order="asked_at",
        ),
        Column("due", _("Due"), lambda h: moment(h.due_at), order="due_at"),
        Column("answered", _("Answered"), lambda h: moment(h.answered_at) or "–"),
    )


def scores(title: Title) -> Listing:
    return listing(
        title,
        "dimension",
        Column(
            "dimension", _("Dimension"), lambda s: s.dimension.name, order="dimension__position"
        ),
        Column("score", _("Score"), lambda s: str(s.score), order="score", numeric=True),
        Column("request", _("Request"), lambda s: survey_cell(s.survey)),
        Column("answered", _("Answered"), lambda s: moment(s.survey.answered_at)),
        Column("comment", _("Comment"), lambda s: s.survey.comment[:120]),
        url=lambda s: s.survey.get_absolute_url(),
    )


def hours(title: Title) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda e: day(e.worked_on), order="worked_on"),
        Column("person", _("Employee"), lambda e: e.employee.name),
        Column("kind", _("Kind"), lambda e: label_of(e, "kind")),
        Column("task", _("Task"), lambda e: link_to(e.task)),
        Column("request", _("Request"), lambda e: link_to(e.task.service_request)),
        Column("hours", _("Hours"), lambda e: f"{e.hours:.2f}", numeric=True),
        url=lambda e: e.task.get_absolute_url(),
    )


def used(title: Title) -> Listing:
    return listing(
        title,
        "-day",
        Column("day", _("Day"), lambda p: day(p.done_on), order="done_on"),
        Column("part", _("Part"), lambda p: Cell(p.part.name, sub=p.part.part_no)),
        Column("order", _("Order"), lambda p: link_to(p.order)),
        Column("request", _("Request"), lambda p: link_to(p.order.service_request)),
        Column("charged", _("Charged to"), charged_cell),
        Column("quantity", _("Quantity"), lambda p: f"{p.quantity.normalize():f}", numeric=True),
    )


def turns(title: Title) -> Listing:
    return listing(
        title,
        "due",
        Column(
            "plan",
            pgettext_lazy("maintenance", "Plan"),
            lambda t: Cell(t.plan.title, sub=label_of(t.plan, "kind")),
        ),
        Column("customer", _("Customer"), lambda t: customer_of(t.plan.asset)),
        *of_due(),
        url=lambda t: t.plan.get_absolute_url(),
    )


def customer_of(record: Any) -> str:
    return record.customer.name if record and record.customer else "–"


def of_due() -> tuple[Column, ...]:
    return (
        Column("due", _("Due"), lambda t: day(t.due_on), order="due_on"),
        Column("latest", _("Not after"), lambda t: day(t.latest_on)),
        Column("done", _("Done"), lambda t: day(t.done_on) or "–"),
        Column("status", _("Status"), lambda t: Cell(label_of(t, "status"), badge=t.status)),
    )


def touches(title: Title) -> Listing:
    return listing(
        title,
        "due",
        Column("kind", _("Care"), lambda t: Cell(label_of(t, "kind"), sub=t.plan.title)),
        Column("customer", _("Customer"), customer_of),
        Column("owner", _("Owner"), lambda t: t.owner.name if t.owner else "–"),
        *of_due(),
    )


def articles(title: Title) -> Listing:
    return listing(
        title,
        "-published",
        Column("number", _("Number"), link_to, order="number"),
        Column("title", _("Title"), lambda a: a.title),
        Column("author", _("Author"), lambda a: a.author.name if a.author else "–"),
        Column("published", _("Published"), lambda a: moment(a.published_at), order="published_at"),
    )


def omissions(title: Title) -> Listing:
    return listing(
        title,
        "-happened",
        Column("record", _("Record"), lambda o: Cell(o.subject_name, url=o.url)),
        Column("field", _("Field"), lambda o: field_words(o.situation, o.field)),
        Column("owner", _("Whose record"), lambda o: o.owner.name),
        Column("happened", _("Happened"), lambda o: moment(o.happened_at), order="happened_at"),
        Column("due", _("To be entered by"), lambda o: moment(o.due_at), order="due_at"),
        Column("filled", _("Entered"), lambda o: moment(o.filled_at) or "–"),
    )


def judged_records(title: Title) -> Listing:
    return listing(
        title,
        "-happened",
        Column("record", _("Record"), judged_cell),
        Column("owner", _("Whose record"), lambda r: r.owner.name),
        Column("happened", _("Happened"), lambda r: moment(r.happened_at), order="happened_at"),
        Column("time", _("Timeliness"), lambda r: Cell(in_time_words(r))),
        Column(
            "fields",
            _("Completeness"),
            lambda r: Cell(complete_words(r), sub=missing_words(r)),
        ),
        Column(
            "accuracy",
            _("Accuracy"),
            lambda r: str(_("found fault with") if r.faulty else _("nothing to correct")),
        ),
    )


def judged_cell(record: JudgedRecord) -> Cell:
    words = situation_words(record.situation)
    return Cell(record.subject_name, url=record.get_absolute_url(), sub=words)


def levels(title: Title) -> Listing:
    return listing(
        title,
        "part",
        Column(
            "part", _("Part"), lambda x: Cell(x.part.name, sub=x.part.part_no),
            order="part__part_no",
        ),
        Column("place", _("Place"), lambda x: x.location.name),
        Column("on_hand", _("On hand"), lambda x: f"{x.on_hand:,}", numeric=True),
        Column("available", _("Available"), lambda x: f"{x.available:,}", numeric=True),
        Column(
            "reorder", _("Reorder point"), numeric=True,
            cell=lambda x: "–" if x.reorder_point is None else f"{x.reorder_point:,}",
        ),
    )  # fmt: skip


def moves(title: Title) -> Listing:
    return listing(
        title,
        "-at",
        Column("at", _("When"), lambda m: moment(m.at), order="at"),
        Column("part", _("Part"), lambda m: Cell(m.part.name, sub=m.part.part_no)),
        Column("place", _("Place"), lambda m: m.location.name),
        Column("about", _("For"), lambda m: Cell(m.about_name or "–", url=m.about_url)),
        Column("used", pgettext_lazy("parts", "Used"), lambda m: f"{m.used:,}", numeric=True),
        url=lambda m: m.about_url or reverse("orders:stock_of_part", args=[m.part.part_no]),
    )


def replenishments(title: Title) -> Listing:
    return listing(
        title,
        "expected",
        Column("part", _("Part"), lambda r: Cell(r.part.name, sub=r.part.part_no)),
        Column("place", _("Place"), lambda r: r.location.name),
        Column("quantity", _("Quantity"), lambda r: f"{r.quantity:,}", numeric=True),
        Column("received", _("Received"), lambda r: f"{r.received:,}", numeric=True),
        Column("expected", _("Expected on"), lambda r: day(r.expected_on), order="expected_on"),
        Column("closed", _("Arrived"), lambda r: moment(r.closed_at) or "–"),
    )


def people(title: Title) -> Listing:
    return listing(
        title,
        "number",
        Column("number", _("Number"), lambda e: e.employee_no, order="employee_no"),
        Column("name", _("Name"), lambda e: Cell(e.name, url=e.get_absolute_url())),
        Column("role", _("Role"), lambda e: label_of(e, "role")),
        Column("outlet", _("Outlet"), lambda e: e.outlet.name if e.outlet else "–"),
    )


def devices(title: Title) -> Listing:
    return listing(
        title,
        "serial",
        Column(
            "serial", _("Serial number"), order="serial_no",
            cell=lambda a: Cell(a.serial_no, url=a.get_absolute_url()),
        ),
        Column("model", _("Model"), lambda a: a.kind_name),
        Column("customer", _("Customer"), customer_of),
        Column("installed", _("Installed"), lambda a: day(a.installed_on), order="installed_on"),
    )  # fmt: skip
