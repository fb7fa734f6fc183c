"""A person's tasks as an iCalendar file (RFC 5545): text in, bytes out, no ORM and no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vText

ASKED_AGAIN = timedelta(minutes=15)  # by calendars that heed it
PRODUCT = "-//crmservice//tasks//EN"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the calendar. `changed_at` and `revision` tell a reader which one is newer."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    revision: int
    place: str
    description: str
    url: str
    is_certain: bool


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """The same entries make the same bytes."""
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("x-wr-calname", vText(printable(name)))  # unknown names are not escaped
    file.add("refresh-interval", ASKED_AGAIN, parameters={"value": "DURATION"})
    for entry in entries:
        file.add_component(event(entry))
    return file.to_ical()


def event(entry: Entry) -> Event:
    made = Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("sequence", entry.revision)
    made.add("dtstart", entry.starts_at.astimezone(UTC))
    made.add("dtend", entry.ends_at.astimezone(UTC))
    made.add("summary", printable(entry.title))
    if entry.place:
        made.add("location", printable(entry.place))
    if entry.description:
        made.add("description", printable(entry.description))
    made.add("url", entry.url)
    made.add("status", "CONFIRMED" if entry.is_certain else "TENTATIVE")
    return made


def printable(text: str) -> str:
    """Without the control characters that RFC 5545 forbids in a value; lines stay."""
    return "".join(
        sign for sign in text.replace("\r\n", "\n") if sign.isprintable() or sign == "\n"
    )
