"""What customers announce upward, and what they ask the floors above.

The page asks with the keyword arguments of crmservice.web.panels: `subject`, `user`, `at`.
"""

from django.dispatch import Signal

# Asked for a customer's page; also given `caller` (Contact or None) and `phone` (E.164 or "").
# Answers: Panel, list of Panel, None. Assets 30-39, contracts 40-49, requests 20-29 (they come
# first on the telephone), orders 60-69, tasks 70-79, expenses 80-89.
detail_panels = Signal()

# Asked for what comes once that page stands (crmservice.web.later), likewise.
later_panels = Signal()

# Asked for what the desk must know before it speaks. Answers: Notice, list of Notice, None.
caller_notices = Signal()

# Asked, with `user`, for the customers that have open requests. Answers: a queryset of their keys.
busy_customers = Signal()

# Sent inside the transaction of a join, after customers moved their own rows: each floor moves its
# rows from `joined` to `kept` (both Customer; `by`, `at`) and answers {"app.model.field": [pk]} of
# what it moved, which the trail keeps so that a join can be inspected, and undone.
customers_joined = Signal()

# Sent inside the transaction when a customer's search entry was written anew (its name, the outlets
# that serve it): each floor writes the entries of its own rows of `customer`, or the search would
# still show them to an outlet that serves it no more.
customer_indexed = Signal()

# Sent inside the transaction when a care touch is done or left out (`touch`, `by`, `at`): whoever
# made a task of it takes it back.
touch_settled = Signal()

# Asked what a customer cost us: customer, first, end (days, half-open). Answers: a pair of the cost
# to serve (base currency) and the hours of labour and travel.
effort_asked = Signal()

# Asked for a tier's page (crmservice.web.panels): subject, user, at.
tier_panels = Signal()

# Asked for a touch's page (crmservice.web.panels): subject, user, at.
touch_panels = Signal()
