"""What tasks do when something happens below them, and what they show on the pages there."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from assets import signals as assets
from assets.models import Asset
from contracts import signals as contracts
from contracts.models import ServiceContract
from crmservice.web.panels import Panel, Step
from crmservice.web.text import label_of, moment
from customers import signals as customers
from customers.models import Customer
from dispatch import actions, policies, queries
from dispatch.choices import CARRIED_OUT, UNDER_WAY, Status
from dispatch.models import PartUse, Task, TimeEntry, WorkReport
from employees import signals as employees
from employees.models import Employee
from orders import signals as orders
from orders.models import Order
from service_requests import policies as request_policies
from service_requests import signals as service_requests
from service_requests.models import ServiceRequest

SHOWN = 8
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


@receiver(service_requests.closing_checks)
def unfinished_tasks(service_request: ServiceRequest, **_kwargs: object) -> list[str]:
    """A request is not closed while somebody is still to do something about it."""
    tasks = queries.unfinished_of(service_request).order_by("pk")[:SHOWN]
    return [
        _("%(number)s is not finished (%(status)s).")
        % {"number": task.number, "status": task.get_status_display()}
        for task in tasks
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
    return {"tasks": actions.move_customer(joined, kept)}


@receiver(service_requests.next_steps, sender=ServiceRequest)
def work_comes_first(subject: ServiceRequest, user: Employee, **_kwargs: object) -> Step | None:
    """Who has the work does it; who has the request sees to it that somebody does."""
    tasks = list(queries.unfinished_of(subject).select_related("assignee").order_by("listed_at"))
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
    return f"{reverse('dispatch:plan')}?request={service_request.number}"


@receiver(service_requests.detail_panels, sender=ServiceRequest)
def tasks_of_request(subject: ServiceRequest, user: Employee, **_kwargs: object) -> Panel | None:
    add_url = ""
    if subject.is_open and user.may("dispatch.plan"):
        add_url = plan_url(subject)
    return panel_of(user, f"request={subject.number}", {"service_request": subject}, add_url)


@receiver(customers.detail_panels, sender=Customer)
def tasks_of_customer(subject: Customer, user: Employee, **_kwargs: object) -> Panel | None:
    add_url = ""
    if user.may("dispatch.plan"):
        add_url = f"{reverse('dispatch:plan')}?customer={subject.pk}"
    return panel_of(user, f"customer={subject.code}", {"customer": subject}, add_url)


@receiver(assets.detail_panels, sender=Asset)
def tasks_of_asset(subject: Asset, user: Employee, **_kwargs: object) -> Panel | None:
    return panel_of(user, f"asset={subject.serial_no}", {"asset": subject})


@receiver(contracts.detail_panels, sender=ServiceContract)
def tasks_of_contract(subject: ServiceContract, user: Employee, **_kwargs: object) -> Panel | None:
    return panel_of(user, f"contract={subject.number}", {"contract": subject})


@receiver(orders.detail_panels, sender=Order)
def tasks_of_order(subject: Order, user: Employee, **_kwargs: object) -> Panel | None:
    """Those whose time and parts stand on its lines."""
    lines = {"order_line__order": subject}
    times, parts = TimeEntry.objects.filter(**lines), PartUse.objects.filter(**lines)
    worked = [*times.values_list("task", flat=True), *parts.values_list("task", flat=True)]
    query = f"request={subject.service_request.number}" if subject.service_request else ""
    return panel_of(user, query, {"pk__in": worked})


@receiver(employees.detail_panels, sender=Employee)
def tasks_of_employee(subject: Employee, user: Employee, **_kwargs: object) -> Panel | None:
    return panel_of(user, f"engineer={subject.pk}", {"assignee": subject})


@receiver(employees.detail_panels, sender=Employee)
def own_calendar(subject: Employee, user: Employee, **_kwargs: object) -> Panel | None:
    """On one's own page only."""
    if subject.pk != user.pk or not user.may("dispatch.carry_out"):
        return None
    return Panel(order=71, template="dispatch/_calendar_panel.html", column="side")


def panel_of(user: Employee, query: str, where: dict[str, Any], add_url: str = "") -> Panel | None:
    """The latest tasks of a record as a table, one query; nothing for who may not see tasks."""
    if not user.may("dispatch.view"):
        return None
    tasks: QuerySet[Task] = Task.objects.visible_to(user).filter(**where)
    found = list(
        tasks.select_related("assignee", "customer").order_by("-listed_at", "-pk")[: SHOWN + 1]
    )
    if not found and not add_url:
        return None
    context = {
        "heads": heads(),
        "rows": [row(task) for task in found[:SHOWN]],
        "url": f"{reverse('dispatch:index')}?{query}" if query else "",
        "has_more": len(found) > SHOWN,
        "add_url": add_url,
    }
    return Panel(order=70, template="dispatch/_tasks_panel.html", context=context)


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
