"""What the customer is written of a visit: the appointment, that somebody is on the way, that the
work is done.

Only a request's contact with an e-mail address is written to, and only what the customer may know.
Each mail is an activity of its own in the verb's transaction; `notices` has its words.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from crmservice.activity.models import Activity
from crmservice.activity.trail import record
from crmservice.delivery.models import EVENING, MORNING
from crmservice.delivery.quiet import after_quiet
from crmservice.delivery.writing import withdraw, write_to
from customers.models import Contact
from dispatch.actions.keeping import tell
from dispatch.choices import Kind, Status
from dispatch.models import DepotRepair, Task
from dispatch.queries import zone_of
from employees.models import Employee
from service_requests import actions as service_requests
from service_requests.models import ServiceRequest

SET, MOVED = "dispatch.appointment_set", "dispatch.appointment_moved"
SERVICE_WORK = (Kind.ONSITE, Kind.INSTALLATION, Kind.INSPECTION, Kind.DEPOT, Kind.REMOTE)
STILL_NEWS = timedelta(minutes=15)  # that somebody has set out
SURELY_READ = timedelta(hours=2)  # before a visit


def reader_of(task: Task) -> Contact | None:
    """Who is written to, if anybody is."""
    contact = task.service_request.contact if task.service_request else None
    return contact if contact and contact.email and settings.EMAIL_URL else None


def write_appointment(task: Task, *, by: Employee, at: datetime) -> None:
    """When somebody comes, or that it is another time than was said. A letter that has not gone is
    replaced.
    """
    reader = reader_of(task)
    assert task.planned_start is not None
    assert task.planned_end is not None
    if reader is None or not task.is_at_the_customer or task.planned_end <= at:
        return
    if said_start(task) == task.planned_start:
        return
    withdraw_unsent(task, at=at)
    before = said_start(task)
    if before == task.planned_start:
        return
    times = {"starts_at": task.planned_start, "ends_at": task.planned_end}
    if before is None:
        write(task, SET, reader, by=by, at=at, **times)
    else:
        write(task, MOVED, reader, by=by, at=at, before_at=before, **times)


def write_cancellation(task: Task, *, by: Employee | None, at: datetime) -> None:
    """That nobody comes at the time that was said and is not over yet."""
    reader = reader_of(task)
    if reader is None:
        return
    withdraw_unsent(task, at=at)
    before = said_start(task)
    if before is not None and (task.planned_end or before) > at:
        write(task, "dispatch.appointment_cancelled", reader, by=by, at=at, starts_at=before)


def write_on_the_way(task: Task, *, by: Employee, at: datetime) -> None:
    """Not of a step that is told much later, by a tablet that had no network."""
    reader = reader_of(task)
    if reader is None or not task.is_at_the_customer or task.travelling_at is None:
        return
    if at - task.travelling_at < STILL_NEWS:
        write(
            task,
            "dispatch.coming_announced",
            reader,
            by=by,
            at=at,
            engineer=by.name,
            engineer_en=by.name_en,
            left_at=task.travelling_at,
        )


def write_done(task: Task, *, by: Employee, at: datetime) -> None:
    """That the work is finished, or for now, with the acceptance form; with the survey's link when
    that settled the request.
    """
    reader = reader_of(task)
    if reader is None or task.kind not in SERVICE_WORK:
        return
    assert task.service_request_id is not None
    is_asked = service_requests.ask_by_mail(
        ServiceRequest.objects.get(pk=task.service_request_id), by=by, at=at
    )
    write(
        task,
        "dispatch.done_announced",
        reader,
        by=by,
        at=at,
        finished_at=task.finished_at,
        solved=task.status == Status.DONE,
        survey=is_asked,
    )


def write(
    task: Task, verb: str, reader: Contact, *, by: Employee | None, at: datetime, **details: Any
) -> None:
    """Record that it is written, with the times by which the letter speaks, and give it out."""
    letter = tell(task, verb, by=by, at=at, visible=True, to=reader.name, **details)
    write_to(
        letter,
        reader.email,
        language=reader.interface_language,
        at=letter_at(task, at, starts_at=details.get("starts_at")),
    )


def letter_at(task: Task, at: datetime, *, starts_at: datetime | None) -> datetime:
    """Letters about an appointment rest at night where the customer is, unless it is soon."""
    if starts_at is None:
        return at
    morning = after_quiet(at, begins=EVENING, ends=MORNING, zone=zone_of(task))
    return morning if starts_at - morning >= SURELY_READ else at


def withdraw_unsent(task: Task, *, at: datetime) -> None:
    withdraw(task, SET, MOVED, at=at)


def said_start(task: Task) -> datetime | None:
    """The start that the customer was last written of."""
    letters = Activity.objects.filter(
        subject_type=task._meta.label_lower,
        subject_id=task.pk,
        verb__in=(SET, MOVED),
        deliveries__isnull=False,
    )
    latest = letters.order_by("-pk").first()
    return datetime.fromisoformat(latest.details["starts_at"]) if latest else None


def write_goods_received(repair: DepotRepair, *, by: Employee, at: datetime) -> None:
    """That what the customer sent in is here, and until when it is promised back."""
    write_of_goods(repair, "dispatch.goods_received_announced", by=by, at=at, due_at=repair.due_at)


def write_goods_shipped(repair: DepotRepair, *, by: Employee, at: datetime) -> None:
    """That it is on its way back, and with whom."""
    write_of_goods(
        repair,
        "dispatch.goods_shipped_announced",
        by=by,
        at=at,
        carrier=repair.carrier_out,
        tracking=repair.tracking_out,
    )


def write_of_goods(
    repair: DepotRepair, verb: str, *, by: Employee, at: datetime, **details: Any
) -> None:
    reader = reader_of(repair.task) if repair.task else None
    if reader is None:
        return
    letter = record(
        repair,
        verb,
        by=by,
        at=at,
        about=[repair.service_request, repair.customer],
        visible=True,
        to=reader.name,
        **details,
    )
    write_to(letter, reader.email, language=reader.interface_language, at=at)
