"""Customers: the list, the page with everything directly related, and what may be done."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crmservice.errors import DomainError
from crmservice.phones import to_e164
from crmservice.web import later
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.choosing import MOST_OPTIONS, options, typed
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount, day
from crmservice.web.verbs import carry_out
from customers import actions, forms, policies, queries, signals
from customers.filters import CustomerFilter
from customers.models import Contact, Customer
from customers.views.page import page_of, signpost_of


def unbroken(text: str) -> str:
    """Words that stay on one line."""
    return text.replace(" ", "\u00a0")


COLUMNS = [
    Column(
        "name",
        _("Name"),
        lambda each: Cell(each.name, url=each.get_absolute_url(), sub=each.code),
        order="name",
    ),
    Column("tier", _("Tier"), lambda each: Cell(each.tier.name, badge=each.tier.code)),
    Column(
        "kind", _("Kind"), lambda each: ", ".join(unbroken(str(kind.label)) for kind in each.kinds)
    ),
    Column(
        "place",
        _("Place"),
        lambda each: Cell(each.city or each.province, sub=each.industry, hint=each.place),
    ),
    Column("phone", _("Telephone"), lambda each: unbroken(each.phone_shown)),
    Column(
        "manager",
        _("Account manager"),
        lambda each: each.account_manager.name if each.account_manager else "–",
        wide_only=True,
    ),
]
VALUE = Column(
    "purchases",
    _("Purchases in 24 months"),
    lambda each: Cell(amount(each.purchases_24_months), numeric=True),
    order="purchases_24_months",
    numeric=True,
)
ENTERED = Column(
    "created",
    _("Entered"),
    lambda each: unbroken(day(each.created_at.date())),
    order="created_at",
    wide_only=True,
)


def listing(columns: list[Column]) -> Listing:
    return Listing(
        template="customers/index.html",
        title=_("Customers"),
        columns=columns,
        default_order="name",
        filterset=CustomerFilter,
        search_kind="customer",
        empty_text=_("No customer has been entered yet."),
        empty_action=_("Enter a customer"),
        empty_url_name="customers:create",
    )


PLAIN = listing([*COLUMNS, ENTERED])
WITH_VALUE = listing([*COLUMNS, VALUE, ENTERED])


@require_safe
@allowed("customers.view")
def index(request: StaffRequest) -> HttpResponse:
    rows = Customer.objects.visible_to(request.user).living()
    rows = rows.select_related("tier", "account_manager")
    shown = WITH_VALUE if policies.may_see_value(request.user) else PLAIN
    return render_list(
        request,
        shown,
        rows,
        may_create=request.user.may("customers.change"),
        may_recover=request.user.may("customers.recover"),
    )


@require_safe
@allowed("customers.view")
def detail(request: StaffRequest, code: str) -> HttpResponse:
    """The page; `?contact=` and `?phone=` say who is on the line."""
    customer = found(request, code)
    if customer.merged_into:
        return render(request, "customers/signpost.html", signpost_of(customer, request.user))
    named = request.GET.get("contact", "")
    people = Contact.objects.filter(affiliations__customer=customer, code=named)
    caller = people.first() if named else None
    phone = to_e164(request.GET.get("phone", "")) or ""
    words = page_of(customer, request.user, caller=caller, phone=phone, at=now())
    return render(request, "customers/detail.html", words)


@require_safe
@allowed("customers.view")
def panels(request: StaffRequest, code: str) -> HttpResponse:
    """What the page does not wait for; a fragment."""
    return later.answer(request, signals.later_panels, found(request, code))


@allowed("customers.change")
def create(request: StaffRequest) -> HttpResponse:
    """A new customer; whom the typed data resembles is shown before it is saved."""
    form = forms.CustomerForm(request.POST or None, user=request.user, initial=prefilled(request))
    alike: list[queries.Likeness] = []
    if request.method == "POST":
        if form.is_valid() and not form.cleaned_data["is_new"]:
            alike = queries.likenesses(**form.alike, besides=None, user=request.user)
        if alike:
            form.ask()
        elif outcome := attempt(
            request,
            form,
            actions.create,
            values=lambda: form.values,
            served_by=lambda: form.served or [],
            by=request.user,
            at=now(),
        ):
            return redirect(outcome.location)
    words = {"form": form, "alike": alike, "title": _("Enter a customer")}
    words |= {"cancel_url": reverse("customers:index")}
    return render(request, "customers/form.html", words, status=status_of(request))


@allowed("customers.change")
def edit(request: StaffRequest, code: str) -> HttpResponse:
    customer = changeable(request, code)
    form = forms.CustomerForm(request.POST or None, instance=customer, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_customer,
            customer,
            values=lambda: form.changed_values,
            served_by=lambda: form.served,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, gettext("Saved."))
            return redirect(outcome.location or customer)
    words = {"form": form, "alike": [], "title": _("Change the customer’s data")}
    words |= {"cancel_url": reverse("customers:detail", args=[code])}
    return render(request, "customers/form.html", words, status=status_of(request))


@allowed("customers.override_tier")
def override_tier(request: StaffRequest, code: str) -> HttpResponse:
    customer = found(request, code)
    if not policies.may_override_tier(request.user, customer):
        raise PermissionDenied
    return carry_out(
        request,
        customer,
        forms.TierForm,
        actions.override_tier,
        title=_("Set the tier by hand"),
        submit=_("Set the tier"),
        said=_("The tier is set."),
        hint=_("Promises, prices and priority of new requests follow it from now on."),
        symbol="crown",
    )


@require_POST
@allowed("customers.override_tier")
def lift_override(request: StaffRequest, code: str) -> HttpResponse:
    customer = found(request, code)
    return press(request, actions.lift_override, customer)


@require_POST
@allowed("customers.view_value")
def recompute_tier(request: StaffRequest, code: str) -> HttpResponse:
    customer = found(request, code)
    return press(request, actions.recompute_tier, customer, on=localdate())


@allowed("customers.change")
def join(request: StaffRequest, code: str) -> HttpResponse:
    joined = changeable(request, code)
    return carry_out(
        request,
        joined,
        forms.JoinForm,
        actions.join,
        title=_("Join to another customer"),
        submit=_("Join them"),
        said=_("They are one customer now."),
        hint=_(
            "Contacts, sites, assets, requests and everything else move to the other one. "
            "The number of this one leads there from then on."
        ),
        symbol="git-merge",
        given={"user": request.user, "joined": joined},
    )


@allowed("customers.change")
def undo_join(request: StaffRequest, code: str) -> HttpResponse:
    return carry_out(
        request,
        found(request, code),
        forms.SkipForm,
        actions.undo_join,
        title=_("Undo the join"),
        submit=_("They are two customers"),
        said=_("They are two customers again."),
        hint=_(
            "What moved goes back where it still is; what happened since stays with the one that "
            "was kept."
        ),
        symbol="arrow-back-up",
    )


@require_safe
@allowed("customers.view")
def choose(request: StaffRequest) -> JsonResponse:
    """The customers for a field, by key."""
    return options((each.pk, each.name, hint(each)) for each in answering(request))


@require_safe
@allowed("customers.view")
def choose_code(request: StaffRequest) -> JsonResponse:
    """The customers for a filter, by number."""
    return options((each.code, each.name, hint(each)) for each in answering(request))


def answering(request: StaffRequest) -> list[Customer]:
    text = typed(request)
    return queries.found(text, request.user, MOST_OPTIONS) if text else []


def hint(customer: Customer) -> str:
    return " · ".join(filter(None, [customer.code, customer.tier.name, customer.place]))


def prefilled(request: StaffRequest) -> dict[str, Any]:
    """What a link says of a caller whom nobody knows."""
    asked = {"name": request.GET.get("name", ""), "phone_typed": request.GET.get("phone", "")}
    return {name: value[:60] for name, value in asked.items() if value}


def found(request: StaffRequest, code: str) -> Customer:
    customers = Customer.objects.visible_to(request.user).select_related(
        "tier", "tier_override", "supplier", "parent", "account_manager", "merged_into"
    )
    return get_object_or_404(customers, code=code)


def changeable(request: StaffRequest, code: str) -> Customer:
    customer = found(request, code)
    if not policies.may_change(request.user, customer):
        raise PermissionDenied
    return customer


def press(
    request: StaffRequest, action: Callable[..., Any], customer: Customer, **said: Any
) -> HttpResponse:
    """A verb of one button, back on the page whatever the rule said."""
    try:
        action(customer, by=request.user, at=now(), **said)
    except DomainError as no:
        messages.error(request, str(no))
    return redirect(customer)


def status_of(request: StaffRequest) -> int:
    return 422 if request.method == "POST" else 200
