"""Two people change one record: what both stays, what is refused."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from crmservice.activity.changing import change
from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from tests.factories.contracts import ContractTypeFactory, ServiceContractFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def write():
    customer = CustomerFactory(city="沈阳市", note="")
    by = EmployeeFactory()

    def change_it(seen=customer.version, **values):
        return change(customer, values, verb="customers.changed", by=by, at=AT, version=seen)

    return change_it


def test_changes_of_different_fields_both_stay(write):
    write(note="先打电话")

    after = write(city="大连市")

    assert (after.note, after.city) == ("先打电话", "大连市")


def test_a_field_left_as_it_was_seen_does_not_undo_anothers_change(write):
    write(note="先打电话")
    write(seen=2, note="先打电话，再发邮件")

    after = write(note="", city="大连市")

    assert (after.note, after.city) == ("先打电话，再发邮件", "大连市")


def test_two_changes_of_one_field_are_refused(write):
    write(note="先打电话")

    with pytest.raises(DomainError) as no:
        write(note="不要打电话")

    assert no.value.field == "note"


def test_two_people_who_wrote_the_same_do_not_disagree(write):
    write(note="先打电话")

    assert write(note="先打电话").note == "先打电话"


def test_a_catalogues_name_is_the_same_in_either_language(people):
    full, other = ContractTypeFactory(), ContractTypeFactory(code="PM", name_zh="保养")
    contract = ServiceContractFactory(type=full)
    who = {"verb": "contracts.changed", "at": AT, "version": contract.version}
    with override("zh-hans"):
        change(contract, {"type": other}, by=people.service_manager, **who)

    after = change(contract, {"type": full, "note": "续签"}, by=people.sales, **who)

    told = Activity.objects.filter(verb="contracts.changed").earliest("pk")
    assert (after.type, after.note) == (other, "续签")
    assert told.details["changes"]["type"][0] == full.names
