"""F-32: what no honest browser sends is refused or cleaned."""

import pytest
from django import forms

from crmservice.web.forms import DeskForm


class NoteForm(DeskForm):
    subject = forms.CharField()
    text = forms.CharField(widget=forms.Textarea)
    secret = forms.CharField(widget=forms.PasswordInput)


@pytest.mark.parametrize("sign", ["\r\n", "\x1b", "\u2028", "\x85"])
def test_a_line_break_does_not_get_into_a_single_line(sign):
    form = NoteForm({"subject": f"a{sign}b", "text": "a\r\n\tb", "secret": "a\tb"})

    assert not form.is_valid()
    assert set(form.errors) == {"subject"}


@pytest.mark.parametrize("url", ["/customers/C%001/", "/requests/%00/", "/employees/%00/edit/"])
def test_a_nul_in_an_address_names_nothing(logged_in, url):
    assert logged_in("department_head").get(url).status_code == 404


def test_a_nul_after_the_question_mark_counts_as_absent(logged_in):
    client = logged_in("department_head")

    assert client.get("/orders/new/?request=%00").status_code == 200
    assert client.get("/customers/?q=%00&city=%00").status_code == 200
