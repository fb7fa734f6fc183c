"""What tasks do when something happens below them, and what they show on the pages there."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet, Sum
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from assets import signals as assets
from assets.models import Asset, MaintenancePlan, Occurrence
from contracts import queries as contract_queries
from contracts import signals as contracts
from contracts.models import ServiceContract
from contracts.renewal_price import Figure
from crmservice.addresses import address
from crmservice.attachments import showing
from crmservice.attachments.models import Attachment
from crmservice.web.panels import Panel, Step, of_record
from crmservice.web.text import day, in_both, label_of, moment
from crmservice.written import Given, ask, written
from customers import signals as customers
from customers.models import CareTouch, Customer
from dispatch import actions, policies, queries, signals
from dispatch.choices import AT_THE_CUSTOMER, CARRIED_OUT, UNDER_WAY, Status
from dispatch.models import (
    Acceptance,
    DepotRepair,
    EngineerWish,
    PartUse,
    Task,
    TaskQuerySet,
    TimeEntry,
    WorkReport,
)
from employees import policies as employee_policies
from employees import signals as employees
from employees.models import Absence, Employee
from orders import signals as orders
from orders.models import Order, ReturnCase, ReturnLine, StockDifference, StockMove
from service_requests import policies as request_policies
from service_requests import signals as service_requests
from service_requests.models import ServiceRequest

SHOWN = 8
ROW = ("number", "title", "kind", "status", "planned_start", "assignee__name")
FILES = 72  # the panel's place
STOCK, GOODS = 71, 73
NOT_YET_THERE = (Status.PLANNED, Status.ASSIGNED, Status.ACCEPTED, Status.TRAVELLING)


@receiver(service_requests.service_request_cancelled)
def cancel_planned_tasks(
    service_request: ServiceRequest, by: Employee | None, at: datetime, **_kwargs: object
) -> None:
    """Nobody sets out for what is no longer wanted; who is on site already finishes there."""
    tasks = queries.unfinished_of(service_request).filter(status__in=NOT_YET_THERE)
    for task in tasks.order_by("pk"):
        why = _("%(number)s was cancelled.") % {"number": service_request.number}
        actions.cancel(task, reason=why, by=by, at=at)


@receiver(employees.absence_noted)
def free_the_absent(absence: Absence, by: Employee, at: datetime, **_kwargs: object) -> None:
    """Who is not there goes nowhere: the desk finds somebody else."""
    actions.free_for_absence(absence, by=by, at=at)


@receiver(assets.occurrence_given_up)
def take_back_maintenance(
    occurrence: Occurrence, by: Employee | None, at: datetime, **_kwargs: object
) -> None:
    """Nobody sets out for maintenance that is left out or done along with another."""
    why = in_both(lambda: given_up_in_words(occurrence))
    actions.take_back(Task.objects.filter(occurrence=occurrence), reason=why, by=by, at=at)


def given_up_in_words(occurrence: Occurrence) -> str:
    covering = occurrence.covered_by
    if covering is None:
        return _("“%(title)s” is left out this time.") % {"title": occurrence.plan.title}
    said = {"title": covering.plan.title, "on": day(covering.due_on)}
    return _("“%(title)s” of %(on)s does it as well.") % said


@receiver(customers.touch_settled)
def take_back_touch(touch: CareTouch, by: Employee | None, at: datetime, **_kwargs: object) -> None:
    """Nobody calls or visits once more what was done or left out by whoever owes it."""
    said = {"title": touch.plan.title}
    why = in_both(lambda: _("“%(title)s” is done or left out by whoever owed it.") % said)
    actions.take_back(Task.objects.filter(touch=touch), reason=why, by=by, at=at)


@receiver(service_requests.closing_checks)
def unfinished_tasks(service_request: ServiceRequest, **_kwargs: object) -> list[str]:
    """A request is not closed while somebody is still to do something about it."""
    tasks = queries.unfinished_of(service_request).order_by("pk")[:SHOWN]
    return [
        _("%(number)s is not finished (%(status)s).")
        % {"number": task.number, "status": task.get_status_display()}
        for task in tasks
    ]


@receiver(service_requests.closing_checks)
def unanswered_disagreements(service_request: ServiceRequest, **_kwargs: object) -> list[str]:
    """A request is not closed while the customer waits for our answer about the work."""
    waiting = Acceptance.objects.filter(
        task__service_request=service_request, disagreed_at__isnull=False, answered_at=None
    )
    return [
        _("The customer does not agree with the acceptance form of %(number)s: answer first.")
        % {"number": acceptance.task.number}
        for acceptance in waiting.select_related("task").order_by("task")[:SHOWN]
    ]


@receiver(service_requests.resolution_reported)
def last_report(service_request: ServiceRequest, **_kwargs: object) -> str:
    """What the engineer found and did on the latest visit that is done."""
    reports = WorkReport.objects.filter(
        task__service_request=service_request, task__status=Status.DONE
    )
    latest = reports.order_by("-task__finished_at", "-task").values_list("result", flat=True)
    return latest.first() or ""


@receiver(customers.customers_joined)
def move_tasks(joined: Customer, kept: Customer, **_kwargs: object) -> dict[str, list[int]]:
    return {
        "dispatch.task.customer": actions.move_customer(joined, kept),
        "dispatch.engineerwish.customer": actions.move_wishes(joined, kept),
        "dispatch.depotrepair.customer": actions.move_goods(joined, kept),
    }


@receiver(service_requests.requests_merged)
def work_follows(
    origin: ServiceRequest,
    target: ServiceRequest,
    only: Mapping[str, list[int]] | None,
    by: Employee,
    at: datetime,
    **_kwargs: object,
) -> dict[str, list[int]]:
    tasks = actions.follow_request(origin, target, only, by=by, at=at)
    return tasks | actions.goods_follow_request(origin, target, only)


@receiver(service_requests.next_steps, sender=ServiceRequest)
def work_comes_first(subject: ServiceRequest, user: Employee, **_kwargs: object) -> Step | None:
    """Who has the work does it; who has the request sees to it that somebody does."""
    tasks: list[Task] = written(unfinished_shown).rows(request=subject.pk)
    mine = [task for task in tasks if policies.may_carry_out(user, task)]
    if mine:
        url = reverse("dispatch:job", args=[mine[0].number])
        text = _("%(number)s is your task.") % {"number": mine[0].number}
        return Step(text, _("Open the work order"), url, "device-tablet", due=mine[0].planned_start)
    if not request_policies.may_work(user, subject):
        return None
    if tasks:
        return step_of(tasks, user)
    return visit_step(subject, user)


def unfinished_shown() -> QuerySet[Task]:
    unfinished = Task.objects.unfinished().filter(service_request=Given("request"))
    return unfinished.select_related("assignee").only(*ROW).order_by("listed_at")


def step_of(tasks: list[Task], user: Employee) -> Step:
    """What nobody has yet is given away first; else one waits for the work that is under way."""
    task = next((task for task in tasks if task.assignee is None), tasks[0])
    words = {"number": task.number, "engineer": task.assignee}
    if task.assignee is None and policies.may_assign(user, task):
        url = reverse("dispatch:assign", args=[task.number])
        text = _("Nobody has %(number)s yet.") % words
        return Step(text, _("Assign"), url, "user-check", due=task.planned_start)
    if task.status == Status.ASSIGNED:
        text = _("%(engineer)s has %(number)s and has not accepted it yet.")
    elif task.status in UNDER_WAY:
        text = _("%(engineer)s is at work on %(number)s.")
    elif task.status == Status.TRAVELLING:
        text = _("%(engineer)s is on the way with %(number)s.")
    elif task.status == Status.ACCEPTED:
        text = _("%(engineer)s has accepted %(number)s.")
    else:
        text = _("Nobody has %(number)s yet.")
    due = None if task.status in UNDER_WAY else task.planned_start
    return Step(
        text % words, _("Look at the task"), task.get_absolute_url(), "calendar-event", due=due
    )


def visit_step(service_request: ServiceRequest, user: Employee) -> Step | None:
    """Somebody is promised to come, nobody has come, and no task says who will."""
    is_due = service_request.is_open and service_request.visit_promised
    if not is_due or service_request.arrived_at is not None:
        return None
    if Task.objects.filter(service_request=service_request, status__in=CARRIED_OUT).exists():
        return None
    text = _("A visit is promised and no task is planned for it.")
    if not user.may("dispatch.plan"):
        return Step(text)
    return Step(text, _("Plan a task"), plan_url(service_request), "calendar")


def plan_url(service_request: ServiceRequest) -> str:
    return f"{address('dispatch:plan')}?request={service_request.number}"


@receiver(service_requests.detail_panels, sender=ServiceRequest)
def tasks_of_request(subject: ServiceRequest, user: Employee, **_kwargs: object) -> Panel | None:
    add_url = ""
    if subject.is_open and user.may("dispatch.plan"):
        add_url = plan_url(subject)
    return panel_of(
        user, f"request={subject.number}", latest_by("service_request"), subject, add_url
    )


@receiver(customers.later_panels, sender=Customer)
def tasks_of_customer(subject: Customer, user: Employee, **_kwargs: object) -> Panel | None:
    add_url = ""
    if user.may("dispatch.plan"):
        add_url = f"{address('dispatch:plan')}?customer={subject.pk}"
    return panel_of(user, f"customer={subject.code}", latest_by("customer"), subject, add_url)


@receiver(customers.later_panels, sender=Customer)
def wishes_of_customer(subject: Customer, user: Employee, **_kwargs: object) -> Panel | None:
    """Whom the customer wants to come, for those who plan."""
    if not user.may("dispatch.plan"):
        return None
    wishes = list(EngineerWish.objects.filter(customer=subject).select_related("engineer")[:SHOWN])
    context = {
        "customer": subject,
        "wishes": [
            (wish, label_of(wish, "kind"), employee_policies.may_see(user, wish.engineer))
            for wish in wishes
        ],
    }
    return Panel(order=72, template="dispatch/_wishes_panel.html", context=context, column="side")


@receiver(assets.later_panels, sender=Asset)
def tasks_of_asset(subject: Asset, user: Employee, **_kwargs: object) -> Panel | None:
    return panel_of(user, f"asset={subject.serial_no}", latest_by("asset"), subject)


@receiver(assets.plan_panels, sender=MaintenancePlan)
def tasks_of_plan(subject: MaintenancePlan, user: Employee, **_kwargs: object) -> Panel | None:
    owed = Occurrence.objects.open().filter(plan=subject).order_by("due_on", "pk")
    return panel_of(
        user, "", latest_by("occurrence__plan"), subject, again_url("plan_turn", owed, user)
    )


@receiver(customers.touch_panels, sender=CareTouch)
def tasks_of_touch(subject: CareTouch, user: Employee, **_kwargs: object) -> Panel | None:
    owed = CareTouch.objects.open().filter(pk=subject.pk)
    return panel_of(user, "", latest_by("touch"), subject, again_url("plan_touch", owed, user))


def again_url(name: str, owed: QuerySet[Any], user: Employee) -> str:
    """Where a task is made of the first that is owed and has none; empty without such."""
    if not user.may("dispatch.plan"):
        return ""
    living = Task.objects.exclude(status__in=(Status.CANCELLED, Status.NOT_SOLVED))
    relation = "occurrence" if name == "plan_turn" else "touch"
    with_task = living.filter(**{f"{relation}__in": owed}).values(relation)
    first = owed.exclude(pk__in=with_task).values_list("pk", flat=True).first()
    return reverse(f"dispatch:{name}", args=[first]) if first else ""


@receiver(contracts.later_panels, sender=ServiceContract)
def tasks_of_contract(subject: ServiceContract, user: Employee, **_kwargs: object) -> Panel | None:
    return panel_of(user, f"contract={subject.number}", latest_by("contract"), subject)


@receiver(signals.detail_panels, sender=Task)
def beyond_the_allowance(subject: Task, user: Employee, **_asked: object) -> Panel | None:
    return contract_queries.beyond_panel(subject.number, subject.contract, user)


@receiver(contracts.service_asked, sender=ServiceContract)
def visits_in_period(
    contract: ServiceContract, user: Employee, first: date, end: date, **_asked: object
) -> list[Figure]:
    """How many visits were made under a contract in a period, and the hours of its tasks."""
    visible = Task.objects.visible_to(user).filter(contract=contract)
    entries = TimeEntry.objects.filter(task__in=visible, worked_on__gte=first, worked_on__lt=end)
    visits = entries.filter(task__kind__in=AT_THE_CUSTOMER).values("task").distinct().count()
    hours = entries.aggregate(hours=Sum("hours"))["hours"] or 0
    url = f"{reverse('dispatch:index')}?{urlencode({'contract': contract.number})}"
    return [
        Figure(20, _("Visits carried out"), str(visits), url),
        Figure(30, _("Hours of work and travel"), f"{hours:.2f}", url),
    ]


@receiver(orders.detail_panels, sender=Order)
def tasks_of_order(subject: Order, user: Employee, **_kwargs: object) -> Panel | None:
    query = f"request={subject.service_request.number}" if subject.service_request else ""
    return panel_of(user, query, latest_of_order, subject)


@receiver(orders.return_to_repair)
def take_in_what_came_back(line: ReturnLine, by: Employee, at: datetime, **_kwargs: object) -> None:
    """Each piece of a return that is to be repaired is goods in the depot."""
    case = line.case
    for serial in line.received_serials:
        known = Asset.objects.filter(serial_no=serial, customer=case.customer_id)
        actions.take_in_goods(
            serial_no=serial,
            asset=known.first(),
            customer=case.customer,
            service_request=case.service_request,
            return_line=line,
            condition=line.finding_note or str(line.get_finding_display()),
            by=by,
            at=at,
        )


@receiver(orders.return_panels, sender=ReturnCase)
def goods_of_return(subject: ReturnCase, user: Employee, **_kwargs: object) -> Panel | None:
    """Where its pieces stand that are being repaired."""
    if not user.may("depot.view"):
        return None
    goods = DepotRepair.objects.visible_to(user).filter(return_line__case=subject)
    return of_record(
        goods.order_by("pk"),
        order=GOODS,
        title=_("Goods in the depot"),
        symbol="building-warehouse",
        heads=(_("Number"), _("Serial number"), _("Stage")),
        cells=lambda each: [
            {"text": each.number, "url": each.get_absolute_url()},
            {"text": each.serial_no},
            {"text": label_of(each, "stage"), "badge": each.stage},
        ],
        url=reverse("dispatch:depot_list"),
    )


@receiver(employees.detail_panels, sender=Employee)
def tasks_of_employee(subject: Employee, user: Employee, **_kwargs: object) -> Panel | None:
    return panel_of(user, f"engineer={subject.pk}", latest_by("assignee"), subject)


@receiver(employees.detail_panels, sender=Employee)
def own_calendar(subject: Employee, user: Employee, **_kwargs: object) -> Panel | None:
    """On one's own page only."""
    if subject.pk != user.pk or not user.may("dispatch.carry_out"):
        return None
    return Panel(order=71, template="dispatch/_calendar_panel.html", column="side")


