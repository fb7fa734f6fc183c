"""Reads over the service organisation."""

from calendar import Calendar
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, TypedDict

import holidays
from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.search.index import Document, index_many
from crmservice.web.text import moment
from crmservice.worktime import (
    WEEKDAYS,
    CalendarError,
    CalendarFault,
    CalendarRules,
    WorkCalendar,
)
from crmservice.written import Given, written
from employees.choices import AbsenceKind, AuthorityKind, DayKind, Place, Role
from employees.models import (
    Absence,
    Authority,
    AuthorityQuestion,
    CalendarDay,
    CalendarEdition,
    CalledFor,
    Correction,
    Employee,
    JudgedRecord,
    OnCall,
    Outlet,
    WorkingCalendar,
)
from employees.scoring import Sums, bonus, points, quality, ranks, rounded
from employees.signals import authority_used
from employees.situations import Facts


class Rules(TypedDict):
    """The hours of a calendar as an edition keeps them; dates in ISO, no spans means closed."""

    time_zone: str
    weekly: dict[str, list[str]]
    days: dict[str, list[str]]
    names: dict[str, str]


def work_calendar(pk: int) -> WorkCalendar:
    """The arithmetic of a calendar; worked out once per process and version of the calendar.

    Raises WorkingCalendar.DoesNotExist, and CalendarError for hours that cannot be.
    """
    version = next(iter(written(version_of).rows(calendar=pk)), None)
    if version is None:
        raise WorkingCalendar.DoesNotExist
    return calendar_of_version(pk, version)


def version_of() -> QuerySet[WorkingCalendar, int]:
    found = WorkingCalendar.objects.filter(pk=Given("calendar"))
    return found.values_list("version", flat=True)


@lru_cache(maxsize=64)
def calendar_of_version(pk: int, version: int) -> WorkCalendar:
    """The arithmetic of a version, present or past.

    The rows are read before it is asked whether a later change kept the edition: whoever changes
    them meanwhile keeps it in the same transaction.
    """
    rules = rules_of(WorkingCalendar.objects.get(pk=pk))
    kept = CalendarEdition.objects.filter(calendar=pk, version=version)
    return arithmetic(kept.values_list("rules", flat=True).first() or rules, version)


def rules_of(calendar: WorkingCalendar, days: Iterable[CalendarDay] | None = None) -> Rules:
    """The hours of a calendar as JSON, with the days of its parents; `days` in the place of its own
    ones, for what is not saved yet.
    """
    own = calendar.days.all() if days is None else days
    return rules_with(calendar, inherited_days(calendar) | {day.date: day for day in own})


def rules_with(calendar: WorkingCalendar, special: Mapping[date, CalendarDay]) -> Rules:
    return Rules(
        time_zone=calendar.time_zone,
        weekly=calendar.weekly,
        days={on.isoformat(): day.spans for on, day in sorted(special.items())},
        names={on.isoformat(): day.name for on, day in sorted(special.items()) if day.name},
    )


def proposed(
    calendar: WorkingCalendar, values: Mapping[str, Any], days: Iterable[CalendarDay]
) -> dict[int, WorkCalendar]:
    """The arithmetic of a calendar, and of all that inherit from it, as if `values` and `days` were
    saved.

    Raises CalendarError for hours that cannot be.
    """
    as_typed = copy(calendar)
    for name, value in values.items():
        setattr(as_typed, name, value)
    special = {calendar.pk: inherited_days(as_typed) | {day.date: day for day in days}}
    found = {calendar.pk: arithmetic(rules_with(as_typed, special[calendar.pk]))}
    for below in family(calendar)[1:]:
        assert below.parent_id is not None
        own = {day.date: day for day in below.days.all()}
        special[below.pk] = special[below.parent_id] | own
        found[below.pk] = arithmetic(rules_with(below, special[below.pk]))
    return found


