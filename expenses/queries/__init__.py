"""Reads over claims, and cost to serve: the highest floor that knows all of it."""

from expenses.queries.budgeting import Month, budgets_beside, months_of
from expenses.queries.costing import (
    Cost,
    Period,
    Subject,
    billed_lines,
    cost_by,
    cost_of,
    expense_lines,
    labour_entries,
    line_cents,
    part_lines,
    rows_of,
)
from expenses.queries.judging import (
    Touched,
    day_of,
    findings_of,
    findings_of_each,
    found_in,
    mileage_rate_of,
    month_of,
    receipts_of,
    touched_by,
)
from expenses.queries.paying import payable, to_pay
from expenses.queries.recording import facts_between, facts_of

__all__ = [
    "Cost",
    "Month",
    "Period",
    "Subject",
    "Touched",
    "billed_lines",
    "budgets_beside",
    "cost_by",
    "cost_of",
    "day_of",
    "expense_lines",
    "facts_between",
    "facts_of",
    "findings_of",
    "findings_of_each",
    "found_in",
    "labour_entries",
    "line_cents",
    "mileage_rate_of",
    "month_of",
    "months_of",
    "part_lines",
    "payable",
    "receipts_of",
    "rows_of",
    "to_pay",
    "touched_by",
]
