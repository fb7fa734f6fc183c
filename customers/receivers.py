"""What customers show on the pages of the people below."""

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from crmservice.web.panels import Panel, of_record
from customers.models import Customer
from employees import signals as employees
from employees.models import Employee

CUSTOMERS = 20


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
