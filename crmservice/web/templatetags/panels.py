"""`{% show_panels panels "main" %}`: one column of what `crmservice.web.panels` collected."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crmservice.web.panels import MAIN, Panel

register = template.Library()
SHARED = ("request", "user", "csrf_token", "LANGUAGE_CODE")


@register.simple_tag(takes_context=True)
def show_panels(context: Context, panels: Iterable[Panel], column: str = MAIN) -> SafeString:
    shared = {name: context[name] for name in SHARED if name in context}
    return format_html_join(
        "\n",
        "{}",
        (
            (render_to_string(panel.template, {**shared, **panel.context}),)
            for panel in panels
            if panel.column == column
        ),
    )
