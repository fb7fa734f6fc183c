"""Facts of a day once more, column by column: what many rows say is read in one go (ADR 0097)."""

from django.db import models


class FactBlock(models.Model):
    """That the facts of one day lie in columns as they are: the row goes, by a trigger, with the
    first change of one of these facts. `layout` tells which facts, and by which moment (`columns`);
    `day` counts from 1970, in UTC for moments.
    """

    layout = models.CharField(max_length=10)
    day = models.IntegerField()
    rows = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(name="one_block_a_day", fields=["layout", "day"]),)

    def __str__(self) -> str:
        return f"{self.layout} {self.day}"


class FactColumn(models.Model):
    """What all facts of a block say in one field; never changed, and left over when it goes."""

    block = models.BigIntegerField()
    name = models.CharField(max_length=20)
    data = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_column_a_block", fields=["block", "name"]),
        )

    def __str__(self) -> str:
        return f"{self.block} {self.name}"
