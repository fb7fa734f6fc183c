"""Contacts and sites of customers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.errors import DomainError
from crmservice.rhythm import in_month
from crmservice.search.query import matching_ids
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import MOST_OPTIONS, is_key, options, typed
from crmservice.web.http import StaffRequest
from customers import actions, forms
from customers.forms import LEAP_YEAR
from customers.models import Affiliation, Contact, Customer
from customers.queries import Caller, callers
from customers.views.calling import callers_words
from customers.views.records import changeable, found, status_of


@require_safe
@allowed("customers.view")
def contact(request: StaffRequest, code: str) -> HttpResponse:
    return render_contact(request, find(request, code))


@allowed("customers.change")
def add_contact(request: StaffRequest, code: str) -> HttpResponse:
    """A new person; who has one of the numbers already is shown before it is saved."""
    customer = changeable(request, code)
    form = forms.ContactForm(request.POST or None)
    alike: list[Caller] = []
    if request.method == "POST":
        if form.is_valid() and not form.cleaned_data["is_new"]:
            alike = known_by(form.cleaned_data["phones"], request)
        if alike:
            form.ask()
        elif attempt(
            request,
            form,
            actions.add_contact,
            customer,
            values=lambda: form.values,
            phones=lambda: form.cleaned_data["phones"],
            position=lambda: form.cleaned_data["position"],
            by=request.user,
            at=now(),
        ):
            messages.success(request, gettext("Saved."))
            return redirect(customer)
    words = {"form": form, "customer": customer, "title": _("Enter a contact")}
    words |= {"callers": callers_words(alike), "cancel_url": customer.get_absolute_url()}
    return render(request, "customers/contact_form.html", words, status=status_of(request))


@allowed("customers.change")
def edit_contact(request: StaffRequest, code: str) -> HttpResponse:
    person = find(request, code)
    form = forms.ContactForm(request.POST or None, instance=person)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_contact,
            person,
            values=lambda: form.changed_values,
            phones=lambda: form.changed_phones,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved."))
            return redirect(outcome.location or person)
    words = {"form": form, "title": _("Change the contact’s data"), "callers": []}
    words |= {"cancel_url": reverse("customers:contact", args=[code])}
    return render(request, "customers/contact_form.html", words, status=status_of(request))


@require_POST
@allowed("customers.change")
def affiliate(request: StaffRequest, code: str) -> HttpResponse:
    person = find(request, code)
    form = forms.AffiliationForm(request.POST, user=request.user)
    outcome = attempt(
        request,
        form,
        actions.affiliate,
        person,
        customer=lambda: form.cleaned_data["customer"],
        position=lambda: form.cleaned_data["position"],
        by=request.user,
        at=now(),
    )
    if outcome:
        return redirect(outcome.location or person)
    return render_contact(request, person, form, status=422)


@require_POST
@allowed("customers.change")
def part(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    person = find(request, code)
    place = get_object_or_404(places_of(person, request), pk=pk)
    try:
        actions.part(place, by=request.user, at=now())
    except DomainError as no:
        messages.error(request, str(no))
    return redirect(person)


@require_safe
@allowed("customers.view")
def choose_contact(request: StaffRequest) -> JsonResponse:
    """The people for a field; `?customer=` (a key) narrows it to those of one customer."""
    people = Contact.objects.visible_to(request.user)
    customer = request.GET.get("customer", "")
    if is_key(customer):
        people = people.filter(affiliations__customer=int(customer))
    if text := typed(request):
        people = people.filter(pk__in=matching_ids("contact", text))
    elif not customer:
        people = people.none()
    people = people.distinct().order_by("name", "pk").prefetch_related("phones")
    return options(
        (each.pk, each.name, ", ".join(str(phone) for phone in each.phones.all()))
        for each in people[:MOST_OPTIONS]
    )


@require_safe
@allowed("customers.view")
def contacts(request: StaffRequest, code: str) -> JsonResponse:
    """The people at a customer with their numbers."""
    customer = found(request, code)
    places = customer.affiliations.select_related("contact").prefetch_related("contact__phones")
    rows = [
        {
            "value": str(place.contact_id),
            "code": place.contact.code,
            "text": place.contact.name,
            "hint": place.position,
            "phones": [phone.number for phone in place.contact.phones.all()],
        }
        for place in places
    ]
    return JsonResponse(rows, safe=False)


@allowed("customers.change")
def add_site(request: StaffRequest, code: str) -> HttpResponse:
    customer = changeable(request, code)
    form = forms.SiteForm(request.POST or None)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.add_site,
        customer,
        values=lambda: form.values,
        by=request.user,
        at=now(),
    ):
        return redirect(customer)
    return site_page(request, form, customer, _("Enter a site"))


@allowed("customers.change")
def edit_site(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    customer = changeable(request, code)
    site = get_object_or_404(customer.sites.select_related("customer"), pk=pk)
    form = forms.SiteForm(request.POST or None, instance=site)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.change_site,
        site,
        values=lambda: form.changed_values,
        version=lambda: form.cleaned_data["version"],
        by=request.user,
        at=now(),
    ):
        return redirect(customer)
    return site_page(request, form, customer, _("Change the site’s data"))


def find(request: StaffRequest, code: str) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(request.user), code=code)


def places_of(person: Contact, request: StaffRequest) -> Any:
    """Where the person works, as far as the reader may see."""
    seen = Customer.objects.visible_to(request.user).values("pk")
    places = Affiliation.objects.filter(contact=person, customer__in=seen)
    return places.select_related("customer__tier", "contact")


def known_by(phones: list[str], request: StaffRequest) -> list[Caller]:
    return [caller for phone in phones for caller in callers(phone, request.user) if caller.contact]


def render_contact(
    request: StaffRequest,
    person: Contact,
    form: forms.AffiliationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    words = {
        "contact": person,
        "facts": facts(person),
        "places": [
            {
                "pk": place.pk,
                "name": place.customer.name,
                "url": f"{place.customer.get_absolute_url()}?contact={person.code}",
                "position": place.position,
                "tier": place.customer.tier,
            }
            for place in places_of(person, request)
        ],
        "form": form or forms.AffiliationForm(user=request.user),
        "activities": seen_by(request.user, timeline(person)),
        "may_change": request.user.may("customers.change"),
    }
    return render(request, "customers/contact.html", words, status=status)


def facts(person: Contact) -> list[dict[str, Any]]:
    phones = [
        {"label": _("Telephone"), "text": str(each), "url": f"tel:{each.number}"}
        for each in person.phones.all()
    ]
    return [
        {"label": _("Contact number"), "text": person.code},
        *phones,
        {
            "label": _("E-mail"),
            "text": person.email,
            "url": f"mailto:{person.email}" if person.email else "",
        },
        {"label": _("Preferred channel"), "text": person.get_preferred_channel_display()},
        {"label": _("Language"), "text": person.get_language_display()},
        {"label": _("Birthday"), "text": birthday(person)},
    ]


def birthday(person: Contact) -> str:
    if not person.birth_month or not person.birth_day:
        return ""
    on = in_month(LEAP_YEAR, person.birth_month, person.birth_day)
    return formats.date_format(on, "MONTH_DAY_FORMAT")


def site_page(request: StaffRequest, form: Any, customer: Customer, title: Any) -> HttpResponse:
    words = {"form": form, "title": title, "customer": customer, "alike": []}
    words |= {"cancel_url": customer.get_absolute_url()}
    return render(request, "customers/form.html", words, status=status_of(request))
