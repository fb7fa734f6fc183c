"""Files that belong to a record: photos, documents, test results."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, *records: models.Model | None) -> Self:
        """Those of any of these records (None is passed over), the oldest first."""
        wanted = Q(pk__in=())
        for each in records:
            if each is not None:
                wanted |= Q(subject_type=each._meta.label_lower, subject_id=each.pk)
        return self.filter(wanted).order_by("pk")

    def photos(self) -> Self:
        return self.filter(content_type__startswith="image/")


class Attachment(models.Model):
    """One file of one record; whoever sees the record sees the file (S-34).

    `name` is what it was called by its owner, `path` where it lies below MEDIA_ROOT: made by us,
    nothing of it is typed. `happened_at` is when a photo was taken, as the device says; `visible`
    ones may be shown to the customer. `sha256` is of the bytes that are kept.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    name = models.CharField(_("file"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120, unique=True)
    preview = models.CharField(max_length=120, blank=True)
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    visible = models.BooleanField(_("shown to the customer"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attachments"
    )
    happened_at = models.DateTimeField()
    attached_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("attachment")
        indexes = (
            models.Index(name="attachments_of_subject", fields=["subject_type", "subject_id"]),
            models.Index(name="attachments_of_day", fields=["by", "attached_at"]),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachments:open", args=[self.pk])

    @property
    def is_photo(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def file(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.path

    @property
    def preview_file(self) -> Path:
        return Path(settings.MEDIA_ROOT) / (self.preview or self.path)
