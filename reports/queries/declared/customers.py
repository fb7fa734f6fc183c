"""What customers say, what becomes of them, what they bring."""

from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.choices import Recovered, SignalStatus, Trend
from reports.choices import NPS, RESPONSE_RATE, SATISFACTION, Chart, Unit
from reports.periods import months_later
from reports.queries.declared.requests import REQUEST_FILTERS
from reports.queries.declaring import (
    Line,
    Measure,
    Number,
    Report,
    Values,
    count,
    mean,
    quotient,
    share,
    total,
)
from reports.queries.requests import Asked
from reports.queries.sources.customers import (
    PURCHASES,
    RAISED,
    RECOVERIES,
    SETTLED,
    TIER_MOVES,
    TRENDS,
)
from reports.queries.sources.saying import ANSWERED, HEARD, SCORES, SENT
from reports.queries.surveys import DETRACTOR, GOOD_SCORE, PROMOTER
from service_requests.models import SurveyDimension

BY_CUSTOMER = ("time", "tier", "outlet", "region", "customer")
CUSTOMER_FILTERS = ("outlet", "tier", "region", "customer")
DEPARTMENT = _("Mean of the dimensions' means, weighted with the dimensions' weights.")


def weighted() -> Callable[[Mapping[Any, Values]], Number]:
    """Mean of the dimensions' means, by their weights; nothing where nothing was answered."""
    weights = dict(SurveyDimension.objects.values_list("pk", "weight"))
    mean_of = quotient("score_sum", "scores")

    def worked(by_dimension: Mapping[Any, Values]) -> Number:
        over = under = 0.0
        for dimension, values in sorted(by_dimension.items()):
            mean_ = mean_of(values)
            if isinstance(mean_, float):
                over += float(weights[dimension]) * mean_
                under += float(weights[dimension])
        return over / under if under else None

    return worked


def nps(values: Values) -> Number:
    answers = values.get("recommending")
    if not answers:
        return None
    return 100 * (values["promoters"] - values["detractors"]) / answers  # type: ignore[operator]


SATISFIED = Report(
    "satisfaction",
    _("Satisfaction"),
    _("What do customers think of us, in what, and of whom?"),
    measures=(
        count("scores", _("Scores"), SCORES, SATISFACTION),
        total("score_sum", _("Sum of scores"), SCORES, "score", unit=Unit.COUNT, hidden=True),
        mean("mean", _("Mean"), "score_sum", "scores", SATISFACTION, good="up"),
        Measure(
            "weighted",
            _("Weighted"),
            DEPARTMENT,
            Unit.SCORE,
            rows=SCORES,
            pooled=weighted,
            good="up",
        ),
        count(
            "good",
            _("Scores of 4 and 5"),
            SCORES,
            SATISFACTION,
            hidden=True,
            where=Q(score__gte=GOOD_SCORE),
        ),
        share("good_share", _("4 and 5"), "good", "scores", SATISFACTION, good="up"),
        count("recommending", _("NPS answers"), ANSWERED, NPS, where=Q(nps__isnull=False)),
        count("promoters", _("9 and 10"), ANSWERED, NPS, hidden=True, where=Q(nps__gte=PROMOTER)),
        count("detractors", _("0 to 6"), ANSWERED, NPS, hidden=True, where=Q(nps__lte=DETRACTOR)),
        Measure(
            "nps",
            _("NPS"),
            NPS,
            Unit.POINTS,
            from_=nps,
            part="promoters",
            base="recommending",
            opens="recommending",
            good="up",
        ),
        count("sent", _("Surveys sent"), SENT, RESPONSE_RATE),
        count(
            "answered",
            _("Of these answered"),
            SENT,
            RESPONSE_RATE,
            hidden=True,
            where=Q(answered_at__isnull=False),
        ),
        share("rate", _("Response rate"), "answered", "sent", RESPONSE_RATE, good="up"),
    ),
    breakdowns=(
        "dimension",
        "department",
        "engineer",
        "time",
        "tier",
        "outlet",
        "kind",
        "model",
        "region",
        "customer",
    ),
    filters=REQUEST_FILTERS,
    headlines=("mean", "good_share", "nps", "rate", "recommending"),
    charted=("mean",),
)

