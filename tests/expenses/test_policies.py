from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from crmservice.attachments.checking import check
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from dispatch.models import SyncedAction
from expenses import actions, queries
from expenses.actions import Outlay
from expenses.choices import Category, Status
from expenses.forms import TabletOutlayForm
from expenses.models import ExpenseClaim, ExpenseLine, ExpensePolicy
from expenses.receivers import spend
from tests.factories.attachments import ONE_PIXEL, AttachmentFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.expenses import ExpenseClaimFactory, ExpenseLineFactory, ExpensePolicyFactory

NINE = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)  # a Thursday, 09:00 in Shanghai
TODAY = date(2026, 3, 5)
CREATE = "expenses:create"


@pytest.fixture(autouse=True)
def _now(db):
    ExpensePolicy.objects.all().delete()
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def claimant(people):
    return people.field_engineer


def night(amount, **values):
    known = {"category": Category.LODGING, "amount": Decimal(amount), "spent_on": TODAY}
    return Outlay(**{**known, **values})


def written(claimant, *outlays, **values):
    return actions.create(lines=outlays, by=claimant, at=NINE, **values)


def codes(claim):
    return [[each["code"] for each in line.findings] for line in claim.lines.order_by("pk")]


# Judging


@pytest.mark.parametrize(("amount", "found"), [("400", []), ("400.01", ["per_line"])])
def test_a_draft_is_warned_of_and_handed_in_all_the_same(claimant, amount, found):
    ExpensePolicyFactory()
    claim = written(claimant, night(amount))

    assert codes(claim) == [found]
    assert actions.submit(claim, by=claimant, at=NINE).status == Status.SUBMITTED


@pytest.mark.parametrize(("amount", "is_refused"), [("400", False), ("400.01", True)])
def test_what_is_refused_is_said_line_by_line(claimant, amount, is_refused):
    ExpensePolicyFactory(blocks=True)
    claim = written(claimant, night(1), night(amount))

    if is_refused:
        with pytest.raises(DomainError, match=r"^Line 2: ¥400.01 is more than the ¥400.00"):
            actions.submit(claim, by=claimant, at=NINE)
    else:
        assert actions.submit(claim, by=claimant, at=NINE).status == Status.SUBMITTED


@pytest.mark.parametrize(
    ("status", "amount", "found"),
    [
        ("submitted", 200, []),
        ("submitted", 201, ["per_day"]),
        ("paid", 201, ["per_day"]),
        ("rejected", 201, []),
        ("draft", 201, []),
    ],
)
def test_other_claims_of_the_day_fill_its_limit(claimant, status, amount, found):
    ExpensePolicyFactory(per_line=None, per_day=Decimal(400))
    traits = {} if status == "draft" else {status: True}
    other = ExpenseClaimFactory(claimant=claimant, **traits)
    ExpenseLineFactory(claim=other, category="lodging", spent_on=TODAY, amount=200)
    foreign = ExpenseClaimFactory(submitted=True)
    ExpenseLineFactory(claim=foreign, category="lodging", spent_on=TODAY, amount=200)

    assert codes(written(claimant, night(amount))) == [found]


def test_foreign_money_is_judged_in_base_currency(claimant):
    ExpensePolicyFactory()
    rate = {"currency": "USD", "rate": Decimal("7.1")}

    assert codes(written(claimant, night("56.34"), night("56.33"), **rate)) == [["per_line"], []]


def test_a_limit_may_be_of_a_role_and_a_place(claimant):
    ExpensePolicyFactory()
    ExpensePolicyFactory(role="field_engineer", city_class="first", per_line=Decimal(600))
    ExpensePolicyFactory(role="sales", per_line=Decimal(900))

    lines = night(600, city_class="first"), night(601, city_class="first"), night(401)
    assert codes(written(claimant, *lines)) == [[], ["per_line"], ["per_line"]]


@pytest.mark.parametrize(("days", "found"), [(60, []), (61, ["late"])])
def test_late_is_counted_when_it_is_handed_in(claimant, days, found):
    ExpensePolicyFactory(category="", per_line=None, late_after=60)
    claim = written(claimant, night(1))

    actions.submit(claim, by=claimant, at=NINE + timedelta(days=days))

    assert codes(claim) == [found]


