"""What a report can be narrowed to: the values of each filter, in words."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from assets.models import AssetModel
from customers.models import Customer, Tier
from employees.models import Employee, Outlet
from service_requests.choices import Channel, Kind, Severity

Choices = Iterable[tuple[str, Any]]
MOST = 200  # what nobody finds in a select is typed in a URL


def records(rows: QuerySet[Any], by: str) -> Choices:
    return [(getattr(each, by), each.name) for each in rows[:MOST]]


def regions() -> Choices:
    found = Customer.objects.exclude(province="").order_by("province")
    return [(name, name) for name in found.values_list("province", flat=True).distinct()[:MOST]]


CHOICES: dict[str, Callable[[], Choices]] = {
    "outlet": lambda: records(Outlet.objects.order_by("code"), "code"),
    "tier": lambda: records(Tier.objects.order_by("rank"), "code"),
    "kind": lambda: Kind.choices,
    "severity": lambda: Severity.choices,
    "channel": lambda: Channel.choices,
    "model": lambda: records(AssetModel.objects.order_by("code"), "code"),
    "region": regions,
    "engineer": lambda: records(Employee.objects.active().order_by("name"), "employee_no"),
}


def choices_of(names: Iterable[str]) -> dict[str, Choices]:
    """Of those filters that are chosen from a list; a customer is found by its page."""
    return {name: CHOICES[name]() for name in names if name in CHOICES}
