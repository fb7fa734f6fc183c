from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses.limits import Code, Rule, Spending, judge, rule_on

DAY = date(2026, 3, 3)
LODGING = {"category": "lodging", "spent_on": DAY}


def spending(amount, **values):
    return Spending(**{**LODGING, "amount": Decimal(amount), **values})


def codes(lines, *rules, role="field_engineer", on=DAY, beside=()):
    found = judge(lines, rules, role=role, on=on, beside=beside)
    return [(each.line, each.code) for each in found]


@pytest.mark.parametrize(
    ("amount", "rule", "expected"),
    [
        ("400", {"per_line": 400}, []),
        ("400.01", {"per_line": 400}, [(0, Code.PER_LINE)]),
        ("400", {"per_day": 400}, []),
        ("400.01", {"per_day": 400}, [(0, Code.PER_DAY)]),
        ("400", {"per_month": 400}, []),
        ("400.01", {"per_month": 400}, [(0, Code.PER_MONTH)]),
        ("199.99", {"receipt_from": 200}, []),
        ("200", {"receipt_from": 200}, [(0, Code.NO_RECEIPT)]),
    ],
)
def test_both_sides_of_each_limit(amount, rule, expected):
    rule = {name: Decimal(limit) for name, limit in rule.items()}
    assert codes([spending(amount)], Rule(key=1, **rule)) == expected


def test_a_receipt_satisfies():
    rule = Rule(key=1, receipt_from=Decimal(200))
    assert codes([spending(999, has_receipt=True)], rule) == []


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (60, False), (61, True)])
def test_late_is_after_the_last_day(days, is_late):
    found = codes([spending(1)], Rule(key=1, late_after=60), on=DAY + timedelta(days=days))
    assert found == ([(0, Code.LATE)] if is_late else [])


def test_a_bill_cut_in_two_is_no_way_around_the_limit():
    rule = Rule(key=1, category="lodging", per_day=Decimal(400))
    assert codes([spending(300), spending(101)], rule) == [(1, Code.PER_DAY)]
    assert codes([spending(101)], rule, beside=[spending(300)]) == [(0, Code.PER_DAY)]
    tomorrow = spending(101, spent_on=DAY + timedelta(days=1))
    assert codes([spending(300), tomorrow], rule) == []


def test_a_month_ends_at_its_end():
    rule = Rule(key=1, per_month=Decimal(400))
    last = spending(300, spent_on=date(2026, 3, 31))
    assert codes([last, spending(101, spent_on=date(2026, 4, 1))], rule) == []
    assert codes([last, spending(101, spent_on=date(2026, 3, 1))], rule) == [(1, Code.PER_MONTH)]
    assert codes([last, spending(101, spent_on=date(2025, 3, 1))], rule) == []


@pytest.mark.parametrize(
    ("values", "role", "expected"),
    [
        ({"category": "meals"}, "sales", 1),
        ({"city_class": "first", "category": "meals"}, "sales", 2),
        ({"city_class": "first", "category": "meals"}, "field_engineer", 3),
        ({}, "sales", 4),
        ({"city_class": "first"}, "sales", 5),
        ({"city_class": "first"}, "field_engineer", 6),
    ],
)
def test_the_most_particular_rule_decides(values, role, expected):
    limit = {"per_line": Decimal(1)}
    rules = [
        Rule(key=1, **limit),
        Rule(key=2, city_class="first", **limit),
        Rule(key=3, role="field_engineer", **limit),
        Rule(key=4, category="lodging", **limit),
        Rule(key=5, category="lodging", city_class="first", **limit),
        Rule(key=6, category="lodging", role="field_engineer", **limit),
        Rule(key=7, category="lodging", role="field_engineer", late_after=1),
    ]
    assert rule_on("per_line", rules, spending(1, **values), role).key == expected


