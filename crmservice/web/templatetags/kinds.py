"""How each kind of thing looks: its tone (a colour token) and its icon.

A badge always shows icon and text beside the colour. One table for all apps, so that the same
word never has two looks; a kind that is not listed is neutral.
"""

from typing import NamedTuple


class Look(NamedTuple):
    tone: str
    icon: str


NEUTRAL = Look("neutral", "point")

TONES = {
    "neutral": NEUTRAL,
    "info": Look("info", "info-circle"),
    "good": Look("good", "circle-check"),
    "warning": Look("warning", "alert-triangle"),
    "bad": Look("bad", "alert-octagon"),
    "waiting": Look("waiting", "player-pause"),
}

PROGRESS = {
    "new": Look("info", "sparkles"),
    "draft": Look("neutral", "pencil"),
    "open": Look("info", "circle-dashed"),
    "planned": Look("info", "calendar"),
    "assigned": Look("info", "user-check"),
    "accepted": Look("info", "check"),
    "travelling": Look("info", "car"),
    "on_site": Look("info", "map-pin"),
    "working": Look("info", "tool"),
    "in_progress": Look("info", "player-play"),
    "solving": Look("info", "route"),
    "ready": Look("good", "circle-check"),
    "dropped": Look("neutral", "ban"),
    "submitted": Look("info", "send"),
    "passed_on": Look("waiting", "hourglass"),
    "sent": Look("info", "send"),
    "in_review": Look("info", "eye"),
    "in_approval": Look("waiting", "hourglass"),
    "waiting": Look("waiting", "player-pause"),
    "waiting_customer": Look("waiting", "user-question"),
    "waiting_parts": Look("waiting", "package"),
    "waiting_third_party": Look("waiting", "building"),
    "waiting_department": Look("waiting", "transfer"),
    "on_hold": Look("waiting", "player-pause"),
    "returned": Look("warning", "arrow-back-up"),
    "reopened": Look("warning", "refresh"),
    "refused": Look("bad", "hand-stop"),
    "failed": Look("bad", "alert-octagon"),
    "not_solved": Look("warning", "circle-x"),
    "resolved": Look("good", "checks"),
    "done": Look("good", "checks"),
    "approved": Look("good", "circle-check"),
    "settled": Look("good", "circle-check"),
    "paid": Look("good", "cash"),
    "closed": Look("neutral", "lock"),
    "cancelled": Look("neutral", "ban"),
    "skipped": Look("neutral", "circle-minus"),
    "merged": Look("neutral", "git-merge"),
    "raised": Look("warning", "bulb"),
    "taken": Look("info", "user-check"),
    "won": Look("good", "coin"),
    "rejected": Look("bad", "circle-x"),
    "declined": Look("bad", "circle-x"),
}

GOODS = {
    "ordered": Look("info", "shopping-cart"),
    "confirmed": Look("info", "check"),
    "picking": Look("info", "packages"),
    "packed": Look("info", "packages"),
    "shipped": Look("info", "truck"),
    "in_transit": Look("info", "truck-delivery"),
    "received": Look("info", "package-import"),
    "inspected": Look("info", "eye"),
    "requested": Look("info", "user-question"),
    "authorised": Look("info", "circle-check"),
    "remedied": Look("good", "checks"),
    "as_new": Look("good", "sparkles"),
    "no_fault": Look("neutral", "circle-check"),
    "misused": Look("warning", "alert-triangle"),
    "incomplete": Look("warning", "circle-minus"),
    "faulty": Look("bad", "tool"),
    "expected": Look("neutral", "package-import"),
    "diagnosing": Look("info", "stethoscope"),
    "repairing": Look("info", "tool"),
    "testing": Look("info", "gauge"),
    "ready": Look("good", "checks"),
    "scrapped": Look("bad", "trash"),
    "delivered": Look("good", "package"),
    "invoiced": Look("info", "file-invoice"),
    "repaired": Look("good", "tools"),
    "replaced": Look("good", "replace"),
    "refunded": Look("good", "coin"),
}

