"""Who is calling: a telephone system's screen-pop lands here (ux.md U-12)."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from crmservice.phones import show, to_e164
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from customers.queries import Caller, callers

LONGEST_NUMBER = 60


@require_safe
@allowed("customers.view")
def intake(request: StaffRequest) -> HttpResponse:
    """One caller opens the customer's page, several are listed, an unknown one can be logged."""
    typed = request.GET.get("phone", "")[:LONGEST_NUMBER].replace("\x00", "").strip()
    found = callers(typed, request.user)
    if len(found) == 1:
        return redirect(address(found[0], typed))
    words = {
        "typed": typed,
        "phone": show(typed),
        "callers": callers_words(found, typed),
        "log_query": {"phone": to_e164(typed) or typed},
        "may_log": request.user.may("service_requests.log"),
        "may_create": request.user.may("customers.change"),
    }
    return render(request, "customers/intake.html", words)


def callers_words(found: list[Caller], typed: str = "") -> list[dict[str, Any]]:
    return [
        {
            "name": each.contact.name if each.contact else each.customer.name,
            "sub": f"{each.customer.name} · {each.position}".strip(" ·") if each.contact else "",
            "place": each.customer.place,
            "tier": each.customer.tier,
            "url": address(each, typed),
        }
        for each in found
    ]


def address(caller: Caller, typed: str) -> str:
    """The customer's page, told who is on the line."""
    asked = {
        "contact": caller.contact.code if caller.contact else "",
        "phone": to_e164(typed) or typed,
    }
    told = urlencode({name: value for name, value in asked.items() if value})
    return (
        f"{caller.customer.get_absolute_url()}?{told}"
        if told
        else caller.customer.get_absolute_url()
    )