def arithmetic(rules: Rules, edition: int = 0) -> WorkCalendar:
    """Raises CalendarError for hours that cannot be."""
    return WorkCalendar.from_rules(
        CalendarRules(time_zone=rules["time_zone"], weekly=rules["weekly"]),
        days={date.fromisoformat(on): spans for on, spans in rules["days"].items()},
        names={date.fromisoformat(on): name for on, name in rules["names"].items()},
        edition=edition,
    )


def inherited_days(calendar: WorkingCalendar) -> dict[date, CalendarDay]:
    """The special days of a calendar's parents; the nearest one's win."""
    found: dict[date, CalendarDay] = {}
    for above in ancestors(calendar):
        found = {day.date: day for day in above.days.all()} | found
    return found


def ancestors(calendar: WorkingCalendar) -> Iterator[WorkingCalendar]:
    """From the nearest up; a circle, which no form makes, ends."""
    seen = {calendar.pk}
    above = calendar.parent
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        yield above
        above = above.parent


def inherits(heir: WorkingCalendar | None, calendar: WorkingCalendar) -> bool:
    """Whether a calendar is the other one, or inherits from it."""
    return heir is not None and calendar in [heir, *ancestors(heir)]


def family(calendar: WorkingCalendar) -> list[WorkingCalendar]:
    """A calendar and all that inherit from it, from the top down; a query for each generation."""
    found, generation = [calendar], [calendar]
    while generation:
        below = WorkingCalendar.objects.filter(parent__in=generation)
        generation = list(below.exclude(pk__in=[each.pk for each in found]))
        found += generation
    return found


def public_holidays(calendar: WorkingCalendar, years: range) -> list[CalendarDay]:
    """The unsaved days of its country and region, named as they are there: holidays closed, moved
    working days open.
    """
    if not calendar.country:
        return []
    region = calendar.region or None
    own_language = holidays.country_holidays(calendar.country).default_language
    known = holidays.country_holidays(
        calendar.country, subdiv=region, years=years, language=own_language
    )
    closed = [
        CalendarDay(calendar=calendar, date=on, kind=DayKind.HOLIDAY, name=name[:120])
        for on, name in sorted(known.items())
        if on.year in years
    ]
    moved = [
        CalendarDay(calendar=calendar, date=on, kind=DayKind.MOVED, spans=calendar.moved_spans)
        for on in sorted(known.weekend_workdays)
        if on.year in years and on not in known and calendar.moved_spans
    ]
    return closed + moved


@dataclass(frozen=True)
class Availability:
    """Whether somebody can be asked now: `kind` is available, absent, off_hours or retired."""

    kind: str
    text: str


@dataclass(frozen=True)
class Day:
    """A date as a calendar applies it."""

    on: date
    hours: list[str]
    length: timedelta
    name: str
    kind: str
    pk: int | None
    is_special: bool
    is_inherited: bool
    is_other_month: bool


FAULTS: dict[CalendarFault, str | Promise] = {
    CalendarFault.BAD_SPAN: gettext_lazy(
        "“%(span)s” are no hours. Write them like 09:00-12:00, 13:00-17:00."
    ),
    CalendarFault.EMPTY_SPAN: gettext_lazy("“%(span)s” begins and ends at the same time."),
    CalendarFault.OVERLAPPING_SPANS: gettext_lazy("%(first)s and %(second)s overlap."),
    CalendarFault.UNKNOWN_ZONE: gettext_lazy("“%(zone)s” is no time zone."),
    CalendarFault.NO_SERVICE_HOURS: gettext_lazy("A week needs service hours on one day at least."),
}


def fault_in_words(fault: CalendarError) -> str:
    """What is wrong with a calendar, for the person who typed it."""
    words = FAULTS.get(fault.code, gettext_lazy("These hours cannot be."))
    return str(words) % fault.params


def field_of_fault(fault: CalendarError) -> str | None:
    """The field of the week's form that a fault belongs to."""
    if fault.code == CalendarFault.UNKNOWN_ZONE:
        return "time_zone"
    if fault.code == CalendarFault.NO_SERVICE_HOURS:
        return WEEKDAYS[0]
    return next((day for day in WEEKDAYS if day == fault.params.get("day")), None)


