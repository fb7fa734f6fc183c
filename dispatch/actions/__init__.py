"""The verbs of a task. From above: `from dispatch import actions as dispatch`."""

from dispatch.actions.carrying_out import accept, arrive, refuse, restore, start, travel
from dispatch.actions.linking import hashed, link_calendar, unlink_calendar
from dispatch.actions.planning import (
    assign,
    cancel,
    change,
    move_customer,
    plan,
    skill_for,
    unassign,
)
from dispatch.actions.reminding import remind, tell_unaccepted
from dispatch.actions.reporting import (
    SignOff,
    add_part,
    complete,
    not_solved,
    remove_part,
    save_draft,
)

__all__ = [
    "SignOff",
    "accept",
    "add_part",
    "arrive",
    "assign",
    "cancel",
    "change",
    "complete",
    "hashed",
    "link_calendar",
    "move_customer",
    "not_solved",
    "plan",
    "refuse",
    "remind",
    "remove_part",
    "restore",
    "save_draft",
    "skill_for",
    "start",
    "tell_unaccepted",
    "travel",
    "unassign",
    "unlink_calendar",
]
