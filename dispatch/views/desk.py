"""The desk: the list of tasks, a task with all that belongs to it, planning and assigning."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Asset, MaintenancePlan
from crmservice.activity.trail import seen_by, timeline
from crmservice.search.query import matching_ids
from crmservice.web import choosing, later
from crmservice.web.access import allowed, reachable
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm, new_key
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import day, label_of, moment
from crmservice.web.verbs import carry_out
from customers.models import Customer
from dispatch import actions, explaining, policies, queries, signals
from dispatch.choices import CARRIED_OUT, RECORD, UNDER_WAY, Kind, Status
from dispatch.filters import TaskFilterSet
from dispatch.forms.planning import (
    USUAL_MINUTES,
    AssignForm,
    LockForm,
    OfferForm,
    PlanForm,
    TaskForm,
)
from dispatch.forms.verbs import ReasonForm
from dispatch.forms.working import ItemForm
from dispatch.models import Acceptance, Task
from dispatch.views.syncing import unapplied
from employees import policies as employee_policies
from employees.explaining import judgement_words
from employees.models import Employee
from service_requests.models import ServiceRequest

BESIDE = (
    "acceptance__answered_by",
    "assignee__outlet",
    "asset__model",
    "asset__part",
    "asset__root__model__skill",
    "contract",
    "customer",
    "follow_up_of",
    "service_request__contact",
    "service_request__owner",
    "site",
    "skill",
    "work_report",
)
OFFERS_SHOWN = 6


def task_cell(task: Task) -> Cell:
    return Cell(task.title, url=task.get_absolute_url(), sub=label_of(task, "kind"))


def customer_cell(task: Task) -> Cell:
    if task.customer is None:
        return Cell("–")
    return Cell(task.customer.name, url=task.customer.get_absolute_url(), sub=task.customer.place)


def request_cell(task: Task) -> Cell:
    if task.service_request is None:
        return Cell("–")
    return Cell(task.service_request.number, url=task.service_request.get_absolute_url())


def engineer_cell(task: Task) -> Cell:
    if task.assignee is None:
        return Cell(_("nobody yet"), badge="warning") if task.is_unfinished else Cell("–")
    return Cell(task.assignee.name, sub=task.assignee.outlet.name)


def start_cell(task: Task) -> Cell:
    if task.planned_start is not None:
        return Cell(moment(task.planned_start), sub=window(task))
    return Cell(_("no time yet"), sub=window(task))


LISTING = Listing(
    template="dispatch/index.html",
    title=gettext_lazy("Tasks"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda t: Cell(t.number, url=t.get_absolute_url()),
            order="number",
        ),
        Column("task", gettext_lazy("Task"), task_cell),
        Column("customer", gettext_lazy("Customer"), customer_cell),
        Column("request", gettext_lazy("Request"), request_cell, wide_only=True),
        Column("engineer", gettext_lazy("Engineer"), engineer_cell),
        Column("start", gettext_lazy("Start"), start_cell, order="listed_at"),
        Column(
            "status", gettext_lazy("Status"), lambda t: Cell(label_of(t, "status"), badge=t.status)
        ),
    ),
    default_order="-start",
    filterset=TaskFilterSet,
    search_kind=queries.KIND,
    empty_text=gettext_lazy("No tasks yet. Plan one from a service request."),
    empty_action=gettext_lazy("Plan a task"),
    empty_url_name="dispatch:plan",
)


@require_safe
@allowed("dispatch.view")
def index(request: StaffRequest) -> HttpResponse:
    tasks = Task.objects.visible_to(request.user).select_related(
        "assignee__outlet", "customer", "service_request"
    )
    return render_list(
        request,
        LISTING,
        tasks,
        may_plan=request.user.may("dispatch.plan"),
        may_carry_out=request.user.may("dispatch.carry_out"),
    )


@require_safe
@allowed("dispatch.view")
def options(request: StaffRequest) -> HttpResponse:
    """Tasks for fields that are searched, such as the one of an expense."""
    typed = choosing.typed(request)
    tasks = Task.objects.visible_to(request.user).select_related("customer")
    if typed:
        tasks = tasks.filter(pk__in=matching_ids(queries.KIND, typed))
    found = tasks.order_by("-listed_at", "-pk")[: choosing.MOST_OPTIONS]
    return choosing.options(
        (task.pk, f"{task.number} {task.title}", task.customer.name if task.customer else "")
        for task in found
    )


def find(request: HttpRequest, number: str) -> Task:
    visible = Task.objects.visible_to(request.user).select_related(*BESIDE)  # type: ignore[arg-type]
    visible = visible.prefetch_related("crew")
    return get_object_or_404(visible, number=number)


@require_safe
@allowed("dispatch.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    return render_detail(request, find(request, number))


def render_detail(
    request: StaffRequest, task: Task, refused: ItemForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The task's page, with the answer of the checklist that was refused if one was."""
    user = request.user
    related = queries.related_tasks(task, user)
    is_over = task.status in CARRIED_OUT
    return render(
        request,
        "dispatch/detail.html",
        {
            "task": task,
            "refused": refused,
            "badges": [
                {"kind": task.status, "label": task.get_status_display()},
                *([{"kind": "warning", "label": _("Repeat visit")}] if task.repeat_of_id else []),
            ],
            "repeated": queries.visit_before(task, user),
            "facts": facts(task, user),
            "path": path(task),
            "step": order_step(task, related, user) or next_step(task, related, user),
            "related": related,
            "crew": crew_rows(task, user),
            "may": may(task, user),
            "preparation": queries.preparation(task, user, at=now()),
            "checklist": checklist(task, refused),
            "parts": list(task.parts_used.select_related("part", "order_line", "used_by")),
            "hours": list(task.time_entries.select_related("employee")) if is_over else [],
            "report": getattr(task, "work_report", None) if is_over else None,
            "follow_ups": related.follow_ups,
            "next_visit": queries.next_visit_of(task) if is_over and related.follow_ups else None,
            "acceptance": acceptance_of(task),
            "with_prices": user.may("orders.view"),
            "judgement": judgement_words(RECORD, task.pk, user) if is_over else None,
            "unapplied": unapplied(task, user),
            "fresh_key": new_key,
            "panels": collect(signals.detail_panels, task, user=user, at=now()),
            "activities": seen_by(user, timeline(task)),
        },
        status=status,
    )


