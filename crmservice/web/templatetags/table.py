"""`{% table_row row %}`: one row of a table, built in Python, because a list is mostly its cells.

The same in template language took four times as long and, once formatted, twice the bytes.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from django import template
from django.utils.safestring import SafeString

from crmservice.web.html import attribute, escaped, safe
from crmservice.web.lists import Cell, Head, Row
from crmservice.web.templatetags.ui import badge, icon

register = template.Library()
NO_HEAD = Head()


@register.simple_tag
def table_row(
    row: Row | Mapping[str, Any], heads: Iterable[Head | Mapping[str, Any]] = ()
) -> SafeString:
    """A `crmservice.web.lists.Row`, or a mapping of the same words; see components/row.html.

    With `heads`, cells stand as their heads do, and all but the first say what they are where a
    narrow screen leaves the head of the table out.
    """
    row = row if isinstance(row, Row) else Row(**row)
    columns = [head if isinstance(head, Head) else Head(**head) for head in heads]
    cells = [cell if isinstance(cell, Cell) else Cell(**cell) for cell in row.cells]
    places = enumerate(zip(cells, chain(columns, repeat(NO_HEAD)), strict=False))
    css = f"{'row-' if row.tone else ''}{row.tone}{' total' if row.total else ''}".strip()
    return safe(
        f"<tr{opens(row.url, cells)}{attribute('class', css)}>",
        *(table_cell(cell, head, place) for place, (cell, head) in places),
        "</tr>\n",
    )


@register.simple_tag
def table_head(head: Head | Mapping[str, Any]) -> SafeString:
    """A `crmservice.web.lists.Head`, or a mapping of the same words."""
    head = head if isinstance(head, Head) else Head(**head)
    label = escaped(head.label)
    if head.sort_url:
        arrow = (
            icon(f"sort-{head.direction}") if head.direction else icon("arrows-sort", "", "faint")
        )
        label = f'<a href="{escaped(head.sort_url)}">{label}{arrow}</a>'
    css = looks(numeric=head.numeric, wide_only=head.wide_only)
    return safe(f'<th scope="col"{css}{attribute("aria-sort", head.direction)}>{label}</th>')


def opens(url: str, cells: Iterable[Cell]) -> str:
    """Where a click on the row goes: said only where it is not its first link."""
    first = next((cell.url for cell in cells if cell.url), "")
    return " data-row" if url and url == first else attribute("data-row", url)


def table_cell(cell: Cell, head: Head, place: int) -> str:
    """A badge and a clock need no label, nor do words with a second line, nor an empty cell."""
    is_number = cell.numeric or head.numeric
    css = looks(numeric=is_number, wide_only=cell.wide_only or head.wide_only)
    has_more = not is_number and (cell.sub or cell.sub_parts)
    speaks = not cell.text or cell.badge or cell.clock or has_more or not place
    said = "" if speaks else label_of_column(str(head.label))
    return f"<td{css}{said}>{shown(cell)}{second_line(cell)}</td>"


@lru_cache(maxsize=1024, typed=True)  # what is marked safe is another text
def label_of_column(label: str) -> str:
    return attribute("data-label", label)


def looks(*, numeric: bool, wide_only: bool) -> str:
    if numeric:
        return ' class="num wide-only"' if wide_only else ' class="num"'
    return ' class="wide-only"' if wide_only else ""


def shown(cell: Cell) -> str:
    if cell.clock:
        return escaped(cell.clock)
    if cell.badge:
        return badge(cell.badge, cell.text, cell.hint)
    text, hint = marked(cell.parts) if cell.parts else escaped(cell.text), cell.hint
    if cell.url:
        return f'<a href="{escaped(cell.url)}"{attribute("title", hint)}>{text}</a>'
    return f"<span{attribute('title', hint)}>{text}</span>" if hint else text


def second_line(cell: Cell) -> str:
    text = marked(cell.sub_parts) if cell.sub_parts else escaped(cell.sub)
    if cell.sub_badge:
        text = badge(cell.sub_badge, cell.sub)
    return f'<span class="sub">{text}</span>' if text else ""


def marked(parts: Iterable[Any]) -> str:
    """The text with what a search found in it marked."""
    return "".join(
        f"<mark>{escaped(part.text)}</mark>" if part.is_marked else escaped(part.text)
        for part in parts
    )
