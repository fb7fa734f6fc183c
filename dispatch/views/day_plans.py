"""Plan the day: asked for, watched while it is reckoned, and accepted line by line."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import day, in_language, label_of, moment, span
from dispatch import actions, explaining, queries
from dispatch.forms.board import AcceptDayPlanForm, DayPlanForm
from dispatch.forms.verbs import VerbForm
from dispatch.models import DayPlan, Task
from dispatch.views.board import heads
from employees.models import Employee

RECENT = 5
MINUTE = timedelta(minutes=1)
FIGURES = ("now", "greedy", "plan")


def find(request: StaffRequest, pk: int) -> DayPlan:
    plans = DayPlan.objects.visible_to(request.user).select_related("outlet", "asked_by")
    return get_object_or_404(plans, pk=pk)


@allowed("dispatch.plan")
def ask(request: StaffRequest) -> HttpResponse:
    """Choose day, outlet and what may be moved; and the way back to plans made before."""
    user, at = request.user, now()
    first = {
        "on": request.GET.get("on") or localdate(at),
        "outlet": request.GET.get("outlet"),
        "moves_assigned": True,
    }
    form = DayPlanForm(request.POST or None, user=user, initial=first)
    if request.method == "POST":
        values = {name: value_of(form, name) for name in form.fields if name != "once"}
        outcome = attempt(request, form, actions.ask_day_plan, **values, by=user, at=at)
        if outcome:
            return redirect(outcome.location)
    recent = DayPlan.objects.visible_to(user).select_related("outlet", "asked_by")
    words = {
        "form": form,
        "back_url": reverse("dispatch:board"),
        "heads": heads(_("Day"), _("Outlet"), _("Asked for"), _("State")),
        "recent": [recent_row(plan) for plan in recent[:RECENT]],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/plan_day.html", words, status=status)


def value_of(form: DayPlanForm, name: str) -> Any:
    return lambda: form.cleaned_data[name]


def recent_row(plan: DayPlan) -> dict[str, Any]:
    url = plan.get_absolute_url()
    return {
        "url": url,
        "tone": "",
        "cells": [
            {"text": day(plan.on), "url": url},
            {"text": plan.outlet.name if plan.outlet else _("All")},
            {"text": moment(plan.asked_at), "sub": plan.asked_by.name},
            {"text": label_of(plan, "state"), "badge": plan.state},
        ],
    }


@require_safe
@allowed("dispatch.plan")
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is, then the proposal, then what became of it; nothing is changed by looking."""
    plan = find(request, pk)
    return render(request, "dispatch/day_plan.html", words_of(request, plan))


@require_POST
@allowed("dispatch.plan")
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    plan = find(request, pk)
    form = AcceptDayPlanForm(request.POST, plan=plan)
    chosen = {"chosen": lambda: set(form.cleaned_data["lines"])}
    outcome = attempt(
        request, form, actions.accept_day_plan, plan, **chosen, by=request.user, at=now()
    )
    if outcome:
        return redirect(plan)
    words = words_of(request, find(request, pk)) | {"form": form}
    return render(request, "dispatch/day_plan.html", words, status=422)


@require_POST
@allowed("dispatch.plan")
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    plan = find(request, pk)
    form = VerbForm(request.POST)
    if attempt(request, form, actions.drop_day_plan, plan, by=request.user, at=now()):
        messages.success(request, _("The plan is dropped; everything is as it was."))
        return redirect("dispatch:plan_day")
    messages.error(request, " ".join(str(each) for each in form.non_field_errors()))
    return redirect(plan)


def words_of(request: StaffRequest, plan: DayPlan) -> dict[str, Any]:
    asked = {"who": plan.asked_by.name, "when": moment(plan.asked_at)}
    words: dict[str, Any] = {
        "plan": plan,
        "title": day(plan.on),
        "sub": " · ".join(
            [
                plan.outlet.name if plan.outlet else _("All outlets"),
                _("asked for by %(who)s, %(when)s") % asked,
                *moved_in_words(plan),
            ]
        ),
        "back_url": reverse("dispatch:board", query={"on": plan.on.isoformat()}),
        "badges": [{"kind": plan.state, "label": label_of(plan, "state")}],
        "form": AcceptDayPlanForm(plan=plan),
        "drop_form": VerbForm(),
        "percent": _("%(percent)s %%") % {"percent": plan.progress},
    }
    if plan.result:
        words |= proposal(request.user, plan, ticked=ticked_in(request, plan))
    return words


