"""The widgets of every form, built in Python: a form is mostly its widgets.

Django's templates say the same (a test compares them) and take ten times as long. What is not here
is rendered by them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest

from crmservice.web.html import attributes, escaped

Widget = Mapping[str, Any]


class DeskRenderer(DjangoTemplates):
    def render(
        self, template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None
    ) -> str:
        built = BUILT.get(template_name)
        if built is None:
            return super().render(template_name, context, request)  # type: ignore[arg-type]  # stubs say dict
        return built(context["widget"])


def entry(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{escaped(widget["value"])}"'
    kind, name = escaped(widget["type"]), escaped(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{attributes(widget["attrs"])}>'


def textarea(widget: Widget) -> str:
    name, text = escaped(widget["name"]), escaped(widget["value"] or "")
    return f'<textarea name="{name}"{attributes(widget["attrs"])}>\n{text}</textarea>'


def select(widget: Widget) -> str:
    groups = "".join(group(name, options) for name, options, _place in widget["optgroups"])
    return (
        f'<select name="{escaped(widget["name"])}"{attributes(widget["attrs"])}>{groups}</select>'
    )


def group(label: str | None, options: list[Widget]) -> str:
    shown = "".join(map(option, options))
    return f'<optgroup label="{escaped(label)}">{shown}</optgroup>' if label else shown


def option(widget: Widget) -> str:
    value, attrs = escaped(widget["value"]), attributes(widget["attrs"])
    return f'<option value="{value}"{attrs}>{escaped(widget["label"])}</option>'


ENTRIES = ("text", "number", "email", "password", "hidden", "date", "datetime", "time", "checkbox")
BUILT: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": entry for name in ENTRIES},
    "django/forms/widgets/textarea.html": textarea,
    "django/forms/widgets/select.html": select,
}
