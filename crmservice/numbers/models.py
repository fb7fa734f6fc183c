"""Human numbers such as SR-2026-0042: unique under any number of writers (trust.md R-11)."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone


class Counter(models.Model):
    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


@transaction.atomic
def next_number(prefix: str, at: datetime) -> str:
    """The next number of a series, counted per year of the organisation's time zone.

    The counter's row stays locked until the caller's transaction ends, so that numbers have no
    gaps.
    """
    year = timezone.localtime(at, timezone.get_default_timezone()).year
    name = f"{prefix}-{year}"
    if not Counter.objects.filter(name=name).update(value=F("value") + 1):
        Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
        Counter.objects.filter(name=name).update(value=F("value") + 1)
    value = Counter.objects.values_list("value", flat=True).get(name=name)
    return f"{name}-{value:04d}"
