"""The verbs of goods in the depot in words, what customers are written of them, and who hears of
them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from crmservice.delivery.letters import Letter, letter
from crmservice.web.text import day, moment
from dispatch.choices import WaitFor
from dispatch.models import DepotRepair
from dispatch.notices.visits import instant, who_was_told
from employees.models import Employee
from service_requests.queries import day_of


def wait_in_words(details: Mapping[str, Any]) -> str:
    said = {"what": WaitFor(details["reason"]).label, "note": details["note"]}
    if details["note"]:
        return gettext("waits for %(what)s: %(note)s") % said
    return gettext("waits for %(what)s") % said


def results_in_words(details: Mapping[str, Any]) -> str:
    count = details["count"]
    return ngettext("entered %(count)s result", "entered %(count)s results", count) % details


def failed_in_words(details: Mapping[str, Any]) -> str:
    return gettext("%(results)s, %(failed)s beyond the limit") % {
        "results": results_in_words(details),
        "failed": details["failed"],
    }


def shipped_in_words(details: Mapping[str, Any]) -> str:
    if details["tracking"]:
        return gettext("shipped the goods with %(carrier)s, %(tracking)s") % details
    return gettext("shipped the goods with %(carrier)s") % details


say("dispatch.goods_expected", _("the goods are expected: %(outlet)s"), icon="package-import")
say(
    "dispatch.goods_received",
    _("received the goods: %(outlet)s"),
    icon="package-import",
    kind="good",
)
say("dispatch.goods_identified", _("said whose the goods are: %(customer)s"), icon="user-check")
say("dispatch.goods_described", _("changed what is written of the goods"), icon="pencil")
say("dispatch.goods_diagnosed", _("began the diagnosis"), icon="stethoscope")
say("dispatch.goods_wait", wait_in_words, icon="player-pause")
say("dispatch.goods_repaired", _("began the repair"), icon="tool")
say("dispatch.goods_tested", _("began the test"), icon="gauge")
say("dispatch.results_entered", results_in_words, icon="gauge")
say("dispatch.results_failed", failed_in_words, icon="gauge", kind="warning")
say("dispatch.goods_ready", _("the goods are ready to go back"), icon="checks", kind="good")
say(
    "dispatch.goods_refused",
    _("the goods go back unrepaired: %(reason)s"),
    icon="arrow-back-up",
    kind="warning",
)
say("dispatch.goods_scrapped", _("scrapped the goods: %(reason)s"), icon="trash", kind="warning")
say("dispatch.goods_quoted", _("put parts and hours on the quotation %(order)s"), icon="file-text")
say("dispatch.goods_shipped", shipped_in_words, icon="truck", kind="good")
say("dispatch.goods_closed", _("closed the repair"), icon="lock")
say("dispatch.goods_received_announced", _("wrote to %(to)s: the goods are here"), icon="mail")
say("dispatch.goods_shipped_announced", _("wrote to %(to)s: the goods are shipped"), icon="mail")
say(
    "dispatch.goods_overdue",
    _("the goods were promised back by %(due_at)s and are still here"),
    icon="alert-triangle",
    kind="bad",
    note=who_was_told,
)
say(
    "dispatch.timer_asked_about",
    _("the timer of %(engineer)s runs since %(started_at)s: was it forgotten?"),
    icon="hourglass",
    kind="warning",
)
say("dispatch.taken", _("took the task"), icon="user-check")


@letter("dispatch.goods_received_announced")
def goods_are_here(repair: DepotRepair, activity: Activity) -> Letter:
    due_at = activity.details["due_at"]
    by = {"day": day(day_of(instant(due_at)))} if due_at else {}
    return Letter(
        subject=gettext("%(serial)s is here: %(number)s")
        % {"serial": repair.serial_no, "number": repair.number},
        paragraphs=[
            gettext("What you sent in has arrived at %(time)s.")
            % {"time": moment(repair.received_at)},
            gettext("You get it back by %(day)s, not counting what waits for your approval.") % by
            if by
            else "",
            goods_particulars(repair),
        ],
    )


@letter("dispatch.goods_shipped_announced")
def goods_are_on_their_way(repair: DepotRepair, activity: Activity) -> Letter:
    details = activity.details
    return Letter(
        subject=gettext("%(serial)s is on its way back to you") % {"serial": repair.serial_no},
        paragraphs=[
            gettext("We sent it on %(time)s with %(carrier)s.")
            % {"time": moment(repair.shipped_at), "carrier": details["carrier"]},
            gettext("Tracking number: %(tracking)s") % {"tracking": details["tracking"]}
            if details["tracking"]
            else "",
            goods_particulars(repair),
        ],
    )


def goods_particulars(repair: DepotRepair) -> str:
    """What it is about, as far as the customer knows it."""
    service_request = repair.service_request
    lines = [
        (
            gettext("Your request"),
            f"{service_request.number} {service_request.subject}" if service_request else "",
        ),
        (gettext("Device"), repair.serial_no),
        (gettext("Our number"), repair.number),
        (gettext("Accessories"), repair.accessories),
    ]
    return "\n".join(
        gettext("%(label)s: %(value)s") % {"label": label, "value": value}
        for label, value in lines
        if value
    )


@heard_by("dispatch.goods_overdue", NoticeKind.ALARM)
def who_was_chosen_for_it(_repair: DepotRepair, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(
        pk__in=[told["id"] for told in activity.details["told"]]
    )


@heard_by("dispatch.goods_overdue", NoticeKind.ALARM)
def who_repairs_it(repair: DepotRepair, _activity: Activity) -> Iterable[Employee | None]:
    return [repair.task.assignee if repair.task else None]


@heard_by("dispatch.timer_asked_about", NoticeKind.REMINDER)
def whose_timer_runs(_repair: DepotRepair, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.filter(pk=activity.details["engineer_id"])
