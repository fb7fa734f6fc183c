"""What customers said, and who was heard twice."""

from django.db.models import Avg, Case, F, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from customers.models import Customer
from employees.permissions import Scope as Range
from reports.queries.breaking import narrowed, paths_of_customers, paths_of_requests
from reports.queries.declaring import Path, Rows
from reports.queries.factual import FACTS
from reports.queries.requests import Asked
from service_requests.models import Survey, SurveyScore


def paths_of_surveys(prefix: str = "") -> dict[str, Path]:
    """Of a request, or of a customer who was asked without one."""
    request, customer = f"{prefix}service_request__", f"{prefix}customer__"
    return {
        **paths_of_requests(request),
        "customer": Coalesce(f"{request}customer__code", f"{customer}code"),
        "region": Coalesce(f"{request}customer__province", f"{customer}province"),
        "tier": Coalesce(f"{request}tier__code", f"{customer}tier__code"),
    }


def answered(asked: Asked) -> QuerySet[Survey]:
    """Answered in the period, of a request or of a quarter's sample."""
    period = asked.scope.period
    found = Survey.objects.visible_to(asked.user).filter(
        answered_at__gte=period.starts, answered_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_SURVEY)


def sent(asked: Asked) -> QuerySet[Survey]:
    period = asked.scope.period
    found = Survey.objects.visible_to(asked.user).filter(
        sent_at__gte=period.starts, sent_at__lt=period.ends
    )
    return narrowed(found, asked.scope.filters, OF_SURVEY)


def scores(asked: Asked) -> QuerySet[SurveyScore]:
    """The scores of the surveys that were answered in the period."""
    period = asked.scope.period
    found = SurveyScore.objects.filter(
        survey__answered_at__gte=period.starts, survey__answered_at__lt=period.ends
    )
    if asked.user.scope_of("service_requests.view") != Range.ALL:
        seen = Survey.objects.visible_to(asked.user).order_by().values("pk")
        found = found.filter(survey__in=seen)
    return narrowed(found, asked.scope.filters, OF_SCORE)


OF_SURVEY = paths_of_surveys()

OF_SCORE: dict[str, Path] = {
    **paths_of_surveys("survey__"),
    "dimension": "dimension__code",
    "department": "dimension__department",
}

SCORES = Rows(
    "scores",
    scores,
    "scores",
    OF_SCORE,
    moment="survey__answered_at",
    facts=FACTS["scores"],
    within="dimension",
)

ANSWERED = Rows(
    "answered", answered, "answered_surveys", OF_SURVEY, moment="answered_at",
    facts=FACTS["answered"],
)  # fmt: skip

SENT = Rows("sent", sent, "sent_surveys", OF_SURVEY, moment="sent_at", facts=FACTS["sent"])


def heard(asked: Asked) -> QuerySet[Customer]:
    """Customers that answered in this period and in the one before, with what became of them:
    1 more content, 2 as before, 3 less content.
    """
    found = Customer.objects.visible_to(asked.user).annotate(
        then=mean_score(asked.before), now=mean_score(asked)
    )
    change = Case(
        When(now__gt=F("then"), then=1),
        When(now__lt=F("then"), then=3),
        default=2,
        output_field=IntegerField(),
    )
    known = found.filter(then__isnull=False, now__isnull=False).annotate(change=change)
    return narrowed(known, asked.scope.filters, paths_of_customers())


def mean_score(asked: Asked) -> Subquery:
    period = asked.scope.period
    given = SurveyScore.objects.filter(
        survey__answered_at__gte=period.starts, survey__answered_at__lt=period.ends
    ).annotate(whose=Coalesce("survey__service_request__customer", "survey__customer"))
    mine = given.filter(whose=OuterRef("pk")).order_by().values("whose")
    return Subquery(mine.annotate(mean=Avg("score")).values("mean"))


HEARD = Rows(
    "heard",
    heard,
    "customers",
    {**paths_of_customers(), "change": "change"},
    permission="customers.view_value",
    facts=FACTS["heard"],
)
