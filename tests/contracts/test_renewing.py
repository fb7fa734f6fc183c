"""Versions side by side, the renewal's proposal and its price, and the contract as PDF."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from contracts import actions, queries
from contracts.choices import Rhythm
from contracts.renewal_price import suggest
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    AllowanceUseFactory,
    ContractLineFactory,
    ServiceContractFactory,
)
from tests.factories.service_requests import ServiceRequestFactory

AT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cost", "used", "codes", "price"),
    [
        pytest.param(None, [], ["same_by_days", "yearly_rise"], "1030", id="no cost seen"),
        pytest.param(None, ["0.5"], ["same_by_days", "yearly_rise"], "1030", id="half used"),
        pytest.param(None, ["0.1", "0.49"], ["same_by_days", "little_used"], "1000", id="little"),
        pytest.param(
            "386.25", [], ["same_by_days", "yearly_rise", "margin_is_left"], "1030", id="just left"
        ),
        pytest.param(
            "387", [], ["same_by_days", "yearly_rise", "cost_and_margin"], "1032", id="too dear"
        ),
    ],
)
def test_the_price_of_a_renewal_says_its_reasons(cost, used, codes, price):
    steps = suggest(
        Decimal(1000),
        days=360,
        next_days=360,
        past_days=180,
        cost=None if cost is None else Decimal(cost),
        used=[Decimal(share) for share in used],
    )

    assert [step.code for step in steps] == codes
    assert steps[-1].price == Decimal(price)


@pytest.fixture
def contract(people):
    contract = ServiceContractFactory(
        visits_per_year=4, value=Decimal(36500), billing_rhythm=Rhythm.QUARTERLY
    )
    ContractLineFactory(contract=contract)
    AllowanceUseFactory(contract=contract)
    ServiceRequestFactory(contract=contract, opened_at=AT)
    return contract


def test_the_proposal_shows_use_and_what_is_unused(contract, people):
    made = queries.proposal_of(contract, people.service_manager, next_days=365, at=AT)

    assert [(each.used, each.unused) for each in made.years] == [(1, 3)]
    assert made.earned == Decimal("18200.00")  # 182 of 365 days
    assert (made.cost, made.result) == (None, None)
    assert [figure.text for figure in made.figures] == ["1", "0", "0.00"]


def test_cost_is_seen_by_the_head_only(contract, people, client):
    url = reverse("contracts:proposal", args=[contract.number])
    seen = {}
    for person in (people.service_manager, people.department_head):
        client.force_login(person)
        seen[person] = "Value less cost" in client.get(url).content.decode()

    assert list(seen.values()) == [False, True]


def test_the_renewal_takes_the_suggested_price(contract, people, client):
    client.force_login(people.service_manager)
    url = reverse("contracts:renew", args=[contract.number])
    form = client.get(url).context["form"]

    client.post(url, {"value": form.initial["value"]})

    assert contract.renewals.get().value == form.initial["value"] == Decimal(36500)  # little used


def test_a_version_says_field_by_field_what_is_new(contract, people):
    new = actions.amend(contract, from_on=date(2026, 10, 1), by=people.service_manager, at=AT)
    asset = AssetFactory(customer=contract.customer)
    new.lines.all().delete()
    ContractLineFactory(contract=new, asset=asset)
    new.parts_discount = Decimal("0.1")

    changes = queries.changes_between(contract, new, with_value=False)

    assert [each.label for each in changes] == [
        "Period",
        "Parts discount",
        "No longer covered",
        "Newly covered",
    ]
    assert asset.serial_no in changes[-1].after


@pytest.mark.parametrize(("language", "words"), [("zh", "服务合约"), ("en", "Service contract")])
def test_the_document_is_in_either_language(contract, people, client, language, words):
    client.force_login(people.service_manager)
    url = reverse("contracts:document", args=[contract.number])

    answer = client.get(url, {"lang": language})

    pages = PdfReader(BytesIO(answer.content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert words in text
    assert contract.customer.name in text
    assert "36,500.00" in text


def test_who_may_not_see_values_gets_the_document_without(contract, people, client):
    client.force_login(people.senior_engineer)

    answer = client.get(reverse("contracts:document", args=[contract.number]))

    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert contract.number in text
    assert "36,500.00" not in text
