from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    SERVICE_MANAGER = "service_manager", _("Service manager")
    FIELD_ENGINEER = "field_engineer", _("Field engineer")
    DEPOT_ENGINEER = "depot_engineer", _("Depot engineer")
    SENIOR_ENGINEER = "senior_engineer", _("Senior engineer")
    STOREKEEPER = "storekeeper", _("Storekeeper")
    DEPARTMENT_HEAD = "department_head", _("Department head")
    SALES = "sales", _("Sales")
    PARTNER_COORDINATOR = "partner_coordinator", _("Partner coordinator")
    ADMINISTRATOR = "administrator", _("Administrator")


ENGINEERS = (Role.FIELD_ENGINEER, Role.DEPOT_ENGINEER, Role.SENIOR_ENGINEER)
RING_OF_ROLE = {Role.SENIOR_ENGINEER: 2, Role.SERVICE_MANAGER: 2, Role.DEPARTMENT_HEAD: 3}


class OutletKind(TextChoices):
    OWN = "own", _("Own outlet")
    PARTNER = "partner", _("Partner outlet")


class AbsenceKind(TextChoices):
    LEAVE = "leave", _("Leave")
    SICK = "sick", _("Sick")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Other")


class Place(TextChoices):
    """As what somebody is told of a thing: in this order they are asked whether they are there."""

    PERSON = "person", _("the person concerned")
    BACKUP = "backup", _("backup")
    ON_CALL = "on_call", _("on call")
    MANAGER = "manager", _("manager of the outlet")
    HEAD = "head", _("department head")


class DayKind(TextChoices):
    HOLIDAY = "holiday", _("Public holiday")
    MOVED = "moved", _("Moved working day")
    CLOSURE = "closure", _("Closure")
    EXTRA = "extra", _("Extra day")


DAYS_AHEAD = (60, 30, 7)  # of a certificate's end: its holder and the manager are reminded


class Department(TextChoices):
    SERVICE = "service", _("Service")
    SALES = "sales", _("Sales")
    FINANCE = "finance", _("Finance")
    PRODUCT = "product", _("Product development")
    LOGISTICS = "logistics", _("Logistics")


class AuthorityKind(TextChoices):
    """What an authority is for. A discount is a share of the price, the others are amounts."""

    DISCOUNT = "discount", _("Discount")
    GOODWILL = "goodwill", _("Goodwill in 30 days")
    FREE_PART = "free_part", _("Part free of charge")
    FREE_VISIT = "free_visit", _("Work free of charge")
    EXPENSE = "expense", _("Expense claim")

    @property
    def is_share(self) -> bool:
        return self is AuthorityKind.DISCOUNT


class QuestionStatus(TextChoices):
    OPEN = "open", _("Waiting for an answer")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


QUESTION_TRANSITIONS: dict[QuestionStatus, set[QuestionStatus]] = {
    QuestionStatus.OPEN: {
        QuestionStatus.GRANTED,
        QuestionStatus.REFUSED,
        QuestionStatus.WITHDRAWN,
    },
    QuestionStatus.GRANTED: set(),
    QuestionStatus.REFUSED: set(),
    QuestionStatus.WITHDRAWN: set(),
}


class CorrectionKind(TextChoices):
    """How somebody else found fault with a record."""

    SENT_BACK = "sent_back", _("Sent back")
    RETURNED = "returned", _("Claim returned")
    CORRECTED = "corrected", _("Corrected by somebody else")


class Verdict(TextChoices):
    """What came of looking at a record that was drawn."""

    FINE = "fine", _("In order")
    SENT_BACK = "sent_back", _("Sent back")


TO_MEND = "to_mend"  # the field of an omission that stands for a record sent back
