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

say("contracts.drafted", _("drafted the contract"), icon="pencil")
say("contracts.changed", _("changed the contract"), icon="pencil")
say("contracts.submitted", _("submitted it for approval"), icon="send", kind="info")
say("contracts.withdrawn", _("took it back into a draft"), icon="arrow-back-up")
say("contracts.rejected", _("rejected it: %(reason)s"), icon="circle-x", kind="bad")
say("contracts.approved", _("approved it: it is in force"), icon="circle-check", kind="good")
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
say("contracts.type_added", _("added the contract type"), icon="plus")
say("contracts.type_changed", _("changed the contract type"), icon="pencil")
say("contracts.default_added", _("added the default promise"), icon="plus")
say("contracts.default_changed", _("changed the default promise"), icon="pencil")


@heard_by("contracts.submitted", NoticeKind.APPROVAL)
def approvers(contract: ServiceContract, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    roles = list(PERMISSIONS["contracts.approve"])
    people = Employee.objects.filter(is_active=True, role__in=roles)
    return people.exclude(pk=contract.drafted_by_id or 0)


@heard_by("contracts.rejected", NoticeKind.APPROVAL)
@heard_by("contracts.approved", NoticeKind.APPROVAL)
@heard_by("contracts.terminated")
@heard_by("contracts.expired")
def responsible(contract: ServiceContract, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    """Who drafted it, who is responsible for it, and who keeps the account."""
    manager = contract.customer.account_manager
    return filter(None, [contract.drafted_by, contract.responsible, manager])


@heard_by("contracts.ends_soon", NoticeKind.REMINDER)
def who_sees_to_the_renewal(contract: ServiceContract, _activity: Activity) -> Iterable[Employee]:
    """The first who is there of: who is responsible, who keeps the account, who drafted it; else
    the department heads.
    """
    people = [contract.responsible, contract.customer.account_manager, contract.drafted_by]
    keeper = next((person for person in people if person and person.is_active), None)
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    return [keeper] if keeper else heads
