"""The words of the contracts' verbs, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from contracts.models import ServiceContract
from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.choices import Role
from employees.models import Employee
from employees.permissions import PERMISSIONS
from employees.queries import with_stand_in

say("contracts.drafted", _("drafted the contract"), icon="pencil")
say("contracts.changed", _("changed the contract"), icon="pencil")
say("contracts.submitted", _("submitted it for approval"), icon="send", kind="info")
say("contracts.withdrawn", _("took it back into a draft"), icon="arrow-back-up")
say("contracts.rejected", _("rejected it: %(reason)s"), icon="circle-x", kind="bad")
say("contracts.approved", _("approved it: it is in force"), icon="circle-check", kind="good")
say(
    "contracts.approved_ahead",
    _("approved it: it covers from its first day on"),
    icon="circle-check",
    kind="good",
)
say("contracts.begun", _("began to cover"), icon="circle-check", kind="good")
say("contracts.suspended", _("suspended it: %(reason)s"), icon="player-pause", kind="warning")
say(
    "contracts.suspended_until",
    _("suspended it until %(until_on)s: %(reason)s"),
    icon="player-pause",
    kind="warning",
)
say("contracts.resumed", _("let it cover again"), icon="player-play", kind="good")
say(
    "contracts.terminated",
    _("terminated it, no cover from %(on)s on: %(reason)s"),
    icon="ban",
    kind="warning",
)
say("contracts.renewal_drafted", _("drafted the renewal of %(number)s"), icon="refresh")
say("contracts.amendment_drafted", _("drafted an amendment of %(number)s"), icon="pencil")
say("contracts.renewed", _("replaced by %(number)s"), icon="refresh", kind="good")
say("contracts.expired", _("expired"), icon="calendar-off", kind="warning")
say(
    "contracts.ends_soon",
    _("ends on %(ends_on)s, in %(days)s days"),
    icon="calendar-off",
    kind="warning",
)
say(
    "contracts.allowance_taken",
    _("%(source)s takes %(quantity)s of the allowance: %(kind)s"),
    icon="checklist",
)
say(
    "contracts.beyond_allowance",
    _("%(source)s is beyond the allowance by %(beyond)s: %(kind)s"),
    icon="alert-triangle",
    kind="warning",
)
say(
    "contracts.allowance_given_back",
    _("%(source)s gives %(quantity)s back: %(kind)s"),
    icon="arrow-back-up",
)
say(
    "contracts.beyond_approved",
    _("let the contract cover %(source)s beyond the allowance: %(reason)s"),
    icon="circle-check",
    kind="good",
)
say(
    "contracts.beyond_refused",
    _("%(source)s is charged, for the allowance is used up: %(reason)s"),
    icon="circle-x",
    kind="bad",
)
say("contracts.billing_set", _("laid out the billing: %(rhythm)s"), icon="receipt")
say("contracts.invoiced", _("invoiced %(first_on)s to %(last_on)s as %(number)s"), icon="receipt")
say("contracts.instalment_paid", _("noted that %(number)s is paid"), icon="circle-check")
say("contracts.type_added", _("added the contract type"), icon="plus")
say("contracts.type_changed", _("changed the contract type"), icon="pencil")
say("contracts.default_added", _("added the default promise"), icon="plus")
say("contracts.default_changed", _("changed the default promise"), icon="pencil")


@heard_by("contracts.submitted", NoticeKind.APPROVAL)
def approvers(contract: ServiceContract, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    roles = list(PERMISSIONS["contracts.approve"])
    people = Employee.objects.filter(is_active=True, role__in=roles)
    return people.exclude(pk=contract.drafted_by_id or 0)


@heard_by("contracts.beyond_allowance", NoticeKind.APPROVAL)
def heads(contract: ServiceContract, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    roles = list(PERMISSIONS["contracts.approve"])
    return Employee.objects.filter(is_active=True, role__in=roles)


@heard_by("contracts.rejected", NoticeKind.APPROVAL)
@heard_by("contracts.approved", NoticeKind.APPROVAL)
@heard_by("contracts.approved_ahead", NoticeKind.APPROVAL)
@heard_by("contracts.suspended")
@heard_by("contracts.suspended_until")
@heard_by("contracts.resumed")
@heard_by("contracts.terminated")
@heard_by("contracts.expired")
def responsible(contract: ServiceContract, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    """Who drafted it, who is responsible for it, and who keeps the account."""
    manager = contract.customer.account_manager
    return filter(None, [contract.drafted_by, contract.responsible, manager])


@heard_by("contracts.ends_soon", NoticeKind.REMINDER)
def who_sees_to_the_renewal(contract: ServiceContract, activity: Activity) -> Iterable[Employee]:
    """The first who is still with us of: who is responsible, who keeps the account, who drafted it;
    while absent, the stand-in too. Else the department heads.
    """
    people = [contract.responsible, contract.customer.account_manager, contract.drafted_by]
    keeper = next((person for person in people if person and person.is_active), None)
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    if keeper is None:
        return heads
    return with_stand_in(keeper, at=activity.at, may_see=lambda each: each.may("contracts.view"))
