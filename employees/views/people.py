"""Employees: the list, the page, and what may be done to one."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from crmservice.phones import show
from crmservice.search.query import matching_ids
from crmservice.web.access import allowed, everybody
from crmservice.web.attempt import attempt
from crmservice.web.choosing import MOST_OPTIONS, options, typed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import day, label_of, moment
from crmservice.web.verbs import carry_out
from employees import actions, forms, policies, queries, signals
from employees.filters import EmployeeFilter
from employees.models import Absence, Employee
from employees.permissions import PERMISSIONS, ROLE_ORDER, SCOPE_WORDS, WORDS

View = Callable[..., HttpResponseBase]
ABSENCES_SHOWN = 10


def fresh(view: View) -> View:
    """What opens doors for others asks for the password again, at most five minutes old (S-21)."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not did_recently_reauthenticate(request):
            asked = urlencode({"next": request.path})
            return redirect(f"{reverse('account_reauthenticate')}?{asked}")
        return view(request, *args, **kwargs)

    return guarded


def presence(employee: Employee) -> Cell:
    there = queries.availability(employee, now())
    return Cell(there.text, badge=there.kind)


def skills_in_short(employee: Employee) -> str:
    levels = employee.skill_levels.all()
    return ", ".join(f"{each.skill.name} {each.level}" for each in levels)


LISTING = Listing(
    template="employees/index.html",
    title=_("Employees"),
    columns=[
        Column("number", _("Number"), lambda each: each.employee_no, order="employee_no"),
        Column(
            "name",
            _("Full name"),
            lambda each: Cell(each.name, url=each.get_absolute_url(), sub=each.name_en),
            order="name",
        ),
        Column("role", _("Role"), lambda each: label_of(each, "role"), order="role"),
        Column("outlet", _("Outlet"), lambda each: each.outlet.name),
        Column("ring", _("Ring"), lambda each: Cell(str(each.ring), numeric=True), numeric=True),
        Column("skills", _("Skills"), skills_in_short, wide_only=True),
        Column("there", _("Now"), presence),
    ],
    default_order="number",
    filterset=EmployeeFilter,
    search_kind="employee",
    empty_text=_("Nobody has been entered yet."),
    empty_action=_("Enter an employee"),
    empty_url_name="employees:create",
)


@require_safe
@allowed("employees.view")
def index(request: StaffRequest) -> HttpResponse:
    people = Employee.objects.visible_to(request.user).with_presence(now())
    people = people.prefetch_related("skill_levels__skill")
    may_create = request.user.may("employees.change")
    return render_list(request, LISTING, people, may_create=may_create)


@require_safe
@everybody
def me(request: StaffRequest) -> HttpResponse:
    return redirect(request.user)


@require_safe
@allowed("employees.view")
def detail(request: StaffRequest, employee_no: str) -> HttpResponse:
    return render_detail(request, found(request, employee_no))


