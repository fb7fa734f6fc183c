"""Text into HTML where a page is built in Python: as safe as `format_html`, at a tenth of its cost.

Rows, fields and their likes are most of a page's bytes; everything else is a template.
"""

from collections.abc import Mapping
from html import escape

from django.utils.functional import Promise
from django.utils.safestring import SafeString


def escaped(value: object) -> str:
    """The value as text that cannot be taken for HTML, unless it is marked safe already."""
    if isinstance(value, Promise):
        value = str(value)
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def attribute(name: str, value: object) -> str:
    """` name="value"`, or nothing for nothing."""
    return f' {name}="{escaped(value)}"' if value else ""


def attributes(values: Mapping[str, object]) -> str:
    """As Django writes a widget's: True stands alone, False is left out."""
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(value)}"'
        for name, value in values.items()
        if value is not False
    )


def safe(*parts: str) -> SafeString:
    """Parts that were escaped one by one, as one piece of HTML."""
    return SafeString("".join(parts))
