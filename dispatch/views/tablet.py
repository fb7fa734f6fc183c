"""The tablet at the machine: the engineer's own jobs, one tap a step, the sign-off on one page.

Each page shows only the engineer's own tasks; another's is not found. Prices are not shown, only
whether the customer is charged. What a tablet keeps comes packed: it has 30 kB a screen (U-26), and
Django pads what it packs, so that its length tells nothing.
"""

import json
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
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm, new_key
from crmservice.web.http import StaffRequest
from crmservice.web.panels import collect
from crmservice.web.text import moment
from dispatch import actions, policies, queries, signals
from dispatch.choices import CARRIED_OUT, RECORD, UNDER_WAY, Status, TimeKind
from dispatch.forms.board import OwnTimeForm
from dispatch.forms.signing import CompleteForm, NotSolvedForm, SignOffForm
from dispatch.forms.verbs import ReasonForm
from dispatch.forms.working import (
    DraftForm,
    HelpForm,
    NextVisitForm,
    NoticedForm,
    PartForm,
    StepForm,
    shown_first,
)
from dispatch.models import Task, WorkReport
from dispatch.views.desk import BESIDE, checklist, path, slot
from employees.explaining import judgement_words
from employees.models import Employee
from employees.situations import field_words

Verb = Callable[..., Task]


@require_safe
@allowed("dispatch.carry_out")
@gzip_page
def my_day(request: StaffRequest) -> HttpResponse:
    """Today and the next seven days."""
    days = queries.days_ahead(request.user, at=now())
    shown = [
        (day.on, day.is_today, [card(task, request.user) for task in day.tasks]) for day in days
    ]
    own = [task for day in days for task in day.tasks if task.assignee_id == request.user.pk]
    waiting = sum(task.status == Status.ASSIGNED for task in own)
    words = {"days": shown, "waiting": waiting, "statuses": Status.choices}
    return render(request, "dispatch/my_day.html", words)


def card(task: Task, user: Employee) -> dict[str, Any]:
    """A job as the list shows it."""
    return {
        "url": reverse("dispatch:job", args=[task.number]),
        "number": task.number,
        "time": hours_of(task),
        "title": task.title,
        "along_with": along_with(task, user),
        "status": task.status,
        "status_label": task.get_status_display(),
        "kind": task.kind,
        "kind_label": task.get_kind_display(),
        "customer": task.customer.name if task.customer else "",
        "place": address(task),
        "asset": f"{task.asset.kind_name} · {task.asset.serial_no}" if task.asset else "",
    }


def along_with(task: Task, user: Employee) -> str:
    """Who answers for the task, when it is not the reader."""
    if task.assignee_id == user.pk:
        return ""
    return _("with %(engineer)s") % {"engineer": task.assignee or _("nobody yet")}


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
    """One's own task, or one where one goes along; another's does not exist here."""
    own = Task.objects.involving([request.user])  # type: ignore[list-item]
    own = own.select_related(*BESIDE).prefetch_related("crew")
    return get_object_or_404(own, number=number)


@require_safe
@allowed("dispatch.carry_out")
@gzip_page
def job(request: StaffRequest, number: str) -> HttpResponse:
    return render_job(request, find(request, number), StepForm())


