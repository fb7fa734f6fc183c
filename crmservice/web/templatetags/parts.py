"""Components of which a page has many, built in Python: to include one costs more than it says."""

from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crmservice.web.html import attribute, escaped, safe
from crmservice.web.templatetags import kinds
from crmservice.web.templatetags.ui import badge, icon

register = template.Library()
Text = str | Promise


@register.simple_tag
def stat(
    label: Text, value: Text, url: str, tone: str = "", sub: Text = "", definition: Text = ""
) -> SafeString:
    """A figure that opens the rows it counts."""
    mark = icon(kinds.look(tone).icon) if tone else ""
    return safe(
        f'<div class="stat{f" tone-{escaped(tone)}" if tone else ""}">',
        f'<a class="stat-link" href="{escaped(url)}"><span class="stat-label">{mark}',
        f'{escaped(label)}</span> <span class="stat-value num">{escaped(value)}</span></a>',
        f'<p class="stat-sub">{escaped(sub)}</p>' if sub else "",
        how_it_is_counted(label, definition) if definition else "",
        "</div>",
    )


def how_it_is_counted(label: Text, definition: Text) -> str:
    title = escaped(_("How “%(label)s” is counted") % {"label": label})
    return (
        f'<details class="definition"><summary>{icon("info-circle")}'
        f'<span class="visually-hidden">{title}</span></summary>'
        f"<p>{escaped(definition)}</p></details>"
    )


@register.simple_tag
def fact(label: Text, text: Any, url: str = "", kind: str = "", sub: Text = "") -> SafeString:
    """A line of components/facts.html."""
    if kind:
        said: str = badge(kind, text)
    elif url:
        said = f'<a href="{escaped(url)}">{escaped(text)}</a>'
    else:
        said = escaped(text) if text else '<span class="muted">–</span>'
    more = f'<span class="sub">{escaped(sub)}</span>' if sub else ""
    return safe(f"<div><dt>{escaped(label)}</dt><dd>{said}{more}</dd></div>")


@register.simple_tag
def offer(
    label: Text, symbol: str, url: str, key: str, *, post: bool, css: str, csrf_token: str = ""
) -> SafeString:
    """One verb; with `post` its button does it at once."""
    words = f"{icon(symbol)}{escaped(label)}"
    if key:
        words += f'<kbd aria-hidden="true">{escaped(key)}</kbd>'
    keyed = attribute("data-key", key)
    if not post:
        return safe(f'<a class="{css}" href="{escaped(url)}"{keyed}>{words}</a>')
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{escaped(csrf_token)}">'
    return safe(
        f'<form method="post" action="{escaped(url)}" data-form>{token if csrf_token else ""}',
        f'<button type="submit" class="{css}"{keyed}>{words}</button></form>',
    )
