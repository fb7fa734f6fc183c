"""What each person wants to hear where, and each message on its way out of the house."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.delivery.choices import Channel
from crmservice.delivery.quiet import after_quiet

EVENING, MORNING = time(21), time(7)


def all_kinds() -> list[str]:
    return list(NoticeKind.values)


def mailed_kinds() -> list[str]:
    """All but the news, which can wait for the inbox to be opened."""
    return [kind.value for kind in NoticeKind if kind != NoticeKind.NEWS]


def own_zone() -> str:
    return settings.TIME_ZONE


class Preference(models.Model):
    """The channels that a person chose per kind of notice, and the hours in which mail rests.

    Whoever has no row has what a new row has. Urgent kinds go through quiet hours.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference"
    )
    inbox = models.JSONField(default=all_kinds)
    mail = models.JSONField(default=mailed_kinds)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=EVENING)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, default=MORNING)
    time_zone = models.CharField(_("time zone"), max_length=40, default=own_zone)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="quiet_hours_have_both_ends",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.user)

    def wants(self, channel: Channel, kind: NoticeKind) -> bool:
        return kind in (self.inbox if channel == Channel.INBOX else self.mail)

    def mail_at(self, at: datetime, kind: NoticeKind) -> datetime:
        """The earliest moment for a mail of this kind."""
        if kind.is_urgent:
            return at
        return after_quiet(at, begins=self.quiet_from, ends=self.quiet_until, zone=self.time_zone)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        """Not sent, not given up, and no part of another's mail."""
        return self.filter(sent_at=None, dead_at=None, sent_with=None)

    def due(self, at: datetime) -> Self:
        """To be tried now: its time has come and nobody has it in hand.

        A lease that ends later than any lease could is one from before the clock was set back.
        """
        lease = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
        is_free = Q(lease_until=None) | Q(lease_until__lte=at) | Q(lease_until__gt=at + 2 * lease)
        return self.waiting().filter(is_free, due_at__lte=at)

    def dead(self) -> Self:
        return self.filter(dead_at__isnull=False, sent_with=None)

    def letter_of(self, lead: Delivery) -> Self:
        """All rows that go in the mail of `lead`."""
        return self.filter(Q(pk=lead.pk) | Q(sent_with=lead))


class Delivery(models.Model):
    """One activity on its way to one recipient by one channel, written with its notification.

    The recipient is an employee, or an address outside the house with its language. `message_id`
    is made with the row: whoever gets the mail twice after a crash can tell. `due_at` is the next
    try; after `give_up_at` the row is a dead letter (`dead_at`). Several for one person may go in
    one mail: then `sent_with` names the row whose mail it is.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.MAIL)
    kind = models.CharField(max_length=10, choices=NoticeKind, default=NoticeKind.NEWS)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    message_id = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    sent_with = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="companions"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                name="one_delivery_per_person",
                fields=["activity", "channel", "recipient"],
                condition=Q(recipient__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_delivery_per_address",
                fields=["activity", "channel", "address"],
                condition=Q(recipient=None),
            ),
            models.CheckConstraint(
                name="delivery_has_recipient_or_address",
                condition=Q(recipient__isnull=False, address="")
                | (Q(recipient=None) & ~Q(address="")),
            ),
            models.CheckConstraint(
                name="delivery_is_not_sent_and_dead",
                condition=Q(sent_at=None) | Q(dead_at=None),
            ),
        )
        indexes = (
            models.Index(
                name="deliveries_due",
                fields=["due_at", "id"],
                condition=Q(sent_at=None, dead_at=None, sent_with=None),
            ),
            models.Index(
                name="deliveries_dead", fields=["dead_at"], condition=Q(dead_at__isnull=False)
            ),
            models.Index(
                name="deliveries_to_person",
                fields=["recipient", "channel", "due_at"],
                condition=Q(sent_at=None, dead_at=None, sent_with=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.address or self.recipient}: {self.activity.subject_name}"


class Outgoing(models.Model):
    """How a channel's server is: kept by whoever sends, so that one process at a time asks a server
    that does not answer.
    """

    channel = models.CharField(max_length=10, choices=Channel, unique=True)
    answered_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.channel
