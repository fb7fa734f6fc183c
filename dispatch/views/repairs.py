"""One piece of goods in the depot, with all that is done to it."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.attachments import showing
from crmservice.attachments.models import Attachment
from crmservice.web.access import allowed, reachable
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm, new_key
from crmservice.web.http import StaffRequest
from crmservice.web.text import label_of, moment
from crmservice.web.verbs import carry_out, show
from dispatch import actions, goods_papers, policies, queries
from dispatch.choices import STAGES, Stage
from dispatch.explaining import limit_in_words
from dispatch.forms.depot import (
    DescribeForm,
    FinishRepairForm,
    GoodsPartForm,
    ResultsForm,
    ShipForm,
    StopTimerForm,
    WaitForm,
)
from dispatch.forms.verbs import ReasonForm, VerbForm
from dispatch.forms.working import RemovePartForm
from dispatch.models import DepotRepair, Measurement, PartUse
from dispatch.views.depot import due, step_of, timer_words, who, with_query
from dispatch.views.desk import linked
from employees.models import Employee

BESIDE = (
    "asset__model",
    "asset__part",
    "asset__root",
    "customer",
    "outlet",
    "received_by",
    "service_request",
    "task__assignee",
    "task__service_request",
)
FILES = 72
Verb = Callable[..., Any]


def find(request: StaffRequest, number: str) -> DepotRepair:
    visible = DepotRepair.objects.visible_to(request.user).select_related(*BESIDE)
    return get_object_or_404(visible, number=number)


def find_to_work(request: StaffRequest, number: str) -> DepotRepair:
    found = find(request, number)
    if not policies.may_work_on(request.user, found):
        raise PermissionDenied
    return found


@require_safe
@allowed("depot.view")
def repair(request: StaffRequest, number: str) -> HttpResponse:
    return render_repair(request, find(request, number))


def render_repair(
    request: StaffRequest, subject: DepotRepair, refused: DeskForm | None = None
) -> HttpResponse:
    """The page, with the form that was refused if one was."""
    user, at = request.user, now()
    task = subject.task
    cover, charged = queries.cover_of(task) if task else ("", "")
    may_work = policies.may_work_on(user, subject)
    has_task = task is not None and task.assignee_id == user.pk and task.is_under_way
    words = {
        "repair": subject,
        "badges": [{"kind": subject.stage, "label": label_of(subject, "stage")}],
        "facts": facts(subject, user),
        "path": path(subject),
        "is_late": subject.is_overdue(at),
        "step": step_of(user, subject),
        "cover": cover,
        "charged": charged,
        "verbs": verbs_of(user, subject),
        "timer": timer_words(user, at),
        "here": own_timer(user, subject, at),
        "others": other_timers(user, subject),
        "may_time": may_work
        and subject.is_on_the_bench
        and task is not None
        and task.is_under_way
        and user.may("dispatch.carry_out"),
        "hours": list(task.time_entries.select_related("employee")) if task else [],
        "parts": list(task.parts_used.select_related("part", "order_line")) if task else [],
        "refused": refused,
        "part_form": part_form(refused) if may_work and has_task else None,
        "results": [in_row(each) for each in subject.measurements.select_related("by")],
        "results_form": refused if isinstance(refused, ResultsForm) else ResultsForm(),
        "may_measure": may_work and subject.is_on_the_bench,
        "waits": [in_span(each) for each in subject.waits.all()],
        "may_quote": may_work and task is not None,
        "files": files_panel(user, subject),
        "fresh_key": new_key,
        "activities": seen_by(user, timeline(subject)),
    }
    status = 422 if refused is not None else 200
    return render(request, "dispatch/repair.html", words, status=status)


def part_form(refused: DeskForm | None) -> GoodsPartForm:
    return refused if isinstance(refused, GoodsPartForm) else GoodsPartForm(auto_id="part_%s")


def facts(subject: DepotRepair, user: Employee) -> list[dict[str, Any]]:
    asset, task = subject.asset, subject.task
    ways = (
        (subject.carrier_in, subject.tracking_in, _("Came with")),
        (subject.carrier_out, subject.tracking_out, _("Went with")),
    )
    return [
        linked(_("Customer"), subject.customer, user),
        {**linked(_("Asset"), asset, user), "sub": asset.kind_name if asset else ""},
        linked(_("Request"), subject.service_request, user),
        {**linked(_("Task"), task, user), "sub": who(subject)},
        {"label": _("Depot"), "text": subject.outlet.name, "sub": subject.place},
        {
            "label": _("Received"),
            "text": moment(subject.received_at),
            "sub": subject.received_by.name if subject.received_by else "",
        },
        {"label": _("Promised by"), "text": due(subject) or moment(subject.due_at)},
        *(
            {"label": label, "text": carrier or "–", "sub": tracking}
            for carrier, tracking, label in ways
            if carrier or tracking
        ),
        {"label": _("Condition on arrival"), "text": subject.condition},
        {"label": _("Accessories"), "text": subject.accessories},
    ]


USUAL_PATH = (
    Stage.EXPECTED,
    Stage.RECEIVED,
    Stage.DIAGNOSING,
    Stage.REPAIRING,
    Stage.TESTING,
    Stage.READY,
    Stage.SHIPPED,
    Stage.CLOSED,
)


def path(subject: DepotRepair) -> list[dict[str, str]]:
    """The stages that the goods came through, each when first, and those that usually follow."""
    stamps: dict[str, datetime] = {}
    for each in subject.steps.all():
        stamps.setdefault(each.stage, each.at)
    aside = [stage for stage in (Stage.WAITING, Stage.REFUSED, Stage.SCRAPPED) if
             stage == subject.stage]  # fmt: skip
    stages = [*USUAL_PATH]
    if aside:
        last = max((stages.index(stage) for stage in USUAL_PATH if stage in stamps), default=0)
        stages.insert(last + 1, aside[0])
    steps = []
    for stage in stages:
        state = "done" if stage in stamps else "todo" if subject.is_in_progress else "skipped"
        if stage == subject.stage:
            state = "now"
        steps.append({"label": str(stage.label), "state": state, "sub": moment(stamps.get(stage))})
    return steps


def in_row(result: Measurement) -> dict[str, Any]:
    verdict = {
        True: ("good", _("within the limit")),
        False: ("bad", _("beyond the limit")),
        None: ("", ""),
    }
    kind, label = verdict[result.passed]
    return {
        "name": result.name,
        "value": " ".join(filter(None, [result.value, result.unit])),
        "limit": limit_in_words(result),
        "kind": kind,
        "label": label,
        "by": f"{result.by.name}, {moment(result.at)}",
    }


def in_span(wait: Any) -> dict[str, str]:
    until = moment(wait.ended_at) if wait.ended_at else _("now")
    span = f"{moment(wait.began_at)} – {until}"
    return {"what": label_of(wait, "reason"), "note": wait.note, "span": span}


def verbs_of(user: Employee, subject: DepotRepair) -> list[dict[str, str]]:
    """What else may become of it, beside the next step."""
    if not policies.may_work_on(user, subject):
        return []
    further = (
        (Stage.WAITING, "dispatch:wait", _("Waits"), "player-pause"),
        (Stage.REFUSED, "dispatch:send_back", _("Back unrepaired"), "arrow-back-up"),
        (Stage.SCRAPPED, "dispatch:scrap", _("Scrap"), "trash"),
    )
    after = STAGES[Stage(subject.stage)]
    found = [
        {"label": label, "url": reverse(name, args=[subject.number]), "symbol": symbol}
        for stage, name, label, symbol in further
        if stage in after
    ]
    if subject.is_in_progress:
        url = reverse("dispatch:describe", args=[subject.number])
        found.append({"label": _("Edit"), "url": url, "symbol": "pencil"})
    return found


def own_timer(user: Employee, subject: DepotRepair, at: datetime) -> dict[str, Any] | None:
    timer = timer_words(user, at)
    return timer if timer is not None and timer["number"] == subject.number else None


def other_timers(user: Employee, subject: DepotRepair) -> list[str]:
    running = subject.timers.filter(stopped_at=None).exclude(employee=user)
    return [
        _("%(person)s since %(time)s") % {"person": each.employee, "time": moment(each.started_at)}
        for each in running.select_related("employee")
    ]


# The steps that are taken at once


def at_once(
    request: StaffRequest,
    number: str,
    action: Verb,
    said: str = "",
) -> HttpResponse:
    """Take a step and go back to where it was taken: the board with its filters, or the page."""
    subject = find_to_work(request, number)
    asked = VerbForm(request.POST)
    if attempt(request, asked, action, subject, by=request.user, at=now()):
        if said:
            messages.success(request, said)
    else:
        for errors in asked.errors.values():
            for each in errors:
                messages.error(request, str(each))
    return back(request, subject)


def lazily(form: DeskForm) -> dict[str, Callable[[], Any]]:
    """The form's values, each to be asked for once the form was validated."""
    names = [name for name in form.fields if name not in ("once", "version")]
    return {name: lambda name=name: form.cleaned_data[name] for name in names}  # type: ignore[misc]


