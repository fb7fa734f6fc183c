"""A column as numbers, and as the bytes that are kept of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from struct import Struct
from typing import Any

import numpy as np
from django.db import models
from django.db.models import F, QuerySet, Value

from reports.queries.columns.layouts import DAYS_BEFORE, KNOWN, Layout
from reports.queries.facts import EPOCH, Microseconds

Numbers = Any  # an array of whole numbers
Flags = Any  # an array of yes and no
Bytes = bytes | memoryview
AT_ONCE = 1 << 18  # numbers, so that what is made of them on the way takes little room
SIZES = ("<i1", "<i2", "<i4", "<i8")
HEAD = Struct("<cI")  # the size of a number, and how many bytes the words take


@dataclass(frozen=True)
class Column:
    """Whole numbers: microseconds and days since 1970, cents, keys; or places of texts among
    `words`. Of an amount with decimals the number without its point. `known` tells which are, where
    not all are.
    """

    values: Numbers
    known: Flags | None = None
    words: Sequence[str] | None = None
    decimals: int = 0


def slices(length: int) -> Iterator[slice]:
    for first in range(0, length, AT_ONCE):
        yield slice(first, first + AT_ONCE)


def read(rows: QuerySet[Any], named: Mapping[str, Any]) -> dict[str, Column]:
    """What rows say in these fields."""
    fields = [*named.values()]
    found = list(rows.order_by("pk").values_list(*map(as_number, fields)))
    columns = zip(*found, strict=True) if found else ((),) * len(fields)
    return {each.name: column_of(each, said) for each, said in zip(fields, columns, strict=True)}


def as_number(of: Any) -> Any:
    """A moment as microseconds, which the database makes of it sooner than Python."""
    if isinstance(of, models.DateTimeField):
        return Microseconds(F(of.name), Value(EPOCH))
    return of.attname


def column_of(of: Any, said: Sequence[Any]) -> Column:
    values = np.array(said, dtype=object)
    if not of.null:
        return told_of(of, values.tolist())
    known = values != None  # noqa: E711  (asked of each)
    column = told_of(of, values[known].tolist())
    if known.all():
        return column
    every = np.zeros(len(said), column.values.dtype)
    every[known] = column.values
    return replace(column, values=every, known=known)


def told_of(of: Any, said: list[Any]) -> Column:
    """Of those that are known."""
    match of:
        case models.CharField():
            words: dict[str, int] = {}
            places = [words.setdefault(each, len(words)) for each in said]
            return Column(small(places), words=list(words))
        case models.DecimalField():
            whole = [int(Decimal(each).scaleb(of.decimal_places)) for each in said]
            return Column(small(whole), decimals=of.decimal_places)
        case models.DateField() if not isinstance(of, models.DateTimeField):
            return Column(small([each.toordinal() - DAYS_BEFORE for each in said]))
    return Column(small(said))


def small(whole: list[int]) -> Numbers:
    values = np.array(whole, "<i8")
    return values.astype(smallest(values))


def smallest(values: Numbers) -> str:
    """The least room that all of them have."""
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    return next(
        size for size in SIZES if np.iinfo(size).min <= least and most <= np.iinfo(size).max
    )


def together(parts: Sequence[Column]) -> Column:
    """One column after the other; which are known is kept apart."""
    words: dict[str, int] | None = None
    if any(each.words is not None for each in parts):
        words = {}
        parts = [retold(each, words) for each in parts]
    values = np.concatenate([each.values for each in parts]) if parts else np.zeros(0, "<i1")
    return Column(values, words=None if words is None else list(words))


def retold(column: Column, words: dict[str, int]) -> Column:
    """By the places among all words."""
    places = [words.setdefault(each, len(words)) for each in column.words or ()]
    if places == list(range(len(places))):
        return column
    return Column(np.array(places, "<i4")[column.values])


# Bytes


def packed(rows: QuerySet[Any], layout: Layout) -> tuple[int, dict[str, bytes]]:
    """How many these facts are, and all that is kept of them by the names of the columns."""
    found = read(rows, layout.fields)
    kept = {name: as_bytes(column) for name, column in found.items()}
    for name, column in found.items():
        if layout.fields[name].null:
            kept[name + KNOWN] = known_as_bytes(column.known)
    return len(found[layout.moment].values), kept


def as_bytes(column: Column) -> bytes:
    size = column.values.dtype.str[2].encode()
    words = b"" if column.words is None else json.dumps(column.words).encode()
    return bytes(HEAD.pack(size, len(words)) + words + column.values.tobytes())


def unpacked(data: Bytes) -> Column:
    size, length = HEAD.unpack_from(data)
    begins = HEAD.size + length
    words = json.loads(bytes(data[HEAD.size : begins])) if length else None
    return Column(np.frombuffer(data, f"<i{size.decode()}", offset=begins), words=words)


def known_as_bytes(known: Flags | None) -> bytes:
    """Nothing is written where all are known."""
    return b"" if known is None else bytes(np.packbits(known).tobytes())


def unpacked_known(data: Bytes, rows: int) -> Flags:
    if not data:
        return np.ones(rows, bool)
    return np.unpackbits(np.frombuffer(data, np.uint8), count=rows).view(bool)
