"""Work that is due, row by row."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

log = logging.getLogger(__name__)

Row = TypeVar("Row")


def claim_each(due: Iterable[Row], claim: Callable[..., bool], **given: Any) -> int:
    """`claim(row, **given)` of each, which is a transaction of its own; returns how many it won.

    One bad row stops no other: it is logged, and tried again at the next turn.
    """
    won = 0
    for row in due:
        try:
            won += claim(row, **given)
        except Exception:  # a batch goes on past a bad row
            log.exception("%s of %s failed", claim.__name__, row)
    return won