def awaits_setup() -> bool:
    """Whether nobody can log in yet."""
    people = Employee.objects.active().exclude(password="").only("password")
    return not any(person.has_usable_password() for person in people.iterator())


def availability(employee: Employee, at: datetime) -> Availability:
    """Whether a person of `Employee.objects.with_presence(at)` is there; no further query but a
    calendar's, once per process.

    The hours are those of the person's outlet; an outlet without a calendar is always open.
    """
    if not employee.is_active or (employee.left_on and employee.left_on <= at.date()):
        return Availability("retired", _("Left"))
    absence: Absence | None = next(iter(employee.absent_now), None)  # type: ignore[attr-defined]
    if absence:
        until = {"kind": absence.get_kind_display(), "time": moment(absence.ends_at)}
        return Availability("absent", _("%(kind)s until %(time)s") % until)
    calendar = employee.outlet.calendar
    if calendar and not calendar_of_version(calendar.pk, calendar.version).is_open(at):
        return Availability("off_hours", _("Outside service hours"))
    return Availability("available", _("Available"))


OFF_HOURS, LEFT, NOBODY = "off_hours", "left", "nobody"
MANAGERS = (Role.SERVICE_MANAGER, Role.PARTNER_COORDINATOR)


@dataclass(frozen=True)
class Told:
    """Who is told, as what; and in whose place, why, until when.

    `why` is a kind of absence, off_hours or left; nobody when of all who could be told none is
    there, and the first is told all the same.
    """

    person: Employee
    place: Place
    instead_of: str = ""
    why: str = ""
    until: datetime | None = None

    @property
    def details(self) -> dict[str, Any]:
        """As an activity keeps it; `told_in_words` reads it."""
        return {
            "id": self.person.pk,
            "name": self.person.name,
            "place": self.place,
            "instead_of": self.instead_of,
            "why": self.why,
            "until": self.until.isoformat() if self.until else "",
        }


class Away(NamedTuple):
    """Why somebody cannot be told now, and until when if that is known."""

    why: str
    until: datetime | None = None


