"""Files of a request: what the customer sent, photos, test results."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from crmservice.attachments import showing
from crmservice.web.access import allowed
from crmservice.web.http import StaffRequest
from service_requests import policies, queries
from service_requests.models import ServiceRequest


def find(request: StaffRequest, number: str) -> ServiceRequest:
    """Its page says who may work on it: 404 for who does not see it, 403 for who only reads. Of a
    merged one it is that which it goes on in.
    """
    visible = ServiceRequest.objects.visible_to(request.user).select_related("customer", "asset")
    service_request = get_object_or_404(visible, number=number)
    if not policies.may_work(request.user, service_request):
        raise PermissionDenied
    return queries.survivor_of(service_request)


@allowed("service_requests.work")
def attach(request: StaffRequest, number: str) -> HttpResponse:
    service_request = find(request, number)
    about = (service_request.customer, service_request.asset)
    back_url = service_request.get_absolute_url()
    return showing.add(request, service_request, about=about, back_url=back_url)


@allowed("service_requests.work")
@require_POST
def detach(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    service_request = find(request, number)
    back_url = service_request.get_absolute_url()
    return showing.take_off(request, service_request, pk, back_url=back_url)
