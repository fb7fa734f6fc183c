import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from employees.choices import Role
from expenses import actions, queries
from expenses.choices import Status
from expenses.models import ExpenseClaim, PaymentRun
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.expenses import BudgetFactory, ExpenseClaimFactory, ExpenseLineFactory

NINE = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
PAYMENTS = "expenses:payments"


@pytest.fixture
def head(people):
    return people.department_head


def approved(amount=100, currency="CNY", left=None, **values):
    rate = 1 if currency == "CNY" else 7
    claim = ExpenseClaimFactory(approved=True, currency=currency, rate=rate, **values)
    verdict = {} if left is None else {"approved_amount": left, "verdict": "x"}
    ExpenseLineFactory(claim=claim, amount=amount, **verdict)
    return claim


def keys(*claims):
    return [claim.pk for claim in claims]


# Paying


def test_a_run_pays_what_was_left_and_every_claim_once(head):
    first, second, other = approved(), approved(100, left=20), approved()

    run = actions.pay_together(keys(first, second), currency="CNY", by=head, at=NINE)

    assert (run.number, run.amount, run.claim_count) == ("PR-2026-0001", 120, 2)
    paid = ExpenseClaim.objects.filter(status=Status.PAID, payment_run=run, paid_at=NINE)
    assert set(paid) == {first, second}
    other.refresh_from_db()
    assert (other.status, other.payment_run) == (Status.APPROVED, None)
    with pytest.raises(DomainError, match="nothing was paid"):
        actions.pay_together(keys(second, other), currency="CNY", by=head, at=NINE)
    assert PaymentRun.objects.count() == 1
    other.refresh_from_db()
    assert other.status == Status.APPROVED


@pytest.mark.parametrize("status", [each for each in Status if each != Status.APPROVED])
def test_only_approved_claims_are_paid(head, status):
    claim = ExpenseClaimFactory(**({} if status == Status.DRAFT else {status.value: True}))

    with pytest.raises(DomainError, match="nothing was paid"):
        actions.pay_together(keys(approved(), claim), currency="CNY", by=head, at=NINE)

    assert not PaymentRun.objects.exists()


def test_what_cannot_be_paid_together(head, people):
    for chosen, match in (
        ([], "at least one"),
        (keys(approved(claimant=head)), "your own"),
        (keys(approved(currency="USD")), "another currency"),
        ([10**9], "not there"),
    ):
        with pytest.raises(DomainError, match=match):
            actions.pay_together(chosen, currency="CNY", by=head, at=NINE)
    for who in ("service_manager", "administrator", "field_engineer"):
        with pytest.raises(DomainError, match="may not pay"):
            actions.pay_together(keys(approved()), currency="CNY", by=getattr(people, who), at=NINE)
    assert not PaymentRun.objects.exists()


def test_each_claimant_hears_of_it_and_the_trail_names_the_run(head):
    claims = approved(), approved()
    actions.pay_together(keys(*claims), currency="CNY", by=head, at=NINE)

    told = Activity.objects.filter(verb="expenses.paid_in_run", details__run="PR-2026-0001")
    assert sorted(told.values_list("subject_id", flat=True)) == sorted(keys(*claims))
    tell_pending(at=NINE)
    heard = set(Notification.objects.values_list("recipient", flat=True))
    assert heard == {claim.claimant_id for claim in claims}


# The pages


def test_the_list_says_what_waits_by_currency_without_one_s_own(logged_in, head):
    approved(), approved(50, left=20), approved(7, currency="USD"), approved(claimant=head)

    page = logged_in("department_head").get(reverse(PAYMENTS))

    waiting = [(each["currency"], each["count"], each["text"]) for each in page.context["waiting"]]
    assert waiting == [("CNY", 2, "¥120.00"), ("USD", 1, "$7.00")]
    assert page.context["own"] == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_for_one_row_and_three(
    logged_in, head, count, django_assert_max_num_queries
):
    for _ in range(count):
        actions.pay_together(keys(approved()), currency="CNY", by=head, at=NINE)
        approved()
    many = actions.pay_together(
        keys(*(approved() for _ in range(count))), currency="CNY", by=head, at=NINE
    )
    client = logged_in("department_head")
    pages = (
        (reverse(PAYMENTS), 8),
        (reverse("expenses:create_payment", args=["CNY"]), 7),
        (many.get_absolute_url(), 8),
    )
    for url, most in pages:
        client.get(url)
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200


def test_all_are_chosen_until_somebody_chooses_otherwise(logged_in, head):
    person = EmployeeFactory(role=Role.FIELD_ENGINEER)
    first, second = approved(claimant=person), approved(50, claimant=person)
    other = approved(30)
    client = logged_in("department_head")
    url = reverse("expenses:create_payment", args=["CNY"])

    def sums(page):
        return [[cell["text"] for cell in row["cells"][1:]] for row in page.context["sums"]]

    assert sorted(sums(client.get(url))) == [["1", "¥30.00"], ["2", "¥150.00"], ["3", "¥180.00"]]
    page = client.post(url, {"claims": keys(first, other), "preview": "yes"})
    assert sums(page)[-1] == ["2", "¥130.00"]
    assert not PaymentRun.objects.exists()
    answers = [client.post(url, {"claims": keys(first, other), "once": "k"}) for _ in range(2)]

    run = PaymentRun.objects.get()
    assert [answer.url for answer in answers] == [run.get_absolute_url()] * 2
    second.refresh_from_db()
    assert (run.amount, second.status) == (130, Status.APPROVED)
    page = client.get(run.get_absolute_url()).content.decode()
    assert first.number in page
    assert second.number not in page


