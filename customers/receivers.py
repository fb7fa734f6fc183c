"""What customers show on the pages of the people below."""

from django.db.models import Count, Q, Sum
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from crmservice.money import ZERO
from crmservice.web.panels import Panel, of_record
from crmservice.web.text import amount
from customers.choices import SignalStatus
from customers.models import BusinessSignal, Customer
from employees import signals as employees
from employees.models import Employee
from employees.permissions import Scope

CUSTOMERS = 20
SIGNALS = 21


@receiver(employees.detail_panels, sender=Employee)
def signals_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    """The credit for what somebody noticed: how often, what came of it, and what was won by it."""
    if subject.pk != user.pk and user.scope_of("signals.view") != Scope.ALL:
        return None
    counts = BusinessSignal.objects.filter(raised_by=subject).aggregate(
        raised=Count("pk"),
        taken=Count("pk", filter=~Q(taken_by=None)),
        won=Count("pk", filter=Q(status=SignalStatus.WON)),
        amount=Sum("amount", default=ZERO),
    )
    if not counts["raised"]:
        return None
    facts = [
        {
            "label": _("Noticed"),
            "text": str(counts["raised"]),
            "url": f"{reverse('customers:signals')}?raised_by={subject.pk}",
        },
        {"label": _("Followed up by sales"), "text": str(counts["taken"])},
        {
            "label": _("Became business"),
            "text": str(counts["won"]),
            "url": f"{reverse('customers:signals')}?raised_by={subject.pk}&status=won",
        },
        {"label": _("Amount won"), "text": amount(counts["amount"])},
    ]
    context = {"facts": facts, "is_thanked": bool(counts["won"])}
    return Panel(SIGNALS, "customers/_credit.html", context, column="side")


@receiver(employees.detail_panels, sender=Employee)
def accounts_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    customers = Customer.objects.visible_to(user).living().filter(account_manager=subject)
    return of_record(
        customers.select_related("tier").order_by("tier__rank", "code"),
        order=CUSTOMERS,
        title=_("Account manager of"),
        symbol="building",
        heads=(_("Customer"), _("Tier"), _("Place")),
        cells=lambda customer: [
            {"text": customer.name, "url": customer.get_absolute_url(), "sub": customer.code},
            {"text": customer.tier.name},
            {"text": customer.city},
        ],
        url=f"{reverse('customers:index')}?account_manager={subject.pk}",
    )
