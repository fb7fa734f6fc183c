from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.models import Activity, Notification
from crmservice.delivery.actions import choose
from crmservice.delivery.forms import PreferenceForm
from crmservice.delivery.writing import wishes_of
from crmservice.search.models import Entry
from crmservice.search.query import entries_of
from crmservice.web.access import everybody
from crmservice.web.attempt import attempt
from crmservice.web.context import UNREAD_SHOWN, unread
from crmservice.web.http import StaffRequest

PAGE_SIZE = 50


@everybody
def inbox(request: StaffRequest) -> HttpResponse:
    """The newest notices, all or the unread; `before` is the id of an older page."""
    told = Notification.objects.filter(recipient=request.user).select_related("activity__by")
    only_unread = "unread" in request.GET
    if only_unread:
        told = told.filter(read_at=None)
    if (before := request.GET.get("before", "")).isdecimal() and len(before) < len(str(2**63)):
        told = told.filter(pk__lt=before)
    found = list(told[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    query = "unread&" if only_unread else ""
    tabs = [
        {"label": _("All"), "url": "?", "active": not only_unread},
        {"label": _("Unread"), "url": "?unread", "active": only_unread},
    ]
    older = f"?{query}before={page[-1].pk}" if len(found) > PAGE_SIZE else ""
    words = {"notifications": told_of(page, request), "tabs": tabs, "older": older}
    return render(request, "inbox.html", words)


def told_of(page: list[Notification], request: StaffRequest) -> list[tuple[Notification, str]]:
    """Each notice with what its record is about, as the search knows it; one query."""
    keys = {notice.pk: subject_key(notice.activity) for notice in page}
    entries = entries_of(
        set(keys.values()), lambda kind: request.user.search_scopes(kind.permission)
    )
    return [
        (notice, about(entries.get(keys[notice.pk]), notice.activity.subject_name))
        for notice in page
    ]


def subject_key(activity: Activity) -> tuple[str, int]:
    return activity.subject_type, activity.subject_id


def about(entry: Entry | None, name: str) -> str:
    """The title without the record's name, which stands before it, and the second line."""
    if entry is None:
        return ""
    return " · ".join(filter(None, [entry.title.removeprefix(name).strip(), entry.subtitle]))


@everybody
@require_safe
def inbox_count(request: StaffRequest) -> HttpResponse:
    """What the badge shows, for a page that asks every few seconds: 304 while nothing changed."""
    pks = unread(request.user.pk)
    etag = f'"{len(pks)}.{pks[0] if pks else 0}.{get_language()}"'
    same = get_conditional_response(request, etag=etag)
    if same is not None:
        return same
    count = len(pks)
    text = ngettext("%(counter)s unread notice", "%(counter)s unread notices", count)
    shown = f"{UNREAD_SHOWN}+" if count > UNREAD_SHOWN else str(count)
    answer = {"count": count, "shown": shown, "text": text % {"counter": shown}}
    return JsonResponse(answer, headers={"ETag": etag})


@everybody
@require_POST
def read_notice(request: StaffRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notification, pk=pk, recipient=request.user)
    Notification.objects.filter(pk=notice.pk, read_at=None).update(read_at=now())
    return redirect("inbox")


@everybody
@require_POST
def read_all(request: StaffRequest) -> HttpResponse:
    Notification.objects.filter(recipient=request.user, read_at=None).update(read_at=now())
    return redirect("inbox")


@everybody
def preference(request: StaffRequest) -> HttpResponse:
    """The person's own; there is no address for anybody else's."""
    own = wishes_of([request.user.pk])[request.user.pk]
    is_post = request.method == "POST"
    form = PreferenceForm(request.POST if is_post else None, preference=own)
    if is_post:
        own.user = request.user
        values = {"values": lambda: form.values, "by": request.user, "at": now()}
        if attempt(request, form, choose, own, **values):
            messages.success(request, _("Your choice is kept."))
            return redirect("preference")
    context = {
        "form": form,
        "has_mail": bool(settings.EMAIL_URL),
        "address": request.user.email,
    }
    return render(request, "preference.html", context, status=422 if is_post else 200)
