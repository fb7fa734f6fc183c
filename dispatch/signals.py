"""What tasks announce upward, and what they ask the floors above.

Sent inside the transaction of the verb, with sender `Task`; a receiver that raises undoes the verb.
"""

from django.dispatch import Signal

# The work is done, or not solved: task, by, at.
task_finished = Signal()

# Asked for a task's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()
