"""What contracts ask the floors above."""

from django.dispatch import Signal

# Asked for a contract's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()
