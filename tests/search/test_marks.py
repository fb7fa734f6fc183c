"""What of a hit was typed."""

import pytest

from crmservice.search.marks import marked


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("上海三一重工", "三一", "上海[三一]重工"),
        ("Siemens AG", "siemens", "[Siemens] AG"),
        ("139 1234 5678", "1391234", "[139 1234] 5678"),
        ("139 1234 5678", "34 56", "139 12[34 56]78"),
        ("SR-2026-0042", "SR-2026", "[SR]-[2026]-0042"),
        ("三一三一", "三一", "[三一][三一]"),
        ("a+b", "+", "a+b"),
        ("", "a", ""),
        ("abc", "", "abc"),
        ("(.*)", ".*", "(.*)"),
    ],
)
def test_marked(text, typed, expected):
    parts = marked(text, typed)

    assert "".join(f"[{part.text}]" if part.is_marked else part.text for part in parts) == expected
    assert "".join(part.text for part in parts) == text
