"""Log-in by employee number or e-mail address."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from crmservice.written import Given, written
from employees.models import Employee


class EmployeeBackend(AuthenticationBackend):
    """allauth's checks; who asks for a page comes with the outlet, by a statement that is written
    once.
    """

    def get_user(self, user_id: Any) -> Employee | None:
        found: Employee | None = next(iter(written(by_key).rows(key=user_id)), None)
        return found if found is not None and self.user_can_authenticate(found) else None


def by_key() -> QuerySet[Employee]:
    return Employee.objects.filter(pk=Given("key")).order_by().select_related("outlet")
