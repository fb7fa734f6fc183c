"""What base.html needs on every page: the navigation that this person may use, and the unread
count.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crmservice.activity.models import Notification
from crmservice.addresses import address
from crmservice.operations.state import troubles
from crmservice.web.access import reachable
from crmservice.written import Given, written

# label, URL name, icon, g-key, row of the permission table
NAVIGATION = (
    (_("Service requests"), "service_requests:index", "headset", "r", "service_requests.view"),
    (_("Customers"), "customers:index", "building", "c", "customers.view"),
    (_("Assets"), "assets:index", "engine", "a", "assets.view"),
    (_("Contracts"), "contracts:index", "file-text", "k", "contracts.view"),
    (_("Tasks"), "dispatch:index", "calendar", "t", "dispatch.view"),
    (_("Schedule board"), "dispatch:board", "calendar-event", "b", "dispatch.view"),
    (_("Depot"), "dispatch:depot", "building-warehouse", "f", "depot.view"),
    (_("Orders"), "orders:index", "package", "o", "orders.view"),
    (_("Returns"), "orders:returns", "arrows-exchange", "v", "orders.view"),
    (_("Stock"), "orders:stock", "packages", "s", "stock.view"),
    (_("Expenses"), "expenses:index", "receipt", "e", "expenses.view"),
    (_("Knowledge"), "knowledge:index", "book", "w", "knowledge.view"),
    (_("Employees"), "employees:index", "users", "p", "employees.view"),
    (_("Reports"), "reports:dashboard", "chart-bar", "d", "reports.view"),
)
PART_OF = {  # pages without an entry of their own
    "care": "customers",
    "contacts": "customers",
    "day-plans": "board",
    "intake": "customers",
    "invoices": "orders",
    "quotations": "orders",
    "shipments": "orders",
    "signals": "customers",
}
PERMISSIONS = tuple((name, permission) for _label, name, _icon, _key, permission in NAVIGATION)
UNREAD_SHOWN = 99


class Item(NamedTuple):
    """An entry of the navigation, in the reader's language."""

    label: str
    url: str
    icon: str
    key: str
    active: bool


def desk(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": (), "log_url": "", "unread_count": 0, "may_operate": False, "troubles": []}
    may_operate = user.may("operations.view")
    return {
        "nav": navigation(request),
        "log_url": reachable(address("service_requests:log"), user),
        "unread_count": len(unread(user.pk)),
        "may_operate": may_operate,
        "troubles": troubles(at=now()).sentences if may_operate else [],
    }


def navigation(request: HttpRequest) -> tuple[Item, ...]:
    may = request.user.may  # type: ignore[union-attr]
    open_ = tuple(name for name, permission in PERMISSIONS if may(permission))
    here = request.path.split("/")[1]
    return items(open_, PART_OF.get(here, here), get_language())


@lru_cache(maxsize=1000)
def items(names: tuple[str, ...], here: str, language: str | None) -> tuple[Item, ...]:  # noqa: ARG001  (of the key)
    """The entries of these names, the one where the reader is marked."""
    found = []
    for label, url_name, icon, key, _permission in NAVIGATION:
        if url_name not in names:
            continue
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        found.append(Item(str(label), url, icon, key, active=here == url.split("/")[1]))
    return tuple(found)


def unread(user_pk: int) -> list[int]:
    """The newest unread notifications, as many as the badge can show and one more."""
    return written(newest_unread).rows(reader=user_pk)


def newest_unread() -> QuerySet[Notification, int]:
    newest = Notification.objects.filter(recipient=Given("reader"), read_at=None).order_by("-pk")
    return newest.values_list("pk", flat=True)[: UNREAD_SHOWN + 1]
