"""Who may do what to an article. Whoever wrote a text never publishes it."""

from employees.models import Employee
from employees.permissions import Scope
from knowledge.choices import Status
from knowledge.models import Article


def may_write(user: Employee) -> bool:
    return user.may("knowledge.change")


def may_change(user: Employee, article: Article) -> bool:
    """The text changes only as a draft, so that what is published is what was reviewed."""
    return article.status == Status.DRAFT and _is_in_scope(user, article)


def may_submit(user: Employee, article: Article) -> bool:
    return article.status == Status.DRAFT and _is_in_scope(user, article)


def may_review(user: Employee, article: Article) -> bool:
    return article.status == Status.IN_REVIEW and user.may("knowledge.review")


def may_publish(user: Employee, article: Article) -> bool:
    return may_review(user, article) and article.author_id != user.pk


def may_send_back(user: Employee, article: Article) -> bool:
    """A reviewer returns it, the author takes it back."""
    return may_review(user, article) or (
        article.status == Status.IN_REVIEW and article.author_id == user.pk
    )


def may_revise(user: Employee, article: Article) -> bool:
    return article.status in (Status.PUBLISHED, Status.RETIRED) and _is_in_scope(user, article)


def may_recheck(user: Employee, article: Article) -> bool:
    return article.status == Status.PUBLISHED and user.may("knowledge.review")


def may_rate(user: Employee, article: Article) -> bool:
    return article.status == Status.PUBLISHED and article.author_id != user.pk


def may_keep(user: Employee, article: Article) -> bool:
    """Its owner answers whom it did not help, or a reviewer does."""
    return _is_in_scope(user, article) or user.may("knowledge.review")


def may_retire(user: Employee, article: Article) -> bool:
    if article.status == Status.DRAFT:
        return _is_in_scope(user, article)
    return article.status == Status.PUBLISHED and user.may("knowledge.review")


def may_keep_fault_codes(user: Employee) -> bool:
    return user.may("knowledge.review")


def _is_in_scope(user: Employee, article: Article) -> bool:
    scope = user.scope_of("knowledge.change") if user.is_active else None
    if scope == Scope.OUTLET:
        author = article.author
        return author is None or author.outlet_id == user.outlet_id
    return scope == Scope.ALL or (scope == Scope.OWN and article.author_id == user.pk)
