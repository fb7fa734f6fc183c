"""The words of the verbs, and who hears of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from crmservice.web.text import in_language
from employees.choices import Role
from employees.models import Employee
from expenses.models import ExpenseClaim


def passed_on(details: Mapping[str, Any]) -> str:
    said = str(_("approved the claim; it waits for the head: %(amount)s > %(limit)s") % details)
    cuts = details.get("cuts")
    return f"{said} ({cuts if isinstance(cuts, str) else in_language(cuts)})" if cuts else said


say("expenses.created", _("wrote the expense claim"), icon="receipt")
say("expenses.changed", _("changed the claim from %(before)s to %(after)s"), icon="pencil")
say("expenses.submitted", _("submitted the claim"), icon="send")
say("expenses.withdrawn", _("took the claim back"), icon="arrow-back-up")
say("expenses.approved", _("approved the claim"), icon="circle-check", kind="good")
say(
    "expenses.approved_in_part",
    _("approved %(approved)s of %(claimed)s: %(cuts)s"),
    icon="circle-check",
    kind="warning",
)
say("expenses.passed_on", passed_on, icon="hourglass", kind="warning")
say("expenses.rejected", _("rejected the claim: %(reason)s"), icon="circle-x", kind="bad")
say(
    "expenses.sent_back", _("sent the claim back: %(reason)s"), icon="arrow-back-up", kind="warning"
)
say("expenses.paid", _("paid the claim"), icon="cash", kind="good")  # before there were runs
say("expenses.paid_in_run", _("paid the claim with the run %(run)s"), icon="cash", kind="good")
say("expenses.run_made", _("paid %(count)s claims out"), icon="cash", kind="good")
say(
    "expenses.budget_set",
    _("set the expense budget of %(month)s from %(before)s to %(after)s"),
    icon="coin",
)
say("expenses.policy_created", _("wrote the policy"), icon="adjustments")
say("expenses.policy_changed", _("changed the policy"), icon="adjustments")


@heard_by("expenses.submitted", NoticeKind.APPROVAL)
def approvers(claim: ExpenseClaim, _activity: Activity) -> Iterable[Employee]:
    """The supervisor, else the managers of the outlet, else the heads; never the claimant."""
    claimant = claim.claimant
    if claimant.supervisor is not None and claimant.supervisor.is_active:
        return [claimant.supervisor]
    others = Employee.objects.active().exclude(pk=claimant.pk)
    managers = list(others.filter(role=Role.SERVICE_MANAGER, outlet=claimant.outlet_id))
    return managers or others.filter(role=Role.DEPARTMENT_HEAD)


@heard_by("expenses.passed_on", NoticeKind.APPROVAL)
def heads(claim: ExpenseClaim, _activity: Activity) -> Iterable[Employee]:
    """Who takes the second step: a head who is neither the claimant nor has taken the first."""
    others = Employee.objects.active().exclude(pk__in=[claim.claimant_id, claim.passed_by_id])
    return others.filter(role=Role.DEPARTMENT_HEAD)


@heard_by("expenses.passed_on")
@heard_by("expenses.approved", NoticeKind.APPROVAL)
@heard_by("expenses.approved_in_part", NoticeKind.APPROVAL)
@heard_by("expenses.rejected", NoticeKind.APPROVAL)
@heard_by("expenses.sent_back", NoticeKind.APPROVAL)
@heard_by("expenses.paid_in_run")
def claimant(claim: ExpenseClaim, _activity: Activity) -> Iterable[Employee]:
    return [claim.claimant]