@allowed("employees.change")
def create(request: StaffRequest) -> HttpResponse:
    form = forms.EmployeeForm(request.POST or None, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.create,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            return redirect(outcome.location)
    words = {"form": form, "title": _("Enter an employee"), "submit": _("Save")}
    words |= {"cancel_url": reverse("employees:index"), "back_label": _("Employees")}
    return render(request, "employees/form.html", words, status=status_of(request))


@allowed("employees.change")
def edit(request: StaffRequest, employee_no: str) -> HttpResponse:
    employee = changeable(request, employee_no)
    form = forms.EmployeeForm(request.POST or None, instance=employee, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_employee,
            employee,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved."))
            return redirect(outcome.location or employee)
    words = {"form": form, "title": _("Change the employee’s data"), "submit": _("Save")}
    words |= {"cancel_url": employee.get_absolute_url(), "back_label": employee.name}
    return render(request, "employees/form.html", words, status=status_of(request))


@allowed("employees.change")
def skills(request: StaffRequest, employee_no: str) -> HttpResponse:
    employee = changeable(request, employee_no)
    form = forms.SkillsForm(request.POST or None, employee=employee)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.set_skills,
            employee,
            levels=lambda: form.values["levels"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved."))
            return redirect(outcome.location or employee)
    words = {"form": form, "employee": employee}
    return render(request, "employees/skills.html", words, status=status_of(request))


@allowed("employees.view")
def note_absence(request: StaffRequest, employee_no: str) -> HttpResponse:
    employee = found(request, employee_no)
    if not policies.may_note_absence(request.user, employee):
        raise PermissionDenied
    return carry_out(
        request,
        employee,
        forms.AbsenceForm,
        actions.note_absence,
        title=_("Note an absence"),
        submit=_("Note the absence"),
        said=_("The absence is noted."),
        hint=_("Tasks of this time that have not begun go back to the desk, which is told."),
        symbol="calendar-off",
    )


@require_POST
@allowed("employees.view")
def cancel_absence(request: StaffRequest, employee_no: str, pk: int) -> HttpResponse:
    employee = found(request, employee_no)
    if not policies.may_note_absence(request.user, employee):
        raise PermissionDenied
    absence = get_object_or_404(employee.absences.select_related("employee"), pk=pk)
    return press(request, actions.cancel_absence, absence, back=employee)


@allowed("employees.administer")
@fresh
def open_log_in(request: StaffRequest, employee_no: str) -> HttpResponse:
    employee = found(request, employee_no)
    form = forms.OpenLogInForm(request.POST or None, employee=employee)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.open_log_in,
            employee,
            password=lambda: form.cleaned_data["password"],
            by=request.user,
            at=now(),
        )
        if outcome:
            said = gettext("%(who)s can log in now. Hand the password over in person.")
            messages.success(request, said % {"who": employee})
            return redirect(employee)
    words = {"form": form, "back_label": employee.name, "title": _("Open the log-in")}
    words |= {"submit": _("Open the log-in"), "cancel_url": employee.get_absolute_url()}
    return render(request, "employees/form.html", words, status=status_of(request))


@require_POST
@allowed("employees.administer")
def close_log_in(request: StaffRequest, employee_no: str) -> HttpResponse:
    employee = found(request, employee_no)
    return press(request, actions.close_log_in, employee, back=employee)


@require_safe
@allowed("employees.view")
def choose(request: StaffRequest) -> JsonResponse:
    """The people for a field: by name, pinyin or number; nothing typed gives the first ones."""
    people = Employee.objects.visible_to(request.user).active().select_related("outlet")
    if text := typed(request):
        people = people.filter(pk__in=matching_ids("employee", text))
    return options(
        (each.pk, each.name, f"{each.get_role_display()} · {each.outlet.name}")
        for each in people.order_by("name", "pk")[:MOST_OPTIONS]
    )


@require_safe
@allowed("employees.view")
def rights(request: StaffRequest) -> HttpResponse:
    """The permission table as it is in force, in words."""
    rows = [
        {
            "action": action,
            "words": WORDS[action],
            "cells": [
                {
                    "role": role.label,
                    "scope": granted.get(role, ""),
                    "words": words_of(granted, role),
                }
                for role in ROLE_ORDER
            ],
        }
        for action, granted in PERMISSIONS.items()
    ]
    words = {"roles": ROLE_ORDER, "rows": rows}
    return render(request, "employees/rights.html", words)


def words_of(granted: Any, role: Any) -> str:
    return str(SCOPE_WORDS[granted[role]]) if role in granted else ""


def found(request: StaffRequest, employee_no: str) -> Employee:
    people = Employee.objects.visible_to(request.user).with_presence(now())
    people = people.select_related("supervisor", "backup")
    return get_object_or_404(people, employee_no=employee_no)


def changeable(request: StaffRequest, employee_no: str) -> Employee:
    employee = found(request, employee_no)
    if not policies.may_change(request.user, employee):
        raise PermissionDenied
    return employee


def render_detail(request: StaffRequest, employee: Employee, status: int = 200) -> HttpResponse:
    at, user = now(), request.user
    is_self = employee.pk == user.pk
    may_note = policies.may_note_absence(user, employee)
    words = {
        "employee": employee,
        "there": queries.availability(employee, at),
        "facts": facts(employee),
        "skills": skill_rows(employee),
        "absences": absence_rows(employee, may_cancel=may_note),
        "reports": list(
            Employee.objects.visible_to(user).active().filter(supervisor=employee)[:20]
        ),
        "panels": collect(signals.detail_panels, employee, user=user, at=at),
        "activities": timeline(employee) if is_self or user.may("employees.change") else [],
        "is_self": is_self,
        "may_change": policies.may_change(user, employee),
        "may_note": may_note,
        "may_administer": user.may("employees.administer"),
        "may_close": policies.may_close_log_in(user, employee),
        "has_log_in": employee.is_active and employee.has_usable_password(),
    }
    return render(request, "employees/detail.html", words, status=status)


def press(
    request: StaffRequest, action: Callable[..., Any], subject: Any, *, back: Employee
) -> HttpResponse:
    """A verb of one button, back on the person's page whatever the rule said."""
    try:
        action(subject, by=request.user, at=now())
    except DomainError as no:
        messages.error(request, str(no))
    return redirect(back)


def skill_rows(employee: Employee) -> list[dict[str, Any]]:
    today = now().date()
    return [
        {
            "name": each.skill.name,
            "level": each.level,
            "until": day(each.certificate_expires_on),
            "expired": bool(each.certificate_expires_on and each.certificate_expires_on < today),
        }
        for each in employee.skill_levels.select_related("skill")
    ]


def absence_rows(employee: Employee, *, may_cancel: bool) -> list[dict[str, Any]]:
    at = now()
    absences: list[Absence] = list(employee.absences.all()[:ABSENCES_SHOWN])
    return [
        {
            "pk": each.pk,
            "kind": each.get_kind_display(),
            "first": moment(each.starts_at),
            "last": moment(each.ends_at),
            "note": each.note,
            "is_now": each.starts_at <= at < each.ends_at,
            "may_cancel": may_cancel and each.ends_at > at,
        }
        for each in absences
    ]


def facts(employee: Employee) -> list[dict[str, Any]]:
    outlet, calendar = employee.outlet, employee.outlet.calendar
    return [
        {"label": _("Employee number"), "text": employee.employee_no},
        {"label": _("Outlet"), "text": outlet.name, "url": outlet.get_absolute_url()},
        linked(_("Working calendar"), calendar),
        {"label": _("Role"), "text": employee.get_role_display()},
        {"label": _("Ring"), "text": str(employee.ring)},
        linked(_("Supervisor"), employee.supervisor),
        linked(_("Backup"), employee.backup),
        {
            "label": _("E-mail"),
            "text": employee.email,
            "url": f"mailto:{employee.email}" if employee.email else "",
        },
        {
            "label": _("Telephone"),
            "text": show(employee.phone) if employee.phone else "",
            "url": f"tel:{employee.phone}" if employee.phone else "",
        },
        {"label": _("Joined on"), "text": day(employee.joined_on)},
        {"label": _("Left on"), "text": day(employee.left_on)},
    ]


def linked(label: Any, record: Any) -> dict[str, Any]:
    """A fact that opens another record."""
    if record is None:
        return {"label": label, "text": ""}
    text = getattr(record, "name", None) or str(record)
    return {"label": label, "text": text, "url": record.get_absolute_url()}


def status_of(request: StaffRequest) -> int:
    return 422 if request.method == "POST" else 200
