"""Cover: both sides of each boundary, and a law against a plain oracle."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import explaining, queries
from contracts.choices import Cover, LineScope, Service, Status
from contracts.entitlement import (
    AssetFacts,
    ContractFacts,
    DefaultFacts,
    Level,
    LineFacts,
    NoPromiseError,
    Pause,
    Promises,
    TierFacts,
    entitle,
    entitle_caller,
    from_json,
    to_json,
)
from tests.factories.assets import AssetFactory
from tests.factories.contracts import (
    ContractLineFactory,
    DefaultPromiseFactory,
    ServiceContractFactory,
)
from tests.factories.customers import CustomerFactory, TierFactory
from tests.factories.employees import WorkingCalendarFactory

DAY = date(2026, 6, 10)
SMALL = TierFacts(3, "small", "小客户", "Small", Decimal("0.05"))
FIVE_BY_EIGHT = Level(1, "5x8", 2400, Promises(60, None, arrival_next_business_day=True))
AROUND_THE_CLOCK = Level(2, "24x7", 10080, Promises(15, 120, restore_minutes=1440))
DEFAULTS = [
    DefaultFacts(Cover.IN_WARRANTY, 3, FIVE_BY_EIGHT),
    DefaultFacts(Cover.OUT_OF_WARRANTY, 3, Level(1, "5x8", 2400, Promises(240))),
]
ALL = LineFacts(LineScope.CUSTOMER)
PUMP = AssetFacts(
    7, "SN7", in_warranty=False, warranty_until=date(2026, 6, 9), warranty_from=date(2025, 6, 10)
)
SEAL = AssetFacts(8, "SN7-A", in_warranty=False, warranty_until=None, parents=(7,), site_id=4)


def contract(number="K1", *lines, level=AROUND_THE_CLOCK, **changes):
    facts = {
        "id": 1,
        "type_zh": "全保 7×24",
        "type_en": "Full cover 24x7",
        "status": Status.ACTIVE,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "includes": (Service.REMOTE, Service.PARTS),
    }
    return ContractFacts(number=number, level=level, lines=lines or (ALL,), **facts | changes)


def judge(*contracts, on=DAY, asset=PUMP, **more):
    return entitle(on=on, tier=SMALL, contracts=contracts, defaults=DEFAULTS, asset=asset, **more)


@pytest.mark.parametrize(
    ("on", "cover", "why"),
    [
        (date(2025, 12, 31), Cover.OUT_OF_WARRANTY, "not_begun"),
        (date(2026, 1, 1), Cover.CONTRACT, None),
        (date(2026, 12, 31), Cover.CONTRACT, None),
        (date(2027, 1, 1), Cover.OUT_OF_WARRANTY, "ended"),
    ],
)
def test_a_contract_holds_from_its_first_to_its_last_day(on, cover, why):
    judged = judge(contract(), on=on)

    assert judged.cover == cover
    assert [rejected.code for rejected in judged.rejected] == ([why] if why else [])


@pytest.mark.parametrize(
    ("status", "code"), [(Status.DRAFT, "draft"), (Status.IN_APPROVAL, "in_approval")]
)
def test_what_was_never_approved_does_not_cover(status, code):
    assert judge(contract(status=status)).rejected[0].code == code


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.RENEWED])
def test_history_is_judged_by_dates_whatever_became_of_the_contract(status):
    assert judge(contract(status=status)).cover == Cover.CONTRACT


def test_a_terminated_contract_holds_to_the_day_before():
    ended = contract(status=Status.TERMINATED, terminated_on=DAY)

    assert judge(ended, on=date(2026, 6, 9)).cover == Cover.CONTRACT
    assert judge(ended).rejected[0].code == "terminated"


def test_a_line_of_its_own_dates_narrows_the_contract():
    line = LineFacts(LineScope.CUSTOMER, starts_on=DAY, ends_on=DAY)

    assert judge(contract("K1", line)).cover == Cover.CONTRACT
    for other in (date(2026, 6, 9), date(2026, 6, 11)):
        assert judge(contract("K1", line), on=other).rejected[0].code == "line_not_in_force"


def test_a_component_is_covered_with_its_device_and_not_the_other_way_round():
    device, component = LineFacts(LineScope.ASSET, 7), LineFacts(LineScope.ASSET, 8)

    assert judge(contract("K1", device), asset=SEAL).reason.params["scope"] == "parent"
    assert judge(contract("K1", component), asset=PUMP).rejected[0].code == "other_asset"


def test_all_of_the_customer_covers_a_request_without_asset_and_a_named_asset_does_not():
    assert judge(contract(), asset=None).cover == Cover.CONTRACT
    named = judge(contract("K1", LineFacts(LineScope.ASSET, 7)), asset=None)
    assert (named.cover, named.rejected[0].code) == (Cover.OUT_OF_WARRANTY, "only_named")


def test_the_more_specific_line_wins_even_with_the_weaker_promise():
    scopes = {
        "K5": ALL,
        "K4": LineFacts(LineScope.MODEL, model_id=9),
        "K3": LineFacts(LineScope.SITE, site_id=4),
        "K2": LineFacts(LineScope.ASSET, 7),
        "K1": LineFacts(LineScope.ASSET, 8),
    }
    seal = AssetFacts(8, "S", False, None, parents=(7,), model_ids=(9,), site_id=4)
    contracts = [
        contract(number, line, level=FIVE_BY_EIGHT if number != "K5" else AROUND_THE_CLOCK)
        for number, line in scopes.items()
    ]
    while contracts:
        judged = judge(*contracts, asset=seal)
        assert judged.contract_number == contracts.pop().number
        assert {rejected.code for rejected in judged.rejected} <= {"less_specific"}


def test_a_tie_goes_to_the_better_promise():
    weaker, better = contract("K1", level=FIVE_BY_EIGHT), contract("K2")

    judged = judge(weaker, better)

    assert judged.contract_number == "K2"
    assert judged.rejected[0] == ("K1", "weaker_promise", {"by": "K2"})


@pytest.mark.parametrize(
    ("in_warranty", "cover", "free"),
    [(True, Cover.IN_WARRANTY, True), (False, Cover.OUT_OF_WARRANTY, False)],
)
def test_without_contract_the_default_of_warranty_and_tier_holds(in_warranty, cover, free):
    asset = AssetFacts(7, "SN7", in_warranty=in_warranty, warranty_until=DAY)

    judged = judge(asset=asset)

    assert (judged.cover, Service.PARTS in judged.free) == (cover, free)
    assert judged.parts_discount == Decimal("0.05")


def test_a_caller_has_the_lowest_tiers_promise_out_of_warranty():
    judged = entitle_caller(SMALL, DEFAULTS)

    assert (judged.cover, judged.promises.response_minutes) == (Cover.OUT_OF_WARRANTY, 240)


def test_a_missing_default_promise_is_said():
    with pytest.raises(NoPromiseError):
        entitle(on=DAY, tier=SMALL, contracts=(), defaults=())


def test_the_frozen_copy_comes_back_as_it_was():
    level = Level(1, "5x8", 2400, Promises(30, None, True, time(15), 960))
    judged = judge(contract(level=level, onsite_rate=Decimal("375.00")), contract("K2"))

    assert from_json(to_json(judged)) == judged


# A part (8) of the device (7), of model 5, at site 4: what a line may name, from near to far.
VALVE = AssetFacts(
    8, "SN8", in_warranty=False, warranty_until=None, parents=(7,), model_ids=(5,), site_id=4
)
NEAR_TO_FAR = [
    {"scope": LineScope.ASSET, "asset_id": 8},
    {"scope": LineScope.ASSET, "asset_id": 7},
    {"scope": LineScope.SITE, "site_id": 4},
    {"scope": LineScope.MODEL, "model_id": 5},
    {"scope": LineScope.CUSTOMER},
]
STRANGE = [
    {"scope": LineScope.ASSET, "asset_id": 9},
    {"scope": LineScope.SITE, "site_id": 5},
    {"scope": LineScope.MODEL, "model_id": 4},
]
DAYS = st.dates(date(2026, 6, 1), date(2026, 6, 12))
BOUNDS = st.none() | DAYS
CONTRACTS = st.lists(
    st.builds(
        lambda lines, starts, length, status, minutes, pause: contract(
            "",
            *lines,
            status=status,
            starts_on=starts,
            ends_on=date.fromordinal(starts.toordinal() + length),
            level=Level(1, "5x8", 2400, Promises(minutes)),
            pauses=pause,
        ),
        st.lists(
            st.builds(
                lambda what, first, last: LineFacts(**what, starts_on=first, ends_on=last),
                st.sampled_from([*NEAR_TO_FAR, *STRANGE]),
                BOUNDS,
                BOUNDS,
            ),
            min_size=1,
            max_size=3,
        ),
        DAYS,
        st.integers(0, 9),
        st.sampled_from(Status),
        st.sampled_from([15, 30]),
        st.just(()) | st.builds(lambda first, until: (Pause(first, until),), DAYS, BOUNDS),
    ),
    max_size=4,
).map(lambda many: [replace(each, id=n, number=f"K{n}") for n, each in enumerate(many)])


def oracle(contracts, on):
    """In plain words: of the lines that hold on the day and name the part or what it belongs to,
    the nearest, and of those the quickest.
    """
    found = []
    for each in contracts:
        paused = any(p.first <= on and (p.until is None or p.until > on) for p in each.pauses)
        if each.status in {"draft", "in_approval"} or paused:
            continue
        if not each.starts_on <= on <= each.ends_on:
            continue
        for line in each.lines:
            for place, what in enumerate(NEAR_TO_FAR):
                plain = replace(line, starts_on=None, ends_on=None)
                holds = (line.starts_on or on) <= on <= (line.ends_on or on)
                if plain == LineFacts(**what) and holds:
                    found.append((place, each.level.promises.response_minutes))
    return min(found, default=None)


SCOPES = ["asset", "parent", "site", "model", "customer"]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(CONTRACTS, DAYS)
def test_entitlement_agrees_with_the_oracle(contracts, on):
    judged, expected = judge(*contracts, on=on, asset=VALVE), oracle(contracts, on)

    assert (judged.cover == Cover.CONTRACT) == (expected is not None)
    assert len(judged.rejected) == len(contracts) - (expected is not None)
    if expected:
        place = SCOPES.index(judged.reason.params["scope"])
        assert (place, judged.promises.response_minutes) == expected


@pytest.mark.parametrize(
    ("on", "covers"),
    [
        (date(2026, 6, 9), True),
        (date(2026, 6, 10), False),
        (date(2026, 6, 11), False),
        (date(2026, 6, 12), True),
    ],
)
def test_a_suspended_contract_covers_nothing_until_the_day_it_covers_again(on, covers):
    paused = contract(pauses=(Pause(DAY, date(2026, 6, 12)),))

    judged = judge(paused, on=on)

    assert (judged.cover == Cover.CONTRACT) == covers
    if not covers:
        assert judged.rejected[0].code == "suspended"


def test_an_approved_contract_covers_from_its_first_day_however_late_the_clock_is():
    assert judge(contract(status=Status.APPROVED, starts_on=DAY)).cover == Cover.CONTRACT


# From the database, and in words.


@pytest.fixture
def defaults(db):
    tier = TierFactory()
    DefaultPromiseFactory(tier=tier, cover=Cover.IN_WARRANTY, response_minutes=60)
    DefaultPromiseFactory(tier=tier, cover=Cover.OUT_OF_WARRANTY, response_minutes=240)
    return tier


def test_one_case_costs_few_queries_however_many_contracts(defaults, django_assert_max_num_queries):
    asset = AssetFactory(customer=CustomerFactory(tier=defaults))
    for _ in range(3):
        ContractLineFactory(contract=ServiceContractFactory(customer=asset.customer), asset=asset)

    with django_assert_max_num_queries(4):
        judged = queries.entitlement_for(asset.customer, asset, DAY, defaults)

    assert judged.cover == Cover.CONTRACT


def test_the_book_of_history_judges_like_the_single_case(defaults):
    asset = AssetFactory(customer=CustomerFactory(tier=defaults))
    component = AssetFactory(parent=asset, component=True)
    ContractLineFactory(contract=ServiceContractFactory(customer=asset.customer), asset=asset)
    book = queries.CoverBook()

    for machine in (asset, component, None):
        facts = machine and queries.asset_facts(machine, DAY, queries.parents_of(machine))
        assert book.entitle(asset.customer_id, DAY, defaults.pk, facts) == queries.entitlement_for(
            asset.customer, machine, DAY, defaults
        )


def test_a_prospect_is_a_caller(defaults):
    prospect = CustomerFactory(tier=defaults, prospect=True)

    judged = queries.entitlement_for(prospect, None, DAY, defaults)

    assert judged.reason.code == "no_customer"


def test_the_reason_is_worded():
    asset = contract("K0002", LineFacts(LineScope.ASSET, 7), ends_on=date(2027, 6, 11))
    judged = judge(asset, contract("K0003", status=Status.DRAFT))

    with translation.override("en"):
        lines = explaining.derivation(judged)

    assert lines[0] == "Contract K0002 Full cover 24x7 covers this asset until 11 Jun 2027"
    assert lines[-1] == "Contract K0003 is a draft"
    assert "Response within 15 min (24x7)" in lines
    assert "Restored within 24 h (24x7)" in lines


def test_every_reason_has_words():
    never = AssetFacts(7, "S", in_warranty=False, warranty_until=DAY, warranty_from=DAY)
    cases = [
        judge(asset=None),
        judge(asset=never, on=date(2026, 6, 9)),
        judge(asset=PUMP),
        judge(asset=SEAL),
        judge(asset=AssetFacts(7, "S", in_warranty=True, warranty_until=DAY)),
        entitle_caller(SMALL, DEFAULTS),
    ]

    assert len({explaining.headline(case) for case in cases}) == len(cases)
    assert {case.reason.code for case in cases} <= set(explaining.SOURCES)


def test_a_calendar_is_kept_until_its_version_rises(db, django_assert_num_queries):
    from employees.queries import work_calendar  # noqa: PLC0415

    calendar = WorkingCalendarFactory()
    work_calendar(calendar.pk)
    with django_assert_num_queries(1):
        assert work_calendar(calendar.pk).is_working_day(date(2026, 6, 10))
    calendar.weekly, calendar.version = {"mon": ["09:00-17:00"]}, 2
    calendar.save()
    assert not work_calendar(calendar.pk).is_working_day(date(2026, 6, 10))
