"""Facts, and their columns, are kept up to date, or made anew altogether."""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import transaction

from reports.queries import facts
from reports.queries.columns import keeping
from reports.queries.columns.layouts import Layout

DAYS_AT_ONCE = 300  # no longer than other duties can well wait for


def keep_facts() -> int:
    """Derive again whatever is stale, some at a time; tells how many changes there were."""
    done = 0
    while True:
        with transaction.atomic():
            some = facts.catch_up()
        done += some
        if some < facts.AT_ONCE:
            return done


def keep_columns() -> int:
    """Keep the facts of days that have changed as columns; tells of how many days."""
    return sum(1 for _done in keep_days(list(islice(keeping.missing(), DAYS_AT_ONCE))))


def rebuild_facts() -> Iterator[tuple[int, int]]:
    """Tells how much is done of how much."""
    return facts.rebuild()


def rebuild_columns() -> Iterator[tuple[int, int]]:
    """The same of the columns of all facts that there are."""
    return keep_days(list(keeping.missing()))


def keep_days(days: Sequence[tuple[Layout, int]]) -> Iterator[tuple[int, int]]:
    for done, (layout, day) in enumerate(days, 1):
        keeping.keep(layout, day)
        yield done, len(days)
    if days:
        keeping.sweep()