def checklist(task: Task, refused: DeskForm | None) -> list[dict[str, Any]]:
    """Each point with a key of its own: two answers are two submissions. What was refused stands
    in its box as it was typed.
    """
    tried = refused if isinstance(refused, ItemForm) else None
    points = []
    for item in task.checklist.select_related("answered_by", "photo"):
        point = {"item": item, "once": new_key(), "typed": item.answer, "errors": []}
        if tried is not None and tried.item == item:
            point["typed"] = tried.data.get("answer", "")
            point["errors"] = [str(each) for errors in tried.errors.values() for each in errors]
        points.append(point)
    return points


@require_safe
@allowed("dispatch.view")
def panels(request: StaffRequest, number: str) -> HttpResponse:
    """What the page does not wait for; a fragment."""
    return later.answer(request, signals.later_panels, find(request, number))


def acceptance_of(task: Task) -> Acceptance | None:
    if task.status not in CARRIED_OUT:
        return None
    return getattr(task, "acceptance", None)


def may(task: Task, user: Employee) -> dict[str, bool]:
    return {
        "assign": policies.may_assign(user, task),
        "unassign": policies.may_unassign(user, task),
        "lock": policies.may_lock(user, task) and not task.locked,
        "unlock": policies.may_lock(user, task) and bool(task.locked),
        "check": policies.may_check(user, task),
        "crew": policies.may_crew(user, task),
        "cancel": policies.may_cancel(user, task),
        "change": policies.may_change(user, task),
        "carry_out": policies.may_carry_out(user, task),
    }


