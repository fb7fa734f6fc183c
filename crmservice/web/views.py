from django.http import HttpResponse
from django.shortcuts import redirect, render

from crmservice.web.access import everybody
from crmservice.web.http import StaffRequest


@everybody
def home(request: StaffRequest) -> HttpResponse:
    return redirect(request.user.home)


@everybody
def gallery(request: StaffRequest) -> HttpResponse:
    return render(request, "gallery.html")
