"""Widgets and fields that are built in Python say what Django's and crispy-forms' templates say."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from crmservice.web.templatetags.fields import boxed
from crmservice.web.widgets import BUILT, DeskRenderer

BOLD = '<b>"&'
CHOICES = [("", "–"), ("a", BOLD), ("Group", [(1, "one"), (BOLD, "two")])]
WIDGETS = [
    pytest.param(forms.TextInput({"maxlength": 9, "required": True, "x": False}), BOLD, id="text"),
    pytest.param(forms.TextInput(), None, id="no text"),
    pytest.param(forms.NumberInput({"step": "0.01"}), 0, id="number"),
    pytest.param(forms.EmailInput(), "a@b.c", id="e-mail"),
    pytest.param(forms.PasswordInput(), BOLD, id="a password is not shown"),
    pytest.param(forms.HiddenInput(), 7, id="hidden"),
    pytest.param(forms.DateInput(), "2026-11-25", id="day"),
    pytest.param(forms.DateTimeInput(), "2026-11-25 08:00", id="moment"),
    pytest.param(forms.TimeInput(), "08:00", id="time"),
    pytest.param(forms.CheckboxInput(), True, id="checked"),
    pytest.param(forms.CheckboxInput(), False, id="not checked"),
    pytest.param(forms.Textarea({"rows": 3}), f"{BOLD}\n\nx", id="long text"),
    pytest.param(forms.Textarea(), None, id="no long text"),
    pytest.param(forms.Select(choices=CHOICES), "a", id="choice"),
    pytest.param(forms.Select(choices=CHOICES), 1, id="choice in a group"),
    pytest.param(forms.SelectMultiple(choices=CHOICES), ["a", BOLD], id="choices"),
]


def squeezed(html: str) -> str:
    return re.sub(r"(?<=>)\s+(?=<(?!/textarea))", "", html)


@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_widget_is_what_django_makes_of_it(widget, value):
    args = ("name", value, {"id": "id_name", "title": BOLD})

    ours = widget.render(*args, renderer=DeskRenderer())

    assert widget.template_name in BUILT
    assert ours == squeezed(widget.render(*args, renderer=DjangoTemplates()))


class Every(forms.Form):
    """One field of each shape."""

    name = forms.CharField(label=BOLD, help_text="As on the plate.")
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    agreed = forms.BooleanField(label="Agreed", help_text="Ask first.")
    answer = forms.ChoiceField(
        label="Answer", choices=[("y", "Yes"), ("n", BOLD)], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        choices=[("mon", "Monday")], widget=forms.CheckboxSelectMultiple, required=False
    )
    key = forms.CharField(widget=forms.HiddenInput, initial="k")


def shown(form: forms.Form, name: str) -> str:
    return boxed(form[name])


def test_a_field_has_its_label_its_control_and_its_help():
    form = Every()

    assert shown(form, "name") == (
        '<div id="div_id_name" class="mb-3">'
        '<label for="id_name" class="form-label requiredField">'
        '&lt;b&gt;&quot;&amp;<span class="asteriskField">*</span></label>'
        '<input type="text" name="name" class="form-control" required'
        ' aria-describedby="id_name_helptext" id="id_name">'
        '<div id="id_name_helptext" class="form-text">As on the plate.</div></div>'
    )
    assert shown(form, "kind") == (
        '<div id="div_id_kind" class="mb-3"><label for="id_kind" class="form-label">Kind</label>'
        '<select name="kind" class="form-select" id="id_kind"><option value="a">A</option></select>'
        "</div>"
    )
    assert shown(form, "key") == '<input type="hidden" name="key" value="k" id="id_key">'


def test_a_box_to_tick_stands_before_its_label():
    assert shown(Every(), "agreed") == (
        '<div class="mb-3"><div id="div_id_agreed" class="form-check">'
        '<input type="checkbox" name="agreed" class="form-check-input" required'
        ' aria-describedby="id_agreed_helptext" id="id_agreed">'
        '<label for="id_agreed" class="form-check-label requiredField">Agreed'
        '<span class="asteriskField">*</span></label>'
        '<div id="id_agreed_helptext" class="form-text">Ask first.</div></div></div>'
    )


def test_a_group_of_choices_has_a_legend_and_a_label_each():
    assert shown(Every(), "days") == (
        '<div id="div_id_days" class="mb-3"><fieldset><legend class="form-label fs-6">Days</legend>'
        '<div><div class="form-check"><input type="checkbox" class="form-check-input" name="days"'
        ' value="mon" id="id_days_0"><label for="id_days_0" class="form-check-label">Monday</label>'
        "</div></div></fieldset></div>"
    )


@pytest.mark.parametrize("name", ["name", "agreed", "answer"])
def test_what_is_wrong_stands_at_the_field(name):
    html = shown(Every(data={}), name)

    assert f'<div id="id_{name}_error" class="invalid-feedback"><p id="error_1_id_{name}">' in html
    assert "This field is required." in html
    assert f'id_{name}_error"' in re.findall('aria-describedby="[^"]*"', html)[0]
    assert " is-invalid" in html
