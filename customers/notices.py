"""The verbs of customers in words, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from customers.models import Customer
from employees.models import Employee

say("customers.created", _("entered the customer"), icon="building")
say("customers.changed", _("changed the customer’s data"), icon="pencil")
say("customers.contact_added", _("entered the contact"), icon="user-plus")
say("customers.contact_changed", _("changed the contact’s data"), icon="pencil")
say("customers.contact_affiliated", _("added the contact to %(customer)s"), icon="link")
say("customers.contact_parted", _("took the contact from %(customer)s"), icon="user-x")
say("customers.phone_added", _("added the number %(phone)s"), icon="phone")
say("customers.site_added", _("entered the site %(site)s"), icon="map-pin")
say("customers.site_changed", _("changed the site’s data"), icon="pencil")
say("customers.joined", _("joined %(joined)s (%(code)s) to this customer"), icon="git-merge")
say("customers.tier_changed", _("the tier changed"), icon="crown", kind="info")
say(
    "customers.tier_overridden",
    _("set the tier %(tier)s by hand: %(reason)s"),
    icon="crown",
    kind="info",
)
say("customers.tier_override_lifted", _("let the purchases decide the tier again"), icon="crown")


@heard_by("customers.tier_changed")
@heard_by("customers.tier_overridden")
@heard_by("customers.joined")
def account_manager(customer: Customer, _activity: Activity) -> Iterable[Employee | None]:
    return [customer.account_manager]