Latest = Callable[[TaskQuerySet], QuerySet[Task]]


def panel_of(
    user: Employee, query: str, latest: Latest, record: Model, add_url: str = ""
) -> Panel | None:
    """The latest tasks of a record as a table, one query; nothing for who may not see tasks."""
    if not user.may("dispatch.view"):
        return None
    found = ask(latest, Task.objects.visible_to(user), record=record.pk)
    if not found and not add_url:
        return None
    context = {
        "heads": heads(),
        "rows": [row(task) for task in found[:SHOWN]],
        "url": f"{address('dispatch:index')}?{query}" if query else "",
        "has_more": len(found) > SHOWN,
        "add_url": add_url,
    }
    return Panel(order=70, template="dispatch/_tasks_panel.html", context=context)


@cache
def latest_by(path: str) -> Latest:
    """Of the record to which `path` leads from a task."""
    return lambda visible: latest(visible.filter(**{path: Given("record")}))


def latest_of_order(visible: TaskQuerySet) -> QuerySet[Task]:
    """Those whose time and parts stand on its lines."""
    lines = {"order_line__order": Given("record")}
    times, parts = TimeEntry.objects.filter(**lines), PartUse.objects.filter(**lines)
    worked = times.order_by().values("task").union(parts.order_by().values("task"))
    return latest(visible.filter(pk__in=worked))


