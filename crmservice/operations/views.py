from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crmservice.operations import actions, state
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest


@allowed("operations.view")
def index(request: StaffRequest) -> HttpResponse:
    at = now()
    context = {
        "duties": state.duties(at=at),
        "lags": state.lag_facts(at=at),
        "mail": state.mail_facts(),
        "deliveries": state.dead_deliveries(),
        "tellings": state.dead_tellings(),
        "may_retry": request.user.may("operations.retry"),
    }
    return render(request, "operations/index.html", context)


@allowed("operations.retry")
@require_POST
def retry_delivery(request: StaffRequest) -> HttpResponse:
    return retry(request, actions.retry_deliveries)


@allowed("operations.retry")
@require_POST
def retry_telling(request: StaffRequest) -> HttpResponse:
    return retry(request, actions.retry_tellings)


def retry(request: StaffRequest, action: Callable[..., int]) -> HttpResponse:
    """The one that the button names, or all of them."""
    pk = request.POST.get("pk", "")
    count = action([int(pk)] if pk.isdecimal() else None, by=request.user, at=now())
    said = ngettext("%(count)s is tried again.", "%(count)s are tried again.", count)
    messages.success(request, said % {"count": count} if count else _("Nothing is left to try."))
    return redirect("operations:index")
