"""Customers, contacts and sites: entered, changed, found again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.numbers.models import next_number
from crmservice.phones import digits, to_e164
from crmservice.search.index import index_many
from customers import signals
from customers.models import Affiliation, Contact, ContactPhone, Customer, Site, Tier
from customers.queries import finding
from customers.queries.relating import stands_above
from employees.models import Employee, Outlet

SHORTEST_NUMBER = 3
RELATIONS = ("supplier", "parent")


@transaction.atomic
def create(
    *,
    values: Mapping[str, Any],
    served_by: Iterable[Outlet] = (),
    by: Employee | None,
    at: datetime,
) -> Customer:
    """Enter a customer in the lowest tier."""
    lowest = Tier.objects.order_by("-rank").first()
    if lowest is None:
        raise DomainError(
            _(
                "There is no tier yet, and every customer has one: the department head or an "
                "administrator enters them under Customers, Tiers."
            )
        )
    customer = Customer.objects.create(
        code=next_number("CU", at), tier=lowest, **with_number(values)
    )
    customer.served_by.set(served_by)
    record(customer, "customers.created", by=by, at=at)
    reindex(customer)
    return customer


def add_prospect(name: str, phone: str, *, by: Employee | None, at: datetime) -> Customer:
    """A caller who is no customer yet: a name or a number is enough.

    The outlet of whoever enters it serves it, so that a partner finds it again.
    """
    values = {
        "name": name.strip() or phone.strip(),
        "phone_typed": phone.strip(),
        "is_end_user": False,
        "is_prospect": True,
    }
    if not name.strip() and not phone.strip():
        raise DomainError(_("A name or a number is needed."), field="name")
    return create(values=values, served_by=[by.outlet] if by else [], by=by, at=at)


@transaction.atomic
def prospect_for(name: str, phone: str, *, by: Employee | None = None, at: datetime) -> Customer:
    """The prospect that an unknown caller is: found by telephone number, else made.

    `phone` in any spelling. Who has no number that can be read is found by name and spelling.
    """
    number = to_e164(phone) or ""
    prospects = Customer.objects.living().filter(is_prospect=True)
    same = (
        prospects.filter(phone=number)
        if number
        else prospects.filter(phone="", phone_typed=phone.strip(), name=name.strip())
    )
    known = same.order_by("pk").first()
    if known is None:
        return add_prospect(name, phone, by=by, at=at)
    if by is not None and not known.served_by.filter(pk=by.outlet_id).exists():
        known.served_by.add(by.outlet)
        reindex(known)
    return known


@transaction.atomic
def change_customer(
    customer: Customer,
    *,
    values: Mapping[str, Any],
    served_by: Iterable[Outlet] | None = None,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Customer:
    """Change a customer's data. Raises DomainError for a circle of suppliers or parents."""
    for relation in RELATIONS:
        refuse_circle(customer, values.get(relation), relation)
    customer = change(
        customer,
        with_number(values),
        verb="customers.changed",
        version=version,
        by=by,
        at=at,
        about=[values.get("supplier"), values.get("parent")],
    )
    if served_by is not None:
        serve(customer, served_by, by=by, at=at)
    reindex(customer)
    return customer


@transaction.atomic
def serve(
    customer: Customer, outlets: Iterable[Outlet], *, by: Employee | None, at: datetime
) -> Customer:
    """From now on these outlets serve the customer, and their people see it."""
    before = list(customer.served_by.all())
    after = sorted(outlets, key=lambda outlet: outlet.code)
    if {each.pk for each in before} == {each.pk for each in after}:
        return customer
    customer.served_by.set(after)
    changes = {"served_by": [named(before), named(after)]}
    record(customer, "customers.changed", by=by, at=at, changes=changes)
    reindex(customer)
    return customer


@transaction.atomic
def add_contact(
    customer: Customer,
    *,
    values: Mapping[str, Any],
    phones: Sequence[str] = (),
    position: str = "",
    by: Employee | None,
    at: datetime,
) -> Contact:
    """A new person at a customer. Raises DomainError for a telephone number that is none."""
    contact = Contact.objects.create(code=next_number("CP", at), **values)
    Affiliation.objects.create(contact=contact, customer=customer, position=position)
    set_phones(contact, phones)
    record(contact, "customers.contact_added", by=by, at=at, about=[customer])
    reindex_contact(contact)
    return contact


