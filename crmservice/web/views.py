import sys
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views import defaults

from crmservice.patience import AWAY
from crmservice.web import bearer
from crmservice.web import unsaved as unsaved_forms
from crmservice.web.access import everybody, is_for_role
from crmservice.web.http import StaffRequest
from crmservice.web.middleware import address_above


@everybody
def home(request: StaffRequest) -> HttpResponse:
    return redirect(request.user.home)


@everybody
def gallery(request: StaffRequest) -> HttpResponse:
    return render(request, "gallery.html")


@everybody
def unsaved(request: StaffRequest) -> HttpResponse:
    """After the log-in: what had been typed before it, to save now or to throw away.

    Either is a POST, and with the next one it is forgotten.
    """
    kept = unsaved_forms.kept_for(request.user.pk, request.session)
    if request.method == "POST" or kept is None:
        return redirect("home")
    return render(request, "unsaved.html", {"kept": kept})


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there. A customer whose link has ended is told how to go on, with what was typed:
    once the link was opened again, "send again" sends the same form (U-38).
    """
    if not isinstance(exception, bearer.LinkEndedError):
        return defaults.page_not_found(request, exception)
    words = {"path": request.get_full_path(), "fields": unsaved_forms.typed_fields(request)}
    page = render(request, "link_ended.html", words, status=410 if words["fields"] else 404)
    return bearer.guarded(page)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for the role, or not for this record as it is now: done meanwhile by somebody else, as of
    two who opened the same form. Then its page is one click away, and what was typed is shown.
    """
    words: dict[str, Any] = {"exception": str(exception)}
    if is_for_role(request):
        typed = unsaved_forms.typed_into(request)
        words |= {"url": address_above(request.path_info), "texts": typed.texts if typed else []}
    return render(request, "403.html", words, status=HTTPStatus.FORBIDDEN)


def untrusted(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  (Django's)
    """A form without this browser's key. Opened before another log-in, as by a second tab, it is
    kept on the page to be saved now (U-10); what another site sent is not.
    """
    is_ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    kept = unsaved_forms.typed_into(request) if is_ours else None
    words = {"path": request.path, "kept": kept}
    return render(request, "403_csrf.html", words, status=HTTPStatus.FORBIDDEN)


def failed(request: HttpRequest) -> HttpResponse:
    """Whatever a view does not expect. A database that is away is waited for, with what was typed:
    once it is back, "try again" sends the same form with the same once-key (F-07).
    """
    if not isinstance(sys.exc_info()[1], AWAY):
        return defaults.server_error(request)
    words = {"path": request.get_full_path(), "fields": unsaved_forms.fields_of(request)}
    return HttpResponse(
        render_to_string("503.html", words), status=503, headers={"Retry-After": "5"}
    )
