from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_APPROVAL = "in_approval", _("In approval")
    QUOTED = "quoted", _("Quoted")
    APPROVED = "approved", _("Approved")
    DELIVERED = "delivered", _("Delivered")
    INVOICED = "invoiced", _("Invoiced")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


TRANSITIONS: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.IN_APPROVAL, Status.QUOTED, Status.APPROVED, Status.CANCELLED},
    Status.QUOTED: {Status.APPROVED, Status.DRAFT, Status.CANCELLED},
    Status.IN_APPROVAL: {Status.APPROVED, Status.DRAFT, Status.CANCELLED},
    Status.APPROVED: {Status.DELIVERED, Status.CANCELLED},
    Status.DELIVERED: {Status.INVOICED},
    Status.INVOICED: {Status.PAID},
    Status.PAID: {Status.INVOICED},  # a payment was reversed
    Status.CANCELLED: set(),
}


UNAPPROVED = (Status.DRAFT, Status.IN_APPROVAL)  # its lines can be changed
UNDECIDED = (*UNAPPROVED, Status.QUOTED)
RESERVABLE = (*UNDECIDED, Status.APPROVED)
SOLD = (Status.APPROVED, Status.DELIVERED, Status.INVOICED, Status.PAID)


class LineKind(TextChoices):
    PART = "part", _("Part")
    LABOUR = "labour", _("Labour")
    TRAVEL = "travel", _("Travel")
    CALL_OUT = "call_out", _("Call-out fee")


class ChargedTo(TextChoices):
    BILLED = "billed", _("Billed")
    CONTRACT = "contract", _("Contract")
    WARRANTY = "warranty", _("Warranty")
    GOODWILL = "goodwill", _("Goodwill")
    EXCHANGE = "exchange", _("Exchange")


class WorkKind(TextChoices):
    ONSITE = "onsite", _("On-site work")
    DEPOT = "depot", _("Depot work")
    REMOTE = "remote", _("Remote support")
    TRAVEL = "travel", _("Travel")


class PlaceKind(TextChoices):
    DEPOT = "depot", _("Depot")
    VAN = "van", _("Van")


class Bin(TextChoices):
    GOOD = "good", _("Good")
    FAULTY = "faulty", _("Faulty")


class MoveKind(TextChoices):
    """Why a level changed; the journal's first word."""

    IMPORTED = "imported", _("Opening stock")
    RECEIVED = "received", pgettext_lazy("stock", "Received")
    USED = "used", pgettext_lazy("stock", "Used")
    TAKEN_OUT = "taken_out", _("Taken out of a device")
    GIVEN_BACK = "given_back", _("Given back")
    SENT = "sent", pgettext_lazy("stock", "Sent")
    ACCEPTED = "accepted", pgettext_lazy("stock", "Accepted")
    CAME_BACK = "came_back", _("Came back")
    COUNTED = "counted", pgettext_lazy("stock", "Counted")
    SETTLED = "settled", _("Difference settled")
    RESERVED = "reserved", _("Reserved")
    RELEASED = "released", _("Released")
    RETURNED = "returned", _("Came back from a customer")
    SORTED = "sorted", _("Sorted after the inspection")
    TO_REPAIR = "to_repair", _("Given to repair")
    REPLACED = "replaced", _("Sent as replacement")
    SENT_BACK = "sent_back", _("Sent back to the customer")
    SHIPPED = "shipped", _("Shipped")


class TransferStatus(TextChoices):
    SENT = "in_transit", _("On its way")
    ACCEPTED = "received", pgettext_lazy("stock", "Accepted")
    REFUSED = "refused", _("Refused")


class CountStatus(TextChoices):
    OPEN = "open", _("Being counted")
    BOOKED = "done", _("Booked")
    DROPPED = "cancelled", _("Dropped")


class DifferenceKind(TextChoices):
    USED_BEYOND = "used_beyond", _("Used, but not in stock")
    MISSING = "missing", _("Missing from a transfer")


class ShipmentStatus(TextChoices):
    PACKED = "packed", _("Packed")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Came back")
    DROPPED = "dropped", _("Put back")


