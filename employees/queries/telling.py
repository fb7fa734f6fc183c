"""Who is told of something, and who in whose place."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.web.text import moment
from employees.choices import AbsenceKind, Place, Role
from employees.models import Absence, Employee, OnCall
from employees.queries.people import availability

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
