"""The verbs of tasks in words, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from dispatch.models import Task
from employees.models import Employee

say("dispatch.planned", _("planned the task"), icon="calendar")
say("dispatch.changed", _("changed the task’s data"), icon="pencil")
say(
    "dispatch.assigned",
    _("assigned %(engineer)s for %(starts_at)s"),
    icon="user-check",
)
say(
    "dispatch.assigned_against_advice",
    _("assigned %(engineer)s for %(starts_at)s although: %(reasons)s — %(reason)s"),
    icon="user-check",
    kind="warning",
)
say("dispatch.has_another", _("%(engineer)s has %(number)s “%(title)s” from %(starts_at)s."))
say("dispatch.is_absent", _("%(engineer)s is absent until %(ends_at)s."))
say(
    "dispatch.lacks_skill",
    _("%(engineer)s does not have the skill %(skill)s, or the certificate has expired."),
)
say("dispatch.unassigned", _("took the task back from %(engineer)s: %(reason)s"), icon="user-x")
say("dispatch.accepted", _("accepted the task"), icon="check")
say("dispatch.refused", _("refused the task: %(reason)s"), icon="hand-stop", kind="bad")
say("dispatch.travelled", _("is on the way"), icon="car")
say("dispatch.arrived", _("is on site"), icon="map-pin")
say("dispatch.started", _("began the work"), icon="tool")
say("dispatch.restored", _("says that it works again"), icon="heart-handshake", kind="good")
say("dispatch.part_added", _("used %(quantity)s × %(part)s"), icon="package")
say("dispatch.part_removed", _("did not use %(quantity)s × %(part)s after all"), icon="package")
say("dispatch.completed", _("finished the task: %(result)s"), icon="checks", kind="good")
say(
    "dispatch.not_solved",
    _("could not solve it: %(remaining)s (%(follow_up)s follows)"),
    icon="circle-x",
    kind="warning",
)
say("dispatch.cancelled", _("cancelled the task: %(reason)s"), icon="ban")


@heard_by("dispatch.assigned", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.assigned_against_advice", NoticeKind.ASSIGNMENT)
def engineer_and_predecessor(_task: Task, activity: Activity) -> Iterable[Employee]:
    """Who got the task, and who had it before."""
    details = activity.details
    return Employee.objects.filter(pk__in=[details.get("engineer_id"), details.get("before_id")])


@heard_by("dispatch.unassigned", NoticeKind.ASSIGNMENT)
@heard_by("dispatch.cancelled", NoticeKind.ASSIGNMENT)
def former_engineer(_task: Task, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.filter(pk=activity.details.get("engineer_id"))


@heard_by("dispatch.refused", NoticeKind.ALARM)
@heard_by("dispatch.not_solved", NoticeKind.ALARM)
def who_plans(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    """Who planned the task, and who owns the request."""
    return [task.created_by, task.service_request.owner if task.service_request else None]


@heard_by("dispatch.completed")
def owner_of_the_request(task: Task, _activity: Activity) -> Iterable[Employee | None]:
    return [task.service_request.owner if task.service_request else None]
