"""Two entries that are one customer: everything moves to the kept one, and it can be looked up."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Field
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity, Filing
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.search.index import forget
from customers import signals
from customers.actions.caring import skip_touch
from customers.actions.keeping import reindex
from customers.actions.tiering import recompute_tier
from customers.actions.watching import close_case
from customers.choices import Recovered, TouchStatus
from customers.models import (
    Affiliation,
    BusinessSignal,
    CareTouch,
    Customer,
    Grading,
    Need,
    Purchase,
    RecoveryCase,
    Site,
    TierChange,
)
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
    "account_team",
)
FLAGS = ("is_end_user", "is_dealer")
CHUNK = 500
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
    before = state_of(joined, kept)
    moved = move_own(joined, kept) | move_touches(joined, kept, by=by, at=at)
    moved |= move_cases(joined, kept, by=by, at=at)
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
        before=before,
    )
    forget("customer", joined.pk)
    recompute_tier(kept, on=localdate(at), by=by, at=at)
    reindex(kept)
    return kept


def state_of(joined: Customer, kept: Customer) -> dict[str, Any]:
    """What an undoing could not know from the rows that moved."""
    shared = kept.affiliations.values("contact")
    doubled = joined.affiliations.filter(contact__in=shared)
    own = set(kept.served_by.values_list("pk", flat=True))
    return {
        "affiliations": [list(row) for row in doubled.values_list("contact", "position")],
        "outlets": [pk for pk in joined.served_by.values_list("pk", flat=True) if pk not in own],
        "merged": list(Customer.objects.filter(merged_into=joined).values_list("pk", flat=True)),
        "relations": [
            name for name in ("supplier", "parent") if getattr(kept, f"{name}_id") == joined.pk
        ],
    }


@transaction.atomic
def undo_join(joined: Customer, *, reason: str, by: Employee, at: datetime) -> Customer:
    """They are two customers after all: what was moved goes back, if nobody gave it to another
    since, and what was filled is taken out where it was not changed. What happened since stays with
    the one that was kept. Raises DomainError after UNDO_JOIN_DAYS, and while the kept one is itself
    joined to another.
    """
    both = Customer.objects.select_for_update(of=("self",)).in_bulk(
        [joined.pk, joined.merged_into_id or joined.pk]
    )
    joined = both[joined.pk]
    kept = both.get(joined.merged_into_id or 0)
    if kept is None:
        raise DomainError(_("%(customer)s was not joined to another.") % {"customer": joined})
    if kept.merged_into_id is not None:
        raise DomainError(_("%(customer)s was joined to another since: undo that first.") % {
            "customer": kept
        })  # fmt: skip
    if not reason.strip():
        raise DomainError(_("Please write why."), field="reason")
    details = joining_of(joined, kept, at=at)
    for label, keys in details["moved"].items():
        give_back(label, keys, joined, kept)
    before = details["before"]
    take_out(kept, joined, details["filled"], before)
    Affiliation.objects.bulk_create(
        [
            Affiliation(customer=joined, contact_id=contact, position=position)
            for contact, position in before["affiliations"]
        ],
        ignore_conflicts=True,
    )
    kept.served_by.remove(*before["outlets"])
    joined.merged_into = None
    joined.save(update_fields=["merged_into"])
    Customer.objects.filter(pk__in=before["merged"], merged_into=kept).update(merged_into=joined)
    record(
        kept, "customers.join_undone", by=by, at=at, about=[joined],
        joined=joined.name, code=joined.code, reason=reason.strip(),
    )  # fmt: skip
    for customer in (joined, kept):
        recompute_tier(customer, on=localdate(at), by=by, at=at)
    reindex(joined, kept)
    return joined


def joining_of(joined: Customer, kept: Customer, *, at: datetime) -> dict[str, Any]:
    """What the trail knows of the join. Raises DomainError for one that cannot be undone."""
    done = Activity.objects.filter(
        subject_type=Customer._meta.label_lower,
        subject_id=kept.pk,
        verb="customers.joined",
        details__code=joined.code,
    )
    join_ = done.order_by("-pk").first()
    if join_ is None or "before" not in join_.details:
        raise DomainError(_("This join was made before joins could be undone."))
    if at > join_.at + timedelta(days=settings.UNDO_JOIN_DAYS):
        raise DomainError(
            _("A join can be undone for %(days)s days.") % {"days": settings.UNDO_JOIN_DAYS}
        )
    return join_.details


def give_back(label: str, keys: list[int], joined: Customer, kept: Customer) -> None:
    """The rows of "app.model.field" that are still the kept one's, whatever floor they are on."""
    app, model, field = label.split(".")
    rows = apps.get_model(app, model)._base_manager
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        rows.filter(pk__in=some, **{field: kept}).update(**{field: joined})


