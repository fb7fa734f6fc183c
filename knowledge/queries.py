"""How an article is found, what helps with a problem, how two versions differ."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from crmservice.search import tokens
from crmservice.search.index import Document, index_many
from crmservice.search.query import search, search_loosely
from employees.choices import OutletKind
from employees.models import Employee, Outlet
from knowledge.choices import Audience, Status
from knowledge.models import Article, Improvement, PossibleCause, Rating, Revision, Symptom
from knowledge.signals import causes_counted

KIND = "article"
MOST_FOUND = 100
MOST_SUGGESTED = 5
MOST_ALARMS = 20
ALARM = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,4}[-_ ]?\d{2,6}(?![A-Za-z0-9])")
MOST_RECOGNISED = 2
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
        "codes": [article.number, *(code.code for code in codes), *alarms_in(article)],
        "words": [name for code in codes for name in (code.name_zh, code.name_en)],
        "body": [article.problem, article.solution],
        "scope": ["all"] if is_shared(article) else own_outlets(),
    }


def alarms_in(article: Article) -> list[str]:
    """What a display shows, as it is written in the text: "E-204" is also sought as e204 or 204."""
    text = f"{article.title}\n{article.problem}\n{article.solution}"
    return list(dict.fromkeys(ALARM.findall(text)))[:MOST_ALARMS]


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


def found_loosely(text: str, user: Employee, limit: int = 4 * MOST_SUGGESTED) -> list[int]:
    """Callers speak in sentences that are in no article word for word."""
    scopes = user.search_scopes("knowledge.view")
    hits = search_loosely(text, kinds=[KIND], scopes=scopes, limit=limit)
    return [hit.object_id for hit in hits]


def ranked(articles: Iterable[Article], ids: list[int]) -> list[Article]:
    place = {pk: at for at, pk in enumerate(ids)}
    return sorted(articles, key=lambda article: place[article.pk])


def suggestions(text: str, user: Employee, model_code: str = "") -> list[Article]:
    """Published articles that may solve what is being typed, those of the model first.

    The relation to models lies on the assets floor; only its name is known here.
    """
    ids = found(text, user, limit=4 * MOST_SUGGESTED) or found_loosely(text, user)
    articles = Article.objects.visible_to(user).published()
    rows = ranked(articles.filter(pk__in=ids).prefetch_related("fault_codes"), ids)
    if model_code:
        of_model = set(
            articles.filter(pk__in=ids, asset_models__code=model_code).values_list("pk", flat=True)
        )
        rows.sort(key=lambda article: article.pk not in of_model)
    return rows[:MOST_SUGGESTED]


@dataclass(frozen=True)
class Probable:
    """A possible cause, and how often it was the one among the causes of its symptom."""

    cause: PossibleCause
    times: int
    percent: int | None  # None while nothing was observed


@dataclass(frozen=True)
class Recognised:
    """A symptom in what was said, with what to ask and do, the most frequent cause first."""

    symptom: Symptom
    causes: list[Probable]


def recognised(text: str, model_code: str, *, at: datetime) -> list[Recognised]:
    """The symptoms that a text speaks of, the most fully named first; three queries at most.

    The catalogue is small and is read whole: a symptom is in a text when all tokens of one of its
    sayings are, which no index of symptoms could answer the right way round.
    """
    said = set(tokens.words(text))
    scored = []
    for symptom in Symptom.objects.all():
        fits = [len(set(words)) for words in map(saying, symptom.sayings) if words <= said]
        if fits:
            scored.append((max(fits), symptom))
    scored.sort(key=lambda pair: -pair[0])
    symptoms = [symptom for _fit, symptom in scored[:MOST_RECOGNISED]]
    return probable(symptoms, model_code, at=at) if symptoms else []


def saying(text: str) -> frozenset[str]:
    """Its tokens; the last sign alone of a Chinese word stands in the text only at an end."""
    found = frozenset(
        token for token in tokens.words(text) if len(token) > 1 or not tokens.is_cjk(token)
    )
    return found or frozenset(["\0"])


def probable(symptoms: list[Symptom], model_code: str, *, at: datetime) -> list[Recognised]:
    """Their causes with what was observed at the model, or at all models without one."""
    causes = list(PossibleCause.objects.filter(symptom__in=symptoms).select_related("fault_code"))
    asked = {cause.fault_code_id for cause in causes}
    times: dict[int, int] = {}
    if asked:
        answers: list[tuple[Any, Any]] = causes_counted.send(
            Symptom, model_code=model_code, fault_codes=asked, at=at
        )
        for _receiver, answer in answers:
            times |= answer or {}
    return [
        Recognised(
            symptom, shares([each for each in causes if each.symptom_id == symptom.pk], times)
        )
        for symptom in symptoms
    ]


def shares(causes: list[PossibleCause], times: dict[int, int]) -> list[Probable]:
    total = sum(times.get(cause.fault_code_id, 0) for cause in causes)
    found_ = [
        Probable(cause, count, round(100 * count / total) if total else None)
        for cause in causes
        for count in [times.get(cause.fault_code_id, 0)]
    ]
    return sorted(found_, key=lambda each: -each.times)


@dataclass(frozen=True)
class Said:
    """What readers say of an article; `mine` is the reader's own word, None before it is said."""

    helped: int
    did_not: int
    mine: bool | None
    comments: list[Rating]
    improvement: Improvement | None


def said_of(article: Article, user: Employee) -> Said:
    """In two queries; the comments are those on which nobody has answered yet."""
    ratings = list(article.ratings.select_related("by"))
    improvement = article.improvements.open().select_related("owner").first()
    mine = [each.is_helpful for each in ratings if each.by_id == user.pk]
    against = [each for each in ratings if not each.is_helpful]
    return Said(
        helped=len(ratings) - len(against),
        did_not=len(against),
        mine=mine[0] if mine else None,
        comments=[each for each in against if improvement and each.at >= improvement.opened_at],
        improvement=improvement,
    )


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
