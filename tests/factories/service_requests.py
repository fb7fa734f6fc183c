from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from contracts.choices import Cover
from contracts.entitlement import Entitlement, Promises, Reason, to_json
from service_requests import models
from service_requests.choices import Channel, Kind, Severity, Status, Target, Trigger, Turn
from tests.factories.assets import AssetFactory
from tests.factories.customers import CustomerFactory
from tests.factories.employees import EmployeeFactory, WorkingCalendarFactory

OPENED_AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
HOUR = timedelta(hours=1)


def frozen_entitlement(request):
    """The frozen default promise: 4 h response, 24 h resolve in 5×8."""
    calendar = WorkingCalendarFactory()
    return to_json(
        Entitlement(
            cover=Cover(request.cover),
            contract_id=request.contract.pk if request.contract else None,
            contract_number=request.contract.number if request.contract else "",
            tier_id=request.tier.pk,
            tier_code=request.tier.code,
            calendar_id=calendar.pk,
            calendar_code=calendar.code,
            promises=Promises(response_minutes=240, resolve_minutes=1440),
            free=(),
            charged=(),
            onsite_rate=None,
            parts_discount=request.tier.parts_discount,
            reason=Reason("no_asset", {"tier_zh": "一般客户", "tier_en": "Small"}),
        )
    )


class ServiceRequestFactory(DjangoModelFactory):
    """A row as it stands in the table, without clocks; tests of clocks log one by `actions.log`."""

    class Meta:
        model = models.ServiceRequest
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"SR-2026-{n + 5000:04d}")
    channel = Channel.PHONE
    kind = Kind.FAULT
    severity = Severity.NORMAL
    subject = "主轴异响，无法加工"
    customer = factory.SubFactory(CustomerFactory)
    tier = factory.SelfAttribute("customer.tier")
    cover = Cover.OUT_OF_WARRANTY
    contract = None
    entitlement = factory.LazyAttribute(frozen_entitlement)
    opened_at = OPENED_AT
    queue_at = factory.SelfAttribute("opened_at")
    owner = factory.SubFactory(EmployeeFactory)
    first_responder = factory.SelfAttribute("owner")

    class Params:
        on_asset = factory.Trait(
            asset=factory.SubFactory(AssetFactory, customer=factory.SelfAttribute("..customer"))
        )
        unowned = factory.Trait(owner=None)
        accepted = factory.Trait(
            status=Status.IN_PROGRESS, accepted_at=factory.SelfAttribute("opened_at")
        )
        resolved = factory.Trait(
            status=Status.RESOLVED,
            resolved_at=factory.LazyAttribute(lambda o: o.opened_at + 4 * HOUR),
            resolution="更换轴封",
        )
        closed = factory.Trait(
            status=Status.CLOSED,
            resolved_at=factory.LazyAttribute(lambda o: o.opened_at + 4 * HOUR),
            closed_at=factory.LazyAttribute(lambda o: o.opened_at + 8 * HOUR),
            resolution="更换轴封",
        )
        cancelled = factory.Trait(
            status=Status.CANCELLED,
            cancelled_at=factory.LazyAttribute(lambda o: o.opened_at + HOUR),
        )

    @factory.post_generation
    def outlets(self, create, outlets, **_kwargs):
        """Those given, else the owner's."""
        if not create:
            return
        if outlets is None:
            outlets = [self.owner.outlet] if self.owner else []
        self.outlets.set(outlets)


class SlaTimerFactory(DjangoModelFactory):
    class Meta:
        model = models.SlaTimer

    service_request = factory.SubFactory(ServiceRequestFactory)
    target = Target.RESPONSE
    calendar = factory.SubFactory(WorkingCalendarFactory)
    minutes = 240
    started_at = factory.SelfAttribute("service_request.opened_at")
    due_at = factory.LazyAttribute(lambda o: o.started_at + 4 * HOUR)
    risk_at = factory.LazyAttribute(lambda o: o.started_at + 3 * HOUR)


class HoldReasonFactory(DjangoModelFactory):
    """Waiting for the customer: restore and resolve stop."""

    class Meta:
        model = models.HoldReason
        django_get_or_create = ("code",)

    code = "customer"
    name_zh = "等待客户"
    name_en = "Waiting for the customer"
    turn = Turn.CUSTOMER
    holds_targets = factory.LazyFunction(
        lambda: [str(target) for target in (Target.ARRIVAL, Target.RESTORE, Target.RESOLVE)]
    )
    max_hours = 72

    class Params:
        parts = factory.Trait(
            code="parts",
            name_zh="等待备件",
            name_en="Waiting for parts",
            turn=Turn.PARTS,
            holds_targets=factory.LazyFunction(lambda: [str(Target.RESOLVE)]),
            max_hours=240,
        )