UNDER_WAY = (ShipmentStatus.PACKED, ShipmentStatus.SHIPPED)
SHIPMENT_TRANSITIONS: dict[ShipmentStatus, set[ShipmentStatus]] = {
    ShipmentStatus.PACKED: {ShipmentStatus.SHIPPED, ShipmentStatus.DROPPED},
    ShipmentStatus.SHIPPED: {ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED},
    ShipmentStatus.DELIVERED: set(),
    ShipmentStatus.RETURNED: set(),
    ShipmentStatus.DROPPED: set(),
}


class QuotationStatus(TextChoices):
    OPEN = "open", _("Waiting for the customer")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY = "partly", _("Accepted in part")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Replaced by a newer one")


TAKEN = (QuotationStatus.ACCEPTED, QuotationStatus.PARTLY)
QUOTATION_TRANSITIONS: dict[QuotationStatus, set[QuotationStatus]] = {
    status: set() if status != QuotationStatus.OPEN else set(QuotationStatus) - {status}
    for status in QuotationStatus
}


class ReturnKind(TextChoices):
    RETURN = "return", pgettext_lazy("returns", "Return")
    EXCHANGE = "exchange", _("Exchange")
    WARRANTY = "warranty", _("Warranty return")
    WRONG_DELIVERY = "wrong_delivery", _("Wrong delivery")


class ReturnStatus(TextChoices):
    """How far a return is; what became of its goods stands on each line (`Remedy`)."""

    REQUESTED = "requested", _("Requested")
    AUTHORISED = "authorised", _("Authorised")
    IN_TRANSIT = "in_transit", _("On its way")
    RECEIVED = "received", pgettext_lazy("returns", "Received")
    INSPECTED = "inspected", _("Inspected")
    REMEDIED = "remedied", _("Remedied")
    CLOSED = "closed", _("Closed")
    REFUSED = "refused", pgettext_lazy("returns", "Refused")
    CANCELLED = "cancelled", _("Cancelled")


RETURN_TRANSITIONS: dict[ReturnStatus, set[ReturnStatus]] = {
    ReturnStatus.REQUESTED: {
        ReturnStatus.AUTHORISED,
        ReturnStatus.REFUSED,
        ReturnStatus.CANCELLED,
    },
    ReturnStatus.AUTHORISED: {
        ReturnStatus.IN_TRANSIT,
        ReturnStatus.RECEIVED,
        ReturnStatus.CLOSED,  # what was charged instead of coming back
        ReturnStatus.CANCELLED,
    },
    ReturnStatus.IN_TRANSIT: {
        ReturnStatus.RECEIVED,
        ReturnStatus.CLOSED,
        ReturnStatus.CANCELLED,
    },
    ReturnStatus.RECEIVED: {ReturnStatus.INSPECTED},
    ReturnStatus.INSPECTED: {ReturnStatus.RECEIVED, ReturnStatus.REMEDIED},
    ReturnStatus.REMEDIED: {ReturnStatus.RECEIVED, ReturnStatus.CLOSED},
    ReturnStatus.CLOSED: {ReturnStatus.RECEIVED},  # what was charged came after all
    ReturnStatus.REFUSED: set(),
    ReturnStatus.CANCELLED: set(),
}
COMING = (ReturnStatus.AUTHORISED, ReturnStatus.IN_TRANSIT)
RECEIVING = (*COMING, ReturnStatus.RECEIVED, ReturnStatus.INSPECTED, ReturnStatus.REMEDIED)
OVER = (ReturnStatus.CLOSED, ReturnStatus.REFUSED, ReturnStatus.CANCELLED)


class Finding(TextChoices):
    """What the inspection of returned goods found."""

    AS_NEW = "as_new", _("As new, can be sold")
    FAULTY = "faulty", _("Fault confirmed")
    NO_FAULT = "no_fault", _("No fault found")
    MISUSED = "misused", _("Damaged by misuse")
    INCOMPLETE = "incomplete", _("Incomplete")


class Remedy(TextChoices):
    """What becomes of returned goods."""

    REPAIR = "repair", _("Repair")
    REPLACE = "replace", _("Replace")
    REFUND = "refund", _("Refund")
    SEND_BACK = "send_back", _("Send back as it is")
