"""manage.py load_sample: the sample company, its people's log-ins, and a day's fresh work.

It stands on the floor whose verbs it uses. Killed at any point and run again, it completes; run
once more, it changes nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from contracts.choices import Cover
from crmservice.imports.models import Source
from crmservice.imports.reading import UnreadableFileError
from crmservice.imports.run import Run
from crmservice.imports.showing import Bar
from customers.models import Contact
from dispatch import actions as dispatch
from dispatch.choices import Kind as TaskKind
from dispatch.management.customer_work import know_customers
from dispatch.management.knowledge_work import learn
from dispatch.management.order_work import sell_parts
from dispatch.management.quality_work import look_at_records
from dispatch.management.regular_work import plan_regular_work
from dispatch.management.stock_work import move_stock
from employees.actions import open_log_in
from employees.choices import OutletKind, Role
from employees.models import Employee, Outlet
from employees.queries import work_calendar
from service_requests import actions as service_requests
from service_requests.choices import Channel, Kind, Severity
from service_requests.models import ServiceRequest

FOLDER = Path(settings.BASE_DIR, "sample")
SOURCE = "sample company"
FRESH_WORK = "sample company: fresh requests"
PASSWORD = "service-sample"  # noqa: S105  (known on purpose; it exists with the sample only)
VISIT = timedelta(hours=2)


class Call(NamedTuple):
    """A fresh request: how long ago, how it came, and what has been done with it since."""

    minutes_ago: int
    channel: Channel
    severity: Severity
    has_visit: bool = False
    is_accepted: bool = False


CALLS = (
    Call(1560, Channel.PHONE, Severity.NORMAL, has_visit=True, is_accepted=True),
    Call(1320, Channel.WECHAT, Severity.NORMAL, is_accepted=True),
    Call(420, Channel.PHONE, Severity.HIGH, has_visit=True, is_accepted=True),
    Call(300, Channel.EMAIL, Severity.LOW),
    Call(190, Channel.PHONE, Severity.CRITICAL, has_visit=True, is_accepted=True),
    Call(120, Channel.PHONE, Severity.NORMAL, has_visit=True),
    Call(95, Channel.PORTAL, Severity.NORMAL),
    Call(60, Channel.PHONE, Severity.HIGH, is_accepted=True),
    Call(41, Channel.DEVICE, Severity.CRITICAL),
    Call(26, Channel.PHONE, Severity.NORMAL),
    Call(11, Channel.WECHAT, Severity.HIGH),
    Call(4, Channel.PHONE, Severity.NORMAL),
)


class Command(BaseCommand):
    help = "Load the sample company with log-ins of known password. Never for a real start."

    def handle(self, *, verbosity: int, **_options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError(_("Sample log-ins do not exist in production."))
        at = now()
        if not is_sample_or_empty():
            raise CommandError(_("This database holds another company; the sample stays out."))
        try:
            with Bar() as bar:
                Run(FOLDER, at, SOURCE, shift_to_yesterday=True, progress=bar.progress)()
        except UnreadableFileError as error:
            raise CommandError(str(error)) from error
        people = list(open_log_ins(at))
        log_fresh_work(people, at)
        move_stock(people, at)
        sell_parts(people, at)
        plan_regular_work(head_of(people), at)
        know_customers(people, at)
        learn(people, at)
        look_at_records(people, at)
        if verbosity:
            call_command("sample_logins", stdout=self.stdout)


def is_sample_or_empty() -> bool:
    """Whether the log-ins may be made here: nobody is there, or the sample is, wholly or partly."""
    return Source.objects.filter(name__startswith=SOURCE).exists() or not Employee.objects.exists()


def open_log_ins(at: datetime) -> Iterator[Employee]:
    """Let the first person of each role log in, an engineer of a partner, and an administrator."""
    add_administrator()
    people = Employee.objects.filter(is_active=True)
    people = people.order_by("outlet__kind", "employee_no")  # own outlets first
    partner = Outlet.objects.filter(kind=OutletKind.PARTNER)
    personas = [people.filter(role=role).first() for role in Role]
    personas.append(people.filter(role=Role.FIELD_ENGINEER, outlet__in=partner).first())
    for person in filter(None, personas):
        if not person.has_usable_password():
            open_log_in(person, password=PASSWORD, by=None, at=at)
        yield person


def head_of(people: list[Employee]) -> Employee:
    return next(person for person in people if person.role == Role.DEPARTMENT_HEAD)


def add_administrator() -> None:
    """The export has none; the sample needs one to be looked at."""
    if Employee.objects.filter(role=Role.ADMINISTRATOR).exists():
        return
    head = Employee.objects.get(role=Role.DEPARTMENT_HEAD)
    administrator = Employee(
        employee_no="E900",
        name="系统管理员",
        name_en="Administrator",
        role=Role.ADMINISTRATOR,
        ring=3,
        outlet=head.outlet,
    )
    administrator.set_unusable_password()
    administrator.save()


@transaction.atomic
def log_fresh_work(people: list[Employee], at: datetime) -> None:
    """What came in since yesterday, by the verbs that all use; once, wholly or not at all."""
    if Source.objects.filter(name=FRESH_WORK).exists():
        return
    by_role = {person.role: person for person in reversed(people)}
    manager, engineer = by_role[Role.SERVICE_MANAGER], by_role[Role.FIELD_ENGINEER]
    visits = 0
    for call, model in zip(CALLS, known_troubles(), strict=False):
        request = log(call, model, manager, at - timedelta(minutes=call.minutes_ago))
        if call.is_accepted:
            accepted_at = request.opened_at + timedelta(minutes=3)
            service_requests.accept(request, by=manager, at=accepted_at)
        if call.has_visit:
            plan_visit(request, engineer, visits, by=manager, at=at)
            visits += 1
    Source.objects.create(name=FRESH_WORK, shift_days=0, begun_at=at, finished_at=at)


def known_troubles() -> Iterator[ServiceRequest]:
    """Faults that show up again: the latest of some customers, with and without cover in turn."""
    customers: set[int] = set()
    for faults in zip(*(latest_faults(cover) for cover in Cover), strict=False):
        for fault in faults:
            if fault.customer_id not in customers:
                customers.add(fault.customer_id)
                yield fault


def latest_faults(cover: Cover) -> list[ServiceRequest]:
    return list(
        ServiceRequest.objects.filter(
            kind=Kind.FAULT, cover=cover, asset__customer=F("customer"), contact__isnull=False
        )
        .select_related("customer", "asset", "contact")
        .order_by("-opened_at", "-pk")[: 2 * len(CALLS)]
    )


def log(call: Call, like: ServiceRequest, by: Employee, at: datetime) -> ServiceRequest:
    contact: Contact | None = like.contact
    return service_requests.log(
        customer=like.customer,
        contact=contact,
        asset=like.asset,
        channel=call.channel,
        kind=Kind.FAULT,
        severity=call.severity,
        subject=like.subject,
        description=like.description,
        visit_promised=call.has_visit,
        by=by,
        at=at,
    )


def plan_visit(
    request: ServiceRequest, engineer: Employee, place: int, *, by: Employee, at: datetime
) -> None:
    """The engineer's next visits, one after the other in service hours, at full hours."""
    calendar = work_calendar(engineer.outlet.calendar_id)  # type: ignore[arg-type]
    free = calendar.add(at, place * (VISIT + timedelta(hours=1)) + timedelta(hours=1))
    start = free.replace(minute=0, second=0, microsecond=0)
    dispatch.plan(
        kind=TaskKind.ONSITE,
        title=request.subject,
        service_request=request,
        engineer=engineer,
        planned_start=start,
        planned_end=start + VISIT,
        conflict_reason="样例数据",
        by=by,
        at=at,
    )
