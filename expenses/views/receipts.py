"""The receipts of a line, added and taken off on the page of its claim."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmservice.attachments.models import Attachment
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from expenses import actions, policies
from expenses.forms import ReceiptsForm
from expenses.models import ExpenseLine


def find(request: StaffRequest, number: str, line: int) -> ExpenseLine:
    visible = ExpenseLine.objects.visible_to(request.user).select_related("claim__claimant")
    return get_object_or_404(visible, claim__number=number, pk=line)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("expenses.view")
def attach(request: StaffRequest, number: str, line: int) -> HttpResponse:
    found = find(request, number, line)
    if not policies.may_attach(request.user, found.claim):
        raise PermissionDenied
    form = ReceiptsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    back_url = found.get_absolute_url()
    if request.method == "POST" and attempt(
        request,
        form,
        actions.attach_receipts,
        found,
        files=lambda: form.cleaned_data["uploads"],
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("Attached."))
        return redirect(back_url)
    words = {"form": form, "subject": found, "back_url": back_url}
    status = 422 if request.method == "POST" else 200
    return render(request, "attachments/form.html", words, status=status)


@require_POST
@allowed("expenses.view")
def detach(request: StaffRequest, number: str, line: int, pk: int) -> HttpResponse:
    """One that is gone already is as good as removed."""
    found = find(request, number, line)
    if not policies.may_edit(request.user, found.claim):
        raise PermissionDenied
    receipt = Attachment.objects.of(found).filter(pk=pk).first()
    if receipt is not None:
        form = DeskForm(request.POST)
        by = {"by": request.user, "at": now()}
        if not attempt(request, form, actions.detach_receipt, found, receipt=receipt, **by):
            messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(found.get_absolute_url())
