"""Columns are read: of the days that are kept, and of the rows of the others."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from struct import Struct
from typing import Any

import numpy as np
from django.db import connection

from reports.queries.columns.layouts import KNOWN, Days, Layout, UntoldError
from reports.queries.columns.packing import (
    Bytes,
    Column,
    Flags,
    Numbers,
    read,
    together,
    unpacked,
    unpacked_known,
)


@dataclass
class Table:
    """The facts of some days: those of the blocks, in their order, then the rest, read by rows.
    A column of a million facts has up to 8 MB, so columns are held only while several conditions
    ask for the same one.
    """

    days: Days
    rest: dict[str, Column]
    held: dict[str, Column] | None = None

    @classmethod
    def of(cls, days: Days, names: Iterable[str]) -> "Table":
        """Of the rest it is read now what is named."""
        fields, rest = days.layout.fields, {}
        if days.missing:
            wanted = {name: fields[name] for name in {days.layout.moment, *names}}
            rest = read(days.rest, wanted)
        return cls(days, rest)

    @property
    def layout(self) -> Layout:
        return self.days.layout

    @cached_property
    def rows(self) -> int:
        return sum(each.rows for each in self.days.blocks) + self.rows_of_rest

    @property
    def rows_of_rest(self) -> int:
        return len(self.rest[self.layout.moment].values) if self.rest else 0

    def column(self, name: str) -> Column:
        if self.held is not None and name in self.held:
            return self.held[name]
        decimals = getattr(self.field(name), "decimal_places", 0)
        column = replace(self.every(name), known=self.known(name), decimals=decimals)
        if self.held is not None:
            self.held[name] = column
        return column

    @contextmanager
    def holding(self) -> Iterator[None]:
        outer, self.held = self.held, self.held or {}
        try:
            yield
        finally:
            self.held = outer

    def field(self, name: str) -> Any:
        if name not in (self.rest or self.layout.fields):
            raise UntoldError(name)
        return self.layout.fields[name]

    def every(self, name: str) -> Column:
        parts = [unpacked(each) for each in self.kept(name)]
        return together([*parts, self.rest[name]] if self.rest else parts)

    def known(self, name: str) -> Flags | None:
        """Of which facts it is known; nothing where it is of all."""
        if not self.field(name).null:
            return None
        kept = self.kept(name + KNOWN)
        if not (self.rest or any(kept)):
            return None
        blocks = zip(self.days.blocks, kept, strict=True)
        parts = [unpacked_known(data, block.rows) for block, data in blocks]
        if self.rest:
            of_rest = self.rest[name].known
            parts.append(np.ones(self.rows_of_rest, bool) if of_rest is None else of_rest)
        known = np.concatenate(parts) if parts else np.zeros(0, bool)
        return None if known.all() else known

    def edges(self) -> Iterator[tuple[slice, Numbers]]:
        """Where facts lie that may not be of the time that is asked for, and their moments: what is
        of the days between the first and the last is in it altogether.
        """
        days, first = {self.days.first, self.days.last}, 0
        ends = [each.pk for each in self.days.blocks if each.day in days]
        found = dict(read_kept(ends, self.layout.moment))
        for each in self.days.blocks:
            if each.pk in found:
                yield slice(first, first + each.rows), unpacked(found[each.pk]).values
            first += each.rows
        if self.rest:
            yield slice(first, self.rows), self.rest[self.layout.moment].values

    def kept(self, name: str) -> list[Bytes]:
        """What each block has of a column."""
        found = dict(read_kept(self.keys, name))
        return [found[key] for key in self.keys]

    @cached_property
    def keys(self) -> list[int]:
        return [each.pk for each in self.days.blocks]


def read_kept(keys: Sequence[int], name: str) -> Iterator[tuple[int, Bytes]]:
    """PostgreSQL would write out every byte as text, if it were not told to copy; that takes five
    times as long.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copied = BytesIO()
            told = cursor.mogrify(ON_POSTGRESQL, [name, list(keys)]).decode()
            cursor.copy_expert(f"COPY ({told}) TO STDOUT (FORMAT binary)", copied)
            found = list(rows_of(copied.getbuffer()))
        else:
            cursor.execute(ON_SQLITE, [name, json.dumps(list(keys))])
            found = cursor.fetchall()
    if len(found) < len(keys):  # one has just gone
        raise UntoldError(name)
    yield from found


ON_POSTGRESQL = (
    "SELECT block, data FROM reports_factcolumn WHERE name = %s AND block = ANY(%s::bigint[])"
)
ON_SQLITE = (
    "SELECT block, data FROM reports_factcolumn"
    " WHERE name = %s AND block IN (SELECT value FROM json_each(%s))"
)
FILE_HEAD = 19  # bytes
ROW_HEAD = Struct(">hiqi")  # how many fields, the length of the first, the first, that of the next


def rows_of(copied: memoryview) -> Iterator[tuple[int, memoryview]]:
    """What PostgreSQL copies in its binary format (its manual, COPY, File Formats)."""
    at = FILE_HEAD
    while at + ROW_HEAD.size < len(copied):  # the last two bytes are the end
        _fields, _eight, block, length = ROW_HEAD.unpack_from(copied, at)
        at += ROW_HEAD.size
        yield block, copied[at : at + length]
        at += length
