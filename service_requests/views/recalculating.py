"""Letting open clocks follow a changed calendar or default promise, and how far that is."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.models import DefaultPromise
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import moment
from employees.models import WorkingCalendar
from service_requests import actions
from service_requests.models import Recalculation


@require_POST
@allowed("service_requests.recalculate")
def of_calendar(request: StaffRequest, code: str) -> HttpResponse:
    calendar = get_object_or_404(WorkingCalendar, code=code)
    return redirect(actions.recalculate(calendar=calendar, by=request.user, at=now()))


@require_POST
@allowed("service_requests.recalculate")
def of_promise(request: StaffRequest, pk: int) -> HttpResponse:
    promise = get_object_or_404(DefaultPromise, pk=pk)
    return redirect(actions.recalculate(promise=promise, by=request.user, at=now()))


@require_safe
@allowed("service_requests.recalculate")
def recalculation(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Recalculation.objects.select_related("calendar", "promise__tier", "asked_by"), pk=pk
    )
    is_finished = found.finished_at is not None
    asked = {"who": found.asked_by.name, "when": moment(found.asked_at)}
    words = {
        "subject": str(found.subject),
        "sub": _("asked for by %(who)s, %(when)s") % asked,
        "back_url": found.calendar.get_absolute_url()
        if found.calendar
        else reverse("contracts:edit_default", args=[found.promise_id]),
        "badges": [
            {"kind": "done", "label": _("Done")}
            if is_finished
            else {"kind": "in_progress", "label": _("Under way")}
        ],
        "is_finished": is_finished,
        "done": 1 if is_finished else found.looked_at,
        "most": 1 if is_finished else max(found.total, found.looked_at, 1),
        "text": f"{found.looked_at} / {max(found.total, found.looked_at)}",
        "facts": [
            {"label": _("Requests looked at"), "text": str(found.looked_at)},
            {"label": _("Requests whose clocks moved"), "text": str(found.changed)},
            {"label": _("Finished"), "text": moment(found.finished_at)},
        ],
    }
    return render(request, "service_requests/recalculation.html", words)
