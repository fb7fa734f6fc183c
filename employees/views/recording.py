"""What is still to be entered: each person's own list, and what records call for."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed, everybody
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import moment
from employees import actions
from employees.filters import OmissionFilterSet
from employees.forms import CalledForForm
from employees.models import Employee, Omission
from employees.situations import SITUATIONS, field_words, situation_words


def what(omission: Omission) -> Cell:
    words = omission.note or situation_words(omission.situation)
    return Cell(field_words(omission.situation, omission.field), url=omission.url, sub=words)


def due(omission: Omission) -> Cell:
    is_late = omission.due_at <= now()
    return Cell(moment(omission.due_at), badge="overdue" if is_late else "")


LISTING = Listing(
    template="employees/omissions.html",
    title=_("Still to be entered"),
    columns=[
        Column("record", _("Record"), lambda each: Cell(each.subject_name, url=each.url)),
        Column("what", _("What is missing"), what),
        Column("who", _("Whose record"), lambda each: Cell(each.owner.name)),
        Column("happened", _("Happened"), lambda each: moment(each.happened_at), wide_only=True),
        Column("due", _("To be entered by"), due, order="due_at"),
    ],
    default_order="due",
    filterset=OmissionFilterSet,
    empty_text=_("Everything is entered. Thank you."),
    url=lambda each: each.url,
)


@require_safe
@everybody
def index(request: StaffRequest) -> HttpResponse:
    """One's own; `?show=all` those of everybody whose records one answers for."""
    user = request.user
    rows = Omission.objects.visible_to(user).open().select_related("owner")
    may_see_others = user.may("employees.view_quality")
    shows_all = may_see_others and request.GET.get("show") == "all"
    if not shows_all:
        rows = rows.filter(owner=user)
    return render_list(
        request,
        LISTING,
        rows,
        shows_all=shows_all,
        may_see_others=may_see_others,
        may_change=user.may("employees.change"),
    )


@allowed("employees.change")
def rules(request: StaffRequest) -> HttpResponse:
    """Which fields make a record complete, by kind."""
    form = CalledForForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request, form, call_for_all, chosen=lambda: form.chosen, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, gettext("Saved. It holds for records from now on."))
            return redirect("employees:called_for")
    status = 422 if request.method == "POST" else 200
    words = {"form": form, "tables": [table_of(form, code) for code in sorted(SITUATIONS)]}
    return render(request, "employees/called_for.html", words, status=status)


def call_for_all(*, chosen: dict[str, list[tuple[str, str]]], by: Employee, at: datetime) -> None:
    for situation, pairs in chosen.items():
        actions.call_for(situation, pairs, by=by, at=at)


def table_of(form: CalledForForm, code: str) -> dict[str, Any]:
    """Kinds down, fields across, a box in each."""
    situation = SITUATIONS[code]
    return {
        "words": situation.words,
        "fields": list(situation.fields.values()),
        "rows": [
            {
                "words": words,
                "boxes": [
                    {
                        "name": form.name_of(code, kind, field),
                        "label": f"{words}: {label}",
                        "checked": form.is_chosen(code, kind, field),
                    }
                    for field, label in situation.fields.items()
                ],
            }
            for kind, words in situation.kinds
        ],
    }
