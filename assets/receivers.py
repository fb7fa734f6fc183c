"""What the assets answer when customers ask."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import actions, policies, queries, signals
from assets.models import Asset, AssetModel, Defect
from crmservice.attachments import showing
from crmservice.attachments.models import Attachment
from crmservice.web.panels import Panel
from crmservice.web.text import capped, moment
from customers.models import Customer
from customers.signals import customer_indexed, customers_joined, detail_panels
from employees.models import Employee
from knowledge.models import Article, FaultCode
from knowledge.signals import detail_panels as knowledge_panels

MOST_ROWS = 8
MOST_COUNTED = 500
ORDER = 30
DEFECTS = 5
DOCUMENTS = 90
GRAVITIES = {"slight": "info", "grave": "warning", "dangerous": "bad"}
MOST_MODELS = 30


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
    return actions.join_customers(joined, kept)


@receiver(customer_indexed)
def assets_of_customer_indexed(customer: Customer, **_asked: object) -> None:
    queries.reindex(Asset.objects.filter(customer=customer))


@receiver(knowledge_panels, sender=Article)
def models_of_article(subject: Article, user: Employee, **_asked: object) -> Panel | None:
    return models_panel(AssetModel.objects.filter(articles=subject), user)


@receiver(knowledge_panels, sender=FaultCode)
def models_of_fault_code(subject: FaultCode, user: Employee, **_asked: object) -> Panel | None:
    return models_panel(AssetModel.objects.filter(fault_codes=subject), user)


def models_panel(models: QuerySet[AssetModel], user: Employee) -> Panel | None:
    """The models that an article or a fault code is for."""
    if not user.may("assets.view"):
        return None
    rows = list(models[:MOST_MODELS])
    return Panel(ORDER, "assets/_models.html", {"models": rows}, column="side") if rows else None


@receiver(signals.detail_panels, sender=Asset)
def defects_of_asset(subject: Asset, user: Employee, **_kwargs: object) -> Panel | None:
    """What is wrong with it or with what is in it, and was not put right."""
    found = list(Defect.objects.open().of_device(subject).select_related("asset", "found_by"))
    if not found:
        return None
    may_clear = user.may("assets.change") and policies.is_changeable(user, subject)
    rows = [defect_words(each, subject, may_clear=may_clear) for each in found]
    return Panel(DEFECTS, "assets/_defects.html", {"defects": rows})


def defect_words(defect: Defect, here: Asset, *, may_clear: bool) -> dict[str, Any]:
    serial_no = defect.asset.serial_no
    return {
        "text": defect.text,
        "gravity": defect.get_gravity_display(),
        "look": GRAVITIES[defect.gravity],
        "who": defect.found_by.name,
        "when": moment(defect.found_at),
        "source": defect.source,
        "where": serial_no if defect.asset_id != here.pk else "",
        "clear_url": reverse("assets:clear_defect", args=[serial_no, defect.pk])
        if may_clear
        else "",
    }


@receiver(signals.detail_panels, sender=Asset)
def documents_of_asset(subject: Asset, user: Employee, **_kwargs: object) -> Panel | None:
    def remove_url(file: Attachment) -> str:
        return reverse("assets:detach", args=[subject.serial_no, file.pk]) if may_change else ""

    may_change = user.may("assets.change") and policies.is_changeable(user, subject)
    add_url = reverse("assets:attach", args=[subject.serial_no]) if may_change else ""
    files = Attachment.objects.of(subject)
    return showing.panel_of(files, order=DOCUMENTS, add_url=add_url, remove_url=remove_url)