def back(request: StaffRequest, subject: DepotRepair) -> HttpResponseRedirect:
    if "board" in request.POST:
        return redirect(with_query("dispatch:depot", QueryDict(request.POST["board"])))
    return redirect(subject)


@require_POST
@allowed("depot.work")
def receive(request: StaffRequest, number: str) -> HttpResponse:
    return at_once(request, number, actions.receive)


@require_POST
@allowed("depot.work")
def diagnose(request: StaffRequest, number: str) -> HttpResponse:
    return at_once(request, number, actions.diagnose)


@require_POST
@allowed("depot.work")
def begin_repair(request: StaffRequest, number: str) -> HttpResponse:
    return at_once(request, number, actions.repair_goods)


@require_POST
@allowed("depot.work")
def begin_test(request: StaffRequest, number: str) -> HttpResponse:
    return at_once(request, number, actions.test_goods)


@require_POST
@allowed("depot.work")
def close(request: StaffRequest, number: str) -> HttpResponse:
    return at_once(request, number, actions.close_goods)


@require_POST
@allowed("depot.work")
def start_timer(request: StaffRequest, number: str) -> HttpResponse:
    return at_once(request, number, actions.start_timer)


@allowed("depot.work")
def stop_timer(request: StaffRequest, number: str) -> HttpResponse:
    """One key; a timer that was forgotten is asked about on a page of its own."""
    return carry_out(
        request,
        find_to_work(request, number),
        StopTimerForm,
        actions.stop_timer,
        title=_("Stop the timer"),
        submit=_("Stop the timer"),
        said=_("The time is booked."),
        symbol="player-stop",
    )


