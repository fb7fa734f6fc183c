"""Reports under a name: save, use, share, and let them come by mail."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.web import verbs
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.text import day
from reports import actions
from reports.choices import Rhythm
from reports.forms import SaveForm, SubscribeForm
from reports.models import ReportSubscription, SavedReport
from reports.queries.catalogue import CATALOGUE
from reports.views.asking import asked


@require_safe
@allowed("reports.view")
def index(request: StaffRequest) -> HttpResponse:
    """One's own and the shared ones, with whom they go to."""
    found = SavedReport.objects.visible_to(request.user).select_related("owner")
    subscribed = ReportSubscription.objects.visible_to(request.user).select_related("recipient")
    by_report: dict[int, list[ReportSubscription]] = {}
    for each in subscribed:
        by_report.setdefault(each.saved_id, []).append(each)
    shown = [
        line(each, by_report.get(each.pk, []), request)
        for each in found
        if each.report in CATALOGUE and request.user.may(CATALOGUE[each.report].permission)
    ]
    return render(request, "reports/saved.html", {"saved": shown})


def line(
    saved: SavedReport, subscriptions: list[ReportSubscription], request: StaffRequest
) -> dict[str, Any]:
    return {
        "name": saved.name,
        "url": saved.get_absolute_url(),
        "report": CATALOGUE[saved.report].title,
        "owner": saved.owner.name,
        "is_shared": saved.is_shared,
        "is_own": saved.owner_id == request.user.pk,
        "subscribe_url": reverse("reports:subscribe", args=[saved.pk]),
        "forget_url": reverse("reports:forget", args=[saved.pk]),
        "subscriptions": [
            {
                "text": _("%(name)s, %(rhythm)s, next on %(day)s")
                % {
                    "name": each.recipient.name,
                    "rhythm": Rhythm(each.rhythm).label,
                    "day": day(each.send_on),
                },
                "url": reverse("reports:unsubscribe", args=[each.pk]),
            }
            for each in subscriptions
        ],
    }


@allowed("reports.view")
def save(request: StaffRequest, slug: str) -> HttpResponse:
    """Keep the report as it is asked for in the URL."""
    chosen = CATALOGUE.get(slug)
    if chosen is None or not request.user.may(chosen.permission):
        raise Http404
    by = request.GET.get("by", "")
    by = by if by in chosen.breakdowns else ""
    query = "&".join(filter(None, (asked(request).scope.query, f"by={by}" if by else "")))
    form = SaveForm(request.POST or None, initial={"name": chosen.title})
    back = f"{reverse('reports:report', args=[slug])}?{query}"
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.save,
            slug,
            query=query,
            name=lambda: form.cleaned_data["name"],
            is_shared=lambda: form.cleaned_data["is_shared"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The report is saved."))
            return redirect("reports:saved")
    return verbs.show(
        request,
        form,
        subject=chosen.title,
        title=_("Save this report"),
        submit=_("Save"),
        cancel_url=back,
        symbol="device-floppy",
    )


@allowed("reports.view")
def subscribe(request: StaffRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedReport.objects.visible_to(request.user), pk=pk)
    form = SubscribeForm(request.POST or None, saved=saved, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.subscribe,
            saved,
            recipient=lambda: form.cleaned_data["recipient"],
            rhythm=lambda: form.cleaned_data["rhythm"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The report comes by mail."))
            return redirect("reports:saved")
    return verbs.show(
        request,
        form,
        subject=saved.name,
        title=_("Send by mail"),
        submit=_("Send regularly"),
        cancel_url=reverse("reports:saved"),
        hint=_("Whoever gets it sees what that person may see on the day of the mail."),
        symbol="mail",
    )


@require_POST
@allowed("reports.view")
def unsubscribe(request: StaffRequest, pk: int) -> HttpResponse:
    found = ReportSubscription.objects.visible_to(request.user).select_related("recipient")
    subscription = get_object_or_404(found, pk=pk)
    carried_out(request, actions.unsubscribe, subscription, _("No more mail of this report."))
    return redirect("reports:saved")


@require_POST
@allowed("reports.view")
def forget(request: StaffRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedReport.objects.visible_to(request.user), pk=pk)
    carried_out(request, actions.forget, saved, _("The saved report is deleted."))
    return redirect("reports:saved")


def carried_out(request: StaffRequest, action: Any, subject: Any, said: str) -> None:
    """A verb without a form of its own: what was said against it is told as it is."""
    form = DeskForm(request.POST)
    if attempt(request, form, action, subject, by=request.user, at=now()):
        messages.success(request, said)
    else:
        for error in form.non_field_errors():
            messages.error(request, str(error))
