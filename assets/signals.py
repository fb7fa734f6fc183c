"""What the assets ask the floors above."""

from django.dispatch import Signal

# Asked for the page of an asset, a model or a part (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for what comes once that page stands (crmservice.web.later), likewise.
later_panels = Signal()

# Asked for lists of a customer's assets: customer, assets, on. Answers {asset's pk: Cover}.
covers_asked = Signal()

# Asked for a model's fault codes: asset_model, user. Answers {fault code's pk: times observed}.
faults_counted = Signal()

# Asked for a plan's page (crmservice.web.panels): subject, user, at.
plan_panels = Signal()

# Sent inside the transaction when a turn of a plan is not to be done any more: left out, or covered
# by a greater plan's work (`occurrence`, `by`, `at`). Whoever made a task of it takes it back.
occurrence_given_up = Signal()
