"""The sweep that sends what is due: claim by an update, send outside the transaction, mark.

A process that is killed on the way leaves a lease, after which another sends; only between the
server's "250" and our mark does that make a duplicate, and then with the same Message-ID
(trust.md R-05).
"""

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from crmservice import faults
from crmservice.activity.choices import NoticeKind
from crmservice.activity.trail import subject_of
from crmservice.delivery.choices import Channel
from crmservice.delivery.letters import LETTERS, Letter, notice_of, notices_of
from crmservice.delivery.models import Delivery, Outgoing
from crmservice.delivery.writing import MERGED_WITHIN, wishes_of
from crmservice.retrying import GIVE_UP_AFTER, next_try

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
BATCH = 200
MOST_IN_ONE = 50
LONGEST_REST = 4  # as after so many tries: a server is asked again every four minutes at least
PERMANENT = 500  # SMTP replies from here on say that trying again does not help
GREETING = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
CLOSING = 421


def deliver_due(*, clock: Clock) -> int:
    """Send what is due, the oldest first; returns how many mails went out.

    One that fails is tried again later and stops no other. A server that does not answer ends the
    sweep: it is asked again after a while by one process, and the mails lose no try by it.
    """
    if not settings.EMAIL_URL or not is_open(at=clock()):
        return 0
    bury(at=clock())
    sent = 0
    with Post() as post:
        for pk in list(
            Delivery.objects.due(clock())
            .order_by("due_at", "pk")
            .values_list("pk", flat=True)[:BATCH]
        ):
            lead = claim(pk, at=clock())
            if lead is None:
                continue
            faults.point("delivery.claimed")
            try:
                post.send(message_of(lead))
            except Exception as error:  # a batch goes on past a bad row
                if is_of_the_server(error):
                    put_back(lead)
                    close(error, at=clock())
                    break
                log.exception("delivery %s failed", lead.pk)
                fail(lead, error, at=clock())
            else:
                faults.point("delivery.sent")
                mark_sent(lead, at=clock())
                sent += 1
        if sent:
            answered(at=clock())
    return sent


class Post:
    """One connection to the mail server for a sweep, opened when the first mail goes."""

    def __init__(self) -> None:
        self.connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def send(self, message: EmailMultiAlternatives) -> None:
        self.connection.open()
        self.connection.send_messages([message])


@transaction.atomic
def claim(pk: int, *, at: datetime) -> Delivery | None:
    """Take one row by a conditional update, and at its first try what else waits for its recipient.

    The next try is set before this one is made: a mail that kills its sender is tried as rarely as
    one that fails.
    """
    free = Delivery.objects.due(at).filter(pk=pk)
    lead = free.first()
    if lead is None:
        return None
    if rests(lead, free, at=at):
        return None
    won = free.filter(attempts=lead.attempts, due_at=lead.due_at).update(
        lease_until=at + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS),
        attempts=F("attempts") + 1,
        due_at=next_try(lead.attempts + 1, at=at),
    )
    if not won:
        return None
    if lead.attempts == 0 and lead.recipient_id:
        gather(lead, at=at)
    return Delivery.objects.select_related("activity__by", "recipient").get(pk=pk)


def rests(lead: Delivery, free: QuerySet[Delivery], *, at: datetime) -> bool:
    """Let a late mail, too, rest through its reader's quiet hours; that costs it no try."""
    if lead.recipient_id is None:
        return False
    wish = wishes_of([lead.recipient_id])[lead.recipient_id]
    morning = wish.mail_at(at, NoticeKind(lead.kind))
    if morning <= at:
        return False
    free.filter(due_at=lead.due_at).update(
        due_at=morning, give_up_at=lead.give_up_at + (morning - at)
    )
    return True


def oldest(deliveries: QuerySet[Delivery], count: int) -> list[int]:
    return list(deliveries.values_list("pk", flat=True)[:count])


def gather(lead: Delivery, *, at: datetime) -> None:
    """Let what is due for the same person within a minute go in this mail; alarms only with alarms
    that are due.
    """
    is_urgent = NoticeKind(lead.kind).is_urgent
    urgent = [kind for kind in NoticeKind if kind.is_urgent]
    others = Delivery.objects.waiting().filter(
        Q(kind__in=urgent) if is_urgent else ~Q(kind__in=urgent),
        recipient=lead.recipient_id,
        channel=lead.channel,
        attempts=0,
        lease_until=None,
        due_at__lte=at if is_urgent else at + MERGED_WITHIN,
    )
    pks = list(
        others.exclude(pk=lead.pk).order_by("pk").values_list("pk", flat=True)[: MOST_IN_ONE - 1]
    )
    others.filter(pk__in=pks).update(sent_with=lead)


