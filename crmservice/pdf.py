"""Documents as PDF: a template of ours below templates/pdf/, filled with data by typst.

What is read in a document comes as data and is printed as it stands, whatever signs are in it; no
file but the template and no address is opened (trust.md S-31). The same data give the same bytes.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"
FONTS = Path(settings.BASE_DIR) / "fonts"


class UndrawnError(Exception):
    """A document cannot be drawn: its template, its data and the fonts do not fit."""


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The document; raises UndrawnError when that does not work."""
    import typst  # noqa: PLC0415  (tens of MB that most processes never need)

    try:
        return typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=faces(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    except (OSError, RuntimeError) as error:
        raise UndrawnError(template) from error


@cache
def faces() -> Any:
    """Our own fonts only, read once in a process."""
    import typst  # noqa: PLC0415  (see pdf)

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def picture(content: bytes, content_type: str, *, width: int, height: int) -> str:
    """An SVG that holds a picture of ours (JPEG or PNG), as templates take pictures."""
    address = f"data:{content_type};base64,{b64encode(content).decode()}"
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
        f"<image {size} href={quoteattr(address)}/></svg>"
    )