def moved_in_words(plan: DayPlan) -> list[str]:
    found = []
    if plan.moves_assigned:
        found.append(_("moves what is not accepted"))
    if plan.moves_accepted:
        found.append(_("moves what is accepted"))
    return found


def ticked_in(request: StaffRequest, plan: DayPlan) -> set[int]:
    """What was sent; before that all of what is open, but nothing of what was left out before or
    where nothing was asked for.
    """
    if request.method == "POST":
        return {int(each) for each in request.POST.getlist("lines") if each.isdecimal()}
    usual = "none" if plan.is_accepted else "all"
    return set() if request.GET.get("tick", usual) == "none" else set(plan.open_lines)


def proposal(user: Employee, plan: DayPlan, *, ticked: set[int]) -> dict[str, Any]:
    """The lines with their tasks as they are now; four queries."""
    result, refused = plan.result, plan.answer.get("refused", {})
    keys = [each["task"] for each in [*result["lines"], *result["left"]]] + result["kept"]
    tasks = tasks_of(user, keys)
    had = {line["had"] for line in result["lines"]} - {None}
    people = Employee.objects.select_related("outlet").in_bulk({*result["people"], *had})
    lines = [line for line in result["lines"] if line["task"] in tasks]
    still_open = set(plan.open_lines)
    rows = [
        line_row(
            line, tasks[line["task"]], people, plan, ticked, is_open=line["task"] in still_open
        )
        for line in lines
    ]
    kept = [kept_row(tasks[key]) for key in result["kept"] if key in tasks]
    return {
        "groups": groups_of(result["people"], people, [*rows, *kept]),
        "changes": len(still_open),
        "left_heads": heads(_("Task"), _("Customer"), _("Priority"), _("Promised by"), _("Why")),
        "left": [
            left_row(each, tasks[each["task"]]) for each in result["left"] if each["task"] in tasks
        ],
        "sums_heads": [
            head | {"numeric": at > 0}
            for at, head in enumerate(heads("", _("Now"), _("First draft"), _("This plan")))
        ],
        "sums": sums(result["figures"]),
        "note": note_of(result),
        "said": said(plan),
        "refused_heads": heads(_("Task"), _("Customer"), _("Why it was refused")),
        "refused": [
            refused_row(tasks[int(key)], why) for key, why in refused.items() if int(key) in tasks
        ],
    }


def tasks_of(user: Employee, keys: Sequence[int]) -> dict[int, Task]:
    rows = Task.objects.visible_to(user).filter(pk__in=keys).with_promise()
    rows = rows.select_related("customer", "skill", "service_request", "assignee")
    return {task.pk: task for task in rows.order_by()}