def take_out(kept: Customer, joined: Customer, filled: list[str], before: dict[str, Any]) -> None:
    """Empty what was filled and is still the same; the kept one's relations to it come back."""
    changed = []
    for name in filled:
        if name == "is_prospect":
            kept.is_prospect = True
        elif getattr(kept, name) == getattr(joined, name):
            field: Field[Any, Any] = Customer._meta.get_field(name)  # type: ignore[assignment]
            setattr(kept, name, False if name in FLAGS else None if field.null else "")
        else:
            continue
        changed.append(name)
    for name in before["relations"]:
        if getattr(kept, f"{name}_id") is None:
            setattr(kept, name, joined)
            changed.append(name)
    kept.version += 1
    kept.save(update_fields=[*changed, "version"])


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
    for model in (Site, Affiliation, Purchase, TierChange, BusinessSignal, Need, Grading):
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


def move_touches(joined: Customer, kept: Customer, *, by: Employee, at: datetime) -> Moved:
    """The kept one is owed what the joined one was; what both are owed on a day, once."""
    theirs = CareTouch.objects.filter(customer=kept)
    keys = []
    for touch in CareTouch.objects.filter(customer=joined).order_by("pk"):
        same = {"plan": touch.plan_id, "contact": touch.contact_id, "nominal_on": touch.nominal_on}
        if not theirs.filter(**same).exists():
            keys.append(touch.pk)
        elif touch.status == TouchStatus.OPEN:
            why = _("%(customer)s is owed it already.") % {"customer": kept}
            skip_touch(touch, reason=why, by=by, at=at)
    CareTouch.objects.filter(pk__in=keys).update(customer=kept)
    return {f"{CareTouch._meta.label_lower}.customer": keys}


def move_cases(joined: Customer, kept: Customer, *, by: Employee, at: datetime) -> Moved:
    """One customer has one open case: the joined one's ends where the kept one has its own."""
    if RecoveryCase.objects.open().filter(customer=kept).exists():
        for case in RecoveryCase.objects.open().filter(customer=joined):
            why = _("%(customer)s has a case of its own.") % {"customer": kept}
            close_case(case, outcome=Recovered.NOT_NEEDED, result=why, by=by, at=at)
    return repoint(RecoveryCase, "customer", joined, kept)


def repoint(model: Any, field: str, joined: Customer, kept: Customer) -> Moved:
    """Move the rows of a model whose `field` is `joined`; floors above use it in receivers."""
    rows = model.objects
    keys = list(rows.filter(**{field: joined}).values_list("pk", flat=True))
    rows.filter(pk__in=keys).update(**{field: kept})
    return {f"{model._meta.label_lower}.{field}": keys}


def fill(kept: Customer, joined: Customer) -> list[str]:
    """Give the kept one what it lacks and what it also is; the names of the fields are returned."""
    filled = []
    for name in FILLED:
        lacking, offered = not getattr(kept, name), getattr(joined, name)
        if lacking and offered and offered != kept:
            setattr(kept, name, offered)
            filled.append(name)
    for flag in FLAGS:
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
