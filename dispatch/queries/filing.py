"""The files of tasks."""

from django.db.models import Q

from crmservice.attachments.models import Attachment, AttachmentQuerySet
from dispatch.models import Task
from employees.models import Employee
from service_requests.models import ServiceRequest


def files_of(service_request: ServiceRequest, user: Employee) -> AttachmentQuerySet:
    """Those of a request and of its tasks that `user` sees."""
    visits = Task.objects.visible_to(user).filter(service_request=service_request)
    own = Q(subject_type=service_request._meta.label_lower, subject_id=service_request.pk)
    label, pks = Task._meta.label_lower, visits.order_by().values("pk")
    theirs = Q(subject_type=label, subject_id__in=pks)
    return Attachment.objects.filter(own | theirs)
