"""Typed text into a question: a tree of tokens, written out for FTS5 or as a tsquery. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crmservice import phones
from crmservice.search import tokens

LONGEST_TEXT = 200
MOST_CHUNKS = 8
MOST_NEEDLES = 6
MOST_LOOSE_NEEDLES = 16
LONGEST_CJK_RUN = 20
SHORTEST_PREFIX = 2
SHORTEST_NUMBER_PREFIX = 4
SHORTEST_ROUGH_PREFIX = 3
SHORTEST_MISTYPED = 5
LONGEST_SHORT_WORD = 2
LONGEST_SHORT_NUMBER = 3


@dataclass(frozen=True)
class Term:
    token: str
    prefix: bool = False


@dataclass(frozen=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Any:
    parts: tuple["Node", ...]


Node = Term | All | Any


@dataclass(frozen=True)
class Question:
    """What is asked: the tree, a more forgiving tree, and what ranks a hit higher."""

    exactly: Node
    roughly: Node
    needles: tuple[str, ...]
    whole: str

    @property
    def is_short(self) -> bool:
        """Two letters or three digits begin very many words and numbers."""
        longest = LONGEST_SHORT_NUMBER if self.whole.isdecimal() else LONGEST_SHORT_WORD
        return self.whole.isascii() and len(self.whole) <= longest


def understand(text: str) -> Question | None:
    """The question in a typed text, or None when nothing in it can be searched for.

    The last word counts as begun, not as finished. Numbers count as begun anywhere. Words joined by
    signs, and blanks inside numbers, are also tried as one: "SR-2026 0042", "139 1234".
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    chunks = [runs for chunk in text.split()[:MOST_CHUNKS] if (runs := tokens.runs(chunk))]
    if not chunks:
        return None
    last = len(chunks) - 1
    exact = [_chunk(runs, is_last=at == last) for at, runs in enumerate(chunks)]
    rough = [_mistyped(runs, is_last=at == last) for at, runs in enumerate(chunks)]
    as_one = _as_one(text, chunks)
    return Question(
        exactly=either([both(*exact), *as_one]),
        roughly=either([both(*rough), *as_one]),
        needles=tuple(_needles(chunks)),
        whole=tokens.compact(text),
    )


def understand_loosely(text: str) -> Question | None:
    """A whole sentence: what has some of its words is an answer, and the more the better."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    needles = _needles([tokens.runs(text)], most=MOST_LOOSE_NEEDLES)
    needles = [needle for needle in needles if len(needle) > 1]
    if not needles:
        return None
    node = one_of(needles)
    return Question(exactly=node, roughly=node, needles=tuple(needles), whole=tokens.compact(text))


def to_fts5(node: Node) -> str:
    """The tree as an FTS5 expression; tokens have no quotes in them."""
    if isinstance(node, Term):
        return f'"{node.token}"{"*" if node.prefix else ""}'
    word = " AND " if isinstance(node, All) else " OR "
    return "(" + word.join(map(to_fts5, node.parts)) + ")"


def to_tsquery(node: Node) -> str:
    """The tree as text to be cast to tsquery; tokens have no quotes or backslashes in them."""
    if isinstance(node, Term):
        return f"'{node.token}'{':*' if node.prefix else ''}"
    sign = " & " if isinstance(node, All) else " | "
    return "(" + sign.join(map(to_tsquery, node.parts)) + ")"


def one_of(tokens_: Iterable[str]) -> Node:
    """An entry that has any of these tokens, taken as they are."""
    return either(Term(token) for token in tokens_)


def either(nodes: Iterable[Node]) -> Node:
    parts = tuple(dict.fromkeys(nodes))
    return parts[0] if len(parts) == 1 else Any(parts)


def both(*nodes: Node) -> Node:
    parts = tuple(dict.fromkeys(nodes))
    return parts[0] if len(parts) == 1 else All(parts)


def _chunk(runs: list[str], *, is_last: bool) -> Node:
    last = len(runs) - 1
    parts = both(*[_run(run, is_last=is_last and at == last) for at, run in enumerate(runs)])
    if len(runs) > 1 and not any(map(tokens.is_cjk, runs)):
        return either([parts, _begun("".join(runs))])
    return parts


def _run(run: str, *, is_last: bool) -> Node:
    if tokens.is_cjk(run):
        return _cjk(run)
    if not run.isalpha() and (is_last or len(run) >= SHORTEST_NUMBER_PREFIX):
        return _begun(run)
    if is_last:
        return either([_begun(run), Term(tokens.stem(run))])
    return Term(tokens.stem(run))


def _cjk(run: str) -> Node:
    if len(run) == 1:
        return Term(run, prefix=True)
    return both(*[Term(pair) for pair in tokens.pairs(run[:LONGEST_CJK_RUN])])


def _begun(word: str) -> Term:
    """A word as prefix, as far as the index keeps it; one letter or digit only as itself."""
    longest = tokens.LONGEST_SOUND if word.isalpha() else tokens.LONGEST_TOKEN
    return Term(word[:longest], prefix=len(word) >= SHORTEST_PREFIX or not word.isascii())


def _as_one(text: str, chunks: list[list[str]]) -> Iterator[Node]:
    """The whole text as one number or Latin name, and as each spelling of a telephone number."""
    runs = [run for chunk in chunks for run in chunk]
    if len(runs) > 1 and not any(map(tokens.is_cjk, runs)):
        yield _begun("".join(runs))
    if all(run.isdecimal() for run in runs):
        yield from (_begun(spelling) for spelling in phones.spellings(text))


def _mistyped(runs: list[str], *, is_last: bool) -> Node:
    """Forgiving: a Chinese word by its sound, a Latin one by its consonants or its beginning."""
    if len(runs) > 1 or not runs[0].isalpha():
        return _chunk(runs, is_last=is_last)
    run = runs[0]
    exact = _run(run, is_last=is_last or len(run) >= SHORTEST_ROUGH_PREFIX)
    if tokens.is_cjk(run):
        heard = ("".join(syllables) for syllables in tokens.readings(run))
        return either([exact, *(_begun(sound) for sound in heard if len(sound) >= SHORTEST_PREFIX)])
    if len(run) < SHORTEST_MISTYPED:
        return exact
    alike = [Term(sound, prefix=True) for sound in tokens.sounds_like(run)]
    return either([exact, *alike, _begun(run[: max(4, len(run) * 2 // 3)])])


def _needles(chunks: Sequence[list[str]], most: int = MOST_NEEDLES) -> list[str]:
    found: list[str] = []
    for run in (run for chunk in chunks for run in chunk):
        found += tokens.pairs(run) if tokens.is_cjk(run) and len(run) > 1 else [tokens.stem(run)]
    return list(dict.fromkeys(found))[:most]
