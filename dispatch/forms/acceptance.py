"""What a customer says of the work that was done, and what we answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm


class DisagreeForm(DeskForm):
    name = forms.CharField(label=_("Your name"), max_length=120)
    text = forms.CharField(
        label=_("What is not right?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class AnswerForm(DeskForm):
    answer = forms.CharField(
        label=_("What we answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class SupplementForm(DeskForm):
    readings = forms.CharField(
        label=_("Readings"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
