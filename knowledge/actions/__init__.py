"""The verbs of knowledge: write, submit, publish, revise, re-check, retire, use; rate, better; and
what was sought in vain.
"""

from knowledge.actions.faults import (
    add_cause,
    add_symptom,
    change_cause,
    change_symptom,
    remove_cause,
)
from knowledge.actions.reading import (
    keep,
    note_unanswered,
    rate,
    remind,
    set_aside,
    write_for_gap,
)
from knowledge.actions.writing import (
    add_fault_code,
    change,
    change_fault_code,
    count_use,
    draft_from,
    publish,
    recheck,
    retire,
    revise,
    send_back,
    submit,
    write,
)

__all__ = [
    "add_cause",
    "add_fault_code",
    "add_symptom",
    "change",
    "change_cause",
    "change_fault_code",
    "change_symptom",
    "count_use",
    "draft_from",
    "keep",
    "note_unanswered",
    "publish",
    "rate",
    "recheck",
    "remind",
    "remove_cause",
    "retire",
    "revise",
    "send_back",
    "set_aside",
    "submit",
    "write",
    "write_for_gap",
]
