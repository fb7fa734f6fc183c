"""What a customer may answer: 1 to 5 for each thing asked, 0 to 10, and a free word."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm, DeskModelForm
from service_requests.choices import CallBackOutcome
from service_requests.models import Survey, SurveyDimension

SCORES = [(str(score), str(score)) for score in range(1, 6)]
NPS = [(str(score), str(score)) for score in range(11)]
PREFIX = "score_"
USUAL_SAMPLE = 30


class SurveyForm(DeskForm):
    """One tap for each dimension that is asked; every one may be left out."""

    def __init__(self, *args: Any, survey: Survey | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = {s.dimension.code: s.score for s in scores_of(survey)}
        for dimension in SurveyDimension.objects.filter(is_active=True):
            self.fields[f"{PREFIX}{dimension.code}"] = forms.ChoiceField(
                label=dimension.name,
                choices=SCORES,
                required=False,
                widget=forms.RadioSelect,
                initial=given.get(dimension.code),
            )
        self.fields["nps"] = forms.ChoiceField(
            label=_("Would you recommend us? 0 not at all, 10 certainly"),
            choices=NPS,
            required=False,
            widget=forms.RadioSelect,
            initial=survey.nps if survey else None,
        )
        self.fields["comment"] = forms.CharField(
            label=_("Anything else you want to tell us"),
            required=False,
            max_length=4000,
            widget=forms.Textarea({"rows": 3}),
            initial=survey.comment if survey else "",
        )

    @property
    def answer(self) -> dict[str, Any]:
        """What `actions.answer_survey` takes."""
        values = self.values
        scores = {
            name.removeprefix(PREFIX): int(value)
            for name, value in values.items()
            if name.startswith(PREFIX) and value
        }
        nps = int(values["nps"]) if values["nps"] else None
        return {"scores": scores, "nps": nps, "comment": values["comment"]}

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX) or name == "nps"]


def scores_of(survey: Survey | None) -> Any:
    return survey.scores.select_related("dimension") if survey else []


class CallBackForm(DeskForm):
    """What came of the call."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=CallBackOutcome.choices, widget=forms.RadioSelect
    )
    said = forms.CharField(
        label=_("What was said"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


class RoundForm(DeskForm):
    size = forms.IntegerField(
        label=_("Customers to ask"), min_value=1, max_value=5000, initial=USUAL_SAMPLE
    )


class DimensionForm(DeskModelForm):
    class Meta:
        model = SurveyDimension
        fields = (
            "code",
            "name_zh",
            "name_en",
            "department",
            "weight",
            "importance",
            "position",
            "is_active",
        )
        help_texts = {
            "weight": _("Within the satisfaction of the department."),
            "importance": _("How much it matters; empty: the answers themselves tell."),
            "is_active": _("A question that is asked no more keeps its answers."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
