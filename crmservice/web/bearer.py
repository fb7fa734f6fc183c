"""Pages reached by a secret link: the link becomes a cookie and a clean address, and opening it
changes nothing (trust.md S-23).
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

COOKIE_SECONDS = 30 * 60


class LinkEndedError(Http404):
    """The link is not known, or its half hour has passed: not found, but with a way on (U-38)."""


def cookie_of(purpose: str) -> str:
    return f"__Host-{purpose}" if settings.SESSION_COOKIE_SECURE else purpose


def let_in(purpose: str, pk: int, *, to: str) -> HttpResponse:
    """The answer to a good link: a signed cookie of half an hour, and the page's clean address."""
    response = redirect(to)
    name = cookie_of(purpose)
    response.set_signed_cookie(
        name,
        str(pk),
        salt=name,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    response["Referrer-Policy"] = "no-referrer"
    return guarded(response)


def let_in_as(request: HttpRequest, purpose: str) -> str:
    """The key that the cookie names. Raises LinkEndedError without one."""
    name = cookie_of(purpose)
    pk = request.get_signed_cookie(name, default="", salt=name, max_age=COOKIE_SECONDS)
    if not pk:
        raise LinkEndedError
    return pk


def guarded(response: HttpResponse) -> HttpResponse:
    """No search engine and no cache keeps what came by a link.

    The page's address is clean, so it may be a referrer within the site: without one, browsers
    send `Origin: null` with its form, which CSRF protection refuses.
    """
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store, private"
    return response
