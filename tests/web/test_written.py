"""Statements that are written once, and asked with other values each time."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import path, resolve
from django.views.generic import View

from crmservice.web import routes
from crmservice.written import Given, ask, put_beside, written
from service_requests.models import ServiceRequest
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.factories.service_requests import ServiceRequestFactory, SlaTimerFactory

pytestmark = pytest.mark.django_db


def opened_by():
    rows = ServiceRequest.objects.filter(opened_at__lte=Given("at"), kind=Given("kind"))
    return rows.select_related("customer").order_by("pk")


def by_number(requests):
    return requests.filter(number=Given("number"))


def test_a_written_statement_reads_the_rows_of_the_values_it_is_given():
    early = ServiceRequestFactory(kind="fault")
    late = ServiceRequestFactory(kind="fault", opened_at=early.opened_at + timedelta(hours=1))
    statement = written(opened_by)

    assert statement.rows(at=early.opened_at, kind="fault") == [early]
    assert statement.rows(at=late.opened_at, kind="fault") == [early, late]
    assert statement.rows(at=late.opened_at, kind="enquiry") == []
    assert written(opened_by) is statement


def test_its_records_are_those_of_the_orm(django_assert_num_queries):
    request = ServiceRequestFactory(kind="fault")

    with django_assert_num_queries(1):
        [found] = written(opened_by).rows(at=request.opened_at, kind="fault")
        assert found.customer.name == request.customer.name
    assert found.entitlement == request.entitlement
    assert found.opened_at == request.opened_at


def test_a_value_that_is_not_given_or_not_asked_for_is_an_error():
    ServiceRequestFactory()

    for given in ({}, {"kind": "fault"}, {"at": None, "kind": "fault"}):
        with pytest.raises(TypeError):
            written(opened_by).rows(**given)
    with pytest.raises(TypeError):
        written(ServiceRequest.objects.all).rows(kind="fault")


def test_everybody_finds_what_is_there_for_them():
    here, there = OutletFactory(), OutletFactory(partner=True)
    head = EmployeeFactory(role="department_head")
    engineers = [EmployeeFactory(role="field_engineer", outlet=each) for each in (here, there)]
    request = ServiceRequestFactory(owner=engineers[0])
    request.outlets.set([here])

    def found(reader):
        return ask(by_number, ServiceRequest.objects.visible_to(reader), number=request.number)

    assert [found(each) for each in (head, *engineers)] == [[request], [request], []]
    assert found(head) == [request]
    assert ask(by_number, ServiceRequest.objects.none(), number=request.number) == []


def test_rows_beside_a_record_are_its_own(django_assert_num_queries):
    timer = SlaTimerFactory()
    request = ServiceRequest.objects.get(pk=timer.service_request_id)

    put_beside(request, "sla_timers", [timer])

    with django_assert_num_queries(0):
        assert list(request.sla_timers.all()) == [timer]
        assert request.sla_timers.all()[0].service_request is request
    with django_assert_num_queries(1):
        assert request.sla_timers.filter(pk=timer.pk).get() == timer


def test_an_address_is_looked_for_in_the_apps_that_begin_with_its_first_step():
    assert resolve("/requests/new/").view_name == "service_requests:log"
    assert resolve("/sw.js").app_name == "dispatch"
    with pytest.raises(ImproperlyConfigured):
        routes.app(([path("<number:number>/", View.as_view())], "anything"))
    assert routes.app(([path("one/", View.as_view())], "some")).resolve("one/").app_names == [
        "some"
    ]
