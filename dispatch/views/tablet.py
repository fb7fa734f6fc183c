"""The tablet at the machine: the engineer's own jobs, one tap a step, the sign-off on one page.

Each page shows only the engineer's own tasks; another's is not found. Prices are not shown, only
whether the customer is charged.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm, new_key
from crmservice.web.http import StaffRequest
from crmservice.web.text import moment
from dispatch import actions, policies, queries
from dispatch.choices import CARRIED_OUT, Status
from dispatch.forms import (
    CompleteForm,
    DraftForm,
    NotSolvedForm,
    PartForm,
    ReasonForm,
    SignOffForm,
    StepForm,
    shown_first,
)
from dispatch.models import Task, WorkReport
from dispatch.views.desk import BESIDE, path, slot
from employees.models import Employee

Verb = Callable[..., Task]


@require_safe
@allowed("dispatch.carry_out")
def my_day(request: StaffRequest) -> HttpResponse:
    """Today and the next seven days."""
    days = queries.days_ahead(request.user, at=now())
    shown = [(day.on, day.is_today, [card(task) for task in day.tasks]) for day in days]
    waiting = sum(task.status == Status.ASSIGNED for day in days for task in day.tasks)
    return render(request, "dispatch/my_day.html", {"days": shown, "waiting": waiting})


def card(task: Task) -> dict[str, Any]:
    """A job as the list shows it."""
    return {
        "url": reverse("dispatch:job", args=[task.number]),
        "number": task.number,
        "time": hours_of(task),
        "title": task.title,
        "status": task.status,
        "status_label": task.get_status_display(),
        "kind": task.kind,
        "kind_label": task.get_kind_display(),
        "customer": task.customer.name if task.customer else "",
        "place": address(task),
        "asset": f"{task.asset.kind_name} · {task.asset.serial_no}" if task.asset else "",
    }


def hours_of(task: Task) -> str:
    if task.planned_start is None:
        return _("no time yet")
    first = f"{localtime(task.planned_start):%H:%M}"
    return f"{first} – {localtime(task.planned_end):%H:%M}" if task.planned_end else first


def address(task: Task) -> str:
    if task.site:
        return task.site.address
    return (task.customer.address or task.customer.place) if task.customer else ""


def find(request: HttpRequest, number: str) -> Task:
    """One's own task; another's does not exist here."""
    own = Task.objects.of(request.user).select_related(*BESIDE)  # type: ignore[arg-type]
    return get_object_or_404(own, number=number)


@require_safe
@allowed("dispatch.carry_out")
def job(request: StaffRequest, number: str) -> HttpResponse:
    return render_job(request, find(request, number), StepForm())


def render_job(
    request: StaffRequest, task: Task, form: DeskForm, *, status: int = 200
) -> HttpResponse:
    """The work order, with what was refused if something was."""
    report = getattr(task, "work_report", None)
    words = {
        "task": task,
        "slot": slot(task),
        "form": form if isinstance(form, StepForm) else StepForm(),
        "refused": form,
        "fresh_key": new_key,  # called by each of the page's forms
        "step": step_of(task, request.user),
        "path": path(task),
        "may": may(task, request.user),
        "call": telephone(task),
        "place": address(task),
        "map_url": map_url(task),
        "preparation": queries.preparation(task, request.user, at=now()),
        "parts": list(task.parts_used.select_related("part", "order_line")),
        "hours": list(task.time_entries.all()) if task.status in CARRIED_OUT else [],
        "report": report if task.status in CARRIED_OUT else None,
        "follow_ups": list(task.follow_ups.all()[:3]) if task.status == Status.NOT_SOLVED else [],
    }
    return render(request, "dispatch/job.html", words, status=status)


def may(task: Task, user: Employee) -> dict[str, bool]:
    service_request = task.service_request
    waits = service_request is not None and service_request.is_open
    is_down = waits and service_request is not None and service_request.restored_at is None
    return {
        "refuse": policies.may_refuse(user, task),
        "report": policies.may_report(user, task),
        "finish": policies.may_finish(user, task),
        "restore": is_down and policies.may_report(user, task),
    }


def step_of(task: Task, user: Employee) -> dict[str, str] | None:
    """The one primary action, at the thumb."""
    if not policies.may_carry_out(user, task):
        return None
    first = (
        ("travel", _("Set out"), "car")
        if task.is_at_the_customer
        else ("start", _("Start the work"), "tool")
    )
    verb, label, symbol = {
        Status.ASSIGNED: ("accept", _("Accept"), "check"),
        Status.ACCEPTED: first,
        Status.TRAVELLING: ("arrive", _("I have arrived"), "map-pin"),
        Status.ON_SITE: ("start", _("Start the work"), "tool"),
        Status.WORKING: ("complete", _("Finish"), "checks"),
    }[Status(task.status)]
    return {
        "verb": verb,
        "label": label,
        "symbol": symbol,
        "url": reverse(f"dispatch:{verb}", args=[task.number]),
    }


def telephone(task: Task) -> dict[str, str] | None:
    """Whom to call about this job, with one tap."""
    service_request = task.service_request
    if service_request is not None and service_request.caller_phone:
        return {
            "name": service_request.caller_name or _("the caller"),
            "number": service_request.caller_phone,
        }
    contact = service_request.contact if service_request else None
    phone = contact.phones.first() if contact else None
    if contact is not None and phone is not None:
        return {"name": contact.name, "number": phone.number}
    if task.customer is not None and task.customer.phone:
        return {"name": task.customer.name, "number": task.customer.phone}
    return None


def spoken_to(task: Task) -> str:
    """Who is probably there to sign."""
    service_request = task.service_request
    if service_request is None:
        return ""
    contact = service_request.contact
    return service_request.caller_name or (contact.name if contact else "")


def map_url(task: Task) -> str:
    """What the device's map application opens; empty where there is no place to go to."""
    if not task.is_at_the_customer:
        return ""
    place = queries.place_of(task)
    where = quote(address(task))
    if place is not None:
        return (
            f"geo:{place.latitude},{place.longitude}?q={place.latitude},{place.longitude}({where})"
        )
    return f"geo:0,0?q={where}" if where else ""


