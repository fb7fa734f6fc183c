"""manage.py sample_logins: who can log in to the sample company; nothing without the sample."""

from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from crmservice.imports.models import Source
from dispatch.management.commands.load_sample import PASSWORD, SOURCE
from employees.models import Employee

AT_MOST = 20


class Command(BaseCommand):
    help = "Print the sample company's log-ins."
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        if not Source.objects.filter(name__startswith=SOURCE).exists():
            return
        people = Employee.objects.active().exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        self.stdout.write(_("Log-ins of the sample company (password: %s):") % PASSWORD)
        for person in people.order_by("employee_no")[:AT_MOST]:
            role = str(person.get_role_display())
            self.stdout.write(f"  {person.employee_no:<8}{role:<32}{person.name}")
