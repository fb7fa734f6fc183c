"""What knowledge asks the floors above."""

from django.dispatch import Signal

# Asked for the page of an article or a fault code (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for the page of gaps (crmservice.web.panels): what happened that no article explains.
# Subject and user are the reader.
gap_panels = Signal()

# Asked for how often faults turned out to be the one: model_code ("" for all models), fault_codes
# (their keys), at. Answers {fault code's pk: times}.
causes_counted = Signal()
