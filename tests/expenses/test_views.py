import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from customers import actions as customers
from expenses import actions
from expenses.choices import Status
from expenses.models import ExpenseClaim
from tests.factories.assets import AssetFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory, TimeEntryFactory
from tests.factories.employees import CostRateFactory, OutletFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.service_requests import ServiceRequestFactory
from tests.pages import whole_page

LIST = "expenses:index"
CREATE = "expenses:create"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-03-05 04:00Z", tick=False):
        yield


@pytest.fixture
def claimant(people):
    return people.field_engineer


def url(verb, claim):
    return reverse(f"expenses:{verb}", args=[claim.number])


def numbers(page):
    return [row.cells[0].text for row in page.context["page"].rows]


def lines(*outlays, **claim):
    """What a browser sends for these lines."""
    typed = {"currency": "CNY", "lines-TOTAL_FORMS": len(outlays), "lines-INITIAL_FORMS": 0}
    for number, outlay in enumerate(outlays):
        known = {"category": "transport", "amount": "86.50", "spent_on": "2026-03-03"} | outlay
        typed |= {f"lines-{number}-{name}": value for name, value in known.items()}
    return typed | claim


# The list


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    logged_in, count, django_assert_max_num_queries
):
    for _ in range(count):
        ExpenseLineFactory(task=TaskFactory())
    client = logged_in("department_head")
    client.get(reverse(LIST))

    with django_assert_max_num_queries(7):
        page = client.get(reverse(LIST))

    assert len(numbers(page)) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_line_and_three(
    logged_in, claimant, count, django_assert_max_num_queries
):
    claim = ExpenseClaimFactory(claimant=claimant)
    for _ in range(count):
        ExpenseLineFactory(claim=claim, task=TaskFactory(service_request=ServiceRequestFactory()))
    client = logged_in("field_engineer")
    client.get(claim.get_absolute_url())

    with django_assert_max_num_queries(10):
        page = client.get(claim.get_absolute_url())

    assert len(page.context["rows"]) == count + 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"show": "mine"}, ["EX-M"]),
        ({"show": "to_approve"}, ["EX-S"]),
        ({"show": "all"}, ["EX-M", "EX-S", "EX-D"]),
        ({"status": "draft"}, ["EX-M", "EX-D"]),
        ({"category": "meals"}, ["EX-D"]),
        ({"spent_from": "2026-03-02"}, ["EX-M", "EX-S"]),
        ({"spent_to": "2026-03-01"}, ["EX-D"]),
        ({"category": "meals", "spent_from": "2026-03-02"}, []),  # of one and the same line
        ({"number": "EX-S"}, ["EX-S"]),
        ({"sort": "number"}, ["EX-D", "EX-M", "EX-S"]),
        ({"status": "nonsense"}, ["EX-M", "EX-S", "EX-D"]),
    ],
)
def test_the_list_is_filtered_and_sorted(logged_in, people, claimant, query, expected):
    draft = ExpenseClaimFactory(number="EX-D", claimant=claimant)
    ExpenseLineFactory(claim=draft, category="meals", spent_on=date(2026, 3, 1))
    ExpenseLineFactory(claim=ExpenseClaimFactory(number="EX-S", claimant=claimant, submitted=True))
    ExpenseLineFactory(claim=ExpenseClaimFactory(number="EX-M", claimant=people.service_manager))

    assert numbers(logged_in("service_manager").get(reverse(LIST), query)) == expected


def test_the_list_says_that_it_shows_all_until_something_is_chosen(logged_in, claimant):
    ExpenseClaimFactory(claimant=claimant)

    page = logged_in("department_head").get(reverse(LIST)).content.decode()

    assert re.search(r'<select name="show"[^>]*>\s*<option value="" selected>All</option>', page)


def test_claims_are_seen_by_claimant_supervisor_outlet_and_head(logged_in, people, claimant):
    claimant.supervisor = people.senior_engineer
    claimant.save()
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True)

    for who in ("field_engineer", "senior_engineer", "service_manager", "department_head"):
        assert logged_in(who).get(claim.get_absolute_url()).status_code == 200
    for who in ("depot_engineer", "sales", "partner_coordinator", "partner_engineer"):
        assert logged_in(who).get(claim.get_absolute_url()).status_code == 404


# Writing


def test_the_task_fills_in_the_first_line(logged_in, claimant):
    task = TaskFactory(done=True, assignee=claimant)

    form = logged_in("field_engineer").get(f"{reverse(CREATE)}?task={task.number}").context["form"]

    (line,) = form.lines.forms
    known = {name: line[name].value() for name in ("task", "spent_on", "category")}
    assert known == {"task": task.pk, "spent_on": date(2026, 3, 3), "category": "transport"}


