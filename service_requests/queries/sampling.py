"""Whom we ask: nobody too often, and of each tier its share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings

from customers.models import Affiliation, Contact, Customer, Tier
from service_requests.models import Survey

MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class Sampled:
    customer: Customer
    contact: Contact


@dataclass(frozen=True)
class Stratum:
    """A tier, how many of its customers could be asked, and how many are."""

    tier: Tier
    customers: int
    asked: int


def quarter_of(on: date) -> str:
    """As 2026-Q4."""
    return f"{on.year}-Q{(on.month - 1) // MONTHS_OF_A_QUARTER + 1}"


def asked_lately(
    contact: Contact | None, *, besides: Survey | None = None, at: datetime
) -> Survey | None:
    """The last survey that this person got within SURVEY_EVERY_DAYS, another than `besides`."""
    if contact is None:
        return None
    since = at - timedelta(days=settings.SURVEY_EVERY_DAYS)
    found = Survey.objects.asked_of(contact).filter(sent_at__gt=since)
    if besides is not None and besides.pk:
        found = found.exclude(pk=besides.pk)
    return found.order_by("-sent_at").first()


def population(*, at: datetime) -> dict[int, list[int]]:
    """The keys of the customers that may be asked, by the key of their tier."""
    since = at - timedelta(days=settings.SURVEY_EVERY_DAYS)
    lately = Survey.objects.filter(sent_at__gt=since)
    asked = set(lately.values_list("customer", flat=True))
    asked |= set(lately.values_list("service_request__customer", flat=True))
    known = Customer.objects.living().filter(is_prospect=False, affiliations__isnull=False)
    by_tier: dict[int, list[int]] = {}
    for key, tier in known.order_by("pk").values_list("pk", "tier").distinct():
        if key not in asked:
            by_tier.setdefault(tier, []).append(key)
    return by_tier


def strata(size: int, *, at: datetime) -> list[Stratum]:
    """What a sample of this size would be, tier by tier."""
    by_tier = population(at=at)
    shares = allotted(size, {key: len(customers) for key, customers in by_tier.items()})
    return [
        Stratum(tier, len(by_tier[tier.pk]), shares[tier.pk])
        for tier in Tier.objects.all()
        if tier.pk in by_tier
    ]


def sample(quarter: str, size: int, *, at: datetime) -> list[Sampled]:
    """The same customers for the same quarter, in an order that nobody chose."""
    by_tier = population(at=at)
    shares = allotted(size, {tier: len(customers) for tier, customers in by_tier.items()})
    chosen = [
        key
        for tier, customers in by_tier.items()
        for key in sorted(customers, key=lambda key: lot(quarter, key))[: shares[tier]]
    ]
    contacts = contacts_of(chosen)
    customers_ = Customer.objects.in_bulk(chosen)
    return [Sampled(customers_[key], contacts[key]) for key in chosen]


def lot(quarter: str, key: int) -> bytes:
    return sha256(f"{quarter}:{key}".encode()).digest()


def contacts_of(customers: list[int]) -> dict[int, Contact]:
    """Whom to ask at each: the first with an address, else the first."""
    found: dict[int, Contact] = {}
    places = Affiliation.objects.filter(customer__in=customers).select_related("contact")
    for place in places.order_by("pk"):
        known = found.get(place.customer_id)
        if known is None or (place.contact.email and not known.email):
            found[place.customer_id] = place.contact
    return found


def allotted(size: int, there: Mapping[int, int]) -> dict[int, int]:
    """`size` shared out by what is there, by the largest remainders; each gets one where that is
    possible, none more than there are.
    """
    whole = sum(there.values())
    if size >= whole:
        return dict(there)
    exact = {key: size * count / whole for key, count in there.items()}
    shares = {key: min(int(share), there[key]) for key, share in exact.items()}
    by_remainder = sorted(there, key=lambda key: (-(exact[key] - int(exact[key])), key))
    for key in by_remainder[: size - sum(shares.values())]:
        shares[key] += 1
    for key in (key for key in shares if not shares[key]):
        richest = max(shares, key=lambda each: shares[each])
        if shares[richest] > 1:
            shares[richest] -= 1
            shares[key] += 1
    return shares
