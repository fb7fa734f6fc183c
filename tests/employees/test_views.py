"""The pages of people, outlets and calendars."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from crmservice.activity.models import Activity
from employees.choices import Role
from employees.models import Absence, Employee, WorkingCalendar
from employees.queries import availability, public_holidays
from tests.factories.employees import (
    AbsenceFactory,
    CalendarDayFactory,
    EmployeeFactory,
    EmployeeSkillFactory,
    OutletFactory,
    SkillFactory,
    WorkingCalendarFactory,
)


def names(page):
    return {row.cells[1].text for row in page.context["page"].rows}


def test_the_list_shows_the_outlets_own_people_to_a_partner(logged_in, people):
    page = logged_in("partner_coordinator").get("/employees/")

    assert names(page) == {people.partner_coordinator.name, people.partner_engineer.name}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(logged_in, django_assert_num_queries, count):
    client = logged_in("department_head")
    for each in EmployeeFactory.create_batch(
        count, outlet=OutletFactory(calendar=WorkingCalendarFactory())
    ):
        EmployeeSkillFactory(employee=each)
    client.get("/employees/")

    with django_assert_num_queries(8):
        client.get("/employees/")


def test_filters_find_the_absent_and_the_skilled(logged_in, people):
    client = logged_in("department_head")
    at = now()
    AbsenceFactory(
        employee=people.sales, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=1)
    )
    pump = SkillFactory()
    EmployeeSkillFactory(employee=people.field_engineer, skill=pump)
    expired = at.date() - timedelta(days=1)
    EmployeeSkillFactory(employee=people.depot_engineer, skill=pump, certificate_expires_on=expired)

    assert names(client.get("/employees/", {"absent": "away"})) == {people.sales.name}
    assert names(client.get("/employees/", {"skill": pump.pk})) == {people.field_engineer.name}


def test_search_finds_by_pinyin_and_number(logged_in):
    client = logged_in("administrator")
    client.post("/employees/new/", form_for(OutletFactory(), employee_no="E777", name="诸葛亮"))

    assert names(client.get("/employees/", {"q": "zhugel"})) == {"诸葛亮"}
    assert names(client.get("/employees/", {"q": "E777"})) == {"诸葛亮"}


def form_for(outlet, **changes):
    return {
        "employee_no": "E100",
        "name": "唐军",
        "role": Role.FIELD_ENGINEER,
        "ring": 1,
        "outlet": outlet.pk,
        "phone": "139 1234 5678",
        **changes,
    }


def test_an_employee_is_entered_without_a_log_in(logged_in, people):
    outlet = people.administrator.outlet
    answer = logged_in("administrator").post("/employees/new/", form_for(outlet))

    employee = Employee.objects.get(employee_no="E100")
    assert answer.url == "/employees/E100/"
    assert not employee.has_usable_password()
    assert employee.phone == "+8613912345678"
    assert Activity.objects.filter(verb="employees.created", subject_id=employee.pk).count() == 1


def test_the_head_makes_no_administrators(logged_in, people):
    client = logged_in("department_head")
    answer = client.post("/employees/new/", form_for(people.sales.outlet, role=Role.ADMINISTRATOR))
    assert answer.status_code == 422

    client.post(
        reverse("employees:edit", args=["department_head"]),
        form_for(people.sales.outlet, role=Role.ADMINISTRATOR),
    )
    people.department_head.refresh_from_db()
    assert people.department_head.role == Role.DEPARTMENT_HEAD


def test_the_head_does_not_change_an_administrator(logged_in):
    assert logged_in("department_head").get("/employees/administrator/edit/").status_code == 403


def test_two_people_changing_other_fields_both_stay(logged_in, people):
    client = logged_in("administrator")
    url = "/employees/sales/edit/"
    sent = form_for(
        people.sales.outlet,
        name=people.sales.name,
        role="sales",
        phone="",
        email=people.sales.email,
        version=1,
    )
    client.post(url, sent | {"name_en": "Tang"})
    client.post(url, sent | {"phone": "13912345678"})

    people.sales.refresh_from_db()
    assert (people.sales.name_en, people.sales.phone) == ("Tang", "+8613912345678")


def test_nobody_supervises_in_a_circle(logged_in, people):
    people.sales.supervisor = people.storekeeper
    people.sales.save()
    sent = form_for(
        people.storekeeper.outlet,
        name="x",
        role="storekeeper",
        supervisor=people.sales.pk,
        version=1,
    )
    answer = logged_in("administrator").post("/employees/storekeeper/edit/", sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors["supervisor"]


def test_skills_are_set_in_one_form(logged_in, people):
    pump, crane = SkillFactory(), SkillFactory(code="CRANE", name_zh="起重机", name_en="Cranes")
    EmployeeSkillFactory(employee=people.field_engineer, skill=crane)
    url = "/employees/field_engineer/skills/"
    client = logged_in("department_head")
    assert client.get(url).status_code == 200

    client.post(
        url, {f"level_{pump.pk}": "4", f"until_{pump.pk}": "2027-01-31", f"level_{crane.pk}": ""}
    )

    skill = people.field_engineer.skill_levels.get()
    assert (skill.skill, skill.level, skill.certificate_expires_on) == (pump, 4, date(2027, 1, 31))


def test_a_certificate_needs_a_level(logged_in, people):
    pump = SkillFactory()
    answer = logged_in("department_head").post(
        "/employees/field_engineer/skills/", {f"until_{pump.pk}": "2027-01-31"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("field_engineer", "field_engineer", 302),
        ("field_engineer", "depot_engineer", 403),
        ("department_head", "depot_engineer", 302),
        ("partner_coordinator", "partner_engineer", 302),
        ("partner_coordinator", "depot_engineer", 404),
    ],
)
def test_who_notes_whose_absence(logged_in, who, whose, status):
    answer = logged_in(who).post(
        f"/employees/{whose}/absences/",
        {"kind": "leave", "first_day": "2026-12-24", "last_day": "2026-12-24"},
    )
    assert answer.status_code == status


def test_an_absence_of_whole_days_ends_with_the_last_day(logged_in, people):
    logged_in("sales").post(
        "/employees/sales/absences/",
        {"kind": "leave", "first_day": "2026-12-24", "last_day": "2026-12-25"},
    )
    absence = Absence.objects.get()

    assert absence.starts_at == datetime(2026, 12, 23, 16, tzinfo=UTC)
    assert absence.ends_at == datetime(2026, 12, 25, 16, tzinfo=UTC)


def test_absences_do_not_overlap(logged_in):
    client = logged_in("sales")
    sent = {"kind": "leave", "first_day": "2026-12-24", "last_day": "2026-12-25"}
    client.post("/employees/sales/absences/", sent)
    answer = client.post("/employees/sales/absences/", sent | {"first_day": "2026-12-25"})

    assert answer.status_code == 422
    assert Absence.objects.count() == 1


def test_an_absence_can_be_cancelled_until_it_is_over(logged_in, people):
    at = now()
    coming = AbsenceFactory(employee=people.sales, starts_at=at, ends_at=at + timedelta(hours=1))
    past = AbsenceFactory(employee=people.sales, starts_at=at - timedelta(hours=2), ends_at=at)
    client = logged_in("sales")

    for each in (coming, past):
        client.post(reverse("employees:cancel_absence", args=["sales", each.pk]))

    assert list(Absence.objects.all()) == [past]


@pytest.mark.parametrize("role", ["administrator", "sales", "partner_coordinator"])
def test_the_page_opens_for_its_owner(logged_in, role):
    page = logged_in(role).get("/employees/me/", follow=True)

    assert page.status_code == 200
    assert reverse("account_change_password") in page.content.decode()


def test_who_is_there_now(people):
    calendar = WorkingCalendarFactory()
    people.sales.outlet.calendar = calendar
    people.sales.outlet.save()
    monday_noon = datetime(2026, 11, 23, 4, tzinfo=UTC)
    AbsenceFactory(
        employee=people.storekeeper, starts_at=monday_noon, ends_at=monday_noon + timedelta(hours=1)
    )

    def there(person, at):
        return availability(Employee.objects.with_presence(at).get(pk=person.pk), at).kind

    assert there(people.sales, monday_noon) == "available"
    assert there(people.sales, datetime(2026, 11, 23, 9, tzinfo=UTC)) == "off_hours"
    assert there(people.storekeeper, monday_noon) == "absent"
    assert there(people.storekeeper, monday_noon + timedelta(hours=1)) == "available"


# Calendars


def week(**changes):
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")
    return {"name": "5×8", "time_zone": "Asia/Shanghai", "moved": "09:00-17:00", **days, **changes}


def test_a_calendar_is_made_and_drawn(logged_in):
    client = logged_in("administrator")
    answer = client.post(
        "/employees/calendars/new/", week(code="5x8", sat="09:00–12:00、13:00–15:00")
    )
    assert answer.url == "/employees/calendars/5x8/"
    assert WorkingCalendar.objects.get().weekly["sat"] == ["09:00-12:00", "13:00-15:00"]

    page = client.get("/employees/calendars/5x8/", {"month": "2026-02"})
    saturday = page.context["weeks"][1][5]
    assert (saturday.on, saturday.hours) == (date(2026, 2, 7), ["09:00-12:00", "13:00-15:00"])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("9 to 5", "no hours"),
        ("09:00-09:00", "same time"),
        ("09:00-12:00, 11:00-17:00", "overlap"),
        ("25:00-26:00", "no hours"),
    ],
)
def test_hours_that_cannot_be_are_said_where_they_were_typed(logged_in, typed, words):
    answer = logged_in("administrator").post("/employees/calendars/new/", week(code="x", wed=typed))

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["wed"][0]


def test_hours_that_overlap_at_midnight_and_empty_weeks_are_refused(logged_in):
    client = logged_in("administrator")
    night = client.post("/employees/calendars/new/", week(code="x", mon="22:00-10:00"))
    empty = client.post(
        "/employees/calendars/new/",
        {"code": "y", "name": "y", "time_zone": "Asia/Shanghai"},
    )
    zone = client.post("/employees/calendars/new/", week(code="z", time_zone="Mars/Olympus"))

    assert [answer.status_code for answer in (night, empty, zone)] == [422, 422, 422]
    assert not WorkingCalendar.objects.exists()


def test_changing_the_week_raises_the_version_and_the_arithmetic_follows(logged_in):
    calendar = WorkingCalendarFactory()
    client = logged_in("administrator")
    assert client.get("/employees/calendars/5x8/?month=2026-11").status_code == 200

    client.post("/employees/calendars/5x8/edit/", week(mon="08:00-12:00", version=1))

    calendar.refresh_from_db()
    assert calendar.version == 2
    monday = client.get("/employees/calendars/5x8/?month=2026-11").context["weeks"][1][0]
    assert monday.hours == ["08:00-12:00"]


def test_a_day_is_closed_and_given_back(logged_in):
    calendar = WorkingCalendarFactory()
    client = logged_in("administrator")
    url = "/employees/calendars/5x8/?month=2026-11"
    client.get(url)

    client.post(
        "/employees/calendars/5x8/days/", {"date": "2026-11-23", "kind": "closure", "name": "盘点"}
    )
    monday = client.get(url).context["weeks"][4][0]
    assert (monday.hours, monday.name) == ([], "盘点")

    client.post(reverse("employees:remove_day", args=["5x8", monday.pk]))
    assert client.get(url).context["weeks"][4][0].hours == ["09:00-17:00"]
    calendar.refresh_from_db()
    assert calendar.version == 3


@pytest.mark.parametrize(
    "sent",
    [
        {"date": "2026-11-23", "kind": "closure", "spans": "09:00-12:00"},
        {"date": "2026-11-28", "kind": "extra"},
        {"date": "2026-11-28", "kind": "extra", "spans": "9-12"},
        {"date": "", "kind": "extra", "spans": "09:00-12:00"},
    ],
)
def test_a_day_that_cannot_be_is_refused(logged_in, sent):
    calendar = WorkingCalendarFactory()
    answer = logged_in("administrator").post("/employees/calendars/5x8/days/", sent)

    assert answer.status_code == 422
    assert not calendar.days.exists()


def test_a_partner_reads_calendars_and_changes_none(logged_in):
    WorkingCalendarFactory()
    CalendarDayFactory()
    client = logged_in("partner_coordinator")

    assert client.get("/employees/calendars/5x8/").status_code == 200
    assert client.get("/employees/calendars/5x8/edit/").status_code == 403


@pytest.mark.parametrize(
    "month", ["", "2026-13", "x", "0001-01", "9999-12", "2026-02-01", "٢٠٢٦-٠١"]
)
def test_any_month_in_the_url_gives_a_page(logged_in, month):
    WorkingCalendarFactory()
    assert logged_in("sales").get("/employees/calendars/5x8/", {"month": month}).status_code == 200


def test_outlets_are_listed_entered_and_changed(logged_in, people):
    client = logged_in("administrator")
    calendar = WorkingCalendarFactory()
    sent = {"code": "CD", "name": "成都网点", "kind": "partner", "calendar": calendar.pk}
    assert client.post("/employees/outlets/new/", sent).url == "/employees/outlets/CD/"
    client.post("/employees/outlets/CD/edit/", sent | {"name": "成都服务网点", "version": 1})

    page = client.get("/employees/outlets/")
    assert "成都服务网点" in {row.cells[1].text for row in page.context["page"].rows}
    assert client.get("/employees/outlets/CD/").status_code == 200


def test_a_partner_sees_the_own_outlet_only(logged_in, people):
    client = logged_in("partner_coordinator")
    page = client.get("/employees/outlets/")

    assert len(page.context["page"].rows) == 1
    assert client.get("/employees/outlets/HQ/").status_code == 404


def test_options_answer_a_search_field_within_the_scope(logged_in, people):
    answer = logged_in("partner_coordinator").get("/employees/options/")

    assert {row["value"] for row in answer.json()} == {
        str(people.partner_coordinator.pk),
        str(people.partner_engineer.pk),
    }


def test_the_holidays_of_a_year_become_days_that_can_be_changed(logged_in):
    calendar = WorkingCalendarFactory(country="CN")
    CalendarDayFactory(calendar=calendar, date="2026-10-01", kind="extra", spans=["09:00-12:00"])
    client = logged_in("administrator")
    url = "/employees/calendars/5x8/holidays/"

    assert client.post(url, {"year": 2026}).status_code == 302
    assert client.post(url, {"year": 2026}).status_code == 302

    calendar.refresh_from_db()
    days = {day.date: day for day in calendar.days.all()}
    assert (days[date(2026, 2, 17)].kind, days[date(2026, 2, 17)].name) == ("holiday", "春节")
    assert (days[date(2026, 2, 14)].kind, days[date(2026, 2, 14)].spans) == (
        "moved",
        ["09:00-17:00"],
    )
    assert days[date(2026, 10, 1)].spans == ["09:00-12:00"]
    assert calendar.version == 2


def test_a_region_has_its_own_holidays(logged_in):
    WorkingCalendarFactory(country="DE", region="BY")

    logged_in("administrator").post("/employees/calendars/5x8/holidays/", {"year": 2026})

    calendar = WorkingCalendar.objects.get()
    assert calendar.days.filter(date="2026-01-06").exists()
    calendar.region = "BE"
    assert date(2026, 1, 6) not in {
        day.date for day in public_holidays(calendar, range(2026, 2027))
    }


def test_holidays_of_nowhere_are_not_taken_over(logged_in):
    WorkingCalendarFactory(country="")

    answer = logged_in("administrator").post("/employees/calendars/5x8/holidays/", {"year": 2026})

    assert answer.status_code == 422


def test_special_days_are_inherited_and_own_ones_win(logged_in):
    parent = WorkingCalendarFactory(code="CN")
    child = WorkingCalendarFactory(code="SH", parent=parent)
    CalendarDayFactory(calendar=parent, date="2026-10-01", name="国庆节")
    CalendarDayFactory(calendar=parent, date="2026-10-02", name="国庆节")
    CalendarDayFactory(calendar=child, date="2026-10-02", kind="extra", spans=["10:00-12:00"])

    page = logged_in("administrator").get("/employees/calendars/SH/", {"month": "2026-10"})

    thursday, friday = page.context["weeks"][0][3:5]
    assert (thursday.hours, thursday.name, thursday.is_inherited, thursday.pk) == (
        [],
        "国庆节",
        True,
        None,
    )
    assert (friday.hours, friday.is_inherited) == (["10:00-12:00"], False)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"parent": "child"}, "parent"),
        ({"country": "XX"}, "country"),
        ({"country": "DE", "region": "QQ"}, "region"),
        ({"region": "BY"}, "region"),
        ({"mon": "22:00-10:00", "tue": "09:00-17:00"}, "mon"),
        ({"mon": "", "tue": ""}, "mon"),
        ({"mon": "17:00-17:00"}, "mon"),
        ({"tue": "09:00-13:00, 12:00-17:00"}, "tue"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
@pytest.mark.parametrize("button", ["preview", "save"])
def test_what_cannot_be_is_refused_where_it_is_typed(logged_in, typed, field, button):
    parent = WorkingCalendarFactory(code="CN")
    child = WorkingCalendarFactory(code="SH", parent=parent)
    values = {
        "name": "5×8",
        "time_zone": "Asia/Shanghai",
        "mon": "09:00-17:00",
        "tue": "09:00-17:00",
        **typed,
        **({"parent": child.pk} if "parent" in typed else {}),
    }

    answer = logged_in("administrator").post(
        "/employees/calendars/CN/edit/", {**values, button: "yes"}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    parent.refresh_from_db()
    assert (parent.version, parent.parent) == (1, None)
