"""What the floors above are asked for the pages of people and calendars."""

from django.dispatch import Signal

# Asked for an employee's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for a working calendar's page (crmservice.web.panels): subject, user, at, and `proposed`,
# the arithmetic by the key of each calendar as it would be if what is typed were saved; empty on
# the page of a calendar as it is.
calendar_panels = Signal()
