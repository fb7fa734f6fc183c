"""What orders announce upward, and what they ask the floors above."""

from django.dispatch import Signal

# order, by, at; sent inside the transaction of the verb.
order_approved = Signal()
order_cancelled = Signal()

# Goods of a return are to be repaired: line (a ReturnLine with its case), by, at. The floor above
# takes them in, and says `end_repair` when they leave.
return_to_repair = Signal()

# Asked for an order's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for a return's page, likewise.
return_panels = Signal()
