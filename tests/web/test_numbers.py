"""Numbers of records in addresses."""

import pytest
from django.urls import resolve, reverse
from hypothesis import example, given
from hypothesis import strategies as st

from crmservice.web.numbers import NumberConverter
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.service_requests import ServiceRequestFactory


@given(st.text(min_size=1))
@example("2026/0017")
@example("%2F%25/")
def test_a_number_is_one_step_and_comes_back_as_it_was(number):
    converter = NumberConverter()

    assert "/" not in converter.to_url(number)
    assert converter.to_python(converter.to_url(number)) == number


@pytest.mark.parametrize("number", ["SR/2026/0017", "50%", "A/edit", "请求/1号 #2?"])
def test_records_are_found_by_whatever_number_the_company_gave_them(logged_in, number):
    request = ServiceRequestFactory(number=number, customer=CustomerFactory(code=number))
    task = TaskFactory(number=number, service_request=request)
    client = logged_in("department_head")

    for record in (request, request.customer, task):
        assert client.get(record.get_absolute_url()).status_code == 200
    assert number in client.get(reverse("service_requests:index")).content.decode()
    assert client.get(reverse("dispatch:job", args=[number])).status_code in {200, 403}
    assert resolve("/requests/SR%2F1/edit/").view_name == "service_requests:edit"
