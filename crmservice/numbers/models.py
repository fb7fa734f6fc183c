"""Human numbers such as SR-2026-0042: unique under any number of writers (trust.md R-11)."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from crmservice.written import Given, written


class Counter(models.Model):
    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class TakenNumber(models.Model):
    """A number of a series that several apps number from, and the record whose it is: invoices of
    orders and of contracts are unique together.
    """

    series = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    owner = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="a_number_is_taken_once", fields=["series", "number"]),
        )

    def __str__(self) -> str:
        return f"{self.series} {self.number}"


@transaction.atomic
def take_number(series: str, number: str, *, owner: str) -> bool:
    """Whether a number that somebody typed is this owner's, now or before; False where another has
    it.
    """
    TakenNumber.objects.bulk_create(
        [TakenNumber(series=series, number=number, owner=owner)], ignore_conflicts=True
    )
    return TakenNumber.objects.filter(series=series, number=number, owner=owner).exists()


@transaction.atomic
def next_free_number(series: str, prefix: str, at: datetime, *, owner: str) -> str:
    """The next number that nobody has typed before."""
    while True:
        number = next_number(prefix, at)
        if not TakenNumber.objects.filter(series=series, number=number).exists() and take_number(
            series, number, owner=owner
        ):
            return number


@transaction.atomic(savepoint=False)  # nothing that fails here is gone on from
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
    [value] = written(value_of).rows(name=name)
    return f"{name}-{value:04d}"


def value_of() -> QuerySet[Counter, int]:
    return Counter.objects.filter(name=Given("name")).values_list("value", flat=True)
