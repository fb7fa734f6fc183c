"""The filters of the customers' list."""

from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, ModelChoiceFilter

from crmservice.web.choosing import SearchSelect
from crmservice.web.filters import DeskFilterSet, seen
from customers import signals
from customers.choices import CustomerKind
from customers.models import Customer, Tier
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