def latest(tasks: QuerySet[Task]) -> QuerySet[Task]:
    shown = tasks.select_related("assignee").only(*ROW)
    return shown.order_by("-listed_at", "-pk")[: SHOWN + 1]


def heads() -> list[dict[str, Any]]:
    labels = (_("Number"), _("Task"), _("Engineer"), _("Start"), _("Status"))
    return [
        {"label": label, "numeric": False, "wide_only": at == 0, "sort_url": "", "direction": ""}
        for at, label in enumerate(labels)
    ]


def row(task: Task) -> dict[str, Any]:
    return {
        "url": task.get_absolute_url(),
        "tone": "",
        "cells": [
            {"text": task.number, "url": task.get_absolute_url(), "wide_only": True},
            {"text": task.title, "url": task.get_absolute_url(), "sub": label_of(task, "kind")},
            {"text": task.assignee.name if task.assignee else _("nobody yet")},
            {"text": moment(task.planned_start) or "–"},
            {"text": label_of(task, "status"), "badge": task.status},
        ],
    }


@receiver(signals.detail_panels, sender=Task)
def files_of_task(subject: Task, user: Employee, **_kwargs: object) -> Panel | None:
    def remove_url(file: Attachment) -> str:
        return reverse("dispatch:detach", args=[subject.number, file.pk]) if may_attach else ""

    may_attach = policies.may_attach(user, subject)
    add_url = reverse("dispatch:attach", args=[subject.number]) if may_attach else ""
    files = Attachment.objects.of(subject)
    return showing.panel_of(files, order=FILES, add_url=add_url, remove_url=remove_url)


