"""Of every report in every breakdown: page, CSV and sheet say what the engine reckons."""

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from reports.choices import Unit
from reports.periods import scope_of
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.requests import Asked
from tests.company import SHANGHAI
from tests.factories.assets import AssetFactory
from tests.factories.contracts import ServiceContractFactory
from tests.factories.customers import (
    CareTouchFactory,
    CustomerTrendFactory,
    PurchaseFactory,
    TierFactory,
)
from tests.factories.dispatch import NINE, TaskFactory
from tests.factories.employees import JudgedRecordFactory
from tests.factories.expenses import ExpenseLineFactory
from tests.factories.service_requests import ServiceRequestFactory

pytestmark = pytest.mark.django_db

QUARTER = {"from": "2026-01-01", "to": "2026-03-31"}
DAY = date(2026, 3, 1)
SECONDS = {"d": 86400, "h": 3600, "min": 60, "s": 1}
# how far what is written may be from what is meant, where digits are left out
ROUNDED = {
    Unit.SHARE: 0.0005, Unit.HOURS: 0.05, Unit.SCORE: 0.005, Unit.POINTS: 0.05, Unit.OF_100: 0.05,
    Unit.DAYS: 0.5,
}  # fmt: skip
TINY, AN_HOUR = 1e-6, 3600
NOTHING = {
    "today",
    "promises",
    "loyalty",
    "matrix",
    "signals",
    "knowledge",
    "parts",
    "satisfaction",
}


@pytest.fixture
def company(people):
    """Of most kinds of rows several, in two lines."""
    for tier, cents in ((TierFactory(vip=True), 123456), (TierFactory(), 7)):
        device = AssetFactory(installed_on=date(2026, 1, 31), warranty_months=12)
        customer = device.customer
        customer.tier = tier
        customer.save()
        amount = Decimal(cents) / 100
        contract = ServiceContractFactory(customer=customer, value=10 * amount)
        for minutes in (61, 125):
            request = ServiceRequestFactory(
                closed=True, customer=customer, asset=device, tier=tier, contract=contract,
                opened_at=NINE + timedelta(minutes=minutes),
            )  # fmt: skip
            TaskFactory(done=True, service_request=request, customer=customer)
            ExpenseLineFactory(
                claim__approved=True, amount=amount, spent_on=DAY, customer=customer,
                service_request=request,
            )  # fmt: skip
            PurchaseFactory(customer=customer, bought_on=DAY, amount=-amount)
        JudgedRecordFactory(
            owner=people.field_engineer, happened_at=NINE, events=3, in_time=cents % 3
        )
        CareTouchFactory(customer=customer, due_on=DAY)
        CustomerTrendFactory(customer=customer, month=DAY)


def rows_of_page(html):
    """The numbers of the table: of each line what it says, and below it what it was before."""
    body = html.partition('<table class="records"')[2].partition("</table>")[0]
    for row in re.findall(r"<tr.*?</tr>", body.partition("</thead>")[2], re.DOTALL):
        cells = re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)
        yield [texts_of(cell) for cell in cells[1:]]


def texts_of(cell):
    words = re.sub(r"<[^>]*>", "\n", unescape(cell)).split("\n")
    return [" ".join(each.split()) for each in words if each.strip()]


def read(text, unit):
    """A number as the page writes it, and how exact it is; None for a dash."""
    if text == "–":
        return None, 0
    if unit == Unit.SPAN:
        parts = [
            (int(many), SECONDS[each]) for many, each in re.findall(r"(\d+) (d|h|min|s)", text)
        ]
        return sum(many * each for many, each in parts) / AN_HOUR, parts[-1][1] / AN_HOUR
    number = float(re.sub(r"[¥,%+ ]", "", text.replace("−", "-")))
    return number / (100 if unit == Unit.SHARE else 1), ROUNDED.get(unit, 0) + TINY


def plain(value):
    """As a sheet has it: spans in hours."""
    if isinstance(value, timedelta):
        return value.total_seconds() / AN_HOUR
    return None if value is None else float(value)


def near(found, meant, exact):
    if found is None or meant is None:
        return found is meant
    return abs(found - meant) <= exact


@pytest.mark.parametrize("slug", CATALOGUE)
def test_page_and_files_say_what_the_engine_reckons(client, people, company, slug, monkeypatch):
    head, at = people.department_head, timezone.now()
    client.force_login(head)
    for module in ("reports.views.asking", "reports.views.catalogue"):
        monkeypatch.setattr(f"{module}.now", lambda: at)
    report = CATALOGUE[slug]
    scope = scope_of(QUARTER, today=date(2026, 4, 1), zone=SHANGHAI)
    compared = 0
    for by in report.breakdowns:
        params = {**QUARTER, "by": by}
        answer = computed(report, Asked(scope, head, at), by, most=5000)
        lines = [*answer.lines, *([answer.total] if answer.total.values else [])]

        page = client.get(f"/reports/all/{slug}/", params).content.decode()
        text = client.get(f"/reports/all/{slug}/csv/", params).content.decode("utf-8-sig")
        book = load_workbook(BytesIO(client.get(f"/reports/all/{slug}/xlsx/", params).content))

        wanted = [
            [plain(values.get(each.key)) for each in answer.shown for values in both]
            for both in ((line.values, line.before) for line in lines)
        ]
        written = [row[1:] for row in csv.reader(StringIO(text))][1:]
        sheet = [list(row[1:]) for row in book.worksheets[0].iter_rows(values_only=True)][1:]
        assert len(written) == len(sheet) == len(wanted)
        for numbers, texts, cells in zip(wanted, written, sheet, strict=True):
            exact = 1e-4
            assert all(
                near(float(each) if each else None, number, exact)
                for number, each in zip(numbers, texts, strict=True)
            ), (by, numbers, texts)
            padded = [*cells, *[None] * (len(numbers) - len(cells))]
            assert all(map(near, padded, numbers, [exact] * len(padded))), (by, numbers, cells)
        for numbers, row in zip(wanted, rows_of_page(page), strict=False):
            for place, (each, texts) in enumerate(zip(answer.shown, row, strict=True)):
                now_, before = numbers[2 * place : 2 * place + 2]
                for said, meant in zip(texts, (now_, before), strict=False):
                    value, exact = read(said, each.unit)
                    assert near(value, meant, exact), (by, each.key, said, meant)
                    compared += 1
    assert compared or slug in NOTHING
