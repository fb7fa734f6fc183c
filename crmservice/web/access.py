"""Closed by default: each view says which row of the permission table lets people in."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, get_urlconf, resolve

View = Callable[..., HttpResponseBase]
EVERYBODY, PUBLIC = "everybody", "public"


def allowed(action: str) -> Callable[[View], View]:
    """Let in those whose role (or grant) has `action`; others get 403. Object scope is
    `visible_to`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.may(action):  # type: ignore[union-attr]  # LoginRequiredMiddleware
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = action  # type: ignore[attr-defined]  # read by the URL × role test
        return guarded

    return decorate


def is_for_role(request: HttpRequest) -> bool:
    """Whether the role has what the address asks for, so that a refusal is of the record's."""
    action = getattr(request.resolver_match and request.resolver_match.func, "permission", PUBLIC)
    if action in {EVERYBODY, PUBLIC} or not request.user.is_authenticated:
        return False
    return bool(request.user.may(action))


def everybody(view: View) -> View:
    """For each person who is logged in, whatever the role."""
    view.permission = EVERYBODY  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Without log-in: the view guards itself, by a token or by having nothing to guard."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return login_not_required(view)


def reachable(url: str, user: Any) -> str:
    """The address, or nothing when it is none or leads to what this person may not do."""
    may = getattr(user, "may", None)
    if not url or may is None:
        return ""
    permission = permission_at(url, get_urlconf())
    return url if permission in {EVERYBODY, PUBLIC} or (permission and may(permission)) else ""


@lru_cache(maxsize=4096)
def permission_at(url: str, urlconf: str | None) -> str:
    """What the view at this address asks for; nothing where there is none."""
    try:
        view = resolve(url, urlconf).func
    except Resolver404:
        return ""
    return getattr(view, "permission", EVERYBODY)
