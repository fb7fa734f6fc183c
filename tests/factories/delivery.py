from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from crmservice.activity.models import Activity, Notification, TellingFailure
from crmservice.delivery.models import Delivery

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
HOURS_72 = timedelta(hours=72)


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    subject_type = "customers.customer"
    subject_id = 1
    subject_name = factory.Sequence(lambda n: f"Pump {n}")
    subject_url = "/customers/"
    verb = "customers.changed"
    at = NOON


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = Notification

    activity = factory.SubFactory(ActivityFactory, told_at=NOON)


class DeliveryFactory(DjangoModelFactory):
    """Due at noon for an address outside the house; `dead` was given up."""

    class Meta:
        model = Delivery

    class Params:
        dead = factory.Trait(dead_at=NOON, attempts=9, last_error="SMTPDataError: later")

    activity = factory.SubFactory(ActivityFactory, told_at=NOON)
    address = "customer@example.com"
    message_id = factory.Sequence(lambda n: f"<{n}@example.com>")
    due_at = NOON
    give_up_at = NOON + HOURS_72


class TellingFailureFactory(DjangoModelFactory):
    class Meta:
        model = TellingFailure

    class Params:
        dead = factory.Trait(dead_at=NOON, attempts=9)

    activity = factory.SubFactory(ActivityFactory)
    retry_at = NOON
    give_up_at = NOON + HOURS_72
    error = "LookupError: no such model"
