"""Reads over customers: their tier, how they are found, whom they are related to."""

from customers.queries.caring import (
    calendar_of,
    care_in_words,
    day_of,
    days_of,
    every_in_words,
    first_day,
)
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
from customers.queries.grading import grade_figures
from customers.queries.relating import (
    Relative,
    purchases_by_year,
    subsidiaries_of,
    supplied_by,
    suppliers_of,
)
from customers.queries.teaming import YearOnYear, year_on_year
from customers.queries.tiering import (
    TierForecast,
    TierJudgement,
    earned_tier_on,
    judged,
    reason_in_words,
    tier_forecast,
    tier_on,
)
from customers.queries.watching import trend_terms

__all__ = [
    "Caller",
    "Likeness",
    "Relative",
    "TierForecast",
    "TierJudgement",
    "YearOnYear",
    "calendar_of",
    "callers",
    "care_in_words",
    "contact_words",
    "day_of",
    "days_of",
    "earned_tier_on",
    "every_in_words",
    "first_day",
    "found",
    "grade_figures",
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
    "tier_forecast",
    "tier_on",
    "trend_terms",
    "year_on_year",
]
