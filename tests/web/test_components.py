"""The design language: what the components show, and what no page may break."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

import vendor
from crmservice.web.lists import Cell, Row
from crmservice.web.templatetags import kinds, ui
from employees.choices import Role

NOON = datetime(2026, 2, 13, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
ROOT = settings.BASE_DIR
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))


def shown(source: str, **context) -> str:
    return Template("{% load i18n ui table %}" + source).render(Context(context))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- Countdown ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "words"),
    [
        pytest.param(timedelta(days=2), "in 2 d 0 h", id="two days are days"),
        pytest.param(timedelta(days=2, seconds=-1), "in 47 h 59 min", id="less are hours"),
        pytest.param(timedelta(hours=1), "in 1 h 0 min", id="an hour"),
        pytest.param(timedelta(hours=1, seconds=-1), "in 59 min", id="less are minutes"),
        pytest.param(timedelta(minutes=5), "in 5 min", id="five minutes"),
        pytest.param(timedelta(minutes=5, seconds=-1), "in 4:59", id="less show seconds"),
        pytest.param(timedelta(), "in 0:00", id="now is not late"),
        pytest.param(timedelta(seconds=-1), "late by 0:01", id="a second late"),
        pytest.param(timedelta(hours=-2, minutes=-5), "late by 2 h 5 min", id="hours late"),
    ],
)
def test_a_countdown_uses_the_unit_that_matters(left, words):
    assert ui.countdown(NOON + left, NOON) == words


@pytest.mark.parametrize(
    ("now", "state"),
    [
        pytest.param(NOON - timedelta(minutes=10, seconds=1), "running", id="before the warning"),
        pytest.param(NOON - timedelta(minutes=10), "at_risk", id="from the warning on"),
        pytest.param(NOON, "at_risk", id="at the due time itself"),
        pytest.param(NOON + timedelta(seconds=1), "overdue", id="after it"),
    ],
)
def test_a_running_clock_turns_at_its_two_moments(now, state):
    with time_machine.travel(now, tick=False):
        html = ui.clock("Response", "running", NOON, NOON - timedelta(minutes=10))

    assert f'data-clock="{state}"' in html
    assert f"tone-{kinds.look(state).tone}" in html
    assert "clock-text ticks" in html
    assert f'data-due="{NOON.timestamp():.0f}"' in html
    assert ("data-clock-state" in html) == (state != "overdue")


@pytest.mark.parametrize(
    ("state", "words"), [("on_hold", "on hold"), ("met", "kept"), ("cancelled", "cancelled")]
)
def test_a_clock_that_does_not_run_does_not_tick(state, words):
    html = ui.clock("Response", state, NOON)

    assert "ticks" not in html
    assert text_of(html) == f"Response {words}"


def test_the_scripts_have_the_words_of_the_server():
    with translation.override("en"):
        words = render_to_string("components/words.html")

    assert 'data-late="late by {span}"' in words
    assert 'data-hours="{h} h {m} min"' in words


# --- Time, names, bars ----------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        pytest.param(NOON - timedelta(seconds=59), "just now", id="now"),
        pytest.param(NOON - timedelta(minutes=1), "1 minute ago", id="ago"),
        pytest.param(NOON + timedelta(hours=3), "in 3 hours", id="ahead"),
        pytest.param(NOON - timedelta(days=7), "6 Feb 2026 12:00", id="a week is a date"),
        pytest.param(date(2026, 2, 14), "14 Feb 2026", id="a day"),
        pytest.param(None, "–", id="nothing"),
    ],
)
def test_a_moment_near_now_is_relative(moment, words):
    assert text_of(ui.when(moment)).replace("\xa0", " ") == words


@time_machine.travel(NOON, tick=False)
def test_another_zone_is_named_only_where_its_time_differs():
    assert text_of(ui.when(NOON, "Europe/Berlin")) == "just now (05:00 CET)"
    assert text_of(ui.when(NOON, "Asia/Singapore")) == "just now"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Berg", "AB"),
        ("Anna Maria Berg", "AB"),
        ("Anna", "A"),
        ("王小明", "小明"),
        ("李娜", "李娜"),
        ("", "?"),
    ],
)
def test_initials(name, letters):
    assert ui.initials(name) == letters


def test_segments_fill_the_picture_in_order():
    bars = ui.scaled([{"kind": "running", "seconds": 300}, {"kind": "held", "seconds": 900}])

    assert [(bar["x"], bar["width"]) for bar in bars] == [("0.0", "250.0"), ("250.0", "750.0")]
    assert ui.scaled([{"kind": "running", "seconds": 0}])[0]["width"] == "0.0"


def test_a_segment_of_seconds_among_days_is_still_seen():
    bars = ui.scaled([{"kind": "running", "seconds": 1}, {"kind": "closed", "seconds": 86_400}])

    assert [bar["width"] for bar in bars] == ["5.0", "995.0"]


# --- Components -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("avatar", {"name": "王小明"}),
        ("badge", {"kind": "met", "label": "kept"}),
        ("clock", {"state": "running"}),
        ("connection", {}),
        ("empty", {"text": "Nothing."}),
        ("explanation", {"line": "Why", "content": "so"}),
        ("facts", {"facts": [{"label": "Tier", "text": "VIP"}]}),
        ("heading", {"title": "Customers"}),
        ("hits", {"hits": []}),
        ("money", {"amount": Decimal(3), "currency": "CNY"}),
        ("next_step", {"text": "Call back."}),
        ("pager", {}),
        ("panel", {"title": "Assets", "content": ""}),
        ("progress", {"label": "Visits", "value": 1, "max": 2, "text": "1 / 2"}),
        ("segments", {"label": "Time", "segments": [], "legend": []}),
        ("signature", {"name": "signature", "label": "Customer"}),
        ("stat", {"label": "Open", "value": "3", "url": "?"}),
        ("steps", {"steps": [{"label": "New", "state": "now"}]}),
        ("table", {"caption": "Lines", "heads": [{"label": "Part"}], "rows": []}),
        ("tabs", {"label": "Parts", "tabs": [{"label": "One", "url": "?"}]}),
        (
            "timeline",
            {"entries": [{"who": "A", "when": NOON, "icon": "note", "text": "wrote"}]},
        ),
        ("toast", {"kind": "info", "text": "Saved."}),
    ],
)
def test_optional_parameters_may_be_left_out(name, words):
    assert render_to_string(f"components/{name}.html", words) is not None


def test_every_component_is_in_the_list_of_components():
    listed = (ROOT / "templates" / "components" / "README.md").read_text("utf-8")

    assert [path.name for path in COMPONENTS if f"`{path.name}`" not in listed] == []
    assert [
        path.name for path in COMPONENTS if "{% comment %}" not in path.read_text("utf-8")
    ] == []


def test_text_is_escaped_everywhere():
    bold = "<b>"

    for html in (
        ui.badge("met", bold, bold),
        ui.clock(bold, "met", NOON, None, bold, bold),
        shown("{% panel bold %}{% endpanel %}", bold=bold),
        shown("{% explanation bold %}{% endexplanation %}", bold=bold),
        shown("{% table_row row %}", row=Row(1, bold, [Cell(bold, hint=bold, sub=bold)])),
        render_to_string("components/heading.html", {"title": bold, "number": bold}),
    ):
        assert bold not in html
        assert "&lt;b&gt;" in html


def test_what_is_kept_of_a_badge_is_as_safe_as_its_words():
    safe_first = ui.badge("met", SafeString("<i>kept</i>")), ui.badge("met", "<i>kept</i>")

    assert ["<i>" in each for each in safe_first] == [True, False]


def test_a_fixed_part_speaks_the_language_of_each_reader():
    part = Template("{% load i18n ui %}{% fixed %}{% translate 'Close' %}{% endfixed %}")
    said = []

    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            said.append(part.render(Context()))

    assert said == ["Close", "关闭", "Close"]


def test_a_fixed_part_is_rendered_for_each_value_that_it_names():
    part = Template("{% load ui %}{% fixed a %}{{ a }}{% if b %}, {{ b }}{% endif %}{% endfixed %}")

    said = [part.render(Context({"a": a, "b": "the page's own"})) for a in ("<", "2", "<")]

    assert said == ["&lt;", "2", "&lt;"]


def test_a_fixed_part_keeps_only_so_many(monkeypatch):
    monkeypatch.setattr(ui, "FIXED_KEPT", 2)
    part = Template("{% load ui %}{% fixed a %}{{ a }}{% endfixed %}")

    assert [part.render(Context({"a": each})) for each in "abcab"] == list("abcab")
    assert len(part.nodelist.get_nodes_by_type(ui.Fixed)[0].rendered) <= 2


@pytest.mark.parametrize("varies", ["{{ name }}", "{% include 'components/words.html' %}"])
def test_nothing_that_varies_stands_in_a_fixed_part(varies):
    with pytest.raises(TemplateSyntaxError, match="what varies"):
        Template("{% load ui %}{% fixed %}{% if a %}" + varies + "{% endif %}{% endfixed %}")


def test_no_block_stands_in_a_fixed_part():
    with pytest.raises(TemplateSyntaxError, match="what varies"):
        Template("{% load ui %}{% fixed a %}{% block own %}{% endblock %}{% endfixed %}")


def test_a_row_shows_what_its_cells_say():
    row = Row(
        pk=1,
        url="/requests/SR-1/",
        cells=[
            Cell("SR-1", url="/requests/SR-1/", hint="fault"),
            Cell("Waiting", badge="waiting"),
            Cell("¥3.00", sub="net", numeric=True, wide_only=True),
            Cell(clock=ui.clock("", "met")),
        ],
        tone="bad",
    )

    html = shown("{% table_row row %}", row=row)

    assert '<tr data-row class="row-bad">' in html
    assert '<td><a href="/requests/SR-1/" title="fault">SR-1</a></td>' in html
    assert '<td class="num wide-only">¥3.00<span class="sub">net</span></td>' in html
    assert text_of(html) == "SR-1 Waiting ¥3.00 net kept"


@pytest.mark.parametrize(
    ("url", "said"),
    [("/a/", " data-row>"), ("/b/", ' data-row="/b/">'), ("", ">")],
    ids=["its first link", "elsewhere", "nowhere"],
)
def test_a_row_says_where_it_opens_only_when_no_link_does(url, said):
    row = Row(pk=1, url=url, cells=[Cell("A", url="/a/"), Cell("B", url="/b/")])

    assert shown("{% table_row row %}", row=row).startswith(f"<tr{said}")


def test_a_figure_of_no_rows_is_no_link():
    html = render_to_string("components/stat.html", {"label": "Open", "value": "–", "url": ""})

    assert "<a " not in html
    assert text_of(html) == "Open –"


def test_cells_are_labelled_where_nothing_else_says_what_they_are():
    row = {"cells": [{"text": "SR-1"}, {"text": "Wang"}, {"text": "New", "badge": "new"}, {}]}
    heads = [{"label": "Number"}, {"label": "Owner"}, {"label": "Status"}, {"label": "Asset"}]

    html = shown("{% table_row row heads %}", row=row, heads=heads)

    assert re.findall('data-label="(.+?)"', html) == ["Owner"]
    assert "data-label" not in shown("{% table_row row %}", row=row)


@pytest.mark.parametrize(("numeric", "labels"), [(True, ["Faults"]), (False, [])])
def test_a_number_is_labelled_with_a_second_line_too(numeric, labels):
    row = {"cells": [{"text": "SR-1"}, {"text": "12", "sub": "9"}]}
    heads = [{"label": "Number"}, {"label": "Faults", "numeric": numeric}]

    html = shown("{% table_row row heads %}", row=row, heads=heads)

    assert re.findall('data-label="(.+?)"', html) == labels


def test_what_the_customer_sees_is_labelled_and_what_is_internal_too():
    entry = {"who": "A", "when": NOON, "icon": "note", "text": "Hello", "note": True}

    internal = render_to_string("components/timeline.html", {"entries": [entry]})
    visible = render_to_string(
        "components/timeline.html", {"entries": [{**entry, "visible": True}]}
    )

    assert "entry-internal" in internal
    assert "Internal" in text_of(internal)
    assert "entry-visible" in visible
    assert "The customer sees this" in text_of(visible)


class PhoneForm(forms.Form):
    phone = forms.CharField(label="Telephone")


def test_a_refused_form_says_so_on_top_with_a_link_to_the_field():
    source = '{% record_form form submit="Save" cancel="/back/" %}{% endrecord_form %}'

    refused, fresh = shown(source, form=PhoneForm({})), shown(source, form=PhoneForm())

    assert "data-errors" in refused
    assert 'href="#id_phone"' in refused
    assert 'aria-invalid="true"' in refused
    assert "data-errors" not in fresh


def test_fields_laid_out_by_hand_get_their_error_summary_too():
    form = PhoneForm({})

    html = shown(
        '{% record_form form submit="Save" %}{{ form.phone }}{% endrecord_form %}', form=form
    )

    assert html.count('name="phone"') == 1
    assert html.count("data-errors") == 1


def test_a_pager_without_pages_is_nothing():
    assert text_of(render_to_string("components/pager.html", {})) == ""


# --- Looks ----------------------------------------------------------------------------------------


def test_every_icon_that_is_named_is_in_the_sprite():
    named = {look.icon for look in kinds.LOOKS.values()}
    for path in TEMPLATES:
        named |= set(re.findall(r'(?:icon|symbol)[ =]"([\w-]+)"', path.read_text("utf-8")))
    for path in ROOT.glob("*/**/*.py"):
        if not {"node_modules", ".venv", "tests"} & set(path.parts):
            named |= set(re.findall(r'\b(?:icon|symbol)="([\w-]+)"', path.read_text("utf-8")))

    assert named - vendor.ICONS == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_carries_script_or_style_of_its_own(path):
    source = path.read_text("utf-8")

    assert re.findall(r"""\s(?:style|on[a-z]+)=["']""", source) == []
    assert re.findall(r"<style|<script(?![^>]*\bsrc=)", source) == []


