"""manage.py rebuild_search"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crmservice.search import kinds
from crmservice.search.index import Document, index_many
from crmservice.search.models import Entry
from tests.search.conftest import MONDAY


def rebuild_houses():
    index_many(
        Document(kind="house", object_id=number, title=f"三一 {number}", url="/", rank_at=MONDAY)
        for number in (1, 2)
    )


@pytest.fixture
def said(add):
    """Runs the command and gives what it says."""
    kinds.register("house", "Houses", "building", "customers.view", rebuild=rebuild_houses)
    add("house", 9, names="old")
    add("machine.part", 9, names="kept")

    def run(*names):
        out = StringIO()
        call_command("rebuild_search", *names, stdout=out)
        return out.getvalue()

    return run


def test_every_kind_is_written_anew_and_one_without_rebuild_is_left(said):
    words = said()

    assert "house: 2 in" in words
    assert "machine.part: keeps its entries itself" in words
    assert set(Entry.objects.values_list("kind", "object_id")) == {
        ("house", 1),
        ("house", 2),
        ("machine.part", 9),
    }


def test_one_kind_can_be_named(said):
    assert "machine" not in said("house")


def test_an_unknown_kind_is_refused(said):
    with pytest.raises(CommandError, match="No such kind: castle"):
        said("castle")


def test_a_kind_of_odd_signs_is_refused(known_kinds):
    with pytest.raises(ValueError, match="no name of a kind"):
        kinds.register("Big House", "Houses", "building", "customers.view")
