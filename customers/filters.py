"""The filters of the customers' list."""

from typing import Any

from django import forms
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, ModelChoiceFilter, NumberFilter

from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from customers import signals
from customers.choices import (
    CareKind,
    CustomerKind,
    NeedKind,
    NeedStatus,
    NeedTarget,
    SignalStatus,
    Trend,
)
from customers.models import (
    AccountTeam,
    BusinessSignal,
    CareTouch,
    Customer,
    CustomerTrend,
    Need,
    RecoveryCase,
    Tier,
)
from employees.models import Employee

FLAGS = {
    CustomerKind.END_USER: "is_end_user",
    CustomerKind.DEALER: "is_dealer",
    CustomerKind.PROSPECT: "is_prospect",
}
YES, NO = "yes", "no"
REMEMBERED = 10 * 60


def places() -> list[tuple[str, str]]:
    return remembered("province")


def industries() -> list[tuple[str, str]]:
    return remembered("industry")


def remembered(field: str) -> list[tuple[str, str]]:
    """The values that occur in a column, looked up every ten minutes."""

    def look_up() -> list[str]:
        rows = Customer.objects.exclude(**{field: ""}).order_by(field)
        return list(rows.values_list(field, flat=True).distinct())

    values = cache.get_or_set(f"customers.{field}", look_up, REMEMBERED) or []
    return [(value, value) for value in values]


