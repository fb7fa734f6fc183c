"""What customers announce upward, and what they ask the floors above.

The page asks with the keyword arguments of crmservice.web.panels: `subject`, `user`, `at`.
"""

from django.dispatch import Signal

# Asked for a customer's page; also given `caller` (Contact or None) and `phone` (E.164 or "").
# Answers: Panel, list of Panel, None. Assets 30-39, contracts 40-49, requests 20-29 (they come
# first on the telephone), orders 60-69, tasks 70-79, expenses 80-89.
detail_panels = Signal()

# Asked for what the desk must know before it speaks. Answers: Notice, list of Notice, None.
caller_notices = Signal()

# Asked, with `user`, for the customers that have open requests. Answers: a queryset of their keys.
busy_customers = Signal()

# Sent inside the transaction of a join, after customers moved their own rows: each floor moves its
# rows from `joined` to `kept` (both Customer; `by`, `at`) and answers {"app.model": [pk, ...]} of
# what it moved, which the trail keeps so that a join can be inspected.
customers_joined = Signal()

# Sent inside the transaction when a customer's search entry was written anew (its name, the outlets
# that serve it): each floor writes the entries of its own rows of `customer`, or the search would
# still show them to an outlet that serves it no more.
customer_indexed = Signal()
