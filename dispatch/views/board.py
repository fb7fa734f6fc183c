"""The schedule board: engineers × time with what waits beside it, and the same as a list; what is
dragged is checked before it is dropped and goes through the same verbs as the forms.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.wording import sentence
from crmservice.web.access import allowed
from crmservice.web.attempt import Outcome, attempt
from crmservice.web.forms import new_key
from crmservice.web.http import StaffRequest
from crmservice.web.text import day, label_of, moment, span
from dispatch import actions, explaining, policies, queries
from dispatch.choices import CARRIED_OUT, UNFINISHED, Status
from dispatch.forms.board import BoardFilterForm, CrewForm, PlaceForm
from dispatch.forms.planning import USUAL_MINUTES
from dispatch.forms.verbs import ReasonForm
from dispatch.models import Task
from dispatch.suggestion import Leg
from dispatch.views.desk import find, offer_row, slot
from employees.models import Employee

OFFERED = 5
ABOVE_THE_FOLD = 12  # rows, as many as the page draws first
MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = timedelta(minutes=30)  # which `sensible_start` adds, to set out
ON_THE_BOARD = "%Y-%m-%dT%H:%M"


@require_safe
@allowed("dispatch.view")
def board(request: StaffRequest) -> HttpResponse:
    """The frame; what is in it comes by `feed`."""
    return render(request, "dispatch/board.html", frame(request, "dispatch:board"))


@require_safe
@allowed("dispatch.view")
def as_list(request: StaffRequest) -> HttpResponse:
    """The same without dragging: for keys, for screen readers and for small screens."""
    words = frame(request, "dispatch:board_list")
    shown = queries.board(request.user, words["stretch"])
    may_plan = request.user.may("dispatch.plan")
    words |= {
        "people": [person_of_list(person, shown, may_plan=may_plan) for person in shown.people],
        "waiting": [waiting_row(task, may_plan=may_plan) for task in shown.waiting],
        "heads": heads(
            _("Planned"), _("Task"), _("Customer"), _("To be known"), _("Status"), _("Assign")
        ),
        "waiting_heads": heads(
            _("Task"), _("Customer"), _("Kind"), _("Promised by"), _("Planned"), _("Assign")
        ),
    }
    return render(request, "dispatch/board_list.html", words)


def heads(*labels: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "numeric": False, "wide_only": False, "sort_url": "", "direction": ""}
        for label in labels
    ]


def frame(request: StaffRequest, name: str) -> dict[str, Any]:
    """The filters, and the ways to the days before and after."""
    today = localdate(now())
    form = BoardFilterForm(request.GET, user=request.user)
    stretch = form.stretch(today)
    kept = {
        key: request.GET[key]
        for key in BoardFilterForm.FILTERS
        if request.GET.get(key) and key not in form.errors
    }
    is_week = stretch.days > 1
    step = timedelta(days=stretch.days)

    def address(route: str = name, **changes: str) -> str:
        own = {"view": "week" if is_week else "day", "on": stretch.first.isoformat()}
        return reverse(route, query={**own, **kept, **changes})

    return {
        "form": form,
        "stretch": stretch,
        "title": title_of(stretch),
        "is_week": is_week,
        "is_list": name == "dispatch:board_list",
        "may_plan": request.user.may("dispatch.plan"),
        "before_url": address(on=(stretch.first - step).isoformat()),
        "after_url": address(on=(stretch.first + step).isoformat()),
        "today_url": address(on=today.isoformat()),
        "day_url": address(view="day"),
        "week_url": address(view="week"),
        "board_url": address("dispatch:board"),
        "list_url": address("dispatch:board_list"),
        "feed_url": address("dispatch:board_feed"),
        "top_url": address("dispatch:board_feed", top="yes"),
        "clear_url": reverse(name, query={"view": "week" if is_week else "day"}) if kept else "",
        "plan_day_url": reverse(
            "dispatch:plan_day",
            query={"on": max(stretch.first, today).isoformat()}
            | ({"outlet": stretch.outlet.code} if stretch.outlet else {}),
        ),
        "offset": f"{localtime(now()):%z}",
        "zone": localtime(now()).tzname(),
    }


def title_of(stretch: queries.Stretch) -> str:
    if stretch.days > 1:
        return f"{day(stretch.first)} – {day(stretch.last)}"
    weekday = formats.date_format(stretch.first, "l")
    return _("%(weekday)s %(day)s") % {"weekday": weekday, "day": day(stretch.first)}


@require_safe
@allowed("dispatch.view")
@gzip_page
def feed(request: StaffRequest) -> HttpResponse:
    """What is on the board, for a page that asks every few seconds: 304 while nothing changed. The
    first time it asks for the `top` only, what is above the fold, so that it is there soon.

    While nobody moved anything, what it is compared with is not made again before the minute is
    over (ADR 0078).
    """
    had_mark, _sep, had = request.headers.get("If-None-Match", "").strip('W/"').partition("-")
    if had and mark_of(request, had_mark) == had_mark:
        return not_modified(had_mark, had)
    mark = mark_of(request)
    stretch = BoardFilterForm(request.GET, user=request.user).stretch(localdate(now()))
    rows = ABOVE_THE_FOLD if "top" in request.GET else None
    body = json.dumps(contents(request.user, stretch, rows), ensure_ascii=False)
    made = sha256(body.encode()).hexdigest()[:32]
    if made == had:
        return not_modified(mark, made)
    headers = {"ETag": f'"{mark}-{made}"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


def mark_of(request: StaffRequest, before: str = "") -> str:
    """Of what was moved until now, of who asks, how, and in which minute; it begins with the
    activity since which it looks, the one of the mark `before` if that is not long ago. Read before
    the contents are.
    """
    since = before.partition(".")[0]
    known = int(since) if since.isdecimal() and len(since) < len(str(2**63)) else None
    first, done = queries.moved(known)
    asked = request.user.pk, get_language(), request.GET.urlencode(), f"{now():%Y%m%d%H%M}"
    return f"{first}.{sha256(repr((asked, done)).encode()).hexdigest()[:16]}"


def not_modified(mark: str, made: str) -> HttpResponse:
    return HttpResponse(status=304, headers={"ETag": f'"{mark}-{made}"'})


def contents(user: Employee, stretch: queries.Stretch, rows: int | None = None) -> dict[str, Any]:
    """Times are as the clock on the wall has them, without zone: the board has one only."""
    shown = queries.board(user, stretch, rows)
    first, last = queries.shown_hours(shown)
    numbers = {person.pk: person.employee_no for person in shown.people}
    may_plan = user.may("dispatch.plan")
    return {
        "hours": [f"{first:%H:%M}", "24:00" if last.minute else f"{last:%H:%M}"],
        "people": [person_of(person, shown) for person in shown.people],
        "tasks": [
            bar_of(task, key, numbers, shown.legs, stretch, user)
            for task in shown.tasks
            for key in task.people
            if key in numbers
        ],
        "ways": [
            way_of(task, key, numbers, leg)
            for task in shown.tasks
            if task.status in UNFINISHED
            for key in task.people
            if key in numbers
            and (leg := shown.legs.get(queries.bar_key(task, key)))
            and leg.way.minutes
        ],
        "away": [
            {
                "who": [numbers[absence.employee_id]],
                "start": wall(absence.starts_at),
                "end": wall(absence.ends_at),
                "text": absence.get_kind_display(),
            }
            for absence in shown.absences
        ],
        "closed": closed_bars(shown, numbers),
        "waiting": render_to_string(
            "dispatch/_waiting.html",
            {
                "waiting": [card_of(task) for task in shown.waiting],
                "is_cut": shown.is_waiting_cut,
                "may_plan": may_plan,
            },
        ),
        "note": note_of(shown),
    }


def note_of(shown: queries.Board) -> str:
    if shown.is_cut:
        return _("Only the first %(count)s people are shown; choose an outlet or a skill.") % {
            "count": len(shown.people)
        }
    return "" if shown.people else _("Nobody matches the filters.")


def wall(at: datetime) -> str:
    return localtime(at).strftime(ON_THE_BOARD)


def clock(at: datetime) -> str:
    return f"{localtime(at):%H:%M}"


def person_of(person: Employee, shown: queries.Board) -> dict[str, str]:
    return {
        "id": person.employee_no,
        "name": person.name,
        "sub": person.outlet.name,
        "load": load_of(person, shown),
    }


def load_of(person: Employee, shown: queries.Board) -> str:
    hours = shown.hours.get(person.pk, 0)
    return _("%(hours)s h") % {"hours": f"{hours:.1f}".removesuffix(".0")} if hours else ""


def bar_of(
    task: Task,
    person: int,
    numbers: Mapping[int, str],
    legs: Mapping[str, Leg],
    stretch: queries.Stretch,
    user: Employee,
) -> dict[str, Any]:
    """One of a person; whoever goes along has one that is not dragged."""
    key = queries.bar_key(task, person)
    leg, is_first = legs.get(key), person == task.assignee_id
    starts, ends = queries.begins(task), queries.ends(task)
    return {
        "id": key,
        "number": task.number,
        "who": numbers[person],
        "start": wall(starts),
        "end": wall(ends),
        "title": task.title,
        "sub": task.customer.name if task.customer else label_of(task, "kind"),
        "text": told(task, leg),
        "status": task.status,
        "promise": clock(task.promised_at) if promise_counts(task) else "",  # type: ignore[attr-defined]
        "late": misses_promise(task),
        "short": bool((ahead := leg_ahead(task, leg)) and ahead.is_short),
        "locked": bool(task.locked),
        "along": not is_first,
        "against": bool(task.conflict_reason),
        "over": task.status in CARRIED_OUT,
        "other": bool(stretch.kind) and task.kind != stretch.kind,
        "movable": is_first and policies.may_assign(user, task),
        "version": task.version,
    }


def promise_counts(task: Task) -> bool:
    """Until somebody is there."""
    not_there = (Status.PLANNED, Status.ASSIGNED, Status.ACCEPTED, Status.TRAVELLING)
    return task.promised_at is not None and task.status in not_there  # type: ignore[attr-defined]


def misses_promise(task: Task) -> bool:
    promised = task.promised_at if promise_counts(task) else None  # type: ignore[attr-defined]
    return promised is not None and task.planned_start is not None and task.planned_start > promised


def told(task: Task, leg: Leg | None = None) -> str:
    """All that a bar means, in words."""
    words = [
        f"{task.number} {task.title}",
        task.customer.name if task.customer else "",
        explaining.slot(queries.begins(task), queries.ends(task)),
        label_of(task, "status"),
        *marks(task, leg),
    ]
    return " · ".join(filter(None, words))


def marks(task: Task, leg: Leg | None) -> list[str]:
    """What is to be known of it besides: the way, the promise, the lock, the reason."""
    found = []
    if leg is not None and leg.way.minutes and task.status in UNFINISHED:
        way = {"way": span(leg.way.minutes * MINUTE)}
        found.append(
            (_("%(way)s of travel, too little time") if leg.is_short else _("%(way)s of travel"))
            % way
        )
    if promise_counts(task):
        due = {"due": moment(task.promised_at)}  # type: ignore[attr-defined]
        late = (
            _("too late for the promise (%(due)s)")
            if misses_promise(task)
            else _("promised by %(due)s")
        )
        found.append(late % due)
    if task.locked:
        found.append(_("locked: %(what)s") % {"what": label_of(task, "locked")})
    if task.conflict_reason:
        found.append(_("against the advice: %(reason)s") % {"reason": task.conflict_reason})
    if crew := list(task.known("crew")):
        people = [str(task.assignee or _("nobody yet")), *map(str, crew)]
        found.append(_("together: %(people)s") % {"people": ", ".join(people)})
    return [*found, *order_marks(task)]


def order_marks(task: Task) -> list[str]:
    """After what it comes, and whether that is planned to be over by then."""
    if task.status not in UNFINISHED:
        return []
    found = []
    for other in task.known("after"):
        ends = queries.ends(other) if other.planned_start else None
        if other.status == Status.CANCELLED:
            found.append(_("%(number)s before it is cancelled") % {"number": other.number})
        elif other.status in UNFINISHED:
            is_early = ends is None or ends > queries.begins(task)
            words = _("too early: after %(number)s") if is_early else _("after %(number)s")
            found.append(words % {"number": other.number})
    return found


def leg_ahead(task: Task, leg: Leg | None) -> Leg | None:
    """The way that is still to be made, if there is one."""
    return leg if leg and leg.way.minutes and task.status in UNFINISHED else None


def way_of(task: Task, person: int, numbers: Mapping[int, str], leg: Leg) -> dict[str, Any]:
    starts = queries.begins(task)
    sets_out = max(starts - leg.way.minutes * MINUTE, queries.start_of(localdate(starts)))
    return {
        "who": [numbers[person]],
        "start": wall(sets_out),
        "end": wall(starts),
        "short": leg.is_short,
    }


def closed_bars(shown: queries.Board, numbers: Mapping[int, str]) -> list[dict[str, Any]]:
    by_calendar: dict[int | None, list[str]] = {}
    for person in shown.people:
        by_calendar.setdefault(person.outlet.calendar_id, []).append(numbers[person.pk])
    return [
        {
            "who": by_calendar[closed.calendar_id],
            "start": wall(closed.starts),
            "end": wall(closed.ends),
            "text": closed.name,
        }
        for closed in shown.closed
    ]


def card_of(task: Task) -> dict[str, Any]:
    """A task that waits, as it lies beside the board."""
    promised = task.promised_at  # type: ignore[attr-defined]
    return {
        "number": task.number,
        "title": task.title,
        "customer": task.customer.name if task.customer else "",
        "place": (task.site.name if task.site else "")
        or (task.customer.place if task.customer else ""),
        "kind": label_of(task, "kind"),
        "skill": task.skill.name if task.skill else "",
        "promise": moment(promised),
        "wished": moment(task.planned_start),
        "is_late": promised is not None and promised < now(),
        "is_locked": bool(task.locked),
        "minutes": int(queries.length(task) / MINUTE),
        "version": task.version,
    }


def place_in_words(task: Task) -> str:
    if task.site is not None:
        return task.site.name
    return task.customer.place if task.customer else ""


def person_of_list(person: Employee, shown: queries.Board, *, may_plan: bool) -> dict[str, Any]:
    tasks = [task for task in shown.tasks if person.pk in task.people]
    away = [each for each in shown.absences if each.employee_id == person.pk]
    return {
        "name": person.name,
        "url": person.get_absolute_url(),
        "outlet": person.outlet.name,
        "load": load_of(person, shown),
        "absences": [
            f"{each.get_kind_display()}: {explaining.slot(each.starts_at, each.ends_at)}"
            for each in away
        ],
        "rows": [
            list_row(task, shown.legs.get(queries.bar_key(task, person.pk)), may_plan=may_plan)
            for task in tasks
        ],
    }


def list_row(task: Task, leg: Leg | None, *, may_plan: bool) -> dict[str, Any]:
    is_movable = may_plan and task.status in (Status.ASSIGNED, Status.ACCEPTED)
    assign_url = reverse("dispatch:assign", args=[task.number])
    return {
        "url": task.get_absolute_url(),
        "tone": "",
        "cells": [
            {"text": explaining.slot(queries.begins(task), queries.ends(task))},
            {"text": task.title, "url": task.get_absolute_url(), "sub": task.number},
            {"text": task.customer.name if task.customer else "–"},
            {"text": " · ".join(marks(task, leg)) or "–"},
            {"text": label_of(task, "status"), "badge": task.status},
            {"text": _("Assign anew"), "url": assign_url} if is_movable else {"text": ""},
        ],
    }


def waiting_row(task: Task, *, may_plan: bool) -> dict[str, Any]:
    card = card_of(task)
    assign_url = reverse("dispatch:assign", args=[task.number])
    return {
        "url": task.get_absolute_url(),
        "tone": "bad" if card["is_late"] else "",
        "cells": [
            {"text": task.title, "url": task.get_absolute_url(), "sub": task.number},
            {"text": card["customer"] or "–", "sub": card["place"]},
            {"text": card["kind"], "sub": card["skill"]},
            {"text": card["promise"] or "–"},
            {"text": card["wished"] or "–"},
            {"text": _("Assign"), "url": assign_url} if may_plan else {"text": ""},
        ],
    }


@require_safe
@allowed("dispatch.view")
def task(request: StaffRequest, number: str) -> HttpResponse:
    """A task beside the board: what it is, who could go and why, and the form to say it by key."""
    chosen, user, at = find(request, number), request.user, now()
    may_assign = policies.may_assign(user, chosen)
    words: dict[str, Any] = {
        "task": chosen,
        "badges": [{"kind": chosen.status, "label": label_of(chosen, "status")}],
        "facts": facts_of(chosen),
        "may_assign": may_assign,
        "may_unassign": policies.may_unassign(user, chosen),
        "may_lock": policies.may_lock(user, chosen),
        "crew": chosen.crew.all(),
        "fresh_key": new_key,
    }
    if policies.may_crew(user, chosen):
        words["crew_form"] = CrewForm(user=user, task=chosen)
    if may_assign:
        starts = wished_start(request, chosen, at)
        length = queries.length(chosen)
        words |= offers(user, chosen, starts=starts, length=length, at=at)
        first = {
            "engineer": chosen.assignee.employee_no if chosen.assignee else None,
            "starts": localtime(starts),
            "minutes": int(length / MINUTE) or USUAL_MINUTES,
            "version": chosen.version,
        }
        words["form"] = PlaceForm(user=user, task=chosen, initial=first)
    return render(request, "dispatch/_board_task.html", words)


def wished_start(request: StaffRequest, chosen: Task, at: datetime) -> datetime:
    """The planned one while it is ahead; else as soon as it can be on the day that is looked at."""
    if chosen.planned_start and chosen.planned_start > at:
        return chosen.planned_start
    stretch = BoardFilterForm(request.GET, user=request.user).stretch(localdate(at))
    morning = stretch.starts
    if request.user.outlet.calendar_id is None:
        morning = queries.start_of(stretch.first, queries.USUAL_HOURS[0])
    return queries.sensible_start(request.user, max(at, morning - HALF_AN_HOUR))


def offers(
    user: Employee, chosen: Task, *, starts: datetime, length: timedelta, at: datetime
) -> dict[str, Any]:
    job = queries.job_of(chosen)
    found = queries.suggestion_for(user, job, starts=starts, length=length, at=at)
    return {
        "offers": [
            {
                **offer_row(person, candidate, starts),
                "starts": wall(candidate.starts),
                "minutes": int(length / MINUTE),
                "once": new_key(),
            }
            for person, candidate in found.candidates[:OFFERED]
        ],
        "excluded": [
            {"name": person.name, "why": explaining.exclusion(why)}
            for person, why in found.excluded
        ],
    }


def facts_of(chosen: Task) -> list[dict[str, str]]:
    due = queries.arrival_due(chosen.service_request) if chosen.is_unfinished else None
    found = [
        (_("Customer"), chosen.customer.name if chosen.customer else ""),
        (_("Place"), place_in_words(chosen)),
        (_("Engineer"), chosen.assignee.name if chosen.assignee else ""),
        (_("Planned"), slot(chosen)),
        (_("Promised by"), moment(due)),
        (_("Skill needed"), chosen.skill.name if chosen.skill else ""),
        (_("Agreed with the customer"), label_of(chosen, "locked") if chosen.locked else ""),
        (_("Reason against the advice"), chosen.conflict_reason),
    ]
    return [{"label": label, "text": text} for label, text in found if text]


@require_safe
@allowed("dispatch.plan")
def check(request: StaffRequest, number: str) -> HttpResponse:
    """What would stand against a place, before it is taken; nothing is written."""
    chosen = find(request, number)
    form = PlaceForm(request.GET, user=request.user, task=chosen)
    if not form.is_valid():
        return JsonResponse({"refused": errors_of(form), "conflicts": [], "warnings": []})
    asked = form.slot
    engineer, starts, ends = asked["engineer"], asked["planned_start"], asked["planned_end"]
    return JsonResponse(
        {
            "slot": f"{engineer.name} · {explaining.slot(starts, ends)}",
            "refused": actions.lock_against(chosen, engineer, starts),
            "conflicts": said(queries.conflicts(chosen, engineer, starts, ends)),
            "warnings": said(queries.warnings(chosen, engineer, starts, ends)),
        }
    )


def said(reasons: list[dict[str, Any]]) -> list[str]:
    return [sentence(reason["say"], reason).text for reason in reasons]


@require_POST
@allowed("dispatch.plan")
def place(request: StaffRequest, number: str) -> HttpResponse:
    """Give the task to an engineer for a time, as it was dropped."""
    chosen = find(request, number)
    form = PlaceForm(request.POST, user=request.user, task=chosen)
    outcome = attempt(request, form, give, chosen, asked=lambda: form, by=request.user, at=now())
    against = []
    if "conflict_reason" in form.errors:
        asked = form.slot
        slot_asked = asked["engineer"], asked["planned_start"], asked["planned_end"]
        against = said(queries.conflicts(chosen, *slot_asked))
    done = _("%(number)s is assigned.") % {"number": number}
    return answer(outcome, form, done, against=against)


def give(chosen: Task, *, asked: PlaceForm, by: Employee, at: datetime) -> Task:
    return actions.assign(chosen, **asked.slot, by=by, at=at)


@require_POST
@allowed("dispatch.plan")
def take_back(request: StaffRequest, number: str) -> HttpResponse:
    chosen = find(request, number)
    form = ReasonForm(request.POST)
    reason = {"reason": lambda: form.cleaned_data["reason"]}
    outcome = attempt(request, form, actions.unassign, chosen, **reason, by=request.user, at=now())
    return answer(outcome, form, _("%(number)s is without engineer again.") % {"number": number})


def answer(outcome: Outcome, form: Any, done: str, *, against: Sequence[str] = ()) -> HttpResponse:
    """In words, for a page that stays; what a reason would get past is `against`."""
    if outcome:
        return JsonResponse({"said": done})
    return JsonResponse({"said": errors_of(form), "against": list(against)}, status=422)


def errors_of(form: Any) -> str:
    return " ".join(str(each) for errors in form.errors.values() for each in errors)