WINS = _("Won ÷ decided; the amount by the month of winning.")
SIGNALS = Report(
    "signals",
    _("Business signals"),
    _("What new business did we notice, and what became of it?"),
    measures=(
        count("raised", _("Raised"), RAISED, _("Signals raised in the period."), good="up"),
        count(
            "taken",
            _("Followed up"),
            RAISED,
            _("Of those raised in the period: taken by sales."),
            where=Q(taken_by__isnull=False),
        ),
        count(
            "rejected",
            _("Rejected"),
            RAISED,
            _("Of those raised in the period: rejected by sales."),
            where=Q(status=SignalStatus.REJECTED),
        ),
        count(
            "unanswered",
            _("Not answered yet"),
            RAISED,
            _("Of those raised in the period: neither taken nor rejected."),
            good="down",
            where=Q(status=SignalStatus.RAISED),
        ),
        count(
            "decided",
            _("Decided"),
            SETTLED,
            WINS,
            hidden=True,
            where=Q(status__in=(SignalStatus.WON, SignalStatus.LOST)),
        ),
        count("won", _("Won"), SETTLED, WINS, good="up", where=Q(status=SignalStatus.WON)),
        share("win_rate", _("Win rate"), "won", "decided", WINS, good="up"),
        total(
            "amount",
            _("Amount won"),
            SETTLED,
            "amount",
            WINS,
            good="up",
            opens="won",
            where=Q(status=SignalStatus.WON),
        ),
    ),
    breakdowns=(*BY_CUSTOMER, "engineer"),
    filters=(*CUSTOMER_FILTERS, "engineer"),
    headlines=("raised", "unanswered", "won", "win_rate", "amount"),
    charted=("raised", "won"),
    permission="signals.view",
)

TREND = _(
    "Purchases of the last 6 months against the 6 months before, as judged on the first of a "
    "month: rising from 1.2, declining to 0.8; lost: nothing in the last 12 months, but "
    "something in the 24 before; new: the first purchase within 6 months."
)

CUSTOMERS = Report(
    "customers",
    _("Customers rising, declining, lost"),
    _("Who buys more or less, who is lost, and what do we do about it?"),
    measures=(
        total(
            "bought",
            _("Bought"),
            PURCHASES,
            "amount",
            _("Sum of purchases with a date in the period, in base currency."),
            good="up",
        ),
        count("purchases", _("Purchases"), PURCHASES, _("Documents with a date in the period.")),
        count("judged", _("Judged"), TRENDS, TREND, hidden=True),
        *(count(str(trend), trend.label, TRENDS, TREND, where=Q(trend=trend)) for trend in Trend),
        count(
            "moves",
            _("Tier moves"),
            TIER_MOVES,
            _("Customers that came from one tier into another in the period."),
            hidden=True,
        ),
        count(
            "up",
            _("Tier up"),
            TIER_MOVES,
            _("Customers that came into a higher tier in the period."),
            good="up",
            where=Q(after__rank__lt=F("before__rank")),
        ),
        count(
            "down",
            _("Tier down"),
            TIER_MOVES,
            _("Customers that came into a lower tier in the period."),
            good="down",
            where=Q(after__rank__gt=F("before__rank")),
        ),
        count(
            "recoveries",
            _("Recovery cases"),
            RECOVERIES,
            _("Opened in the period for customers that decline or are lost."),
        ),
        count(
            "recovered",
            _("Recovered"),
            RECOVERIES,
            _("Of these: ended with the customer won back."),
            good="up",
            where=Q(outcome=Recovered.BACK),
        ),
        count(
            "running",
            pgettext_lazy("plan", "Running"),
            RECOVERIES,
            _("Of these: not ended yet."),
            where=Q(closed_at=None),
        ),
    ),
    breakdowns=("tier", "customer", "time", "trend", "outlet", "region", "purchase"),
    filters=CUSTOMER_FILTERS,
    headlines=("bought", "rising", "declining", "lost", "up", "down", "recoveries"),
    charted=("rising", "declining", "lost"),
    lead="bought",
    permission="customers.view_value",
)

LOYALTY_WORDS = _(
    "Customers that answered in this period and in the one before, by the mean of their scores."
)
LATER = _("Purchases of these customers in the 6 months from the end of the period.")
EARLIER = _("Purchases of these customers in the 6 months to the end of the period.")
HALF_A_YEAR = 6


def bought(first: int, after: int) -> Any:
    """What they bought between so many months from the end of the period."""

    def worked(asked: Asked, customers: QuerySet[Any]) -> Iterable[tuple[Any, Number]]:
        end = asked.scope.period.after
        buying = customers.order_by().filter(
            purchases__bought_on__gte=months_later(end, first),
            purchases__bought_on__lt=months_later(end, after),
        )
        yield from buying.values_list("line_key").annotate(sum=Sum("purchases__amount"))

    return worked