def test_what_was_handed_in_keeps_what_was_found_then(claimant, people):
    policy = ExpensePolicyFactory()
    claim = actions.submit(written(claimant, night(500)), by=claimant, at=NINE)

    head = {"by": people.department_head, "at": NINE}
    actions.change_policy(policy, values={"per_line": Decimal(900)}, **head)

    assert codes(claim) == [["per_line"]]


# Receipts


@pytest.fixture
def receipt():
    return check("r.png", ONE_PIXEL)


def test_a_receipt_comes_with_its_line_and_goes_with_it(claimant, receipt):
    ExpensePolicyFactory(per_line=None, receipt_from=Decimal(200), blocks=True)
    claim = written(claimant, night(200), night(200, receipts=[receipt]), night("199.99"))
    assert codes(claim) == [["no_receipt"], [], []]
    first, second, _third = claim.lines.order_by("pk")

    kept = [night(200, pk=first.pk, receipts=[receipt])]
    claim = actions.change(claim, lines=kept, currency="CNY", by=claimant, at=NINE)

    assert codes(claim) == [[]]
    assert list(Attachment.objects.values_list("subject_id", flat=True)) == [first.pk]
    assert not ExpenseLine.objects.filter(pk=second.pk).exists()


@pytest.mark.parametrize("status", Status)
def test_a_receipt_may_follow_until_the_decision(claimant, receipt, status):
    traits = {} if status == Status.DRAFT else {status.value: True}
    claim = ExpenseClaimFactory(claimant=claimant, **traits)
    line = ExpenseLineFactory(claim=claim)

    if status in (Status.APPROVED, Status.PAID):
        with pytest.raises(DomainError):
            actions.attach_receipts(line, files=[receipt], by=claimant, at=NINE)
    else:
        actions.attach_receipts(line, files=[receipt], by=claimant, at=NINE)
        assert Attachment.objects.of(line).count() == 1


def test_nobody_attaches_for_another_and_nothing_is_taken_from_what_waits(
    claimant, people, receipt
):
    claim = ExpenseClaimFactory(claimant=claimant, submitted=True)
    line = ExpenseLineFactory(claim=claim)
    with pytest.raises(DomainError, match="Only"):
        actions.attach_receipts(line, files=[receipt], by=people.department_head, at=NINE)
    actions.attach_receipts(line, files=[receipt], by=claimant, at=NINE)
    file = Attachment.objects.get()

    with pytest.raises(DomainError, match="Take the claim back"):
        actions.detach_receipt(line, receipt=file, by=claimant, at=NINE)
    actions.withdraw(claim, by=claimant, at=NINE)
    actions.detach_receipt(line, receipt=file, by=claimant, at=NINE)

    assert not Attachment.objects.exists()


def test_who_sees_the_claim_sees_its_receipts(logged_in, claimant):
    line = ExpenseLineFactory(claim=ExpenseClaimFactory(claimant=claimant, submitted=True))
    file = AttachmentFactory(subject=line, by=claimant)
    small = AttachmentFactory(subject=line, by=claimant, name="r.png", content=ONE_PIXEL)

    page = logged_in("service_manager").get(line.get_absolute_url())
    assert reverse("attachments:preview", args=[small.pk]) in page.content.decode()
    for who, status in (("service_manager", 200), ("depot_engineer", 404), ("sales", 404)):
        assert logged_in(who).get(file.get_absolute_url()).status_code == status


# Mileage


def test_mileage_is_kilometres_at_the_rate_of_the_day_it_was_written(claimant):
    policy = ExpensePolicyFactory(category="mileage", per_line=None, mileage_rate=Decimal("1.25"))
    drive = Outlay(category=Category.MILEAGE, kilometres=Decimal("86.5"), spent_on=TODAY)
    claim = written(claimant, drive)
    line = claim.lines.get()
    assert (line.amount, line.km_rate) == (Decimal("108.13"), Decimal("1.25"))

    ExpensePolicy.objects.filter(pk=policy.pk).update(mileage_rate=Decimal(9))
    further = Outlay(**{**drive.__dict__, "kilometres": Decimal(100), "pk": line.pk})
    claim = actions.change(claim, lines=[further], currency="CNY", by=claimant, at=NINE)

    line.refresh_from_db()
    assert (line.amount, line.km_rate) == (Decimal("125.00"), Decimal("1.25"))
    ticket = Outlay(category=Category.TRANSPORT, amount=Decimal(5), spent_on=TODAY, pk=line.pk)
    claim = actions.change(claim, lines=[ticket], currency="CNY", by=claimant, at=NINE)
    line.refresh_from_db()
    assert (line.amount, line.km_rate, line.kilometres) == (Decimal(5), None, None)


