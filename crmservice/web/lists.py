"""List pages: a queryset, a filter set and columns in; a page of text rows out.

Filters, search, order and place stand in the URL. Paging is by key (value, id) of the order, so
that the thousandth page costs what the first does; nothing is counted.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # not in the stubs
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.forms import BoundField, Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.timezone import is_aware
from django_filters import FilterSet

from crmservice.search.kinds import KINDS
from crmservice.search.query import matching_ids

PAGE_SIZE = 50
NOT_FILTERS = ("sort", "after", "before", "q")
GREATEST = 2**62
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FIRST_FILTERS = 4  # in sight at once, in one row beside the search; the others fold away


class Cell(NamedTuple):
    """What one field of a row shows. `badge` is a colour kind, `hint` is the title; `sub` is a
    second line, `sub_badge` its colour kind. A cell is numeric or for wide screens when it says so
    or its column does.
    """

    text: str | Promise = ""
    url: str = ""
    badge: str = ""
    hint: str = ""
    sub: str = ""
    sub_badge: str = ""
    numeric: bool = False
    wide_only: bool = False
    clock: Any = None  # safe HTML made by the clock tag, for the queue
    parts: Sequence[Any] = ()  # crmservice.search.marks.Part: the text with what was found in it
    sub_parts: Sequence[Any] = ()  # the same of a second line


@dataclass(frozen=True)
class Column:
    """A column; `order` names the model field that it sorts by (never null), or nothing."""

    key: str
    label: str | Promise
    cell: Callable[[Any], Cell | str]
    order: str = ""
    numeric: bool = False
    wide_only: bool = False


@dataclass(frozen=True)
class Row:
    pk: int = 0
    url: str = ""
    cells: list[Any] = field(default_factory=list)  # Cell, or a mapping of its words
    tone: str = ""
    total: bool = False


@dataclass(frozen=True)
class Head:
    label: str | Promise = ""
    numeric: bool = False
    wide_only: bool = False
    sort_url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Listing:
    """A list page as data. `url` says where a row leads; None: where its first link does."""

    template: str
    title: str | Promise
    columns: Sequence[Column]
    default_order: str
    filterset: type[FilterSet] | None = None
    search_kind: str = ""
    empty_text: str | Promise = ""
    empty_action: str | Promise = ""
    empty_url_name: str = ""
    empty_symbol: str = "plus"  # of the action; another where it only leads somewhere
    tone: Callable[[Any], str] = field(default=lambda _row: "")
    url: Callable[[Any], str] | None = field(default=lambda row: row.get_absolute_url())
    page_size: int = PAGE_SIZE

    @property
    def orders(self) -> dict[str, str]:
        """What `?sort=` may say: column key → model field. Nothing else reaches order_by (S-10)."""
        return {column.key: column.order for column in self.columns if column.order}


@dataclass(frozen=True)
class Filters:
    """The fields over a list: hidden ones in use, those in sight, and those that open on demand."""

    hidden: list[BoundField]
    first: list[BoundField]
    more: list[BoundField]

    @property
    def is_more_in_use(self) -> bool:
        return any(bound.data not in (None, "", []) for bound in self.more)


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    heads: list[Head]
    next_url: str
    previous_url: str
    is_first: bool
    is_filtered: bool
    query: str
    clear_url: str


def render_list(
    request: HttpRequest, listing: Listing, queryset: QuerySet[Any], **context: Any
) -> HttpResponse:
    """Answer with the page, or with its rows alone when htmx asks."""
    filterset = (
        listing.filterset(request.GET, queryset=queryset, request=request)
        if listing.filterset
        else None
    )
    if filterset is not None:
        queryset = filterset.qs  # of the fields that can be understood
    page = paginate(request, listing, queryset)
    htmx = getattr(request, "htmx", None)
    fragment = "#rows" if htmx and not htmx.boosted else ""
    return render(
        request,
        listing.template + fragment,
        {"listing": listing, "page": page, "filters": filters_of(filterset), **context},
    )


def filters_of(filterset: FilterSet | None) -> Filters:
    """One field too many for the row would leave it alone behind the fold: it stays in sight."""
    form = filterset.form if filterset is not None else Form()
    visible = form.visible_fields()
    count = FIRST_FILTERS if len(visible) > FIRST_FILTERS + 1 else len(visible)
    hidden = [bound for bound in form.hidden_fields() if bound.data]
    return Filters(hidden=hidden, first=visible[:count], more=visible[count:])


def paginate(request: HttpRequest, listing: Listing, queryset: QuerySet[Any]) -> Page:
    """One page of the rows that the URL asks for; nonsense in the URL counts as absent."""
    params = request.GET
    text = params.get("q", "").strip().replace("\x00", "")[:200]
    if text and listing.search_kind:
        scopes = request.user.search_scopes(KINDS[listing.search_kind].permission)  # type: ignore[union-attr]
        ids = matching_ids(listing.search_kind, text, scopes=scopes)
        # Known numbers, not a subquery: the planner would begin with all rows of the list.
        queryset = queryset.filter(pk__in=list(ids))
    key, descending = chosen_order(listing, params.get("sort", ""))
    name = listing.orders[key]
    after, before = decode(params.get("after", "")), decode(params.get("before", ""))
    backwards = before is not None
    found = list(
        window(queryset, name, descending != backwards, before if backwards else after)[
            : listing.page_size + 1
        ]
    )
    has_more = len(found) > listing.page_size
    found = found[: listing.page_size]
    if backwards:
        found.reverse()
    return Page(
        rows=[row_of(listing, item) for item in found],
        heads=[head(column, params, key, descending=descending) for column in listing.columns],
        next_url=place(params, "after", found[-1], name)
        if found and (has_more or backwards)
        else "",
        previous_url=place(params, "before", found[0], name)
        if found and ((after is not None and not backwards) or (backwards and has_more))
        else "",
        is_first=after is None and before is None,
        is_filtered=any(value for name_, value in params.items() if name_ not in NOT_FILTERS[:3]),
        query=text,
        clear_url=f"{request.path}",
    )


def chosen_order(listing: Listing, asked: str) -> tuple[str, bool]:
    descending = asked.startswith("-")
    if asked.lstrip("-") in listing.orders and asked.count("-") <= 1:
        return asked.lstrip("-"), descending
    return listing.default_order.lstrip("-"), listing.default_order.startswith("-")


def window(
    queryset: QuerySet[Any],
    name: str,
    descending: bool,
    key: tuple[Any, int] | None,
) -> QuerySet[Any]:
    """The rows beyond `key` in the order of (name, pk), compared as a pair, as the index has it."""
    sign = "-" if descending else ""
    queryset = queryset.order_by(f"{sign}{name}", f"{sign}pk")
    if key is None:
        return queryset
    value, pk = parsed(queryset.model, name, key[0]), key[1]
    if value is None:
        return queryset
    beyond = TupleLessThan if descending else TupleGreaterThan
    return queryset.filter(beyond(Tuple(F(name), F("pk")), (value, pk)))


def parsed(model: type[models.Model], name: str, value: Any) -> Any:
    """The cursor's value as the field's own type, or None when no row can have it."""
    target: Any = model
    for part in name.split("__"):
        column = target._meta.pk if part == "pk" else target._meta.get_field(part)
        target = column.related_model or target
    try:
        value = column.to_python(value)
    except (ValueError, TypeError, ArithmeticError, ValidationError):
        return None
    return value if is_storable(value) else None


def is_storable(value: Any) -> bool:
    """Whether both databases can compare a column with it."""
    if isinstance(value, str):
        return not UNSTORABLE.search(value)
    if isinstance(value, int | float | Decimal):
        return isfinite(value) and -GREATEST < value < GREATEST
    return not isinstance(value, datetime) or is_aware(value)


def encode(value: Any, pk: int) -> str:
    raw = json.dumps([value, pk], cls=_Exact)
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


class _Exact(DjangoJSONEncoder):
    """Instants to the microsecond, which Django's own encoder cuts to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime | date) else super().default(o)


