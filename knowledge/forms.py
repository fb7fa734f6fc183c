from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.choosing import SearchSelectMultiple
from crmservice.web.forms import DeskForm, DeskModelForm
from employees.models import Employee
from knowledge.models import Article, FaultCode


class ArticleForm(DeskModelForm):
    related = forms.ModelMultipleChoiceField(
        label=_("Related articles"),
        queryset=Article.objects.none(),
        required=False,
        widget=SearchSelectMultiple("knowledge:options"),
    )

    class Meta:
        model = Article
        fields = (
            "title",
            "problem",
            "summary",
            "solution",
            "fault_codes",
            "related",
            "audience",
            "language",
        )
        widgets = {
            "problem": forms.Textarea(attrs={"rows": 4}),
            "solution": forms.Textarea(attrs={"rows": 10}),
            "fault_codes": forms.SelectMultiple(attrs={"data-search": "yes"}),
        }
        help_texts = {
            "problem": _("What the customer sees or says, in the customer's words."),
            "solution": _("Step by step; one step a line."),
            "audience": _("Who may read it once it is published."),
        }

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        related = Article.objects.visible_to(user)
        if self.instance.pk:
            related = related.exclude(pk=self.instance.pk)
        self.fields["related"].queryset = related  # type: ignore[attr-defined]


class FaultCodeForm(DeskModelForm):
    class Meta:
        model = FaultCode
        fields = ("code", "name_zh", "name_en")


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class RecheckForm(DeskForm):
    recheck_on = forms.DateField(
        label=_("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: in a year."),
    )
