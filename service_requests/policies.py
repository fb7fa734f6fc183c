"""Who may: predicates on (user, object). The state's own no is the action's."""

from employees.models import Employee
from employees.permissions import Scope
from service_requests.models import CallBack, Handover, ServiceRequest


def may_work(user: Employee, service_request: ServiceRequest) -> bool:
    """Accept, transfer, hold, answer, resolve and so on."""
    return reaches(user, "service_requests.work", service_request)


def may_take_over(user: Employee, service_request: ServiceRequest) -> bool:
    """Who stands in the ring to which it has climbed, and who was told so; not the owner."""
    if service_request.ring == 1 or service_request.owner_id == user.pk:
        return False
    if not may_work(user, service_request):
        return False
    is_in_ring = user.ring >= service_request.ring
    return is_in_ring or service_request.escalations.filter(to=user.pk).exists()


def may_merge(user: Employee, service_request: ServiceRequest, into: ServiceRequest) -> bool:
    """Who works on both."""
    return may_work(user, service_request) and may_work(user, into)


def may_undo_merge(user: Employee, service_request: ServiceRequest) -> bool:
    into = service_request.merged_into
    return into is not None and may_merge(user, service_request, into)


def may_close(user: Employee, service_request: ServiceRequest) -> bool:
    return reaches(user, "service_requests.close", service_request)


def may_close_unasked(user: Employee, service_request: ServiceRequest) -> bool:
    return reaches(user, "service_requests.close_unasked", service_request)


def may_refuse_cover(user: Employee, service_request: ServiceRequest) -> bool:
    return reaches(user, "service_requests.refuse_cover", service_request)


def may_survey(user: Employee, service_request: ServiceRequest) -> bool:
    return reaches(user, "service_requests.survey", service_request)


def may_call_back(user: Employee, call_back: CallBack) -> bool:
    """Who sees the answer may call; once is enough."""
    return call_back.done_at is None and user.may("service_requests.survey")


def may_answer_handover(user: Employee, handover: Handover) -> bool:
    """Who was asked; where only a department was asked, whoever may answer; and who works on the
    request.
    """
    if not user.may("service_requests.answer_handover"):
        return False
    return handover.asked_of_id in {None, user.pk} or may_work(user, handover.service_request)


def may_withdraw_handover(user: Employee, handover: Handover) -> bool:
    """Who asked, and who works on the request."""
    return handover.asked_by_id == user.pk or may_work(user, handover.service_request)


def reaches(user: Employee, action: str, service_request: ServiceRequest) -> bool:
    """Whether the scope of the person's `action` takes in this request."""
    scope = user.scope_of(action) if user.is_active else None
    if scope == Scope.OUTLET:
        return user.outlet_id in {outlet.pk for outlet in service_request.outlets.all()}
    if scope == Scope.OWN:
        return service_request.owner_id == user.pk
    return scope == Scope.ALL
