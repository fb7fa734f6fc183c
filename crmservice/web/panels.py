"""What a higher floor puts on a lower floor's page: a signal asks, receivers answer with panels.

The lower app declares `detail_panels = Signal()` in its `signals.py` and its view calls
`collect(signals.detail_panels, customer, user=request.user, at=now())`. A higher app answers in
its `receivers.py`:

    @receiver(detail_panels, sender=Customer)
    def assets_of_customer(subject: Customer, user: Employee, **_: object) -> Panel | None: ...

A receiver returns a `Panel`, a list of them, or None; it asks `visible_to(user)` itself and answers
None when `user` may not see that kind of record at all. The page shows them with
`{% load panels %}{% show_panels panels "main" %}`, and those beside with "side".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import models
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils.functional import Promise

MAIN, SIDE = "main", "side"


@dataclass(frozen=True)
class Panel:
    """One box of a page. Lower `order` stands higher: each floor has its own tens.

    `template` gets `context` and the page's `request`, `user` and `csrf_token`, nothing else.
    `context` holds evaluated rows (words, lists), never a queryset that would be counted again.
    """

    order: int
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    column: Literal["main", "side"] = "main"


SHOWN = 8


def of_record(
    rows: QuerySet[Any],
    *,
    order: int,
    title: str,
    symbol: str,
    heads: Sequence[str],
    cells: Callable[[Any], list[dict[str, Any]]],
    url: str,
) -> Panel | None:
    """The first of `rows` as a panel that opens the list of all; none without any. One query."""
    found = list(rows[: SHOWN + 1])
    if not found:
        return None
    context = {
        "title": title,
        "symbol": symbol,
        "heads": [{"label": label} for label in heads],
        "rows": [{"url": each.get_absolute_url(), "cells": cells(each)} for each in found[:SHOWN]],
        "count": len(found) if len(found) <= SHOWN else "",
        "url": url,
    }
    return Panel(order, "components/of_record.html", context)


@dataclass(frozen=True)
class Notice:
    """A sentence that the reader must see before anything else; `kind` is one of kinds.py."""

    text: str | Promise
    kind: str = "warning"
    url: str = ""


@dataclass(frozen=True)
class Step:
    """The next step: why, and the verb on the button; with `post` the button does it at once."""

    text: str
    label: str = ""
    url: str = ""
    symbol: str = "arrow-right"
    post: bool = False
    due: datetime | None = None


def collect(
    signal: Signal, subject: models.Model, *, user: Any, at: datetime, **asked: Any
) -> list[Panel]:
    """All floors' panels about `subject` for `user`, in their order."""
    panels = gather(signal, subject, user=user, at=at, **asked)
    return sorted(panels, key=lambda panel: (panel.order, panel.template))


def gather(
    signal: Signal, subject: models.Model, *, user: Any, at: datetime, **asked: Any
) -> list[Any]:
    """What the receivers answer, one list of it; an error in a receiver is let through."""
    answers = signal.send(type(subject), subject=subject, user=user, at=at, **asked)
    return [each for _, answer in answers for each in several(answer)]


def several(answer: Any) -> Iterable[Any]:
    if answer is None:
        return ()
    return answer if isinstance(answer, list | tuple) else (answer,)
