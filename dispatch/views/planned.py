"""What a plan owes and has no task any more: a dispatcher makes one again."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assets.models import Occurrence
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.text import day
from crmservice.web.verbs import carry_out
from customers.models import CareTouch
from dispatch import actions
from dispatch.forms.verbs import VerbForm


@allowed("dispatch.plan")
def plan_turn(request: StaffRequest, pk: int) -> HttpResponse:
    visible = Occurrence.objects.visible_to(request.user).select_related("plan__asset__customer")
    return again(request, get_object_or_404(visible, pk=pk))


@allowed("dispatch.plan")
def plan_touch(request: StaffRequest, pk: int) -> HttpResponse:
    visible = CareTouch.objects.visible_to(request.user).described()
    return again(request, get_object_or_404(visible, pk=pk))


def again(request: StaffRequest, owed: Occurrence | CareTouch) -> HttpResponse:
    days = f"{day(owed.earliest_on)} – {day(owed.latest_on)}"
    return carry_out(
        request,
        owed,
        VerbForm,
        actions.plan_again,
        title=_("Plan a task"),
        submit=_("Plan a task"),
        said=_("The task is planned; nobody has it yet."),
        about=days,
        hint=_("It is still owed and has no task: the last one was cancelled."),
        symbol="calendar",
    )
