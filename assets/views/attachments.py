"""Documents of an asset: drawings, test reports, photos of the plate."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from assets.models import Asset
from crmservice.attachments import showing
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest


def find(request: StaffRequest, serial_no: str) -> Asset:
    changeable = Asset.objects.changeable_by(request.user).select_related("customer")
    return get_object_or_404(changeable, serial_no=serial_no)


@allowed("assets.change")
def attach(request: StaffRequest, serial_no: str) -> HttpResponse:
    asset = find(request, serial_no)
    back_url = asset.get_absolute_url()
    return showing.add(request, asset, about=(asset.customer,), back_url=back_url)


@allowed("assets.change")
@require_POST
def detach(request: StaffRequest, serial_no: str, pk: int) -> HttpResponse:
    asset = find(request, serial_no)
    return showing.take_off(request, asset, pk, back_url=asset.get_absolute_url())
