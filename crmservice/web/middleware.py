"""What every answer behind the log-in carries."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import is_valid_path, reverse
from django.utils import translation
from django.utils.timezone import now
from django_htmx.http import HttpResponseClientRedirect

from crmservice.web import unsaved
from crmservice.web.language import preferred

NOTED_EVERY = 60  # seconds: a click within them is not written down
# By itself, and nobody clicked.
ASKED_BY_THE_PAGE = ("inbox_count", "dispatch:board_feed", "reports:live")
BEFORE_SECOND_STEP = ("account_", "mfa_", "set_language")


class PlainAddresses:
    """A NUL, which no database takes, names nothing: in a path it is not found, after the "?" it
    counts as absent (F-32).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if "\x00" in request.path:
            raise Http404


class PrivatePages:
    """Nothing of a logged-in person is cached (S-26); the person's own language holds on every
    device.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and (language := preferred(request)):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        is_leaving = request.user.is_authenticated and request.path == reverse("account_logout")
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        if is_leaving and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'  # S-54: nothing stays on the device
        return response


class LogIns:
    """A log-in ends by itself, with the next click, after the time that the person's desk or tablet
    allows (S-19), and what that click would have saved is kept (R-08). A piece of a page is never a
    log-in page (S-27).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = get_user(request)  # Django's stands in for itself, at a price for each use
        if request.user.is_authenticated:
            end_or_go_on(request)
        response = self.get_response(request)
        htmx = getattr(request, "htmx", None)
        if htmx and is_way_to_log_in(response):
            back = {REDIRECT_FIELD_NAME: htmx.current_url_abs_path or "/"}
            return HttpResponseClientRedirect(
                f"{resolve_url(settings.LOGIN_URL)}?{urlencode(back)}"
            )
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """After the check of the token: nobody else's page plants what a person is to save."""
        typed = getattr(request, "unsaved", None)
        if typed is not None:
            unsaved.keep(request.session, typed)
            return redirect_to_login(reverse("unsaved"))
        if request.method == "POST" and request.user.is_authenticated:
            unsaved.forget(request.session)
        return None


def end_or_go_on(request: HttpRequest) -> None:
    """The author of what is lost is known only here, before the log-in is gone."""
    at, session = now().timestamp(), request.session
    idle, longest = request.user.log_in_lasts  # type: ignore[union-attr]
    seen, begun = session.get("seen_at", at), session.get("begun_at", at)
    if at - seen >= idle.total_seconds() or at - begun >= longest.total_seconds():
        typed = unsaved.typed_into(request)
        logout(request)
        request.unsaved = typed  # type: ignore[attr-defined]
    elif at - seen >= NOTED_EVERY and request.path not in map(reverse, ASKED_BY_THE_PAGE):
        session["seen_at"] = at


def is_way_to_log_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(  # noqa: PLR2004
        resolve_url(settings.LOGIN_URL)
    )


class WaysBack:
    """Where something is only sent to, opening the address leads back to its record: after a form
    was refused, the address bar opens it, and the browser had only its own error page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_opened = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not is_opened:
            return response
        above = address_above(request.path_info)
        return redirect(above) if above else response


def address_above(path: str) -> str:
    """The nearest address above this one that there is."""
    steps = path.strip("/").split("/")
    above = (f"/{'/'.join(steps[:kept])}/" for kept in range(len(steps) - 1, 0, -1))
    return next(filter(is_valid_path, above), "")


class SecondStep:
    """Whoever may do much sets up the second step of the log-in before anything else (S-18)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not (
            settings.SECOND_STEP_REQUIRED and getattr(request.user, "needs_second_step", False)
        ):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(BEFORE_SECOND_STEP) or is_mfa_enabled(request.user):
            return None
        return redirect("mfa_activate_totp")
