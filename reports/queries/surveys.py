"""What customers said: satisfaction per dimension, NPS, response rate."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from reports.models import ScoreFact, SurveyFact
from reports.models.facts import OfSurvey
from reports.queries import factual
from reports.queries.counting import Share
from reports.queries.requests import Asked, of_requests
from service_requests.models import Survey, SurveyDimension, SurveyScore

GOOD_SCORE = 4
COUNTED = ("recommending", "promoters", "detractors", "sent", "answered of sent")
PROMOTER, DETRACTOR = 9, 6


@dataclass(frozen=True)
class DimensionScore:
    dimension: SurveyDimension
    mean: float
    good: Share


def answered(asked: Asked, dimension: str = "") -> QuerySet[Survey]:
    """Answered in the period; with the code of a dimension, only those that scored it."""
    period = asked.scope.period
    surveys = _within(
        asked, Survey.objects.filter(answered_at__gte=period.starts, answered_at__lt=period.ends)
    )
    return surveys.filter(scores__dimension__code=dimension) if dimension else surveys


def recommending(asked: Asked) -> QuerySet[Survey]:
    """The answers in the period that say whether the customer would recommend us."""
    return answered(asked).filter(nps__isnull=False)


def sent(asked: Asked) -> QuerySet[Survey]:
    """Sent in the period: the base of the response rate."""
    period = asked.scope.period
    return _within(
        asked, Survey.objects.filter(sent_at__gte=period.starts, sent_at__lt=period.ends)
    )


def counted(asked: Asked, *, by_facts: bool) -> dict[str, QuerySet[Any]]:
    """What NPS and the response rate are made of."""
    given: QuerySet[Any] = (
        facts_of(SurveyFact, asked, "answered_at") if by_facts else answered(asked)
    )
    asked_for: QuerySet[Any] = facts_of(SurveyFact, asked, "sent_at") if by_facts else sent(asked)
    return {
        "recommending": given.filter(nps__isnull=False),
        "promoters": given.filter(nps__gte=PROMOTER),
        "detractors": given.filter(nps__lte=DETRACTOR),
        "sent": asked_for,
        "answered of sent": asked_for.filter(answered_at__isnull=False),
    }


def facts_of(model: type[OfSurvey], asked: Asked, moment: str) -> QuerySet[Any]:
    """Those of the period, of the requests that the filters leave."""
    period = asked.scope.period
    found: QuerySet[Any] = model._default_manager.filter(
        **{f"{moment}__gte": period.starts, f"{moment}__lt": period.ends}
    )
    return factual.of_requests(found, asked)


def nps(promoting: int, detracting: int, answers: int) -> float | None:
    """Share of 9 and 10 minus share of 0 to 6, in points from −100 to 100."""
    return 100 * (promoting - detracting) / answers if answers else None


def dimension_scores(asked: Asked, *, by_facts: bool) -> list[DimensionScore]:
    """Mean and share of 4 and 5 of each dimension that was answered in the period."""
    scores = facts_of(ScoreFact, asked, "answered_at") if by_facts else scores_of(asked)
    shown = ("code", "name_zh", "name_en")
    rows = (
        scores.order_by("dimension__position")
        .values_list("dimension__position", *(f"dimension__{name}" for name in shown))
        .annotate(
            mean=Avg("score"), count=Count("pk"), good=Count("pk", filter=Q(score__gte=GOOD_SCORE))
        )
    )
    return [
        DimensionScore(
            SurveyDimension(**dict(zip(shown, texts, strict=True))), float(mean), Share(good, count)
        )
        for _position, *texts, mean, count, good in rows
    ]


def scores_of(asked: Asked) -> QuerySet[Any]:
    period = asked.scope.period
    scores = SurveyScore.objects.filter(
        survey__answered_at__gte=period.starts, survey__answered_at__lt=period.ends
    )
    return of_requests(scores, asked, "survey__service_request")


def _within(asked: Asked, surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    return of_requests(surveys, asked)
