"""The tables that grow with the requests."""

from assets.models import Asset
from crmservice.activity.models import Activity, Filing
from crmservice.bulk import Table
from crmservice.search.models import Entry
from customers.models import Affiliation, Contact, ContactPhone, Customer
from dispatch.models import PartUse, Task, TimeEntry
from expenses.models import ExpenseClaim, ExpenseLine
from orders.models import Order, OrderLine
from service_requests.models import Hold, ServiceRequest, SlaTimer, Survey, SurveyScore


def tables() -> dict[str, Table]:
    """Every table that grows with the requests, parents first."""
    return {
        "customer": Table(
            Customer, "id", "code", "name", "city", "address", "industry", "phone", "phone_typed",
            "tier", "created_at",
        ),
        "served": Table(Customer.served_by.through, "id", "customer", "outlet"),
        "contact": Table(Contact, "id", "code", "name", "created_at"),
        "affiliation": Table(Affiliation, "id", "contact", "customer", "position"),
        "phone": Table(ContactPhone, "id", "contact", "number", "typed"),
        "asset": Table(
            Asset, "id", "serial_no", "model", "customer", "root", "delivered_on", "installed_on",
            "warranty_months", "warranty_until",
        ),
        "request": Table(
            ServiceRequest, "id", "number", "channel", "kind", "severity", "priority", "status",
            "subject", "description", "customer", "contact", "asset", "cover", "tier",
            "entitlement", "opened_at", "responded_at", "arrived_at", "restored_at", "resolved_at",
            "closed_at", "cancelled_at", "first_responder", "owner", "accepted_at", "ring",
            "highest_ring", "visit_promised",
            "resolution", "fault_code", "cause", "queue_at", "next_due_at",
            "next_risk_at", "next_target", "created_by", "created_at",
        ),
        "involved": Table(ServiceRequest.outlets.through, "id", "servicerequest", "outlet"),
        "timer": Table(
            SlaTimer, "id", "service_request", "calendar", "target", "minutes", "started_at",
            "due_at", "risk_at", "remaining", "stopped_at", "cancelled", "breached_at", "late_by",
        ),
        "hold": Table(Hold, "id", "service_request", "reason", "starts_at", "expires_at", "by"),
        "activity": Table(
            Activity, "id", "subject_type", "subject_id", "subject_name", "subject_url", "verb",
            "by", "at", "entered_at", "text", "details", "told_at",
        ),
        "filing": Table(Filing, "id", "activity", "record_type", "record_id", "at"),
        "task": Table(
            Task, "id", "number", "kind", "status", "title", "service_request", "customer", "asset",
            "assignee", "planned_start", "planned_end", "arrived_at", "working_at", "finished_at",
            "created_at",
        ),
        "hours": Table(TimeEntry, "id", "task", "employee", "kind", "hours", "worked_on"),
        "order": Table(
            Order, "id", "number", "status", "customer", "service_request", "author", "ordered_at",
            "approved_at",
        ),
        "line": Table(
            OrderLine, "id", "order", "kind", "part", "engineer", "text", "quantity", "delivered",
            "list_price",
            "unit_price", "amount", "base_amount", "cost", "done_on",
        ),
        "use": Table(PartUse, "id", "task", "part", "quantity", "order_line", "used_on"),
        "claim": Table(
            ExpenseClaim, "id", "number", "claimant", "status", "created_at", "submitted_at",
            "decided_at", "paid_at",
        ),
        "outlay": Table(
            ExpenseLine, "id", "claim", "category", "amount", "spent_on", "task", "service_request",
            "customer",
        ),
        "survey": Table(
            Survey, "id", "service_request", "sent_at", "expires_at", "answered_at", "nps",
        ),
        "score": Table(SurveyScore, "id", "survey", "dimension", "score"),
        "entry": Table(
            Entry, "id", "kind", "object_id", "title", "subtitle", "url", "badge", "rank_at",
            "tokens_a", "tokens_b", "scope",
        ),
    }  # fmt: skip
