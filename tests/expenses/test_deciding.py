from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.activity.wording import sentence
from crmservice.errors import DomainError
from employees.choices import AuthorityKind, Role
from expenses import actions, policies, queries
from expenses.actions import Verdict
from expenses.choices import Share, Status
from expenses.models import ExpenseClaim
from reports.queries.requests import claims_waiting
from tests.factories.employees import AuthorityFactory, EmployeeFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.service_requests import ServiceRequestFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def claimant(people):
    return people.field_engineer


@pytest.fixture
def limit(people):
    return AuthorityFactory(
        role=Role.SERVICE_MANAGER, kind=AuthorityKind.EXPENSE, limit=Decimal(2000)
    )


def submitted(claimant, *amounts, **values):
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True, **values)
    for amount in amounts:
        ExpenseLineFactory(claim=claim, amount=amount)
    return claim


def verdicts(claim, *said):
    lines = claim.lines.order_by("pk")
    return {
        line.pk: Verdict(Decimal(amount), reason)
        for line, (amount, reason) in zip(lines, said, strict=True)
    }


# In part


def test_only_what_is_approved_is_cost(people, claimant):
    service_request = ServiceRequestFactory()
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True, currency="USD", rate=7)
    for amount in (100, 50, 30):
        ExpenseLineFactory(claim=claim, amount=amount, service_request=service_request)
    said = verdicts(claim, (100, ""), ("20.01", "酒水不报"), (0, "无票据"))

    claim = actions.approve(claim, verdicts=said, by=people.department_head, at=NINE)

    assert (claim.status, claim.amount, claim.counted) == (Status.APPROVED, 180, Decimal("120.01"))
    assert queries.cost_of(service_request).expenses == Decimal("840.07")
    assert queries.cost_by("request")[service_request.pk].expenses == Decimal("840.07")
    rows = queries.rows_of(Share.EXPENSES, service_request)
    assert sorted(rows.values_list("cents", flat=True)) == [14007, 70000]


def test_what_the_history_approved_counts_in_full(claimant):
    service_request = ServiceRequestFactory()
    claim = ExpenseClaimFactory(claimant=claimant, paid=True)
    ExpenseLineFactory(claim=claim, amount=100, service_request=service_request)

    assert queries.cost_of(service_request).expenses == 100


@pytest.mark.parametrize(
    ("amount", "reason", "match"),
    [
        ("-0.01", "x", "from nothing"),
        ("100.01", "x", "from nothing"),
        ("99.99", " ", "needs its reason"),
        ("99.999", "x", "no such fractions"),
        ("100", "", None),
        ("99.99", "x", None),
    ],
)
def test_what_may_be_left_of_a_line(people, claimant, amount, reason, match):
    claim = submitted(claimant, 100)
    by = {"by": people.department_head, "at": NINE}
    said = verdicts(claim, (amount, reason))

    if match:
        with pytest.raises(DomainError, match=match):
            actions.approve(claim, verdicts=said, **by)
    else:
        assert actions.approve(claim, verdicts=said, **by).counted == Decimal(amount)


def test_nothing_left_is_a_rejection(people, claimant):
    claim = submitted(claimant, 100, 50)
    said = verdicts(claim, (0, "x"), (0, "x"))

    with pytest.raises(DomainError, match="reject the claim"):
        actions.approve(claim, verdicts=said, by=people.department_head, at=NINE)


def test_a_verdict_on_a_line_that_is_not_there_is_refused(people, claimant):
    claim, other = submitted(claimant, 100), submitted(claimant, 50)

    with pytest.raises(DomainError, match="changed meanwhile"):
        actions.approve(
            claim, verdicts=verdicts(other, (50, "")), by=people.department_head, at=NINE
        )


