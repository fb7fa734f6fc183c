"""The one-time set-up of an installation in which nobody can log in yet (trust.md S-22, S-23)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from crmservice.web.access import public
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from employees import actions, forms
from employees.models import SetupLink

COOKIE = "__Host-setup" if settings.SESSION_COOKIE_SECURE else "setup"
FORM_LASTS = 60 * 60


@public
@never_cache
def set_up(request: StaffRequest) -> HttpResponse:
    """The link becomes a cookie and a clean address; only the form's POST changes anything."""
    if "token" in request.GET and request.method in {"GET", "HEAD"}:
        return exchange(request.GET["token"])
    secret = request.COOKIES.get(COOKIE, "")
    refuse_unknown(secret)
    form = forms.SetUpForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.set_up,
            secret,
            outlet=lambda: form.outlet,
            administrator=lambda: form.administrator,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("It is set up. Log in with what you just chose."))
            answer = redirect("account_login")
            answer.delete_cookie(COOKIE)
            return unshared(answer)
    status = 422 if request.method == "POST" else 200
    return unshared(render(request, "employees/set_up.html", {"form": form}, status=status))


def exchange(secret: str) -> HttpResponse:
    refuse_unknown(secret)
    answer = redirect("employees:set_up")
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=FORM_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    answer["Referrer-Policy"] = "no-referrer"
    return unshared(answer)


def refuse_unknown(secret: str) -> None:
    known = SetupLink.objects.valid(now()).filter(digest=actions.digest(secret))
    if not secret or not known.exists():
        raise Http404


def unshared(answer: HttpResponse) -> HttpResponse:
    """Nobody keeps or indexes it. Only the address with the secret is no referrer: the form behind
    it needs one, or browsers send it with `Origin: null`.
    """
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "no-store"
    return answer