def test_a_task_that_is_not_seen_fills_in_nothing(logged_in, people):
    elsewhere = TaskFactory(assigned=True, assignee__outlet=OutletFactory(partner=True))
    client = logged_in("field_engineer")

    assert client.get(f"{reverse(CREATE)}?task={elsewhere.number}").status_code == 404
    refused = client.post(reverse(CREATE), lines({"task": elsewhere.pk}))
    assert refused.status_code == 422
    assert "task" in refused.context["form"].lines.forms[0].errors


def test_a_claim_is_written_and_submitted_in_one_step_once(logged_in, claimant):
    task = TaskFactory(assigned=True, assignee=claimant)
    client = logged_in("field_engineer")
    typed = lines({"task": task.pk}, {"category": "meals", "amount": "30"}, once="k")

    answers = [client.post(reverse(CREATE), typed) for _ in range(2)]

    claim = ExpenseClaim.objects.get()
    assert [answer.url for answer in answers] == [claim.get_absolute_url()] * 2
    assert (claim.status, claim.amount) == (Status.SUBMITTED, Decimal("116.50"))
    assert claim.lines.filter(customer=task.customer).count() == 1


def test_another_line_keeps_what_was_typed(logged_in, claimant):
    client = logged_in("field_engineer")
    typed = lines({"text": "高铁 沈阳—大连", "amount": "x"}, note="备注", more="yes")

    page = client.post(reverse(CREATE), typed)

    form = page.context["form"]
    assert (page.status_code, len(form.lines.forms)) == (200, 2)
    assert "高铁 沈阳—大连" in page.content.decode()
    assert form["note"].value() == "备注"
    assert form.lines.forms[1]["spent_on"].value() == "2026-03-03"
    assert not ExpenseClaim.objects.exists()


@pytest.mark.parametrize(
    ("outlay", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"spent_on": "31.2."}, "spent_on"),
        ({"category": "yacht"}, "category"),
        ({"customer": "999999"}, "customer"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(logged_in, people, outlay, field):
    page = logged_in("field_engineer").post(
        reverse(CREATE), lines({}, {**outlay, "text": "保留的文字"})
    )

    assert page.status_code == 422
    assert list(page.context["form"].lines.forms[1].errors) == [field]
    assert "保留的文字" in page.content.decode()
    assert not ExpenseClaim.objects.exists()


def test_a_rule_s_no_keeps_the_text(logged_in, people):
    page = logged_in("field_engineer").post(
        reverse(CREATE), lines({"spent_on": "2026-03-06", "text": "保留的文字"})
    )

    assert page.status_code == 422
    assert "still to come" in page.content.decode()
    assert "保留的文字" in page.content.decode()


def test_a_form_without_lines_is_refused(logged_in, people):
    page = logged_in("field_engineer").post(reverse(CREATE), {"currency": "CNY"})

    assert page.status_code == 422


def test_lines_are_changed_and_removed_on_the_same_page(logged_in, claimant):
    claim = ExpenseClaimFactory(claimant=claimant)
    first, second = ExpenseLineFactory.create_batch(2, claim=claim)
    client = logged_in("field_engineer")
    typed = lines(
        {"pk": first.pk, "amount": "99"},
        {"pk": second.pk, "DELETE": "on"},
        {"category": "lodging", "amount": "300"},
    )

    typed |= {"lines-INITIAL_FORMS": 2, "version": 1, "draft": "yes"}

    answer = client.post(url("edit", claim), typed)

    assert answer.url == claim.get_absolute_url()
    claim.refresh_from_db()
    assert claim.status == Status.DRAFT
    assert [(line.pk == first.pk, line.amount) for line in claim.lines.order_by("pk")] == [
        (True, Decimal(99)),
        (False, Decimal(300)),
    ]


def test_only_the_claimant_edits_and_only_a_draft(logged_in, claimant):
    claim = ExpenseClaimFactory(claimant=claimant)
    waiting = ExpenseClaimFactory(claimant=claimant, submitted=True)

    assert logged_in("department_head").get(url("edit", claim)).status_code == 403
    client = logged_in("field_engineer")
    assert client.get(url("edit", claim)).status_code == 200
    assert client.get(url("edit", waiting)).status_code == 403
    assert logged_in("administrator").get(reverse(CREATE)).status_code == 403


# Deciding


def test_a_claim_is_approved_in_three_actions(logged_in, claimant):
    """Open it from the list, press Approve, confirm."""
    claim = ExpenseLineFactory(claim__claimant=claimant, claim__submitted=True).claim
    client = logged_in("service_manager")
    assert numbers(client.get(reverse(LIST), {"show": "to_approve"})) == [claim.number]

    step = client.get(claim.get_absolute_url()).context["step"]
    form = client.get(step.url).context["form"]
    client.post(step.url, {"version": form["version"].value(), "once": form["once"].value()})

    claim.refresh_from_db()
    assert claim.status == Status.APPROVED


def test_the_claimant_has_no_way_to_decide(logged_in, people, claimant):
    own = ExpenseClaimFactory(claimant=people.department_head, submitted=True)
    client = logged_in("department_head")

    for verb in ("approve", "reject", "send_back"):
        assert client.get(url(verb, own)).status_code == 403
        assert client.post(url(verb, own), {"reason": "x"}).status_code == 403
    assert client.get(own.get_absolute_url()).context["step"] is None


def test_a_stale_page_does_not_approve(logged_in, claimant):
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True)

    answer = logged_in("department_head").post(url("approve", claim), {"version": 9})

    assert answer.status_code == 422
    claim.refresh_from_db()
    assert claim.status == Status.SUBMITTED


