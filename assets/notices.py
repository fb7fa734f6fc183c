"""The words of the assets' verbs, and who hears of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.choices import Gravity, Meter, Why
from assets.models import Asset
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, in_words, say
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


def meter_in_words(details: Mapping[str, Any]) -> str:
    meter = details["meter"]
    return gettext("read the meter: %(meter)s %(value)s") % {
        "meter": Meter(meter).label,
        "value": details["value"],
    }


def new_meter_in_words(details: Mapping[str, Any]) -> str:
    return gettext("put in a new meter: %(meter)s from %(value)s") % {
        "meter": Meter(details["meter"]).label,
        "value": details["value"],
    }


def skipped_in_words(details: Mapping[str, Any]) -> str:
    words = in_words(details)
    why = details["reason"] or Why(details["why"]).label
    return gettext("left out the turn of %(due_on)s: %(why)s") % {**words, "why": why}


def defect_in_words(details: Mapping[str, Any]) -> str:
    return gettext("noted a defect (%(gravity)s): %(text)s") % {
        "gravity": Gravity(details["gravity"]).label,
        "text": details["defect"],
    }


say("assets.defect_noted", defect_in_words, icon="alert-triangle", kind="warning")
say(
    "assets.defect_cleared",
    _("cleared the defect “%(defect)s”: %(how)s"),
    icon="checks",
    kind="good",
)
say("assets.meter_read", meter_in_words, icon="gauge")
say("assets.meter_replaced", new_meter_in_words, icon="gauge", kind="info")
say("assets.plan_added", _("made the maintenance plan"), icon="calendar")
say("assets.plan_changed", _("changed the maintenance plan"), icon="pencil")
say("assets.procedure_added", _("made the procedure"), icon="clipboard-list")
say("assets.procedure_changed", _("changed the procedure"), icon="pencil")
say("assets.plan_ended", _("ended the maintenance plan on %(on)s: %(reason)s"), icon="ban")
say("assets.plan_applied", _("gave the plan to %(count)s devices"), icon="copy")
say(
    "assets.turn_done",
    _("did what was due on %(due_on)s, on %(done_on)s"),
    icon="checks",
    kind="good",
)
say(
    "assets.turn_covered",
    _("the turn of %(due_on)s is covered by “%(title)s” of %(on)s"),
    icon="link",
    kind="info",
)
say("assets.turn_skipped", skipped_in_words, icon="ban", kind="warning")


@heard_by("assets.transferred")
def account_manager(asset: Asset, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    manager = asset.customer.account_manager
    return [manager] if manager else []
