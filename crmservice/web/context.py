"""What base.html needs on every page: the navigation that this person may use, and the unread
count.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crmservice.activity.models import Notification
from crmservice.operations.state import troubles

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
PART_OF = {"invoices": "orders", "shipments": "orders"}  # pages without an entry of their own
UNREAD_SHOWN = 99


def desk(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "unread_count": 0, "may_operate": False, "troubles": []}
    may_operate = user.may("operations.view")
    return {
        "nav": navigation(request),
        "unread_count": len(unread(user.pk)),
        "may_operate": may_operate,
        "troubles": troubles(at=now()).sentences if may_operate else [],
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    items = []
    for label, url_name, icon, key, permission in NAVIGATION:
        if not request.user.may(permission):  # type: ignore[union-attr]
            continue
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        app = url.split("/")[1]
        here = request.path.split("/")[1]
        active = PART_OF.get(here, here) == app
        items.append({"label": label, "url": url, "icon": icon, "key": key, "active": active})
    return items


def unread(user_pk: int) -> list[int]:
    """The newest unread notifications, as many as the badge can show and one more."""
    newest = Notification.objects.filter(recipient=user_pk, read_at=None).order_by("-pk")
    return list(newest.values_list("pk", flat=True)[: UNREAD_SHOWN + 1])
