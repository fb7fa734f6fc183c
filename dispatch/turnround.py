"""Until when goods in the depot are promised back. Pure: no ORM, no clock, no Django."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from crmservice.worktime import WorkCalendar

DAY = timedelta(days=1)


def due_at(
    received_at: datetime,
    days: int,
    waits: Iterable[tuple[datetime, datetime]],
    calendar: WorkCalendar | None,
) -> datetime:
    """The end of the `days`-th working day after the one on which the goods came, later by the
    service hours in which the repair waited. Without a calendar all days and hours count.
    """
    if calendar is None:
        waited = sum((ends - begins for begins, ends in waits), timedelta())
        return received_at + days * DAY + waited
    day = calendar.day_of(received_at)
    for _number in range(days):
        day = calendar.next_working_day(day)
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    promised = calendar.end_of_day(day)
    waited = sum((calendar.between(begins, ends) for begins, ends in waits), timedelta())
    return calendar.add(promised, waited) if waited else promised
