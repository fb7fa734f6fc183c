from expenses.models.claims import ExpenseClaim, ExpenseLine
from expenses.models.paying import Budget, PaymentRun
from expenses.models.rules import ExpensePolicy

__all__ = ["Budget", "ExpenseClaim", "ExpenseLine", "ExpensePolicy", "PaymentRun"]
