"""What contracts announce upward, and what they ask the floors above."""

from django.dispatch import Signal

# Asked for a contract's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Sent inside the transaction of the verb: contract, by, at. Expiry is the clock's: `by` is None.
contract_activated = Signal()
contract_expired = Signal()
