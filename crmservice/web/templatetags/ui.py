"""What the components need and a plain include cannot do: icons, clocks, times, frames."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BaseForm
from django.template import Context
from django.template.base import NodeList, Parser, Token, VariableNode
from django.template.defaultfilters import stringfilter
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode, IncludeNode
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crmservice.web import text as texts
from crmservice.web.html import attribute, escaped, safe

from . import kinds

register = template.Library()
for name in ("day", "moment", "precise", "amount", "percent", "span", "hours", "capped"):
    register.filter(name, getattr(texts, name))

SECONDS_SHOWN_UNDER = timedelta(minutes=5)
HOURS_SHOWN_UNDER = timedelta(days=2)
RELATIVE_WITHIN = timedelta(days=7)
TICKS = " ticks"
STATE_WORDS = {
    "running": gettext_lazy("on time"),
    "at_risk": gettext_lazy("at risk"),
    "overdue": gettext_lazy("overdue"),
    "breached": gettext_lazy("overdue"),
    "on_hold": gettext_lazy("on hold"),
    "met": gettext_lazy("kept"),
    "cancelled": gettext_lazy("cancelled"),
}


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite; decoration unless it has a label, which is then read out."""
    target = f"{static('vendor/icons.svg')}#{name}"
    css = f"icon {extra}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, target
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, target)


@lru_cache(maxsize=256)
def mark(name: str) -> str:
    """The icon of a badge or a clock, of which a list has hundreds: its place says its size."""
    target = escaped(f"{static('vendor/icons.svg')}#{name}")
    return f'<svg aria-hidden="true"><use href="{target}"/></svg>'


@register.simple_tag
def look(kind: str) -> kinds.Look:
    """The tone and the icon of a kind: `{% look "met" as looks %}{{ looks.tone }}`."""
    return kinds.look(kind)


@register.simple_tag
def badge(kind: str, label: str | Promise, title: str | Promise = "") -> SafeString:
    """A state in words, icon and colour."""
    return badge_of(kind, str(label), str(title))


@lru_cache(maxsize=4096, typed=True)  # what is marked safe is another text
def badge_of(kind: str, label: str, title: str) -> SafeString:
    looks = kinds.look(kind)
    return safe(
        f'<span class="state tone-{looks.tone}"{attribute("title", title)}>',
        f"{mark(looks.icon)}{escaped(label)}</span>",
    )


@register.simple_tag
def clock(
    label: str,
    state: str,
    due: datetime | None = None,
    risk: datetime | None = None,
    text: str = "",
    reason: str = "",
) -> SafeString:
    """A promise's countdown; clock.js lets it tick. List cells call it too: hence no template.

    `state` is running, on_hold, met, breached or cancelled; `text` stands instead of the
    countdown once a clock does not run.
    """
    now = timezone.now()
    kind = state_at(state, due, risk, now)
    ticking = state == "running" and due is not None
    looks, words = kinds.look(kind), str(STATE_WORDS.get(kind, STATE_WORDS["cancelled"]))
    said = "" if kind == "overdue" or not (ticking or text) else escaped(words)  # "late by …"
    shown = countdown(due, now) if ticking and due else text or words
    return safe(
        f'<span class="clock tone-{looks.tone}" data-clock="{escaped(kind)}"',
        f"{clock_times(label, due, risk)}>{mark(looks.icon)}",
        f'<span class="clock-label">{escaped(label)}</span>' if label else "",
        f'<span class="visually-hidden" data-clock-state>{said}</span>' if said else "",
        f'<span class="clock-text{TICKS if ticking else ""}">{escaped(shown)}</span>',
        f'<span class="clock-reason">{escaped(reason)}</span>' if reason else "",
        "</span>",
    )


@register.simple_tag(takes_context=True)
def clock_of(context: Context) -> SafeString:
    """The clock from the parameters of components/clock.html, of which most may be missing."""
    return clock(
        context.get("label") or "",
        context["state"],
        context.get("due") or None,
        context.get("risk") or None,
        context.get("text") or "",
        context.get("reason") or "",
    )


def clock_times(label: str, due: datetime | None, risk: datetime | None) -> str:
    if due is None:
        return ""
    said = f"{label}: {texts.precise(due)}" if label else texts.precise(due)
    times = f' data-due="{seconds(due)}"' + (f' data-risk="{seconds(risk)}"' if risk else "")
    return f'{times} title="{escaped(said)}"'


