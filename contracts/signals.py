"""What contracts announce upward, and what they ask the floors above."""

from django.dispatch import Signal

# Asked for a contract's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for what comes once that page stands (crmservice.web.later), likewise.
later_panels = Signal()

# Asked for a default promise's form (crmservice.web.panels): subject, user, at, and `proposed`, the
# level as it would be if what is typed were saved; None on the form as it is opened.
promise_panels = Signal()

# Asked for a renewal's proposal: contract, user, first, end (half-open days), at. A receiver
# answers with a list of `contracts.renewal_price.Figure`.
service_asked = Signal()

# Sent inside the transaction of the verb: contract, by, at. Expiry is the clock's: `by` is None.
contract_activated = Signal()
contract_expired = Signal()