def test_what_a_rule_does_not_speak_of_is_left_to_the_general_one():
    rules = [Rule(key=1, late_after=3), Rule(key=2, category="lodging", per_line=Decimal(5))]
    assert rule_on("late_after", rules, spending(1), "sales").key == 1
    assert rule_on("per_day", rules, spending(1), "sales") is None


# Against a simple oracle

CODES = {"receipt_from": "no_receipt", "late_after": "late"}

CATEGORIES, ROLES, PLACES = ["lodging", "meals"], ["sales", "field_engineer"], ["first", "other"]
AMOUNTS = st.integers(1, 9).map(Decimal)
SPENDINGS = st.lists(
    st.builds(
        Spending,
        category=st.sampled_from(CATEGORIES),
        amount=AMOUNTS,
        spent_on=st.sampled_from([DAY, DAY + timedelta(days=1), DAY + timedelta(days=28)]),
        city_class=st.sampled_from(["", *PLACES]),
        has_receipt=st.booleans(),
    ),
    max_size=5,
)
LIMITS = st.none() | AMOUNTS
RULES = st.lists(
    st.builds(
        Rule,
        key=st.integers(1, 10**6),
        category=st.sampled_from(["", *CATEGORIES]),
        role=st.sampled_from(["", *ROLES]),
        city_class=st.sampled_from(["", *PLACES]),
        per_line=LIMITS,
        per_day=LIMITS,
        per_month=LIMITS,
        receipt_from=LIMITS,
        late_after=st.none() | st.integers(0, 40),
        blocks=st.booleans(),
    ),
    max_size=6,
    unique_by=(lambda rule: rule.key, lambda rule: (rule.category, rule.role, rule.city_class)),
)


def deciding(point, line, rules, role):
    """The heaviest rule that fits, all asked one after another."""
    best = 0, None
    for rule in rules:
        parts = (
            (rule.category, line.category),
            (rule.role, role),
            (rule.city_class, line.city_class),
        )
        if getattr(rule, point) is not None and all(want in ("", has) for want, has in parts):
            weight = 1 + 4 * bool(rule.category) + 2 * bool(rule.role) + bool(rule.city_class)
            best = max(best, (weight, rule), key=lambda found: found[0])
    return best[1]


def oracle(lines, rules, role, on, beside):
    """Each line for itself, everything added up anew."""
    found = set()
    for number, line in enumerate(lines):
        known = [*beside, *lines[: number + 1]]

        def together(rule, point, length, line=line, known=known):
            same = [
                each for each in known if str(each.spent_on)[:length] == str(line.spent_on)[:length]
            ]
            return sum(each.amount for each in same if deciding(point, each, rules, role) is rule)

        says = {
            "per_line": lambda rule, line=line: line.amount > rule.per_line,
            "receipt_from": lambda rule, line=line: (
                not line.has_receipt and line.amount >= rule.receipt_from
            ),
            "late_after": lambda rule, line=line: line.spent_on < on - timedelta(rule.late_after),
            "per_day": lambda rule, sum_=together: sum_(rule, "per_day", 10) > rule.per_day,
            "per_month": lambda rule, sum_=together: sum_(rule, "per_month", 7) > rule.per_month,
        }
        for point, is_against in says.items():
            rule = deciding(point, line, rules, role)
            if rule and is_against(rule):
                found.add((number, CODES.get(point, point), rule.key))
    return found


@given(SPENDINGS, RULES, st.sampled_from(ROLES), SPENDINGS, st.integers(0, 40))
def test_judging_agrees_with_the_oracle(lines, rules, role, beside, days):
    on = DAY + timedelta(days=days)
    found = judge(lines, rules, role=role, on=on, beside=beside)

    said = [(each.line, each.code.value, each.rule) for each in found]
    assert set(said) == oracle(lines, rules, role, on, beside)
    assert len(said) == len(set(said))
    blocking = {rule.key for rule in rules if rule.blocks}
    assert all(each.blocks == (each.rule in blocking) for each in found)
