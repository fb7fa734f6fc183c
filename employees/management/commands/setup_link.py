"""The one-time link by which a new installation gets its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.timezone import now

from crmservice.errors import DomainError
from employees import actions


class Command(BaseCommand):
    help = "Print a link, valid once and for 24 hours, that sets up an installation without people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--address", default="http://127.0.0.1:8000", help="where the installation is reached"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            secret = actions.make_setup_link(at=now())
        except DomainError as no:
            raise CommandError(str(no)) from no
        address = options["address"].rstrip("/")
        self.stdout.write(f"{address}{reverse('employees:set_up')}?token={secret}")
        self.stderr.write("Valid once, for 24 hours. Whoever opens it becomes the administrator.")
