"""What a page does not wait for: panels of a record that come by a request of their own."""

from django.db import models
from django.dispatch import Signal
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from crmservice.web.http import StaffRequest
from crmservice.web.panels import collect


def answer(request: StaffRequest, signal: Signal, subject: models.Model) -> HttpResponse:
    """The fragment that takes the place of `components/later.html` on the record's page.

    The view finds `subject` in the reader's scope; those beside go to `#later-side`.
    """
    panels = collect(signal, subject, user=request.user, at=now())
    return render(request, "components/later_panels.html", {"panels": panels})
