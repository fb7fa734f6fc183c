from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from employees import situations
from expenses.choices import RECORD


class ExpensesConfig(AppConfig):
    name = "expenses"
    verbose_name = _("Expenses")

    def ready(self) -> None:
        situations.register(
            situations.Situation(
                RECORD,
                _("Expense claims"),
                [("claim", _("Expense claim"))],
                {"receipts": _("Receipts")},
                "expenses.expenseclaim",
                lambda *span: import_module("expenses.queries").facts_between(*span),
            )
        )
