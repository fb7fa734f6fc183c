"""What each verb of a task asks for, where it asks for nothing or for a reason."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