class Roster:
    """Who is there at a moment, and who is told when somebody is not: the whole organisation, read
    in three queries however many are asked for.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        present = Employee.objects.active().with_presence(at)
        self.people: dict[int | None, Employee] = {each.pk: each for each in present}
        self.on_call = list(OnCall.objects.at(at).order_by("starts_at", "pk"))

    def tell(
        self,
        wanted: Employee | None,
        *,
        ring: int,
        outlets: Collection[int],
        may_see: Callable[[Employee], bool] = lambda _person: True,
        but: Collection[int] = (),
    ) -> Told | None:
        """The wanted person if there; else the backup, who is on call for the ring, a manager of
        the outlets, the department head: the first of them who is there.

        Nobody in `but`, and nobody who may not see what happened, is told. None where there is no
        such person at all.
        """
        chain = [
            (place, person)
            for place, person in self.chain(wanted, ring=ring, outlets=outlets)
            if person.pk not in but and may_see(person)
        ]
        for place, person in chain:
            if not self.away(person, place):
                return self.told(place, person, wanted)
        if not chain:
            return None
        place, person = chain[0]
        return Told(person, place, why=NOBODY)

    def chain(
        self, wanted: Employee | None, *, ring: int, outlets: Collection[int]
    ) -> Iterator[tuple[Place, Employee]]:
        if wanted is not None:
            yield from self.known(Place.PERSON, wanted.pk)
            yield from self.known(Place.BACKUP, wanted.backup_id)
        lines = [line for line in self.on_call if line.ring == ring]
        for line in lines:
            if line.outlet_id in outlets:
                yield from self.known(Place.ON_CALL, line.employee_id)
        for line in lines:
            if line.outlet_id is None:
                yield from self.known(Place.ON_CALL, line.employee_id)
        for person in self.people.values():
            if person.role in MANAGERS and person.outlet_id in outlets:
                yield Place.MANAGER, person
        for person in self.people.values():
            if person.role == Role.DEPARTMENT_HEAD:
                yield Place.HEAD, person

    def known(self, place: Place, pk: int | None) -> Iterator[tuple[Place, Employee]]:
        if pk in self.people:
            yield place, self.people[pk]

    def above(self, person: Employee, ring: int) -> Employee | None:
        """The first of the person's supervisors who stands in the ring or a higher one."""
        passed = {person.pk}
        above = self.people.get(person.supervisor_id)
        while above is not None and above.ring < ring and above.pk not in passed:
            passed.add(above.pk)
            above = self.people.get(above.supervisor_id)
        return above if above is not None and above.ring >= ring else None

    def told(self, place: Place, person: Employee, wanted: Employee | None) -> Told:
        """With the reason, if it is not the wanted person."""
        if wanted is None or place == Place.PERSON:
            return Told(person, place)
        missed = self.people.get(wanted.pk)
        away = self.away(missed, Place.PERSON) if missed else Away(LEFT)
        return Told(person, place, wanted.name, *away) if away else Told(person, place)

    def away(self, person: Employee, place: Place) -> Away | None:
        """None for who is there. Who is on call is there outside service hours, too."""
        there = availability(person, self.at)
        if there.kind == "retired":
            return Away(LEFT)
        if there.kind == "absent":
            absence: Absence = person.absent_now[0]  # type: ignore[attr-defined]
            return Away(absence.kind, absence.ends_at)
        if there.kind == "off_hours" and place != Place.ON_CALL:
            return Away(OFF_HOURS)
        return None


def with_stand_in(
    person: Employee, *, at: datetime, may_see: Callable[[Employee], bool] = lambda _person: True
) -> list[Employee]:
    """The person; while absent also the first who is there of the backup, the supervisor and the
    department heads, if they may see what it is about.

    For what can wait until somebody is at the desk, so service hours do not count.
    """
    absent = set(Absence.objects.at(at).values_list("employee", flat=True))
    if person.pk not in absent:
        return [person]
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD).order_by("pk")
    chain = [person.backup, person.supervisor, *heads]
    there = (each for each in chain if each and each.is_active and each.pk not in absent)
    stand_in = next((each for each in there if may_see(each)), None)
    return [person, stand_in] if stand_in else [person]


WHY: dict[str, str | Promise] = {
    AbsenceKind.LEAVE: gettext_lazy("on leave until %(until)s"),
    AbsenceKind.SICK: gettext_lazy("sick until %(until)s"),
    AbsenceKind.TRAINING: gettext_lazy("at a training until %(until)s"),
    AbsenceKind.OTHER: gettext_lazy("absent until %(until)s"),
    OFF_HOURS: gettext_lazy("outside service hours"),
    LEFT: gettext_lazy("no longer here"),
}


def told_in_words(details: dict[str, Any]) -> str:
    """“told 张伟 (backup) instead of 李娜: on leave until 3 Dec 2026 17:00”, of `Told.details`."""
    name = details["name"]
    if details["place"] != Place.PERSON:
        name = _("%(name)s (%(place)s)") % {"name": name, "place": Place(details["place"]).label}
    if details["why"] == NOBODY:
        return _("told %(name)s, although nobody is there now") % {"name": name}
    if not details["instead_of"]:
        return _("told %(name)s") % {"name": name}
    until = datetime.fromisoformat(details["until"]) if details["until"] else None
    why = str(WHY[details["why"]]) % {"until": moment(until)}
    told = {"name": name, "instead_of": details["instead_of"], "why": why}
    return _("told %(name)s instead of %(instead_of)s: %(why)s") % told


