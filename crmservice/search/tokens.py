"""Text into index tokens, for writing and for asking: pure, the same for both databases.

A token is made of letters and digits only. Chinese, Japanese and Korean runs become their pairs of
characters and the last one; other words stay whole, English ones also as their stem. Two kinds of
token can hardly be typed: "x" before Chinese (a whole name) and "0" before consonants (how a name
sounds), so both live in the same index.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import snowballstemmer

LONGEST_TOKEN = 40
LONGEST_SOUND = 16
SHORTEST_CODE_TAIL = 3
SHORTEST_SOUND = 3
STARTS_IN_A_NAME = 8

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CJK = HAN + "\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\uac00-\ud7af"
_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_IS_CJK = re.compile(rf"[{CJK}]")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|\d+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")

# Readings that the library's default gets wrong; both readings are indexed.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "翟": "zhai",
    "覃": "qin", "朴": "piao", "盖": "ge", "缪": "miao", "种": "chong", "黑": "he", "乐": "yue",
    "员": "yun", "召": "shao", "折": "she", "秘": "bi", "晟": "sheng", "谌": "shen", "郗": "xi",
}  # fmt: skip
PLACES = {
    "厦门": ("xia", "men"), "六安": ("lu", "an"), "蚌埠": ("beng", "bu"), "丽水": ("li", "shui"),
    "台州": ("tai", "zhou"), "乐清": ("yue", "qing"), "番禺": ("pan", "yu"),
    "东莞": ("dong", "guan"), "涡阳": ("guo", "yang"), "铅山": ("yan", "shan"),
    "莘县": ("shen", "xian"), "莘庄": ("xin", "zhuang"), "洪洞": ("hong", "tong"),
}  # fmt: skip
_SOUNDS_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("ph", "f"), ("ck", "k"))


def fold(text: str) -> str:
    """Width, case and accents taken away: "ＡＢＣ" and "Àbc" are "abc"."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
        folded = unicodedata.normalize("NFKC", bare)
    return folded


def runs(text: str) -> list[str]:
    """The Chinese runs and the words of a text, folded."""
    return _RUN.findall(fold(text))


def is_cjk(run: str) -> bool:
    return _IS_CJK.match(run) is not None


def compact(text: str) -> str:
    """The text without anything between its letters and digits: "SR-2026-0042" is "sr20260042"."""
    return "".join(runs(text))[:LONGEST_TOKEN]


def pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of an English word; any other word as it is."""
    return str(_stemmer().stemWord(word)) if word.isascii() and word.isalpha() else word


def words(text: str) -> Iterator[str]:
    """Tokens of running text, one for each occurrence."""
    for run in runs(text):
        if is_cjk(run):
            yield from pairs(run)
            yield run[-1]
            continue
        word = run[:LONGEST_TOKEN]
        yield word
        if stem(word) != word:
            yield stem(word)


def names(text: str) -> Iterator[str]:
    """Tokens of the name of a person, an organisation, a product: words, whole, and by sound."""
    whole = compact(text)
    if not whole:
        return
    yield f"x{whole}"
    yield from words(text)
    for run in runs(text):
        if not is_cjk(run):
            yield from sounds_like(run)
    for syllables in readings("".join(_HAN_RUN.findall(fold(text)))):
        yield from _pinyin(syllables)


def codes(text: str) -> Iterator[str]:
    """Tokens of a serial, part or document number: every tail, so any fragment is a prefix of one.

    One of n characters makes n - 2 tokens; "0100372", "240100" and "372" find SFD90240100372.
    """
    whole = compact(text)
    if not whole:
        return
    yield f"x{whole}"
    for start in range(max(len(whole) - SHORTEST_CODE_TAIL, 0) + 1):
        yield whole[start:]
    for run in runs(text):
        parts = _LETTERS_OR_DIGITS.findall(run[:LONGEST_TOKEN])
        yield from (part for part in parts if len(part) > 1)


def sounds_like(word: str) -> Iterator[str]:
    """The consonants of a Latin word, for words typed not quite right; none for a short word."""
    if not (word.isascii() and word.isalpha()):
        return
    for spelled, heard in _SOUNDS_ALIKE:
        word = word.replace(spelled, heard)
    heard = word[:1] + re.sub("[aeiouvwyh]", "", word[1:])
    heard = re.sub(r"(.)\1+", r"\1", heard)
    if len(heard) >= SHORTEST_SOUND:
        yield f"0{heard[:LONGEST_SOUND]}"


def readings(han: str) -> list[list[str]]:
    """The syllables of a name in pinyin, in each reading that somebody may type."""
    if not han:
        return []
    usual = _lazy_pinyin(han)
    found = [usual]
    if len(usual) == len(han):
        other = list(usual)
        for place, syllables in PLACES.items():
            if (at := han.find(place)) >= 0:
                other[at : at + len(place)] = syllables
        if han[0] in SURNAMES and not any(han.startswith(place) for place in PLACES):
            other[0] = SURNAMES[han[0]]
        found.append(other)
    found += [[s.replace("v", "u") for s in reading] for reading in found]  # 吕: lv or lu
    return list(map(list, dict.fromkeys(map(tuple, found))))


def joined(tokens: Iterable[str]) -> str:
    """One column of tokens, each once."""
    return " ".join(dict.fromkeys(tokens))


def _pinyin(syllables: list[str]) -> Iterator[str]:
    """From each of the first syllables on: the whole ("tianjinxing…") and the initials ("tjx…")."""
    initials = "".join(syllable[0] for syllable in syllables)
    for start in range(min(len(syllables), STARTS_IN_A_NAME)):
        yield "".join(syllables[start:])[:LONGEST_SOUND]
        if len(initials) - start > 1 or start == 0:
            yield initials[start:][:LONGEST_SOUND]
    for start in (0, 2):
        yield from sounds_like("".join(syllables[start:]))


@cache
def _stemmer() -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer("english")


def _lazy_pinyin(han: str) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  (58 MB that only indexing and a miss need)

    return [syllable for syllable in lazy_pinyin(han, errors="ignore") if syllable.isalpha()]
