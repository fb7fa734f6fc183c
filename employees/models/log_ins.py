"""The first way in."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models


class SetupLinkQuerySet(models.QuerySet["SetupLink"]):
    def valid(self, at: datetime) -> Self:
        return self.filter(used_at=None, expires_at__gt=at)


class SetupLink(models.Model):
    """A one-time way in to an installation without people; only its secret's digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = SetupLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"
