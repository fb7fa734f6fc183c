"""The filters of the queue; every one of them can stand in a link from another page."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.queries import keys_within
from contracts.choices import Cover
from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from customers.models import Tier
from employees.choices import Department
from employees.models import Employee
from service_requests.choices import (
    OPEN,
    RINGS,
    Channel,
    ComplaintCause,
    ComplaintStage,
    Kind,
    Severity,
    Status,
    Target,
)
from service_requests.models import CallBack, Complaint, ServiceRequest, SlaTimer, Survey

ALL = "all"
GROUPS = [("open", _("Open")), *Status.choices, (ALL, _("All"))]
SHOWN = [
    ("mine", _("Mine")),
    ("unowned", _("Without owner")),
    ("unaccepted", _("Not accepted")),
    ("overdue", _("Overdue")),
    ("at_risk", _("At risk")),
]
KEPT = [("yes", _("Kept")), ("no", _("Missed")), ("running", _("Running"))]


class RequestFilterSet(DeskFilterSet):
    """Without `status` the open ones; `show` needs the moment, so the view narrows by it."""

    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=GROUPS, method="by_status", empty_label=None
    )
    show = django_filters.ChoiceFilter(
        label=_("Show"), choices=SHOWN, method="as_it_is", empty_label=_("All")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices, empty_label=_("All"))
    severity = django_filters.ChoiceFilter(
        label=_("Severity"), choices=Severity.choices, empty_label=_("All")
    )
    tier = django_filters.ModelChoiceFilter(
        label=_("Tier"),
        queryset=Tier.objects.only("code", "name_zh", "name_en"),
        to_field_name="code",
    )
    owner = django_filters.ModelChoiceFilter(
        label=_("Owner"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options"),
    )
    cover = django_filters.ChoiceFilter(
        label=_("Cover"), choices=Cover.choices, empty_label=_("All")
    )
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=Channel.choices, empty_label=_("All")
    )
    ring = django_filters.ChoiceFilter(label=_("Ring"), choices=RINGS, empty_label=_("All"))
    opened_from = django_filters.DateFilter(label=_("Opened from"), method="by_day")
    opened_to = django_filters.DateFilter(label=_("Opened until"), method="by_day")
    resolved_from = django_filters.DateFilter(
        method="by_day", widget=forms.HiddenInput, label=_("Resolved from")
    )
    resolved_to = django_filters.DateFilter(
        method="by_day", widget=forms.HiddenInput, label=_("Resolved until")
    )
    customer = django_filters.CharFilter(field_name="customer__code", widget=forms.HiddenInput)
    contract = django_filters.CharFilter(field_name="contract__number", widget=forms.HiddenInput)
    asset = django_filters.CharFilter(method="by_device", widget=forms.HiddenInput)
    outlet = django_filters.CharFilter(field_name="outlets__code", widget=forms.HiddenInput)
    fault_code = django_filters.CharFilter(field_name="fault_code__code", widget=forms.HiddenInput)
    article = django_filters.CharFilter(field_name="solved_by__number", widget=forms.HiddenInput)
    unexplained = django_filters.BooleanFilter(
        label=_("Solved without an article"),
        field_name="solved_by",
        lookup_expr="isnull",
        widget=forms.HiddenInput,
    )
    promise = django_filters.ChoiceFilter(
        choices=Target.choices, method="as_it_is", widget=forms.HiddenInput
    )
    kept = django_filters.ChoiceFilter(choices=KEPT, method="by_promise", widget=forms.HiddenInput)

    class Meta:
        model = ServiceRequest
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
        """As the fields say; without a status, the open ones."""
        if not self.form.cleaned_data.get("status"):
            queryset = queryset.filter(status__in=OPEN)
        return super().filter_queryset(queryset)

    def by_status(self, requests: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """An open one is said to be open, too: SQLite finds the index of the open ones by it."""
        if value == ALL:
            return requests
        if value == "open" or value in OPEN:
            requests = requests.filter(status__in=OPEN)
        return requests if value == "open" else requests.filter(status=value)

    def as_it_is(self, requests: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        return requests

    def by_device(self, requests: QuerySet[Any], _name: str, serial_no: str) -> QuerySet[Any]:
        """The device with everything in it."""
        return requests.filter(asset__in=keys_within(serial_no))

    def by_day(self, requests: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        """Days of the organisation's zone, both included."""
        field, _, end = name.partition("_")
        if name == "resolved_to":  # nothing is resolved before it is opened: the list begins there
            requests = requests.filter(opened_at__lt=midnight(day + timedelta(days=1)))
        if end == "from":
            return requests.filter(**{f"{field}_at__gte": midnight(day)})
        return requests.filter(**{f"{field}_at__lt": midnight(day + timedelta(days=1))})

    def by_promise(self, requests: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Requests with a clock (of the target in `promise`) that was kept, missed, or runs."""
        clocks = SlaTimer.objects.filter(service_request=OuterRef("pk"))
        target = self.form.cleaned_data.get("promise")
        if target:
            clocks = clocks.filter(target=target)
        decided = {
            "yes": Q(stopped_at__isnull=False, cancelled=False, breached_at=None),
            "no": Q(breached_at__isnull=False),
            "running": Q(stopped_at=None, breached_at=None),
        }
        return requests.filter(Exists(clocks.filter(decided[value])))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())


class CallBackFilterSet(DeskFilterSet):
    """Without `state` the open ones."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        empty_label=None,
        choices=[("open", _("Open")), ("late", _("Not called in time")), ("done", _("Called")),
                 (ALL, _("All"))],
    )  # fmt: skip
    owner = django_filters.ModelChoiceFilter(
        label=_("Calls"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )

    class Meta:
        model = CallBack
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        asked = data.copy() if data is not None else {}
        asked.setdefault("state", "open")
        super().__init__(asked, *args, **kwargs)

    def by_state(self, call_backs: Any, _name: str, value: str) -> Any:
        if value == "open":
            return call_backs.open()
        if value == "late":
            return call_backs.filter(overdue_at__isnull=False)
        return call_backs.exclude(done_at=None) if value == "done" else call_backs


class RoundSurveyFilterSet(DeskFilterSet):
    answered = django_filters.ChoiceFilter(
        label=_("Answer"),
        method="by_answer",
        choices=[("yes", _("Answered")), ("no", _("Not answered yet"))],
    )

    class Meta:
        model = Survey
        fields: tuple[str, ...] = ()

    def by_answer(self, surveys: Any, _name: str, value: str) -> Any:
        return surveys.filter(answered_at__isnull=value == "no")


class ComplaintFilterSet(DeskFilterSet):
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=ComplaintStage.choices)
    cause = django_filters.ChoiceFilter(label=_("Cause"), choices=ComplaintCause.choices)
    department = django_filters.ChoiceFilter(label=_("Department"), choices=Department.choices)
    was_late = django_filters.ChoiceFilter(
        label=_("Timeliness"), choices=[("False", _("in time")), ("True", _("late"))]
    )

    class Meta:
        model = Complaint
        fields: tuple[str, ...] = ()
