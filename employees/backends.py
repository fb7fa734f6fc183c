"""Log-in by employee number or e-mail address."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from crmservice.written import written
from employees.models import Employee


class EmployeeBackend(AuthenticationBackend):
    """allauth's checks; who asks for a page is read by a statement that is written once."""

    def get_user(self, user_id: Any) -> Employee | None:
        employee = next(iter(Employee.objects.raw(written(by_key).sql, [user_id])), None)
        return employee if employee and self.user_can_authenticate(employee) else None


def by_key() -> QuerySet[Employee]:
    return Employee.objects.filter(pk=0)
