"""What tasks announce upward, and what they ask the floors above.

Sent inside the transaction of the verb, with sender `Task`; a receiver that raises undoes the verb.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.utils.functional import Promise

# The work is done, or not solved: task, by, at.
task_finished = Signal()

# Asked for a task's page (crmservice.web.panels): subject, user, at.
detail_panels = Signal()

# Asked for what comes once that page stands (crmservice.web.later), likewise.
later_panels = Signal()

# Asked for the work order on the tablet (crmservice.web.panels): subject, user, at.
tablet_panels = Signal()

# Asked for the verbs that the floors above add to the tablet: a dict of names and TabletVerbs.
tablet_verbs = Signal()


@dataclass(frozen=True)
class TabletVerb:
    """What an engineer may tell from the tablet, with network or without, by the same rules.

    `form(fields, task, user)` reads what was typed; `act(task, form, by, happened_at, at)` is the
    action. `act` may return what the tablet and the server have differently: then it is a conflict,
    shown field by field. With `knows`, `act` also gets what the tablet knew of the report. With
    `reads_first` the form, which then knows no task, is read before the transaction begins.
    """

    label: str | Promise
    form: Callable[..., Any]
    act: Callable[..., Any]
    knows: bool = False
    reads_first: bool = False


@dataclass(frozen=True)
class Difference:
    """A field of which the tablet (`mine`) and the server (`theirs`) have two versions."""

    name: str
    label: str
    mine: str
    theirs: str
