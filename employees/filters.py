"""The filters of the lists of people, of open records and of questions."""

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, ModelChoiceFilter

from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from employees.choices import AuthorityKind, QuestionStatus, Role
from employees.models import (
    Absence,
    AuthorityQuestion,
    Employee,
    JudgedRecord,
    Omission,
    Outlet,
    Skill,
)

ACTIVE, LEFT = "active", "left"
HERE, AWAY = "here", "away"
LATE, INCOMPLETE, FAULTY = "late", "incomplete", "faulty"


class EmployeeFilter(DeskFilterSet):
    role = ChoiceFilter(label=_("Role"), choices=Role.choices)
    outlet = ModelChoiceFilter(label=_("Outlet"), queryset=seen(Outlet))
    skill = ModelChoiceFilter(label=_("Skill"), queryset=Skill.objects.all(), method="with_skill")
    absent = ChoiceFilter(
        label=_("Absence"),
        choices=[(AWAY, _("absent now")), (HERE, _("not absent now"))],
        method="by_absence",
    )
    state = ChoiceFilter(
        label=_("Employment"),
        choices=[(ACTIVE, _("active")), (LEFT, _("left"))],
        method="by_state",
    )

    class Meta:
        model = Employee
        fields = ()

    def with_skill(
        self, people: QuerySet[Employee], _name: str, skill: Skill
    ) -> QuerySet[Employee]:
        """An expired certificate counts as no skill."""
        today = now().date()
        valid = Q(certificate_expires_on=None) | Q(certificate_expires_on__gte=today)
        return people.filter(pk__in=skill.holders.filter(valid).values("employee"))

    def by_absence(self, people: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        away = Q(pk__in=Absence.objects.at(now()).values("employee"))
        return people.filter(away if value == AWAY else ~away)

    def by_state(self, people: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        gone = Q(is_active=False) | Q(left_on__lte=now().date())
        return people.filter(gone if value == LEFT else ~gone)


class OmissionFilterSet(DeskFilterSet):
    person = ModelChoiceFilter(
        label=_("Whose record"),
        queryset=seen(Employee),
        field_name="owner",
        widget=SearchSelect("employees:options"),
    )

    class Meta:
        model = Omission
        fields = ()


class RecordFilterSet(DeskFilterSet):
    """What of a person's month is shown; the month itself is chosen above."""

    month = CharFilter(method="as_it_is", widget=forms.HiddenInput)
    show = ChoiceFilter(
        label=_("Show"),
        choices=[
            (LATE, _("late")),
            (INCOMPLETE, _("incomplete")),
            (FAULTY, _("found fault with")),
        ],
        method="by_fault",
    )

    class Meta:
        model = JudgedRecord
        fields = ()

    def as_it_is(
        self, records: QuerySet[JudgedRecord], _name: str, _value: str
    ) -> QuerySet[JudgedRecord]:
        return records

    def by_fault(
        self, records: QuerySet[JudgedRecord], _name: str, value: str
    ) -> QuerySet[JudgedRecord]:
        wanted = {
            LATE: Q(in_time__lt=F("events")),
            INCOMPLETE: Q(filled__lt=F("called_for")),
            FAULTY: Q(faulty=1),
        }
        return records.filter(wanted[value])


class QuestionFilterSet(DeskFilterSet):
    status = ChoiceFilter(label=_("Status"), choices=QuestionStatus.choices)
    kind = ChoiceFilter(label=_("What for"), choices=AuthorityKind.choices)

    class Meta:
        model = AuthorityQuestion
        fields = ()
