from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tell import tell_pending
from crmservice.errors import DomainError
from employees.choices import AuthorityKind, Role
from employees.models import Authority, Employee
from expenses import actions, policies
from expenses.actions import Outlay
from expenses.choices import TRANSITIONS, Category, Status
from expenses.models import ExpenseClaim
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.service_requests import ServiceRequestFactory

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
TICKET = Outlay(category=Category.TRANSPORT, amount=Decimal("86.50"), spent_on=TODAY)


def outlay(**values):
    return Outlay(**{**TICKET.__dict__, **values})


@pytest.fixture
def claimant(people):
    return people.field_engineer


@pytest.fixture
def claim(claimant):
    return actions.create(lines=[TICKET], by=claimant, at=NINE)


# Writing


def test_a_claim_is_a_numbered_draft_of_one_s_own(claim, claimant):
    assert (claim.number, claim.status, claim.claimant) == ("EX-2026-0001", Status.DRAFT, claimant)
    assert claim.amount == Decimal("86.50")


def test_a_task_says_the_request_and_the_customer(claimant):
    service_request = ServiceRequestFactory()
    task = TaskFactory(service_request=service_request, customer=service_request.customer)

    claim = actions.create(lines=[outlay(task=task)], by=claimant, at=NINE)

    line = claim.lines.get()
    assert (line.service_request, line.customer) == (service_request, service_request.customer)
    assert Activity.objects.get().filings.count() == 3  # claim, request, task


def test_a_request_says_the_customer_and_a_task_without_one_its_own(claimant):
    service_request, task = ServiceRequestFactory(), TaskFactory()
    lines = [outlay(service_request=service_request), outlay(task=task), TICKET]

    claim = actions.create(lines=lines, by=claimant, at=NINE)

    customers = [line.customer for line in claim.lines.order_by("pk")]
    assert customers == [service_request.customer, task.customer, None]


def test_contradictions_are_refused_with_their_line(claimant):
    task = TaskFactory(service_request=ServiceRequestFactory())

    for second in (
        outlay(task=task, service_request=ServiceRequestFactory()),
        outlay(service_request=ServiceRequestFactory(), customer=CustomerFactory()),
    ):
        with pytest.raises(DomainError, match="Line 2"):
            actions.create(lines=[TICKET, second], by=claimant, at=NINE)
    assert not ExpenseClaim.objects.exists()


@pytest.mark.parametrize(
    ("values", "is_allowed"),
    [
        ({"amount": Decimal("0.01")}, True),
        ({"amount": Decimal(0)}, False),
        ({"amount": Decimal(-1)}, False),
        ({"spent_on": TODAY}, True),
        ({"spent_on": TODAY + DAY}, False),
    ],
)
def test_an_outlay_is_more_than_zero_and_not_in_the_future(claimant, values, is_allowed):
    def write():
        return actions.create(lines=[outlay(**values)], by=claimant, at=NINE)

    if is_allowed:
        assert write().pk
    else:
        with pytest.raises(DomainError):
            write()


def test_today_is_the_organisation_s(claimant):
    """At 16:30 in UTC it is tomorrow in Shanghai already."""
    late = NINE.replace(hour=16, minute=30)

    assert actions.create(lines=[outlay(spent_on=TODAY + DAY)], by=claimant, at=late).pk


@pytest.mark.parametrize(
    ("currency", "rate", "amount", "is_allowed"),
    [
        ("CNY", None, "1.23", True),
        ("USD", Decimal("7.1"), "1.23", True),
        ("USD", None, "1.23", False),
        ("USD", Decimal(0), "1.23", False),
        ("JPY", Decimal("0.047"), "123", True),
        ("JPY", Decimal("0.047"), "1.5", False),
        ("XYZ", Decimal(1), "1", False),
    ],
)
def test_a_currency_needs_its_rate_and_has_its_fractions(
    claimant, currency, rate, amount, is_allowed
):
    written = {"lines": [outlay(amount=Decimal(amount))], "currency": currency, "rate": rate}

    if is_allowed:
        claim = actions.create(**written, by=claimant, at=NINE)
        assert claim.rate == (rate or 1)
    else:
        with pytest.raises(DomainError):
            actions.create(**written, by=claimant, at=NINE)


