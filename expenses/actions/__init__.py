"""The verbs of expense claims. From above: `from expenses import actions as expenses`."""

from expenses.actions.deciding import approve, pay, reject, send_back
from expenses.actions.writing import Outlay, change, create, move_customer, submit, withdraw

__all__ = [
    "Outlay",
    "approve",
    "change",
    "create",
    "move_customer",
    "pay",
    "reject",
    "send_back",
    "submit",
    "withdraw",
]
