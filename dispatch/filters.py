from datetime import date, timedelta

import django_filters
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from assets.queries import keys_within
from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from dispatch.choices import IN_PROGRESS, UNFINISHED, Kind, Stage, Status
from dispatch.models import DepotRepair, Task, TaskQuerySet
from dispatch.queries import start_of
from employees.models import Employee, Outlet


class TaskFilterSet(DeskFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[
            ("unfinished", _("Not finished")),
            ("unassigned", _("Without engineer")),
            *Status.choices,
        ],
        method="by_status",
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices)
    engineer = django_filters.ModelChoiceFilter(
        label=_("Engineer"),
        field_name="assignee",
        queryset=seen(Employee),
        widget=SearchSelect("employees:options"),
    )
    outlet = django_filters.ModelChoiceFilter(
        label=_("Outlet"),
        field_name="assignee__outlet",
        to_field_name="code",
        queryset=seen(Outlet),
    )
    first = django_filters.DateFilter(label=_("From"), method="since")
    last = django_filters.DateFilter(label=_("To"), method="until")
    customer = django_filters.CharFilter(
        label=_("Customer no."), field_name="customer__code", lookup_expr="iexact"
    )
    request = django_filters.CharFilter(
        label=_("Request no."), field_name="service_request__number", lookup_expr="iexact"
    )
    asset = django_filters.CharFilter(label=_("Serial number"), method="by_asset")
    contract = django_filters.CharFilter(
        label=_("Contract no."), field_name="contract__number", lookup_expr="iexact"
    )

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()

    def by_status(self, tasks: TaskQuerySet, _name: str, value: str) -> QuerySet[Task]:
        if value == "unfinished":
            return tasks.filter(status__in=UNFINISHED)
        if value == "unassigned":
            return tasks.waiting()
        return tasks.filter(status=value)

    def by_asset(self, tasks: QuerySet[Task], _name: str, value: str) -> QuerySet[Task]:
        """The device's tasks with those of its components."""
        return tasks.filter(asset__in=keys_within(value))

    def since(self, tasks: QuerySet[Task], _name: str, value: date) -> QuerySet[Task]:
        return tasks.filter(listed_at__gte=start_of(value))

    def until(self, tasks: QuerySet[Task], _name: str, value: date) -> QuerySet[Task]:
        """The day itself included."""
        return tasks.filter(listed_at__lt=start_of(value + timedelta(days=1)))


class DepotFilterSet(DeskFilterSet):
    stage = django_filters.ChoiceFilter(
        label=_("Stage"),
        choices=[
            ("in_progress", _("Not closed")),
            ("overdue", _("Overdue")),
            *Stage.choices,
        ],
        method="by_stage",
    )
    outlet = django_filters.ModelChoiceFilter(
        label=_("Depot"), to_field_name="code", queryset=seen(Outlet)
    )
    engineer = django_filters.ModelChoiceFilter(
        label=_("Engineer"),
        field_name="task__assignee",
        queryset=seen(Employee),
        widget=SearchSelect("employees:options"),
    )
    customer = django_filters.CharFilter(
        label=_("Customer no."), field_name="customer__code", lookup_expr="iexact"
    )
    serial = django_filters.CharFilter(
        label=_("Serial number"), field_name="serial_no", lookup_expr="iexact"
    )

    class Meta:
        model = DepotRepair
        fields: tuple[str, ...] = ()

    def by_stage(
        self, repairs: QuerySet[DepotRepair], _name: str, value: str
    ) -> QuerySet[DepotRepair]:
        if value == "in_progress":
            return repairs.filter(stage__in=IN_PROGRESS)
        if value == "overdue":
            return repairs.overdue(now())  # type: ignore[attr-defined]  # our queryset
        return repairs.filter(stage=value)