@receiver(service_requests.later_panels, sender=ServiceRequest)
def files_of_request(subject: ServiceRequest, user: Employee, **_kwargs: object) -> Panel | None:
    """Its own and those of its visits, in one."""

    def remove_url(file: Attachment) -> str:
        is_own = file.subject_type == subject._meta.label_lower
        if not may_work or not is_own:
            return ""
        return reverse("service_requests:detach", args=[subject.number, file.pk])

    may_work = request_policies.may_work(user, subject) and not subject.merged_into_id
    add_url = reverse("service_requests:attach", args=[subject.number]) if may_work else ""
    files = queries.files_of(subject, user)
    return showing.panel_of(files, order=FILES, add_url=add_url, remove_url=remove_url)


@receiver(service_requests.later_panels, sender=ServiceRequest)
def goods_of_request(subject: ServiceRequest, user: Employee, **_kwargs: object) -> Panel | None:
    """What the customer sent in, and the way to say that something comes."""
    add_url = ""
    if subject.is_open and user.may("depot.work"):
        add_url = reverse("dispatch:expect", args=[subject.number])
    return goods_panel(user, {"service_request": subject}, add_url)


@receiver(assets.later_panels, sender=Asset)
def goods_of_asset(subject: Asset, user: Employee, **_kwargs: object) -> Panel | None:
    return goods_panel(user, {"asset": subject})


