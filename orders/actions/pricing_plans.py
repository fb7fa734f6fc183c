"""The price plan: a new one from a day on. What was priced by an earlier one stays as it is."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.web.text import day
from employees.models import Employee
from orders.actions.keeping import day_of
from orders.models import LabourRate, PricePlan


@transaction.atomic
def add_price_plan(
    *,
    valid_from: date,
    rates: Mapping[str, Decimal],
    by: Employee,
    at: datetime,
    **values: Any,
) -> PricePlan:
    """A plan valid from a day on, after all that there are; `rates` per hour by WorkKind.

    Raises DomainError for a day that is over, and for one that another plan already reaches.
    """
    if valid_from < day_of(at):
        raise DomainError(_("A price plan is valid from today on, or later."), field="valid_from")
    last = PricePlan.objects.order_by("-valid_from").first()
    if last is not None and valid_from <= last.valid_from:
        said = _("There is a plan valid from %(day)s; the new one has to begin later.")
        raise DomainError(said % {"day": day(last.valid_from)}, field="valid_from")
    plan = PricePlan.objects.create(valid_from=valid_from, **values)
    LabourRate.objects.bulk_create(
        LabourRate(plan=plan, kind=kind, per_hour=per_hour) for kind, per_hour in rates.items()
    )
    record(plan, "orders.plan_added", by=by, at=at, on=valid_from)
    return plan
