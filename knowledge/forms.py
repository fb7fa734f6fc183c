from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.choosing import SearchSelectMultiple
from crmservice.web.forms import DeskForm, DeskModelForm
from employees.models import Employee
from knowledge.models import Article, FaultCode, PossibleCause, Symptom


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


class SymptomForm(DeskModelForm):
    class Meta:
        model = Symptom
        fields = ("code", "name_zh", "name_en", "words")
        widgets = {"words": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"words": _("As callers say it, in both languages; one a line.")}


class CauseForm(DeskModelForm):
    class Meta:
        model = PossibleCause
        fields = ("fault_code", "check_zh", "check_en", "remedy_zh", "remedy_en")
        widgets = {
            "fault_code": forms.Select(attrs={"data-search": "yes"}),
            **{
                name: forms.Textarea(attrs={"rows": 2})
                for name in ("check_zh", "check_en", "remedy_zh", "remedy_en")
            },
        }
        help_texts = {"check_zh": _("The question or the measurement that tells it from others.")}

    def __init__(self, *args: Any, symptom: Symptom, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = symptom.causes.exclude(pk=self.instance.pk or 0).values("fault_code")
        codes = FaultCode.objects.exclude(pk__in=taken)
        self.fields["fault_code"].queryset = codes  # type: ignore[attr-defined]


class VerbForm(DeskForm):
    """A verb that asks for nothing."""


class ReasonForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class UnhelpfulForm(DeskForm):
    comment = forms.CharField(
        label=_("What is wrong or missing?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(DeskForm):
    answer = forms.CharField(
        label=_("Why it stays as it is"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class RecheckForm(DeskForm):
    recheck_on = forms.DateField(
        label=_("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: in a year."),
    )