class HoldFactory(DjangoModelFactory):
    class Meta:
        model = models.Hold

    service_request = factory.SubFactory(ServiceRequestFactory, status=Status.WAITING)
    reason = factory.SubFactory(HoldReasonFactory)
    starts_at = factory.LazyAttribute(lambda o: o.service_request.opened_at + HOUR)
    expires_at = factory.LazyAttribute(lambda o: o.starts_at + 24 * HOUR)
    by = factory.SelfAttribute("service_request.owner")


class HandoverFactory(DjangoModelFactory):
    class Meta:
        model = models.Handover

    service_request = factory.SubFactory(ServiceRequestFactory)
    department = "sales"
    question = "可否给予优惠？"
    asked_by = factory.SelfAttribute("service_request.owner")
    asked_at = factory.LazyAttribute(lambda o: o.service_request.opened_at + HOUR)
    due_at = factory.LazyAttribute(lambda o: o.asked_at + 24 * HOUR)


class WarningPolicyFactory(DjangoModelFactory):
    """Those of the migrations."""

    class Meta:
        model = models.WarningPolicy
        django_get_or_create = ("target",)

    target = Target.RESPONSE


class EscalationRuleFactory(DjangoModelFactory):
    """Three quarters of the arrival used, of critical requests."""

    class Meta:
        model = models.EscalationRule

    trigger = Trigger.TIME_USED
    threshold = 75
    ring = 2
    target = Target.ARRIVAL
    severity = Severity.CRITICAL


class EscalationFactory(DjangoModelFactory):
    class Meta:
        model = models.Escalation

    service_request = factory.SubFactory(ServiceRequestFactory)
    from_ring = 1
    to_ring = 2
    to = factory.SubFactory(EmployeeFactory)
    reason = "一小时仍未找到原因"
    by = factory.SelfAttribute("service_request.owner")
    at = factory.LazyAttribute(lambda o: o.service_request.opened_at + HOUR)


class SurveyDimensionFactory(DjangoModelFactory):
    class Meta:
        model = models.SurveyDimension
        django_get_or_create = ("code",)

    code = "speed"
    name_zh = "速度"
    name_en = "Speed"


class SurveyFactory(DjangoModelFactory):
    class Meta:
        model = models.Survey

    service_request = factory.SubFactory(ServiceRequestFactory, resolved=True)
    sent_at = factory.LazyAttribute(lambda o: o.service_request.opened_at + 5 * HOUR)
    expires_at = factory.LazyAttribute(lambda o: o.sent_at + timedelta(days=30))


class SurveyRoundFactory(DjangoModelFactory):
    class Meta:
        model = models.SurveyRound
        django_get_or_create = ("quarter",)

    quarter = "2026-Q1"
    size = 30
    drawn_by = factory.SubFactory(EmployeeFactory)
    drawn_at = OPENED_AT


class ComplaintFactory(DjangoModelFactory):
    class Meta:
        model = models.Complaint

    service_request = factory.SubFactory(ServiceRequestFactory, kind=Kind.COMPLAINT)
    acknowledge_due_at = factory.LazyAttribute(lambda o: o.service_request.opened_at + 4 * HOUR)
    answer_due_at = factory.LazyAttribute(lambda o: o.service_request.opened_at + 40 * HOUR)
    remind_at = factory.LazyAttribute(lambda o: o.acknowledge_due_at)


def sampled_survey(customer, **words):
    """One of a quarter's sample."""
    given = {"round": SurveyRoundFactory(), "customer": customer, "sent_at": OPENED_AT}
    return SurveyFactory(service_request=None, **given, **words)


class CallBackFactory(DjangoModelFactory):
    class Meta:
        model = models.CallBack

    survey = factory.SubFactory(SurveyFactory)
    low = factory.LazyFunction(lambda: {"nps": 3})
    opened_at = factory.LazyAttribute(lambda o: o.survey.sent_at + HOUR)
    due_at = factory.LazyAttribute(lambda o: o.opened_at + 8 * HOUR)


class SurveyScoreFactory(DjangoModelFactory):
    class Meta:
        model = models.SurveyScore

    survey = factory.SubFactory(SurveyFactory)
    dimension = factory.SubFactory(SurveyDimensionFactory)
    score = 4


class RecalculationFactory(DjangoModelFactory):
    class Meta:
        model = models.Recalculation

    calendar = factory.SubFactory(WorkingCalendarFactory)
    asked_by = factory.SubFactory(EmployeeFactory)
    asked_at = OPENED_AT
    total = 0
