"""Which requests are one matter: what stands against merging two, what would move, what moved."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.attachments.models import Attachment
from crmservice.search.query import matching_ids
from service_requests.choices import Kind, Status
from service_requests.models import Handover, ServiceRequest

KEPT_BELOW = ("reports", "service_requests")  # what is known of each, or is of its own course
CHOICES_SHOWN = 8


def objection_to_merging(merged: ServiceRequest, survivor: ServiceRequest) -> str:
    """Why `merged` cannot go on in `survivor`, in words for who asked; "" when it can."""
    words = {
        "number": survivor.number,
        "now": survivor.get_status_display(),
        "merged": merged.number,
        "into": merged.merged_into,
    }
    if merged.pk == survivor.pk:
        return _("A request cannot be merged into itself.")
    if merged.status == Status.MERGED:
        return _("%(merged)s was merged into %(into)s already.") % words
    if merged.customer_id != survivor.customer_id:
        return _("%(number)s is another customer's request.") % words
    if not survivor.is_open:
        return _("%(number)s is %(now)s: what goes on is merged into what is open.") % words
    if merged.kind == Kind.COMPLAINT and survivor.kind != Kind.COMPLAINT:
        return _("A complaint is merged only into another complaint, or nobody would answer it.")
    return ""


def survivor_of(service_request: ServiceRequest) -> ServiceRequest:
    """What a request goes on in by now, at the end of the chain, which is walked once; itself when
    it is not merged.
    """
    seen: set[int] = set()
    while service_request.pk not in seen:
        seen.add(service_request.pk)
        into = ServiceRequest.objects.filter(merged=service_request.pk).first()
        service_request = into or service_request
    return service_request


def mergeable(
    visible: QuerySet[ServiceRequest], service_request: ServiceRequest, text: str
) -> list[ServiceRequest]:
    """Open requests of the same customer that a text finds, the newest first."""
    found = visible.filter(customer=service_request.customer_id).exclude(pk=service_request.pk)
    found = found.filter(Q(number__icontains=text) | Q(pk__in=matching_ids("request", text)))
    rows = found.select_related("asset", "owner").order_by("-opened_at", "-pk")
    return [row for row in rows[: 3 * CHOICES_SHOWN] if row.is_open][:CHOICES_SHOWN]


def belongings(service_request: ServiceRequest) -> dict[str, int]:
    """How many rows of each kind would go on with the survivor, by "app.model.field"."""
    own = {
        "service_requests.handover.service_request": Handover.objects.filter(
            service_request=service_request
        ),
        "attachments.attachment.subject_id": Attachment.objects.of(service_request),
    }
    above = {
        f"{field.model._meta.label_lower}.{field.name}": field.model._default_manager.filter(
            **{field.name: service_request}
        )
        for field in fields_above()
    }
    counted = {label: rows.count() for label, rows in (own | above).items()}
    return {label: count for label, count in counted.items() if count}


def fields_above() -> Iterable[Any]:
    """The foreign keys by which floors above own something of a request."""
    fields = [relation.field for relation in ServiceRequest._meta.related_objects]
    return [field for field in fields if field.model._meta.app_label not in KEPT_BELOW]


def said_in(service_request: ServiceRequest) -> QuerySet[Activity]:
    """Its notes and answers, the newest first."""
    own = Activity.objects.filter(
        subject_type=ServiceRequest._meta.label_lower, subject_id=service_request.pk
    )
    return own.exclude(text="").order_by("-at", "-pk")


def merge_of(service_request: ServiceRequest) -> Activity | None:
    """The latest merge of a merged request, with what moved and how it was before."""
    done = Activity.objects.filter(
        subject_type=ServiceRequest._meta.label_lower,
        subject_id=service_request.pk,
        verb="service_requests.merged",
    )
    return done.order_by("-pk").first()


def may_undo_merge_until(merge: Activity) -> datetime:
    return merge.at + timedelta(days=settings.UNDO_MERGE_DAYS)
