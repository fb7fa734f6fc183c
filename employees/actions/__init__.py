"""The verbs of people, outlets and calendars; from above: `import actions as employees`."""

from employees.actions.asking import (
    ask,
    grant,
    pass_up,
    pass_up_unanswered,
    refuse,
    remove_limit,
    set_limit,
    withdraw,
    withdraw_about,
)
from employees.actions.checking import draw_checks, find_in_order, mend, send_back
from employees.actions.hours import (
    change_calendar,
    change_outlet,
    create_calendar,
    create_outlet,
    remove_day,
    set_day,
    take_over_holidays,
)
from employees.actions.judging import judge, judge_anew, note_correction, note_quality_export
from employees.actions.log_ins import (
    close_log_in,
    digest,
    end_log_ins,
    make_setup_link,
    open_log_in,
    set_up,
)
from employees.actions.people import (
    SkillLevel,
    change_employee,
    create,
    remind_of_certificates,
    set_skills,
)
from employees.actions.presence import (
    cancel_absence,
    change_on_call,
    note_absence,
    put_on_call,
    take_off_call,
)
from employees.actions.recording import (
    call_for,
    forget_record,
    remind_of_omissions,
    review_record,
)

__all__ = [
    "SkillLevel",
    "ask",
    "call_for",
    "cancel_absence",
    "change_calendar",
    "change_employee",
    "change_on_call",
    "change_outlet",
    "close_log_in",
    "create",
    "create_calendar",
    "create_outlet",
    "digest",
    "draw_checks",
    "end_log_ins",
    "find_in_order",
    "forget_record",
    "grant",
    "judge",
    "judge_anew",
    "make_setup_link",
    "mend",
    "note_absence",
    "note_correction",
    "note_quality_export",
    "open_log_in",
    "pass_up",
    "pass_up_unanswered",
    "put_on_call",
    "refuse",
    "remind_of_certificates",
    "remind_of_omissions",
    "remove_day",
    "remove_limit",
    "review_record",
    "send_back",
    "set_day",
    "set_limit",
    "set_skills",
    "set_up",
    "take_off_call",
    "take_over_holidays",
    "withdraw",
    "withdraw_about",
]
