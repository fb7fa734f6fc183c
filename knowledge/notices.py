"""The words of knowledge's verbs, and who hears of them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from employees.models import Employee
from employees.permissions import PERMISSIONS, Scope
from knowledge.models import Article

say("knowledge.written", _("drafted the article"), icon="pencil")
say("knowledge.changed", _("changed the article"), icon="pencil")
say("knowledge.submitted", _("submitted it for review"), icon="send", kind="info")
say("knowledge.published", _("published it"), icon="circle-check", kind="good")
say("knowledge.sent_back", _("sent it back: %(reason)s"), icon="arrow-back-up", kind="warning")
say("knowledge.revised", _("took it back into a draft"), icon="refresh")
say(
    "knowledge.rechecked",
    _("confirmed that it still holds, next re-check %(recheck_on)s"),
    icon="checks",
    kind="good",
)
say("knowledge.retired", _("retired it: %(reason)s"), icon="archive")
say("knowledge.used", _("solved it with this article"), icon="bulb", kind="good")
say("knowledge.fault_code_added", _("added the fault code"), icon="plus")
say("knowledge.fault_code_changed", _("changed the fault code"), icon="pencil")


@heard_by("knowledge.submitted", NoticeKind.APPROVAL)
def reviewers(article: Article, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    roles = [role for role, scope in PERMISSIONS["knowledge.review"].items() if scope == Scope.ALL]
    people = Employee.objects.filter(is_active=True, role__in=roles)
    return people.exclude(pk=article.author_id or 0)


@heard_by("knowledge.published", NoticeKind.APPROVAL)
@heard_by("knowledge.sent_back", NoticeKind.APPROVAL)
@heard_by("knowledge.rechecked")
@heard_by("knowledge.retired")
@heard_by("knowledge.used")
def author(article: Article, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    """Whoever wrote it hears what becomes of it, and each time that it helped."""
    return [article.author] if article.author else []