def message_of(lead: Delivery) -> EmailMultiAlternatives:
    """The mail as it is now to be said, in the recipient's language and time."""
    language = lead.language or getattr(lead.recipient, "language", "") or settings.LANGUAGE_CODE
    zone = wishes_of([lead.recipient_id])[lead.recipient_id].time_zone if lead.recipient_id else ""
    with translation.override(language), timezone.override(zone or settings.TIME_ZONE):
        letter = letter_of(lead)
        message = EmailMultiAlternatives(
            subject=letter.one_line_subject,
            body=letter.text,
            to=[lead.address or lead.recipient.email],  # type: ignore[union-attr]
            headers={"Message-ID": lead.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(letter.html(language), "text/html")
        for name, content in letter.files:
            message.attach(name, content, "application/pdf")
    return message


def letter_of(lead: Delivery) -> Letter:
    if lead.recipient_id is None:
        words = LETTERS[lead.activity.verb]
        return words(subject_of(lead.activity), lead.activity)
    rows = Delivery.objects.letter_of(lead).select_related("activity__by").order_by("pk")
    activities = [row.activity for row in rows]
    return notice_of(activities[0]) if len(activities) == 1 else notices_of(activities)


def mark_sent(lead: Delivery, *, at: datetime) -> None:
    Delivery.objects.letter_of(lead).filter(sent_at=None).update(
        sent_at=at, dead_at=None, lease_until=None, last_error=""
    )


def fail(lead: Delivery, error: Exception, *, at: datetime) -> None:
    """Note what was wrong; what the server refuses for good is a dead letter at once."""
    in_hand(lead).update(
        lease_until=None,
        last_error=words_of(error),
        dead_at=at if is_for_good(error) else None,
    )


def put_back(lead: Delivery) -> None:
    """The server did not take it, and it is not the mail's fault: it keeps its place."""
    in_hand(lead).update(lease_until=None, due_at=lead.give_up_at - GIVE_UP_AFTER)


def in_hand(lead: Delivery) -> QuerySet[Delivery]:
    """The row while this process has it: a late process does not undo what the next one does."""
    return Delivery.objects.waiting().filter(pk=lead.pk, lease_until=lead.lease_until)


def is_of_the_server(error: Exception) -> bool:
    """True when no other mail would fare better now."""
    if isinstance(error, smtplib.SMTPResponseException):
        return isinstance(error, GREETING) or error.smtp_code == CLOSING
    return isinstance(error, OSError) and not isinstance(error, smtplib.SMTPRecipientsRefused)


def is_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _text in error.recipients.values()) >= PERMANENT
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT


def bury(*, at: datetime) -> None:
    """What was tried for 72 hours is a dead letter."""
    Delivery.objects.due(at).filter(give_up_at__lte=at, attempts__gt=0).update(dead_at=at)


def is_open(*, at: datetime) -> bool:
    """False while the server is not to be asked; of several processes one may ask it again."""
    state, _made = Outgoing.objects.get_or_create(channel=Channel.MAIL)
    if state.closed_until is None:
        return True
    if state.closed_until > at:
        return False
    mine = Outgoing.objects.filter(pk=state.pk, closed_until=state.closed_until)
    return bool(mine.update(closed_until=next_try(min(state.failures, LONGEST_REST), at=at)))


def close(error: Exception, *, at: datetime) -> None:
    log.warning("the mail server does not answer: %s", error)
    state = Outgoing.objects.get(channel=Channel.MAIL)
    Outgoing.objects.filter(pk=state.pk).update(
        failures=F("failures") + 1,
        closed_until=next_try(min(state.failures + 1, LONGEST_REST), at=at),
        error=words_of(error),
    )


def answered(*, at: datetime) -> None:
    Outgoing.objects.filter(channel=Channel.MAIL).update(
        answered_at=at, failures=0, closed_until=None, error=""
    )


def words_of(error: Any) -> str:
    return f"{type(error).__name__}: {error}"[:300]