class CustomerFilter(DeskFilterSet):
    kind = ChoiceFilter(label=_("Kind"), choices=CustomerKind.choices, method="of_kind")
    tier = ModelChoiceFilter(label=_("Tier"), queryset=Tier.objects.all(), to_field_name="code")
    province = ChoiceFilter(label=_("Province"), choices=places)
    city = CharFilter(label=_("City"), lookup_expr="startswith")
    industry = ChoiceFilter(label=_("Industry"), choices=industries)
    supplier = ModelChoiceFilter(
        label=_("Supplied by"),
        queryset=seen(Customer),
        to_field_name="code",
        widget=SearchSelect("customers:codes"),
    )
    account_manager = ModelChoiceFilter(
        label=_("Account manager"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )
    trend = ChoiceFilter(label=_("Trend"), choices=Trend.choices)
    account_team = ModelChoiceFilter(
        label=_("Account team"), queryset=AccountTeam.objects.all(), widget=forms.HiddenInput
    )
    busy = ChoiceFilter(
        label=_("Open requests"),
        choices=[(YES, _("has open requests")), (NO, _("has none"))],
        method="by_requests",
    )

    class Meta:
        model = Customer
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not signals.busy_customers.has_listeners(Customer):
            del self.filters["busy"]

    def of_kind(self, customers: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        return customers.filter(**{FLAGS[CustomerKind(value)]: True})

    def by_requests(
        self, customers: QuerySet[Customer], _name: str, value: str
    ) -> QuerySet[Customer]:
        busy = Q()
        for _receiver, keys in signals.busy_customers.send(Customer, user=self.request.user):
            busy |= Q(pk__in=keys)
        return customers.filter(busy if value == YES else ~busy)


class TouchFilter(DeskFilterSet):
    due_from = DateFilter(label=_("Due from"), field_name="due_on", lookup_expr="gte")
    due_until = DateFilter(label=_("Due until"), field_name="due_on", lookup_expr="lte")
    outcome = ChoiceFilter(
        label=_("Outcome"),
        method="of_outcome",
        choices=[
            ("owed", _("All that was to be done")),
            ("in_time", _("Done in time")),
            ("late", _("Done late")),
            ("missed", _("Missed")),
            ("ahead", _("Still ahead")),
            ("skipped", _("Left out")),
        ],
    )
    kind = ChoiceFilter(label=_("Kind"), choices=CareKind.choices)
    tier = ModelChoiceFilter(
        label=_("Tier"),
        field_name="customer__tier",
        queryset=Tier.objects.all(),
        to_field_name="code",
    )
    owner = ModelChoiceFilter(
        label=_("Owes it"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )
    outlet = CharFilter(label=_("Outlet"), method="of_outlet")
    customer = CharFilter(label=_("Customer number"), field_name="customer__code")
    plan = NumberFilter(field_name="plan", min_value=1, widget=forms.HiddenInput)

    class Meta:
        model = CareTouch
        fields: tuple[str, ...] = ()

    def of_outcome(self, touches: Any, _name: str, value: str) -> Any:
        today = localdate(timezone=get_default_timezone())
        found = {
            "owed": touches.owed,
            "in_time": touches.done_in_time,
            "late": touches.done_late,
            "missed": lambda: touches.missed(today),
            "ahead": lambda: touches.ahead(today),
        }
        return found[value]() if value in found else touches.filter(status=value)

    def of_outlet(self, touches: Any, _name: str, value: str) -> Any:
        served = Customer.objects.filter(served_by__code=value).values("pk")
        return touches.filter(customer__in=served)


class SignalFilter(DeskFilterSet):
    status = ChoiceFilter(label=_("Status"), choices=SignalStatus.choices)
    customer = ModelChoiceFilter(
        label=_("Customer"),
        queryset=seen(Customer),
        to_field_name="code",
        widget=SearchSelect("customers:codes"),
    )
    raised_by = ModelChoiceFilter(
        label=_("Noticed by"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )

    class Meta:
        model = BusinessSignal
        fields: tuple[str, ...] = ()


class TrendFilter(DeskFilterSet):
    """`month` is any day of it; the view begins with the newest."""

    trend = ChoiceFilter(label=_("Trend"), choices=Trend.choices)
    tier = ModelChoiceFilter(
        label=_("Tier"),
        field_name="customer__tier",
        queryset=Tier.objects.all(),
        to_field_name="code",
    )
    account_manager = ModelChoiceFilter(
        label=_("Account manager"),
        field_name="customer__account_manager",
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )
    month = DateFilter(label=_("Month"), method="of_month", widget=forms.HiddenInput)

    class Meta:
        model = CustomerTrend
        fields: tuple[str, ...] = ()

    def of_month(self, trends: Any, _name: str, value: Any) -> Any:
        return trends.filter(month=value.replace(day=1))


class RecoveryFilter(DeskFilterSet):
    """Without `state` the open ones."""

    state = ChoiceFilter(
        label=_("State"),
        method="by_state",
        empty_label=None,
        choices=[("open", _("Open")), ("late", _("Overdue")), ("closed", _("Closed")),
                 ("all", _("All"))],
    )  # fmt: skip
    tier = ModelChoiceFilter(
        label=_("Tier"),
        field_name="customer__tier",
        queryset=Tier.objects.all(),
        to_field_name="code",
    )
    owner = ModelChoiceFilter(
        label=_("Owner"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )

    class Meta:
        model = RecoveryCase
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        asked = data.copy() if data is not None else {}
        asked.setdefault("state", "open")
        super().__init__(asked, *args, **kwargs)

    def by_state(self, cases: Any, _name: str, value: str) -> Any:
        today = localdate(timezone=get_default_timezone())
        found = {
            "open": cases.open,
            "late": lambda: cases.open().filter(due_on__lt=today),
            "closed": lambda: cases.exclude(closed_at=None),
        }
        return found[value]() if value in found else cases


class NeedFilter(DeskFilterSet):
    status = ChoiceFilter(label=_("Status"), choices=NeedStatus.choices)
    kind = ChoiceFilter(label=_("Kind"), choices=NeedKind.choices)
    forwarded_to = ChoiceFilter(label=_("Passed on to"), choices=NeedTarget.choices)
    asked_of = ModelChoiceFilter(
        label=_("Who answers"),
        queryset=seen(Employee),
        widget=SearchSelect("employees:options", preload=True),
    )
    customer = ModelChoiceFilter(
        label=_("Customer"),
        queryset=seen(Customer),
        to_field_name="code",
        widget=SearchSelect("customers:codes"),
    )

    class Meta:
        model = Need
        fields: tuple[str, ...] = ()
