"""A promise as one line: what is read, what is refused and which part, and that both ways agree."""

from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.entitlement import Promises
from contracts.promise_text import (
    PRESETS,
    Fault,
    LineError,
    PromiseLine,
    hours_of,
    parse,
    show,
    translated,
)

CODES = ("5x8", "24x7", "Berlin", "夜班")


def line(hours="24x7", **promises):
    return PromiseLine(Promises(**promises), hours)


FULL = line(response_minutes=15, arrival_minutes=120, restore_minutes=1440)
BY_THREE = line(
    hours="5x8",
    response_minutes=60,
    arrival_next_business_day=True,
    arrival_cut_off=time(15),
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("15 min response · 2 h arrival · 24 h restore · all days", FULL),
        ("15分钟响应 · 2小时到场 · 24小时修复 · 全年", FULL),
        ("Response within 15 minutes; on-site in 2 hours; repair within 24 h; 7×24", FULL),
        ("响应15分，到场２小时内、恢复24小时；全年无休", FULL),
        ("24x7, 24 h restored, 2h on site, 15min response", FULL),
        ("1 h response · NBD arrival before 15:00 · 5x8", BY_THREE),
        ("1小时响应 · 次日到场，15:00前报修 · 5×8", BY_THREE),
        ("60 min response, next business day, called by 15:00, 5X8", BY_THREE),
        ("1.5 h response · BERLIN", line("Berlin", response_minutes=90)),
        ("1 h 5 min response · 夜班", line("夜班", response_minutes=65)),
        (
            "1小时零5分响应 · 8 h resolve · 5x8",
            line("5x8", response_minutes=65, resolve_minutes=480),
        ),
    ],
)
def test_a_line_is_read_as_it_is_meant(typed, read):
    assert parse(typed, CODES) == read


@pytest.mark.parametrize(
    ("typed", "fault", "part"),
    [
        ("", Fault.NO_RESPONSE, ""),
        ("2 h arrival · 5x8", Fault.NO_RESPONSE, ""),
        ("15 min response", Fault.NO_HOURS, ""),
        ("15 min response · 6x9", Fault.UNKNOWN, "6x9"),
        ("15 response · 5x8", Fault.UNKNOWN, "15 response"),
        ("15 min · 5x8", Fault.UNKNOWN, "15 min"),
        ("15 min response soon · 5x8", Fault.UNKNOWN, "15 min response soon"),
        ("0.3 min response · 5x8", Fault.UNKNOWN, "0.3 min response"),
        ("0 min response · 5x8", Fault.NOTHING, "0 min response"),
        ("0小时响应 · 5x8", Fault.NOTHING, "0小时响应"),
        ("8785 h response · 5x8", Fault.TOO_LONG, "8785 h response"),
        ("1 h response · 2 h response · 5x8", Fault.TWICE, "2 h response"),
        ("1 h response · NBD arrival · 2 h arrival · 5x8", Fault.TWICE, "2 h arrival"),
        ("1 h response · 2 h arrival · NBD · 5x8", Fault.TWICE, "NBD"),
        ("1 h response · 5x8 · all days", Fault.TWICE, "all days"),
        ("1 h response · NBD restore · 5x8", Fault.ONLY_ARRIVAL, "NBD restore"),
        ("1 h response · NBD soon · 5x8", Fault.UNKNOWN, "NBD soon"),
        ("1 h response · 2 h restore by 15:00 · 5x8", Fault.CUT_OFF_ALONE, "2 h restore by 15:00"),
        ("1 h response · before 15:00 · 5x8", Fault.CUT_OFF_ALONE, "before 15:00"),
        ("1 h response · NBD before 25:00 · 5x8", Fault.NO_SUCH_TIME, "NBD before 25:00"),
        ("次日到场，24:00前报修 · 1小时响应 · 5x8", Fault.NO_SUCH_TIME, "24:00前报修"),
    ],
)  # fmt: skip
def test_the_part_that_was_not_understood_is_named(typed, fault, part):
    with pytest.raises(LineError) as refused:
        parse(typed, CODES)

    assert (refused.value.fault, refused.value.part) == (fault, part)


def test_all_days_need_a_calendar_that_never_closes():
    with pytest.raises(LineError) as refused:
        parse("15 min response · all days", ["5x8"])

    assert (refused.value.fault, refused.value.part) == (Fault.NO_SUCH_HOURS, "all days")


@pytest.mark.parametrize(
    ("promised", "english", "chinese"),
    [
        (
            FULL,
            "15 min response · 2 h arrival · 24 h restore · all days",
            "15分钟响应 · 2小时到场 · 24小时修复 · 全年",
        ),
        (
            BY_THREE,
            "1 h response · NBD arrival before 15:00 · 5x8",
            "1小时响应 · 次日到场，15:00前报修 · 5x8",
        ),
        (
            line("Berlin", response_minutes=61, resolve_minutes=2880),
            "1 h 1 min response · 48 h resolve · Berlin",
            "1小时1分钟响应 · 48小时解决 · Berlin",
        ),
    ],
)
def test_a_line_is_written_in_the_readers_language(promised, english, chinese):
    assert (show(promised, "en"), show(promised, "zh-hans")) == (english, chinese)


minutes = st.integers(1, 366 * 24 * 60)
maybe = st.none() | minutes
arrivals = st.one_of(
    st.builds(dict),
    st.fixed_dictionaries({"arrival_minutes": minutes}),
    st.fixed_dictionaries(
        {
            "arrival_next_business_day": st.just(True),
            "arrival_cut_off": st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        }
    ),
)
lines = st.builds(
    lambda response, arrival, restore, resolve, hours: PromiseLine(
        Promises(response, restore_minutes=restore, resolve_minutes=resolve, **arrival), hours
    ),
    minutes, arrivals, maybe, maybe, st.sampled_from(CODES),
)  # fmt: skip


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(lines, st.sampled_from(["en", "zh-hans"]))
def test_what_is_written_is_read_back(promised, language):
    assert parse(show(promised, language), CODES) == promised


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(lines, st.sampled_from(["en", "zh-hans"]), st.text(max_size=40))
def test_any_text_is_read_or_refused(promised, language, typed):
    for text in (typed, f"{show(promised, language)} · {typed}"):
        try:
            read = parse(text, CODES)
        except LineError:
            continue
        assert parse(show(read, language), CODES) == read


@pytest.mark.parametrize("text", PRESETS.values())
def test_a_preset_is_written_as_it_would_be_shown(text):
    assert show(parse(text, CODES), "en") == text
    assert translated(text, "zh-hans") == show(parse(text, CODES), "zh-hans")
    assert translated(translated(text, "zh-hans"), "en") == text
    assert hours_of(text) == parse(text, CODES).hours


@pytest.mark.parametrize("typed", ["7×24×2×24", "7*24*2*24", "7x24X2x24", " 7×24×2×24 "])
def test_the_name_of_a_preset_is_read_as_its_line(typed):
    codes = {"5x8", "24x7"}

    assert parse(typed, codes) == parse(PRESETS["7×24×2×24"], codes)
