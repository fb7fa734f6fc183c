"""The fault model: recognised in what a caller says, its causes by what was observed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from dispatch.queries import preparation
from knowledge.models import PossibleCause, Symptom
from knowledge.queries import probable, recognised
from service_requests.queries.learning import OBSERVED_BACK
from tests.factories.assets import AssetFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.knowledge import FaultCodeFactory, PossibleCauseFactory, SymptomFactory
from tests.factories.service_requests import OPENED_AT, ServiceRequestFactory

HOUR = timedelta(hours=1)
AT = OPENED_AT + 24 * HOUR
CAUSE = {"check_zh": "看", "check_en": "", "remedy_zh": "换", "remedy_en": ""}


@pytest.fixture
def leak(people):
    """Two causes: the seal was it twice at the device's model, the hose once at another."""
    symptom = SymptomFactory(words="底部滴油\npump dripping")
    seal, hose = FaultCodeFactory(), FaultCodeFactory(code="HOSE", name_zh="软管", name_en="Hose")
    for code in (hose, seal):
        PossibleCauseFactory(symptom=symptom, fault_code=code)
    return symptom


@pytest.fixture
def device(leak):
    seal, hose = FaultCodeFactory(), FaultCodeFactory(code="HOSE")
    device, other = AssetFactory(), AssetFactory()
    assert device.model != other.model
    for asset, code in ((device, seal), (device, seal), (other, hose)):
        ServiceRequestFactory(asset=asset, resolved=True, fault_code=code)
    ServiceRequestFactory(asset=device, fault_code=hose)  # not solved yet
    return device


@pytest.mark.parametrize(
    ("said", "is_it"),
    [
        ("客户说油泵漏油，停机也不停", True),
        ("泵的底部滴油", True),
        ("The pump is DRIPPING again", True),
        ("油泵异响", False),
        ("漏油", False),
    ],
)
def test_a_symptom_is_recognised_in_what_is_said(leak, said, is_it):
    assert [each.symptom for each in recognised(said, "", at=AT)] == [leak] * is_it


def shown(recognised_causes):
    return [(each.cause.fault_code.code, each.times, each.percent) for each in recognised_causes]


def test_causes_come_by_what_was_observed_at_the_model(leak, device):
    at_model, at_all = (probable([leak], code, at=AT)[0].causes for code in (device.model.code, ""))

    assert shown(at_model) == [("SEAL", 2, 100), ("HOSE", 0, 0)]
    assert shown(at_all) == [("SEAL", 2, 67), ("HOSE", 1, 33)]


def test_what_is_older_than_two_years_is_not_counted(leak, device):
    solved_at = OPENED_AT + 4 * HOUR
    second = timedelta(seconds=1)

    last, over = (
        probable([leak], "", at=solved_at + OBSERVED_BACK + late)[0].causes
        for late in (timedelta(), second)
    )

    assert [each.times for each in last] == [2, 1]
    assert shown(over) == [("HOSE", 0, None), ("SEAL", 0, None)]


def test_the_call_and_the_preparation_are_guided(leak, device, logged_in, people):
    request = ServiceRequestFactory(asset=device, subject="油泵漏油")
    task = TaskFactory(service_request=request, asset=device, customer=request.customer)
    client = logged_in("service_manager")

    page = client.get(
        reverse("knowledge:suggest"), {"description": "泵的底部滴油"}
    ).content.decode()

    assert "停机后看泵底是否仍滴油。" in page
    assert [each.symptom for each in preparation(task, people.service_manager, at=AT).symptoms] == [
        leak
    ]


def test_the_fault_model_is_kept_by_those_who_review(logged_in):
    seal, client = FaultCodeFactory(), logged_in("senior_engineer")
    client.post(
        reverse("knowledge:add_symptom"),
        {"code": "NOISE", "name_zh": "异响", "name_en": "Noise", "words": ""},
    )
    symptom = Symptom.objects.get()
    add = reverse("knowledge:add_cause", args=["NOISE"])
    client.post(add, {**CAUSE, "fault_code": seal.pk})
    cause = PossibleCause.objects.get()

    twice = client.post(add, {**CAUSE, "fault_code": seal.pk})
    changed = {**CAUSE, "fault_code": seal.pk, "check_zh": "听", "version": 1}
    client.post(reverse("knowledge:edit_cause", args=[cause.pk]), changed)
    page = client.get(symptom.get_absolute_url()).content.decode()
    client.post(reverse("knowledge:remove_cause", args=[cause.pk]))

    assert twice.status_code == 422
    assert "听" in page
    assert (
        "removed the possible cause SEAL" in client.get(symptom.get_absolute_url()).content.decode()
    )
    assert not PossibleCause.objects.exists()
