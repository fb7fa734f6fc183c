"""What knowledge asks the floors above."""

from django.dispatch import Signal

# Asked for the page of an article or a fault code (crmservice.web.panels): subject, user, at.
detail_panels = Signal()
