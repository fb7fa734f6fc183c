"""The trail: in the order of what happened, page by page, and never changed (trust.md S-49)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from crmservice.activity.models import Activity, Filing
from crmservice.activity.trail import record, timeline
from tests.factories.customers import CustomerFactory

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def entry(db):
    return record(CustomerFactory(), "tests.done", by=None, at=AT, text="as it was")


def test_what_is_entered_late_is_neither_skipped_nor_shown_twice(db):
    customer = CustomerFactory()
    for minutes in (0, 10, 20, 5, 15, 15, 25, 1):
        record(customer, "tests.done", by=None, at=AT + minutes * MINUTE)

    pages, before = [], None
    while page := timeline(customer, limit=3, before=before):
        pages += page
        before = page[-1].at, page[-1].pk

    assert pages == timeline(customer)
    assert len(pages) == 8
    assert [each.at for each in pages] == sorted((each.at for each in pages), reverse=True)


@pytest.mark.parametrize(
    ("model", "column"),
    [
        pytest.param(model, field.column, id=f"{model.__name__}.{field.name}")
        for model in (Activity, Filing)
        for field in model._meta.concrete_fields
        if field.name != "told_at"
    ],
)
def test_the_database_refuses_a_change_of_each_column(entry, model, column):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update {model._meta.db_table} set {column} = {column}")


@pytest.mark.parametrize("model", [Activity, Filing])
def test_the_database_refuses_a_deletion(entry, model):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"delete from {model._meta.db_table}")

    assert model.objects.count() == 1


@pytest.mark.parametrize("model", [Activity, Filing])
def test_a_record_of_the_trail_is_neither_saved_again_nor_deleted(entry, model):
    kept = model.objects.get()
    for change in (kept.save, kept.delete):
        with pytest.raises(TypeError):
            change()


def test_that_it_was_told_is_noted(entry):
    assert Activity.objects.filter(pk=entry.pk, told_at=None).update(told_at=AT) == 1
