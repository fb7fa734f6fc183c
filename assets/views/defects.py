"""What is known to be wrong with a device: noted and cleared at the desk."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assets import actions, policies
from assets.forms import ClearForm, DefectForm
from assets.models import Defect
from assets.views.installed import changeable
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from crmservice.web.verbs import carry_out


@allowed("assets.change")
def note(request: StaffRequest, serial_no: str) -> HttpResponse:
    return carry_out(
        request,
        changeable(request, serial_no, policies.may_change),
        DefectForm,
        actions.note_defect,
        title=_("Note a defect"),
        submit=_("Note"),
        said=_("The defect is noted."),
        hint=_("It stays on the page of the asset, and whoever comes next is told of it."),
        symbol="alert-triangle",
    )


@allowed("assets.change")
def clear(request: StaffRequest, serial_no: str, pk: int) -> HttpResponse:
    asset = changeable(request, serial_no, policies.may_change)
    defect = get_object_or_404(Defect.objects.filter(asset=asset), pk=pk)
    return carry_out(
        request,
        defect,
        ClearForm,
        actions.clear_defect,
        title=_("Clear a defect"),
        submit=_("Clear"),
        said=_("The defect is cleared."),
        about=defect.text,
        symbol="checks",
    )
