"""Two entries that are one customer: everything moves to the kept one, and it can be looked up."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from crmservice.activity.models import Filing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.search.index import forget
from customers import signals
from customers.actions.keeping import reindex
from customers.actions.tiering import recompute_tier
from customers.models import Affiliation, Customer, Purchase, Site, TierChange
from employees.models import Employee

FILLED = (
    "name_en",
    "industry",
    "province",
    "city",
    "address",
    "latitude",
    "longitude",
    "phone",
    "phone_typed",
    "email",
    "note",
    "supplier",
    "parent",
    "account_manager",
)
Moved = dict[str, list[int]]


@transaction.atomic
def join(
    joined: Customer, kept: Customer, *, reason: str = "", by: Employee, at: datetime
) -> Customer:
    """`joined`, a prospect or a second entry, is `kept`: all that is related moves to the kept one.

    What the kept one lacks is filled from the joined one; whose rows were moved is in the trail.
    The joined one stays as a signpost, found no more but by its number. Raises DomainError when the
    two are the same, or either was joined to another already.
    """
    both = Customer.objects.select_for_update(of=("self",)).in_bulk([joined.pk, kept.pk])
    refuse_same(both, joined, kept)
    joined, kept = both[joined.pk], both[kept.pk]
    moved = move_own(joined, kept)
    answers: list[tuple[Any, Any]] = signals.customers_joined.send(
        Customer, joined=joined, kept=kept, by=by, at=at
    )
    for _receiver, theirs in answers:
        moved |= theirs or {}
    filled = fill(kept, joined)
    share_history(joined, kept)
    joined.merged_into = kept
    joined.save(update_fields=["merged_into"])
    record(
        kept,
        "customers.joined",
        by=by,
        at=at,
        about=[joined],
        joined=joined.name,
        code=joined.code,
        reason=reason,
        moved={label: keys for label, keys in moved.items() if keys},
        filled=filled,
    )
    forget("customer", joined.pk)
    recompute_tier(kept, on=localdate(at), by=by, at=at)
    reindex(kept)
    return kept


def refuse_same(both: dict[int, Customer], joined: Customer, kept: Customer) -> None:
    if len(both) != len({joined.pk, kept.pk}) or joined.pk == kept.pk:
        raise DomainError(_("A customer cannot be joined to itself."), field="kept")
    for each in both.values():
        if each.merged_into_id:
            raise DomainError(
                _("%(customer)s was joined to another customer already.") % {"customer": each},
                field="kept",
            )


def move_own(joined: Customer, kept: Customer) -> Moved:
    """Move what belongs to this floor: sites, contacts, purchases, tiers, suppliers and parents."""
    moved: Moved = {}
    known = kept.affiliations.values_list("contact", flat=True)
    joined.affiliations.filter(contact__in=list(known)).delete()
    for model in (Site, Affiliation, Purchase, TierChange):
        moved |= repoint(model, "customer", joined, kept)
    kept_above = [kept.supplier_id, kept.parent_id]
    for relation in ("supplier", "parent"):
        Customer.objects.filter(pk=kept.pk, **{relation: joined}).update(**{relation: None})
        label = f"customers.customer.{relation}"
        keys = list(Customer.objects.filter(**{relation: joined}).values_list("pk", flat=True))
        Customer.objects.filter(pk__in=keys).update(**{relation: kept})
        moved[label] = keys
    if joined.pk in kept_above:
        kept.refresh_from_db(fields=["supplier", "parent"])
    Customer.objects.filter(merged_into=joined).update(merged_into=kept)
    kept.served_by.add(*joined.served_by.all())
    return moved


def repoint(model: Any, field: str, joined: Customer, kept: Customer) -> Moved:
    """Move the rows of a model whose `field` is `joined`; floors above use it in receivers."""
    rows = model.objects
    keys = list(rows.filter(**{field: joined}).values_list("pk", flat=True))
    rows.filter(pk__in=keys).update(**{field: kept})
    return {model._meta.label_lower: keys}


def fill(kept: Customer, joined: Customer) -> list[str]:
    """Give the kept one what it lacks and what it also is; the names of the fields are returned."""
    filled = []
    for name in FILLED:
        lacking, offered = not getattr(kept, name), getattr(joined, name)
        if lacking and offered and offered != kept:
            setattr(kept, name, offered)
            filled.append(name)
    for flag in ("is_end_user", "is_dealer"):
        if getattr(joined, flag) and not getattr(kept, flag):
            setattr(kept, flag, True)
            filled.append(flag)
    if kept.is_prospect and (joined.is_end_user or joined.is_dealer):
        kept.is_prospect = False
        filled.append("is_prospect")
    kept.version += 1
    kept.save(update_fields=[*filled, "version"])
    return filled


def share_history(joined: Customer, kept: Customer) -> None:
    """File what was done with the joined one under the kept one too; nothing is taken away."""
    label = Customer._meta.label_lower
    filings = Filing.objects.filter(record_type=label, record_id=joined.pk)
    Filing.objects.bulk_create(
        [
            Filing(activity_id=activity, record_type=label, record_id=kept.pk, at=at)
            for activity, at in filings.values_list("activity", "at")
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