@pytest.mark.parametrize("verb", ["reject", "send_back"])
def test_a_no_needs_its_reason(logged_in, claimant, verb):
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True)
    client = logged_in("department_head")

    assert client.post(url(verb, claim), {"reason": ""}).status_code == 422
    assert client.post(url(verb, claim), {"reason": "无发票"}).url == claim.get_absolute_url()


@pytest.mark.parametrize(
    ("traits", "who", "verb"),
    [
        ({}, "field_engineer", "submit"),
        ({"submitted": True}, "field_engineer", None),
        ({"submitted": True}, "service_manager", "approve"),
        ({"rejected": True}, "field_engineer", "edit"),
        ({"approved": True}, "service_manager", None),
        ({"paid": True}, "service_manager", None),
        ({"submitted": True}, "administrator", None),
    ],
)
def test_the_next_step_is_this_person_s(logged_in, claimant, traits, who, verb):
    claim = ExpenseClaimFactory(claimant=claimant, **traits)

    step = logged_in(who).get(claim.get_absolute_url()).context["step"]

    assert (step and step.url) == (verb and url(verb, claim))


def test_one_claim_is_paid_by_a_run_of_its_own(logged_in, claimant):
    ExpenseClaimFactory(approved=True)
    claim = ExpenseClaimFactory(claimant=claimant, approved=True)
    client = logged_in("department_head")

    step = client.get(claim.get_absolute_url()).context["step"]
    rows = client.get(step.url).context["rows"]

    assert [row["number"] for row in rows if row["is_chosen"]] == [claim.number]


def test_what_is_missing_is_said_first_until_it_is_corrected(logged_in, claimant, people):
    claim = ExpenseLineFactory(claim=ExpenseClaimFactory(claimant=claimant, submitted=True)).claim
    by = {"by": people.department_head, "at": claim.submitted_at}
    actions.send_back(claim, reason="请附发票", **by)
    client = logged_in("field_engineer")

    def page():
        words = client.get(claim.get_absolute_url()).context
        return words["step"], [offer.url for offer in words["offers"]]

    step, others = page()
    assert ("请附发票" in step.text, step.url) == (True, url("edit", claim))
    assert others == [url("submit", claim)]
    actions.submit(ExpenseClaim.objects.get(pk=claim.pk), by=claimant, at=claim.submitted_at)
    actions.withdraw(ExpenseClaim.objects.get(pk=claim.pk), by=claimant, at=claim.submitted_at)
    step, others = page()
    assert (step.url, others) == (url("submit", claim), [url("edit", claim)])


def test_the_amount_stands_where_it_is_decided(logged_in, claimant):
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True)
    ExpenseLineFactory(claim=claim, amount=Decimal("4321.00"))

    page = logged_in("department_head").get(url("approve", claim)).content.decode()

    assert "4,321.00" in page


def test_after_a_decision_the_next_claim_is_offered(logged_in, claimant):
    done = ExpenseClaimFactory(claimant=claimant, paid=True)
    waiting = ExpenseClaimFactory(claimant=claimant, submitted=True)

    step = logged_in("department_head").get(done.get_absolute_url()).context["step"]

    assert step.url == waiting.get_absolute_url()


# Cost to serve


