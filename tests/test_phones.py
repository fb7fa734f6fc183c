"""One number, many spellings."""

import pytest

from crmservice import phones

MOBILE = "+8613912345678"
LANDLINE = "+862161234567"


@pytest.mark.parametrize(
    "text",
    [
        "13912345678",
        "139 1234 5678",
        "139-1234-5678",
        "１３９１２３４５６７８",
        "＋86 139 1234 5678",
        "+8613912345678",
        "0086 139 1234 5678",
        "8613912345678",
        " (139)12345678 ",
    ],
)
def test_a_mobile_number_in_any_spelling_is_one_number(text):
    assert phones.to_e164(text) == MOBILE


@pytest.mark.parametrize(
    "text",
    [
        "021-61234567",
        "(021) 6123 4567",
        "+86 21 6123 4567",
        "+86 (0)21 6123-4567",
        "86-21-61234567",
        "021-61234567-808",
        "021-61234567转808",
        "021 6123 4567 ext. 8",
        "０２１－６１２３４５６７",
    ],
)
def test_a_landline_in_any_spelling_is_one_number(text):
    assert phones.to_e164(text) == LANDLINE


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("400-820-1234", "+864008201234"),
        ("800 820 8888", "+868008208888"),
        ("+1 (650) 253-0000", "+16502530000"),
        ("001 650 253 0000", "+16502530000"),
    ],
)
def test_hotlines_and_numbers_abroad_are_numbers_too(text, number):
    assert phones.to_e164(text) == number


@pytest.mark.parametrize(
    "text", ["", " ", "1234", "110", "王先生", "1" * 40, "1" * 10_000, "\x00", "\ud800", "' or 1=1"]
)
def test_what_is_no_number_has_no_stored_form(text):
    assert phones.to_e164(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+8613912345678", "139 1234 5678"),
        ("+862161234567", "021 6123 4567"),
        ("+864008201234", "400 820 1234"),
        ("+16502530000", "+1 650-253-0000"),
        ("see the gate", "see the gate"),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(text, shown):
    assert phones.show(text) == shown


def test_another_region_reads_and_shows_its_own_numbers():
    assert phones.to_e164("030 901820", region="DE") == "+4930901820"
    assert phones.show("+4930901820", region="DE") == "030 901820"


def test_digits_are_taken_out_of_any_script():
    assert phones.digits("+86 １３９-٣٤ x5²") == "8613934" + "5"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("13912345678", True),
        ("139 1234", True),
        ("139123", False),
        ("+86 (21) 6123", True),
        ("1" * 15, True),
        ("1" * 16, False),
        ("SR-2026-0042", False),
        ("上海电梯", False),
        ("", False),
    ],
)
def test_seven_to_fifteen_digits_look_like_a_number(text, is_one):
    assert phones.looks_like_phone(text) is is_one


@pytest.mark.parametrize(
    "typed",
    [
        "13912345678",
        "139-1234",
        "5678",
        "1234 5678",
        "345",
        "+86 139",
        "0086139",
        "8613912345678",
        "+86 139-1234-5678",
        "１３９１２３",
    ],
)
def test_a_part_of_a_number_in_any_spelling_begins_one_of_its_fragments(typed):
    fragments = phones.fragments("139 1234 5678")

    assert any(f.startswith(s) for s in phones.spellings(typed) for f in fragments)


@pytest.mark.parametrize("typed", ["021-6123", "0216123", "216123", "+86 021 61", "4567", "612345"])
def test_a_landline_is_found_with_and_without_its_zero(typed):
    fragments = phones.fragments("+862161234567")

    assert any(f.startswith(s) for s in phones.spellings(typed) for f in fragments)


def test_a_field_with_two_numbers_has_the_fragments_of_both():
    both = phones.fragments("13912345678 / 021-61234567")

    assert {"13912345678", "02161234567"} <= set(both)


def test_fragments_end_at_four_digits_and_stay_few():
    fragments = phones.fragments("13912345678")

    assert min(map(len, fragments)) == 4
    assert len(fragments) == 10


def test_what_is_no_full_number_is_kept_by_its_digits():
    assert phones.fragments("95598") == ["95598", "5598"]
    assert phones.fragments("110") == ["110"]
    assert phones.fragments("none") == []