LOYALTY = Report(
    "loyalty",
    _("Satisfaction and later purchases"),
    _("Do those whom we make more content buy more?"),
    measures=(
        count("customers", _("Customers"), HEARD, LOYALTY_WORDS),
        Measure(
            "earlier",
            _("Bought before"),
            EARLIER,
            Unit.MONEY,
            rows=HEARD,
            worked=bought(-HALF_A_YEAR, 0),
        ),
        Measure(
            "later", _("Bought after"), LATER, Unit.MONEY, rows=HEARD, worked=bought(0, HALF_A_YEAR)
        ),
        share(
            "factor",
            _("After ÷ before"),
            "later",
            "earlier",
            LATER,
            unit=Unit.SCORE,
            opens="customers",
            good="up",
        ),
    ),
    breakdowns=("change", "tier", "region"),
    filters=CUSTOMER_FILTERS,
    headlines=("customers", "earlier", "later", "factor"),
    charted=("earlier", "later"),
    permission="customers.view_value",
)


class Pairs:
    """Sums over the pairs of a dimension's score and the NPS answer: all that Pearson needs."""

    def __init__(self, row: dict[str, Any]) -> None:
        """All of them are whole, so that nothing is rounded before the end."""
        self.count, self.x, self.y = row["pairs"], row["x"] or 0, row["y"] or 0
        self.xx, self.yy, self.xy = row["xx"] or 0, row["yy"] or 0, row["xy"] or 0

    @property
    def correlation(self) -> float | None:
        """None for fewer than two pairs, and where one of both never changes."""
        over = self.count * self.xy - self.x * self.y
        under = (self.count * self.xx - self.x**2) * (self.count * self.yy - self.y**2)
        return over / sqrt(under) if under > 0 else None


IMPORTANCE = _(
    "Pearson correlation of the dimension’s score with the NPS answer over the answers in the "
    "period, where no importance was stated."
)
QUADRANTS = {
    (True, False): (_("improve first"), "bad"),
    (True, True): (_("keep"), "good"),
    (False, False): (_("improve gradually"), "warning"),
    (False, True): (_("watch"), "info"),
}


def matrix(asked: Asked) -> Iterable[Line]:
    """Each dimension's mean and importance, and the quarter in which it falls."""
    found = SCORES.found(asked).order_by()
    both = Q(survey__nps__isnull=False)
    x, y = F("score"), F("survey__nps")
    sums = found.values("dimension").annotate(
        answers=Count("pk"),
        mean=Avg("score"),
        pairs=Count("pk", filter=both),
        x=Sum(x, filter=both),
        y=Sum(y, filter=both),
        xx=Sum(x * x, filter=both),
        yy=Sum(y * y, filter=both),
        xy=Sum(x * y, filter=both),
    )
    by_key = {row["dimension"]: row for row in sums}
    lines = []
    for dimension in SurveyDimension.objects.filter(pk__in=by_key).order_by("position", "pk"):
        row, stated = by_key[dimension.pk], dimension.importance
        importance = Pairs(row).correlation if stated is None else float(stated)
        values: dict[str, Number] = {
            "answers": row["answers"],
            "mean": float(row["mean"]),
            "importance": importance,
        }
        lines.append(Line(dimension.code, dimension.name, values=values))
    placed(lines)
    return lines


def placed(lines: list[Line]) -> None:
    """Split at the mean importance and the mean satisfaction of the dimensions."""
    known = [line for line in lines if line.values["importance"] is not None]
    if not known:
        return
    middle = [
        sum(float(line.values[name]) for line in known) / len(known)  # type: ignore[arg-type,misc]
        for name in ("importance", "mean")
    ]
    for line in known:
        importance, mean_ = float(line.values["importance"]), float(line.values["mean"])  # type: ignore[arg-type]
        words, line.tone = QUADRANTS[importance >= middle[0], mean_ >= middle[1]]
        line.sub = str(words)


MATRIX = Report(
    "matrix",
    _("Importance and satisfaction"),
    _("What should we improve first?"),
    measures=(
        count("answers", _("Answers"), SCORES, SATISFACTION),
        Measure("mean", _("Satisfaction"), SATISFACTION, Unit.SCORE, opens="answers"),
        Measure("importance", _("Importance"), IMPORTANCE, Unit.SCORE, opens="answers"),
    ),
    breakdowns=("dimension",),
    filters=REQUEST_FILTERS,
    headlines=(),
    charted=("mean",),
    chart=Chart.MATRIX,
    lines=matrix,
    note=_(
        "Split at the mean importance and mean satisfaction: important and low, improve first; "
        "important and high, keep; unimportant and low, improve gradually; unimportant and "
        "high, watch."
    ),
)
