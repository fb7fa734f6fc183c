"""Parts in their places: how many there are, what happened to them, what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Part
from employees.models import Employee, Outlet
from orders.choices import Bin, DifferenceKind, MoveKind, PlaceKind, TransferStatus

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

PLACE_CODE = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Letters, digits, dots and dashes only.")
)


class StockLocationQuerySet(models.QuerySet["StockLocation"]):
    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: Employee) -> Self:
        """An outlet's people see its depots and vans."""
        return self.open_to(user, "stock.view")

    def workable_by(self, user: Employee) -> Self:
        """Where this person takes parts in and out: a whole outlet's, or the own van."""
        return self.open_to(user, "stock.work")

    def open_to(self, user: Employee, action: str) -> Self:
        own, outlet = Q(employee=user.pk), Q(outlet=user.outlet_id)
        return user.scoped(self, action, outlet=outlet, own=own)


class StockLocation(models.Model):
    """A depot of an outlet, or the van of an engineer.

    `transit_days` are the working days until a piece that leaves here is somewhere else.
    """

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[PLACE_CODE])
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=PlaceKind, default=PlaceKind.DEPOT)
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="stock_locations"
    )
    employee = models.ForeignKey(
        Employee,
        verbose_name=_("whose van"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="vans",
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    transit_days = models.PositiveSmallIntegerField(_("working days to another place"), default=2)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    objects = StockLocationQuerySet.as_manager()

    if TYPE_CHECKING:
        levels: RelatedManager[StockLevel]

    class Meta:
        ordering = ("kind", "code")
        verbose_name = _("stock location")
        constraints = (
            models.CheckConstraint(
                name="a_van_is_somebodys_and_a_depot_nobodys",
                condition=Q(kind="van", employee__isnull=False)
                | Q(kind="depot", employee__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_van_in_use_per_person",
                fields=["employee"],
                condition=Q(is_active=True, employee__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orders:place", args=[self.code])

    @property
    def is_van(self) -> bool:
        return self.kind == PlaceKind.VAN


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    def visible_to(self, user: Employee) -> Self:
        own, outlet = Q(location__employee=user.pk), Q(location__outlet=user.outlet_id)
        return user.scoped(self, "stock.view", outlet=outlet, own=own)

    def good(self) -> Self:
        return self.filter(bin=Bin.GOOD)

    def with_incoming(self) -> Self:
        """With `on_order` and `on_the_way`: what was ordered for the place, and what was sent
        there.
        """
        ordered = Replenishment.objects.open().filter(
            location=models.OuterRef("location"), part=models.OuterRef("part")
        )
        sent = StockLocation.objects.filter(
            pk=models.OuterRef("location"),
            coming__status=TransferStatus.SENT,
            coming__lines__part=models.OuterRef("part"),
            coming__lines__bin=models.OuterRef("bin"),
        )
        good = models.Case(
            models.When(
                bin=Bin.GOOD,
                then=total(ordered, "part", F("quantity") - F("received")),
            ),
            default=0,
        )
        return self.annotate(
            on_order=good, on_the_way=total(sent, "pk", F("coming__lines__quantity"))
        )

    def below_reorder_point(self) -> Self:
        """What is free, ordered and on its way is less than the point at which to order."""
        expected = F("on_hand") - F("allocated") + F("on_order") + F("on_the_way")
        pointed = self.good().filter(reorder_point__isnull=False).with_incoming()
        return pointed.annotate(expected=expected).filter(expected__lt=F("reorder_point"))


def total(rows: models.QuerySet[Any], key: str, amount: F | CombinedExpression) -> Coalesce:
    """The sum of an amount over the rows of a subquery; zero without rows."""
    summed = rows.order_by().values(key).annotate(amount=Sum(amount)).values("amount")
    return Coalesce(models.Subquery(summed, output_field=models.IntegerField()), 0)


class StockLevel(models.Model):
    """How many of a part lie in a bin of a place, and how many of them are promised.

    Only `actions.stock.change` writes the two; each time it writes one StockMove.
    """

    location = models.ForeignKey(
        StockLocation, verbose_name=_("place"), on_delete=models.PROTECT, related_name="levels"
    )
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="levels"
    )
    bin = models.CharField(_("bin"), max_length=10, choices=Bin, default=Bin.GOOD)
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    allocated = models.PositiveIntegerField(_("allocated"), default=0)
    reorder_point = models.PositiveIntegerField(_("reorder point"), null=True, blank=True)
    target = models.PositiveIntegerField(_("fill up to"), null=True, blank=True)

    objects = StockLevelQuerySet.as_manager()

    if TYPE_CHECKING:
        moves: RelatedManager[StockMove]
        pieces: RelatedManager[StockPiece]
        on_order: int  # of with_incoming()
        on_the_way: int

    class Meta:
        ordering = ("part__part_no", "pk")
        indexes = (
            models.Index(
                name="levels_to_reorder",
                fields=["location", "part"],
                condition=Q(reorder_point__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_level_per_part_place_and_bin", fields=["part", "location", "bin"]
            ),
            models.CheckConstraint(
                name="stock_is_never_negative_nor_promised_twice",
                condition=Q(allocated__gte=0, on_hand__gte=F("allocated")),
            ),
            models.CheckConstraint(
                name="reorder_point_has_a_target_above_it",
                condition=Q(reorder_point=None, target=None)
                | Q(reorder_point__isnull=False, target__gte=F("reorder_point")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} · {self.location}"

    def get_absolute_url(self) -> str:
        return reverse("orders:stock_of_part", args=[self.part.part_no])

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated


class StockPiece(models.Model):
    """One piece with a serial number, and where it lies; without a level it is gone or under way.

    A level may hold pieces with and without serial numbers; never more of these than are on hand.
    """

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="pieces")
    serial_no = models.CharField(_("serial number"), max_length=80)
    level = models.ForeignKey(
        StockLevel, null=True, blank=True, on_delete=models.PROTECT, related_name="pieces"
    )

    class Meta:
        ordering = ("serial_no",)
        constraints = (models.UniqueConstraint(name="a_piece_once", fields=["part", "serial_no"]),)

    def __str__(self) -> str:
        return self.serial_no


class KeptQuerySet(models.QuerySet["StockMove"]):
    """The journal is only added to."""

    def visible_to(self, user: Employee) -> Self:
        own, outlet = Q(location__employee=user.pk), Q(location__outlet=user.outlet_id)
        return user.scoped(self, "stock.view", outlet=outlet, own=own)

    def of(self, record: models.Model) -> Self:
        return self.filter(about_type=record._meta.label_lower, about_id=record.pk)

    def update(self, **_values: Any) -> NoReturn:
        raise TypeError("The journal is never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("The journal is never changed.")


class StockMove(models.Model):
    """One change of one level, never edited: the levels are the sums of their moves.

    `other` is the place on the other side, `about` the record that it was for. `on_hand_after` is
    what the level held when this was written.
    """

    level = models.ForeignKey(StockLevel, on_delete=models.PROTECT, related_name="moves")
    location = models.ForeignKey(
        StockLocation, verbose_name=_("place"), on_delete=models.PROTECT, related_name="moves"
    )
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="moves"
    )
    bin = models.CharField(_("bin"), max_length=10, choices=Bin)
    kind = models.CharField(_("kind"), max_length=12, choices=MoveKind)
    on_hand = models.IntegerField(_("change on hand"), default=0)
    allocated = models.IntegerField(_("change allocated"), default=0)
    on_hand_after = models.PositiveIntegerField()
    other = models.ForeignKey(
        StockLocation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    serials = models.JSONField(default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.PositiveBigIntegerField(null=True, blank=True)
    about_name = models.CharField(max_length=200, blank=True)
    about_url = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    entered_at = models.DateTimeField(auto_now_add=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(name="moves_of_place", fields=["location", "-id"]),
            models.Index(name="moves_of_part", fields=["part", "-id"]),
            models.Index(name="moves_of_level", fields=["level", "-id"]),
            models.Index(name="moves_about", fields=["about_type", "about_id"]),
        )
        constraints = (
            models.CheckConstraint(
                name="a_move_changes_something", condition=~Q(on_hand=0, allocated=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand or self.allocated:+d} {self.part}"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("The journal is never changed.")
        super().save(**options)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: ARG002
        raise TypeError("The journal is never changed.")


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, record: models.Model) -> Self:
        return self.filter(about_type=record._meta.label_lower, about_id=record.pk)


class Reservation(models.Model):
    """Pieces of a level that are promised to a record: an order's line, a task's part."""

    level = models.ForeignKey(StockLevel, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.PositiveIntegerField(_("quantity"))
    about_type = models.CharField(max_length=60)
    about_id = models.PositiveBigIntegerField()
    about_name = models.CharField(max_length=200)
    about_url = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(
                name="open_reservations_about",
                fields=["about_type", "about_id"],
                condition=Q(ended_at=None),
            ),
        )
        constraints = (
            models.CheckConstraint(name="reservation_is_positive", condition=Q(quantity__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.level} × {self.quantity}"


class ReplenishmentQuerySet(models.QuerySet["Replenishment"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def visible_to(self, user: Employee) -> Self:
        own, outlet = Q(location__employee=user.pk), Q(location__outlet=user.outlet_id)
        return user.scoped(self, "stock.view", outlet=outlet, own=own)


class Replenishment(models.Model):
    """Pieces of a part that were ordered for a place, until they came or will not."""

    location = models.ForeignKey(
        StockLocation, verbose_name=_("for"), on_delete=models.PROTECT, related_name="ordered"
    )
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="ordered"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    received = models.PositiveIntegerField(_("received"), default=0)
    expected_on = models.DateField(_("expected on"))
    supplier = models.CharField(_("supplier"), max_length=200, blank=True)
    ordered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ReplenishmentQuerySet.as_manager()

    class Meta:
        ordering = ("expected_on", "pk")
        verbose_name = _("replenishment")
        indexes = (
            models.Index(
                name="open_replenishments",
                fields=["part", "location", "expected_on"],
                condition=Q(closed_at=None),
            ),
            models.Index(name="replenishments_by_day", fields=["expected_on", "id"]),
        )
        constraints = (
            models.CheckConstraint(
                name="no_more_is_received_than_was_ordered",
                condition=Q(quantity__gt=0, received__lte=F("quantity")),
            ),
            models.CheckConstraint(
                name="what_came_in_full_is_closed",
                condition=Q(received__lt=F("quantity")) | Q(closed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} × {self.quantity}"

    def get_absolute_url(self) -> str:
        return reverse("orders:replenishment", args=[self.pk])

    @property
    def open_quantity(self) -> int:
        return 0 if self.closed_at else self.quantity - self.received


class StockDifferenceQuerySet(models.QuerySet["StockDifference"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def of(self, record: models.Model) -> Self:
        return self.filter(about_type=record._meta.label_lower, about_id=record.pk)

    def visible_to(self, user: Employee) -> Self:
        own, outlet = Q(location__employee=user.pk), Q(location__outlet=user.outlet_id)
        return user.scoped(self, "stock.view", outlet=outlet, own=own)


class StockDifference(models.Model):
    """What the books did not hold: used beyond the stock of a van, or missing from a transfer.

    Somebody settles it: from or to a place, or as gone.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=DifferenceKind)
    location = models.ForeignKey(
        StockLocation, verbose_name=_("place"), on_delete=models.PROTECT, related_name="differences"
    )
    part = models.ForeignKey(
        Part, verbose_name=_("part"), on_delete=models.PROTECT, related_name="differences"
    )
    bin = models.CharField(_("bin"), max_length=10, choices=Bin, default=Bin.GOOD)
    quantity = models.PositiveIntegerField(_("quantity"))
    held = models.PositiveIntegerField(_("held"), default=0)
    serials = models.JSONField(default=list, blank=True)
    about_type = models.CharField(max_length=60)
    about_id = models.PositiveBigIntegerField()
    about_name = models.CharField(max_length=200)
    about_url = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = StockDifferenceQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("stock difference")
        indexes = (
            models.Index(
                name="differences_to_settle",
                fields=["location", "id"],
                condition=Q(settled_at=None),
            ),
            models.Index(name="differences_about", fields=["about_type", "about_id"]),
        )
        constraints = (
            models.CheckConstraint(name="difference_is_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="settled_difference_says_by_whom",
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} × {self.quantity}"

    def get_absolute_url(self) -> str:
        return reverse("orders:difference", args=[self.pk])