@pytest.fixture
def served(people, claimant):
    contract = ServiceContractFactory(customer=CustomerFactory(served_by=[claimant.outlet]))
    service_request = ServiceRequestFactory(
        customer=contract.customer,
        contract=contract,
        cover="contract",
        asset=AssetFactory(customer=contract.customer, serial_no="A/B 7"),
    )
    CostRateFactory(employee=claimant, per_hour=Decimal("91.37"))
    task = TaskFactory(
        done=True,
        assignee=claimant,
        service_request=service_request,
        customer=service_request.customer,
    )
    TimeEntryFactory(task=task, hours=1)
    order = OrderFactory(service_request=service_request, delivered=True)
    OrderLineFactory(order=order, cost=Decimal("72.41"))
    ExpenseLineFactory(claim=ExpenseClaimFactory(claimant=claimant, paid=True), task=task)
    return service_request


SUBJECTS = ["request", "customer", "asset", "contract"]


def subject_of(service_request, name):
    return service_request if name == "request" else getattr(service_request, name)


@pytest.mark.parametrize("name", SUBJECTS)
def test_cost_is_on_the_page_only_for_those_who_may_see_it(logged_in, served, name):
    subject = subject_of(served, name)

    page = whole_page(logged_in("department_head"), subject)
    for text in ("Cost to serve", "¥91.37", "¥72.41", "¥86.50", "¥250.28"):
        assert text in page
    for who in ("service_manager", "administrator", "senior_engineer", "sales"):
        page = whole_page(logged_in(who), subject)
        assert "Cost to serve" not in page
        assert "91.37" not in page
        assert "72.41" not in page


@pytest.mark.parametrize("name", SUBJECTS)
def test_each_number_opens_its_rows(logged_in, served, name):
    subject = subject_of(served, name)
    key = {"asset": "serial_no", "customer": "code"}.get(name, "number")
    address = reverse(f"expenses:{name}_cost", args=[getattr(subject, key)])
    client = logged_in("department_head")

    for part, text in (
        ("labour", "¥91.37"),
        ("parts", "¥72.41"),
        ("expenses", "¥86.50"),
        ("billed", "¥120.00"),
    ):
        page = client.get(address, {"part": part})
        (row,) = page.context["page"].rows
        assert row.cells[-1].text == text
    assert client.get(address, {"part": "outside"}).context["page"].rows == []
    assert client.get(address, {"part": "nonsense"}).status_code == 200
    assert logged_in("service_manager").get(address).status_code == 403


@pytest.mark.parametrize(
    ("period", "total"),
    [
        ({"since": "2026-03-03", "until": "2026-03-03"}, "¥250.28"),
        ({"since": "2026-03-04"}, "¥0.00"),
        ({"until": "2026-03-02"}, "¥0.00"),
        ({"since": "nonsense"}, "¥250.28"),
    ],
)
def test_both_days_of_a_period_count(logged_in, served, period, total):
    address = reverse("expenses:request_cost", args=[served.number])

    facts = logged_in("department_head").get(address, period).context["facts"]

    assert [fact["text"] for fact in facts if fact["label"] == "Cost to serve"] == [total]


@pytest.mark.parametrize("count", [1, 3])
def test_the_cost_page_costs_the_same_for_one_row_and_three(
    logged_in, served, claimant, count, django_assert_max_num_queries
):
    task = served.tasks.get()
    for _ in range(count - 1):
        TimeEntryFactory(task=task, hours=1)
    client = logged_in("department_head")
    address = reverse("expenses:customer_cost", args=[served.customer.code])
    client.get(address)

    with django_assert_max_num_queries(10):
        page = client.get(address)

    assert len(page.context["page"].rows) == count


# On the pages below


@pytest.mark.parametrize("name", ["request", "customer", "task"])
def test_related_pages_show_the_expenses_that_one_may_see(logged_in, served, claimant, name):
    subject = served.tasks.get() if name == "task" else subject_of(served, name)
    claim = ExpenseClaim.objects.get()

    assert claim.number in whole_page(logged_in("field_engineer"), subject)
    page = whole_page(logged_in("depot_engineer"), subject)
    assert claim.number not in page
    assert "86.50" not in page


def test_a_joined_customer_brings_its_outlays(people, served):
    kept = CustomerFactory()
    customers.join(
        served.customer, kept, reason="同一家", by=people.service_manager, at=served.opened_at
    )

    assert set(ExpenseClaim.objects.get().lines.values_list("customer", flat=True)) == {kept.pk}
    assert list(kept.orders.values_list("service_request", flat=True)) == [served.pk]
