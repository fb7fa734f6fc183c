"""Whether a visit repeats an earlier one: the same device and the same fault, too soon after it."""

from assets.models import Asset
from dispatch.choices import AT_THE_CUSTOMER, Status
from dispatch.models import Task
from employees.models import Employee
from service_requests.models import ServiceRequest
from service_requests.queries import REPEAT_WITHIN


def repeated_visit(task: Task) -> Task | None:
    """The visit that this one repeats: done on the same device for the same fault code, within
    REPEAT_WITHIN_DAYS before this one was made; the latest of several.

    The device is the top of the asset tree. What goes on after a visit that did not solve it is no
    repetition.
    """
    if task.device is None or task.kind not in AT_THE_CUSTOMER or not task.service_request_id:
        return None
    code = ServiceRequest.objects.values_list("fault_code", flat=True).get(
        pk=task.service_request_id
    )
    if code is None:
        return None
    earlier = Task.objects.filter(
        asset__in=Asset.objects.within(task.device),
        kind__in=AT_THE_CUSTOMER,
        status=Status.DONE,
        service_request__fault_code=code,
        finished_at__lte=task.created_at,
        finished_at__gte=task.created_at - REPEAT_WITHIN,
    )
    return earlier.exclude(pk=task.pk).order_by("-finished_at", "-pk").first()


def visit_before(task: Task, user: Employee) -> Task | None:
    """The repeated visit with its report and parts, for who may see it."""
    if task.repeat_of_id is None:
        return None
    visible = Task.objects.visible_to(user).select_related("assignee", "work_report")
    return visible.prefetch_related("parts_used__part").filter(pk=task.repeat_of_id).first()
