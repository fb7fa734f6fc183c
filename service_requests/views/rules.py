"""The rules of warnings and rings: one page that shows them all, and a page to change each."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmservice.activity.trail import timeline
from crmservice.errors import DomainError
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.panels import Panel
from crmservice.web.text import moment
from service_requests import actions, queries
from service_requests.choices import Severity, Target, Trigger
from service_requests.forms.rules import RuleForm, WarningsForm
from service_requests.models import EscalationRule, WarningPolicy
from service_requests.promises import Alert
from service_requests.rings import Step

HISTORY = 20


@require_safe
@allowed("service_requests.keep_rules")
def index(request: StaffRequest) -> HttpResponse:
    rules = EscalationRule.objects.select_related("tier")
    words = {
        "rule_heads": heads(_("What happens"), _("Threshold"), _("To ring"), _("Only"), _("State")),
        "rule_rows": [rule_row(rule) for rule in rules],
        "warning_heads": heads(_("Clock"), _("Warns at")),
        "warning_rows": [warning_row(policy) for policy in WarningPolicy.objects.all()],
    }
    return render(request, "service_requests/rules.html", words)


@allowed("service_requests.keep_rules")
def create(request: StaffRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if request.method == "POST" and not is_preview(request):
        outcome = attempt(
            request,
            form,
            actions.create_rule,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            return saved(request)
    return form_page(request, form, _("New rule"), panels=what_it_lifts(request, form))


@allowed("service_requests.keep_rules")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(EscalationRule.objects.select_related("tier"), pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    if request.method == "POST" and not is_preview(request):
        outcome = attempt(
            request,
            form,
            actions.change_rule,
            rule,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            return saved(request)
    panels = what_it_lifts(request, form)
    return form_page(request, form, _("Change the rule"), rule, panels=panels)


@allowed("service_requests.keep_rules")
def warnings(request: StaffRequest, target: str) -> HttpResponse:
    policy = get_object_or_404(WarningPolicy, target=target)
    form = WarningsForm(request.POST or None, instance=policy)
    if request.method == "POST" and not is_preview(request):
        outcome = attempt(
            request,
            form,
            actions.set_warnings,
            policy,
            percents=lambda: form.cleaned_data["percents"],
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            return saved(request)
    title = _("Warnings of the clock “%(clock)s”") % {"clock": policy.get_target_display()}
    return form_page(request, form, title, policy, panels=what_it_warns(request, policy, form))


def is_preview(request: StaffRequest) -> bool:
    return request.method == "POST" and "preview" in request.POST


def what_it_lifts(request: StaffRequest, form: RuleForm) -> list[Panel]:
    """With "preview" pressed, what the rule as it is typed would do to open requests."""
    if not is_preview(request) or not form.is_valid():
        return []
    try:
        actions.refuse_rule(form.instance)
    except DomainError as no:
        form.add_error(no.field if no.field in form.fields else None, str(no))
        return []
    found = queries.rule_forecast(form.instance, at=now())
    labels = (
        _("Open requests"),
        _("Lifted at once"),
        _("Lifted that are not now"),
        _("Lifted at another time or ring"),
        _("No longer lifted"),
    )
    nothing = _("No open request would be lifted otherwise than now.")
    columns = heads(_("Request"), _("Ring"), _("Lifted now"), _("Lifted then"))
    return [forecast_panel(found, labels, nothing, columns)]


def what_it_warns(request: StaffRequest, policy: WarningPolicy, form: WarningsForm) -> list[Panel]:
    """With "preview" pressed, how the running clocks would warn at the shares as they are typed."""
    if not is_preview(request) or not form.is_valid():
        return []
    percents = form.cleaned_data["percents"]
    try:
        actions.refuse_percents(percents)
    except DomainError as no:
        form.add_error("percents", str(no))
        return []
    found = queries.warning_forecast(policy, percents, at=now())
    labels = (
        _("Running clocks"),
        _("Warn at once"),
        _("Warn that do not now"),
        _("Warn at another time"),
        _("No longer warn"),
    )
    nothing = _("No running clock would warn otherwise than now.")
    columns = heads(_("Request"), _("Ring"), _("Warns now"), _("Warns then"))
    return [forecast_panel(found, labels, nothing, columns)]


def forecast_panel(
    found: queries.Forecast, labels: Sequence[str], nothing: str, columns: list[dict[str, str]]
) -> Panel:
    counts = (found.total, found.at_once, found.newly, found.otherwise, found.no_more)
    facts = [{"label": label, "text": str(n)} for label, n in zip(labels, counts, strict=True)]
    if found.at_once:
        facts[1]["kind"] = "warning"
    words = {
        "is_preview": True,
        "nothing": nothing,
        "note": _("Saved, it holds for open requests, too, within seconds."),
        "facts": facts,
        "is_cut": found.looked_at < found.total,
        "looked_at": found.looked_at,
        "heads": columns,
        "rows": [foreseen_row(each) for each in found.first],
    }
    return Panel(1, "service_requests/_shifts.html", words)


def foreseen_row(foreseen: queries.Foreseen) -> dict[str, Any]:
    service_request = foreseen.service_request
    url = service_request.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": service_request.number, "url": url, "sub": service_request.customer.name},
            {"text": str(service_request.ring)},
            {"text": coming_words(foreseen.before)},
            {"text": coming_words(foreseen.after)},
        ],
    }


def coming_words(coming: Step | Alert | None) -> str:
    if coming is None:
        return "–"
    when = moment(coming.at)
    if isinstance(coming, Alert):
        return _("%(percent)d %% at %(when)s") % {"percent": coming.percent, "when": when}
    return _("ring %(ring)d at %(when)s") % {"ring": coming.rule.ring, "when": when}


def saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, _("Saved. It holds for open requests, too, within seconds."))
    return redirect("service_requests:rules")


def form_page(
    request: StaffRequest,
    form: Any,
    title: str | Promise,
    subject: EscalationRule | WarningPolicy | None = None,
    panels: Iterable[Panel] = (),
) -> HttpResponse:
    words = {
        "form": form,
        "title": title,
        "panels": panels,
        "preview": _("Show what it changes"),
        "activities": timeline(subject, limit=HISTORY) if subject else [],
    }
    status = 422 if form.errors else 200
    return render(request, "service_requests/rule.html", words, status=status)


def heads(*labels: str) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]


def rule_row(rule: EscalationRule) -> dict[str, Any]:
    only = [
        Target(rule.target).label if rule.target else "",
        Severity(rule.severity).label if rule.severity else "",
        rule.tier.name if rule.tier else "",
    ]
    return {
        "url": rule.get_absolute_url(),
        "cells": [
            {"text": Trigger(rule.trigger).label, "url": rule.get_absolute_url()},
            {"text": threshold_in_words(rule)},
            {"text": str(rule.ring)},
            {"text": " · ".join(str(word) for word in only if word) or "–"},
            {"text": _("in force"), "badge": "good"}
            if rule.is_active
            else {"text": _("off"), "badge": "neutral"},
        ],
    }


def threshold_in_words(rule: EscalationRule) -> str:
    if rule.threshold is None:
        return "–"
    if rule.trigger == Trigger.TIME_USED:
        return f"{rule.threshold} %"
    if rule.trigger in {Trigger.HELD, Trigger.UNANSWERED}:
        return _("%(count)d h") % {"count": rule.threshold}
    return _("%(count)d ×") % {"count": rule.threshold}


def warning_row(policy: WarningPolicy) -> dict[str, Any]:
    url = reverse("service_requests:warnings", args=[policy.target])
    percents = " · ".join(f"{percent} %" for percent in policy.percents)
    return {
        "url": url,
        "cells": [
            {"text": str(Target(policy.target).label), "url": url},
            {"text": percents or _("never")},
        ],
    }
