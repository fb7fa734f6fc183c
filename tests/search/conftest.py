"""A small world to search in, of kinds that no app knows."""

from datetime import UTC, datetime, timedelta

import pytest

from crmservice.search import kinds
from crmservice.search.index import index

MONDAY = datetime(2026, 1, 5, 4, tzinfo=UTC)


@pytest.fixture
def known_kinds(monkeypatch):
    """Two kinds only, whatever the apps have registered."""
    monkeypatch.setattr(kinds, "KINDS", {})
    monkeypatch.setattr("crmservice.search.query.KINDS", kinds.KINDS)
    monkeypatch.setattr("crmservice.search.views.KINDS", kinds.KINDS)
    monkeypatch.setattr("crmservice.search.management.commands.rebuild_search.KINDS", kinds.KINDS)
    kinds.register("house", "Houses", "building", "customers.view")
    kinds.register("machine.part", "Parts", "engine", "expenses.view")
    return kinds.KINDS


@pytest.fixture
def add(db, known_kinds):
    """`add("house", 1, names=...)` writes an entry; the title is the first name or code."""

    def write(kind="house", object_id=1, *, days=0, **content):
        for field in ("names", "codes", "words", "phones", "body"):
            if isinstance(content.get(field), str):
                content.setdefault("title", content[field])
        content.setdefault("title", f"{kind} {object_id}")
        content.setdefault("url", f"/{kind}/{object_id}/")
        index(kind, object_id, rank_at=MONDAY + timedelta(days=days), **content)

    return write
