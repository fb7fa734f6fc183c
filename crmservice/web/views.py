from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from crmservice.activity.models import Notification
from crmservice.web.access import everybody
from crmservice.web.http import StaffRequest

INBOX_SIZE = 100


@everybody
def home(request: StaffRequest) -> HttpResponse:
    return redirect(request.user.home)


@everybody
def gallery(request: StaffRequest) -> HttpResponse:
    return render(request, "gallery.html")


@everybody
def inbox(request: StaffRequest) -> HttpResponse:
    told = Notification.objects.filter(recipient=request.user).select_related("activity__by")
    return render(request, "inbox.html", {"notifications": told[:INBOX_SIZE]})


@everybody
@require_POST
def read_all(request: StaffRequest) -> HttpResponse:
    Notification.objects.filter(recipient=request.user, read_at=None).update(read_at=now())
    return redirect("inbox")