def test_a_claim_needs_a_line(claimant, claim):
    with pytest.raises(DomainError):
        actions.create(lines=[], by=claimant, at=NINE)
    with pytest.raises(DomainError):
        actions.change(claim, lines=[], currency="CNY", by=claimant, at=NINE)


def test_lines_are_added_changed_and_removed(claim, claimant):
    first = claim.lines.get()
    meal = outlay(category=Category.MEALS, amount=Decimal(30))
    actions.change(claim, lines=[outlay(pk=first.pk), meal], currency="CNY", by=claimant, at=NINE)
    assert claim.lines.count() == 2

    dearer = outlay(pk=first.pk, amount=Decimal(90))
    claim = actions.change(claim, lines=[dearer], currency="CNY", by=claimant, at=NINE)

    assert [(line.pk, line.amount) for line in claim.lines.all()] == [(first.pk, Decimal(90))]


def test_a_line_of_another_claim_is_not_taken_over(claim, claimant):
    other = ExpenseLineFactory()

    actions.change(claim, lines=[outlay(pk=other.pk)], currency="CNY", by=claimant, at=NINE)

    other.refresh_from_db()
    assert other.claim != claim


def test_two_windows_do_not_overwrite_each_other(claim, claimant):
    seen = claim.version
    written = {"lines": [TICKET], "currency": "CNY", "by": claimant, "at": NINE}
    actions.change(claim, version=seen, **written)

    with pytest.raises(DomainError, match="another window"):
        actions.change(claim, version=seen, **written)


@pytest.mark.parametrize("status", Status)
def test_only_drafts_and_rejected_claims_are_written(claimant, status):
    traits = {} if status == Status.DRAFT else {status.value: True}
    claim = ExpenseClaimFactory(claimant=claimant, **traits)
    written = {"lines": [TICKET], "currency": "CNY", "by": claimant, "at": NINE}

    if status in (Status.DRAFT, Status.REJECTED):
        claim = actions.change(claim, **written)
        assert (claim.status, claim.decided_by, claim.decision) == (Status.DRAFT, None, "")
    else:
        with pytest.raises(DomainError, match="take it back"):
            actions.change(claim, **written)


def test_nobody_writes_or_submits_for_another(people, claim):
    head = {"by": people.department_head, "at": NINE}

    for attempt in (
        lambda: actions.change(claim, lines=[TICKET], currency="CNY", **head),
        lambda: actions.submit(claim, **head),
        lambda: actions.withdraw(claim, **head),
    ):
        with pytest.raises(DomainError, match="Only"):
            attempt()


def test_a_claim_is_taken_back_only_before_the_decision(people, claim, claimant):
    mine = {"by": claimant, "at": NINE}
    with pytest.raises(DomainError):
        actions.withdraw(claim, **mine)
    actions.submit(claim, **mine)
    assert actions.withdraw(claim, **mine).status == Status.DRAFT
    actions.submit(claim, **mine)
    actions.approve(claim, by=people.department_head, at=NINE)
    with pytest.raises(DomainError):
        actions.withdraw(claim, **mine)


# Deciding


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("department_head", True),
        ("service_manager", True),
        ("supervisor", True),
        ("field_engineer", False),  # the claimant
        ("senior_engineer", False),
        ("administrator", False),
        ("sales", False),
        ("manager_elsewhere", False),
        ("left", False),
    ],
)
def test_who_judges_a_claim(people, claimant, who, may):
    people.supervisor = EmployeeFactory(role=Role.SENIOR_ENGINEER, outlet=claimant.outlet)
    people.manager_elsewhere = EmployeeFactory(outlet=OutletFactory(partner=True))
    people.left = EmployeeFactory(role=Role.DEPARTMENT_HEAD, is_active=False)
    claimant.supervisor = people.supervisor
    claimant.save()
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True)
    judge = getattr(people, who)

    assert policies.may_decide(judge, claim) is may
    waiting = ExpenseClaim.objects.to_decide_by(judge) if judge.is_active else []
    assert list(waiting) == ([claim] if may else [])
    if may:
        assert actions.approve(claim, by=judge, at=NINE).decided_by == judge
    else:
        with pytest.raises(DomainError):
            actions.approve(claim, by=judge, at=NINE)


