from datetime import UTC, datetime, timedelta
from decimal import Decimal

import factory
from allauth.usersessions.models import UserSession
from django.utils.timezone import now
from factory.django import DjangoModelFactory

from employees import models
from employees.choices import OutletKind, Role
from employees.queries import month_of


class WorkingCalendarFactory(DjangoModelFactory):
    class Meta:
        model = models.WorkingCalendar
        django_get_or_create = ("code",)

    code = "5x8"
    name = "5×8"
    time_zone = "Asia/Shanghai"
    weekly = factory.LazyFunction(
        lambda: {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    )
    moved_spans = factory.LazyFunction(lambda: ["09:00-17:00"])

    class Params:
        around_the_clock = factory.Trait(
            code="24x7",
            name="24×7",
            weekly=factory.LazyFunction(
                lambda: {
                    day: ["00:00-24:00"]
                    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
                }
            ),
            moved_spans=factory.LazyFunction(list),
        )


class CalendarDayFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarDay

    calendar = factory.SubFactory(WorkingCalendarFactory)
    date = "2026-10-01"
    kind = "holiday"


class CalendarEditionFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarEdition

    calendar = factory.SubFactory(WorkingCalendarFactory)
    version = 1
    rules = factory.LazyAttribute(
        lambda made: {
            "time_zone": made.calendar.time_zone,
            "weekly": made.calendar.weekly,
            "days": {},
            "names": {},
        }
    )


class OutletFactory(DjangoModelFactory):
    class Meta:
        model = models.Outlet
        django_get_or_create = ("code",)

    code = "HQ"
    name = "总部客服中心"

    class Params:
        partner = factory.Trait(code="SY", name="沈阳授权服务网点", kind=OutletKind.PARTNER)


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = models.Skill
        django_get_or_create = ("code",)

    code = "PUMP"
    name_zh = "泵"
    name_en = "Pumps"


class EmployeeFactory(DjangoModelFactory):
    class Meta:
        model = models.Employee
        skip_postgeneration_save = True

    employee_no = factory.Sequence(lambda n: f"T{n:04d}")
    name = factory.Sequence(lambda n: f"员工{n}")
    email = factory.LazyAttribute(lambda o: f"{o.employee_no.lower()}@sf.example")
    role = Role.SERVICE_MANAGER
    outlet = factory.SubFactory(OutletFactory)
    password = factory.django.Password("correct horse battery")


class EmployeeSkillFactory(DjangoModelFactory):
    class Meta:
        model = models.EmployeeSkill

    employee = factory.SubFactory(EmployeeFactory)
    skill = factory.SubFactory(SkillFactory)
    level = 3


class CostRateFactory(DjangoModelFactory):
    class Meta:
        model = models.CostRate

    employee = factory.SubFactory(EmployeeFactory)
    valid_from = "2020-01-01"
    per_hour = Decimal("100.00")


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = models.Absence

    employee = factory.SubFactory(EmployeeFactory)
    kind = "leave"


class OnCallFactory(DjangoModelFactory):
    class Meta:
        model = models.OnCall

    employee = factory.SubFactory(EmployeeFactory)
    outlet = factory.SelfAttribute("employee.outlet")
    starts_at = datetime(2026, 3, 2, tzinfo=UTC)
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(days=7))


class AuthorityFactory(DjangoModelFactory):
    class Meta:
        model = models.Authority

    role = Role.SERVICE_MANAGER
    kind = "discount"
    limit = Decimal("0.10")


class AuthorityQuestionFactory(DjangoModelFactory):
    class Meta:
        model = models.AuthorityQuestion

    number = factory.Sequence(lambda n: f"AQ-2026-{n + 1:04d}")
    kind = "discount"
    subject_type = record_type = "employees.outlet"
    subject_id = factory.Sequence(lambda n: n + 1)
    record_id = factory.SelfAttribute("asked_by.outlet_id")
    subject_name = "PO-2026-0001"
    subject_url = "/orders/PO-2026-0001/"
    verb = "orders.set_price"
    asks = Decimal("0.20")
    reason = "老客户"
    asked_by = factory.SubFactory(EmployeeFactory)
    asked_of = factory.SubFactory(EmployeeFactory, role=Role.DEPARTMENT_HEAD)
    asked_at = factory.LazyFunction(now)
    due_at = factory.LazyAttribute(lambda each: each.asked_at + timedelta(hours=2))


class SetupLinkFactory(DjangoModelFactory):
    class Meta:
        model = models.SetupLink

    digest = factory.Sequence(lambda n: f"{n:064x}")
    expires_at = factory.LazyFunction(lambda: now() + timedelta(days=1))


class LogInFactory(DjangoModelFactory):
    """A device on which somebody is logged in; its session is another matter."""

    class Meta:
        model = UserSession

    user = factory.SubFactory(EmployeeFactory)
    session_key = factory.Sequence(lambda n: f"session{n}")
    ip = "192.0.2.7"
    user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class CalledForFactory(DjangoModelFactory):
    class Meta:
        model = models.CalledFor
        django_get_or_create = ("situation", "kind", "field")

    situation = "service_requests.servicerequest"
    kind = "fault"
    field = "cause"


class OmissionFactory(DjangoModelFactory):
    class Meta:
        model = models.Omission

    owner = factory.SubFactory(EmployeeFactory)
    situation = "service_requests.servicerequest"
    subject_id = factory.Sequence(lambda n: n + 1)
    subject_name = factory.Sequence(lambda n: f"SR-2026-{n + 1:04d}")
    field = "cause"
    url = "/requests/"
    happened_at = factory.LazyFunction(now)
    due_at = factory.LazyAttribute(lambda each: each.happened_at + timedelta(hours=24))
    remind_at = factory.LazyAttribute(lambda each: each.due_at)


class JudgedRecordFactory(DjangoModelFactory):
    """A visit's record that is as it should be."""

    class Meta:
        model = models.JudgedRecord

    situation = "dispatch.task"
    kind = "onsite"
    subject_id = factory.Sequence(lambda n: n + 1)
    subject_name = factory.Sequence(lambda n: f"TK-2026-{n + 1:04d}")
    url = "/tasks/"
    owner = factory.SubFactory(EmployeeFactory)
    outlet = factory.SelfAttribute("owner.outlet")
    happened_at = factory.LazyFunction(now)
    month = factory.LazyAttribute(lambda each: month_of(each.happened_at))
    due_at = factory.LazyAttribute(lambda each: each.happened_at + timedelta(hours=24))
    entered_at = factory.LazyAttribute(lambda each: each.happened_at)
    events = in_time = 1
    called_for = filled = 2


class CorrectionFactory(DjangoModelFactory):
    """A record that was sent back and is not mended."""

    class Meta:
        model = models.Correction

    situation = "dispatch.task"
    subject_id = factory.Sequence(lambda n: n + 1)
    subject_name = factory.Sequence(lambda n: f"TK-2026-{n + 1:04d}")
    kind = "sent_back"
    owner = factory.SubFactory(EmployeeFactory)
    reason = "读数不可信"
    by = factory.SubFactory(EmployeeFactory, role=Role.DEPARTMENT_HEAD)
    at = factory.LazyFunction(now)


class RecordCheckFactory(DjangoModelFactory):
    class Meta:
        model = models.RecordCheck

    record = factory.SubFactory(JudgedRecordFactory)
    drawn_at = factory.LazyFunction(now)
    drawn_by = factory.SubFactory(EmployeeFactory, role=Role.DEPARTMENT_HEAD)