def render_job(
    request: StaffRequest, task: Task, form: DeskForm, *, status: int = 200
) -> HttpResponse:
    """The work order, with what was refused if something was."""
    report = getattr(task, "work_report", None)
    related = queries.related_tasks(task, request.user)
    words = {
        "task": task,
        "slot": slot(task),
        "people": queries.people_of(task) if task.crew.all() else [],
        "along_with": along_with(task, request.user),
        "comes_after": related.unfinished if task.status not in UNDER_WAY else None,
        "own_time": own_time(task, form, request.user),
        "form": form if isinstance(form, StepForm) else StepForm(),
        "refused": form,
        "fresh_key": new_key,  # called by each of the page's forms
        "steps": steps_of(task, request.user),
        "help_form": form if isinstance(form, HelpForm) else HelpForm(),
        "noticed_form": form if isinstance(form, NoticedForm) else NoticedForm(),
        "next_visit": queries.next_visit_of(task) if related.follow_ups else None,
        "next_visit_form": form if isinstance(form, NextVisitForm) else NextVisitForm(),
        "panels": collect(signals.tablet_panels, task, user=request.user, at=now()),
        "work": work_of(task),
        "path": path(task),
        "may": may(task, request.user),
        "call": telephone(task),
        "place": address(task),
        "map_url": map_url(task),
        "preparation": queries.preparation(task, request.user, at=now()),
        "repeated": queries.visit_before(task, request.user),
        "parts": list(task.parts_used.select_related("part", "order_line", "used_by")),
        "checklist": checklist(task, form),
        "hours": list(task.time_entries.all()) if task.status in CARRIED_OUT else [],
        "report": report if task.status in CARRIED_OUT else None,
        "judgement": judgement_words(RECORD, task.pk, request.user)
        if task.status in CARRIED_OUT
        else None,
        "follow_ups": related.follow_ups[:3] if task.status == Status.NOT_SOLVED else [],
    }
    return render(request, "dispatch/job.html", words, status=status)


def own_time(task: Task, form: DeskForm, user: Employee) -> dict[str, Any] | None:
    """What one who goes along has booked, and the form for more."""
    if not policies.may_book_own_time(user, task):
        return None
    first = {"starts_at": task.working_at and localtime(task.working_at), "kind": TimeKind.LABOUR}
    return {
        "form": form if isinstance(form, OwnTimeForm) else OwnTimeForm(initial=first),
        "entries": [entry for entry in task.time_entries.all() if entry.employee_id == user.pk],
    }


def may(task: Task, user: Employee) -> dict[str, bool]:
    service_request = task.service_request
    waits = service_request is not None and service_request.is_open
    is_down = waits and service_request is not None and service_request.restored_at is None
    return {
        "carry_out": policies.may_carry_out(user, task),
        "take_part": policies.may_take_part(user, task),
        "refuse": policies.may_refuse(user, task),
        "report": policies.may_report(user, task),
        "finish": policies.may_finish(user, task),
        "is_down": is_down and policies.may_carry_out(user, task),
    }


def steps_of(task: Task, user: Employee) -> list[dict[str, Any]]:
    """The primary action at the thumb: the one of now, and those that follow it, which a tablet
    without network comes to by itself.
    """
    if not policies.may_carry_out(user, task):
        return []
    on_the_road = (
        (Status.ACCEPTED, Status.TRAVELLING, "travel", _("Set out"), "car"),
        (Status.TRAVELLING, Status.ON_SITE, "arrive", _("I have arrived"), "map-pin"),
        (Status.ON_SITE, Status.WORKING, "start", _("Start the work"), "tool"),
    )
    at_hand = ((Status.ACCEPTED, Status.WORKING, "start", _("Start the work"), "tool"),)
    steps = (
        (Status.ASSIGNED, Status.ACCEPTED, "accept", _("Accept"), "check"),
        *(on_the_road if task.is_at_the_customer else at_hand),
        (Status.WORKING, Status.DONE, "complete", _("Finish"), "checks"),
    )
    begun = [step[0] for step in steps].index(Status(task.status))
    return [
        {
            "when": f"{when} {queries.PAUSED}" if when == Status.WORKING else when,
            "becomes": becomes,
            "verb": verb,
            "label": label,
            "symbol": symbol,
            "url": reverse(f"dispatch:{verb}", args=[task.number]),
            "is_now": when == task.status,
        }
        for when, becomes, verb, label, symbol in steps[begun:]
    ]


def work_of(task: Task) -> dict[str, Any]:
    """What the tablet's scripts know the task by (templates/dispatch/_work.html)."""
    report = getattr(task, "work_report", None)
    drafted = {name: report.drafted(name) for name in DraftForm.base_fields} if report else {}
    return {
        "number": task.number,
        "status": queries.PAUSED if task.pauses.filter(ends_at=None).exists() else task.status,
        "made_at": int(now().timestamp() * 1000),
        "report": json.dumps({name: as_typed(value) for name, value in drafted.items()}),
        "statuses": Status.choices,
    }


def as_typed(value: Any) -> str:
    return "" if value is None else str(value)


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