def seconds(moment: datetime) -> int:
    """Since 1970, as clock.js reads it."""
    return int(moment.timestamp())


def state_at(state: str, due: datetime | None, risk: datetime | None, now: datetime) -> str:
    if state != "running" or due is None:
        return state
    if due < now:
        return "overdue"
    return "at_risk" if risk and risk <= now else "running"


def countdown(due: datetime, at: datetime) -> str:
    """What is left until `due`, or by how much it is late; clock.js says the same words."""
    left = due - at
    if left < timedelta():
        return _("late by {span}").format(span=countdown_span(-left))
    return _("in {span}").format(span=countdown_span(left))


def countdown_span(left: timedelta) -> str:
    """Whole units, seconds only when they matter."""
    seconds = int(left.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60
    if left >= HOURS_SHOWN_UNDER:
        return _("{d} d {h} h").format(d=hours // 24, h=hours % 24)
    if hours:
        return _("{h} h {m} min").format(h=hours, m=minutes % 60)
    if left >= SECONDS_SHOWN_UNDER:
        return _("{m} min").format(m=minutes)
    return f"{minutes}:{seconds % 60:02d}"


def iso(moment: datetime | None) -> str:
    """An instant as UTC for `datetime` attributes and scripts."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


@register.simple_tag
def when(moment: datetime | date | None, zone: str = "") -> str:
    """A moment near now as "2 hours ago", any other as a date; the whole of it on hover.

    `zone` is the zone of the customer or site: where its time differs from the reader's, it is
    named beside.
    """
    if not moment:
        return "–"
    if not isinstance(moment, datetime):
        return safe(f'<time datetime="{moment.isoformat()}">{escaped(texts.day(moment))}</time>')
    local = timezone.localtime(moment)
    whole = f"{texts.precise(moment)} {local.tzname()}"
    return safe(
        f'<time datetime="{iso(moment)}" title="{escaped(whole)}">',
        f"{escaped(relative(moment))}</time>{elsewhere(local, zone)}",
    )


def relative(moment: datetime) -> str:
    now = timezone.now()
    if abs(now - moment) >= RELATIVE_WITHIN:
        return texts.moment(moment)
    if abs(now - moment) < timedelta(minutes=1):
        return _("just now")
    if moment < now:
        return _("{span} ago").format(span=timesince(moment, now, depth=1))
    return _("in {span}").format(span=timeuntil(moment, now, depth=1))


def elsewhere(here: datetime, zone: str) -> str:
    there = here.astimezone(ZoneInfo(zone)) if zone else here
    if there.utcoffset() == here.utcoffset():
        return ""
    return f' <span class="muted">({there:%H:%M} {there.tzname()})</span>'


@register.filter
@stringfilter
def initials(name: str) -> str:
    """Two letters of a Latin name, the last two characters of a Chinese one."""
    words = name.split()
    if not words:
        return "?"
    if words[0].isascii():
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
    return words[-1][-2:]


NARROWEST = 200  # as a share of the picture


@register.simple_tag
def scaled(segments: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Segments with `seconds` as bars of a picture 1000 wide: each with its `x` and `width`.

    One that is too short to be seen is drawn a little wider than it is.
    """
    rows = list(segments)
    lengths = [max(float(row["seconds"]), 0.0) for row in rows]
    visible = sum(lengths) / NARROWEST
    lengths = [max(length, visible) if length else length for length in lengths]
    unit = 1000 / (sum(lengths) or 1)
    starts = [sum(lengths[:index]) * unit for index in range(len(rows))]
    return [
        {**row, "x": f"{start:.1f}", "width": f"{length * unit:.1f}"}
        for row, start, length in zip(rows, starts, lengths, strict=True)
    ]


FIXED_KEPT = 1000  # of one part, before it is rendered anew


class Fixed(template.Node):
    """What depends on nothing but the language and the values of `names`: each is rendered once in
    every process, from a context that holds nothing else.
    """

    def __init__(self, nodelist: NodeList, names: Sequence[str]) -> None:
        self.nodelist = nodelist
        self.names = names
        self.rendered: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: context.get(name) for name in self.names}
        key = (get_language(), *values.values())
        if key not in self.rendered:
            if len(self.rendered) >= FIXED_KEPT:
                self.rendered.clear()
            self.rendered[key] = self.nodelist.render(context.new(values))
        return self.rendered[key]


@register.tag
def fixed(parser: Parser, token: Token) -> Fixed:
    """Frames of every page stand between fixed and endfixed. A value of the page may only if it is
    named in the tag, `{% fixed nav %}`, and can be hashed.
    """
    names = token.split_contents()[1:]
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    kinds_of_nodes = (BlockNode,) if names else (BlockNode, VariableNode, IncludeNode)
    if any(map(nodelist.get_nodes_by_type, kinds_of_nodes)):
        raise template.TemplateSyntaxError(f"{token.contents}: what varies cannot stand in it.")
    return Fixed(nodelist, names)


@register.simple_block_tag
def panel(  # noqa: PLR0913  (each is one word of the component)
    content: SafeString,
    title: str,
    *,
    count: str | int = "",
    url: str = "",
    symbol: str = "",
    add_url: str = "",
    add_label: str = "",
    flush: bool = False,
) -> SafeString:
    """A card with a title, the count that opens its list, and what stands between the tags."""
    add = f'<a class="btn btn-sm panel-add" href="{escaped(add_url)}">{icon("plus")}'
    return safe(
        f'<section class="panel{" panel-flush" if flush else ""}"><header class="panel-head">',
        f"<h2>{icon(symbol) if symbol else ''}{escaped(title)}</h2>",
        all_of(title, count, url),
        f"{add}{escaped(add_label)}</a>" if add_url else "",
        f'</header><div class="panel-body">{escaped(content)}</div></section>',
    )


@register.simple_tag(takes_context=True)
def panel_of(context: Context) -> SafeString:
    """The card from the parameters of components/panel.html, of which most may be missing."""
    given: Any = context
    return panel(
        given["content"],
        given["title"],
        count=given.get("count", ""),
        url=given.get("url", ""),
        symbol=given.get("symbol", ""),
        add_url=given.get("add_url", ""),
        add_label=given.get("add_label", ""),
        flush=bool(given.get("flush")),
    )


def all_of(title: str, count: str | int, url: str) -> str:
    """How many there are, and where all of them are."""
    said = f'<span class="visually-hidden"> {escaped(title)}</span>'
    if count or count == 0:
        if not url:
            return f'<span class="count num">{escaped(count)}</span>'
        return f'<a class="count num" href="{escaped(url)}">{escaped(count)}{said}</a>'
    return f'<a class="panel-all" href="{escaped(url)}">{_("All")}{said}</a>' if url else ""


@register.simple_block_tag
def explanation(content: SafeString, line: str, *, opened: bool = False) -> SafeString:
    """One line that says why; it opens to the derivation that stands between the tags."""
    words = {"line": line, "opened": opened, "content": content}
    return render_to_string("components/explanation.html", words)


@register.simple_block_tag(takes_context=True)
def record_form(  # noqa: PLR0913  (each is one word of the component)
    context: Context,
    content: SafeString,
    form: BaseForm,
    *,
    submit: str,
    action: str = "",
    cancel: str = "",
    preview: str = "",
    draft: str = "",
    ask: str = "",
    symbol: str = "check",
) -> SafeString:
    """A whole POST form: error summary, fields, the one primary button; after it one more with
    `preview`, which sends "preview", one with `ask`, and one with `draft`, which sends "draft".

    Between the tags stand the fields when they are laid out by hand; empty, the form lays itself.
    """
    words = {"form": form, "submit": submit, "action": action, "cancel": cancel, "symbol": symbol}
    words |= {
        "preview": preview,
        "draft": draft,
        "ask": ask,
        "content": content if content.strip() else "",
        "csrf_token": context.get("csrf_token", ""),
    }
    return render_to_string("components/form.html", words)


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context,
    content: SafeString,
    *,
    url: str = "",
    clear_url: str = "",
    chips: Iterable[Mapping[str, str]] = (),
    target: str = "",
) -> SafeString:
    """A GET form that submits itself when a field changes, with a chip for each filter in force."""
    words = {"url": url or context["request"].path, "clear_url": clear_url, "chips": list(chips)}
    words |= {"target": target, "content": content}
    return render_to_string("components/filter_bar.html", words)