@receiver(signals.later_panels, sender=Task)
def goods_of_task(subject: Task, user: Employee, **_kwargs: object) -> Panel | None:
    return goods_panel(user, {"task": subject})


def goods_panel(user: Employee, where: dict[str, Any], add_url: str = "") -> Panel | None:
    """The latest goods of a record in the depot; nothing for who may not see the depot."""
    if not user.may("depot.view"):
        return None
    found = list(DepotRepair.objects.visible_to(user).filter(**where)[:SHOWN])
    if not found and not add_url:
        return None
    rows = [(each, label_of(each, "stage")) for each in found]
    context = {"repairs": rows, "add_url": add_url}
    return Panel(order=71, template="dispatch/_goods_panel.html", context=context, column="side")


@receiver(service_requests.service_request_cover_refused, sender=ServiceRequest)
def visits_are_charged(
    service_request: ServiceRequest, by: Employee, at: datetime, **_said: object
) -> None:
    actions.give_back_all(service_request, by=by, at=at)


@receiver(signals.later_panels, sender=Task)
def stock_of_task(subject: Task, user: Employee, **_kwargs: object) -> Panel | None:
    """Where the parts of a finished visit came from, and what the books did not hold."""
    if subject.status not in CARRIED_OUT or not user.may("stock.view"):
        return None
    uses = list(subject.parts_used.select_related("part"))
    moves = list(StockMove.objects.of(subject).filter(on_hand__lt=0).select_related("location"))
    differences = list(StockDifference.objects.of(subject).open())
    if not uses or not (moves or differences):
        return None
    may_undo = policies.may_undo_parts(user, subject)
    rows = []
    for use in uses:
        places = {move.location.name for move in moves if move.part_id == use.part_id}
        short = next((each for each in differences if each.part_id == use.part_id), None)
        undo = may_undo and not (use.serial_no or use.removed_serial_no)
        undo_url = reverse("dispatch:undo_part", args=[subject.number, use.pk]) if undo else ""
        part_url = reverse("orders:stock_of_part", args=[use.part.part_no])
        rows.append(
            {
                "cells": [
                    {"text": use.part.part_no, "sub": use.part.name, "url": part_url},
                    {"text": str(use.quantity), "numeric": True},
                    {"text": ", ".join(sorted(places)) or "–"},
                    {
                        "text": _("%(count)s not in the books") % {"count": short.quantity}
                        if short
                        else "",
                        "url": short.get_absolute_url() if short else "",
                    },
                    {"text": _("Not used after all") if undo_url else "", "url": undo_url},
                ]
            }
        )
    labels = (_("Part"), _("Quantity"), _("Taken from"), _("Difference"), "")
    context = {
        "title": _("Parts and stock"),
        "symbol": "packages",
        "heads": [{"label": label, "numeric": at == 1} for at, label in enumerate(labels)],
        "rows": rows,
        "count": "",
        "url": "",
    }
    return Panel(STOCK, "components/of_record.html", context)