@require_POST
@allowed("depot.work")
def quote(request: StaffRequest, number: str) -> HttpResponse:
    """Parts and hours so far as a draft, which is opened by who may see orders."""
    subject = find_to_work(request, number)
    form = VerbForm(request.POST)
    outcome = attempt(request, form, actions.quote, subject, by=request.user, at=now())
    if not outcome:
        for each in form.non_field_errors():
            messages.error(request, str(each))
        return redirect(subject)
    url = reachable(outcome.location, request.user)
    if not url:
        messages.success(
            request,
            _("Parts and hours are on the quotation. Who offers it to the customer is told."),
        )
    return redirect(url or subject.get_absolute_url())


@require_POST
@allowed("depot.work")
def add_part(request: StaffRequest, number: str) -> HttpResponse:
    subject = find_to_work(request, number)
    form = GoodsPartForm(request.POST, auto_id="part_%s")
    if attempt(request, form, use_part, subject, **lazily(form), by=request.user, at=now()):
        return redirect(subject)
    return render_repair(request, subject, form)


def use_part(subject: DepotRepair, *, by: Employee, at: datetime, **values: Any) -> DepotRepair:
    if subject.task is None:
        raise PermissionDenied
    actions.add_part(subject.task, **values, by=by, at=at)
    return subject


