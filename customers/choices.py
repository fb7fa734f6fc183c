from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomerKind(TextChoices):
    END_USER = "end_user", _("End user")
    DEALER = "dealer", _("Dealer")
    PROSPECT = "prospect", _("Prospect")


class ContactChannel(TextChoices):
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")


class Language(TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class PurchaseKind(TextChoices):
    EQUIPMENT = "equipment", _("Equipment")
    PARTS = "parts", _("Parts")
    SERVICE = "service", _("Service")


class CareKind(TextChoices):
    INSPECTION = "inspection", _("Inspection round")
    VISIT = "visit", _("Visit")
    CALL = "call", _("Call")
    BIRTHDAY = "birthday", _("Birthday")


class TouchStatus(TextChoices):
    OPEN = "open", _("Planned")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Left out")


class SignalStatus(TextChoices):
    RAISED = "raised", _("Not answered yet")
    TAKEN = "taken", _("Followed up")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    REJECTED = "rejected", _("Rejected")


SIGNAL_TRANSITIONS: dict[SignalStatus, set[SignalStatus]] = {
    SignalStatus.RAISED: {SignalStatus.TAKEN, SignalStatus.REJECTED},
    SignalStatus.TAKEN: {SignalStatus.WON, SignalStatus.LOST},
    SignalStatus.WON: set(),
    SignalStatus.LOST: set(),
    SignalStatus.REJECTED: set(),
}


class Trend(TextChoices):
    RISING = "rising", _("Rising")
    STEADY = "steady", _("Steady")
    DECLINING = "declining", _("Declining")
    LOST = "lost", pgettext_lazy("a customer", "Lost")
    NEW = "new", pgettext_lazy("a customer", "New")


GOING = (Trend.DECLINING, Trend.LOST)


class Recovered(TextChoices):
    """How a recovery case ended."""

    BACK = "back", _("Won back")
    PARTLY = "partly", _("Partly won back")
    GONE = "gone", pgettext_lazy("a customer", "Lost")
    NOT_NEEDED = "not_needed", _("It was no decline")


class TeamRole(TextChoices):
    """In an account team: one leads, the others bring what they can."""

    LEAD = "lead", _("Leads the team")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")
    ENGINEER = "engineer", _("Engineer")
    OTHER = "other", _("Other")


class GradeSubject(TextChoices):
    """What the five As are given for; the first three follow from our own figures."""

    REVENUE = "revenue", _("Revenue")
    PROFIT = "profit", _("Profit")
    EFFORT = "effort", _("Revenue per hour of effort")
    EASE = "ease", _("Ease")
    INTEGRITY = "integrity", _("Integrity")


COMPUTED = (GradeSubject.REVENUE, GradeSubject.PROFIT, GradeSubject.EFFORT)


class NeedKind(TextChoices):
    GENERAL = "general", _("General")
    INDIVIDUAL = "individual", _("Individual")
    LATENT = "latent", _("Latent")


class NeedTarget(TextChoices):
    PRODUCT = "product", _("Product development")
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")


class NeedStatus(TextChoices):
    NOTED = "noted", _("Noted")
    FORWARDED = "forwarded", _("Passed on")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("The customer knows")


NEED_TRANSITIONS: dict[NeedStatus, set[NeedStatus]] = {
    NeedStatus.NOTED: {NeedStatus.FORWARDED, NeedStatus.CLOSED},
    NeedStatus.FORWARDED: {NeedStatus.FORWARDED, NeedStatus.ANSWERED},
    NeedStatus.ANSWERED: {NeedStatus.FORWARDED, NeedStatus.CLOSED},
    NeedStatus.CLOSED: set(),
}


class Unit(TextChoices):
    DAY = "day", _("days")
    WEEK = "week", _("weeks")
    MONTH = "month", _("months")
    YEAR = "year", _("years")


class OnHoliday(TextChoices):
    AFTER = "after", _("the next working day")
    BEFORE = "before", _("the working day before")
    SKIP = "skip", _("leave it out")
    KEEP = "keep", _("on that day all the same")


DAYS_BEFORE = 3  # of a touch: its owner is reminded
