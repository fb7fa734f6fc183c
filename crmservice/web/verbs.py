"""The page of one verb: asked by GET, carried out by POST, back to the record."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _

from crmservice.errors import BeyondAuthorityError
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
    beside: str = "",
    given: dict[str, Any] | None = None,
    ask: Callable[..., Any] | None = None,
) -> HttpResponse:
    """Call `action(subject, **form.values, by=…, at=…)` when the form is valid.

    `said` is the message afterwards, `about` names the subject in words below the title, `hint`
    says what should be known before, `beside` is a template of what helps to fill the form in;
    `given` are further arguments of the form (its initial values, its user). With `ask`, what goes
    beyond the person's authority can be asked for by one more button, which calls `ask` as the
    action is called.
    """
    asked = form(request.POST if request.method == "POST" else None, **(given or {}))
    beyond = None
    if request.method == "POST" and asked.is_valid():
        values, does_ask = asked.values, ask is not None and "ask" in request.POST
        verb = ask if ask is not None and does_ask else action
        outcome = attempt(request, asked, verb, subject, **values, by=request.user, at=now())
        if outcome:
            told = _("Asked. You are told the answer.") if does_ask else str(said)
            messages.success(request, told)
            there = subject.get_absolute_url()
            return redirect(there if does_ask else outcome.location or there)
        beyond = outcome.error if isinstance(outcome.error, BeyondAuthorityError) else None
    return show(
        request,
        asked,
        subject=subject,
        title=title,
        submit=submit,
        cancel_url=subject.get_absolute_url(),
        about=about,
        hint=hint,
        symbol=symbol,
        beside=beside,
        ask=_("Ask for it") if beyond and ask else "",
    )


def show(  # noqa: PLR0913  (each is one word of the page)
    request: StaffRequest,
    form: DeskForm,
    *,
    subject: Any,
    title: str | Promise,
    submit: str | Promise,
    cancel_url: str,
    about: str = "",
    hint: str | Promise = "",
    symbol: str = "check",
    beside: str = "",
    ask: str = "",
) -> HttpResponse:
    """The page of a verb: 422 with what was wrong after a POST that did not do it."""
    words = {
        "form": form,
        "subject": subject,
        "title": title,
        "submit": submit,
        "cancel_url": cancel_url,
        "about": about,
        "hint": hint,
        "symbol": symbol,
        "beside": beside,
        "ask": ask,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "layouts/verb.html", words, status=status)
