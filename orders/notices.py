"""The words of the verbs, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.choices import Role
from employees.models import Employee
from orders.models import Order

say("orders.created", _("wrote the order"), icon="package")
say("orders.line_added", _("added %(line)s, %(amount)s"), icon="plus")
say("orders.line_removed", _("removed %(line)s, %(amount)s"), icon="minus")
say(
    "orders.price_set",
    _("set the price of %(line)s from %(before)s to %(after)s: %(reason)s"),
    icon="coin",
)
say("orders.given", _("gave %(line)s as goodwill, %(amount)s: %(reason)s"), icon="heart-handshake")
say("orders.plan_added", _("wrote the price plan valid from %(on)s"), icon="coin")
say("orders.submitted", _("asked for approval of the order"), icon="send")
say("orders.approved", _("approved the order"), icon="circle-check", kind="good")
say("orders.sent_back", _("sent the order back: %(reason)s"), icon="arrow-back-up", kind="warning")
say("orders.delivered", _("delivered the order"), icon="truck")
say("orders.invoiced", _("invoiced the order"), icon="file-invoice")
say("orders.settled", _("noted the payment of the order"), icon="cash", kind="good")
say("orders.cancelled", _("cancelled the order: %(reason)s"), icon="ban")


@heard_by("orders.submitted", NoticeKind.APPROVAL)
def approvers(order: Order, _activity: Activity) -> Iterable[Employee]:
    """The author's supervisor, else the heads of the department."""
    author = order.author
    if author and author.supervisor:
        return [author.supervisor]
    return Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)


@heard_by("orders.approved", NoticeKind.APPROVAL)
@heard_by("orders.sent_back", NoticeKind.APPROVAL)
def author(order: Order, _activity: Activity) -> Iterable[Employee]:
    return filter(None, [order.author])
