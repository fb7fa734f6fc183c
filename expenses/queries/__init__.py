"""Reads over claims, and cost to serve: the highest floor that knows all of it."""

from expenses.queries.costing import (
    Cost,
    Period,
    Subject,
    billed_lines,
    cost_by,
    cost_of,
    expense_lines,
    labour_entries,
    part_lines,
    rows_of,
)

__all__ = [
    "Cost",
    "Period",
    "Subject",
    "billed_lines",
    "cost_by",
    "cost_of",
    "expense_lines",
    "labour_entries",
    "part_lines",
    "rows_of",
]
