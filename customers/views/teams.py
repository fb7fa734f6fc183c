"""Account teams: who is in them, and how their customers' purchases go against last year's."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import amount
from crmservice.web.verbs import carry_out
from customers import actions, forms
from customers.choices import TeamRole
from customers.models import AccountTeam, Customer, TeamMember
from customers.queries import YearOnYear, year_on_year
from customers.views.recovery import change_in_words

MOST_CUSTOMERS = 100
HISTORY = 20
PEOPLE = Prefetch("members", TeamMember.objects.select_related("employee").order_by("pk"))


def lead_of(team: AccountTeam) -> str:
    led = (each.employee.name for each in team.members.all() if each.role == TeamRole.LEAD)
    return next(led, "–")


def listing(sums: dict[int, YearOnYear]) -> Listing:
    def year(team: AccountTeam) -> YearOnYear:
        return sums.get(team.pk, YearOnYear())

    return Listing(
        template="customers/teams.html",
        title=gettext_lazy("Account teams"),
        columns=(
            Column(
                "name",
                gettext_lazy("Team"),
                lambda t: Cell(t.name, url=t.get_absolute_url()),
                order="name",
            ),
            Column("lead", gettext_lazy("Leads the team"), lead_of),
            Column(
                "members", gettext_lazy("People"), lambda t: str(len(t.members.all())), numeric=True
            ),
            Column(
                "executive",
                gettext_lazy("Executive"),
                lambda t: t.executive.name if t.executive else "–",
            ),
            Column("customers", gettext_lazy("Customers"), lambda t: str(t.count), numeric=True),
            Column(
                "now", gettext_lazy("This year so far"), lambda t: amount(year(t).now), numeric=True
            ),
            Column(
                "then",
                gettext_lazy("Last year until then"),
                lambda t: amount(year(t).then),
                numeric=True,
            ),
            Column(
                "change",
                gettext_lazy("Against before"),
                lambda t: change_in_words(year(t).now, year(t).then),
                numeric=True,
            ),
        ),
        default_order="name",
        empty_text=gettext_lazy("No account team yet: one leads, the others bring what they can."),
        empty_action=gettext_lazy("New account team"),
        empty_url_name="customers:make_team",
    )


@require_safe
@allowed("customers.view_value")
def index(request: StaffRequest) -> HttpResponse:
    teams = AccountTeam.objects.select_related("executive").prefetch_related(PEOPLE)
    living = Q(customers__merged_into=None)
    teams = teams.annotate(count=Count("customers", filter=living))
    keys = list(AccountTeam.objects.values_list("pk", flat=True))
    sums = year_on_year(localdate(), "customer__account_team", keys)
    may_keep = request.user.may("customers.keep_teams")
    return render_list(request, listing(sums), teams, may_keep=may_keep)


@require_safe
@allowed("customers.view_value")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(
        AccountTeam.objects.select_related("executive").prefetch_related(PEOPLE), pk=pk
    )
    customers = list(
        Customer.objects.visible_to(request.user)
        .living()
        .filter(account_team=team)
        .select_related("tier__executive")
        .order_by("tier__rank", "name")[:MOST_CUSTOMERS]
    )
    sums = year_on_year(localdate(), "customer", [each.pk for each in customers])
    may_keep = request.user.may("customers.keep_teams")
    executive = team.executive
    words = {
        "team": team,
        "facts": [
            {
                "label": _("Executive"),
                "text": executive.name if executive else "–",
                "url": executive.get_absolute_url() if executive else "",
            },
            {"label": _("What it wants to reach"), "text": team.goal or "–"},
        ],
        "members": [
            {
                "pk": each.pk,
                "name": each.employee.name,
                "url": each.employee.get_absolute_url(),
                "role": each.get_role_display(),
                "is_lead": each.role == TeamRole.LEAD,
            }
            for each in sorted(team.members.all(), key=lambda each: each.role != TeamRole.LEAD)
        ],
        "heads": [
            {"label": _("Customer")},
            {"label": _("Tier")},
            {"label": _("This year so far"), "numeric": True},
            {"label": _("Last year until then"), "numeric": True},
            {"label": _("Against before"), "numeric": True},
        ],
        "rows": [customer_row(each, sums.get(each.pk, YearOnYear())) for each in customers]
        + total_of(list(sums.values())),
        "customers_url": f"{reverse('customers:index')}?account_team={team.pk}",
        "may_keep": may_keep,
        "activities": timeline(team, limit=HISTORY),
    }
    return render(request, "customers/team.html", words)


def customer_row(customer: Customer, year: YearOnYear) -> dict[str, Any]:
    url, executive = customer.get_absolute_url(), customer.tier.executive
    return {
        "url": url,
        "cells": [
            {"text": customer.name, "url": url, "sub": customer.code},
            {
                "text": customer.tier.name,
                "badge": customer.tier.code,
                "sub": executive.name if executive else "",
            },
            *figures(year),
        ],
    }


def total_of(years: list[YearOnYear]) -> list[dict[str, Any]]:
    if not years:
        return []
    whole = YearOnYear(sum(each.now for each in years), sum(each.then for each in years))  # type: ignore[arg-type]
    return [{"total": True, "cells": [{"text": _("Total")}, {"text": ""}, *figures(whole)]}]


def figures(year: YearOnYear) -> list[dict[str, Any]]:
    return [
        {"text": amount(year.now), "numeric": True},
        {"text": amount(year.then), "numeric": True},
        {"text": change_in_words(year.now, year.then), "numeric": True},
    ]


@allowed("customers.keep_teams")
def make(request: StaffRequest) -> HttpResponse:
    form = forms.TeamForm(request.POST or None, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.make_team, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(request, _("The team is made. Who is in it?"))
            return redirect(outcome.location)
    return form_page(request, form, _("New account team"), reverse("customers:teams"))


@allowed("customers.keep_teams")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(AccountTeam, pk=pk)
    form = forms.TeamForm(request.POST or None, instance=team, user=request.user)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.change_team,
        team,
        values=lambda: form.changed_values,
        version=lambda: form.cleaned_data["version"],
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("Saved."))
        return redirect("customers:team", pk)
    return form_page(request, form, _("Change the account team"), team.get_absolute_url())


def form_page(request: StaffRequest, form: Any, title: str, cancel_url: str) -> HttpResponse:
    words = {"form": form, "title": title, "cancel_url": cancel_url, "alike": []}
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/form.html", words, status=status)


@allowed("customers.keep_teams")
def add_member(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        get_object_or_404(AccountTeam, pk=pk),
        forms.MemberForm,
        actions.add_member,
        title=_("Take somebody into the team"),
        submit=_("Take in"),
        said=_("Who joined is told."),
        hint=_("One leads: who led so far stays in the team."),
        symbol="user-plus",
        given={"user": request.user},
    )


@require_POST
@allowed("customers.keep_teams")
def remove_member(request: StaffRequest, pk: int, member: int) -> HttpResponse:
    found = TeamMember.objects.filter(team=pk, pk=member).select_related("employee").first()
    if found is not None:
        actions.remove_member(found, by=request.user, at=now())
    return redirect("customers:team", pk)


@allowed("customers.keep_teams")
def give(request: StaffRequest, code: str) -> HttpResponse:
    """Which team looks after a customer."""
    seen = Customer.objects.visible_to(request.user).living()
    customer = get_object_or_404(seen, code=code)
    return carry_out(
        request,
        customer,
        forms.GiveToTeamForm,
        actions.give_to_team,
        title=_("Who looks after the customer?"),
        submit=_("Save"),
        said=_("Saved."),
        symbol="users",
        given={"initial": {"team": customer.account_team_id}},
    )
