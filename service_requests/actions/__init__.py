"""The verbs of a service request. From above: `from service_requests import actions as
service_requests`.
"""

from service_requests.actions.breaching import record_breaches
from service_requests.actions.calling import log_call
from service_requests.actions.calling_back import call_back, record_overdue_call_backs
from service_requests.actions.climbing import climb_due, escalate, hand_back
from service_requests.actions.closing import (
    ask_customer,
    cancel,
    close,
    close_unasked,
    draft_article,
    record_codes,
    reopen,
    resolve,
)
from service_requests.actions.complaining import (
    GIVE,
    acknowledge,
    answer_complaint,
    ask_for_goodwill,
    give_goodwill,
    investigate,
    open_complaint,
    record_late_complaints,
    remedy,
)
from service_requests.actions.handing_over import (
    answer_handover,
    hand_over,
    tell_overdue_handovers,
    withdraw_handover,
)
from service_requests.actions.joining import join_customers
from service_requests.actions.keeping import lock_survivor
from service_requests.actions.merging import merge, repoint, undo_merge
from service_requests.actions.opening import (
    apply_cover,
    change,
    change_priority,
    change_severity,
    log,
    promise_visit,
    recheck_cover,
    refuse_cover,
)
from service_requests.actions.owning import accept, involve, take_over, transfer
from service_requests.actions.promising import arrive, put_on_hold, restore, resume
from service_requests.actions.recalculating import carry_on, recalculate
from service_requests.actions.ruling import (
    change_rule,
    create_rule,
    refuse_percents,
    refuse_rule,
    set_warnings,
)
from service_requests.actions.surveying import (
    add_dimension,
    answer_survey,
    ask_by_mail,
    change_dimension,
    draw_round,
    invite,
    remind_of_surveys,
    round_by_telephone,
    send_survey,
    survey_by_telephone,
    survey_on_tablet,
)
from service_requests.actions.telling import answer, note, respond
from service_requests.actions.timing import expire_holds
from service_requests.actions.warning import warn

__all__ = [
    "GIVE",
    "accept",
    "acknowledge",
    "add_dimension",
    "answer",
    "answer_complaint",
    "answer_handover",
    "answer_survey",
    "apply_cover",
    "arrive",
    "ask_by_mail",
    "ask_customer",
    "ask_for_goodwill",
    "call_back",
    "cancel",
    "carry_on",
    "change",
    "change_dimension",
    "change_priority",
    "change_rule",
    "change_severity",
    "climb_due",
    "close",
    "close_unasked",
    "create_rule",
    "draft_article",
    "draw_round",
    "escalate",
    "expire_holds",
    "give_goodwill",
    "hand_back",
    "hand_over",
    "investigate",
    "invite",
    "involve",
    "join_customers",
    "lock_survivor",
    "log",
    "log_call",
    "merge",
    "note",
    "open_complaint",
    "promise_visit",
    "put_on_hold",
    "recalculate",
    "recheck_cover",
    "record_breaches",
    "record_codes",
    "record_late_complaints",
    "record_overdue_call_backs",
    "refuse_cover",
    "refuse_percents",
    "refuse_rule",
    "remedy",
    "remind_of_surveys",
    "reopen",
    "repoint",
    "resolve",
    "respond",
    "restore",
    "resume",
    "round_by_telephone",
    "send_survey",
    "set_warnings",
    "survey_by_telephone",
    "survey_on_tablet",
    "take_over",
    "tell_overdue_handovers",
    "transfer",
    "undo_merge",
    "warn",
    "withdraw_handover",
]
