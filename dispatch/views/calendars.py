"""A person's tasks in the own calendar program: the page of the link, and what it leads to."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice import links
from crmservice.web.access import allowed, public
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from dispatch import actions, feed, queries
from dispatch.models import CalendarLink


@require_safe
@allowed("dispatch.carry_out")
def my_calendar(request: StaffRequest) -> HttpResponse:
    """The person's own; there is no address for anybody else's."""
    return shown(request, DeskForm())


@require_POST
@allowed("dispatch.carry_out")
def link(request: StaffRequest) -> HttpResponse:
    """Make the address and show it once."""
    form = DeskForm(request.POST)
    outcome = attempt(request, form, actions.link_calendar, by=request.user, at=now())
    if outcome and not outcome.value:
        return redirect("dispatch:my_calendar")
    if not outcome:
        return shown(request, form, status=422)
    return shown(request, DeskForm(), token=outcome.value)


@require_POST
@allowed("dispatch.carry_out")
def unlink(request: StaffRequest) -> HttpResponse:
    actions.unlink_calendar(by=request.user, at=now())
    messages.success(request, _("The link leads nowhere any more."))
    return redirect("dispatch:my_calendar")


def shown(
    request: StaffRequest, form: DeskForm, *, token: str = "", status: int = 200
) -> HttpResponse:
    path = reverse("dispatch:feed", args=[token]) if token else ""
    context: dict[str, Any] = {
        "form": form,
        "address": f"{settings.SITE_URL}{path}" if path else "",
        "known": CalendarLink.objects.filter(employee=request.user).first(),
    }
    response = render(request, "dispatch/my_calendar.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


@public
@require_safe
def tasks(request: HttpRequest, token: str) -> HttpResponse:
    """The file that calendar programs fetch: public by its secret address, nothing is written.

    A wrong address, one that was replaced and one of somebody who has left are the same 404.
    """
    at = now()
    employee = queries.reader_of_feed(links.hashed(token), at=at)
    if employee is None:
        raise Http404
    with translation.override(employee.language or settings.LANGUAGE_CODE):
        name = _("Tasks of %(person)s") % {"person": employee}
        body = feed.calendar(name, queries.feed_entries(employee, at=at))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        body, content_type="text/calendar; charset=utf-8"
    )
    response["ETag"] = etag
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