def facts(task: Task, user: Employee) -> list[dict[str, Any]]:
    place = task.site.address if task.site else task.customer.address if task.customer else ""
    asset = task.asset
    return [
        linked(_("Request"), task.service_request, user),
        linked(_("Customer"), task.customer, user),
        {
            "label": _("Place"),
            "text": task.site.name if task.site else place,
            "sub": place if task.site else "",
        },
        {**linked(_("Asset"), asset, user), "sub": asset.kind_name if asset else ""},
        linked(_("Contract"), task.contract, user),
        *if_any(linked(_("Maintenance plan"), planned_by(task), user)),
        *if_any(covered_by(task)),
        *if_any({"label": _("Does as well"), "text": covered(task)}),
        *if_any(linked(_("Care touch"), task.touch, user)),
        *if_any({"label": _("To be done"), "text": window(task)}),
        {"label": _("Skill needed"), "text": str(task.skill) if task.skill else ""},
        linked(_("Engineer"), task.assignee, user),
        {"label": _("Planned"), "text": slot(task)},
        *if_any({"label": _("Agreed with the customer"), "text": label_of(task, "locked")}),
        *if_any({"label": _("Reason against the advice"), "text": task.conflict_reason}),
        *if_any(linked(_("Follow-up of"), task.follow_up_of, user)),
        *if_any(linked(_("Repeats"), task.repeat_of, user)),
        *(linked(_("Order"), order, user) for order in queries.orders_of(task, user)),
    ]


def planned_by(task: Task) -> MaintenancePlan | None:
    return task.occurrence.plan if task.occurrence else None


def covered_by(task: Task) -> dict[str, Any]:
    """The greater plan's work that does it as well."""
    covering = task.occurrence.covered_by if task.occurrence else None
    plan = covering.plan if covering else None
    return {
        "label": _("Covered by"),
        "text": plan.title if plan else "",
        "url": plan.get_absolute_url() if plan else "",
        "sub": day(covering.due_on) if covering else "",
    }


def covered(task: Task) -> str:
    """The lesser plans whose work it does."""
    if task.occurrence is None:
        return ""
    turns = task.occurrence.covers.select_related("plan").order_by("due_on", "pk")
    return ", ".join(f"{turn.plan.title} ({day(turn.due_on)})" for turn in turns)


def window(task: Task) -> str:
    """The days on which a plan wants it done."""
    if task.window_from is None or task.window_until is None:
        return ""
    return f"{day(task.window_from)} – {day(task.window_until)}"


def if_any(fact: dict[str, Any]) -> list[dict[str, Any]]:
    return [fact] if fact["text"] else []


def linked(label: str, record: Any, user: Employee) -> dict[str, Any]:
    if record is None:
        return {"label": label, "text": ""}
    if isinstance(record, Employee) and not employee_policies.may_see(user, record):
        return {"label": label, "text": str(record)}
    return {"label": label, "text": str(record), "url": reachable(record.get_absolute_url(), user)}


def slot(task: Task) -> str:
    """From when to when; of the end only the time when it is the same day."""
    if task.planned_start is None:
        return ""
    if task.planned_end is None:
        return moment(task.planned_start)
    return explaining.slot(task.planned_start, task.planned_end)


STEPS = (
    (Status.PLANNED, "created_at"),
    (Status.ASSIGNED, "assigned_at"),
    (Status.ACCEPTED, "accepted_at"),
    (Status.TRAVELLING, "travelling_at"),
    (Status.ON_SITE, "arrived_at"),
    (Status.WORKING, "working_at"),
)


def path(task: Task) -> list[dict[str, str]]:
    """The states that the task has gone through, with their times, and those to come."""
    steps = []
    for status, stamp in STEPS:
        on_the_road = status in (Status.TRAVELLING, Status.ON_SITE)
        at = getattr(task, stamp)
        if on_the_road and not task.is_at_the_customer and at is None:
            continue
        state = "done" if at else "todo" if task.is_unfinished else "skipped"
        if status == task.status:
            state = "now"
        steps.append({"key": status, "label": str(status.label), "state": state, "sub": moment(at)})
    end = Status(task.status) if not task.is_unfinished else Status.DONE
    state = "todo" if task.is_unfinished else "now"
    steps.append(
        {"key": "end", "label": str(end.label), "state": state, "sub": moment(task.finished_at)}
    )
    return steps


