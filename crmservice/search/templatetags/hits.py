"""How a hit is written."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crmservice.search.marks import Part
from crmservice.web.access import reachable

register = template.Library()


@register.simple_tag
def highlighted(parts: Iterable[Part]) -> SafeString:
    """A text with what was typed marked."""
    pieces = (
        format_html("<mark>{}</mark>", part.text) if part.is_marked else part.text for part in parts
    )
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.simple_tag(takes_context=True)
def if_allowed(context: template.Context, url: str) -> str:
    """The address, or nothing when it is none or leads to what this person may not do."""
    return reachable(url, getattr(context.get("request"), "user", None))
