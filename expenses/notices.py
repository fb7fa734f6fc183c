"""The words of the verbs, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.choices import Role
from employees.models import Employee
from expenses.models import ExpenseClaim

say("expenses.created", _("wrote the expense claim"), icon="receipt")
say("expenses.changed", _("changed the claim from %(before)s to %(after)s"), icon="pencil")
say("expenses.submitted", _("submitted the claim"), icon="send")
say("expenses.withdrawn", _("took the claim back"), icon="arrow-back-up")
say("expenses.approved", _("approved the claim"), icon="circle-check", kind="good")
say("expenses.rejected", _("rejected the claim: %(reason)s"), icon="circle-x", kind="bad")
say(
    "expenses.sent_back", _("sent the claim back: %(reason)s"), icon="arrow-back-up", kind="warning"
)
say("expenses.paid", _("paid the claim"), icon="cash", kind="good")


@heard_by("expenses.submitted", NoticeKind.APPROVAL)
def approvers(claim: ExpenseClaim, _activity: Activity) -> Iterable[Employee]:
    """The supervisor, else the managers of the outlet, else the heads; never the claimant."""
    claimant = claim.claimant
    if claimant.supervisor is not None and claimant.supervisor.is_active:
        return [claimant.supervisor]
    others = Employee.objects.active().exclude(pk=claimant.pk)
    managers = list(others.filter(role=Role.SERVICE_MANAGER, outlet=claimant.outlet_id))
    return managers or others.filter(role=Role.DEPARTMENT_HEAD)


@heard_by("expenses.approved", NoticeKind.APPROVAL)
@heard_by("expenses.rejected", NoticeKind.APPROVAL)
@heard_by("expenses.sent_back", NoticeKind.APPROVAL)
@heard_by("expenses.paid")
def claimant(claim: ExpenseClaim, _activity: Activity) -> Iterable[Employee]:
    return [claim.claimant]
