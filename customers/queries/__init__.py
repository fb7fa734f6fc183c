"""Reads over customers: their tier, how they are found, whom they are related to."""

from customers.queries.finding import (
    Caller,
    Likeness,
    callers,
    contact_words,
    found,
    likenesses,
    rebuild_contacts,
    rebuild_customers,
    search_words,
)
from customers.queries.relating import (
    Relative,
    purchases_by_year,
    subsidiaries_of,
    supplied_by,
    suppliers_of,
)
from customers.queries.tiering import (
    TierJudgement,
    earned_tier_on,
    judged,
    reason_in_words,
    tier_on,
)

__all__ = [
    "Caller",
    "Likeness",
    "Relative",
    "TierJudgement",
    "callers",
    "contact_words",
    "earned_tier_on",
    "found",
    "judged",
    "likenesses",
    "purchases_by_year",
    "reason_in_words",
    "rebuild_contacts",
    "rebuild_customers",
    "search_words",
    "subsidiaries_of",
    "supplied_by",
    "suppliers_of",
    "tier_on",
]
