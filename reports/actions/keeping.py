"""Facts are kept up to date, or made anew altogether."""

from collections.abc import Iterator

from django.db import transaction

from reports.queries import facts


def keep_facts() -> int:
    """Derive again whatever is stale, some at a time; tells how many changes there were."""
    done = 0
    while True:
        with transaction.atomic():
            some = facts.catch_up()
        done += some
        if some < facts.AT_ONCE:
            return done


def rebuild_facts() -> Iterator[tuple[int, int]]:
    """Tells how much is done of how much."""
    return facts.rebuild()
