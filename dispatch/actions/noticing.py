"""New business that an engineer notices on the spot, for sales."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.errors import DomainError
from customers import actions as customers
from dispatch.actions.keeping import lock, refuse_outsiders
from dispatch.models import Task
from employees.models import Employee


@transaction.atomic
def notice_business(task: Task, *, text: str, by: Employee, at: datetime) -> Task:
    """Raise a business signal at the task's customer; also after the work has ended."""
    task = lock(task)
    refuse_outsiders(task, by)
    if task.customer is None:
        raise DomainError(_("%(number)s has no customer.") % {"number": task.number})
    source = task.get_absolute_url()
    customers.raise_signal(task.customer, text=text, source=source, by=by, at=at)
    return task
