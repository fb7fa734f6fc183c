"""Which columns a query names: to write one into SQL costs more than to read it."""

from django.db import models


def own_columns(model: type[models.Model]) -> list[str]:
    """A record's own fields, for `only()`, which else would leave them out beside joined ones."""
    return [field.name for field in model._meta.concrete_fields]
