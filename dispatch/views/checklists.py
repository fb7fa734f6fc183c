"""The checklist on the tablet: each point is answered by itself."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from dispatch import actions
from dispatch.forms import ItemForm
from dispatch.views.tablet import find, render_job


@allowed("dispatch.carry_out")
@require_POST
def answer_item(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    task, form = find(request, number), ItemForm(request.POST, request.FILES)
    item = get_object_or_404(task.checklist, pk=pk)
    outcome = attempt(
        request,
        form,
        actions.answer_item,
        task,
        item=item,
        answer=lambda: form.cleaned_data["answer"],
        photo=lambda: form.picture,
        by=request.user,
        at=now(),
    )
    if outcome:
        return redirect(f"{reverse('dispatch:job', args=[number])}#checklist")
    return render_job(request, find(request, number), form, status=422)
