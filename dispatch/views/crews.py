"""Who goes along, and what comes first: from the task's page and from the board; and the own time
of those who go along.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.verbs import carry_out
from dispatch import actions, queries
from dispatch.forms.board import AfterForm, CrewForm, OwnTimeForm
from dispatch.models import Task
from dispatch.views.board import answer, said
from dispatch.views.desk import find, slot
from dispatch.views.tablet import find as find_job
from dispatch.views.tablet import render_job
from employees.models import Employee


@allowed("dispatch.plan")
def add(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    return carry_out(
        request,
        task,
        CrewForm,
        actions.add_to_crew,
        title=_("Who goes along"),
        submit=_("Goes along"),
        said=_("%(number)s has one more in its crew.") % {"number": number},
        hint=_("Who goes along sees the task, is told of changes and books the own time."),
        about=slot(task),
        symbol="user-plus",
        given={"user": request.user, "task": task},
    )


def member(task: Task, person: str) -> Employee:
    return get_object_or_404(task.crew, employee_no=person)


@require_POST
@allowed("dispatch.plan")
def remove(request: StaffRequest, number: str, person: str) -> HttpResponse:
    task, form = find(request, number), DeskForm(request.POST)
    who = member(task, person)
    if attempt(
        request, form, actions.remove_from_crew, task, engineer=who, by=request.user, at=now()
    ):
        messages.success(request, _("%(person)s does not go along.") % {"person": who})
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(task)


@require_POST
@allowed("dispatch.plan")
def add_on_board(request: StaffRequest, number: str) -> HttpResponse:
    """As `place`: a no that a reason would get past says so."""
    task = find(request, number)
    form = CrewForm(request.POST, user=request.user, task=task)
    outcome = attempt(
        request,
        form,
        actions.add_to_crew,
        task,
        engineer=lambda: form.cleaned_data["engineer"],
        conflict_reason=lambda: form.cleaned_data["conflict_reason"],
        by=request.user,
        at=now(),
    )
    against = []
    if "conflict_reason" in form.errors and task.planned_start:
        who = form.cleaned_data["engineer"]
        ends = task.planned_start + queries.length(task)
        against = said(queries.against(task, who, task.planned_start, ends))
    return answer(outcome, form, _("Goes along."), against=against)


@require_POST
@allowed("dispatch.plan")
def remove_on_board(request: StaffRequest, number: str, person: str) -> HttpResponse:
    task, form = find(request, number), DeskForm(request.POST)
    who = {"engineer": member(task, person)}
    outcome = attempt(
        request, form, actions.remove_from_crew, task, **who, by=request.user, at=now()
    )
    return answer(outcome, form, _("Does not go along."))


@allowed("dispatch.plan")
def put_after(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    return carry_out(
        request,
        task,
        AfterForm,
        actions.put_after,
        title=_("Comes after another task"),
        submit=_("Comes after it"),
        said=_("%(number)s waits for it.") % {"number": number},
        hint=_("The work cannot begin before the other one is done."),
        symbol="arrow-right",
        given={"user": request.user},
    )


@allowed("dispatch.plan")
def free_of(request: StaffRequest, number: str, other: str) -> HttpResponse:
    task = find(request, number)
    waits_for = get_object_or_404(task.after, number=other)

    def free(subject: Task, **who: object) -> Task:
        return actions.free_of(subject, other=waits_for, **who)  # type: ignore[arg-type]

    return carry_out(
        request,
        task,
        DeskForm,
        free,
        title=_("Need not wait for %(number)s") % {"number": other},
        submit=_("Need not wait"),
        said=_("%(number)s need not wait for %(other)s.") % {"number": number, "other": other},
        about=waits_for.title,
        symbol="arrow-right",
    )


@allowed("dispatch.carry_out")
@require_POST
def book_own_time(request: StaffRequest, number: str) -> HttpResponse:
    task, form = find_job(request, number), OwnTimeForm(request.POST)
    outcome = attempt(
        request,
        form,
        actions.book_own_time,
        task,
        kind=lambda: form.cleaned_data["kind"],
        starts_at=lambda: form.cleaned_data["starts_at"],
        hours=lambda: form.cleaned_data["hours"],
        by=request.user,
        at=now(),
    )
    if outcome:
        messages.success(request, _("Your time is booked."))
        return redirect("dispatch:job", number=number)
    return render_job(request, find_job(request, number), form, status=422)


@allowed("dispatch.carry_out")
@require_POST
def take_back_own_time(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    task, form = find_job(request, number), DeskForm(request.POST)
    entry = task.time_entries.filter(pk=pk, employee=request.user).first()
    if entry is None:  # an earlier tap has taken it back
        return redirect("dispatch:job", number=number)
    if attempt(
        request, form, actions.take_back_own_time, task, entry=entry, by=request.user, at=now()
    ):
        messages.success(request, _("Your time is taken back."))
        return redirect("dispatch:job", number=number)
    return render_job(request, find_job(request, number), form, status=422)
