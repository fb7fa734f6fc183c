"""What customers announce upward, and what they ask the floors above."""

from django.dispatch import Signal

# Asked for a customer's page (crmservice.web.panels): subject, user, at, caller (Contact | None), phone (E.164 | "").
detail_panels = Signal()

# Asked for what the desk must know before it speaks: subject, user, at. Answers a Notice, several, or None.
caller_notices = Signal()

# Sent inside the transaction of a join or merge, after customers' own rows moved: each floor moves its rows from
# `joined` to `kept` and returns {"service_requests": [pk, …]}, which is filed so that the merge can be inspected.
customers_joined = Signal()
