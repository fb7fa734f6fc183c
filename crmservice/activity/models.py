"""The one trail: timeline, audit and outbox of everything that was done (house.md 4)."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from crmservice.activity.choices import NoticeKind
from crmservice.activity.wording import Sentence, sentence


class ActivityQuerySet(models.QuerySet["Activity"]):
    def untold(self) -> Self:
        return self.filter(told_at=None).order_by("pk")

    def to_tell(self, at: datetime) -> Self:
        """The untold without those that failed and wait for another try, or for a person."""
        resting = TellingFailure.objects.filter(Q(retry_at__gt=at) | Q(dead_at__isnull=False))
        return self.untold().exclude(pk__in=resting.values("activity"))


class Kept(models.Model):
    """What is written once; the database refuses changes too (see `schema`)."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("The trail is never changed.")
        super().save(**options)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: ARG002
        raise TypeError("The trail is never changed.")


class Activity(Kept):
    """One verb that was carried out; written in the transaction of its change, never edited.

    `at` is when it happened, `entered_at` when it was recorded; `by` is None for the system.
    `visible` ones may be shown to the customer.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(max_length=200)
    subject_url = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    entered_at = models.DateTimeField(auto_now_add=True)
    visible = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    told_at = models.DateTimeField(null=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(name="activity_untold", fields=["id"], condition=Q(told_at=None)),
            models.Index(name="activity_of_subject", fields=["subject_type", "subject_id", "-at"]),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_name}"

    @property
    def sentence(self) -> Sentence:
        return sentence(self.verb, self.details)


class Filing(Kept):
    """An activity filed under a record: the request's own page, its customer's, its asset's."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="filings")
    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="activity_filed_once_per_record",
                fields=["activity", "record_type", "record_id"],
            ),
        )
        indexes = (
            models.Index(
                name="filing_timeline", fields=["record_type", "record_id", "-at", "-activity"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class Notification(models.Model):
    """One person told of one activity; the pair is unique, so that telling twice tells once."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="notifications")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=10, choices=NoticeKind, default=NoticeKind.NEWS)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(name="told_once_per_person", fields=["activity", "recipient"]),
        )
        indexes = (
            models.Index(
                name="notification_unread", fields=["recipient", "-id"], condition=Q(read_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.activity_id}"


class TellingFailure(models.Model):
    """An activity that could not be told, and when that is tried again; gone when it was told.

    Dead (`dead_at`) once `give_up_at` has passed: a person decides.
    """

    activity = models.OneToOneField(
        Activity, on_delete=models.CASCADE, related_name="telling_failure"
    )
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    dead_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.activity.subject_name

    def fail_with(self, error: Exception) -> None:
        self.error = f"{type(error).__name__}: {error}"[:300]
        self.save(update_fields=["error"])


class Heartbeat(models.Model):
    """The last sign of life of a clock-driven duty (trust.md R-20)."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
