"""Facts, and their columns, are kept up to date, or made anew altogether."""

from collections.abc import Iterator
from itertools import islice

from django.db import transaction

from reports.queries import facts
from reports.queries.columns import keeping

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
    days = list(islice(keeping.missing(), DAYS_AT_ONCE))
    for layout, day in days:
        keeping.keep(layout, day)
    if days:
        keeping.sweep()
    return len(days)


def rebuild_facts() -> Iterator[tuple[int, int]]:
    """Tells how much is done of how much."""
    yield from facts.rebuild()
    while keep_columns():
        pass
