"""Who is calling, who is like whom, and how customers and contacts stand in the search index."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crmservice.phones import digits, to_e164
from crmservice.search.index import Document, index_many
from crmservice.search.query import matching_ids, search
from customers.models import Affiliation, Contact, ContactPhone, Customer
from employees.models import Employee

CHUNK = 2000
MOST_CALLERS = 20
MOST_LIKE = 10
LIKE_CANDIDATES = 50
SHORTEST_TAIL = 4
LEGAL_FORMS = re.compile(
    r"有限责任公司|股份有限公司|有限公司|股份公司|集团公司|集团|公司|"
    r"\b(?:co|company|ltd|limited|inc|corp|corporation|gmbh|llc|plc)\b"
)
SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Caller:
    """Somebody who may be on the line: a person at a customer, or the customer's own number."""

    customer: Customer
    contact: Contact | None = None
    position: str = ""


@dataclass(frozen=True)
class Likeness:
    """A customer that somebody may be about to enter again, and what is the same."""

    customer: Customer
    same: Promise


def callers(typed: str, user: Employee) -> list[Caller]:
    """Everybody whom `user` may see with this number, in any spelling; else by its tail.

    At most 3 queries (4 for a tail).
    """
    number = to_e164(typed) or typed.strip()
    if not number:
        return []
    return whose(Q(phones__number=number), Q(phone=number) | Q(phone_typed=number), user) or tails(
        typed, user
    )


def tails(typed: str, user: Employee) -> list[Caller]:
    """Who has a number with these digits in it: a call without its area code, an extension."""
    tail = digits(typed)
    if len(tail) < SHORTEST_TAIL or to_e164(typed):
        return []
    scopes = user.search_scopes()
    people = matching_ids("contact", tail, LIKE_CANDIDATES, scopes=scopes)
    customers = matching_ids("customer", tail, LIKE_CANDIDATES, scopes=scopes)
    return whose(
        Q(pk__in=people, phones__number__contains=tail),
        Q(pk__in=customers, phone__contains=tail),
        user,
    )


def whose(person: Q, customer: Q, user: Employee) -> list[Caller]:
    """The callers for a condition on contacts and one on customers, the people first."""
    seen = Customer.objects.visible_to(user).living().select_related("tier")
    contacts = list(Contact.objects.filter(person).distinct()[:MOST_CALLERS])
    places = Affiliation.objects.filter(contact__in=contacts, customer__in=seen)
    places = places.select_related("contact", "customer__tier")
    found = [Caller(each.customer, each.contact, each.position) for each in places[:MOST_CALLERS]]
    known = {each.customer.pk for each in found}
    found += [Caller(each) for each in seen.filter(customer)[:MOST_CALLERS] if each.pk not in known]
    return found


def found(text: str, user: Employee, limit: int) -> list[Customer]:
    """The customers that answer a typed text and may be seen, the best first."""
    hits = search(text, kinds=["customer"], scopes=user.search_scopes(), limit=limit)
    rows = Customer.objects.visible_to(user).living().select_related("tier")
    by_key = rows.in_bulk([hit.object_id for hit in hits])
    return [by_key[hit.object_id] for hit in hits if hit.object_id in by_key]


def likenesses(
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    besides: Customer | None = None,
    user: Employee,
) -> list[Likeness]:
    """The customers with the same name (legal form and signs aside), number, e-mail or address.

    A duplicate that `user` may not see is not shown: nobody learns of strangers this way.
    """
    seen = Customer.objects.visible_to(user).living().select_related("tier")
    if besides is not None:
        seen = seen.exclude(pk=besides.pk)
    found: dict[int, Likeness] = {}
    for rows, same in (
        (with_number(seen, phone), _("same telephone number")),
        (seen.filter(email__iexact=email) if email else (), _("same e-mail address")),
        (like_named(seen, name), _("same name")),
        (seen.filter(address=address) if address else (), _("same address")),
    ):
        for customer in rows[:MOST_LIKE]:
            found.setdefault(customer.pk, Likeness(customer, same))
    return list(found.values())[:MOST_LIKE]


