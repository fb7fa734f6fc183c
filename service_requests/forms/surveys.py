"""What a customer may answer: 1 to 5 for each thing asked, 0 to 10, and a free word."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm
from service_requests.models import Survey, SurveyDimension

SCORES = [(str(score), str(score)) for score in range(1, 6)]
NPS = [(str(score), str(score)) for score in range(11)]
PREFIX = "score_"


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