@transaction.atomic
def change_contact(
    contact: Contact,
    *,
    values: Mapping[str, Any],
    phones: Sequence[str] | None = None,
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Contact:
    """Change a person's data, and with `phones` all the numbers."""
    about = customers_of(contact)
    contact = change(
        contact,
        values,
        verb="customers.contact_changed",
        version=version,
        by=by,
        at=at,
        about=about,
    )
    if phones is not None:
        before, after = set_phones(contact, phones)
        if before != after:
            changes = {"phones": [", ".join(before), ", ".join(after)]}
            record(
                contact,
                "customers.contact_changed",
                by=by,
                at=at,
                about=about,
                changes=changes,
            )
    reindex_contact(contact)
    return contact


@transaction.atomic
def add_phone(
    contact: Contact, phone: str, *, by: Employee | None, at: datetime
) -> ContactPhone | None:
    """One more number of a person; None when it was known."""
    known = set(contact.phones.values_list("number", flat=True))
    number, typed = checked(phone)
    if number in known:
        return None
    added = ContactPhone.objects.create(contact=contact, number=number, typed=typed)
    record(
        contact,
        "customers.phone_added",
        by=by,
        at=at,
        about=customers_of(contact),
        phone=str(added),
    )
    reindex_contact(contact)
    return added


@transaction.atomic
def affiliate(
    contact: Contact,
    customer: Customer,
    *,
    position: str = "",
    by: Employee,
    at: datetime,
) -> Contact:
    """The person belongs to this customer too. Raises DomainError for one where it does already."""
    if contact.affiliations.filter(customer=customer).exists():
        raise DomainError(
            _("%(who)s is a contact of %(customer)s already.")
            % {"who": contact, "customer": customer},
            field="customer",
        )
    Affiliation.objects.create(contact=contact, customer=customer, position=position)
    record(
        contact,
        "customers.contact_affiliated",
        by=by,
        at=at,
        about=[customer],
        customer=customer.name,
    )
    reindex_contact(contact)
    return contact


@transaction.atomic
def part(affiliation: Affiliation, *, by: Employee, at: datetime) -> Contact:
    """The person no longer belongs to the customer. Raises DomainError for the only one."""
    contact, customer = affiliation.contact, affiliation.customer
    if contact.affiliations.count() == 1:
        raise DomainError(
            _("%(who)s belongs to no other customer. Enter the new one first.") % {"who": contact}
        )
    affiliation.delete()
    record(
        contact, "customers.contact_parted", by=by, at=at, about=[customer], customer=customer.name
    )
    reindex_contact(contact)
    return contact


@transaction.atomic
def add_site(
    customer: Customer, *, values: Mapping[str, Any], by: Employee, at: datetime
) -> Customer:
    site = Site.objects.create(customer=customer, **values)
    record(customer, "customers.site_added", by=by, at=at, site=site.name)
    return customer


@transaction.atomic
def change_site(
    site: Site,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> Customer:
    site = change(
        site,
        values,
        verb="customers.site_changed",
        version=version,
        by=by,
        at=at,
        about=[site.customer],
    )
    return site.customer


def reindex(*customers: Customer) -> None:
    """Write the search entries of customers and their contacts anew; other floors write theirs."""
    keys = [customer.pk for customer in customers]
    rows = finding.to_index(Customer.objects.living().filter(pk__in=keys))
    index_many(finding.customer_documents(rows))
    people = finding.contacts_to_index(
        Contact.objects.filter(affiliations__customer__in=keys).distinct()
    )
    index_many(finding.contact_documents(people))
    for customer in customers:
        signals.customer_indexed.send(Customer, customer=customer)


def reindex_contact(contact: Contact) -> None:
    people = finding.contacts_to_index(Contact.objects.filter(pk=contact.pk))
    index_many(finding.contact_documents(people))


def with_number(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the stored form of a typed telephone number."""
    if not values.get("phone_typed"):
        return {**values, "phone": ""} if "phone_typed" in values else dict(values)
    return {**values, "phone": to_e164(values["phone_typed"]) or ""}


def checked(phone: str) -> tuple[str, str]:
    """The stored and the typed form; a short number (95598) is stored as its digits.

    Raises DomainError for what has no number in it.
    """
    typed = phone.strip()
    number = to_e164(typed) or digits(typed)[:20]
    if len(number) < SHORTEST_NUMBER:
        raise DomainError(
            _("“%(phone)s” is no telephone number.") % {"phone": typed}, field="phones"
        )
    return number, typed[:60]


def set_phones(contact: Contact, phones: Sequence[str]) -> tuple[list[str], list[str]]:
    """All numbers of a person, in this order; gives those before and after."""
    before = [each.number for each in contact.phones.all()]
    wanted = dict(checked(phone) for phone in phones if phone.strip())
    if before != list(wanted):
        contact.phones.all().delete()
        ContactPhone.objects.bulk_create(
            ContactPhone(contact=contact, number=number, typed=typed)
            for number, typed in wanted.items()
        )
    return before, list(wanted)


def refuse_circle(customer: Customer, other: Customer | None, relation: str) -> None:
    """Raise DomainError when `other`, the new supplier or parent, stands under the customer."""
    if other is not None and stands_above(customer, other, relation):
        raise DomainError(
            _("%(other)s stands under %(customer)s: that would be a circle.")
            % {"other": other, "customer": customer},
            field=relation,
        )


def customers_of(contact: Contact) -> list[Customer]:
    return [each.customer for each in contact.affiliations.select_related("customer")]


def named(outlets: Sequence[Outlet]) -> str:
    return ", ".join(outlet.name for outlet in outlets)
