"""What readers say has a consequence: what does not help is bettered, what is sought is written."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from employees.models import Employee
from knowledge.actions.writing import end_improvement, write
from knowledge.choices import Outcome, Status
from knowledge.models import Article, Gap, Improvement, Rating

IMPROVE_WITHIN = timedelta(days=7)
AGAIN_AFTER = timedelta(days=3)
RECHECK_AGAIN_AFTER = timedelta(days=7)
TYPING = timedelta(minutes=1)  # within which a longer search is the same one, typed on
SHORTEST = 2
SWEPT = 500


@transaction.atomic
def rate(
    article: Article, *, is_helpful: bool, comment: str = "", by: Employee, at: datetime
) -> Rating:
    """What `by` says of a published article. What does not help is its owner's task from now on,
    one however many say so.

    Raises DomainError when it is not published, is one's own, or why it does not help is not said.
    """
    article = Article.objects.lock(article.pk)
    comment = "" if is_helpful else comment.strip()
    if article.status != Status.PUBLISHED:
        raise DomainError(_("Only a published article is rated."))
    if article.author_id == by.pk:
        raise DomainError(_("You wrote it yourself; others say whether it helps."))
    if not is_helpful and not comment:
        raise DomainError(_("Say what is wrong or missing."), field="comment")
    before = Rating.objects.filter(article=article, by=by).first()
    if before and (before.is_helpful, before.comment) == (is_helpful, comment):
        return before
    rating = before or Rating(article=article, by=by)
    rating.is_helpful, rating.comment, rating.at = is_helpful, comment, at
    rating.save()
    if is_helpful:
        record(article, "knowledge.found_helpful", by=by, at=at)
    else:
        due_at = open_improvement(article, at=at).due_at
        record(article, "knowledge.found_unhelpful", by=by, at=at, comment=comment, due_at=due_at)
    return rating


def open_improvement(article: Article, *, at: datetime) -> Improvement:
    """The one that is open, or a new one of whoever answers for the article."""
    found = article.improvements.open().first()
    return found or Improvement.objects.create(
        article=article,
        owner=owner_of(article),
        opened_at=at,
        due_at=at + IMPROVE_WITHIN,
        remind_at=at + IMPROVE_WITHIN,
    )


def owner_of(article: Article) -> Employee | None:
    """The author; who published it when the author is gone. Without either all reviewers hear."""
    people = (article.author, article.reviewer)
    return next((each for each in people if each and each.may("knowledge.change")), None)


@transaction.atomic
def keep(article: Article, *, answer: str, by: Employee, at: datetime) -> Article:
    """It stays as it is: the answer to those whom it did not help."""
    article = Article.objects.lock(article.pk)
    if not end_improvement(article, Outcome.KEPT, at=at, answer=answer.strip()):
        raise DomainError(_("Nobody waits for an answer about this article."))
    record(article, "knowledge.kept", by=by, at=at, answer=answer.strip())
    return article


def remind(*, on: date, at: datetime) -> int:
    """Tell of re-checks whose day has come, weekly until it is done, and of articles that are not
    bettered in time, every three days. Returns of how many.
    """
    late = Improvement.objects.to_remind(at).order_by("remind_at", "pk")[:SWEPT]
    old = Article.objects.to_remind(on).order_by("remind_on", "pk")[:SWEPT]
    return claim_each(late, remind_of_improvement, at=at) + claim_each(
        old, remind_of_recheck, on=on, at=at
    )


@transaction.atomic
def remind_of_improvement(improvement: Improvement, *, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = Improvement.objects.to_remind(at).filter(pk=improvement.pk)
    if not due.update(remind_at=at + AGAIN_AFTER):
        return False
    article = improvement.article
    record(article, "knowledge.improvement_overdue", by=None, at=at, due_at=improvement.due_at)
    return True


@transaction.atomic
def remind_of_recheck(article: Article, *, on: date, at: datetime) -> bool:
    """Of one; the conditional update lets one process win."""
    due = Article.objects.to_remind(on).filter(pk=article.pk)
    if not due.update(remind_on=on + RECHECK_AGAIN_AFTER):
        return False
    shown = article.recheck_on.isoformat() if article.recheck_on else ""
    record(article, "knowledge.recheck_due", by=None, at=at, recheck_on=shown)
    return True


@transaction.atomic
def note_unanswered(text: str, *, by: Employee, at: datetime) -> Gap | None:
    """A search found nothing. What is typed on within the minute is one search, not one a letter;
    who asks the same again within the day counts once.
    """
    words = " ".join(text.split())[:100]
    key = words.casefold()[:100]
    if len(key) < SHORTEST:
        return None
    begun = Gap.objects.filter(last_by=by, last_at__gt=at - TYPING, times=1, article=None)
    for gap in begun.exclude(key=key):
        if key.startswith(gap.key) or gap.key.startswith(key):
            gap.delete()
    gap, is_new = Gap.objects.get_or_create(
        key=key, defaults={"words": words, "last_by": by, "last_at": at}
    )
    is_again = gap.last_by_id == by.pk and gap.last_at > at - timedelta(days=1)
    if not is_new and not is_again:
        Gap.objects.filter(pk=gap.pk).update(times=F("times") + 1, last_by=by, last_at=at)
    return gap


@transaction.atomic
def write_for_gap(gap: Gap, values: Mapping[str, Any], *, by: Employee, at: datetime) -> Article:
    """The article that was sought; the gap is filled once it is published."""
    gap = Gap.objects.lock(gap.pk)
    gap.article = write(values, by=by, at=at)
    gap.save(update_fields=["article"])
    return gap.article


@transaction.atomic
def set_aside(gap: Gap, *, by: Employee, at: datetime) -> Gap:
    """Nobody needs an article of it, however often it is sought."""
    gap = Gap.objects.lock(gap.pk)
    if gap.set_aside_at is None:
        gap.set_aside_at, gap.set_aside_by = at, by
        gap.save(update_fields=["set_aside_at", "set_aside_by"])
        record(gap, "knowledge.set_aside", by=by, at=at)
    return gap
