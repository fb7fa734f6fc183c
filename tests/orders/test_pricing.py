"""Each step of a price, both sides of each boundary."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.choices import Cover, Service
from contracts.entitlement import Entitlement, Promises, Reason
from crmservice.money import money
from crmservice.worktime import WorkCalendar
from orders.choices import ChargedTo, WorkKind
from orders.explaining import one_line
from orders.pricing import (
    Band,
    Plan,
    minutes_by_band,
    price_call_out,
    price_part,
    price_work,
    rounded,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = (Service.REMOTE, Service.ONSITE_DISPATCH, Service.LABOUR, Service.TRAVEL, Service.PARTS)
WORKDAYS = WorkCalendar.from_rules(
    {
        "time_zone": "Asia/Shanghai",
        "weekly": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    },
    days={date(2026, 10, 1): "", date(2026, 10, 3): "", date(2026, 10, 10): "09:00-17:00"},
)
PLAN = Plan(
    rates={
        "onsite": Decimal(375),
        "depot": Decimal(260),
        "remote": Decimal(200),
        "travel": Decimal(180),
    },
    factors={
        Band.NORMAL: Decimal(1),
        Band.EVENING: Decimal("1.5"),
        Band.WEEKEND: Decimal(2),
        Band.HOLIDAY: Decimal(3),
    },
    minimum_minutes=30,
    rounding_minutes=15,
    call_out_fee=Decimal(120),
    calendar=WORKDAYS,
)


def terms(cover=Cover.OUT_OF_WARRANTY, free=(), discount="0", rate=None):
    return Entitlement(
        cover=cover,
        contract_id=1 if cover == Cover.CONTRACT else None,
        contract_number="K1" if cover == Cover.CONTRACT else "",
        tier_id=1,
        tier_code="key",
        calendar_id=1,
        calendar_code="5x8",
        promises=Promises(60),
        free=free,
        charged=tuple(service for service in ALL if service not in free),
        onsite_rate=None if rate is None else Decimal(rate),
        parts_discount=Decimal(discount),
        reason=Reason("no_asset", {}),
    )


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"tier_en": "Key", "tier_zh": "重点"}, "tier Key: 5 % discount, ¥95.00"),
        ({}, "tier key: 5 % discount, ¥95.00"),
    ],
)
def test_a_tier_is_named_where_it_gives_the_price(named, words):
    tier = replace(terms(discount="0.05"), reason=Reason("no_asset", named))

    price = price_part(Decimal(100), 1, tier)

    assert one_line(price.reasons, "CNY") == words


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("given_terms", "amount", "charged_to", "codes"),
    [
        pytest.param(terms(), "700.02", "billed", ["list"], id="list price"),
        pytest.param(
            terms(discount="0.05"), "665.02", "billed", ["list", "tier_discount"], id="tier"
        ),
        pytest.param(
            terms(Cover.CONTRACT, discount="0.1"),
            "630.02",
            "billed",
            ["list", "contract_discount"],
            id="contract",
        ),
        pytest.param(
            terms(Cover.CONTRACT, free=(Service.PARTS,), discount="0.2"),
            "0.00",
            "contract",
            ["list", "contract_discount", "by_contract"],
            id="included in the contract",
        ),
        pytest.param(
            terms(Cover.IN_WARRANTY, free=ALL),
            "0.00",
            "warranty",
            ["list", "by_warranty"],
            id="in warranty",
        ),
        pytest.param(
            terms(Cover.CONTRACT, free=(Service.LABOUR,)),
            "700.02",
            "billed",
            ["list"],
            id="only labour included",
        ),
    ],
)
def test_a_part(given_terms, amount, charged_to, codes):
    price = price_part(Decimal("350.01"), 2, given_terms)

    assert (price.amount, price.charged_to, [r.code for r in price.reasons]) == (
        Decimal(amount),
        charged_to,
        codes,
    )


@pytest.mark.parametrize(
    ("starts", "ends", "bands"),
    [
        pytest.param("2026-11-20T09:00", "2026-11-20T17:00", {"normal": 480}, id="a normal day"),
        pytest.param(
            "2026-11-20T16:30",
            "2026-11-20T18:00",
            {"normal": 30, "evening": 60},
            id="into the evening",
        ),
        pytest.param(
            "2026-11-20T08:59", "2026-11-20T09:01", {"evening": 1, "normal": 1}, id="before opening"
        ),
        pytest.param(
            "2026-11-20T23:00",
            "2026-11-21T01:00",
            {"evening": 60, "weekend": 60},
            id="Friday night to Saturday",
        ),
        pytest.param(
            "2026-11-22T23:00",
            "2026-11-23T01:00",
            {"weekend": 60, "evening": 60},
            id="Sunday to Monday",
        ),
        pytest.param("2026-10-01T10:00", "2026-10-01T11:00", {"holiday": 60}, id="National Day"),
        pytest.param(
            "2026-10-03T10:00",
            "2026-10-03T11:00",
            {"holiday": 60},
            id="a Saturday that is a holiday",
        ),
        pytest.param(
            "2026-10-10T10:00", "2026-10-10T11:00", {"normal": 60}, id="a Saturday that is worked"
        ),
    ],
)
def test_work_is_split_at_the_boundary(starts, ends, bands):
    assert minutes_by_band(at(starts), at(ends), WORKDAYS) == bands


@pytest.mark.parametrize(
    ("worked", "billed"),
    [(1, 30), (30, 30), (31, 45), (45, 45), (46, 60)],
)
def test_rounded_up_to_the_step_and_at_least_the_minimum(worked, billed):
    assert rounded({Band.NORMAL: worked}, PLAN) == {Band.NORMAL: billed}


def test_what_rounding_adds_goes_to_the_last_band():
    assert rounded({Band.NORMAL: 20, Band.EVENING: 20}, PLAN) == {Band.NORMAL: 20, Band.EVENING: 25}


def test_evening_work_has_its_own_line_and_reason():
    normal, evening = price_work(
        WorkKind.ONSITE, at("2026-11-20T16:00"), at("2026-11-20T18:00"), terms(), PLAN
    )

    assert (normal.minutes, normal.amount) == (60, Decimal("375.00"))
    assert (evening.minutes, evening.unit_price, evening.amount) == (
        60,
        Decimal("562.50"),
        Decimal("562.50"),
    )
    assert [reason.code for reason in evening.reasons] == ["plan_rate", "factor_evening"]


@pytest.mark.parametrize(
    ("kind", "rate"), [(WorkKind.ONSITE, "200.00"), (WorkKind.DEPOT, "260.00")]
)
def test_the_contracts_rate_is_for_work_on_site(kind, rate):
    given_terms = terms(Cover.CONTRACT, rate="200")

    (price,) = price_work(kind, at("2026-11-20T10:00"), at("2026-11-20T11:00"), given_terms, PLAN)

    assert price.amount == Decimal(rate)


def test_remote_work_is_free_where_the_contract_includes_remote_support():
    times = at("2026-11-20T10:00"), at("2026-11-20T11:00")
    remote = terms(Cover.CONTRACT, free=(Service.REMOTE,))

    assert price_work(WorkKind.REMOTE, *times, remote, PLAN)[0].charged_to == ChargedTo.CONTRACT
    assert price_work(WorkKind.ONSITE, *times, remote, PLAN)[0].charged_to == ChargedTo.BILLED
    labour = terms(Cover.CONTRACT, free=(Service.LABOUR,))
    assert price_work(WorkKind.REMOTE, *times, labour, PLAN)[0].charged_to == ChargedTo.BILLED


def test_travel_costs_the_same_at_any_hour():
    (price,) = price_work(
        WorkKind.TRAVEL, at("2026-10-01T20:00"), at("2026-10-01T21:00"), terms(), PLAN
    )

    assert price.amount == Decimal("180.00")


def test_the_call_out_is_free_where_the_contract_includes_coming():
    assert price_call_out(terms(), PLAN).amount == Decimal("120.00")
    free = price_call_out(terms(Cover.CONTRACT, free=(Service.ONSITE_DISPATCH,)), PLAN)
    assert (free.amount, free.charged_to) == (Decimal("0.00"), ChargedTo.CONTRACT)


def test_work_that_ends_when_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after"):
        price_work(WorkKind.ONSITE, at("2026-11-20T10:00"), at("2026-11-20T10:00"), terms(), PLAN)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.datetimes(
        min_value=datetime(2026, 9, 20),  # noqa: DTZ001  (hypothesis adds the zone)
        max_value=datetime(2026, 11, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.integers(1, 4 * 24 * 3600),
)
def test_bands_add_up_and_equal_a_count_minute_by_minute(start, seconds):
    end = start + timedelta(seconds=seconds)
    bands = minutes_by_band(start, end, WORKDAYS)

    assert sum(bands.values()) == -(-seconds // 60)
    counted = dict.fromkeys(Band, 0)
    for number in range(seconds // 60):
        local = (start + timedelta(minutes=number, seconds=30)).astimezone(SHANGHAI)
        counted[plain_band(local)] += 1
    assert all(
        abs(counted[band] - bands.get(band, 0)) <= 5 for band in Band
    )  # ≤ one minute an edge


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.integers(0, 70 * 24 * 60), st.integers(1, 3 * 24 * 60), st.sampled_from(list(WorkKind)))
def test_work_is_priced_as_if_each_minute_had_its_own_price(after, worked, kind):
    start = datetime(2026, 9, 20, tzinfo=UTC) + timedelta(minutes=after)
    prices = price_work(kind, start, start + timedelta(minutes=worked), terms(), PLAN)

    steps = -(-max(worked, 30) // 15)  # at least half an hour, in quarters
    minutes = [
        plain_band((start + timedelta(minutes=number)).astimezone(SHANGHAI))
        if kind != WorkKind.TRAVEL
        else Band.NORMAL
        for number in range(worked)
    ]
    by_band = {band: minutes.count(band) for band in dict.fromkeys(minutes)}
    by_band[list(by_band)[-1]] += steps * 15 - worked
    rates = {band: PLAN.rates[kind] * PLAN.factors[band] for band in by_band}
    assert [(price.minutes, price.amount) for price in prices] == [
        (count, money(rates[band] * count / 60)) for band, count in by_band.items()
    ]


def plain_band(local):
    day = local.date()
    worked = day == date(2026, 10, 10) or (local.weekday() < 5 and day != date(2026, 10, 1))
    if day in (date(2026, 10, 1), date(2026, 10, 3)):
        return Band.HOLIDAY
    if not worked:
        return Band.WEEKEND
    return Band.NORMAL if 9 <= local.hour < 17 else Band.EVENING
