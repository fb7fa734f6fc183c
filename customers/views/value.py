"""What a customer is worth and how it develops: the panel that its page loads when it stands."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, label_of
from customers.choices import Trend
from customers.models import Customer
from customers.views.grades import as_letters
from customers.views.recovery import LOOKS, change_in_words, month_of, state_of

MONTHS_SHOWN = 6
MOST_COUNTED = 100


@require_safe
@allowed("customers.view_value")
def value_at(request: StaffRequest, code: str) -> HttpResponse:
    """Trend, recovery, and what else says how one stands with the customer; a fragment."""
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user).select_related("tier__executive", "account_team"),
        code=code,
    )
    team, executive = customer.account_team, customer.tier.executive
    may_recover = request.user.may("customers.recover")
    words = {
        "customer": customer,
        "trends": trends(customer),
        "case": open_case(customer) if may_recover else None,
        "may_note": request.user.may("customers.note_needs") and customer.merged_into_id is None,
        "facts": [
            grade_fact(customer),
            needs_fact(customer),
            {
                "label": _("Account team"),
                "text": team.name if team else "",
                "url": team.get_absolute_url() if team else "",
            },
            {"label": _("Executive"), "text": executive.name if executive else ""},
        ],
        "may_give": request.user.may("customers.keep_teams") and customer.merged_into_id is None,
        "may_recover": may_recover and customer.merged_into_id is None,
    }
    return render(request, "customers/_value_rows.html", words)


def grade_fact(customer: Customer) -> dict[str, Any]:
    """The latest 5A grade, which opens the radar."""
    latest = customer.gradings.first()
    return {
        "label": _("5A grade"),
        "text": as_letters(latest) if latest else _("not graded yet"),
        "sub": f"{latest.mean}" if latest else "",
        "url": reverse("customers:grades", args=[customer.code]),
    }


def needs_fact(customer: Customer) -> dict[str, Any]:
    count = len(customer.needs.open().values_list("pk", flat=True)[:MOST_COUNTED])
    return {
        "label": _("Needs"),
        "text": _("%(count)s open") % {"count": count},
        "url": f"{reverse('customers:needs')}?customer={customer.code}",
    }


def trends(customer: Customer) -> list[dict[str, Any]]:
    """The newest months first."""
    return [
        {
            "month": month_of(each),
            "kind": LOOKS[Trend(each.trend)],
            "label": label_of(each, "trend"),
            "sub": _("%(recent)s, %(change)s")
            % {
                "recent": amount(each.recent),
                "change": change_in_words(each.recent, each.before),
            },
        }
        for each in customer.trends.all()[:MONTHS_SHOWN]
    ]


def open_case(customer: Customer) -> dict[str, str] | None:
    found = customer.recovery_cases.open().first()
    if found is None:
        return None
    kind, text = state_of(found)
    url = reverse("customers:recovery_case", args=[found.number])
    return {"number": found.number, "url": url, "kind": kind, "label": text}
