"""The verbs of customers: who they are, what tier they have, and that two are one."""

from customers.actions.joining import join
from customers.actions.keeping import (
    add_contact,
    add_phone,
    add_prospect,
    add_site,
    affiliate,
    change_contact,
    change_customer,
    change_site,
    create,
    part,
    prospect_for,
    reindex,
    serve,
)
from customers.actions.tiering import (
    lift_override,
    override_tier,
    recompute_if_due,
    recompute_tier,
    recompute_tiers,
)

__all__ = [
    "add_contact",
    "add_phone",
    "add_prospect",
    "add_site",
    "affiliate",
    "change_contact",
    "change_customer",
    "change_site",
    "create",
    "join",
    "lift_override",
    "override_tier",
    "part",
    "prospect_for",
    "recompute_if_due",
    "recompute_tier",
    "recompute_tiers",
    "reindex",
    "serve",
]
