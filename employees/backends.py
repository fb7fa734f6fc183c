"""Log-in by employee number or e-mail address."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from employees.models import Employee


class EmployeeBackend(AuthenticationBackend):
    """allauth's checks; the person comes with the outlet in one query."""

    def get_user(self, user_id: Any) -> Employee | None:
        try:
            employee = Employee.objects.select_related("outlet").get(pk=user_id)
        except Employee.DoesNotExist:
            return None
        return employee if self.user_can_authenticate(employee) else None