@pytest.mark.parametrize("status", Status)
def test_the_states_allow_what_the_table_says(people, status):
    head = {"by": people.department_head, "at": NINE}
    verbs = {
        Status.APPROVED: lambda c: actions.approve(c, **head),
        Status.REJECTED: lambda c: actions.reject(c, reason="x", **head),
    }
    for target, verb in verbs.items():
        claim = ExpenseClaimFactory(**({} if status == Status.DRAFT else {status.value: True}))
        if target in TRANSITIONS[status]:
            assert verb(claim).status == target
        else:
            with pytest.raises(DomainError, match="cannot become"):
                verb(claim)


@pytest.mark.parametrize("verb", ["reject", "send_back"])
def test_a_no_says_why(people, verb):
    claim = ExpenseClaimFactory(submitted=True)
    act = getattr(actions, verb)

    with pytest.raises(DomainError):
        act(claim, reason="  ", by=people.department_head, at=NINE)
    claim = act(claim, reason="无发票", by=people.department_head, at=NINE)
    assert claim.status == (Status.REJECTED if verb == "reject" else Status.DRAFT)


def test_what_changed_since_it_was_looked_at_is_not_approved(people, claim, claimant):
    seen = actions.submit(claim, by=claimant, at=NINE).version
    actions.withdraw(claim, by=claimant, at=NINE)
    dear = outlay(amount=Decimal(9999))
    actions.change(claim, lines=[dear], currency="CNY", by=claimant, at=NINE)
    now = actions.submit(claim, by=claimant, at=NINE).version
    head = {"by": people.department_head, "at": NINE}

    with pytest.raises(DomainError, match="changed meanwhile"):
        actions.approve(claim, version=seen, **head)
    assert actions.approve(claim, version=now, **head).status == Status.APPROVED


def heard():
    tell_pending(at=NINE)
    return sorted(Notification.objects.values_list("recipient__employee_no", flat=True))


def test_the_supervisor_hears_else_the_manager_else_the_head(people, claim, claimant):
    actions.submit(claim, by=claimant, at=NINE)
    assert heard() == ["service_manager"]

    Notification.objects.all().delete()
    people.service_manager.is_active = False
    people.service_manager.save()
    actions.withdraw(claim, by=claimant, at=NINE)
    actions.submit(claim, by=claimant, at=NINE)
    assert heard() == ["department_head"]

    Notification.objects.all().delete()
    claimant.supervisor = people.senior_engineer
    claimant.save()
    actions.withdraw(claim, by=claimant, at=NINE)
    actions.submit(claim, by=claimant, at=NINE)
    assert heard() == ["senior_engineer"]


def test_the_claimant_hears_every_decision(people, claimant):
    head = {"by": people.department_head, "at": NINE}
    first, second, third = (
        ExpenseClaimFactory(claimant=claimant, submitted=True) for _ in range(3)
    )
    ExpenseLineFactory(claim=first)
    actions.approve(first, **head)
    actions.pay_together([first.pk], currency=first.currency, **head)
    actions.reject(second, reason="x", **head)
    actions.send_back(third, reason="x", **head)

    assert heard() == ["field_engineer"] * 4


# Four eyes, whatever anybody tries in whatever order (S-12)

