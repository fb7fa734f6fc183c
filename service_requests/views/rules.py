"""The rules of warnings and rings: one page that shows them all, and a page to change each."""

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
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from service_requests import actions
from service_requests.choices import Severity, Target, Trigger
from service_requests.forms.rules import RuleForm, WarningsForm
from service_requests.models import EscalationRule, WarningPolicy

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
    if request.method == "POST":
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
    return form_page(request, form, _("New rule"))


@allowed("service_requests.keep_rules")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(EscalationRule.objects.select_related("tier"), pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    if request.method == "POST":
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
    return form_page(request, form, _("Change the rule"), rule)


@allowed("service_requests.keep_rules")
def warnings(request: StaffRequest, target: str) -> HttpResponse:
    policy = get_object_or_404(WarningPolicy, target=target)
    form = WarningsForm(request.POST or None, instance=policy)
    if request.method == "POST":
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
    return form_page(request, form, title, policy)


def saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, _("Saved. It holds for open requests, too, within seconds."))
    return redirect("service_requests:rules")


def form_page(
    request: StaffRequest,
    form: Any,
    title: str | Promise,
    subject: EscalationRule | WarningPolicy | None = None,
) -> HttpResponse:
    words = {
        "form": form,
        "title": title,
        "activities": timeline(subject, limit=HISTORY) if subject else [],
    }
    status = 422 if request.method == "POST" else 200
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
