"""What stands in the depot, and since when in working time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Prefetch, QuerySet, Window
from django.db.models.functions import RowNumber

from crmservice.worktime import WorkCalendar
from dispatch.choices import IN_PROGRESS
from dispatch.models import DepotRepair, LabourTimer
from employees.models import Employee
from employees.queries import work_calendar

SHOWN_IN_A_STAGE = 40


def goods_on_board(repairs: QuerySet[DepotRepair]) -> dict[str, list[DepotRepair]]:
    """Those of each stage in progress, the longest there first; one more than is shown where there
    are more. Two queries.
    """
    place = Window(
        RowNumber(), partition_by=F("stage"), order_by=[F("stage_at").asc(), F("pk").asc()]
    )
    first = repairs.filter(stage__in=IN_PROGRESS).annotate(place_in_stage=place)
    first = first.filter(place_in_stage__lte=SHOWN_IN_A_STAGE + 1)
    found: dict[str, list[DepotRepair]] = {stage: [] for stage in IN_PROGRESS}
    for each in with_timers(first).order_by("stage_at", "pk"):
        found[each.stage].append(each)
    return found


def with_timers(repairs: QuerySet[DepotRepair]) -> QuerySet[DepotRepair]:
    """With all that a card or a row says of them."""
    running = LabourTimer.objects.running().select_related("employee")
    return repairs.select_related(
        "asset__model", "asset__part", "customer", "outlet", "task__assignee"
    ).prefetch_related(Prefetch("timers", queryset=running, to_attr="running_timers"))


class Ages:
    """The working time since a moment, by the hours of each outlet; a query for each calendar."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.calendars: dict[int | None, WorkCalendar | None] = {None: None}

    def since(self, moment: datetime, calendar: int | None) -> timedelta:
        if calendar not in self.calendars:
            assert calendar is not None
            self.calendars[calendar] = work_calendar(calendar)
        hours = self.calendars[calendar]
        return hours.between(moment, self.at) if hours else max(self.at - moment, timedelta())

    def of(self, repair: DepotRepair) -> timedelta:
        """How long it stands where it stands."""
        return self.since(repair.stage_at, repair.outlet.calendar_id)


def running_timer(user: Employee) -> LabourTimer | None:
    """The person's own, wherever it runs."""
    return LabourTimer.objects.running().filter(employee=user).select_related("repair").first()


def is_forgotten(timer: LabourTimer, at: datetime) -> bool:
    """Whether it runs for so long that its owner is asked."""
    return at - timer.started_at >= timedelta(hours=settings.ASK_ABOUT_TIMER_HOURS)
