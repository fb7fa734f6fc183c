"""Telephone numbers in any spelling: one stored form, one shown form, and their fragments."""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

HOME = "CN"
SHORTEST_FRAGMENT = 4
FEWEST_DIGITS, MOST_DIGITS = 7, 15
LONGEST_TEXT = 250  # phonenumbers refuses longer input by itself

_EXTENSION = re.compile(r"\s*(?:-|转|轉|分机|分機|ext\.?|x|#)\s*\d{1,6}\s*$", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[,;/|、\n\r\t]+")
_SPELLING = re.compile(r"^[\d\s+()./-]+$")


def to_e164(text: str, region: str = HOME) -> str | None:
    """The one form in which a number is stored ("+8613912345678"), or None when it is no number.

    Full-width digits, blanks, dashes, brackets, +86, 0086, a bare 86 and a trailing extension are
    all understood; short service numbers (110, 95598) have no international form and give None.
    """
    number = _parse(text, region)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else None


def show(text: str, region: str = HOME) -> str:
    """The number as people of `region` write it; abroad with its country code; else as it is."""
    number = _parse(text, region)
    if number is None:
        return text
    local = phonenumbers.country_code_for_region(region) == number.country_code
    style = PhoneNumberFormat.NATIONAL if local else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def digits(text: str) -> str:
    """Only the digits, full-width and other decimal digits turned into 0-9."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def looks_like_phone(text: str) -> bool:
    """Whether somebody who typed this most likely meant a number to call: 7 to 15 digits."""
    spelled = unicodedata.normalize("NFKC", text).strip()
    if _SPELLING.match(spelled) and FEWEST_DIGITS <= len(digits(spelled)) <= MOST_DIGITS:
        return True
    return to_e164(text) is not None


def fragments(text: str, region: str = HOME) -> list[str]:
    """Index tokens such that a *prefix* of one of them is any run of digits inside the number.

    Every tail of at least four digits of country code and number, and the number with its trunk 0:
    about ten tokens for each number (some 100 bytes of index) buy that head, middle and tail of a
    number are found by one prefix lookup. A field with several numbers gives those of each.
    """
    found: dict[str, None] = {}
    for part in _BETWEEN_NUMBERS.split(text):
        number = _parse(part, region)
        if number is None:
            found.update(dict.fromkeys(_tails(digits(part)[:40])))
            continue
        national = phonenumbers.national_significant_number(number)
        found.update(dict.fromkeys(_tails(f"{number.country_code}{national}")))
        found[digits(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))[:40]] = None
    return list(found)


def spellings(text: str) -> list[str]:
    """The digit strings of which one is a prefix of a fragment, if `text` is (part of) a number."""
    plain = digits(text)
    found = {plain: None}
    if plain.startswith("00"):
        found[plain[2:]] = None
    for typed in list(found):
        if typed.startswith("860"):  # +86 (0)21: the trunk 0 is not part of the number
            found["86" + typed[3:]] = None
    number = _parse(text, HOME)
    if number is not None:
        national = phonenumbers.national_significant_number(number)
        found[f"{number.country_code}{national}"] = None
    return [spelling for spelling in found if spelling]


def _tails(number: str) -> list[str]:
    last = max(len(number) - SHORTEST_FRAGMENT, 0)
    return [number[start:] for start in range(last + 1) if number]


def _parse(text: str, region: str) -> PhoneNumber | None:
    spelled = unicodedata.normalize("NFKC", text).strip()
    if not spelled or len(spelled) > LONGEST_TEXT:
        return None
    for candidate in (spelled, _EXTENSION.sub("", spelled)):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
    return None
