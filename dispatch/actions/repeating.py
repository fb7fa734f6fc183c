"""A visit that repeats an earlier one is flagged by itself, and who answers for quality is told."""

from datetime import datetime

from crmservice.activity.trail import record
from dispatch.actions.keeping import about
from dispatch.models import Task
from dispatch.queries import repeated_visit


def flag_repeat(task: Task, *, at: datetime) -> None:
    """Look anew whether it repeats another one; told when it is found out. In the transaction of a
    verb after which the fault may be known.
    """
    before, earlier = task.repeat_of_id, repeated_visit(task)
    if before == (earlier.pk if earlier else None):
        return
    task.repeat_of = earlier
    task.save(update_fields=["repeat_of"])
    if before is None and earlier is not None:
        record(
            task,
            "dispatch.repeated",
            by=None,
            at=at,
            about=[*about(task), earlier],
            earlier=earlier.number,
            done_at=earlier.finished_at,
        )