def luminance(colour: str) -> float:
    shades = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shades]
    return sum(part * shade for part, shade in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def tokens(block: str) -> dict[str, tuple[str, str]]:
    """Each colour token of a block of tokens.css, for light and for dark."""
    css = (ROOT / "static" / "css" / "tokens.css").read_text("utf-8")
    body = css.split(f"{block} {{", 1)[1].split("}", 1)[0]
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", body)
    plain = re.findall(r"--([\w-]+): (#\w{6});", body)
    return {name: (light, dark) for name, light, dark in pairs} | {
        name: (colour, colour) for name, colour in plain
    }


TONES = ("neutral", "info", "good", "warning", "bad", "waiting")
GROUNDS = ("page", "surface", "surface-2", "hover")
READ_ON = [
    *product(("ink", "muted"), GROUNDS),
    *product(("accent",), (*GROUNDS, "accent-tint")),
    *((f"{tone}-ink", ground) for tone in TONES for ground in (f"{tone}-tint", "surface", "page")),
    ("ink", "waiting-tint"),
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-hover"),
]


@pytest.mark.parametrize(("frame", "least"), [("desk", 4.5), ("tablet", 7.0)])
@pytest.mark.parametrize(("text", "ground"), READ_ON)
def test_text_can_be_read_on_its_ground(frame, least, text, ground):
    colours = tokens(":root") | (tokens(".tablet") if frame == "tablet" else {})

    for shade in (0, 1):
        assert contrast(colours[text][shade], colours[ground][shade]) >= least


# --- vendor.py ------------------------------------------------------------------------------------


SPRITE = '<svg><symbol id="tabler-x" a="1"><path/></symbol><symbol id="tabler-y"></symbol></svg>'


def test_the_sprite_holds_the_named_icons_only():
    cut = vendor.cut_sprite(SPRITE, frozenset({"x"}))

    assert '<symbol id="x" a="1"><path/></symbol>' in cut
    assert "tabler-y" not in cut


def test_an_icon_that_does_not_exist_stops_the_build():
    with pytest.raises(SystemExit, match="no z"):
        vendor.cut_sprite(SPRITE, frozenset({"x", "z"}))


@pytest.mark.parametrize(
    "pointer", ["//# sourceMappingURL=a.js.map", "/*# sourceMappingURL=a.css.map */"]
)
def test_pointers_to_source_maps_are_taken_out(pointer):
    assert vendor.without_source_map(f"body;\n{pointer}\n") == "body;\n"


def test_the_lock_file_names_no_address_of_a_registry():
    assert '"resolved"' not in Path(ROOT / "package-lock.json").read_text("utf-8")


def test_the_gallery_shows_every_component(client, people):
    client.force_login(people.service_manager)

    page = client.get("/gallery/")

    assert page.status_code == 200
    for mark in ("next-step", "panel", "records", "trail", "facts", "stat", "filter-bar", "errors"):
        assert f'class="{mark}' in page.content.decode()


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_an_error_page_needs_no_context_and_shows_a_way_on(code):
    page = render_to_string(f"{code}.html")

    assert f">{code}<" in page
    assert 'href="/"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_no_link_around_a_page_leads_to_a_refusal(logged_in, role):
    client = logged_in(role)
    page = client.get(reverse("customers:index")).content.decode()
    around = page.partition('class="page-columns"')[0]

    links = set(re.findall(r'href="(/[^"]*)"', around)) - set(re.findall(r'"(/static[^"]*)"', page))

    assert len(links) > 5
    assert [link for link in links if client.get(link).status_code >= 400] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "offers"), [("service_manager", True), ("sales", False)])
def test_a_call_is_offered_to_who_may_log_it(logged_in, role, offers):
    page = logged_in(role).get(reverse("customers:index")).content.decode()

    assert (reverse("service_requests:log") in page) is offers
