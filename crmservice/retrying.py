"""When what failed is tried again: with back-off and jitter, for 72 hours (trust.md R-14)."""

import random
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
JITTER = 0.2
GIVE_UP_AFTER = timedelta(hours=72)


def next_try(attempts: int, *, at: datetime) -> datetime:
    """The moment of the next try after so many: 30 s, 1 min, 2 min … 6 h, a fifth more or less."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    return at + wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (spreads load)