PROMISES = {
    "running": Look("neutral", "clock"),
    "at_risk": Look("warning", "hourglass"),
    "overdue": Look("bad", "alert-triangle"),
    "breached": Look("bad", "alert-triangle"),
    "met": Look("good", "circle-check"),
    "active": Look("good", "shield-check"),
    "covered": Look("good", "shield-check"),
    "in_warranty": Look("good", "shield-check"),
    "out_of_warranty": Look("neutral", "shield-off"),
    "not_covered": Look("neutral", "shield-off"),
    "expiring": Look("warning", "hourglass"),
    "expired": Look("neutral", "calendar-off"),
    "terminated": Look("neutral", "ban"),
    "renewed": Look("good", "refresh"),
    "published": Look("good", "circle-check"),
    "recheck": Look("warning", "refresh"),
    "due_for_recheck": Look("warning", "refresh"),
    "retired": Look("neutral", "archive"),
}

PEOPLE = {
    "vip": Look("accent", "crown"),
    "key": Look("accent", "diamond"),
    "small": Look("neutral", "user"),
    "prospect": Look("neutral", "user-plus"),
    "dealer": Look("neutral", "building-warehouse"),
    "end_user": Look("neutral", "building-factory-2"),
    "available": Look("good", "user-check"),
    "absent": Look("waiting", "calendar-off"),
    "off_hours": Look("neutral", "moon"),
    "rising": Look("good", "trending-up"),
    "steady": Look("neutral", "minus"),
    "declining": Look("warning", "trending-down"),
    "lost": Look("bad", "user-x"),
}

WEIGHTS = {
    "critical": Look("bad", "flame"),
    "urgent": Look("bad", "flame"),
    "high": Look("warning", "chevron-up"),
    "medium": Look("neutral", "minus"),
    "normal": Look("neutral", "minus"),
    "low": Look("neutral", "chevron-down"),
}

SORTS = {
    "enquiry": Look("neutral", "help-circle"),
    "fault": Look("neutral", "engine"),
    "complaint": Look("warning", "message-2"),
    "return": Look("neutral", "package-import"),
    "claim": Look("neutral", "file-description"),
    "training": Look("neutral", "certificate"),
    "inspection": Look("neutral", "checklist"),
    "internal": Look("waiting", "lock"),
    "visible": Look("accent", "eye"),
}

WAYS = {
    "phone": Look("neutral", "phone"),
    "email": Look("neutral", "mail"),
    "wechat": Look("neutral", "message-circle"),
    "portal": Look("neutral", "world"),
    "device": Look("neutral", "activity"),
    "visit": Look("neutral", "map-pin"),
    "onsite": Look("neutral", "map-pin"),
    "depot": Look("neutral", "building-warehouse"),
    "remote": Look("neutral", "headset"),
    "installation": Look("neutral", "tools"),
    "care": Look("neutral", "heart-handshake"),
    "call_back": Look("neutral", "phone-outgoing"),
}

OUTCOMES = {
    "in_use": Look("good", "circle-check"),
    "in_repair": Look("waiting", "tool"),
    "billed": Look("neutral", "receipt"),
    "contract": Look("good", "file-certificate"),
    "warranty": Look("good", "shield-check"),
    "goodwill": Look("accent", "heart-handshake"),
    "exchange": Look("neutral", "arrows-exchange"),
    "asked": Look("waiting", "question-mark"),
    "answered": Look("good", "message"),
    "withdrawn": Look("neutral", "arrow-back-up"),
    "satisfied": Look("good", "mood-happy"),
    "not_satisfied": Look("bad", "mood-sad"),
    "not_reached": Look("warning", "phone"),
}

LOOKS = {
    **TONES,
    **PROGRESS,
    **GOODS,
    **PROMISES,
    **PEOPLE,
    **WEIGHTS,
    **SORTS,
    **WAYS,
    **OUTCOMES,
}


def look(kind: str) -> Look:
    return LOOKS.get(kind, NEUTRAL)