def decode(cursor: str) -> tuple[Any, int] | None:
    if not cursor:
        return None
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        return None
    usable = (
        isinstance(value, str | int | float | Decimal)
        and isinstance(pk, int)
        and abs(pk) < GREATEST
    )
    return (value, pk) if usable else None


def place(params: QueryDict, direction: str, item: Any, name: str) -> str:
    value = item
    for part in name.split("__"):
        value = getattr(value, part)
    return changed(params, **{"after": None, "before": None, direction: encode(value, item.pk)})


def changed(params: QueryDict, **values: str | None) -> str:
    """The query string with some values replaced; None removes one."""
    query = params.copy()
    for name, value in values.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


def head(column: Column, params: QueryDict, key: str, *, descending: bool) -> Head:
    is_current = column.key == key
    sign = "-" if is_current and not descending else ""
    return Head(
        label=str(column.label),
        numeric=column.numeric,
        wide_only=column.wide_only,
        sort_url=changed(params, sort=f"{sign}{column.key}", after=None, before=None)
        if column.order
        else "",
        direction=("descending" if descending else "ascending") if is_current else "",
    )


def row_of(listing: Listing, item: Any) -> Row:
    shown = (column.cell(item) for column in listing.columns)
    cells = [Cell(cell) if isinstance(cell, str) else cell for cell in shown]
    first = next((cell.url for cell in cells if cell.url), "")
    return Row(
        pk=item.pk,
        url=listing.url(item) if listing.url else first,
        cells=cells,
        tone=listing.tone(item),
    )