SOON = settings(
    derandomize=True,
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


LIMITED = {Role.SERVICE_MANAGER, Role.SENIOR_ENGINEER}
DECISIONS = [
    f"expenses.{verb}" for verb in ("approved", "approved_in_part", "passed_on", "rejected", "paid")
]


class FourEyes(RuleBasedStateMachine):
    """Anybody tries anything, and roles change in between."""

    claims = Bundle("claims")
    people = st.integers(0, 4)

    def __init__(self):
        super().__init__()
        outlet, elsewhere = OutletFactory(), OutletFactory(partner=True)
        roles = (Role.FIELD_ENGINEER, Role.SERVICE_MANAGER, Role.DEPARTMENT_HEAD, Role.SALES)
        self.staff = [EmployeeFactory(role=role, outlet=outlet) for role in roles]
        self.staff.append(EmployeeFactory(role=Role.SERVICE_MANAGER, outlet=elsewhere))
        self.staff[0].supervisor = self.staff[1]
        self.staff[0].save()
        self.approved = {}
        for role, limit in ((Role.SERVICE_MANAGER, 500), (Role.SENIOR_ENGINEER, 0)):
            Authority.objects.get_or_create(
                role=role, kind=AuthorityKind.EXPENSE, defaults={"limit": Decimal(limit)}
            )

    def person(self, who):
        return Employee.objects.get(pk=self.staff[who].pk)

    @rule(target=claims, who=people)
    def write(self, who):
        return actions.create(lines=[TICKET], by=self.person(who), at=NINE).pk

    @rule(claim=claims, who=people, amount=st.integers(1, 999))
    def rewrite(self, claim, who, amount):
        lines = [outlay(amount=Decimal(amount))]
        self.attempt(claim, who, actions.change, lines=lines, currency="CNY")

    @rule(
        claim=claims,
        who=people,
        verb=st.sampled_from(["submit", "withdraw", "approve", "reject", "send_back"]),
    )
    def decide(self, claim, who, verb):
        reason = {"reason": "x"} if verb in ("reject", "send_back") else {}
        done = self.attempt(claim, who, getattr(actions, verb), **reason)
        if verb == "approve":
            self.note(claim, who, done)

    @rule(claim=claims, who=people, left=st.integers(-1, 1000), reason=st.sampled_from(["", "x"]))
    def approve_in_part(self, claim, who, left, reason):
        line = ExpenseClaim.objects.get(pk=claim).lines.get()
        verdicts = {line.pk: actions.Verdict(Decimal(left), reason)}
        done = self.attempt(claim, who, actions.approve, verdicts=verdicts)
        if done:
            assert 0 < left <= line.amount
            assert reason or left == line.amount
        self.note(claim, who, done)

    def note(self, claim, who, done):
        """What one person has approved, who then was no head, is within the limit."""
        if done and done.status == Status.APPROVED:
            self.approved[claim] = done.amount, done.counted
            role = self.person(who).role
            assert role == Role.DEPARTMENT_HEAD or done.in_base <= 500 or role not in LIMITED

    @rule(
        who=people,
        role=st.sampled_from([Role.DEPARTMENT_HEAD, Role.SERVICE_MANAGER, Role.FIELD_ENGINEER]),
    )
    def promote(self, who, role):
        Employee.objects.filter(pk=self.staff[who].pk).update(role=role)

    def attempt(self, claim, who, action, **values):
        try:
            return action(
                ExpenseClaim.objects.get(pk=claim), **values, by=self.person(who), at=NINE
            )
        except DomainError:
            return None

    @invariant()
    def nobody_decided_for_himself(self):
        for claim in ExpenseClaim.objects.all():
            assert claim.claimant_id not in (claim.decided_by_id, claim.passed_by_id)
            assert claim.passed_by_id is None or claim.passed_by_id != claim.decided_by_id
            by = Activity.objects.filter(
                verb__in=DECISIONS,
                subject_type="expenses.expenseclaim",
                subject_id=claim.pk,
            )
            assert claim.claimant_id not in by.values_list("by", flat=True)

    @invariant()
    def what_is_approved_is_what_was_looked_at(self):
        for claim in ExpenseClaim.objects.filter(status__in=[Status.APPROVED, Status.PAID]):
            assert claim.decided_by_id is not None
            assert (claim.amount, claim.counted) == self.approved[claim.pk]


class FourEyesTest(FourEyes.TestCase, TestCase):
    settings = SOON
