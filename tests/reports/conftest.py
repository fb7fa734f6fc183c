"""Facts as companies have them: few, or so many that they are kept in columns."""

import pytest

from reports import actions
from reports.models import FactBlock
from reports.queries import facts
from reports.queries.columns import layouts


@pytest.fixture(params=["database", "columns", "columns and rows"])
def counted_by(request, monkeypatch):
    """How facts are counted, once what it returns was called."""
    if request.param == "database":
        return lambda: None
    monkeypatch.setattr(layouts, "LARGE", 0)
    monkeypatch.setattr(layouts, "GAPS", 10_000)

    def keep():
        assert facts.are_current()
        actions.keep_columns()
        if request.param != "columns":  # every other day has changed since
            odd = [pk for pk, day in FactBlock.objects.values_list("pk", "day") if day % 2]
            FactBlock.objects.filter(pk__in=odd).delete()

    return keep
