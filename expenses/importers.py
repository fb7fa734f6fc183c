"""The expenses of the history: one claim with one line each."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from crmservice.imports.columns import amount, choice, code, currency, day
from crmservice.imports.importer import FileImporter, Row, register
from crmservice.imports.refusing import RefusedError
from dispatch.models import Task
from employees.models import Employee
from expenses import actions
from expenses.choices import Category, Status
from expenses.models import ExpenseClaim, ExpenseLine
from orders.queries.pricing import rate_on

CATEGORIES = {str(category): category for category in Category} | {
    "mileage": Category.TRANSPORT,  # the files know no kilometres
    "自驾里程": Category.TRANSPORT,
    "交通": Category.TRANSPORT,
    "住宿": Category.LODGING,
    "餐饮": Category.MEALS,
    "运费": Category.FREIGHT,
    "外协": Category.OUTSIDE_SERVICE,
    "其他": Category.OTHER,
}
STATUSES = {str(status): status for status in Status} | {
    "已提交": Status.SUBMITTED,
    "已批准": Status.APPROVED,
    "已驳回": Status.REJECTED,
    "已支付": Status.PAID,
}
EVENING = time(18)
CENT = Decimal("0.01")


@dataclass
class Outlay:
    claim: ExpenseClaim
    line: ExpenseLine


@register
class Expenses(FileImporter[Outlay]):
    """Who decided is not known; when, is taken to be the evening of the day."""

    filename = "expenses.csv"
    after = ("employees.csv", "tasks.csv")
    columns = (
        code("expense_no", "费用编号", "报销单号", needed=True),
        code("employee_no", "工号", needed=True),
        code("task_no", "任务编号"),
        choice("category", "类别", needed=True, words=CATEGORIES),
        amount("amount", "金额", needed=True, least=CENT),
        currency("currency", "币种", needed=True),
        day("date", "日期", needed=True, history=True),
        choice("status", "状态", needed=True, words=STATUSES),
    )

    def prepare(self) -> None:
        self.people = dict(Employee.objects.values_list("employee_no", "pk"))
        tasks = Task.objects.order_by().values_list("number", "pk", "service_request", "customer")
        self.tasks = {number: keys for number, *keys in tasks}

    def existing(self) -> set[str]:
        return set(ExpenseClaim.objects.order_by().values_list("number", flat=True))

    def judge(self, row: Row) -> Outlay:
        claimant = self.people.get(row["employee_no"])
        if claimant is None:
            raise self.unknown(_("employee"), row["employee_no"], "employees.csv")
        if row["task_no"] and row["task_no"] not in self.tasks:
            raise self.unknown(_("task"), row["task_no"], "tasks.csv")
        at = datetime.combine(row["date"], EVENING, self.context.zone)
        status = row["status"]
        decided = status in {Status.APPROVED, Status.REJECTED, Status.PAID}
        claim = ExpenseClaim(
            number=row.key,
            claimant_id=claimant,
            status=status,
            currency=row["currency"],
            rate=worth(row["currency"], row["date"]),
            created_at=at,
            submitted_at=at if status != Status.DRAFT else None,
            decided_at=at if decided else None,
            paid_at=at if status == Status.PAID else None,
        )
        task, request, customer = self.tasks.get(row["task_no"], (None, None, None))
        line = ExpenseLine(
            claim=claim,
            category=row["category"],
            amount=row["amount"],
            spent_on=row["date"],
            task_id=task,
            service_request_id=request,
            customer_id=customer,
        )
        return Outlay(claim, line)

    def write(self, records: list[Outlay]) -> None:
        ExpenseClaim.objects.bulk_create([each.claim for each in records])
        ExpenseLine.objects.bulk_create([each.line for each in records])
        waiting = [each.line for each in records if each.claim.status == Status.SUBMITTED]
        actions.judge_imported(waiting)


def worth(word: str, on: date) -> Decimal:
    """What one unit is worth in the base currency on a day; raises RefusedError."""
    try:
        return rate_on(word, on)
    except DomainError as error:
        raise RefusedError(
            _("no rate is known from %(currency)s to %(base)s")
            % {"currency": word, "base": settings.BASE_CURRENCY}
        ) from error