def crew_rows(task: Task, user: Employee) -> list[dict[str, str]]:
    """Who goes along; the name leads to the person where the reader may see it."""
    return [
        {"number": person.employee_no, **linked("", person, user)} for person in task.crew.all()
    ]


def order_step(task: Task, related: queries.Related, user: Employee) -> dict[str, str] | None:
    """What stands before the work: something unfinished, or something that never will be done."""
    if not policies.may_change(user, task) or task.status in UNDER_WAY:
        return None
    if related.cancelled is not None:
        other = related.cancelled
        return {
            "text": _("%(other)s, after which this comes, is cancelled: is this still needed?")
            % {"other": other.number},
            "label": _("Go on without it"),
            "url": reverse("dispatch:free_of", args=[task.number, other.number]),
            "symbol": "arrow-right",
        }
    return None


def next_step(task: Task, related: queries.Related, user: Employee) -> dict[str, str] | None:
    """The one thing that the viewer should do now."""
    if policies.may_carry_out(user, task):
        return {
            "text": _("This is your task."),
            "label": _("Open the work order"),
            "url": reverse("dispatch:job", args=[task.number]),
            "symbol": "device-tablet",
        }
    if policies.goes_along(user, task) and task.is_unfinished:
        return {
            "text": _("You go along with %(engineer)s.") % {"engineer": task.assignee},
            "label": _("Open the work order"),
            "url": reverse("dispatch:job", args=[task.number]),
            "symbol": "device-tablet",
        }
    if task.status == Status.PLANNED and policies.may_assign(user, task):
        return {
            "text": _("Nobody has this task yet."),
            "label": _("Assign"),
            "url": reverse("dispatch:assign", args=[task.number]),
            "symbol": "user-check",
        }
    if task.status == Status.ASSIGNED:
        text = _("%(engineer)s has not accepted it yet.") % {"engineer": task.assignee}
        return {"text": text, "label": "", "url": "", "symbol": ""}
    return next_after_the_end(task, related, user)


def next_after_the_end(
    task: Task, related: queries.Related, user: Employee
) -> dict[str, str] | None:
    if task.status not in CARRIED_OUT:
        return None
    if policies.may_answer(user, task):
        return {
            "text": _("The customer does not agree with the acceptance form."),
            "label": _("Answer"),
            "url": reverse("dispatch:answer", args=[task.number]),
            "symbol": "message",
        }
    planned = (each for each in related.follow_ups if each.status == Status.PLANNED)
    follow_up = next(planned, None)
    if follow_up:
        return {
            "text": _("Something is still to do: %(number)s waits for an engineer.")
            % {"number": follow_up.number},
            "label": _("Open the follow-up"),
            "url": follow_up.get_absolute_url(),
            "symbol": "arrow-forward-up",
        }
    if task.service_request and task.service_request.is_open:
        return {
            "text": _("The work is done; the request is still open."),
            "label": _("Open the request"),
            "url": task.service_request.get_absolute_url(),
            "symbol": "headset",
        }
    return None


