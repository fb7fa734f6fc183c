"""What orders announce upward, and what they ask the floors above."""

from django.dispatch import Signal

# order, by, at; sent inside the transaction of the verb.
order_approved = Signal()
order_cancelled = Signal()

# Asked for an order's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()
