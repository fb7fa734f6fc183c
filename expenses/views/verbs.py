"""The states of a claim, each a page of its own: asked by GET, done by POST."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crmservice.web.access import View, allowed
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount
from crmservice.web.verbs import carry_out
from employees.models import Employee
from expenses import actions, policies
from expenses.forms import ReasonForm, VerbForm
from expenses.models import ExpenseClaim


def verb(
    action: Callable[..., Any],
    allows: Callable[[Employee, ExpenseClaim], bool],
    title: str | Promise,
    said: str | Promise,
    *,
    form: type[DeskForm] = VerbForm,
    hint: str | Promise = "",
    symbol: str = "check",
) -> View:
    """The view of one verb; the policy asks, for a supervisor may have no role that approves."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @allowed("expenses.view")
    def view(request: StaffRequest, number: str) -> HttpResponse:
        visible = ExpenseClaim.objects.visible_to(request.user).select_related("claimant")
        claim = get_object_or_404(visible, number=number)
        if not allows(request.user, claim):
            raise PermissionDenied
        return carry_out(
            request,
            claim,
            form,
            action,
            title=title,
            submit=title,
            said=str(said) % {"number": number},
            about=f"{claim.claimant} · {amount(claim.counted, claim.currency)}",
            hint=hint,
            symbol=symbol,
        )

    return view


submit = verb(
    actions.submit,
    policies.may_submit,
    _("Submit"),
    _("%(number)s is submitted."),
    symbol="send",
    hint=_("Your supervisor is told and decides."),
)
withdraw = verb(
    actions.withdraw,
    policies.may_withdraw,
    _("Take back"),
    _("%(number)s is a draft again."),
    symbol="arrow-back-up",
)
reject = verb(
    actions.reject,
    policies.may_decide,
    _("Reject"),
    _("%(number)s is rejected."),
    form=ReasonForm,
    symbol="circle-x",
    hint=_("The claimant reads why, and may correct it."),
)
send_back = verb(
    actions.send_back,
    policies.may_decide,
    _("Send back"),
    _("%(number)s is back with the claimant."),
    form=ReasonForm,
    symbol="arrow-back-up",
    hint=_("Something is missing: say what."),
)
