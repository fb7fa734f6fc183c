"""How an article is found, what helps with a problem, how two versions differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from crmservice.search.index import Document, index_many
from crmservice.search.query import search
from employees.choices import OutletKind
from employees.models import Employee, Outlet
from knowledge.choices import Audience, Status
from knowledge.models import Article, Revision

KIND = "article"
MOST_FOUND = 100
MOST_SUGGESTED = 5
TEXTS = ("title", "problem", "summary", "solution")


def search_words(article: Article) -> dict[str, Any]:
    """What `crmservice.search.index.index` is given for an article.

    What is published for partners or customers is for everybody, all else for our own outlets.
    """
    codes = list(article.fault_codes.all())
    return {
        "kind": KIND,
        "object_id": article.pk,
        "title": article.title,
        "subtitle": article.summary or article.problem[:200],
        "badge": article.number,
        "url": article.get_absolute_url(),
        "rank_at": article.changed_at,
        "codes": [article.number, *(code.code for code in codes)],
        "words": [name for code in codes for name in (code.name_zh, code.name_en)],
        "body": [article.problem, article.solution],
        "scope": ["all"] if is_shared(article) else own_outlets(),
    }


def is_shared(article: Article) -> bool:
    return article.status == Status.PUBLISHED and article.audience in (
        Audience.PARTNER,
        Audience.CUSTOMER,
    )


def own_outlets() -> list[str]:
    own = Outlet.objects.filter(kind=OutletKind.OWN).values_list("pk", flat=True)
    return [f"o{pk}" for pk in own]


def search_documents() -> Iterator[Document]:
    """Every article that may be found, the oldest first."""
    articles = Article.objects.exclude(status=Status.RETIRED).order_by("changed_at", "pk")
    for article in articles.prefetch_related("fault_codes").iterator(chunk_size=500):
        yield Document(**search_words(article))


def rebuild_search() -> int:
    return index_many(search_documents())


def found(text: str, user: Employee, limit: int = MOST_FOUND) -> list[int]:
    """The ids of the articles that answer a typed text and may be seen, the best first."""
    hits = search(text, kinds=[KIND], scopes=user.search_scopes("knowledge.view"), limit=limit)
    return [hit.object_id for hit in hits]


def ranked(articles: Iterable[Article], ids: list[int]) -> list[Article]:
    place = {pk: at for at, pk in enumerate(ids)}
    return sorted(articles, key=lambda article: place[article.pk])


def suggestions(text: str, user: Employee, model_code: str = "") -> list[Article]:
    """Published articles that may solve what is being typed, those of the model first.

    The relation to models lies on the assets floor; only its name is known here.
    """
    ids = found(text, user, limit=4 * MOST_SUGGESTED)
    articles = Article.objects.visible_to(user).published()
    rows = ranked(articles.filter(pk__in=ids).prefetch_related("fault_codes"), ids)
    if model_code:
        of_model = set(
            articles.filter(pk__in=ids, asset_models__code=model_code).values_list("pk", flat=True)
        )
        rows.sort(key=lambda article: article.pk not in of_model)
    return rows[:MOST_SUGGESTED]


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, was added or was taken away."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field of two versions, in pieces."""

    field: str
    pieces: list[Piece]


def difference(older: Revision | None, newer: Revision) -> list[Difference]:
    """What changed from one version to the next; fields that are the same are left out."""
    pairs = ((name, getattr(older, name) if older else "", getattr(newer, name)) for name in TEXTS)
    return [
        Difference(name, pieces(before, after)) for name, before, after in pairs if before != after
    ]


def pieces(before: str, after: str) -> list[Piece]:
    """Line by line where there are lines, sign by sign within one line (Chinese has no blanks)."""
    many = "\n" in before or "\n" in after
    old = lines(before) if many else list(before)
    new = lines(after) if many else list(after)
    found_: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found_.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            found_.append(Piece("removed", "".join(old[a:b])))
        if d > c:
            found_.append(Piece("added", "".join(new[c:d])))
    return found_


def lines(text: str) -> list[str]:
    """Each with its end, the last one too, so that a changed last line stands on its own."""
    return [f"{line}\n" for line in text.splitlines()]
