"""What the floors above are asked for an employee's page."""

from django.dispatch import Signal

# Asked for an employee's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()
