"""Outlets and working calendars."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.timezone import localdate, now
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import Panel, collect
from crmservice.web.text import label_of
from crmservice.worktime import WEEKDAYS, CalendarError
from employees import actions, forms, queries, signals
from employees.models import CalendarDay, Employee, Outlet, WorkingCalendar

PEOPLE_SHOWN = 100
DECEMBER = 12
YEARS_SHOWN = range(1970, 2200)


def week_in_short(hours: WorkingCalendar) -> str:
    """Days with the same hours together: "Monday–Friday 09:00-17:00"."""
    groups: list[tuple[str, str, str]] = []
    for day in WEEKDAYS:
        text = ", ".join(hours.weekly.get(day, []))
        if groups and groups[-1][2] == text:
            groups[-1] = (groups[-1][0], day, text)
        else:
            groups.append((day, day, text))
    names = forms.DAY_NAMES
    return "; ".join(
        f"{names[first]}–{names[last]} {text}" if first != last else f"{names[first]} {text}"
        for first, last, text in groups
        if text
    )


OUTLETS = Listing(
    template="employees/outlets.html",
    title=_("Outlets"),
    columns=[
        Column("code", _("Code"), lambda each: each.code, order="code"),
        Column("name", _("Name"), lambda each: Cell(each.name, url=each.get_absolute_url())),
        Column("kind", _("Kind"), lambda each: label_of(each, "kind")),
        Column("calendar", _("Working calendar"), lambda each: str(each.calendar or "–")),
    ],
    default_order="code",
    empty_text=_("No outlet has been entered yet."),
    empty_action=_("Enter an outlet"),
    empty_url_name="employees:create_outlet",
)

CALENDARS = Listing(
    template="employees/calendars.html",
    title=_("Working calendars"),
    columns=[
        Column("code", _("Code"), lambda each: each.code, order="code"),
        Column("name", _("Name"), lambda each: Cell(each.name, url=each.get_absolute_url())),
        Column("zone", _("Time zone"), lambda each: each.time_zone),
        Column("week", _("Week"), week_in_short),
        Column("holidays", _("Public holidays of"), lambda each: each.country or "–"),
    ],
    default_order="code",
    empty_text=_("No working calendar has been made yet."),
    empty_action=_("Make a working calendar"),
    empty_url_name="employees:create_calendar",
)


@require_safe
@allowed("employees.view")
def outlets(request: StaffRequest) -> HttpResponse:
    rows = Outlet.objects.visible_to(request.user).select_related("calendar")
    return render_list(request, OUTLETS, rows, may_create=request.user.may("employees.change"))


@require_safe
@allowed("employees.view")
def outlet(request: StaffRequest, code: str) -> HttpResponse:
    place = find_outlet(request, code)
    at = now()
    people = Employee.objects.visible_to(request.user).active().filter(outlet=place)
    shown = list(people.with_presence(at)[:PEOPLE_SHOWN])
    words = {
        "outlet": place,
        "facts": [
            {"label": _("Code"), "text": place.code},
            {"label": _("Kind"), "text": place.get_kind_display()},
            {
                "label": _("Working calendar"),
                "text": str(place.calendar or ""),
                "url": place.calendar.get_absolute_url() if place.calendar else "",
            },
        ],
        "people": [
            {
                "name": each.name,
                "url": each.get_absolute_url(),
                "role": each.get_role_display(),
                "there": queries.availability(each, at),
            }
            for each in shown
        ],
        "activities": timeline(place),
        "may_change": request.user.may("employees.change"),
    }
    return render(request, "employees/outlet.html", words)


@allowed("employees.change")
def create_outlet(request: StaffRequest) -> HttpResponse:
    form = forms.OutletForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.create_outlet,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            return redirect(outcome.location or "employees:outlets")
    return form_page(
        request, form, _("Enter an outlet"), reverse("employees:outlets"), _("Outlets")
    )


@allowed("employees.change")
def edit_outlet(request: StaffRequest, code: str) -> HttpResponse:
    place = find_outlet(request, code)
    form = forms.OutletForm(request.POST or None, instance=place)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_outlet,
            place,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved."))
            return redirect(outcome.location or place)
    return form_page(request, form, _("Change the outlet"), place.get_absolute_url(), place.name)


@require_safe
@allowed("employees.view")
def calendars(request: StaffRequest) -> HttpResponse:
    rows = WorkingCalendar.objects.all()
    return render_list(request, CALENDARS, rows, may_create=request.user.may("employees.change"))


@require_safe
@allowed("employees.view")
def calendar(request: StaffRequest, code: str) -> HttpResponse:
    hours = find_calendar(code)
    return render_calendar(request, hours, forms.DayForm(), panels_of(request, hours))


@allowed("employees.change")
def create_calendar(request: StaffRequest) -> HttpResponse:
    form = forms.CalendarForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.create_calendar,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            return redirect(outcome.location or "employees:calendars")
    return form_page(
        request,
        form,
        _("Make a working calendar"),
        reverse("employees:calendars"),
        _("Working calendars"),
    )


@allowed("employees.change")
def edit_calendar(request: StaffRequest, code: str) -> HttpResponse:
    """The week and what it inherits; with "preview" pressed, what that would change."""
    hours = find_calendar(code)
    form = forms.CalendarForm(request.POST or None, instance=find_calendar(code))
    if "preview" in request.POST and form.is_valid():
        panels = preview(request, form, hours, form.changed_values, hours.days.all())
        return edit_page(request, form, hours, panels)
    if request.method == "POST" and "preview" not in request.POST:
        outcome = attempt(
            request,
            form,
            actions.change_calendar,
            hours,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved. It holds for new requests."))
            return redirect(outcome.location or hours)
    return edit_page(request, form, hours, [])


def edit_page(
    request: StaffRequest, form: forms.CalendarForm, hours: WorkingCalendar, panels: list[Panel]
) -> HttpResponse:
    words = {
        "form": form,
        "title": _("Change the working calendar"),
        "cancel_url": hours.get_absolute_url(),
        "back_label": hours.name,
        "panels": panels,
    }
    status = 422 if form.errors else 200
    return render(request, "employees/calendar_form.html", words, status=status)


def preview(
    request: StaffRequest,
    form: DeskForm,
    hours: WorkingCalendar,
    values: Mapping[str, Any],
    days: Iterable[CalendarDay],
) -> list[Panel]:
    """What the floors above say about a calendar as it was typed; nothing is saved."""
    try:
        proposed = queries.proposed(hours, values, days)
    except CalendarError as fault:
        form.add_error(queries.field_of_fault(fault), queries.fault_in_words(fault))
        return []
    return collect(signals.calendar_panels, hours, user=request.user, at=now(), proposed=proposed)


@require_POST
@allowed("employees.change")
def set_day(request: StaffRequest, code: str) -> HttpResponse:
    hours = find_calendar(code)
    form = forms.DayForm(request.POST)
    if "preview" in request.POST and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("date", "kind", "spans", "name")}
        others = hours.days.exclude(date=typed["date"])
        panels = preview(request, form, hours, {}, [*others, CalendarDay(calendar=hours, **typed)])
        return render_calendar(request, hours, form, panels, status=422 if form.errors else 200)
    outcome = attempt(
        request,
        form,
        actions.set_day,
        hours,
        date=lambda: form.cleaned_data["date"],
        kind=lambda: form.cleaned_data["kind"],
        spans=lambda: form.cleaned_data["spans"],
        name=lambda: form.cleaned_data["name"],
        by=request.user,
        at=now(),
    )
    if outcome:
        shown = form.cleaned_data["date"]
        return redirect(f"{hours.get_absolute_url()}?month={shown:%Y-%m}")
    return render_calendar(request, hours, form, panels_of(request, hours), status=422)


@require_POST
@allowed("employees.change")
def remove_day(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    hours = find_calendar(code)
    day = get_object_or_404(hours.days, pk=pk)
    shown = day.date
    actions.remove_day(hours, day=day, by=request.user, at=now())
    return redirect(f"{hours.get_absolute_url()}?month={shown:%Y-%m}")


@require_POST
@allowed("employees.change")
def take_over_holidays(request: StaffRequest, code: str) -> HttpResponse:
    hours = find_calendar(code)
    form = forms.HolidaysForm(request.POST)
    outcome = attempt(
        request,
        form,
        actions.take_over_holidays,
        hours,
        year=lambda: form.cleaned_data["year"],
        by=request.user,
        at=now(),
    )
    if not outcome:
        return render_calendar(
            request, hours, forms.DayForm(), panels_of(request, hours), holidays=form, status=422
        )
    taken = len(outcome.value or ())
    said = ngettext("%(count)d day was taken over.", "%(count)d days were taken over.", taken)
    messages.success(request, said % {"count": taken})
    return redirect(f"{hours.get_absolute_url()}?month={form.cleaned_data['year']}-01")


def find_outlet(request: StaffRequest, code: str) -> Outlet:
    rows = Outlet.objects.visible_to(request.user).select_related("calendar")
    return get_object_or_404(rows, code=code)


def find_calendar(code: str) -> WorkingCalendar:
    """Calendars belong to the company: whoever sees employees sees them."""
    return get_object_or_404(WorkingCalendar.objects.select_related("parent"), code=code)


def panels_of(request: StaffRequest, hours: WorkingCalendar) -> list[Panel]:
    return collect(signals.calendar_panels, hours, user=request.user, at=now(), proposed={})


def render_calendar(
    request: StaffRequest,
    hours: WorkingCalendar,
    form: forms.DayForm,
    panels: list[Panel],
    *,
    holidays: forms.HolidaysForm | None = None,
    status: int = 200,
) -> HttpResponse:
    first = chosen_month(request.GET.get("month", ""))
    words = {
        "calendar": hours,
        "first": first,
        "weeks": weeks_of(hours, first),
        "day_names": list(WEEKDAYS_ABBR.values()),
        "previous": f"{before(first):%Y-%m}",
        "following": f"{after(first):%Y-%m}",
        "week": [
            {"label": forms.DAY_NAMES[day], "text": ", ".join(hours.weekly.get(day, []))}
            for day in WEEKDAYS
        ],
        "facts": [
            {
                "label": _("Public holidays of"),
                "text": " · ".join(filter(None, (hours.country, hours.region))),
            },
            {
                "label": _("Special days of"),
                "text": str(hours.parent or ""),
                "url": hours.parent.get_absolute_url() if hours.parent else "",
            },
        ],
        "outlets": list(Outlet.objects.visible_to(request.user).filter(calendar=hours)[:20]),
        "children": list(hours.children.all()[:20]),
        "form": form,
        "holidays_form": holidays or forms.HolidaysForm(initial={"year": first.year}),
        "panels": panels,
        "activities": timeline(hours),
        "may_change": request.user.may("employees.change"),
    }
    return render(request, "employees/calendar.html", words, status=status)


def weeks_of(hours: WorkingCalendar, first: date) -> list[list[queries.Day]]:
    """The month as it is applied; nothing for a calendar that cannot be (an old import)."""
    try:
        return queries.month(hours, first)
    except CalendarError:
        return []


def chosen_month(typed: str) -> date:
    """The first of the month that the URL names, else of this one."""
    try:
        named = date.fromisoformat(f"{typed}-01")
    except ValueError:
        named = date.min
    return named if named.year in YEARS_SHOWN else localdate().replace(day=1)


def before(first: date) -> date:
    return (
        first.replace(month=first.month - 1)
        if first.month > 1
        else first.replace(year=first.year - 1, month=DECEMBER)
    )


def after(first: date) -> date:
    return (
        first.replace(month=first.month + 1)
        if first.month < DECEMBER
        else first.replace(year=first.year + 1, month=1)
    )


def form_page(
    request: StaffRequest, form: Any, title: Any, cancel_url: str, back_label: Any
) -> HttpResponse:
    words = {"form": form, "title": title, "submit": _("Save"), "cancel_url": cancel_url}
    words["back_label"] = back_label
    status = 422 if request.method == "POST" else 200
    return render(request, "employees/form.html", words, status=status)
