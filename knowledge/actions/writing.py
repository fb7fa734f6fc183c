"""The verbs of knowledge: write, submit, publish, send back, revise, re-check, retire, use."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crmservice.activity import changing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.search.index import forget, index
from crmservice.web.text import listed
from employees.models import Employee
from knowledge.choices import Outcome, Status
from knowledge.models import Article, FaultCode, Revision
from knowledge.queries import KIND, TEXTS, search_words

RECHECK_AFTER = timedelta(days=365)
LINKS = ("fault_codes", "related")


@transaction.atomic
def write(values: Mapping[str, Any], *, by: Employee, at: datetime) -> Article:
    """A new draft; `values` are the article's fields, `fault_codes` and `related` among them."""
    fields = {name: value for name, value in values.items() if name not in LINKS}
    article = Article.objects.create(
        number=next_number("KB", at), author=by, created_at=at, changed_at=at, **fields
    )
    for name in LINKS:
        getattr(article, name).set(values.get(name, ()))
    keep_version(article, by=by, at=at)
    record(article, "knowledge.written", by=by, at=at, version=article.version)
    index(**search_words(article))
    return article


@transaction.atomic
def draft_from(
    *,
    title: str,
    problem: str,
    solution: str,
    fault_code: FaultCode | None,
    by: Employee,
    at: datetime,
) -> Article:
    """A draft out of what was learned in the field: of a resolved request, of a task's report."""
    longest = Article._meta.get_field("title").max_length
    values = {"title": title[:longest], "problem": problem or title, "solution": solution}
    return write({**values, "fault_codes": [fault_code] if fault_code else []}, by=by, at=at)


@transaction.atomic
def change(
    article: Article,
    values: Mapping[str, Any],
    *,
    by: Employee,
    at: datetime,
    version: int | None = None,
) -> Article:
    """Change a draft; a changed text is a new version that can be compared with the one before.

    Raises DomainError when it is no draft (revise it first) or somebody changed the same field.
    """
    current = Article.objects.lock(article.pk)
    if current.status != Status.DRAFT:
        raise DomainError(_("Only a draft can be changed. Revise the article first."))
    fields = {name: value for name, value in values.items() if name not in LINKS}
    changed = changing.change(
        current, fields, verb="knowledge.changed", by=by, at=at, version=version
    )
    for name in LINKS:
        if name in values:
            link(changed, name, values[name], by=by, at=at)
    changed.changed_at = at
    changed.save(update_fields=["changed_at"])
    if any(getattr(changed, name) != getattr(current, name) for name in TEXTS):
        keep_version(changed, by=by, at=at)
    index(**search_words(changed))
    return changed


@transaction.atomic
def submit(article: Article, *, by: Employee, at: datetime) -> Article:
    """To the reviewers. Raises DomainError while there is nothing to review."""
    article = Article.objects.lock(article.pk)
    article.move_to(Status.IN_REVIEW)
    if not article.solution.strip():
        raise DomainError(_("Write the solution before you submit the article."), field="solution")
    return settle(article, "knowledge.submitted", by=by, at=at)


@transaction.atomic
def publish(
    article: Article, *, by: Employee, at: datetime, recheck_on: date | None = None
) -> Article:
    """Make it known; it is looked at again on `recheck_on`, a year later if nothing is said.

    Raises DomainError when `by` wrote it, or wrote the version that is to be published.
    """
    article = Article.objects.lock(article.pk)
    article.move_to(Status.PUBLISHED)
    if by.pk in writers(article):
        raise DomainError(_("Somebody who did not write this text has to publish it."))
    article.reviewer, article.published_at = by, at
    article.recheck_on = article.remind_on = recheck_in_future(recheck_on, at)
    end_improvement(article, Outcome.IMPROVED, at=at)
    changed = ("reviewer", "published_at", "recheck_on", "remind_on")
    return settle(article, "knowledge.published", *changed, by=by, at=at)


@transaction.atomic
def send_back(article: Article, *, reason: str, by: Employee, at: datetime) -> Article:
    article = Article.objects.lock(article.pk)
    if article.status != Status.IN_REVIEW:
        raise DomainError(_("Only an article in review can be sent back."))
    article.move_to(Status.DRAFT)
    return settle(article, "knowledge.sent_back", by=by, at=at, reason=reason)