def take(request: StaffRequest, number: str, action: Verb, said: str) -> HttpResponse:
    """One step by one tap; what is refused is said on the page of the job."""
    task, form = find(request, number), StepForm(request.POST)
    outcome = attempt(
        request,
        form,
        action,
        task,
        happened_at=lambda: form.cleaned_data["happened_at"],
        by=request.user,
        at=now(),
    )
    if outcome:
        messages.success(request, said)
        return redirect("dispatch:job", number=number)
    return render_job(request, find(request, number), form, status=422)


@allowed("dispatch.carry_out")
@require_POST
def accept(request: StaffRequest, number: str) -> HttpResponse:
    return take(request, number, actions.accept, _("Accepted. The desk knows that you come."))


@allowed("dispatch.carry_out")
@require_POST
def travel(request: StaffRequest, number: str) -> HttpResponse:
    return take(request, number, actions.travel, _("On the way since %(time)s.") % this_minute())


@allowed("dispatch.carry_out")
@require_POST
def arrive(request: StaffRequest, number: str) -> HttpResponse:
    return take(request, number, actions.arrive, _("Arrived at %(time)s.") % this_minute())


@allowed("dispatch.carry_out")
@require_POST
def start(request: StaffRequest, number: str) -> HttpResponse:
    return take(request, number, actions.start, _("At work since %(time)s.") % this_minute())


@allowed("dispatch.carry_out")
@require_POST
def restore(request: StaffRequest, number: str) -> HttpResponse:
    return take(
        request, number, actions.restore, _("Working again since %(time)s.") % this_minute()
    )


def this_minute() -> dict[str, str]:
    return {"time": f"{localtime(now()):%H:%M}"}


