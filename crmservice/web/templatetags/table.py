"""`{% table_row row %}`: one row of a table, built in Python, because a list is mostly its cells.

The same in template language took four times as long and, once formatted, twice the bytes.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crmservice.web.templatetags.ui import attribute, badge, icon

register = template.Library()


@register.simple_tag
def table_row(row: object, heads: Iterable[object] = ()) -> SafeString:
    """A `crmservice.web.lists.Row`, or a mapping of the same words; see components/row.html.

    With `heads`, cells say what they are where a narrow screen leaves the head of the table out.
    """
    tone, total = read(row, "tone"), read(row, "total")
    css = " ".join(filter(None, (tone and f"row-{tone}", total and "total")))
    named = enumerate(zip(read(row, "cells"), chain(heads, repeat({})), strict=False))
    return format_html(
        "<tr{}{}>{}</tr>\n",
        attribute("data-row", read(row, "url")),
        attribute("class", css),
        format_html_join(
            "",
            "{}",
            (
                (table_cell(cell, read(head, "label") if place else ""),)
                for place, (cell, head) in named
            ),
        ),
    )


@register.simple_tag
def table_head(head: object) -> SafeString:
    """A `crmservice.web.lists.Head`, or a mapping of the same words."""
    numeric, wide_only = read(head, "numeric"), read(head, "wide_only")
    css = " ".join(filter(None, (numeric and "num", wide_only and "wide-only")))
    direction, url = read(head, "direction"), read(head, "sort_url")
    label = read(head, "label")
    if url:
        arrow = icon(f"sort-{direction}") if direction else icon("arrows-sort", "", "faint")
        label = format_html('<a href="{}">{}{}</a>', url, label, arrow)
    return format_html(
        '<th scope="col"{}{}>{}</th>',
        attribute("class", css),
        attribute("aria-sort", direction),
        label,
    )


def table_cell(cell: object, label: str = "") -> SafeString:
    """A badge and a clock need no label, nor does what has a second line, nor an empty cell."""
    numeric, wide_only = read(cell, "numeric"), read(cell, "wide_only")
    css = " ".join(filter(None, (numeric and "num", wide_only and "wide-only")))
    speaks = not read(cell, "text") or any(
        read(cell, word) for word in ("badge", "clock", "sub", "sub_parts")
    )
    return format_html(
        "<td{}{}>{}{}</td>",
        attribute("class", css),
        "" if speaks else attribute("data-label", label),
        shown(cell),
        second_line(cell),
    )


def shown(cell: object) -> SafeString | str:
    text, hint = read(cell, "text"), read(cell, "hint")
    if clock := read(cell, "clock"):
        return clock
    if kind := read(cell, "badge"):
        return badge(kind, text, hint)
    if parts := read(cell, "parts"):
        text = marked(parts)
    if url := read(cell, "url"):
        return format_html('<a href="{}"{}>{}</a>', url, attribute("title", hint), text)
    return format_html('<span title="{}">{}</span>', hint, text) if hint else text


def second_line(cell: object) -> SafeString | str:
    parts = read(cell, "sub_parts")
    text = marked(parts) if parts else read(cell, "sub")
    if kind := read(cell, "sub_badge"):
        text = badge(kind, text)
    return format_html('<span class="sub">{}</span>', text) if text else ""


def marked(parts: Iterable[Any]) -> SafeString:
    """The text with what a search found in it marked."""
    return format_html_join(
        "", "{}", (((mark(part.text) if part.is_marked else part.text),) for part in parts)
    )


def mark(text: str) -> SafeString:
    return format_html("<mark>{}</mark>", text)


def read(words: object, name: str) -> Any:
    return words.get(name, "") if isinstance(words, Mapping) else getattr(words, name, "")