@pytest.mark.parametrize(
    ("rate", "kilometres", "currency", "match"),
    [
        (None, 10, "CNY", "no rate"),
        (1, None, "CNY", "how many"),
        (1, 0, "CNY", "how many"),
        (1, 10, "USD", "paid in CNY"),
    ],
)
def test_mileage_that_cannot_be(claimant, rate, kilometres, currency, match):
    if rate:
        ExpensePolicyFactory(category="mileage", per_line=None, mileage_rate=rate)
    drive = Outlay(category=Category.MILEAGE, kilometres=kilometres, spent_on=TODAY)

    with pytest.raises(DomainError, match=match):
        written(claimant, drive, currency=currency, rate=Decimal(7))


# On the form


def typed(**values):
    line = {"category": "lodging", "amount": "500", "spent_on": "2026-03-05", **values}
    return {
        "currency": "CNY",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        **{f"lines-0-{name}": value for name, value in line.items()},
    }


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Line 1: ¥500.00 is more than the ¥400.00 of one outlay."),
        ({"amount": "400"}, ""),
        ({"amount": ""}, ""),
        ({"spent_on": "nonsense"}, ""),
        ({"DELETE": "on"}, ""),
    ],
)
def test_the_form_is_warned_of_while_it_is_typed(logged_in, people, values, text):
    ExpensePolicyFactory()

    page = logged_in("field_engineer").post(reverse("expenses:check"), typed(**values))

    assert [each["text"] for each in page.context["findings"]] == ([text] if text else [])
    assert not ExpenseClaim.objects.exists()


def test_the_form_says_what_the_kilometres_are_worth(logged_in, people):
    ExpensePolicyFactory(category="mileage", per_line=None, mileage_rate=Decimal("1.25"))
    sent = typed(category="mileage", amount="", kilometres="86.5")

    page = logged_in("field_engineer").post(reverse("expenses:check"), sent)

    assert page.context["notes"] == ["Line 1: 86.5 km are ¥108.13."]


@pytest.mark.parametrize(("receipts", "count"), [("", 1), ("[object File]", 0)])
def test_a_file_that_is_chosen_counts_while_typing(logged_in, people, receipts, count):
    ExpensePolicyFactory(per_line=None, receipt_from=Decimal(200))

    page = logged_in("field_engineer").post(reverse("expenses:check"), typed(receipts=receipts))

    assert len(page.context["findings"]) == count


def test_what_is_refused_stays_a_draft_with_its_receipts(logged_in, claimant):
    ExpensePolicyFactory(blocks=True)
    upload = SimpleUploadedFile("r.png", ONE_PIXEL)
    client = logged_in("field_engineer")

    answer = client.post(reverse(CREATE), typed(receipts=upload), follow=True)

    claim = ExpenseClaim.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("expenses:edit", args=[claim.number])
    text = answer.content.decode()
    assert "not submitted" in text
    assert "more than the ¥400.00" in text
    assert (claim.status, Attachment.objects.count()) == (Status.DRAFT, 1)
    cheaper = typed(amount="400", pk=claim.lines.get().pk, receipts="")
    client.post(reverse("expenses:edit", args=[claim.number]), {**cheaper, "version": 1})
    claim.refresh_from_db()
    assert (claim.status, Attachment.objects.count()) == (Status.SUBMITTED, 1)


def test_another_line_comes_alone_so_that_chosen_files_stay(logged_in, people):
    sent = {**typed(task=""), "more": "yes"}

    page = logged_in("field_engineer").post(reverse(CREATE), sent, headers={"hx-request": "true"})

    text = page.content.decode()
    assert "lines-1-amount" in text
    assert "lines-0-amount" not in text
    assert 'value="2"' in text
    assert page.context["line"]["spent_on"].value() == "2026-03-05"


# The tablet, and the history


