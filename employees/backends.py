"""Log-in by employee number or e-mail address."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, QuerySet

from crmservice.written import written
from employees.models import Employee, Outlet

COLUMNS = [field.attname for field in Outlet._meta.concrete_fields]


class EmployeeBackend(AuthenticationBackend):
    """allauth's checks; who asks for a page comes with the outlet, by a statement that is written
    once.
    """

    def get_user(self, user_id: Any) -> Employee | None:
        found: Any = next(iter(Employee.objects.raw(written(by_key).sql, [user_id])), None)
        if found is None or not self.user_can_authenticate(found):
            return None
        of_outlet = [getattr(found, f"at_{name}") for name in COLUMNS]
        found.outlet = Outlet.from_db(DEFAULT_DB_ALIAS, COLUMNS, of_outlet)
        return found


def by_key() -> QuerySet[Employee]:
    of_outlet = {f"at_{name}": F(f"outlet__{name}") for name in COLUMNS}
    return Employee.objects.filter(pk=0).order_by().annotate(**of_outlet)