def with_number(
    customers: QuerySet[Customer], typed: str
) -> Sequence[Customer] | QuerySet[Customer]:
    number = to_e164(typed) or typed.strip()
    if not number:
        return ()
    people = ContactPhone.objects.filter(number=number).values("contact__affiliations__customer")
    return customers.filter(Q(phone=number) | Q(pk__in=people))


def like_named(customers: QuerySet[Customer], name: str) -> Sequence[Customer]:
    wanted = plain_name(name)
    if not wanted:
        return ()
    candidates = customers.filter(pk__in=matching_ids("customer", name, LIKE_CANDIDATES))
    core = customers.filter(pk__in=matching_ids("customer", wanted, LIKE_CANDIDATES))
    rows = {each.pk: each for each in [*candidates, *core]}
    return [
        each
        for each in rows.values()
        if wanted in {plain_name(each.name), plain_name(each.name_en)}
    ]


def plain_name(name: str) -> str:
    """A name without width, case, signs and legal form: "（上海）星辰 Co.,Ltd" gives "上海星辰"."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return SIGNS.sub("", LEGAL_FORMS.sub(" ", folded)) or SIGNS.sub("", folded)


# The search index


def search_words(customer: Customer) -> dict[str, Any]:
    """How a customer is found: used by the action, the import and the rebuild alike.

    Give it with `served_by` and `merged` prefetched; names and numbers of those that were joined
    to it find it too.
    """
    selves = [customer, *customer.merged.all()]
    return {
        "title": customer.name,
        "subtitle": " · ".join(filter(None, [customer.code, customer.name_en, customer.place])),
        "url": customer.get_absolute_url(),
        "rank_at": customer.created_at,
        "names": [name for each in selves for name in (each.name, each.name_en) if name],
        "codes": [each.code for each in selves],
        "phones": [
            each.phone or each.phone_typed for each in selves if each.phone_typed or each.phone
        ],
        "words": [customer.email] if customer.email else [],
        "body": [customer.address, customer.industry],
        "scope": [f"o{outlet.pk}" for outlet in customer.served_by.all()],
    }


def contact_words(contact: Contact) -> dict[str, Any]:
    """How a contact is found. Give it with `affiliations__customer__served_by` and `phones`.

    A hit opens the customer with the person marked as the caller; somebody at several customers,
    the own page.
    """
    places = list(contact.affiliations.all())
    customers = [place.customer for place in places]
    url = contact.get_absolute_url()
    if len(places) == 1:
        url = f"{customers[0].get_absolute_url()}?contact={contact.code}"
    return {
        "title": contact.name,
        "subtitle": "; ".join(
            " ".join(filter(None, [place.customer.name, place.position])) for place in places
        ),
        "url": url,
        "rank_at": contact.created_at,
        "names": [contact.name],
        "codes": [contact.code],
        "phones": [phone.number for phone in contact.phones.all()],
        "words": [contact.email] if contact.email else [],
        "scope": sorted({f"o{o.pk}" for each in customers for o in each.served_by.all()}),
    }


def to_index(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    return customers.prefetch_related("served_by", "merged")


def contacts_to_index(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    places = Affiliation.objects.select_related("customer").prefetch_related("customer__served_by")
    return contacts.prefetch_related("phones", Prefetch("affiliations", queryset=places))


def customer_documents(customers: Iterable[Customer]) -> Iterator[Document]:
    for customer in customers:
        yield Document(kind="customer", object_id=customer.pk, **search_words(customer))


def contact_documents(contacts: Iterable[Contact]) -> Iterator[Document]:
    for contact in contacts:
        yield Document(kind="contact", object_id=contact.pk, **contact_words(contact))


def rebuild_customers() -> int:
    rows = to_index(Customer.objects.living().order_by("pk"))
    return index_many(customer_documents(rows.iterator(CHUNK)))


def rebuild_contacts() -> int:
    rows = contacts_to_index(Contact.objects.order_by("pk"))
    return index_many(contact_documents(rows.iterator(CHUNK)))
