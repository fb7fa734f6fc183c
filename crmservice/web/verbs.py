"""The page of one verb: asked by GET, carried out by POST, back to the record."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.timezone import now

from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest


def carry_out(  # noqa: PLR0913  (each is one word of the page)
    request: StaffRequest,
    subject: Any,
    form: type[DeskForm],
    action: Callable[..., Any],
    *,
    title: str | Promise,
    submit: str | Promise,
    said: str | Promise,
    about: str = "",
    hint: str | Promise = "",
    symbol: str = "check",
    given: dict[str, Any] | None = None,
) -> HttpResponse:
    """Call `action(subject, **form.values, by=…, at=…)` when the form is valid.

    `said` is the message afterwards, `about` names the subject in words below the title, `hint`
    says what should be known before; `given` are further arguments of the form (its initial
    values, its user).
    """
    asked = form(request.POST if request.method == "POST" else None, **(given or {}))
    if request.method == "POST" and asked.is_valid():
        values = asked.values
        outcome = attempt(request, asked, action, subject, **values, by=request.user, at=now())
        if outcome:
            messages.success(request, str(said))
            return redirect(outcome.location or subject.get_absolute_url())
    words = {"form": asked, "subject": subject, "title": title, "submit": submit}
    words |= {
        "about": about,
        "hint": hint,
        "symbol": symbol,
        "cancel_url": subject.get_absolute_url(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "layouts/verb.html", words, status=status)
