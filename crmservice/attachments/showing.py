"""Attachments as panels and pages show them, in words."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from django.contrib import messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from crmservice.attachments import keeping
from crmservice.attachments.forms import AttachForm
from crmservice.attachments.models import Attachment
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.panels import Panel
from crmservice.web.text import moment

SHOWN = 24


def panel_of(
    files: QuerySet[Attachment],
    *,
    order: int,
    add_url: str = "",
    remove_url: Callable[[Attachment], str] = lambda _attachment: "",
    column: Literal["main", "side"] = "main",
) -> Panel | None:
    """The newest of these files as a panel; nothing where there are none and none may be added.
    One query.
    """
    found = list(files.select_related("by").order_by("-pk")[: SHOWN + 1])
    if not found and not add_url:
        return None
    words = {
        "files": [in_words(each, remove_url=remove_url(each)) for each in found[:SHOWN]],
        "count": len(found) if len(found) <= SHOWN else "",
        "add_url": add_url,
    }
    return Panel(order, "attachments/_panel.html", words, column)


def in_words(attachment: Attachment, *, remove_url: str = "") -> dict[str, Any]:
    """One as `components/attachments.html` shows it."""
    return {
        "name": attachment.caption or attachment.name,
        "sub": " · ".join(
            (attachment.by.name, moment(attachment.happened_at), filesizeformat(attachment.size))
        ),
        "url": attachment.get_absolute_url(),
        "preview_url": reverse("attachments:preview", args=[attachment.pk])
        if attachment.is_photo
        else "",
        "remove_url": remove_url,
    }


def add(
    request: StaffRequest,
    subject: models.Model,
    *,
    about: Iterable[models.Model | None] = (),
    for_customer: bool = False,
    back_url: str,
    attach: Callable[..., Any] = keeping.attach_all,
) -> HttpResponse:
    """The page on which files are chosen for a record; the caller has asked who may. With
    `for_customer` they may be shown to the customer unless somebody says no. `attach` is the
    record's own verb where it has one.
    """
    is_post = request.method == "POST"
    given = (request.POST, request.FILES) if is_post else ()
    form = AttachForm(*given, initial={"visible": for_customer})
    if is_post and attempt(
        request,
        form,
        attach,
        subject,
        files=lambda: form.cleaned_data["uploads"],
        caption=lambda: form.cleaned_data["caption"],
        visible=lambda: form.cleaned_data["visible"],
        about=about,
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("Attached."))
        return redirect(back_url)
    words = {"form": form, "subject": subject, "back_url": back_url}
    return render(request, "attachments/form.html", words, status=422 if is_post else 200)


def take_off(
    request: StaffRequest,
    subject: models.Model,
    pk: int,
    *,
    about: Iterable[models.Model | None] = (),
    back_url: str,
) -> HttpResponse:
    """Remove one of a record's files; one that is gone already is as good as removed."""
    attachment = Attachment.objects.of(subject).filter(pk=pk).first()
    if attachment is not None:
        attempt(
            request,
            DeskForm(request.POST),
            keeping.remove,
            attachment,
            subject,
            about=about,
            by=request.user,
            at=now(),
        )
    return redirect(back_url)