def month(calendar: WorkingCalendar, first: date) -> list[list[Day]]:
    """The weeks of a month, Monday first, each date with the hours that the arithmetic applies."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    shown = calendar.days.filter(date__range=(weeks[0][0], weeks[-1][-1]))
    rules = inherited_days(calendar) | {rule.date: rule for rule in shown}
    applied = calendar_of_version(calendar.pk, calendar.version)
    return [
        [_day(calendar, applied, rules.get(on), on, first.month) for on in week] for week in weeks
    ]


def _day(
    calendar: WorkingCalendar,
    applied: WorkCalendar,
    rule: CalendarDay | None,
    on: date,
    shown_month: int,
) -> Day:
    is_own = rule is not None and rule.calendar_id == calendar.pk
    return Day(
        on=on,
        hours=[str(span) for span in applied.spans_on(on)],
        length=applied.length_of(on),
        name=(rule.name or rule.get_kind_display()) if rule else "",
        kind=rule.kind if rule else "",
        pk=rule.pk if rule and is_own else None,
        is_special=rule is not None,
        is_inherited=rule is not None and not is_own,
        is_other_month=on.month != shown_month,
    )


def search_words(employee: Employee) -> dict[str, Any]:
    """How an employee is found: used by the action, the import and the rebuild alike."""
    began = employee.joined_on or date(2000, 1, 1)
    return {
        "title": employee.name,
        "subtitle": f"{employee.employee_no} · {employee.outlet.name}",
        "url": employee.get_absolute_url(),
        "rank_at": datetime.combine(began, time(), UTC),
        "names": [employee.name, employee.name_en],
        "codes": [employee.employee_no],
        "phones": [employee.phone] if employee.phone else [],
        "words": [employee.email] if employee.email else [],
        "scope": [f"o{employee.outlet_id}", f"u{employee.pk}"],
    }


def documents() -> Iterator[Document]:
    """Every employee for the search index, the oldest first."""
    for employee in Employee.objects.select_related("outlet").order_by("pk").iterator(2000):
        yield Document(kind="employee", object_id=employee.pk, **search_words(employee))


def rebuild_search() -> int:
    return index_many(documents())


def called_for() -> dict[str, set[tuple[str, str]]]:
    """The (kind, field) pairs that are called for, by situation."""
    found: dict[str, set[tuple[str, str]]] = {}
    for rule in CalledFor.objects.current():
        found.setdefault(rule.situation, set()).add((rule.kind, rule.field))
    return found


# How far somebody goes alone


def limits_of(employee: Employee, tier_code: str = "") -> dict[str, Decimal]:
    """Each limit of a person by kind: the person's own before the role's, and of each the one for
    the customer's tier before the one for every customer. What is not set is not in it, but that
    what is given free counts as goodwill.
    """
    own = Q(employee=employee.pk) | Q(employee=None, role=employee.role)
    rows = Authority.objects.filter(own, tier_code__in=["", tier_code])
    ranked = sorted(rows, key=lambda row: (row.employee_id is not None, row.tier_code != ""))
    limits = {row.kind: row.limit for row in ranked}
    if AuthorityKind.GOODWILL in limits:
        for kind in (AuthorityKind.FREE_PART, AuthorityKind.FREE_VISIT):
            limits.setdefault(kind, limits[AuthorityKind.GOODWILL])
    return limits


def limit_of(employee: Employee, kind: AuthorityKind, tier_code: str = "") -> Decimal:
    """A share for a discount, else an amount in base currency; zero when nothing is set."""
    return limits_of(employee, tier_code).get(kind, Decimal(0))


def authority_used_by(employee: Employee, *, at: datetime) -> dict[str, Decimal]:
    """How much of the limits is used up, by kind: what every floor above counts, together."""
    used: dict[str, Decimal] = {}
    for _receiver, answer in authority_used.send(Employee, employee=employee, at=at):
        answered: dict[str, Decimal] = answer  # type: ignore[assignment]  # Signal.send says str
        for kind, spent in answered.items():
            used[kind] = used.get(kind, Decimal(0)) + spent
    return used


def who_may(
    kind: AuthorityKind,
    asks: Decimal,
    tier_code: str,
    *,
    above: Employee,
    never: Collection[int] = (),
    at: datetime,
) -> Employee | None:
    """The nearest person above whose authority reaches and who is there: up the line of
    supervisors, then the department heads, but for the keys in `never`. When all who may are
    absent, the first of them.
    """
    never = {above.pk, *never}
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD).order_by("pk")
    chain = dict.fromkeys([*supervisors(above), *heads])
    reaching = [
        each
        for each in chain
        if each.pk not in never and each.is_active and limit_of(each, kind, tier_code) >= asks
    ]
    absent = set(Absence.objects.at(at).values_list("employee", flat=True))
    there = (each for each in reaching if each.pk not in absent)
    return next(there, reaching[0] if reaching else None)


def next_above(question: AuthorityQuestion, *, at: datetime) -> Employee | None:
    """The next above whoever is asked now: never whoever asked, and nobody a second time."""
    before = question.asked_before.values_list("pk", flat=True)
    return who_may(
        AuthorityKind(question.kind),
        question.asks,
        question.tier_code,
        above=question.asked_of,
        never=[question.asked_by_id, *before],
        at=at,
    )


def supervisors(employee: Employee) -> Iterator[Employee]:
    """Up the line, each once; a circle ends where it closes."""
    seen = {employee.pk}
    while (above := employee.supervisor) is not None and above.pk not in seen:
        seen.add(above.pk)
        yield above
        employee = above


class Completeness(NamedTuple):
    """How much of what a record calls for is there; `missing` are the fields that are not."""

    called_for: int
    missing: list[str]

    @property
    def percent(self) -> int:
        """Rounded down: only what is complete is 100 %."""
        there = self.called_for - len(self.missing)
        return 100 * there // self.called_for if self.called_for else 100


def completeness(situation: str, kind: str, filled: Mapping[str, bool]) -> Completeness:
    """By the rules as they are now, of the fields that are named in `filled`."""
    rules = CalledFor.objects.current().filter(situation=situation, kind=kind)
    called_for = sorted(set(rules.values_list("field", flat=True)) & set(filled))
    return Completeness(len(called_for), [field for field in called_for if not filled[field]])


# How good records are


def rules_called_for(situation: str) -> list[CalledFor]:
    """All that hold or held."""
    return list(CalledFor.objects.filter(situation=situation))


def called_for_by(facts: Facts, rules: Iterable[CalledFor]) -> list[str]:
    """The fields that a record calls for, by the rules of the time when it happened."""
    return sorted(
        {
            rule.field
            for rule in rules
            if rule.kind == facts.kind
            and rule.field in facts.filled
            and rule.holds_at(facts.happened_at)
        }
    )


def due_of(facts: Facts) -> datetime:
    return facts.happened_at + timedelta(hours=settings.RECORD_WITHIN_HOURS)


def month_of(moment: datetime) -> date:
    """The first day of its month, where the service organisation is."""
    return localtime(moment, get_default_timezone()).date().replace(day=1)


def span_of(month: date) -> tuple[datetime, datetime]:
    """The instants at which a month begins and is over."""
    zone = get_default_timezone()
    after = (month + timedelta(days=31)).replace(day=1)
    return datetime.combine(month, time(), zone), datetime.combine(after, time(), zone)


@dataclass(frozen=True)
class Standing:
    """A person in the ranking of a month."""

    owner: Employee
    sums: Sums
    quality: Decimal | None
    points: Decimal
    bonus: Decimal
    rank: int | None


SUMMED = ("events", "in_time", "called_for", "filled", "faulty")


def sums_of(records: QuerySet[JudgedRecord]) -> dict[int, Sums]:
    """Of each person, by key; one query, which an index answers alone."""
    added = {name: Sum(name) for name in SUMMED}
    rows = records.order_by().values("owner").annotate(records=Count("pk"), **added)
    return {row.pop("owner"): Sums(**row) for row in rows}


def standing(owner: Employee, sums: Sums, rank: int | None = None) -> Standing:
    score = rounded(quality(sums.shares, settings.RECORD_WEIGHTS))
    is_enough = sums.records >= settings.RECORD_BONUS_FROM
    earned = bonus(score, settings.RECORD_BONUS) if is_enough else Decimal()
    return Standing(owner, sums, score, points(sums.records, score), earned, rank)


def standings(month: date, user: Employee, *, outlet: Outlet | None = None) -> list[Standing]:
    """The ranking of a month among those whom `user` sees there, the best first; two queries."""
    records = JudgedRecord.objects.visible_to(user).of_month(month)
    if outlet is not None:
        records = records.filter(outlet=outlet)
    sums = sums_of(records)
    people = Employee.objects.filter(pk__in=sums).select_related("outlet")
    found = [standing(person, sums[person.pk]) for person in people]
    placed = [
        replace(each, rank=rank)
        for each, rank in zip(found, ranks(each.quality for each in found), strict=True)
    ]
    last = len(placed) + 1
    return sorted(
        placed, key=lambda each: (each.rank or last, -each.points, each.owner.employee_no)
    )


def own_standing(person: Employee, month: date) -> Standing:
    """A person's month, with the place among everybody; without records there is none."""
    everybody = sums_of(JudgedRecord.objects.of_month(month))
    mine = everybody.get(person.pk, Sums())
    keys = list(everybody)
    scores = [rounded(quality(each.shares, settings.RECORD_WEIGHTS)) for each in everybody.values()]
    places = dict(zip(keys, ranks(scores), strict=True))
    return standing(person, mine, places.get(person.pk))