@allowed("dispatch.carry_out")
def refuse(request: StaffRequest, number: str) -> HttpResponse:
    task = find_mine_or_given_back(request, number)
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.refuse,
            task,
            reason=lambda: form.cleaned_data["reason"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s went back to the desk.") % {"number": number})
            return redirect("dispatch:my_day")
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/refuse.html", {"form": form, "task": task}, status=status)


def find_mine_or_given_back(request: StaffRequest, number: str) -> Task:
    """The second tap of a refusal comes when the task is nobody's any more; `attempt` then knows
    its key.
    """
    visible = Task.objects.visible_to(request.user)
    if request.method == "POST":
        given_back = visible.filter(assignee=None, number=number).first()
        if given_back is not None:
            return given_back
    return find(request, number)


@require_safe
@allowed("dispatch.carry_out")
def find_parts(request: StaffRequest, number: str) -> HttpResponse:
    """Parts while typing, each to be used with one tap; a fragment of the job."""
    task, typed = find(request, number), choosing.typed(request)
    found = queries.find_parts(task, typed) if typed else []
    words = {"task": task, "found": found, "typed": typed, "fresh_key": new_key}
    return render(request, "dispatch/_found_parts.html", words)


@allowed("dispatch.carry_out")
@require_POST
def add_part(request: StaffRequest, number: str) -> HttpResponse:
    task, form = find(request, number), PartForm(request.POST)
    outcome = attempt(
        request,
        form,
        actions.add_part,
        task,
        part=lambda: form.cleaned_data["part"],
        quantity=lambda: form.cleaned_data["quantity"],
        serial_no=lambda: form.cleaned_data["serial_no"],
        by=request.user,
        at=now(),
    )
    if outcome:
        return redirect(f"{reverse('dispatch:job', args=[number])}#parts")
    return render_job(request, find(request, number), form, status=422)


@allowed("dispatch.carry_out")
@require_POST
def remove_part(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    task, form = find(request, number), DeskForm(request.POST)
    part_use = task.parts_used.select_related("part").filter(pk=pk).first()
    if part_use is not None:  # else an earlier tap has taken it off
        outcome = attempt(
            request, form, actions.remove_part, task, part_use=part_use, by=request.user, at=now()
        )
        if not outcome:
            return render_job(request, find(request, number), form, status=422)
    return redirect(f"{reverse('dispatch:job', args=[number])}#parts")


@allowed("dispatch.carry_out")
@require_POST
def save_draft(request: StaffRequest, number: str) -> HttpResponse:
    """Keep what is typed; the page says when it was kept."""
    task, form = find(request, number), DraftForm(request.POST)
    form.is_valid()
    keeper = DeskForm({})
    outcome = attempt(
        request, keeper, actions.save_draft, task, form.readable, by=request.user, at=now()
    )
    words = {"kept_at": moment(now()) if outcome else "", "errors": keeper.non_field_errors()}
    return render(request, "dispatch/_kept.html", words)


@allowed("dispatch.carry_out")
def complete(request: StaffRequest, number: str) -> HttpResponse:
    return sign_off(request, number, CompleteForm, actions.complete, _("Finished. Thank you."))


@allowed("dispatch.carry_out")
def not_solved(request: StaffRequest, number: str) -> HttpResponse:
    return sign_off(
        request,
        number,
        NotSolvedForm,
        actions.not_solved,
        _("Kept. The desk is told what is still to do."),
    )


def sign_off(
    request: StaffRequest, number: str, kind: type[SignOffForm], action: Verb, said: str
) -> HttpResponse:
    """The page of the end: everything at once, prefilled from the stamps and the draft."""
    task, at = find(request, number), now()
    form = kind(request.POST or None, task=task, initial=kind.USUAL | first_values(task, at))
    if request.method == "POST":
        outcome = attempt(
            request, form, action, task, sign_off=lambda: form.sign_off, by=request.user, at=at
        )
        if outcome:
            messages.success(request, said)
            return redirect("dispatch:job", number=number)
    words = {
        "task": task,
        "form": form,
        "is_solved": kind is CompleteForm,
        "parts": list(task.parts_used.select_related("part")),
        "cover": queries.cover_of(task)[1],
        "may_finish": policies.may_finish(request.user, task),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/sign_off.html", words, status=status)


def first_values(task: Task, at: datetime) -> dict[str, Any]:
    """Hours from the stamps, the draft's texts over them."""
    draft = WorkReport.objects.filter(task=task).values().first()
    return {
        "travel_hours": queries.hours_between(task.travelling_at, task.arrived_at) or None,
        "labour_hours": queries.hours_between(task.working_at, at),
        "fault_code": task.service_request.fault_code_id if task.service_request else None,
        "cause": task.service_request.cause if task.service_request else "",
        "signed_by": spoken_to(task),
        **shown_first(draft or {}),
    }
