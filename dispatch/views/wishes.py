"""Whom a customer wants to come; on the customer's page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.verbs import carry_out
from customers.models import Customer
from dispatch import actions
from dispatch.forms.planning import WishForm
from dispatch.models import EngineerWish


def find(request: StaffRequest, code: str) -> Customer:
    return get_object_or_404(Customer.objects.visible_to(request.user), code=code)


@allowed("dispatch.plan")
def wish(request: StaffRequest, code: str) -> HttpResponse:
    customer = find(request, code)
    return carry_out(
        request,
        customer,
        WishForm,
        actions.wish_engineer,
        title=_("Note a wish for an engineer"),
        submit=_("Note the wish"),
        said=_("The wish is noted."),
        hint=_("A suggestion follows it; a plan against it needs a reason."),
        about=customer.name,
        symbol="user-star",
        given={"user": request.user},
    )


@require_POST
@allowed("dispatch.plan")
def withdraw(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    wishes = EngineerWish.objects.select_related("customer", "engineer")
    wish = get_object_or_404(wishes, customer=find(request, code), pk=pk)
    customer = actions.withdraw_wish(wish, by=request.user, at=now())
    messages.success(request, _("The wish is taken away."))
    return redirect(customer)
