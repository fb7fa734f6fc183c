from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from reports.periods import Preset

PRESETS = (
    (Preset.LAST_30_DAYS, _("Last 30 days")),
    (Preset.THIS_MONTH, _("This month")),
    (Preset.LAST_MONTH, _("Last month")),
    (Preset.LAST_90_DAYS, _("Last 90 days")),
    (Preset.LAST_12_MONTHS, _("Last 12 months")),
    (Preset.CUSTOM, _("From – to")),
)


class Unit(TextChoices):
    """What a figure is measured in, and so how it is written."""

    COUNT = "count", _("number")
    SHARE = "share", "%"
    MONEY = "money", "CNY"
    HOURS = "hours", _("hours")
    SPAN = "span", _("time")
    SCORE = "score", _("mean")
    POINTS = "points", _("points")
    OF_100 = "of_100", _("of 100")
    DAYS = "days", _("days")
    RATIO = "ratio", _("factor")


class How(TextChoices):
    """How a figure is made of the rows that it counts."""

    COUNT = "count"
    SUM = "sum"
    MEDIAN = "median"
    NINETIETH = "ninetieth"


class Chart(TextChoices):
    """How the figures of a report are drawn."""

    BARS = "bars"
    STACKED = "stacked"
    LINES = "lines"
    PARETO = "pareto"
    MATRIX = "matrix"


class Rhythm(TextChoices):
    """How often a report is sent."""

    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("every Monday")
    MONTHLY = "monthly", _("on the first of a month")


class VisitReason(TextChoices):
    """By which rule a customer was drawn for a return visit, the strongest first."""

    COMPLAINT = "complaint", _("Complaint")
    LOW_SCORE = "low_score", _("Not content")
    MISSED = "missed", _("Missed promise")
    REPEAT = "repeat", _("Repeat fault")
    DECLINING = "declining", _("Declining or lost")
    SAMPLE = "sample", _("Sample of the others")


class VisitWay(TextChoices):
    PERSON = "person", _("In person")
    PHONE = "phone", _("Telephone")


class VisitResult(TextChoices):
    SPOKEN = "spoken", _("Spoken with")
    NOT_REACHED = "not_reached", _("Not reached")
    NO_WISH = "no_wish", _("No wish to talk")


class Figure(TextChoices):
    """What a number of the dashboard counts; its rows stand at reports:rows."""

    MISSED_TODAY = "missed_today", _("Missed today")
    OVERDUE = "overdue", _("Overdue")
    AT_RISK = "at_risk", _("At risk")
    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting")
    NOT_ACCEPTED = "not_accepted", _("Not accepted")
    TASKS = "tasks", _("Unfinished tasks")
    CLAIMS = "claims", _("Claims to decide")
    ORDERS = "orders", _("Orders to approve")
    INTAKE = "intake", _("Intake")
    RESOLVED = "resolved", _("Resolved")
    RING = "ring", _("Ring")
    DECIDED = "decided", _("Decided")
    KEPT = "kept", _("Kept")
    MISSED = "missed", _("Missed")
    RUNNING = "running", _("Running")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")
    ANSWERED = "answered", _("Surveys answered")
    RECOMMENDING = "recommending", _("NPS answers")
    SENT = "sent", _("Surveys sent")
    LABOUR = "labour", _("Labour cost")
    PARTS = "parts", _("Parts cost")
    EXPENSES = "expenses", _("Expense cost")
    OUTSIDE = "outside", _("Outside services")


COSTS = (Figure.LABOUR, Figure.PARTS, Figure.EXPENSES, Figure.OUTSIDE)

KEPT_SHARE = _(
    "Of the clocks of requests opened in the period that are decided (met, or due time passed): "
    "the share met at or before the due time. Running, waiting and cancelled clocks are not in "
    "the base."
)
THROUGHPUT = _(
    "Throughput time: from opening to resolution, elapsed, of the requests resolved in the period."
)
RING_SHARE = _(
    "Of the requests resolved in the period: the highest ring reached, against the plan."
)
SATISFACTION = _("Surveys answered in the period: mean of 1 to 5, and the share of 4 and 5.")
NPS = _("Share of 9 and 10 minus share of 0 to 6, in points, of the answers in the period.")
RESPONSE_RATE = _("Answered, of the surveys sent in the period.")
COST_TO_SERVE = _(
    "Labour, parts, expenses and outside services for requests, by the day of the work."
)

DEFINITIONS = {
    Figure.MISSED_TODAY: _("Promises whose time has passed today without being met."),
    Figure.OVERDUE: _("Open requests with a promise whose time has passed."),
    Figure.AT_RISK: _(
        "Open requests with an unmet promise of which 75 % of the time or more is used."
    ),
    Figure.OPEN: _("Opened and not resolved, closed, cancelled or merged, now."),
    Figure.WAITING: _("Open ones on hold: for the customer, for parts, for a third party, for us."),
    Figure.NOT_ACCEPTED: _("Open ones that nobody has accepted yet."),
    Figure.TASKS: _("Tasks that are planned or under way."),
    Figure.CLAIMS: _("Expense claims that are submitted and not decided."),
    Figure.ORDERS: _("Orders that wait for approval."),
    Figure.INTAKE: _("Requests opened in the period; merged ones are not counted."),
    Figure.RESOLVED: THROUGHPUT,
    Figure.RING: RING_SHARE,
    Figure.DECIDED: KEPT_SHARE,
    Figure.KEPT: KEPT_SHARE,
    Figure.MISSED: KEPT_SHARE,
    Figure.ANSWERED: SATISFACTION,
    Figure.RECOMMENDING: NPS,
    Figure.SENT: RESPONSE_RATE,
    Figure.LABOUR: _("Hours of labour and travel × the person's cost rate on the day of the work."),
    Figure.PARTS: _(
        "Quantity × cost on the day of the work, whoever pays, free replacements too; what came "
        "back as new is no cost."
    ),
    Figure.EXPENSES: _(
        "What is approved or paid of expense lines; "
        "submitted, rejected and refused ones are not cost."
    ),
    Figure.OUTSIDE: _("Approved and paid outside services."),
}


class Holder(StrEnum):
    """Of what facts become stale together."""

    REQUEST = "request"
    TASK = "task"
    ORDER = "order"
    OUTLAY = "outlay"
    SURVEY = "survey"


class Work(StrEnum):
    """Rows of cost and of what was billed."""

    LABOUR = "labour"
    PARTS = "parts"
    BILLED = "billed"
    OUTLAYS = "outlays"
