"""What is announced of people, and what the floors above are asked for their pages and those of
calendars.
"""

from django.dispatch import Signal

# Asked for an employee's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for a working calendar's page (crmservice.web.panels): subject, user, at, and `proposed`,
# the arithmetic by the key of each calendar as it would be if what is typed were saved; empty on
# the page of a calendar as it is.
calendar_panels = Signal()

# Somebody will not be there: absence, by, at. Sent inside the transaction of the verb, with sender
# `Absence`; a receiver that raises undoes the verb.
absence_noted = Signal()

# The answer is yes: question, by, at. Sent inside the transaction of the verb, with sender
# `AuthorityQuestion`; the floor that asked carries its verb out and says True. A receiver that
# raises undoes the answer.
authority_granted = Signal()

# How much of a person's limits is used up: employee, at. Answered with {kind: amount}.
authority_used = Signal()
