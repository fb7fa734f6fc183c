"""The rows behind a number: the same queryset that counted it, as a list."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Listing, render_list
from reports.choices import COSTS, DEFINITIONS, Figure
from reports.queries import clocks, costs, requests, surveys
from reports.queries.requests import RINGS, Asked
from reports.views import listings
from reports.views.asking import asked
from service_requests.choices import Target

PERMISSIONS = {
    **dict.fromkeys(COSTS, "costs.view"),
    Figure.CLAIMS: "expenses.view",
    Figure.ORDERS: "orders.view",
    Figure.TASKS: "dispatch.view",
}
REQUEST = ("customer", "tier", "owner")
OF_REQUEST = ("service_request__customer", "service_request__tier")
OF_SURVEY = (*OF_REQUEST, "customer__tier", "round")


class Source(NamedTuple):
    """Where the rows of a figure come from, their list, and what it shows beside them."""

    rows: Callable[..., QuerySet[Any]]
    listing: Callable[[str | Promise], Listing]
    beside: tuple[str, ...]
    parts: tuple[str, ...] = ()


SOURCES = {
    Figure.OPEN: Source(requests.open_now, listings.open_requests, REQUEST),
    Figure.OVERDUE: Source(requests.overdue, listings.open_requests, REQUEST),
    Figure.AT_RISK: Source(requests.at_risk, listings.open_requests, REQUEST),
    Figure.WAITING: Source(requests.waiting, listings.open_requests, REQUEST),
    Figure.NOT_ACCEPTED: Source(requests.not_accepted, listings.open_requests, REQUEST),
    Figure.INTAKE: Source(requests.intake, listings.opened_requests, REQUEST),
    Figure.RESOLVED: Source(requests.resolved, listings.resolved_requests, REQUEST),
    Figure.MISSED_TODAY: Source(clocks.missed_today, listings.clocks, OF_REQUEST),
    Figure.DECIDED: Source(clocks.decided, listings.clocks, OF_REQUEST),
    Figure.KEPT: Source(clocks.kept, listings.clocks, OF_REQUEST),
    Figure.MISSED: Source(clocks.missed, listings.clocks, OF_REQUEST),
    Figure.RUNNING: Source(clocks.running, listings.clocks, OF_REQUEST),
    Figure.ON_HOLD: Source(clocks.on_hold, listings.clocks, OF_REQUEST),
    Figure.CANCELLED: Source(clocks.cancelled, listings.clocks, OF_REQUEST),
    Figure.ANSWERED: Source(
        surveys.answered, listings.answered_surveys, OF_SURVEY, ("scores__dimension",)
    ),
    Figure.RECOMMENDING: Source(
        surveys.recommending, listings.answered_surveys, OF_SURVEY, ("scores__dimension",)
    ),
    Figure.SENT: Source(surveys.sent, listings.sent_surveys, OF_SURVEY, ("scores__dimension",)),
    Figure.TASKS: Source(
        requests.tasks, listings.tasks, ("assignee", "customer", "service_request")
    ),
    Figure.CLAIMS: Source(requests.claims_waiting, listings.claims, ("claimant",), ("lines",)),
    Figure.ORDERS: Source(
        requests.orders_waiting,
        listings.orders,
        ("customer", "service_request", "author"),
        ("lines",),
    ),
    Figure.LABOUR: Source(costs.labour, listings.labour, ("employee", "task__service_request")),
    Figure.PARTS: Source(costs.parts, listings.parts, ("part", "order__service_request")),
    Figure.EXPENSES: Source(
        costs.expenses, listings.expenses, ("claim__claimant", "service_request")
    ),
    Figure.OUTSIDE: Source(
        costs.outside, listings.expenses, ("claim__claimant", "service_request")
    ),
    Figure.RING: Source(requests.in_ring, listings.resolved_requests, REQUEST),
}
OF_TARGET = (
    Figure.DECIDED,
    Figure.KEPT,
    Figure.MISSED,
    Figure.RUNNING,
    Figure.ON_HOLD,
    Figure.CANCELLED,
)
OF_ANYTHING = (Figure.OPEN, Figure.OVERDUE, Figure.TASKS, Figure.ANSWERED)


@require_safe
@allowed("reports.view")
def rows(request: StaffRequest, figure: str) -> HttpResponse:
    """The rows behind one number, in the scope of the URL; 404 where there is no such figure."""
    if figure not in Figure.values:
        raise Http404
    chosen = Figure(figure)
    if not request.user.may(PERMISSIONS.get(chosen, "reports.view")):
        raise Http404
    question = asked(request)
    source, of = SOURCES[chosen], part_of(chosen, request.GET.get("of", ""))
    found = rows_of(chosen, question, of).select_related(*source.beside)
    return render_list(
        request,
        source.listing(title_of(chosen, of)),
        found.prefetch_related(*source.parts),
        figure=chosen,
        definition=DEFINITIONS.get(chosen, ""),
        scope=question.scope,
        back_url=f"{reverse('reports:dashboard')}?{question.scope.query}",
    )


def rows_of(figure: Figure, question: Asked, of: object = "") -> QuerySet[Any]:
    """What a number of the dashboard counts."""
    source = SOURCES[figure]
    return source.rows(question, of) if of else source.rows(question)


def part_of(figure: Figure, text: str) -> object:
    """The target, ring, dimension or person that the URL names; 404 where there is none."""
    if figure in OF_TARGET and text in Target.values:
        return Target(text)
    if figure == Figure.RING and text in map(str, RINGS):
        return int(text)
    if figure in OF_TARGET or figure == Figure.RING or (text and figure not in OF_ANYTHING):
        raise Http404
    return text


def title_of(figure: Figure, of: object) -> str:
    part = of.label if isinstance(of, Target) else of
    return f"{figure.label}: {part}" if part else str(figure.label)
