"""What is to be done step by step: the shape of a step, and the procedures of a kind of work."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, NamedTuple, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.choices import ItemKind, ProcedureKind
from assets.models.installed import AssetModel
from crmservice.web.text import limits


class Line(NamedTuple):
    """A step as it is written down, of whatever it is a step."""

    text: str
    kind: str = ItemKind.TICK
    is_required: bool = True
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""


class Step(models.Model):
    """One step: what is to be done or measured, and how it is answered. A figure outside `low` to
    `high` is no error, but stands out.
    """

    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what to check"), max_length=200)
    kind = models.CharField(_("answer"), max_length=6, choices=ItemKind, default=ItemKind.TICK)
    is_required = models.BooleanField(_("required"), default=True)
    low = models.DecimalField(_("at least"), max_digits=12, decimal_places=3, null=True, blank=True)
    high = models.DecimalField(_("at most"), max_digits=12, decimal_places=3, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)

    class Meta:
        abstract = True
        ordering = ("position", "pk")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_limits_are_in_order",
                condition=Q(low=None) | Q(high=None) | Q(high__gte=F("low")),
            ),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def line(self) -> Line:
        return Line(*(getattr(self, name) for name in Line._fields))

    @property
    def limits(self) -> str:
        """In words; nothing where nothing is said."""
        low, high = (
            f"{each.normalize():f}" if each is not None else "" for each in (self.low, self.high)
        )
        return limits(low, high, self.unit)


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def applying_to(self, kind: str, model: AssetModel | None) -> Self:
        """What is done on such work, from the general to the special. Other kinds of task have no
        procedure, not even one for all kinds.
        """
        if kind not in ProcedureKind.values:
            return self.none()
        of_kind = Q(kind="") | Q(kind=kind)
        of_model = Q(model=None) | Q(model=model.pk if model else None)
        return (
            self.active()
            .filter(of_kind, of_model)
            .order_by(F("model").asc(nulls_first=True), "kind", "title")
        )

    def lock(self, pk: int) -> Procedure:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Procedure(models.Model):
    """The steps of a kind of work, on a model or on all; a task takes them over when it is made."""

    title = models.CharField(_("title"), max_length=120, unique=True)
    kind = models.CharField(_("kind of work"), max_length=12, choices=ProcedureKind, blank=True)
    model = models.ForeignKey(
        AssetModel,
        verbose_name=_("model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="procedures",
    )
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        verbose_name = _("procedure")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assets:procedure", args=[self.pk])


class ProcedureLine(Step):
    """One step of a procedure."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="lines")