@require_POST
@allowed("depot.work")
def remove_part(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Back on the shelf: it was not used after all."""
    subject = find_to_work(request, number)
    part_use = get_object_or_404(PartUse, pk=pk, task=subject.task_id, order_line=None)
    form = RemovePartForm({**request.POST.dict(), "part_use": pk})
    if subject.task is not None and not attempt(
        request,
        form,
        actions.remove_part,
        subject.task,
        part_use=part_use,
        by=request.user,
        at=now(),
    ):
        for each in form.non_field_errors():
            messages.error(request, str(each))
    return redirect(subject)


@require_POST
@allowed("depot.work")
def enter_results(request: StaffRequest, number: str) -> HttpResponse:
    subject = find_to_work(request, number)
    form = ResultsForm(request.POST)
    if attempt(
        request,
        form,
        actions.enter_results,
        subject,
        values=lambda: form.read,
        by=request.user,
        at=now(),
    ):
        return redirect(f"{subject.get_absolute_url()}#results")
    return render_repair(request, subject, form)


# The steps that ask for something


@allowed("depot.work")
def describe(request: StaffRequest, number: str) -> HttpResponse:
    subject = find_to_work(request, number)
    form = DescribeForm(request.POST or None, instance=subject)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.describe,
            subject,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect(outcome.location)
    return show(
        request,
        form,
        subject=subject,
        title=_("Edit the goods"),
        submit=_("Save"),
        about=subject.serial_no,
        cancel_url=subject.get_absolute_url(),
    )


@allowed("depot.work")
def wait(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find_to_work(request, number),
        WaitForm,
        actions.wait,
        title=_("The repair waits"),
        submit=_("Let it wait"),
        said=_("%(number)s waits; its promise does not run.") % {"number": number},
        hint=_("The promise does not run meanwhile."),
        symbol="player-pause",
    )


@allowed("depot.work")
def finish(request: StaffRequest, number: str) -> HttpResponse:
    subject = find_to_work(request, number)
    if not policies.may_repair(request.user, subject):
        raise PermissionDenied
    task = subject.task
    booked = sum((each.hours for each in task.time_entries.all()), Decimal(0)) if task else 0
    return carry_out(
        request,
        subject,
        FinishRepairForm,
        actions.finish_goods,
        title=_("Finish the repair"),
        submit=_("It can go back"),
        said=_("%(number)s is ready to be shipped.") % {"number": number},
        about=subject.serial_no,
        hint=_("Hours of the timers so far: %(hours)s. They are priced with the parts.")
        % {"hours": booked},
        symbol="checks",
        beside="dispatch/_known_repairs.html" if request.user.may("knowledge.view") else "",
    )


@allowed("depot.work")
def send_back(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find_to_work(request, number),
        ReasonForm,
        actions.send_back_unrepaired,
        title=_("Send it back unrepaired"),
        submit=_("Send it back unrepaired"),
        said=_("%(number)s goes back unrepaired.") % {"number": number},
        hint=_("The task ends with it; the work so far is priced."),
        symbol="arrow-back-up",
    )


@allowed("depot.work")
def scrap(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find_to_work(request, number),
        ReasonForm,
        actions.scrap,
        title=_("Scrap the goods"),
        submit=_("Scrap"),
        said=_("%(number)s is scrapped.") % {"number": number},
        hint=_("The device is retired. The customer has to have agreed."),
        symbol="trash",
    )


@allowed("depot.work")
def ship(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        find_to_work(request, number),
        ShipForm,
        actions.ship,
        title=_("Ship the goods"),
        submit=_("Ship"),
        said=_("%(number)s is shipped.") % {"number": number},
        about=_("Goes back with it: %(accessories)s")
        % {"accessories": find(request, number).accessories or "–"},
        hint=_("The customer is written to; the device is in use again."),
        symbol="truck",
    )


# Files and papers


def files_panel(user: Employee, subject: DepotRepair) -> Any:
    def remove_url(file: Attachment) -> str:
        is_own = file.subject_type == subject._meta.label_lower
        if not may_work or not is_own:
            return ""
        return reverse("dispatch:detach_from_repair", args=[subject.number, file.pk])

    may_work = policies.may_work_on(user, subject)
    add_url = reverse("dispatch:attach_to_repair", args=[subject.number]) if may_work else ""
    files = Attachment.objects.of(subject, subject.task)
    return showing.panel_of(files, order=FILES, add_url=add_url, remove_url=remove_url)


@allowed("depot.work")
def attach(request: StaffRequest, number: str) -> HttpResponse:
    subject = find_to_work(request, number)
    about = actions.about_goods(subject)
    return showing.add(request, subject, about=about, back_url=subject.get_absolute_url())


@allowed("depot.work")
@require_POST
def detach(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    subject = find_to_work(request, number)
    return showing.take_off(request, subject, pk, back_url=subject.get_absolute_url())


@require_safe
@allowed("depot.view")
def label(request: StaffRequest, number: str) -> HttpResponse:
    """To be stuck on the goods: the number as a bar code that the scan field reads."""
    subject = find(request, number)
    return as_pdf(goods_papers.label(subject), f"{subject.number}-label.pdf")


@require_safe
@allowed("depot.view")
def report(request: StaffRequest, number: str) -> HttpResponse:
    subject = find(request, number)
    return as_pdf(goods_papers.repair_report(subject), f"{subject.number}.pdf")


def as_pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
