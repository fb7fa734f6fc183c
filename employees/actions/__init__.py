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
from employees.actions.hours import (
    change_calendar,
    change_outlet,
    create_calendar,
    create_outlet,
    remove_day,
    set_day,
    take_over_holidays,
)
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
    "end_log_ins",
    "forget_record",
    "grant",
    "make_setup_link",
    "note_absence",
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
    "set_day",
    "set_limit",
    "set_skills",
    "set_up",
    "take_off_call",
    "take_over_holidays",
    "withdraw",
    "withdraw_about",
]
