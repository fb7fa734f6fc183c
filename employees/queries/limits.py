"""How far somebody goes alone, and who decides beyond."""

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from employees.choices import AuthorityKind, Role
from employees.models import Absence, Authority, AuthorityQuestion, Employee
from employees.signals import authority_used


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