@allowed("dispatch.carry_out")
@require_POST
def pause(request: StaffRequest, number: str) -> HttpResponse:
    return take(request, number, actions.pause, _("Paused since %(time)s.") % this_minute())


@allowed("dispatch.carry_out")
@require_POST
def carry_on(request: StaffRequest, number: str) -> HttpResponse:
    return take(request, number, actions.carry_on, _("At work since %(time)s.") % this_minute())


@allowed("dispatch.carry_out")
@require_POST
def ask_for_help(request: StaffRequest, number: str) -> HttpResponse:
    task, form = find(request, number), HelpForm(request.POST)
    outcome = attempt(
        request,
        form,
        actions.ask_for_help,
        task,
        question=lambda: form.cleaned_data["question"],
        by=request.user,
        at=now(),
    )
    if outcome:
        messages.success(request, _("Your question is on its way."))
        return redirect("dispatch:job", number=number)
    return render_job(request, find(request, number), form, status=422)


@allowed("dispatch.carry_out")
@require_POST
def notice_business(request: StaffRequest, number: str) -> HttpResponse:
    task, form = find(request, number), NoticedForm(request.POST)
    outcome = attempt(
        request,
        form,
        actions.notice_business,
        task,
        text=lambda: form.cleaned_data["text"],
        by=request.user,
        at=now(),
    )
    if outcome:
        messages.success(request, _("Sales is told. You will hear what becomes of it."))
        return redirect("dispatch:job", number=number)
    return render_job(request, find(request, number), form, status=422)


@allowed("dispatch.carry_out")
@require_POST
def ask_for_next_visit(request: StaffRequest, number: str) -> HttpResponse:
    task, form = find(request, number), NextVisitForm(request.POST)
    outcome = attempt(
        request,
        form,
        actions.ask_for_next_visit,
        task,
        wish=lambda: form.wish,
        by=request.user,
        at=now(),
    )
    if outcome:
        messages.success(request, _("The desk is told that a next visit is needed."))
        return redirect("dispatch:job", number=number)
    return render_job(request, find(request, number), form, status=422)


def this_minute() -> dict[str, str]:
    return {"time": f"{localtime(now()):%H:%M}"}


@allowed("dispatch.carry_out")
@gzip_page
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
    words = {
        "form": form,
        "task": task,
        "work": work_of(task),
        "may_refuse": policies.may_refuse(request.user, task),
    }
    return render(request, "dispatch/refuse.html", words, status=status)


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
        removed_serial_no=lambda: form.cleaned_data["removed_serial_no"],
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
    return render(request, "dispatch/_kept.html", {**words, "record": record_words(task)})


def record_words(task: Task) -> dict[str, Any]:
    """How complete the record is, and which fields it still calls for."""
    known = queries.completeness_of(task)
    missing = [field_words(RECORD, field) for field in known.missing]
    return {"percent": known.percent, "missing": ", ".join(missing), "count": len(missing)}


@allowed("dispatch.carry_out")
@gzip_page
def complete(request: StaffRequest, number: str) -> HttpResponse:
    return sign_off(request, number, CompleteForm, actions.complete, _("Finished. Thank you."))


@allowed("dispatch.carry_out")
@gzip_page
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
        "work": work_of(task),
        "drafts": " ".join(DraftForm.base_fields),
        "record": record_words(task),
        "model_code": task.asset.model_code if task.asset else "",
        "may_read": request.user.may("knowledge.view"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/sign_off.html", words, status=status)


def first_values(task: Task, at: datetime) -> dict[str, Any]:
    """Hours from the stamps, the draft's texts over them."""
    draft = WorkReport.objects.filter(task=task).values().first()
    return {
        "travel_hours": queries.hours_between(task.travelling_at, task.arrived_at) or None,
        "labour_hours": queries.labour_hours(task, at),
        "fault_code": task.service_request.fault_code_id if task.service_request else None,
        "cause": task.service_request.cause if task.service_request else "",
        "signed_by": spoken_to(task),
        **({"resolves": False} if queries.next_visit_of(task) else {}),
        **shown_first(draft or {}),
        **shown_first(draft["of_device"] if draft else {}),
    }