def groups_of(
    order: Sequence[int], people: Mapping[int, Employee], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    found = []
    for key in order:
        own = sorted((row for row in rows if row["engineer"] == key), key=lambda row: row["starts"])
        if own and key in people:
            found.append(
                {
                    "name": people[key].name,
                    "outlet": people[key].outlet.name,
                    "rows": own,
                }
            )
    return found


def line_row(
    line: Mapping[str, Any],
    task: Task,
    people: Mapping[int, Employee],
    plan: DayPlan,
    ticked: set[int],
    *,
    is_open: bool,
) -> dict[str, Any]:
    starts, ends = (datetime.fromisoformat(line[name]) for name in ("starts", "ends"))
    promised = task.promised_at  # type: ignore[attr-defined]
    is_stale = is_open and task.version != line["version"]
    return {
        "engineer": line["engineer"],
        "starts": starts,
        "key": task.pk,
        "slot": slot(starts, ends),
        "way": span(line["minutes"] * MINUTE) if line["minutes"] else "",
        "title": task.title,
        "number": task.number,
        "url": task.get_absolute_url(),
        "customer": task.customer.name if task.customer else "–",
        "why": explaining.planned(
            line["why"], skill=task.skill.name if task.skill else "", due=promised
        ),
        "is_late": line["is_late"],
        "change": change_in_words(line, people),
        "is_change": line["is_change"],
        "is_open": is_open,
        "is_ticked": task.pk in ticked and not is_stale,
        "is_stale": is_stale,
        "label": _("Accept %(number)s") % {"number": task.number},
        "outcome": outcome_of(line, plan),
    }


def outcome_of(line: Mapping[str, Any], plan: DayPlan) -> dict[str, str] | None:
    """What became of a line of a plan that was accepted."""
    if not plan.is_accepted or not line["is_change"]:
        return None
    if line["task"] in plan.answer["taken"]:
        return {"kind": "done", "label": _("Assigned")}
    if str(line["task"]) in plan.answer["refused"]:
        return {"kind": "refused", "label": _("Refused")}
    return None


def slot(starts: datetime, ends: datetime) -> str:
    """From when to when, of that day."""
    return f"{localtime(starts):%H:%M} – {localtime(ends):%H:%M}"


def change_in_words(line: Mapping[str, Any], people: Mapping[int, Employee]) -> str:
    if not line["is_change"]:
        return _("as it is")
    had_at = datetime.fromisoformat(line["had_at"]) if line["had_at"] else None
    before = {"time": moment(had_at)}
    if line["had"] is None:
        return _("new")
    if line["had"] == line["engineer"]:
        return _("instead of %(time)s") % before
    before["engineer"] = people[line["had"]].name if line["had"] in people else "–"
    return _("instead of %(engineer)s, %(time)s") % before


def kept_row(task: Task) -> dict[str, Any]:
    starts, ends = queries.begins(task), queries.ends(task)
    return {
        "engineer": task.assignee_id,
        "starts": starts,
        "key": task.pk,
        "slot": slot(starts, ends),
        "way": "",
        "title": task.title,
        "number": task.number,
        "url": task.get_absolute_url(),
        "customer": task.customer.name if task.customer else "–",
        "why": _("locked: %(what)s") % {"what": label_of(task, "locked")} if task.locked else "",
        "is_late": False,
        "change": label_of(task, "status"),
        "is_change": False,
        "is_kept": True,
    }


def left_row(left: Mapping[str, Any], task: Task) -> dict[str, Any]:
    engineer = task.assignee.name if task.assignee else "–"
    skill = task.skill.name if task.skill else ""
    request = task.service_request
    return {
        "url": task.get_absolute_url(),
        "tone": "",
        "cells": [
            {"text": task.title, "url": task.get_absolute_url(), "sub": task.number},
            {"text": task.customer.name if task.customer else "–"},
            {"text": str(request.priority) if request else "–"},
            {"text": moment(task.promised_at) or "–"},  # type: ignore[attr-defined]
            {"text": explaining.left(left["code"], skill=skill, engineer=engineer)},
        ],
    }


def refused_row(task: Task, why: str | dict[str, str]) -> dict[str, Any]:
    return {
        "url": task.get_absolute_url(),
        "tone": "",
        "cells": [
            {"text": task.title, "url": task.get_absolute_url(), "sub": task.number},
            {"text": task.customer.name if task.customer else "–"},
            {"text": why if isinstance(why, str) else in_language(why)},
        ],
    }


def sums(figures: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What there is to compare, of now, of the draft that it began with and of the plan."""
    of = [figures[name] for name in FIGURES]
    priorities = sorted({int(key) for each in of for key in each["left"]})
    rows = [
        (_("Travel"), [hours(each["travel"]) for each in of]),
        (_("Later than promised"), [str(each["late"]) for each in of]),
        (_("Open tasks with an engineer"), [str(each["planned"]) for each in of]),
    ]
    for priority in priorities:
        label = _("Without engineer, priority %(priority)s") % {"priority": priority}
        rows.append((label, [str(each["left"].get(str(priority), 0)) for each in of]))
    return [
        {
            "url": "",
            "tone": "",
            "cells": [{"text": label}, *({"text": text, "numeric": True} for text in texts)],
        }
        for label, texts in rows
    ]


def hours(minutes: int) -> str:
    return _("%(hours)s h") % {"hours": f"{minutes / 60:.1f}"}


def note_of(result: Mapping[str, Any]) -> str:
    found = []
    if result["is_cut"]:
        found.append(_("There are more tasks than are planned at once; the most urgent are here."))
    if result["closed"]:
        words = ngettext(
            "%(count)d engineer has no service hours that day.",
            "%(count)d engineers have no service hours that day.",
            result["closed"],
        )
        found.append(words % {"count": result["closed"]})
    return " ".join(found)


def said(plan: DayPlan) -> str:
    """What became of the lines that were accepted."""
    if not plan.is_accepted:
        return ""
    taken, refused = len(plan.answer["taken"]), len(plan.answer["refused"])
    words = ngettext("%(count)d task is assigned.", "%(count)d tasks are assigned.", taken)
    text = words % {"count": taken}
    if refused:
        more = ngettext("%(count)d was refused.", "%(count)d were refused.", refused)
        text = f"{text} {more % {'count': refused}}"
    return text
