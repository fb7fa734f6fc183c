"""On which devices one is logged in, and how that is ended (trust.md S-19)."""

from datetime import UTC, datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crmservice.web.access import everybody
from crmservice.web.http import StaffRequest
from crmservice.web.text import moment
from employees import actions
from employees.devices import device


@require_safe
@everybody
def index(request: StaffRequest) -> HttpResponse:
    """This device first, then those last clicked on."""
    at = now()
    rows = [log_in_words(log_in, seen_at) for log_in, seen_at in living(request, at)]
    this = words(request.META.get("HTTP_USER_AGENT", ""))
    mine = [row for row in rows if row["key"] == request.session.session_key] or [this]
    others = [row for row in rows if row["key"] != request.session.session_key]
    return render(request, "employees/log_ins.html", {"this": mine[0], "others": others})


@require_POST
@everybody
def end(request: StaffRequest, pk: int) -> HttpResponse:
    log_in = get_object_or_404(others_of(request), pk=pk)
    actions.end_log_ins([log_in], by=request.user, at=now())
    messages.success(request, _("That device is logged out."))
    return redirect("employees:log_ins")


@require_POST
@everybody
def end_others(request: StaffRequest) -> HttpResponse:
    count = actions.end_log_ins(list(others_of(request)), by=request.user, at=now())
    text = ngettext("%(count)s device is logged out.", "%(count)s devices are logged out.", count)
    messages.success(request, text % {"count": count})
    return redirect("employees:log_ins")


def others_of(request: StaffRequest) -> Any:
    mine = UserSession.objects.filter(user=request.user)
    return mine.exclude(session_key=request.session.session_key)


def living(request: StaffRequest, at: datetime) -> list[tuple[UserSession, datetime]]:
    """The log-ins that the next click would not end, with when they were last clicked on."""
    idle, longest = request.user.log_in_lasts
    found = []
    for log_in in UserSession.objects.filter(user=request.user):
        session = log_in._session_store(log_in.session_key)  # noqa: SLF001  (theirs has no other)
        seen_at = moment_in(session, "seen_at")
        begun_at = moment_in(session, "begun_at")
        if seen_at and begun_at and at < min(seen_at + idle, begun_at + longest):
            found.append((log_in, seen_at))
    return sorted(found, key=lambda each: each[1], reverse=True)


def moment_in(session: Any, name: str) -> datetime | None:
    """Nothing of a session that is gone."""
    return datetime.fromtimestamp(session[name], UTC) if name in session else None


def log_in_words(log_in: UserSession, seen_at: datetime) -> dict[str, Any]:
    return {
        **words(log_in.user_agent),
        "pk": log_in.pk,
        "key": log_in.session_key,
        "begun": moment(log_in.created_at),
        "seen": moment(seen_at),
        "address": log_in.ip,
    }


def words(user_agent: str) -> dict[str, Any]:
    return {"device": device(user_agent) or _("Unknown device"), "user_agent": user_agent}
