"""Billing: parts that add up to the cent, laid out anew as the contract changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts import actions
from contracts.billing import schedule
from contracts.choices import Rhythm, Status
from crmservice.errors import DomainError
from tests.factories.contracts import (
    ContractLineFactory,
    InstalmentFactory,
    ServiceContractFactory,
)

AT = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@given(
    st.decimals(0, 10**8, places=2),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 1500),
    st.sampled_from(Rhythm),
    st.booleans(),
)
def test_the_parts_add_up_and_cover_every_day_once(value, starts_on, days, rhythm, in_advance):
    ends_on = starts_on + days * DAY
    parts = schedule(value, "CNY", starts_on, ends_on, rhythm, in_advance=in_advance)

    assert sum(part.amount for part in parts) == value
    assert (parts[0].first, parts[-1].last) == (starts_on, ends_on)
    assert all(after.first == part.last + DAY for part, after in pairwise(parts))
    assert all(part.due_on == (part.first if in_advance else part.last + DAY) for part in parts)


def test_a_month_from_the_31st_ends_where_the_month_does():
    parts = schedule(
        Decimal(90), "CNY", date(2026, 1, 31), date(2026, 4, 29), Rhythm.MONTHLY, in_advance=True
    )

    assert [part.first.isoformat() for part in parts] == ["2026-01-31", "2026-02-28", "2026-03-31"]


@pytest.fixture
def quarterly(people):
    contract = ServiceContractFactory(in_approval=True, billing_rhythm=Rhythm.QUARTERLY)
    ContractLineFactory(contract=contract)
    return actions.approve(contract, by=people.department_head, at=AT)


def amounts(contract):
    return [str(each.amount) for each in contract.instalments.all()]


def test_approval_lays_the_parts_out(quarterly):
    assert amounts(quarterly) == ["14794.52", "14958.90", "15123.29", "15123.29"]


def test_a_terminated_contract_is_billed_to_its_last_day_and_what_is_invoiced_stays(
    quarterly, people
):
    first, second = quarterly.instalments.all()[:2]
    actions.invoice(
        first, invoice_no="INV-1", invoiced_on=AT.date(), by=people.service_manager, at=AT
    )

    actions.terminate(
        quarterly, on=date(2026, 5, 1), reason="停产", by=people.department_head, at=AT
    )

    assert amounts(quarterly) == ["14794.52", "4931.51"]  # 30 of 91 days of the second
    assert list(quarterly.instalments.values_list("last_on", flat=True)) == [
        first.last_on,
        date(2026, 4, 30),
    ]
    assert second.first_on == quarterly.instalments.last().first_on


@pytest.mark.parametrize("from_on", [date(2026, 2, 1), date(2026, 4, 8), date(2026, 10, 1)])
def test_what_is_amended_bills_the_value_to_the_cent(quarterly, people, from_on):
    quarterly.value = Decimal("1000.01")
    quarterly.save()
    new = actions.amend(quarterly, from_on=from_on, by=people.service_manager, at=AT)
    new = actions.submit(new, by=people.service_manager, at=AT)
    new = actions.approve(new, by=people.department_head, at=AT)

    billed = [*quarterly.instalments.all(), *new.instalments.all()]
    assert sum(part.amount for part in billed) == Decimal("1000.01")


def test_what_an_amendment_cut_short_is_billed_after_all_when_it_never_begins(quarterly, people):
    new = actions.amend(quarterly, from_on=date(2026, 6, 1), by=people.service_manager, at=AT)
    new = actions.submit(new, by=people.service_manager, at=AT)
    new = actions.approve(new, by=people.department_head, at=AT)
    for number, part in enumerate(quarterly.instalments.all()):
        actions.invoice(
            part,
            invoice_no=f"INV-{number}",
            invoiced_on=AT.date(),
            by=people.service_manager,
            at=AT,
        )
    actions.terminate(new, on=date(2026, 6, 1), reason="撤回", by=people.department_head, at=AT)

    parts = list(quarterly.instalments.order_by("first_on"))
    assert sum(part.amount for part in parts) == 60000
    assert all(after.first_on == part.last_on + DAY for part, after in pairwise(parts))
    june = parts[2]
    assert (june.first_on, june.due_on, june.invoiced_on) == (
        date(2026, 6, 1),
        date(2026, 6, 1),
        None,
    )


def test_another_rhythm_only_before_something_is_invoiced(quarterly, people):
    by = people.service_manager
    actions.set_billing(
        quarterly, billing_rhythm=Rhythm.YEARLY, billed_in_advance=False, by=by, at=AT
    )
    only = quarterly.instalments.get()
    assert (str(only.amount), only.due_on) == ("60000.00", date(2027, 1, 1))

    actions.invoice(only, invoice_no="INV-1", invoiced_on=AT.date(), by=by, at=AT)
    with pytest.raises(DomainError):
        actions.set_billing(
            quarterly, billing_rhythm=Rhythm.MONTHLY, billed_in_advance=False, by=by, at=AT
        )


def test_what_is_paid_was_invoiced_before(quarterly, people):
    by, each = people.service_manager, quarterly.instalments.first()
    with pytest.raises(DomainError):
        actions.pay(each, paid_on=AT.date(), by=by, at=AT)
    actions.invoice(each, invoice_no="INV-1", invoiced_on=AT.date(), by=by, at=AT)
    with pytest.raises(DomainError):
        actions.pay(each, paid_on=AT.date() - DAY, by=by, at=AT)

    assert actions.pay(each, paid_on=AT.date(), by=by, at=AT).paid_on == AT.date()


def test_the_export_holds_no_formula(client, people):
    InstalmentFactory(invoice_no="=1+1", invoiced_on=date(2026, 1, 2))
    client.force_login(people.service_manager)

    answer = client.get(reverse("contracts:billing_csv"), {"show": "invoiced"})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    client, people, count, django_assert_max_num_queries
):
    InstalmentFactory.create_batch(count)
    client.force_login(people.service_manager)

    with django_assert_max_num_queries(8):
        answer = client.get(reverse("contracts:billing"))

    assert answer.status_code == 200


def bill(part, number, people):
    return actions.invoice(
        part, invoice_no=number, invoiced_on=AT.date(), by=people.service_manager, at=AT
    )


@pytest.mark.parametrize(
    ("on", "given"),
    [
        (date(2026, 3, 31), [(date(2026, 3, 31), date(2026, 3, 31), "-164.38")]),
        (date(2026, 4, 1), []),
        (date(2026, 1, 1), [(date(2026, 1, 1), date(2026, 3, 31), "-14794.52")]),
    ],
)
def test_what_was_invoiced_beyond_the_end_is_credited_to_the_cent(quarterly, people, on, given):
    bill(quarterly.instalments.first(), "INV-1", people)

    actions.terminate(quarterly, on=on, reason="停产", by=people.department_head, at=AT)

    given_back = quarterly.instalments.filter(amount__lt=0)
    assert [(each.first_on, each.last_on, str(each.amount)) for each in given_back] == given
    assert quarterly.instalments.count() == 1 + len(given)


def test_an_amendment_credits_what_it_bills_anew_and_never_begun_gives_it_back(quarterly, people):
    bill(quarterly.instalments.first(), "INV-1", people)
    new = actions.amend(quarterly, from_on=date(2026, 2, 15), by=people.service_manager, at=AT)
    new = actions.submit(new, by=people.service_manager, at=AT)
    new = actions.approve(new, by=people.department_head, at=AT)

    credit = quarterly.instalments.get(amount__lt=0)
    assert (credit.first_on, credit.last_on) == (date(2026, 2, 15), date(2026, 3, 31))
    both = [*quarterly.instalments.all(), *new.instalments.all()]
    assert sum(part.amount for part in both) == 60000

    bill(credit, "CN-1", people)
    actions.terminate(new, on=new.starts_on, reason="撤回", by=people.department_head, at=AT)

    again = quarterly.instalments.get(first_on=credit.first_on, amount__gt=0)
    assert (again.last_on, again.amount) == (credit.last_on, -credit.amount)
    assert sum(part.amount for part in quarterly.instalments.all()) == 60000


def test_what_is_terminated_is_not_amended(quarterly, people):
    actions.terminate(
        quarterly, on=date(2026, 5, 1), reason="停产", by=people.department_head, at=AT
    )
    with pytest.raises(DomainError, match="in force"):
        actions.amend(quarterly, from_on=date(2026, 4, 1), by=people.service_manager, at=AT)


def test_whoever_changed_a_draft_does_not_approve_it(people):
    contract = ServiceContractFactory(status=Status.DRAFT, drafted_by=people.service_manager)
    ContractLineFactory(contract=contract)
    lines = list(contract.lines.all())
    actions.change(contract, {}, lines=lines, by=people.administrator, at=AT)
    assert not contract.is_written_by(people.administrator)  # nothing was changed
    actions.change(contract, {"note": "改"}, lines=lines, by=people.department_head, at=AT)
    actions.submit(contract, by=people.service_manager, at=AT)

    for verb in (actions.approve, lambda each, **who: actions.reject(each, reason="x", **who)):
        with pytest.raises(DomainError, match="did not write it"):
            verb(contract, by=people.department_head, at=AT)
