"""Photos and files of a task, from the desk and from the tablet."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmservice.attachments import showing
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from dispatch import actions, policies
from dispatch.models import Task


def find(request: StaffRequest, number: str) -> Task:
    visible = Task.objects.visible_to(request.user)
    beside = ("service_request", "customer", "asset__root", "contract")
    task = get_object_or_404(visible.select_related(*beside), number=number)
    if not policies.may_attach(request.user, task):
        raise PermissionDenied
    return task


def back_url(request: StaffRequest, task: Task) -> str:
    """The engineer goes back to the work order, the desk to the task."""
    if request.user.pk in task.people and request.user.may("dispatch.carry_out"):
        return f"{reverse('dispatch:job', args=[task.number])}#photos"
    return task.get_absolute_url()


@allowed("dispatch.view")
def attach(request: StaffRequest, number: str) -> HttpResponse:
    task = find(request, number)
    about = actions.about(task)
    back = back_url(request, task)
    return showing.add(
        request, task, about=about, for_customer=True, back_url=back, attach=actions.attach
    )


@allowed("dispatch.view")
@require_POST
def detach(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    task = find(request, number)
    if task.checklist.filter(photo=pk).exists():
        messages.error(request, _("This photo answers a point of the checklist."))
        return redirect(back_url(request, task))
    return showing.take_off(request, task, pk, back_url=back_url(request, task))
