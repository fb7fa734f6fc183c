from django.http import HttpResponse
from django.shortcuts import redirect, render

from crmservice.web import unsaved as unsaved_forms
from crmservice.web.access import everybody
from crmservice.web.http import StaffRequest


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
