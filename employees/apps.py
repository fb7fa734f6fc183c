from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crmservice.search import kinds


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = _("Employees")

    def ready(self) -> None:
        import_module("employees.notices")
        kinds.register(
            "employee",
            _("Employees"),
            "users",
            "employees.view",
            model="employees.employee",
            rebuild=lambda: import_module("employees.queries").rebuild_search(),
        )
