"""The permission table, cell by cell: written out a second time, by hand."""

import pytest

from employees.choices import Role
from employees.models import Employee
from employees.permissions import PERMISSIONS, ROLE_ORDER, WORDS, Scope

LETTERS = {"A": Scope.ALL, "O": Scope.OUTLET, "M": Scope.OWN, ".": None}

# manager, field, depot, senior, store, head, sales, partner, administrator
# A all, O those of the own outlet, M mine
EXPECTED = {
    "customers.view": "AOOAAAAOA",
    "customers.change": "A....AA.A",
    "customers.view_value": "A....AA.A",
    "customers.override_tier": ".....A..A",
    "customers.care": "A....AA.A",
    "customers.keep_care_plans": ".....A..A",
    "customers.recover": "A....AA.A",
    "customers.keep_tiers": ".....A..A",
    "customers.keep_teams": "A....A..A",
    "customers.grade": "A....AA.A",
    "customers.note_needs": "AOOAAAAOA",
    "customers.forward_needs": "A....AA.A",
    "signals.view": "AMMMMAAMA",
    "signals.raise": "AOOAAAAOA",
    "signals.answer": ".....AA..",
    "assets.view": "AOOAAAAOA",
    "assets.change": "AOOA.A..A",
    "assets.keep_catalogue": "A..A.A..A",
    "assets.keep_plans": "A..A.A..A",
    "contracts.view": "AOOAAAA.A",
    "contracts.change": "A....A..A",
    "contracts.approve": ".....A...",
    "contracts.bill": "A....A..A",
    "contracts.keep_catalogue": ".....A..A",
    "knowledge.view": "AOOAAAAOA",
    "knowledge.change": "AOOA.A..A",
    "knowledge.fill_gaps": "A..A.A..A",
    "knowledge.review": "...A.A..A",
    "service_requests.view": "AOOAAAAOA",
    "service_requests.log": "AOOA.A.OA",
    "service_requests.work": "AOOA.A.OA",
    "service_requests.answer_handover": "AOOAAAAOA",
    "service_requests.close": "A....A.OA",
    "service_requests.close_unasked": "A....A...",
    "service_requests.refuse_cover": "A....A...",
    "service_requests.survey": "A....A.OA",
    "service_requests.draw_surveys": "A....A...",
    "service_requests.keep_rules": ".....A..A",
    "service_requests.recalculate": ".....A..A",
    "dispatch.view": "AOOAAA.OA",
    "dispatch.plan": "A..A.A.OA",
    "dispatch.carry_out": "MMMM.....",
    "depot.view": "A.OAAA.OA",
    "depot.work": "A.OAAA.OA",
    "orders.view": "AOOAAAA.A",
    "orders.change": "A...AA..A",
    "orders.approve": "A....A...",
    "orders.keep_prices": ".....A..A",
    "orders.bill": "A....A..A",
    "stock.view": "AOOAAA.OA",
    "stock.work": "AMOMAA.OA",
    "stock.keep": "A...AA..A",
    "expenses.view": "OMMMMAMOA",
    "expenses.claim": "MMMMMMMM.",
    "expenses.approve": "O....A...",
    "expenses.pay": ".....A...",
    "expenses.keep_policies": ".....A..A",
    "costs.view": ".....A...",
    "employees.view": "AOOAAAAOA",
    "employees.change": ".....A..A",
    "employees.keep_rota": "A....A..A",
    "employees.keep_authority": ".....A..A",
    "employees.view_quality": "O....A..A",
    "employees.check_records": "O....A...",
    "employees.administer": "........A",
    "reports.view": "A....A..A",
    "reports.make": ".....A...",
    "operations.view": ".....A..A",
    "operations.retry": "........A",
}
CELLS = [
    pytest.param(action, role, LETTERS[letter], id=f"{action}-{role}")
    for action, letters in EXPECTED.items()
    for role, letter in zip(ROLE_ORDER, letters, strict=True)
]


@pytest.mark.parametrize(("action", "role", "scope"), CELLS)
def test_the_table_says(action, role, scope):
    assert Employee(role=role, is_active=True).scope_of(action) == scope


def test_the_table_has_these_rows_and_words_for_each():
    assert set(PERMISSIONS) == set(EXPECTED) == set(WORDS)


def test_every_role_has_a_column():
    assert set(ROLE_ORDER) == set(Role)


def test_a_grant_gives_one_person_more_than_the_role():
    manager = Employee(role=Role.SERVICE_MANAGER, granted={"costs.view": "all"})

    assert manager.scope_of("costs.view") == Scope.ALL
    assert Employee(role=Role.SERVICE_MANAGER).scope_of("costs.view") is None


def test_nobody_may_anything_once_inactive():
    assert not Employee(role=Role.ADMINISTRATOR, is_active=False).may("employees.view")


def test_an_action_outside_the_table_is_an_error_and_not_a_yes():
    with pytest.raises(KeyError):
        Employee(role=Role.ADMINISTRATOR).may("customers.sell")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_the_table(logged_in, language):
    client = logged_in("sales")

    page = client.get("/employees/rights/", headers={"accept-language": language})

    assert page.status_code == 200
    assert page.content.decode().count("<tr>") == len(PERMISSIONS) + 1