def months_judged(user: Employee) -> list[date]:
    """From the last in which somebody whom `user` sees has records back to the first, the empty
    ones between them too; two looks into an index.
    """
    records = JudgedRecord.objects.visible_to(user)
    last = records.order_by("-month").values_list("month", flat=True).first()
    first = records.order_by("month").values_list("month", flat=True).first()
    months: list[date] = []
    while first and last and last >= first and len(months) < MOST_MONTHS:
        months.append(last)
        last = (last - timedelta(days=1)).replace(day=1)
    return months


MOST_MONTHS = 36


def lot(month: date, situation: str, subject_id: int) -> bytes:
    """What decides who is drawn: it follows from month and record alone, and nobody can tell it
    ahead.
    """
    return sha256(f"{month}:{situation}:{subject_id}".encode()).digest()


def to_draw(month: date, user: Employee, *, situation: str, each: int) -> list[int]:
    """The keys of the judged records to look at: of each person's of the month those with the
    lowest lots, until so many are drawn. For a month that is over always the same ones.
    """
    records = JudgedRecord.objects.visible_to(user).of_month(month).filter(situation=situation)
    rows = records.filter(entered_at__isnull=False) | records.filter(events=0)
    by_person: dict[int, list[tuple[bytes, int]]] = {}
    for pk, owner, subject in rows.order_by().values_list("pk", "owner", "subject_id"):
        by_person.setdefault(owner, []).append((lot(month, situation, subject), pk))
    by_person.pop(user.pk, None)
    return [pk for lots in by_person.values() for _lot, pk in sorted(lots)[:each]]


def corrections_of(situation: str, subject_id: int) -> list[Correction]:
    found = Correction.objects.of_record(situation, subject_id)
    return list(found.select_related("by", "owner"))


def judgement_of(
    situation: str, subject_id: int, user: Employee
) -> tuple[JudgedRecord, list[Correction]] | None:
    """How a record is judged and what others found wrong with it, for those whom it concerns."""
    visible = JudgedRecord.objects.visible_to(user)
    judged = visible.filter(situation=situation, subject_id=subject_id).first()
    return (judged, corrections_of(situation, subject_id)) if judged else None