def test_the_claimant_is_told_what_and_why(people, claimant):
    claim = submitted(claimant, 100, 50)
    said = verdicts(claim, (100, ""), (20, "酒水不报"))
    actions.approve(claim, verdicts=said, by=people.department_head, at=NINE)

    activity = Activity.objects.get()
    words = sentence(activity.verb, activity.details).text
    assert words == "approved ¥120.00 of ¥150.00: line 2: ¥20.00 of ¥50.00, 酒水不报"
    tell_pending(at=NINE)
    assert list(Notification.objects.values_list("recipient", flat=True)) == [claimant.pk]


def test_what_was_cut_is_whole_again_when_it_comes_back(people, claimant):
    head = {"by": people.department_head, "at": NINE}
    AuthorityFactory(role=Role.SERVICE_MANAGER, kind="expense", limit=0)
    claim = submitted(claimant, 100)
    said = verdicts(claim, (50, "x"))
    actions.approve(claim, verdicts=said, by=people.service_manager, at=NINE)

    claim = actions.send_back(claim, reason="x", **head)

    assert (claim.status, claim.counted, claim.passed_by) == (Status.DRAFT, 100, None)


# Two steps


@pytest.mark.parametrize(
    ("amounts", "said", "status"),
    [
        ((2000,), None, Status.APPROVED),
        ((2000, "0.01"), None, Status.PASSED_ON),
        ((3400,), ((2000, "x"),), Status.APPROVED),
        ((3400,), (("2000.01", "x"),), Status.PASSED_ON),
    ],
)
def test_beyond_the_limit_a_head_decides_what_is_left(
    people, claimant, limit, amounts, said, status
):
    claim = submitted(claimant, *amounts)
    given = {"verdicts": verdicts(claim, *said)} if said else {}

    claim = actions.approve(claim, **given, by=people.service_manager, at=NINE)

    assert claim.status == status
    assert claim.passed_limit == (2000 if status == Status.PASSED_ON else None)


def test_the_limit_is_in_base_currency(people, claimant, limit):
    claim = submitted(claimant, 300, currency="USD", rate=7)

    claim = actions.approve(claim, by=people.service_manager, at=NINE)

    assert claim.status == Status.PASSED_ON


def test_a_person_s_own_limit_goes_before_the_role_s(people, claimant, limit):
    AuthorityFactory(role="", employee=people.service_manager, kind="expense", limit=5000)

    claim = actions.approve(submitted(claimant, 3400), by=people.service_manager, at=NINE)

    assert claim.status == Status.APPROVED


def test_without_a_limit_and_for_the_head_one_step_is_enough(people, claimant):
    AuthorityFactory(role=Role.DEPARTMENT_HEAD, kind="expense", limit=0)
    for judge in (people.service_manager, people.department_head):
        claim = actions.approve(submitted(claimant, 99999), by=judge, at=NINE)
        assert claim.status == Status.APPROVED


def test_the_second_step_is_another_head_s(people, claimant, limit):
    claim = actions.approve(submitted(claimant, 3400), by=people.service_manager, at=NINE)
    promoted = people.service_manager
    other_manager = EmployeeFactory(role=Role.SERVICE_MANAGER, outlet=claimant.outlet)

    assert list(ExpenseClaim.objects.to_decide_by(people.department_head)) == [claim]
    for role, judge in ((Role.SERVICE_MANAGER, other_manager), (Role.DEPARTMENT_HEAD, promoted)):
        judge.role = role
        judge.save()
        assert not ExpenseClaim.objects.to_decide_by(judge).exists()
        assert not policies.may_decide(judge, claim)
        for verb in (actions.approve, actions.reject, actions.send_back):
            with pytest.raises(DomainError, match="passed on"):
                verb(
                    claim, by=judge, at=NINE, **({} if verb is actions.approve else {"reason": "x"})
                )
    claim = actions.approve(claim, by=people.department_head, at=NINE)

    assert (claim.passed_by, claim.decided_by) == (promoted, people.department_head)


