from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crmservice.search import kinds


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        import_module("customers.notices")
        kinds.register(
            "customer",
            _("Customers"),
            "building",
            "customers.view",
            model="customers.customer",
            rebuild=lambda: import_module("customers.queries").rebuild_customers(),
            weight=1.2,
        )
        kinds.register(
            "contact",
            _("Contacts"),
            "user",
            "customers.view",
            model="customers.contact",
            rebuild=lambda: import_module("customers.queries").rebuild_contacts(),
            weight=1.1,
        )
