"""The depot: what stands where, and for how long."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed
from crmservice.web.forms import new_key
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, filters_of, render_list
from crmservice.web.text import day, hours, label_of, moment
from dispatch import policies, queries
from dispatch.choices import IN_PROGRESS, Stage
from dispatch.filters import DepotFilterSet
from dispatch.models import DepotRepair
from employees.models import Employee

MINUTES_SHOWN_UNDER = timedelta(hours=10)


# The one next step of each stage: the words, the route, the symbol, and whether it is done at once.
NEXT = {
    Stage.EXPECTED: (gettext_lazy("Receive"), "dispatch:receive", "package-import", True),
    Stage.RECEIVED: (
        gettext_lazy("Begin the diagnosis"),
        "dispatch:diagnose",
        "stethoscope",
        True,
    ),
    Stage.DIAGNOSING: (gettext_lazy("Begin the repair"), "dispatch:begin_repair", "tool", True),
    Stage.WAITING: (gettext_lazy("Go on"), "dispatch:begin_repair", "player-play", True),
    Stage.REPAIRING: (gettext_lazy("Begin the test"), "dispatch:begin_test", "gauge", True),
    Stage.TESTING: (gettext_lazy("Finish"), "dispatch:finish_repair", "checks", False),
    Stage.READY: (gettext_lazy("Ship"), "dispatch:ship", "truck", False),
    Stage.REFUSED: (gettext_lazy("Ship"), "dispatch:ship", "truck", False),
    Stage.SHIPPED: (gettext_lazy("Close"), "dispatch:close_repair", "lock", True),
    Stage.SCRAPPED: (gettext_lazy("Close"), "dispatch:close_repair", "lock", True),
}
STANDS = {
    Stage.EXPECTED: gettext_lazy("It is on its way to us."),
    Stage.RECEIVED: gettext_lazy("It is here, and nobody has looked at it."),
    Stage.DIAGNOSING: gettext_lazy("The fault is being looked for."),
    Stage.WAITING: gettext_lazy("It waits; the promise does not run."),
    Stage.REPAIRING: gettext_lazy("It is being repaired."),
    Stage.TESTING: gettext_lazy("It is being measured whether it works."),
    Stage.READY: gettext_lazy("It works and can go back."),
    Stage.REFUSED: gettext_lazy("It goes back as it came."),
    Stage.SHIPPED: gettext_lazy("It is on its way back."),
    Stage.SCRAPPED: gettext_lazy("It does not go back."),
}
WHOSE = (gettext_lazy("Say whose it is"), "dispatch:identify", "user-check", False)


@require_safe
@allowed("depot.view")
def board(request: StaffRequest) -> HttpResponse:
    at = now()
    filterset = DepotFilterSet(
        request.GET, queryset=DepotRepair.objects.visible_to(request.user), request=request
    )
    found = queries.goods_on_board(filterset.qs)
    ages = queries.Ages(at)
    columns = [
        column(request, Stage(stage), found[stage], ages, at)
        for stage in IN_PROGRESS
        if found[stage] or stage not in (Stage.REFUSED, Stage.SCRAPPED)
    ]
    words = {
        "columns": columns,
        "filters": filters_of(filterset),
        "is_empty": not any(found.values()),
        "is_filtered": any(request.GET.values()),
        "clear_url": reverse("dispatch:depot"),
        "list_url": with_query("dispatch:depot_list", request.GET),
        "may_work": request.user.may("depot.work"),
        "timer": timer_words(request.user, at),
    }
    return render(request, "dispatch/depot.html", words)


def with_query(name: str, query: QueryDict) -> str:
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)


def column(
    request: StaffRequest,
    stage: Stage,
    repairs: list[DepotRepair],
    ages: queries.Ages,
    at: datetime,
) -> dict[str, Any]:
    query = request.GET.copy()
    query["stage"] = stage
    shown = repairs[: queries.SHOWN_IN_A_STAGE]
    return {
        "stage": stage,
        "label": stage.label,
        "count": f"{len(shown)}+" if len(repairs) > len(shown) else str(len(shown)),
        "more_url": with_query("dispatch:depot_list", query) if len(repairs) > len(shown) else "",
        "cards": [card(request.user, each, ages, at) for each in shown],
    }


def card(user: Employee, repair: DepotRepair, ages: queries.Ages, at: datetime) -> dict[str, Any]:
    return {
        "number": repair.number,
        "url": repair.get_absolute_url(),
        "serial_no": repair.serial_no,
        "model": repair.asset.kind_name if repair.asset else "",
        "customer": repair.customer.name if repair.customer else _("Nobody knows whose it is"),
        "age": age(ages.of(repair)),
        "due": due(repair),
        "is_late": repair.is_overdue(at),
        "place": repair.place,
        "who": who(repair),
        "is_timed": bool(timers_of(repair)),
        "step": step_of(user, repair),
        "once": new_key(),
    }


def age(value: timedelta) -> str:
    """Working time, without minutes once there are many hours."""
    if value < MINUTES_SHOWN_UNDER:
        return hours(timedelta(minutes=value // timedelta(minutes=1)))
    return hours(timedelta(hours=value // timedelta(hours=1)))


def due(repair: DepotRepair) -> str:
    if repair.stage == Stage.WAITING:
        return _("promise on hold")
    return moment(repair.due_at) if repair.is_under_promise else ""


def who(repair: DepotRepair) -> str:
    return repair.task.assignee.name if repair.task and repair.task.assignee else ""


def timers_of(repair: DepotRepair) -> list[Any]:
    """As `queries.with_timers` fetched them."""
    return getattr(repair, "running_timers", [])


def step_of(user: Employee, repair: DepotRepair) -> dict[str, Any] | None:
    """The one next step that this person may take."""
    stage = Stage(repair.stage)
    if stage not in NEXT or not policies.may_work_on(user, repair):
        return None
    label, name, symbol, post = NEXT[stage]
    if stage == Stage.RECEIVED and repair.customer is None:
        label, name, symbol, post = WHOSE
    if name in ("dispatch:diagnose", "dispatch:finish_repair") and not policies.may_repair(
        user, repair
    ):
        return None
    return {
        "text": str(STANDS[stage]),
        "label": str(label),
        "url": reverse(name, args=[repair.number]),
        "symbol": symbol,
        "post": post,
    }


def goods_cell(repair: DepotRepair) -> Cell:
    kind = repair.asset.kind_name if repair.asset else ""
    return Cell(repair.serial_no, url=repair.get_absolute_url(), sub=kind)


def customer_cell(repair: DepotRepair) -> Cell:
    if repair.customer is None:
        return Cell(_("not known"), badge="warning")
    return Cell(repair.customer.name, url=repair.customer.get_absolute_url())


def due_cell(repair: DepotRepair) -> Cell:
    return Cell(due(repair) or "–", sub=repair.place)


LISTING = Listing(
    template="dispatch/depot_list.html",
    title=gettext_lazy("Goods in the depot"),
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            lambda r: Cell(r.number, url=r.get_absolute_url()),
            order="number",
        ),
        Column("goods", gettext_lazy("Goods"), goods_cell, order="serial_no"),
        Column("customer", gettext_lazy("Customer"), customer_cell),
        Column(
            "stage", gettext_lazy("Stage"), lambda r: Cell(label_of(r, "stage"), badge=r.stage)
        ),
        Column(
            "since", gettext_lazy("Since"), lambda r: Cell(moment(r.stage_at)), order="stage_at"
        ),
        Column("due", gettext_lazy("Promised by"), due_cell),
        Column("engineer", gettext_lazy("Engineer"), lambda r: Cell(who(r) or "–")),
        Column("entered", gettext_lazy("Entered"), lambda r: day(r.created_at.date()),
               order="created_at", wide_only=True),
    ),
    default_order="-entered",
    filterset=DepotFilterSet,
    empty_text=gettext_lazy("Nothing has come to the depot yet."),
    empty_action=gettext_lazy("Scan incoming goods"),
    empty_url_name="dispatch:scan",
    tone=lambda r: "bad" if r.is_overdue(now()) else "",
)  # fmt: skip


@require_safe
@allowed("depot.view")
def as_list(request: StaffRequest) -> HttpResponse:
    repairs = DepotRepair.objects.visible_to(request.user).select_related(
        "asset__model", "asset__part", "customer", "task__assignee"
    )
    return render_list(request, LISTING, repairs, may_work=request.user.may("depot.work"))


def timer_words(user: Employee, at: datetime) -> dict[str, Any] | None:
    """The person's running timer, as the line over each page of the depot says it."""
    timer = queries.running_timer(user)
    if timer is None:
        return None
    return {
        "number": timer.repair.number,
        "url": timer.repair.get_absolute_url(),
        "since": moment(timer.started_at),
        "is_forgotten": queries.is_forgotten(timer, at),
        "stop_url": reverse("dispatch:stop_timer", args=[timer.repair.number]),
    }
