"""The verbs of expense claims. From above: `from expenses import actions as expenses`."""

from expenses.actions.deciding import Verdict, approve, limit_of, reject, send_back
from expenses.actions.paying import MOST_AT_ONCE, pay_together
from expenses.actions.ruling import (
    change_policy,
    create_policy,
    refuse_policy,
    set_budget,
)
from expenses.actions.writing import (
    Outlay,
    attach_receipts,
    change,
    create,
    detach_receipt,
    follow_request,
    judge_imported,
    move_customer,
    refusals,
    submit,
    withdraw,
)

__all__ = [
    "MOST_AT_ONCE",
    "Outlay",
    "Verdict",
    "approve",
    "attach_receipts",
    "change",
    "change_policy",
    "create",
    "create_policy",
    "detach_receipt",
    "follow_request",
    "judge_imported",
    "limit_of",
    "move_customer",
    "pay_together",
    "refusals",
    "refuse_policy",
    "reject",
    "send_back",
    "set_budget",
    "submit",
    "withdraw",
]
