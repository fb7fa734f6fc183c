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
say("knowledge.found_helpful", _("found it helpful"), icon="thumb-up", kind="good")
say(
    "knowledge.found_unhelpful",
    _("was not helped by it: %(comment)s. To be bettered or answered by %(due_at)s"),
    icon="thumb-down",
    kind="warning",
)
say("knowledge.kept", _("says why it stays as it is: %(answer)s"), icon="message")
say(
    "knowledge.improvement_overdue",
    _("is not bettered yet, which was due by %(due_at)s"),
    icon="hourglass",
    kind="overdue",
)
say(
    "knowledge.recheck_due",
    _("is to be checked again: it was to hold until %(recheck_on)s"),
    icon="calendar-event",
    kind="warning",
)
say("knowledge.set_aside", _("set the gap aside"), icon="archive")
say("knowledge.symptom_added", _("added the symptom"), icon="plus")
say("knowledge.symptom_changed", _("changed the symptom"), icon="pencil")
say("knowledge.cause_added", _("added the possible cause %(cause)s"), icon="plus")
say("knowledge.cause_changed", _("changed a possible cause"), icon="pencil")
say("knowledge.cause_removed", _("removed the possible cause %(cause)s"), icon="trash")
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


@heard_by("knowledge.found_unhelpful", NoticeKind.ASSIGNMENT)
@heard_by("knowledge.improvement_overdue", NoticeKind.ALARM)
def who_betters_it(article: Article, activity: Activity) -> Iterable[Employee]:
    """Its owner; without one, and once it is late, all who review."""
    opened = article.improvements.open().select_related("owner").first()
    owner = opened.owner if opened and opened.owner and opened.owner.is_active else None
    is_late = activity.verb == "knowledge.improvement_overdue"
    others = reviewers(article, activity) if owner is None or is_late else ()
    return {each.pk: each for each in [*filter(None, [owner]), *others]}.values()


@heard_by("knowledge.kept")
def whom_it_did_not_help(article: Article, activity: Activity) -> Iterable[Employee]:  # noqa: ARG001
    return [each.by for each in article.ratings.filter(is_helpful=False).select_related("by")]


@heard_by("knowledge.recheck_due", NoticeKind.REMINDER)
def who_answers_for_it(article: Article, activity: Activity) -> Iterable[Employee]:
    """Author and reviewer, as far as they are still here; else all who review."""
    people = [each for each in (article.author, article.reviewer) if each and each.is_active]
    return people or reviewers(article, activity)