def test_the_tablet_s_outlay_is_judged_too(people, claimant):
    ExpensePolicyFactory(category="mileage", per_line=Decimal(50), mileage_rate=Decimal(1))

    task = TaskFactory(assigned=True, assignee=claimant)
    form = TabletOutlayForm({"category": "mileage", "kilometres": "51"})
    assert form.is_valid()
    spend(task, form, by=claimant, happened_at=NINE, at=NINE)

    claim = ExpenseClaim.objects.get()
    assert (claim.amount, codes(claim)) == (Decimal(51), [["per_line"]])
    assert not TabletOutlayForm({"category": "mileage", "amount": "51"}).is_valid()
    assert not SyncedAction.objects.exists()


def test_the_tablet_s_photo_is_the_receipt(people, claimant):

    ExpensePolicyFactory(per_line=None, receipt_from=Decimal(1))
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "JPEG")
    photo = "data:image/jpeg;base64," + b64encode(out.getvalue()).decode()
    typed = {"category": "lodging", "amount": "51"}

    form = TabletOutlayForm({**typed, "receipt": photo})
    assert form.is_valid()
    task = TaskFactory(assigned=True, assignee=claimant)
    spend(task, form, by=claimant, happened_at=NINE, at=NINE)

    claim = ExpenseClaim.objects.get()
    assert codes(claim) == [[]]
    assert Attachment.objects.get().subject_id == claim.lines.get().pk
    assert not TabletOutlayForm({**typed, "receipt": "data:image/jpeg;base64,AAAA"}).is_valid()
    assert not TabletOutlayForm({**typed, "receipt": "x"}).is_valid()


def test_what_waits_in_the_history_is_judged_on_the_day_it_was_handed_in(claimant):
    ExpensePolicyFactory(per_line=None, per_day=Decimal(400))
    lines = [
        ExpenseLineFactory(
            claim=ExpenseClaimFactory(claimant=claimant, submitted=True),
            category="lodging",
            amount=amount,
            spent_on=day,
        )
        for amount, day in ((300, TODAY), (101, TODAY), (400, date(2026, 3, 1)))
    ]

    actions.judge_imported(lines)

    assert [[each["code"] for each in line.findings] for line in lines] == [
        ["per_day"],
        ["per_day"],
        [],
    ]


# The page of the policies


def test_everybody_who_claims_reads_the_policies_and_the_head_changes_them(logged_in, people):
    policy = ExpensePolicyFactory()
    index = reverse("expenses:policies")

    assert "¥400.00" in logged_in("field_engineer").get(index).content.decode()
    assert logged_in("field_engineer").get(policy.get_absolute_url()).status_code == 403
    client = logged_in("department_head")
    sent = {"category": "lodging", "per_line": "450", "blocks": "on", "is_active": "on"}
    assert client.post(policy.get_absolute_url(), {**sent, "version": 1}).url == index
    policy.refresh_from_db()
    assert (policy.per_line, policy.blocks, policy.version) == (Decimal(450), True, 2)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"category": "meals"}, "at least one thing"),
        ({"category": "meals", "per_day": Decimal(0)}, "More than zero"),
        ({"category": "meals", "mileage_rate": Decimal(1)}, "Only mileage"),
        ({"category": "lodging", "per_day": Decimal(1)}, "already"),
    ],
)
def test_a_policy_that_cannot_be(people, values, match):
    ExpensePolicyFactory()

    with pytest.raises(DomainError, match=match):
        actions.create_policy(values=values, by=people.department_head, at=NINE)


def test_the_preview_counts_the_claims_of_90_days(logged_in, people, claimant):
    for days, amount in ((90, 401), (91, 401), (1, 400), (0, 401)):
        at = NINE - timedelta(days=days)
        claim = ExpenseClaimFactory(claimant=claimant, status="paid", submitted_at=at)
        ExpenseLineFactory(claim=claim, category="lodging", amount=amount, spent_on=at.date())
    policy = ExpensePolicy(category="lodging", per_line=Decimal(400))

    found = queries.touched_by(policy, at=NINE)
    assert (found.looked_at, found.touched) == (3, 2)
    sent = {"category": "lodging", "per_line": "400", "is_active": "on", "preview": "yes"}
    page = logged_in("department_head").post(reverse("expenses:create_policy"), sent)
    assert [fact["text"] for fact in page.context["panels"][0].context["facts"]] == ["3", "2"]
    assert not ExpensePolicy.objects.exists()
    page = logged_in("department_head").post(
        reverse("expenses:create_policy"), {**sent, "is_active": ""}
    )
    assert page.context["panels"][0].context["facts"][1]["text"] == "0"
