"""A complaint is acknowledged and answered in time; goodwill is given within authority."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import BeyondAuthorityError, DomainError
from employees import actions as employees
from employees.queries import authority_used_by
from service_requests import actions, notices, queries
from service_requests.models import Complaint
from tests.factories.employees import AuthorityFactory
from tests.factories.service_requests import ComplaintFactory, ServiceRequestFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def complaint(people):
    manager = people.service_manager
    request = ServiceRequestFactory(
        kind="complaint", owner=manager, outlets=[manager.outlet], opened_at=AT
    )
    return ComplaintFactory(service_request=request)


def test_it_goes_from_acknowledged_to_answered_and_only_then_closes(complaint, people):
    given = {"by": people.service_manager, "at": AT + HOUR}
    with pytest.raises(DomainError, match="what was behind"):
        actions.remedy(complaint, remedy="退款", **given)
    with pytest.raises(DomainError, match="what is done"):
        actions.answer_complaint(complaint, text="抱歉", **given)
    actions.acknowledge(complaint.service_request, text="已收到，周五前答复", **given)
    actions.investigate(
        complaint, cause="service", department="service", findings="工程师迟到", **given
    )
    actions.remedy(complaint, remedy="免费复查", measure="改派单规则", **given)
    request = complaint.service_request
    assert "not answered" in " ".join(queries.closing_objections(request, at=AT))

    done = actions.answer_complaint(complaint, text="致歉", **given)

    assert (done.stage, done.was_late, done.remind_at) == ("answered", False, None)
    assert not queries.closing_objections(request, at=AT)
    request.refresh_from_db()
    assert request.responded_at == AT + HOUR
    told = Activity.objects.filter(verb="service_requests.answered", visible=True)
    assert [each.text for each in told.order_by("pk")] == ["已收到，周五前答复", "致歉"]
    with pytest.raises(DomainError, match="answered already"):
        actions.remedy(complaint, remedy="再", **given)


def test_each_clock_is_told_of_once_and_late_stays_late(complaint, people):
    first, last = complaint.acknowledge_due_at, complaint.answer_due_at
    moments = (first - HOUR, first, first + HOUR, last, last + HOUR)

    assert [actions.record_late_complaints(at=at) for at in moments] == [0, 1, 0, 1, 0]

    verbs = Activity.objects.filter(verb__contains="complaint_un").order_by("pk")
    assert [each.verb.rpartition("_")[2] for each in verbs] == ["unacknowledged", "unanswered"]
    assert people.service_manager in notices.who_lets_it_lie(complaint.service_request, verbs[0])
    done = actions.acknowledge(
        complaint.service_request, text="好", by=people.service_manager, at=last + HOUR
    )
    assert done.was_late


def test_goodwill_beyond_authority_is_asked_for_in_place(complaint, people):
    manager, head = people.service_manager, people.department_head
    AuthorityFactory(role=manager.role, kind="goodwill", limit=500)
    AuthorityFactory(role=head.role, kind="goodwill", limit=5000)
    spent = ComplaintFactory(service_request__opened_at=AT)
    actions.give_goodwill(spent, amount=Decimal(300), reason="误工", by=manager, at=AT)

    with pytest.raises(BeyondAuthorityError, match="has ¥200"):
        actions.give_goodwill(complaint, amount=Decimal(201), reason="误工", by=manager, at=AT)
    question = actions.ask_for_goodwill(
        complaint, amount=Decimal(900), reason="大客户", by=manager, at=AT
    )
    employees.grant(question, by=head, at=AT)

    complaint.refresh_from_db()
    assert (complaint.goodwill_amount, complaint.goodwill_by) == (900, head)
    assert authority_used_by(head, at=AT) == {"goodwill": 900}
    with pytest.raises(DomainError, match="given already"):
        actions.give_goodwill(complaint, amount=Decimal(1), reason="再", by=manager, at=AT)


def test_the_desk_works_on_it_in_the_browser(complaint, logged_in, people):
    client, number = logged_in("service_manager"), complaint.service_request.number
    words = {
        "acknowledge": {"text": "已收到"},
        "investigate": {"cause": "speed", "department": "logistics", "findings": "备件晚到"},
        "remedy": {"remedy": "加急"},
        "answer_complaint": {"text": "备件晚到，已加急"},
    }
    for place, (verb, said) in enumerate(words.items()):
        url = reverse(f"service_requests:{verb}", args=[number])
        assert client.get(url).status_code == 200
        assert client.post(url, {**said, "once": f"{place}" * 20}).status_code == 302
    page = client.get(complaint.get_absolute_url()).content.decode()
    listed = client.get(reverse("service_requests:complaints")).content.decode()

    complaint.refresh_from_db()
    assert (complaint.stage, "备件晚到" in page, number in listed) == ("answered", True, True)
    assert client.get(complaint.service_request.get_absolute_url()).status_code == 200
    assert Complaint.objects.count() == 1