def test_another_window_pays_nothing_twice(logged_in, head):
    claim = approved()
    client, url = logged_in("department_head"), reverse("expenses:create_payment", args=["CNY"])
    client.post(url, {"claims": keys(claim), "once": "a"})

    page = client.post(url, {"claims": keys(claim), "once": "b"})

    assert page.status_code == 422
    assert "nothing was paid" in page.content.decode()
    assert client.post(url, {"claims": "nonsense"}).status_code == 422
    assert client.post(url, {"claims": "9" * 30}).status_code == 422
    assert PaymentRun.objects.count() == 1


def test_the_file_for_accounting_has_its_layout_and_no_formula(logged_in, head):
    outlet = OutletFactory(code="SH")
    person = EmployeeFactory(employee_no="E77", name="=cmd()", outlet=outlet)
    claim = approved(100, currency="USD", left=20, claimant=person, note="+1")
    run = actions.pay_together(keys(claim), currency="USD", by=head, at=NINE)

    url = reverse("expenses:export_payment", args=[run.number])
    content = logged_in("department_head").get(url).content

    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(StringIO(content.decode("utf-8-sig")))
    assert row == {
        "payment_run": run.number,
        "paid_on": "2026-03-05",
        "claim_no": claim.number,
        "employee_no": "E77",
        "name": "'=cmd()",
        "outlet": "SH",
        "currency": "USD",
        "claimed": "100.00",
        "paid": "20.00",
        "rate": "7",
        "submitted_on": "2026-03-03",
        "approved_on": "2026-03-03",
        "approved_by": str(claim.decided_by),
        "note": "'+1",
    }


# Budgets


@pytest.fixture
def outlet(people):
    return people.field_engineer.outlet


def spend(claimant, amount, day="2026-03-31", **traits):
    claim = ExpenseClaimFactory(claimant=claimant, **traits)
    ExpenseLineFactory(claim=claim, amount=amount, spent_on=date.fromisoformat(day))
    return claim


def test_a_budget_is_used_by_what_is_approved_or_paid_in_its_month(people, outlet):
    BudgetFactory(outlet=outlet, amount=1000)
    claimant = people.field_engineer
    spend(claimant, 100, "2026-03-01", approved=True)
    spend(claimant, 10, paid=True)
    spend(claimant, 5000, "2026-02-28", paid=True)
    spend(claimant, 5000, "2026-04-01", paid=True)
    spend(claimant, 7, submitted=True)
    spend(claimant, 8, passed_on=True)
    spend(claimant, 5000)
    spend(claimant, 5000, rejected=True)
    spend(EmployeeFactory(outlet=OutletFactory(code="ELSE", name="他处")), 5000, paid=True)

    (month,) = queries.months_of(date(2026, 3, 1), [outlet])

    assert month.figures == (110, 15)
    assert (month.budget, month.left) == (1000, 890)


def test_the_approver_sees_what_the_claim_does_to_the_budget(logged_in, people, outlet):
    BudgetFactory(outlet=outlet, amount=10000)
    spend(people.field_engineer, 8200, paid=True)
    claim = spend(people.field_engineer, 950, submitted=True)
    ExpenseLineFactory(claim=claim, amount=5, spent_on=date(2026, 4, 1))  # no budget there

    said = f"{outlet.name}, March 2026: ¥8,200.00 of ¥10,000.00, with this claim ¥9,150.00."
    for who, shown in (("service_manager", True), ("field_engineer", False)):
        page = logged_in(who).get(claim.get_absolute_url())
        assert page.context["budgets"] == ([said] if shown else [])


def test_the_head_sets_budgets_and_a_manager_sees_the_own_outlet_s(logged_in, people, outlet):
    OutletFactory(code="ELSE", name="他处")
    index = reverse("expenses:budgets")
    url = reverse("expenses:budget", args=[outlet.code, "2026-03"])
    client = logged_in("department_head")

    assert client.post(url, {"amount": "10000"}).url == f"{index}?month=2026-03"
    rows = client.get(index, {"month": "2026-03"}).context["rows"]
    assert [row["cells"][1]["text"] for row in rows if row["cells"][0]["text"] == outlet.name] == [
        "¥10,000.00"
    ]
    manager = logged_in("service_manager")
    assert len(manager.get(index, {"month": "2026-03"}).context["rows"]) == 1
    assert manager.get(url).status_code == 403
    client = logged_in("department_head")
    client.post(url, {"amount": ""})
    assert not outlet.budgets.exists()
    assert client.get(reverse("expenses:budget", args=[outlet.code, "2026-13"])).status_code == 404


def test_the_figures_lead_to_their_claims(logged_in, people, outlet):
    counted = spend(people.field_engineer, 100, paid=True)
    waiting = spend(people.field_engineer, 7, submitted=True)
    spend(EmployeeFactory(outlet=OutletFactory(code="ELSE", name="他处")), 5, paid=True)
    client = logged_in("department_head")
    rows = client.get(reverse("expenses:budgets"), {"month": "2026-03"}).context["rows"]
    (cells,) = [row["cells"] for row in rows if row["cells"][0]["text"] == outlet.name]

    for at, claim in ((2, counted), (3, waiting)):
        found = client.get(cells[at]["url"]).context["page"].rows
        assert [row.cells[0].text for row in found] == [claim.number]


@pytest.mark.parametrize("count", [1, 3])
def test_the_budgets_cost_the_same_for_one_outlet_and_three(
    logged_in, people, count, django_assert_max_num_queries
):
    for number in range(count):
        BudgetFactory(outlet=OutletFactory(code=f"O{number}"))
    client = logged_in("department_head")
    client.get(reverse("expenses:budgets"))

    with django_assert_max_num_queries(7):
        client.get(reverse("expenses:budgets"))
