"""Components of which a page has many, built in Python: to include one costs more than it says."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import linebreaks_filter, linebreaksbr
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.web.html import attribute, escaped, safe
from crmservice.web.templatetags import kinds
from crmservice.web.templatetags.ui import badge, icon, when

register = template.Library()
Text = str | Promise
FACT = ("label", "text", "url", "kind", "sub")
STEP = ("label", "state", "sub", "key")
STATES = {
    "done": ("circle-check", gettext_lazy("done")),
    "now": ("circle-dot", gettext_lazy("now")),
    "skipped": ("circle-minus", gettext_lazy("left out")),
    "todo": ("circle-dashed", gettext_lazy("to come")),
}
ENTRY = ("who", "when", "icon", "text", "details", "visible", "note", "url", "tone")
OFFER = ("label", "symbol", "url", "key", "post")


@register.simple_tag
def stat(
    label: Text, value: Text, url: str, tone: str = "", sub: Text = "", definition: Text = ""
) -> SafeString:
    """A figure that opens the rows it counts; without any it opens nothing."""
    mark = icon(kinds.look(tone).icon) if tone else ""
    tag, to = ("a", f' href="{escaped(url)}"') if url else ("span", "")
    return safe(
        f'<div class="stat{f" tone-{escaped(tone)}" if tone else ""}">',
        f'<{tag} class="stat-link"{to}><span class="stat-label">{mark}',
        f'{escaped(label)}</span> <span class="stat-value num">{escaped(value)}</span></{tag}>',
        f'<p class="stat-sub">{escaped(sub)}</p>' if sub else "",
        how_it_is_counted(label, definition) if definition else "",
        "</div>",
    )


@register.simple_tag(takes_context=True)
def stat_of(context: Context) -> SafeString:
    """The figure from the parameters of components/stat.html, of which some may be missing."""
    optional = (context.get(name) or "" for name in ("tone", "sub", "definition"))
    return stat(context["label"], context["value"], context["url"], *optional)


def how_it_is_counted(label: Text, definition: Text) -> str:
    title = escaped(_("How “%(label)s” is counted") % {"label": label})
    return (
        f'<details class="definition"><summary>{icon("info-circle")}'
        f'<span class="visually-hidden">{title}</span></summary>'
        f"<p>{escaped(definition)}</p></details>"
    )


@register.simple_tag
def fact(words: Any) -> SafeString:
    """A line of components/facts.html."""
    label, text, url, kind, sub = (word(words, name) for name in FACT)
    if kind:
        said: str = badge(kind, text)
    elif url:
        said = f'<a href="{escaped(url)}">{escaped(text)}</a>'
    else:
        said = escaped(text) if text else '<span class="muted">–</span>'
    more = f'<span class="sub">{escaped(sub)}</span>' if sub else ""
    return safe(f"<div><dt>{escaped(label)}</dt><dd>{said}{more}</dd></div>")


@register.simple_tag
def step(words: Any) -> SafeString:
    """One state of components/steps.html."""
    label, state, sub, key = (word(words, name) for name in STEP)
    symbol, said = STATES.get(state, STATES["todo"])
    here = ' aria-current="step"' if state == "now" else ""
    more = f'<span class="step-sub">{escaped(sub)}</span>' if sub else ""
    return safe(
        f'<li class="step-{escaped(state)}"{attribute("data-step", key)}{here}>',
        f'{icon(symbol, str(said))} <span class="step-label">{escaped(label)}</span> {more}</li>',
    )


@register.simple_tag
def entry(words: Any) -> SafeString:
    """What happened once, of components/timeline.html."""
    who, at, symbol, text, details, visible, note, url, tone = (word(words, name) for name in ENTRY)
    kind = ("entry-visible" if visible else "entry-internal") if note else "entry-fact"
    toned = f" tone-{escaped(tone)}" if tone else ""
    fact = f'<a href="{escaped(url)}">{escaped(text)}</a>' if url else escaped(text)
    return safe(
        f'<li class="{kind}"><span class="entry-mark{toned}">{icon(symbol)}</span>',
        f'<div class="entry"><p class="entry-head"><span class="entry-who">{escaped(who)}</span> ',
        f'<span class="entry-what">{"" if note else fact}</span> ',
        who_sees(is_note=bool(note), is_visible=bool(visible)),
        f' <span class="entry-when">{when(at)}</span></p>',
        f'<div class="entry-text">{linebreaks_filter(text)}</div>' if note else "",
        f'<div class="entry-details">{linebreaksbr(details)}</div>' if details else "",
        "</div></li>",
    )


def who_sees(*, is_note: bool, is_visible: bool) -> str:
    seen = _("The customer sees this") if is_visible else ""
    if is_note:
        mark = f"{icon('eye')}{seen}" if is_visible else f"{icon('lock')}{_('Internal')}"
        return f'<span class="entry-label">{mark}</span>'
    hidden = f'<span class="visually-hidden">{seen}</span>'
    return f'<span class="entry-seen">{icon("eye")}{hidden}</span>' if is_visible else ""


@register.simple_tag
def offer(words: Any, css: str, csrf_token: str) -> SafeString:
    """One verb of components/offers.html; with `post` its button does it at once."""
    label, symbol, url, key, post = (word(words, name) for name in OFFER)
    said = f"{icon(symbol)}{escaped(label)}"
    if key:
        said += f'<kbd aria-hidden="true">{escaped(key)}</kbd>'
    keyed = attribute("data-key", key)
    if not post:
        return safe(f'<a class="{css}" href="{escaped(url)}"{keyed}>{said}</a>')
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{escaped(csrf_token)}">'
    return safe(
        f'<form method="post" action="{escaped(url)}" data-form>{token if csrf_token else ""}',
        f'<button type="submit" class="{css}"{keyed}>{said}</button></form>',
    )


def word(words: Any, name: str) -> Any:
    """Of a mapping or a record; nothing where it is missing."""
    found = words.get(name) if isinstance(words, Mapping) else getattr(words, name, None)
    return "" if found is None else found
