"""What the assets answer when customers ask."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import actions, queries
from assets.models import Asset
from crmservice.web.panels import Panel
from crmservice.web.text import capped
from customers.models import Customer
from customers.signals import customers_joined, detail_panels
from employees.models import Employee

MOST_ROWS = 8
MOST_COUNTED = 500
ORDER = 30


@receiver(detail_panels, sender=Customer)
def assets_of_customer(
    subject: Customer, user: Employee, at: datetime, **_asked: object
) -> Panel | None:
    """The customer's devices with what protects each."""
    if not user.may("assets.view"):
        return None
    devices = Asset.objects.visible_to(user).filter(customer=subject).devices()
    shown = list(devices.described().order_by("status", "serial_no")[: MOST_ROWS + 1])
    count = len(shown)
    if count > MOST_ROWS:
        count = len(devices.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    covers = queries.covers(subject, shown[:MOST_ROWS], timezone.localdate(at))
    add = reverse("assets:create") + "?" + urlencode({"customer": subject.pk})
    return Panel(
        order=ORDER,
        template="assets/_of_customer.html",
        context={
            "heads": heads(),
            "rows": [row(asset, covers[asset.pk]) for asset in shown[:MOST_ROWS]],
            "count": capped(count, MOST_COUNTED),
            "url": reverse("assets:index") + "?" + urlencode({"customer": subject.code}),
            "add_url": add if user.may("assets.change") else "",
        },
    )


def heads() -> list[dict[str, Any]]:
    labels = (_("Serial number"), _("What it is"), _("Cover today"), _("Software"))
    return [{"label": label, "wide_only": at == len(labels) - 1} for at, label in enumerate(labels)]


def row(asset: Asset, cover: queries.Cover) -> dict[str, Any]:
    url = asset.get_absolute_url()
    return {
        "url": url,
        "cells": [
            {"text": asset.serial_no, "url": url},
            {"text": asset.kind_name},
            {"text": cover.text, "badge": cover.kind},
            {"text": asset.software_version, "wide_only": True},
        ],
    }


@receiver(customers_joined)
def assets_follow(joined: Customer, kept: Customer, **_asked: object) -> dict[str, list[int]]:
    return {"assets": actions.join_customers(joined, kept)}
