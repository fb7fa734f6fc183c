"""Employees with outlets, skills and cost rates; calendars and authority from the policies."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _
from holidays import country_holidays

from crmservice.imports.columns import amount, choice, code, day, degrees, email, short_enough, text
from crmservice.imports.importer import FileImporter, PolicyImporter, Row, register
from crmservice.imports.policies import Section, misunderstood
from crmservice.imports.refusing import RefusedError
from crmservice.phones import to_e164
from crmservice.worktime import (
    MINUTES_A_DAY,
    CalendarError,
    WorkCalendar,
    parse_spans,
    parse_weekly,
)
from employees.choices import RING_OF_ROLE, OutletKind, Role
from employees.models import (
    Authority,
    CalendarDay,
    CostRate,
    Employee,
    EmployeeSkill,
    Outlet,
    Skill,
    WorkingCalendar,
)
from employees.queries import public_holidays

ALWAYS = date(2000, 1, 1)
YEARS_BACK, YEARS_AHEAD = 15, 3
LEVELS = frozenset("12345")
NO_SPANS: list[str] = []
A_WEEK = 7 * MINUTES_A_DAY
LONGEST_KIND, LONGEST_SKILL = 20, 40
MOST_RATE = Decimal(9_999_999)
ROLES = {str(role): role for role in Role} | {
    "客服经理": Role.SERVICE_MANAGER,
    "现场服务工程师": Role.FIELD_ENGINEER,
    "非现场服务工程师": Role.DEPOT_ENGINEER,
    "高级工程师": Role.SENIOR_ENGINEER,
    "备件管理员": Role.STOREKEEPER,
    "客服部经理": Role.DEPARTMENT_HEAD,
    "销售": Role.SALES,
    "服务网点": Role.PARTNER_COORDINATOR,
    "管理员": Role.ADMINISTRATOR,
}
OUTLET_KINDS = {"own": OutletKind.OWN, "partner": OutletKind.PARTNER} | {
    "自有": OutletKind.OWN,
    "授权": OutletKind.PARTNER,
}
SKILL_NAMES = {
    "PUMP": "泵",
    "COMPRESSOR": "压缩机",
    "DRIVE": "变频驱动",
    "HYDRAULIC": "液压",
    "LINE": "生产线",
    "CHILLER": "冷水机组",
    "CONTROL": "控制系统",
}


@register
class Calendars(PolicyImporter):
    """Working calendars, with the public holidays and moved working days of their country."""

    def take(self) -> int:
        calendars = self.context.policies.section("calendars")
        return sum(self._take(name, calendars.section(name)) for name in calendars)

    def _take(self, name: str, rules: Section) -> int:
        country, _dash, region = rules.read("holidays", as_country, "").partition("-")
        calendar = WorkingCalendar(
            code=name,
            name=name,
            time_zone=rules.text("time_zone"),
            weekly=rules.read("weekly", as_weekly),
            country=country,
            region=region,
            moved_spans=rules.read("moved_working_day", as_spans, NO_SPANS),
        )
        try:
            WorkCalendar(calendar.time_zone, parse_weekly(calendar.weekly))
        except CalendarError as error:
            raise misunderstood(rules.path, f"{name}: {error}") from error
        if WorkingCalendar.objects.filter(code=name).exists():
            return 0
        calendar.save()
        year = self.context.day_of(self.context.at).year
        years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
        CalendarDay.objects.bulk_create(public_holidays(calendar, years))
        return 1


def as_weekly(value: Any) -> dict[str, list[str]]:
    return {name.casefold()[:3]: as_spans(spans or []) for name, spans in value.items()}


def as_spans(value: Any) -> list[str]:
    return list(map(str, parse_spans(value)))


def as_country(value: Any) -> str:
    """A country, or one with its region, as the library of public holidays knows them.

    Raises NotImplementedError for a country or region of which nothing is known.
    """
    nation, _dash, region = value.partition("-")
    country_holidays(nation.upper(), subdiv=region or None)
    return f"{nation.upper()}-{region}" if region else nation.upper()


@register
class Authorities(PolicyImporter):
    """How far a role may go on its own."""

    def take(self) -> int:
        if not self.context.policies.has("authority"):
            return 0
        authority = self.context.policies.section("authority")
        return sum(self._take(name, authority.section(name)) for name in authority)

    def _take(self, name: str, limits: Section) -> int:
        role = ROLES.get(name.casefold())
        if role is None or any(len(kind) > LONGEST_KIND for kind in limits):
            raise misunderstood(limits.path, name)
        return sum(
            Authority.objects.get_or_create(
                role=role,
                employee=None,
                kind=kind,
                tier_code="",
                defaults={"limit": limits.amount(kind)},
            )[1]
            for kind in limits
            if limits.has(kind)
        )


@dataclass
class Person:
    """An employee to be, with the outlet and the skills to find or make."""

    employee: Employee
    outlet: Outlet
    skills: dict[str, int]
    supervisor_no: str
    cost_rate: Decimal | None


@register
class Employees(FileImporter[Person]):
    """Nobody imported can log in: a password is given by an administrator."""

    filename = "employees.csv"
    columns = (
        code("employee_no", "工号", "员工编号", needed=True),
        text("name", "姓名", needed=True, longest=120),
        text("name_en", "英文名", "英文姓名", longest=120, optional=True),
        choice("role", "角色", "岗位", needed=True, words=ROLES),
        code("outlet", "网点", "网点编号", needed=True, longest=20),
        text("outlet_name", "网点名称", longest=120, optional=True),
        choice("outlet_kind", "网点类型", words=OUTLET_KINDS, empty=OutletKind.OWN),
        email("email", "邮箱", optional=True),
        code("phone", "电话", longest=60, optional=True),
        code("skills", "技能", longest=1000),
        code("supervisor_no", "主管工号", "上级工号"),
        amount("cost_rate_cny_per_hour", "每小时成本", least=Decimal(0), most=MOST_RATE),
        degrees("base_lat", "纬度", most=90),
        degrees("base_lon", "经度", most=180),
        day("joined_on", "入职日期", optional=True),
        day("left_on", "离职日期"),
    )

    def prepare(self) -> None:
        self.outlets = {outlet.code: outlet for outlet in Outlet.objects.all()}
        self.skills = {skill.code: skill for skill in Skill.objects.all()}
        self.people = dict(Employee.objects.values_list("employee_no", "pk"))
        self.no_password = make_password(None)

    def existing(self) -> set[str]:
        return set(Employee.objects.values_list("employee_no", flat=True))

    def judge(self, row: Row) -> Person:
        if row["left_on"] and row["joined_on"] and row["left_on"] < row["joined_on"]:
            raise RefusedError(_("left before joining"))
        if row["supervisor_no"] == row.key:
            raise RefusedError(_("supervises himself"))
        today = self.context.day_of(self.context.at)
        employee = Employee(
            employee_no=row.key,
            name=row["name"],
            name_en=row["name_en"],
            email=row["email"],
            phone=to_e164(row["phone"]) or row["phone"][:20],
            role=row["role"],
            ring=RING_OF_ROLE.get(row["role"], 1),
            base_latitude=row["base_lat"],
            base_longitude=row["base_lon"],
            joined_on=row["joined_on"],
            left_on=row["left_on"],
            is_active=row["left_on"] is None or row["left_on"] > today,
            password=self.no_password,
        )
        outlet = Outlet(
            code=row["outlet"], name=row["outlet_name"] or row["outlet"], kind=row["outlet_kind"]
        )
        return Person(
            employee,
            outlet,
            skills_of(row["skills"]),
            row["supervisor_no"],
            row["cost_rate_cny_per_hour"],
        )

    def parent_key(self, record: Person) -> str:
        return record.supervisor_no

    def orphaned(self, parent: str) -> RefusedError:
        return self.unknown(_("supervisor"), parent, self.filename)

    def write(self, records: list[Person]) -> None:
        self._make_outlets(records)
        self._make_skills(records)
        for person in records:
            person.employee.outlet = self.outlets[person.outlet.code]
            if person.supervisor_no:
                person.employee.supervisor_id = self.people[person.supervisor_no]
        Employee.objects.bulk_create([person.employee for person in records])
        self.people |= {each.employee.employee_no: each.employee.pk for each in records}
        EmployeeSkill.objects.bulk_create(
            EmployeeSkill(employee=person.employee, skill=self.skills[name], level=level)
            for person in records
            for name, level in person.skills.items()
        )
        CostRate.objects.bulk_create(
            CostRate(employee=person.employee, valid_from=ALWAYS, per_hour=person.cost_rate)
            for person in records
            if person.cost_rate is not None
        )

    def _make_outlets(self, records: list[Person]) -> None:
        calendar = usual_calendar()
        for person in records:
            if person.outlet.code not in self.outlets:
                person.outlet.calendar = calendar
                person.outlet.save()
                self.outlets[person.outlet.code] = person.outlet

    def _make_skills(self, records: list[Person]) -> None:
        for name in {name for person in records for name in person.skills} - set(self.skills):
            self.skills[name] = Skill.objects.create(
                code=name, name_zh=SKILL_NAMES.get(name, name), name_en=name.capitalize()
            )


def usual_calendar() -> WorkingCalendar | None:
    """The hours of an outlet, of which the export says nothing: the first that end at all."""
    calendars = WorkingCalendar.objects.order_by("pk")
    return min(calendars, key=lambda each: each.weekly_minutes >= A_WEEK, default=None)


def skills_of(cell: str) -> dict[str, int]:
    """Read "PUMP:2;LINE:5" as {"PUMP": 2, "LINE": 5}; raises RefusedError."""
    skills = {}
    for part in filter(None, map(str.strip, cell.split(";"))):
        name, _colon, level = (piece.strip() for piece in part.partition(":"))
        if not name or level not in LEVELS:
            raise RefusedError(_("skill “%(skill)s” has no level from 1 to 5") % {"skill": part})
        skills[short_enough(name.upper(), "skills", LONGEST_SKILL)] = int(level)
    return skills