@transaction.atomic
def revise(article: Article, *, by: Employee, at: datetime) -> Article:
    """Make it a draft again; it is suggested to nobody until it is published anew."""
    article = Article.objects.lock(article.pk)
    if article.status not in (Status.PUBLISHED, Status.RETIRED):
        raise DomainError(_("Only a published or retired article is revised."))
    article.move_to(Status.DRAFT)
    return settle(article, "knowledge.revised", by=by, at=at)


@transaction.atomic
def recheck(
    article: Article, *, recheck_on: date | None = None, by: Employee, at: datetime
) -> Article:
    """Say that it still holds, and when it is looked at next."""
    article = Article.objects.lock(article.pk)
    if article.status != Status.PUBLISHED:
        raise DomainError(_("Only a published article is re-checked."))
    article.recheck_on = article.remind_on = recheck_in_future(recheck_on, at)
    shown, changed = article.recheck_on.isoformat(), ("recheck_on", "remind_on")
    return settle(article, "knowledge.rechecked", *changed, by=by, at=at, recheck_on=shown)


@transaction.atomic
def retire(article: Article, *, reason: str, by: Employee, at: datetime) -> Article:
    """Take it out of use and out of the search; it stays readable."""
    article = Article.objects.lock(article.pk)
    article.move_to(Status.RETIRED)
    end_improvement(article, Outcome.RETIRED, at=at)
    return settle(article, "knowledge.retired", by=by, at=at, reason=reason)


@transaction.atomic
def count_use(
    article: Article,
    *,
    by: Employee | None,
    at: datetime,
    about: Iterable[models.Model | None] = (),
) -> None:
    """ "Solved with this", once more; `about` are the records that it solved."""
    Article.objects.filter(pk=article.pk).update(use_count=F("use_count") + 1)
    record(article, "knowledge.used", by=by, at=at, about=about)


@transaction.atomic
def add_fault_code(values: Mapping[str, Any], *, by: Employee, at: datetime) -> FaultCode:
    fault_code = FaultCode.objects.create(**values)
    record(fault_code, "knowledge.fault_code_added", by=by, at=at)
    return fault_code


@transaction.atomic
def change_fault_code(
    fault_code: FaultCode, values: Mapping[str, Any], *, by: Employee, at: datetime
) -> FaultCode:
    changed = changing.change(fault_code, values, verb="knowledge.fault_code_changed", by=by, at=at)
    for article in changed.articles.exclude(status=Status.RETIRED):
        index(**search_words(article))
    return changed


def settle(
    article: Article, verb: str, *fields: str, by: Employee, at: datetime, **details: Any
) -> Article:
    """Write the new status with `fields`, and what goes with every change of status."""
    article.changed_at = at
    article.version += 1
    article.save(update_fields=["status", "changed_at", "version", *fields])
    record(article, verb, by=by, at=at, version=article.version, **details)
    if article.status == Status.RETIRED:
        forget(KIND, article.pk)
    else:
        index(**search_words(article))
    return article


def end_improvement(article: Article, outcome: Outcome, *, at: datetime, answer: str = "") -> int:
    """Whoever said that it did not help has an answer now; nothing happens when nobody did."""
    ended = {"outcome": outcome, "answer": answer, "ended_at": at, "remind_at": None}
    return article.improvements.open().update(**ended)


def link(article: Article, name: str, rows: Iterable[Any], *, by: Employee, at: datetime) -> None:
    """Set a many-to-many field, with its before and after on the trail."""
    relation = getattr(article, name)
    before, after = listed(relation.all()), listed(rows)
    if before != after:
        relation.set(rows)
        shown = {name: [before, after]}
        record(article, "knowledge.changed", by=by, at=at, changes=shown, version=article.version)


def keep_version(article: Article, *, by: Employee, at: datetime) -> None:
    texts = {name: getattr(article, name) for name in TEXTS}
    Revision.objects.create(article=article, version=article.version, by=by, at=at, **texts)


def writers(article: Article) -> set[int | None]:
    """The author, and who wrote the text as it stands."""
    newest = article.revisions.order_by("-version").first()
    return {article.author_id, newest.by_id if newest else None}


def recheck_in_future(recheck_on: date | None, at: datetime) -> date:
    today = timezone.localdate(at)
    if recheck_on is None:
        return today + RECHECK_AFTER
    if recheck_on <= today:
        raise DomainError(_("The day of the re-check has to be in the future."), field="recheck_on")
    return recheck_on