def test_the_head_keeps_what_the_manager_cut_unless_it_is_changed(people, claimant, limit):
    claim = submitted(claimant, 3000, 400)
    said = verdicts(claim, (2900, "x"), (400, ""))
    claim = actions.approve(claim, verdicts=said, by=people.service_manager, at=NINE)

    claim = actions.approve(claim, by=people.department_head, at=NINE)

    assert claim.counted == 3300


def test_heads_and_claimant_hear_of_the_first_step(people, claimant, limit):
    other = EmployeeFactory(role=Role.DEPARTMENT_HEAD, employee_no="head_too")
    own = submitted(other, 3400)
    other.outlet = people.service_manager.outlet
    other.save()
    actions.approve(own, by=people.service_manager, at=NINE)

    tell_pending(at=NINE)
    told = Notification.objects.values_list("recipient__employee_no", flat=True)
    assert sorted(told) == ["department_head", "head_too"]  # the other head is the claimant
    activity = Activity.objects.get()
    words = sentence(activity.verb, activity.details).text
    assert words == "approved the claim; it waits for the head: ¥3,400.00 > ¥2,000.00"


def test_what_waits_for_the_head_may_be_taken_back(people, claimant, limit):
    claim = actions.approve(submitted(claimant, 3400), by=people.service_manager, at=NINE)

    claim = actions.withdraw(claim, by=claimant, at=NINE)

    assert (claim.status, claim.passed_by, claim.passed_limit) == (Status.DRAFT, None, None)


def test_it_counts_as_waiting_in_the_reports(people, claimant, limit):
    actions.approve(submitted(claimant, 3400), by=people.service_manager, at=NINE)

    class Asked:
        user = people.department_head

    assert claims_waiting(Asked).count() == 1


# On the pages


def test_the_page_decides_line_by_line(logged_in, people, claimant):
    claim = submitted(claimant, 100, 50)
    first, second = claim.lines.order_by("pk")
    client, url = logged_in("service_manager"), reverse("expenses:approve", args=[claim.number])

    form = client.get(url).context["form"]
    assert form[f"amount_{first.pk}"].value() == Decimal(100)
    sent = {"version": 1, f"amount_{first.pk}": "100", f"amount_{second.pk}": "20"}
    refused = client.post(url, sent)
    assert (refused.status_code, list(refused.context["form"].errors)) == (
        422,
        [f"reason_{second.pk}"],
    )
    client.post(url, {**sent, f"reason_{second.pk}": "酒水不报"})

    page = logged_in("field_engineer").get(claim.get_absolute_url()).content.decode()
    for text in ("¥20.00", "of ¥50.00: 酒水不报", "¥120.00", "of ¥150.00 claimed"):
        assert text in page


def test_the_steps_say_that_the_head_is_next(logged_in, people, claimant, limit):
    claim = submitted(claimant, 3400)
    url = reverse("expenses:approve", args=[claim.number])
    client = logged_in("service_manager")
    assert "then waits for the department head" in client.get(url).content.decode()
    client.post(url, {"version": 1})

    said = "has approved it; it waits for the head: ¥3,400.00 &gt; ¥2,000.00."
    page = logged_in("field_engineer").get(claim.get_absolute_url())
    assert [step["state"] for step in page.context["path"]] == [
        "done", "done", "now", "todo", "todo",
    ]  # fmt: skip
    assert said in page.content.decode()
    page = client.get(claim.get_absolute_url())
    assert page.context["step"] is None
    assert client.post(url).status_code == 403
    step = logged_in("department_head").get(claim.get_absolute_url()).context["step"]
    assert (step.url, "¥3,400.00 > ¥2,000.00" in step.text) == (url, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_the_decision_costs_the_same_for_one_line_and_three(
    logged_in, claimant, count, django_assert_max_num_queries
):
    claim = submitted(claimant, *[10] * count)
    client, url = logged_in("department_head"), reverse("expenses:approve", args=[claim.number])
    client.get(url)

    with django_assert_max_num_queries(9):
        page = client.get(url)

    assert len(page.context["lines"]) == count
