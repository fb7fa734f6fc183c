"""What the assets ask the floors above."""

from django.dispatch import Signal

# Asked for the page of an asset, a model or a part (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for lists of a customer's assets: customer, assets, on. Answers {asset's pk: Cover}.
covers_asked = Signal()

# Asked for a model's fault codes: asset_model, user. Answers {fault code's pk: times observed}.
faults_counted = Signal()
