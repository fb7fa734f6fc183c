"""The checklist, on the tablet and at the desk: each point is answered by itself."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from crmservice.web.access import allowed
from crmservice.web.attempt import Outcome, attempt
from crmservice.web.http import StaffRequest
from dispatch import actions, policies
from dispatch.forms.working import ItemForm
from dispatch.models import Task
from dispatch.views import desk
from dispatch.views.tablet import find, render_job


@allowed("dispatch.carry_out")
@require_POST
def answer_item(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    task = find(request, number)
    form = form_of(request, task, pk)
    if answered(request, task, form):
        return redirect(f"{reverse('dispatch:job', args=[number])}#checklist")
    return render_job(request, find(request, number), form, status=422)


@allowed("dispatch.view")
@require_POST
def answer_at_desk(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """For who reads it out on the telephone, or works at the desk."""
    task = desk.find(request, number)
    if not policies.may_check(request.user, task):
        raise PermissionDenied
    form = form_of(request, task, pk)
    if answered(request, task, form):
        return redirect(f"{task.get_absolute_url()}#checklist")
    return desk.render_detail(request, desk.find(request, number), form, status=422)


def form_of(request: StaffRequest, task: Task, pk: int) -> ItemForm:
    item = get_object_or_404(task.checklist, pk=pk)
    return ItemForm(request.POST, request.FILES, item=item)


def answered(request: StaffRequest, task: Task, form: ItemForm) -> Outcome:
    return attempt(
        request,
        form,
        actions.answer_item,
        task,
        item=form.item,
        answer=lambda: form.cleaned_data["answer"],
        photo=lambda: form.picture,
        by=request.user,
        at=now(),
    )
