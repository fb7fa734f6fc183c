"""The verbs of a task. From above: `from dispatch import actions as dispatch`."""

from dispatch.actions.accepting import answer_disagreement, disagree
from dispatch.actions.allowing import give_back_all
from dispatch.actions.carrying_out import (
    accept,
    arrive,
    ask_for_help,
    carry_on,
    pause,
    refuse,
    restore,
    start,
    travel,
)
from dispatch.actions.checking import answer_item
from dispatch.actions.crewing import (
    add_to_crew,
    book_own_time,
    remove_from_crew,
    take_back_own_time,
)
from dispatch.actions.day_planning import (
    accept_day_plan,
    ask_day_plan,
    drop_day_plan,
    reckon_day_plans,
)
from dispatch.actions.generating import plan_again, plan_due_work, take_back
from dispatch.actions.goods import about_goods
from dispatch.actions.keeping import about
from dispatch.actions.linking import link_calendar, unlink_calendar
from dispatch.actions.noticing import notice_business
from dispatch.actions.ordering import free_of, put_after
from dispatch.actions.planning import (
    assign,
    cancel,
    change,
    follow_request,
    free_for_absence,
    lock_against,
    lock_appointment,
    move_customer,
    plan,
    skill_for,
    unassign,
    unlock_appointment,
)
from dispatch.actions.quoting import quote
from dispatch.actions.receiving import (
    Found,
    Scanned,
    describe,
    expect,
    identify,
    receive,
    scan,
    take_in_goods,
)
from dispatch.actions.reminding import remind, tell_unaccepted
from dispatch.actions.repairing import (
    diagnose,
    enter_results,
    finish_goods,
    repair_goods,
    scrap,
    send_back_unrepaired,
    test_goods,
    wait,
)
from dispatch.actions.reporting import (
    SignOff,
    add_part,
    complete,
    not_solved,
    remove_part,
    save_draft,
)
from dispatch.actions.returning import VisitWish, ask_for_next_visit
from dispatch.actions.reviewing import attach, note_unreported, review, supplement
from dispatch.actions.shipping import (
    close_goods,
    goods_follow_request,
    move_goods,
    ship,
    tell_overdue_goods,
)
from dispatch.actions.stating import OfDevice, Shown
from dispatch.actions.stocking import undo_part
from dispatch.actions.syncing import (
    AlreadyTakenError,
    Said,
    UnreadableError,
    disputed,
    merge_draft,
    settle_synced,
    take_in,
)
from dispatch.actions.timing import ask_about_timers, start_timer, stop_timer
from dispatch.actions.wishing import move_wishes, wish_engineer, withdraw_wish

__all__ = [
    "AlreadyTakenError",
    "Found",
    "OfDevice",
    "Said",
    "Scanned",
    "Shown",
    "SignOff",
    "UnreadableError",
    "VisitWish",
    "about",
    "about_goods",
    "accept",
    "accept_day_plan",
    "add_part",
    "add_to_crew",
    "answer_disagreement",
    "answer_item",
    "arrive",
    "ask_about_timers",
    "ask_day_plan",
    "ask_for_help",
    "ask_for_next_visit",
    "assign",
    "attach",
    "book_own_time",
    "cancel",
    "carry_on",
    "change",
    "close_goods",
    "complete",
    "describe",
    "diagnose",
    "disagree",
    "disputed",
    "drop_day_plan",
    "enter_results",
    "expect",
    "finish_goods",
    "follow_request",
    "free_for_absence",
    "free_of",
    "give_back_all",
    "goods_follow_request",
    "identify",
    "link_calendar",
    "lock_against",
    "lock_appointment",
    "merge_draft",
    "move_customer",
    "move_goods",
    "move_wishes",
    "not_solved",
    "note_unreported",
    "notice_business",
    "pause",
    "plan",
    "plan_again",
    "plan_due_work",
    "put_after",
    "quote",
    "receive",
    "reckon_day_plans",
    "refuse",
    "remind",
    "remove_from_crew",
    "remove_part",
    "repair_goods",
    "restore",
    "review",
    "save_draft",
    "scan",
    "scrap",
    "send_back_unrepaired",
    "settle_synced",
    "ship",
    "skill_for",
    "start",
    "start_timer",
    "stop_timer",
    "supplement",
    "take_back",
    "take_back_own_time",
    "take_in",
    "take_in_goods",
    "tell_overdue_goods",
    "tell_unaccepted",
    "test_goods",
    "travel",
    "unassign",
    "undo_part",
    "unlink_calendar",
    "unlock_appointment",
    "wait",
    "wish_engineer",
    "withdraw_wish",
]