@allowed("dispatch.plan")
def plan(request: StaffRequest) -> HttpResponse:
    """Plan a task from a request or of its own, and give it to somebody, in one go."""
    service_request = asked_request(request)
    form = PlanForm(
        request.POST or None,
        user=request.user,
        for_request=service_request is not None,
        initial=first_values(request, service_request),
    )
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            plan_and_assign,
            service_request,
            asked=lambda: form,
            by=request.user,
            at=now(),
        )
        if outcome:
            said = _("The task is planned.")
            messages.success(request, said)
            return redirect(outcome.location)
    job = job_of_form(request, form, service_request)
    words = {
        "form": form,
        "service_request": service_request,
        "offers": offers(request, form, job),
        "query": f"request={service_request.number}" if service_request else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/plan.html", words, status=status)


def plan_and_assign(
    service_request: ServiceRequest | None, *, asked: PlanForm, by: Employee, at: datetime
) -> Task:
    values = {**asked.work, **asked.slot}
    if service_request is not None:
        values["service_request"] = service_request
    return actions.plan(**values, by=by, at=at)


def asked_request(request: StaffRequest) -> ServiceRequest | None:
    """The request that the task is planned for; one that the person may not see is not found."""
    number = request.GET.get("request", "")
    if not number:
        return None
    visible = ServiceRequest.objects.visible_to(request.user).select_related(
        "customer", "site__customer", "asset__root__model__skill", "contract"
    )
    return get_object_or_404(visible, number=number)


def first_values(request: StaffRequest, service_request: ServiceRequest | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "earliest": localtime(queries.sensible_start(request.user, now())),
        "kind": Kind.ONSITE,
    }
    if service_request is not None:
        return {**values, "title": service_request.subject}
    customer = request.GET.get("customer", "")
    return {
        **values,
        "customer": customer if choosing.is_key(customer) else None,
        "kind": Kind.CARE,
    }


@require_safe
@allowed("dispatch.plan")
def suggestions(request: StaffRequest) -> HttpResponse:
    """The offers anew, when the time, the length, the kind or the place changed; a fragment of the
    forms.
    """
    number = request.GET.get("task", "")
    if number:
        task = find(request, number)
        form: OfferForm = AssignForm(request.GET, user=request.user, kind=task.kind)
        job = queries.job_of(task)
    else:
        service_request = asked_request(request)
        form = PlanForm(request.GET, user=request.user, for_request=service_request is not None)
        job = job_of_form(request, form, service_request)
    words = {"offers": offers(request, form, job), "form": form}
    return render(request, "dispatch/_offers.html", words)


def job_of_form(
    request: StaffRequest, form: OfferForm, service_request: ServiceRequest | None
) -> queries.Job:
    """The work as the form says so far."""
    kind = form["kind"].value() or Kind.ONSITE
    if service_request is not None:
        draft = Task(
            kind=kind,
            service_request=service_request,
            customer=service_request.customer,
            site=service_request.site,
            asset=service_request.asset,
        )
    else:
        asset = chosen(
            form,
            "asset",
            Asset.objects.visible_to(request.user).select_related("root__model__skill"),
        )
        customer = chosen(form, "customer", Customer.objects.visible_to(request.user))
        draft = Task(kind=kind, customer=customer, asset=asset)
    draft.skill = actions.skill_for(draft.asset)
    return queries.job_of(draft)


def chosen(form: OfferForm, name: str, rows: Any) -> Any:
    value = str(form[name].value() or "")
    return rows.filter(pk=value).first() if choosing.is_key(value) else None


def offers(request: StaffRequest, form: OfferForm, job: queries.Job) -> dict[str, Any]:
    """The people as radio buttons: the best six, the others, and those who are left out with the
    reason.
    """
    starts, length = wished(form)
    if starts is None:
        return {"best": [], "others": [], "excluded": [], "chosen": "", "has_time": False}
    found = queries.suggestion_for(request.user, job, starts=starts, length=length, at=now())
    rows = [offer_row(person, candidate, starts) for person, candidate in found.candidates]
    picked = form["offer"].value() or ""
    values = {row["value"] for row in rows} | {
        person.employee_no for person, _why in found.excluded
    }
    if picked not in values and not (form.is_bound and "offer" in form.data and not picked):
        number = picked.partition("@")[0]
        same = next((row["value"] for row in rows if row["number"] == number), "")
        picked = same or (rows[0]["value"] if rows else "")
    return {
        "best": rows[:OFFERS_SHOWN],
        "others": rows[OFFERS_SHOWN:],
        "excluded": [
            {"value": person.employee_no, "name": person.name, "why": explaining.exclusion(why)}
            for person, why in found.excluded
        ],
        "chosen": picked,
        "has_time": True,
    }


def wished(form: OfferForm) -> tuple[datetime | None, timedelta]:
    """The wished start and length, from what was typed or from the form's beginning."""
    if not form.is_bound:
        return form.initial.get("earliest"), timedelta(minutes=USUAL_MINUTES)
    form.is_valid()
    minutes = form.cleaned_data.get("minutes") or USUAL_MINUTES
    return form.cleaned_data.get("earliest"), timedelta(minutes=minutes)


def offer_row(person: Employee, candidate: Any, wished_start: datetime) -> dict[str, Any]:
    return {
        "value": f"{person.employee_no}@{candidate.starts.astimezone(UTC).isoformat()}",
        "number": person.employee_no,
        "name": person.name,
        "outlet": person.outlet.name,
        "slot": explaining.slot(candidate.starts, candidate.ends),
        "parts": " · ".join(explaining.parts(candidate, wished_start)),
        "sums": explaining.sums(candidate, wished_start),
        "score": explaining.points(candidate.score),
    }


@allowed("dispatch.plan")
def assign(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    form = AssignForm(
        request.POST or None, user=request.user, kind=task.kind, initial=first_slot(request, task)
    )
    if request.method == "POST":
        outcome = attempt(request, form, give, task, asked=lambda: form, by=request.user, at=now())
        if outcome:
            messages.success(request, _("%(number)s is assigned.") % {"number": number})
            return redirect(outcome.location)
    words = {
        "form": form,
        "task": task,
        "offers": offers(request, form, queries.job_of(task)),
        "query": f"task={task.number}",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/assign.html", words, status=status)


def give(task: Task, *, asked: AssignForm, by: Employee, at: datetime) -> Task:
    version = asked.cleaned_data["version"]
    return actions.assign(task, **asked.slot, version=version, by=by, at=at)


def first_slot(request: StaffRequest, task: Task) -> dict[str, Any]:
    at = now()
    sensible = queries.sensible_start(request.user, at)
    starts = task.planned_start if task.planned_start and task.planned_start > at else sensible
    values: dict[str, Any] = {"earliest": localtime(starts), "minutes": USUAL_MINUTES}
    values["version"] = task.version
    if task.assignee:
        values["offer"] = task.assignee.employee_no
    return values


@allowed("dispatch.plan")
def edit(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    form = TaskForm(request.POST or None, instance=task, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change,
            task,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect(outcome.location)
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/form.html", {"form": form, "task": task}, status=status)


@allowed("dispatch.plan")
def unassign(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find(request, number),
        ReasonForm,
        actions.unassign,
        title=_("Take the task back"),
        submit=_("Take back"),
        said=_("%(number)s is without engineer again.") % {"number": number},
        hint=_("The engineer is told why."),
        symbol="user-x",
    )


@allowed("dispatch.plan")
def lock(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    return carry_out(
        request,
        task,
        LockForm,
        actions.lock_appointment,
        title=_("Lock the appointment"),
        submit=_("Lock"),
        said=_("The appointment of %(number)s is locked.") % {"number": number},
        hint=_("What was agreed with the customer is not moved before it is unlocked."),
        about=slot(task),
        symbol="lock",
        given={"task": task},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("stock.keep")
def undo_part(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """What was written down as used, and was not."""
    task = find(request, number)
    use = get_object_or_404(task.parts_used.select_related("part"), pk=pk)
    if not policies.may_undo_parts(request.user, task):
        raise PermissionDenied
    return carry_out(
        request,
        task,
        ReasonForm,
        partial(actions.undo_part, part_use=use),
        title=_("Not used after all"),
        submit=_("Take it off"),
        said=_("It is off the order, and back where it was taken from."),
        about=f"{use.quantity} × {use.part}",
        hint=_("The acceptance form stays as the customer signed it."),
        symbol="minus",
    )


@allowed("dispatch.plan")
def unlock(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    return carry_out(
        request,
        task,
        DeskForm,
        actions.unlock_appointment,
        title=_("Unlock the appointment"),
        submit=_("Unlock"),
        said=_("The appointment of %(number)s can be moved.") % {"number": number},
        hint=_("The customer counts on it: agree a new one before it is moved."),
        about=slot(task),
        symbol="lock-open",
    )


@allowed("dispatch.plan")
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find(request, number),
        ReasonForm,
        actions.cancel,
        title=_("Cancel the task"),
        submit=_("Cancel the task"),
        said=_("%(number)s is cancelled.") % {"number": number},
        hint=_("Whoever has it is told. This cannot be undone; a new task can be planned."),
        symbol="ban",
    )
