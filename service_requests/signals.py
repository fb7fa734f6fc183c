"""What requests announce upward, and what they ask the floors above.

All are sent inside the transaction of the verb, with sender `ServiceRequest`; a receiver that
raises undoes the verb.
"""

from django.dispatch import Signal

# The owner changed: service_request, by, at.
service_request_assigned = Signal()

# The state changed: service_request, by, at.
service_request_resolved = Signal()
service_request_closed = Signal()
service_request_cancelled = Signal()
service_request_reopened = Signal()

# All that belongs to a request goes on with another, when they are merged or that is undone: each
# floor gives its rows of `origin` to `target` (both ServiceRequest; `by`, `at`), of those in `only`
# where it is not None, and answers {"app.model.field": [pk]} of what it moved, which the trail
# keeps so that a merge can be undone (ADR 0096).
requests_merged = Signal()

# It was decided not to be covered: service_request, by, at.
service_request_cover_refused = Signal()

# Asked before closing, and by the page to say what is still missing: service_request, at. A
# receiver answers with the sentences that stand against it (translated, fit for a person), or
# raises DomainError with one.
closing_checks = Signal()

# Asked when a request is about to be resolved: service_request. A receiver answers with what was
# found and done, in the words of who did it, or with nothing.
resolution_reported = Signal()

# Asked for a request's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for what comes once that page stands (crmservice.web.later), likewise.
later_panels = Signal()

# Asked for the next step on a request's page, before "resolve" is, and before "close" when
# something stands against it: subject, user, at. A receiver answers with a `Step`
# (crmservice.web.panels) or with nothing.
next_steps = Signal()

# Asked by the log form before anything is saved: entitlement, on (the day). A receiver answers with
# (label, text) pairs: what work, travel and parts would be charged at.
price_terms = Signal()
