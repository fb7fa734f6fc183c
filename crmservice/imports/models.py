"""What must be remembered of an import that moves dates, so that a second run moves them alike."""

from django.db import models


class Source(models.Model):
    """A folder whose dates were moved, by how many days, and whether all of it is in."""

    name = models.CharField(max_length=300, unique=True)
    shift_days = models.IntegerField()
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
