"""`{% field_box %}`: a field with its label, help and errors, where crispy-forms asks for one.

crispy-bootstrap5's own field.html says the same and asks some forty questions in template language
before it does.
"""

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template import Context
from django.utils.safestring import SafeString

from crmservice.web.html import attribute, attributes, escaped, safe

register = template.Library()


@register.simple_tag(takes_context=True)
def field_box(context: Context) -> SafeString:
    """The `field` that crispy-forms put into the context."""
    return boxed(context["field"])


@register.filter
def boxed(field: BoundField) -> SafeString:
    """A field where a form is laid out by hand: `{{ form.subject|boxed }}`."""
    widget = field.field.widget
    if field.is_hidden:
        return safe(str(field))
    if isinstance(widget, forms.CheckboxInput):
        return safe(
            f'<div class="mb-3"><div id="div_{field.auto_id}" class="form-check">',
            control(field, "form-check-input"),
            label(field, "label", "form-check-label"),
            f"{errors(field)}{help_text(field)}</div></div>",
        )
    if isinstance(widget, forms.RadioSelect):  # with the choices of several, its descendant
        described = attribute("aria-describedby", field.aria_describedby)
        return safe(
            f'<div id="div_{field.auto_id}" class="mb-3"><fieldset{described}>',
            label(field, "legend", "form-label", "fs-6"),
            f"<div>{choices(field)}{help_text(field)}</div></fieldset></div>",
        )
    look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    return safe(
        f'<div id="div_{field.auto_id}" class="mb-3">{label(field, "label", "form-label")}',
        f"{control(field, look)}{errors(field)}{help_text(field)}</div>",
    )


def label(field: BoundField, tag: str, *css: str) -> str:
    if not field.label:
        return ""
    required, star = "", ""
    if field.field.required:
        required, star = " requiredField", '<span class="asteriskField">*</span>'
    belongs = attribute("for", field.id_for_label)
    return f'<{tag}{belongs} class="{" ".join(css)}{required}">{escaped(field.label)}{star}</{tag}>'


def control(field: BoundField, look: str) -> str:
    own = field.field.widget.attrs.get("class", "")
    invalid = "is-invalid" if field.errors else ""
    css = " ".join(dict.fromkeys(f"{own} {look} {invalid}".split()))
    return field.as_widget(attrs={"class": css})


def choices(field: BoundField) -> str:
    """Each choice of a group of radio buttons or checkboxes; errors stand after the last."""
    invalid = " is-invalid" if field.errors else ""
    boxes = [
        f'<div class="form-check"><input type="{each.data["type"]}"'
        f' class="form-check-input{invalid}" name="{escaped(field.html_name)}"'
        f' value="{escaped(each.data["value"])}"{attributes(each.data["attrs"])}>'
        f'<label for="{escaped(each.data["attrs"]["id"])}" class="form-check-label">'
        f"{escaped(each.data['label'])}</label>"
        for each in field.subwidgets
    ]
    return "</div>".join(boxes) + errors(field) + "</div>" if boxes else errors(field)


def errors(field: BoundField) -> str:
    if not field.errors:
        return ""
    name = field.auto_id
    said = "".join(
        f'<p id="error_{number}_{name}"><strong>{escaped(each)}</strong></p>'
        for number, each in enumerate(field.errors, 1)
    )
    return f'<div id="{name}_error" class="invalid-feedback">{said}</div>'


def help_text(field: BoundField) -> str:
    """Our own words: they may hold HTML."""
    if not field.help_text:
        return ""
    words: Any = field.help_text
    return f'<div id="{field.auto_id}_helptext" class="form-text">{words}</div>'
