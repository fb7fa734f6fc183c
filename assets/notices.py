"""The words of the assets' verbs, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.models import Employee

say("assets.added", _("entered the asset"), icon="plus")
say("assets.changed", _("changed the asset"), icon="pencil")
say(
    "assets.transferred",
    _("transferred it from %(before)s to %(after)s: %(reason)s"),
    icon="transfer",
    kind="info",
)
say("assets.installed", _("installed it in %(into)s"), icon="tool", kind="info")
say("assets.removed", _("took it out of %(out_of)s"), icon="tool")
say(
    "assets.swapped_out",
    _("swapped %(old)s for %(new)s in %(parent)s: %(reason)s"),
    icon="replace",
    kind="warning",
)
say(
    "assets.swapped_in",
    _("put %(new)s in the place of %(old)s in %(parent)s: %(reason)s"),
    icon="replace",
    kind="good",
)
say("assets.software_set", _("set the software version"), icon="settings")
say("assets.sent_to_repair", _("sent it to repair: %(reason)s"), icon="tools", kind="warning")
say("assets.put_in_use", _("put it in use"), icon="player-play", kind="good")
say("assets.retired", _("retired it: %(reason)s"), icon="archive")
say("assets.model_added", _("added the model"), icon="plus")
say("assets.model_changed", _("changed the model"), icon="pencil")
say("assets.part_added", _("added the part"), icon="plus")
say("assets.part_changed", _("changed the part"), icon="pencil")
say("assets.cost_set", _("set its cost from %(on)s on"), icon="coin")


@heard_by("assets.transferred")
def account_manager(asset: Asset, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    manager = asset.customer.account_manager
    return [manager] if manager else []
