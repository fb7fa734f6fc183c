"""What every verb of a return does first and last: the case as it is now, its lines, its trail, and
the word to the customer.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from crmservice.delivery.writing import write_to
from crmservice.errors import DomainError
from crmservice.search.index import index
from employees.models import Employee
from orders.choices import ReturnStatus
from orders.models import OldPart, ReturnCase, ReturnLine
from orders.queries import words_of_return

DAY = timedelta(days=1)
BESIDE = ("customer", "contact", "depot__outlet", "service_request", "order")


def locked(case: ReturnCase) -> ReturnCase:
    """The case as it is now, locked until the transaction ends."""
    case = ReturnCase.objects.select_related(*BESIDE).lock(case.pk)
    case.was_due_on = case.due_on
    return case


def lines_of(case: ReturnCase) -> list[ReturnLine]:
    """The lines as they are now, each with its case."""
    lines = list(case.lines.select_related("part", "asset__part", "asset__model", "order_line"))
    for line in lines:
        line.case = case
    return lines


def locked_line(line: ReturnLine) -> tuple[ReturnCase, ReturnLine]:
    case = locked(line.case)
    found = next((each for each in lines_of(case) if each.pk == line.pk), None)
    assert found is not None  # a line is never taken off
    return case, found


def refuse_closed(case: ReturnCase) -> None:
    """Raise DomainError where nothing is to come; what was charged may come after the end."""
    if case.is_receiving:
        return
    late = OldPart.objects.open().filter(return_line__case=case)
    if case.status != ReturnStatus.CLOSED or not late.exists():
        raise DomainError(
            _("%(number)s is %(now)s: nothing is to come.")
            % {"number": case.number, "now": case.get_status_display()}
        )


def decide(case: ReturnCase, decision: str, *, by: Employee, at: datetime) -> None:
    case.decided_by, case.decided_at, case.decision = by, at, decision.strip()


def step(case: ReturnCase, status: ReturnStatus | None, *also: str) -> None:
    """Move the locked case on, or only write it: what others have open is then an older version.
    With another day it is due, and spoken of, anew.
    """
    if status is not None:
        case.move_to(status)
    if not case.is_open:
        case.remind_on = None
    elif case.remind_on is None or case.due_on != case.was_due_on:
        case.remind_on = case.due_on + DAY
    case.version += 1
    case.save(update_fields=["status", "due_on", "remind_on", "version", *also])
    index(**words_of_return(case))


def tell(
    case: ReturnCase, verb: str, *, by: Employee | None, at: datetime, **details: Any
) -> Activity:
    """In the trail of the case, and on the pages of its customer, request, order and devices."""
    devices = [line.asset for line in lines_of(case) if line.asset]
    about = (case.service_request, case.customer, case.order, *devices)
    return record(case, verb, by=by, at=at, about=about, **details)


def write(case: ReturnCase, activity: Activity, *, at: datetime) -> None:
    """To the contact, in the contact's language, where there is an address."""
    contact = case.contact
    if contact is not None and contact.email:
        write_to(activity, contact.email, language=contact.interface_language, at=at)
