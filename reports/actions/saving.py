"""Reports that are kept under a name, and sent to people on days."""

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.delivery.writing import write_to
from crmservice.errors import DomainError
from crmservice.sweeping import claim_each
from employees.models import Employee
from reports.choices import Rhythm
from reports.models import ReportSubscription, SavedReport
from reports.periods import months_from
from reports.queries.catalogue import CATALOGUE

MORNING = time(7)
SWEPT = 500
MONDAY = 0


@transaction.atomic
def save(
    report: str, *, query: str, name: str, is_shared: bool, by: Employee, at: datetime
) -> SavedReport:
    """Keep a report as it is asked for; the same name of the same person is the same report."""
    if report not in CATALOGUE:
        raise DomainError(_("There is no such report."))
    try:
        with transaction.atomic():
            saved = SavedReport.objects.create(
                report=report, query=query, name=name, is_shared=is_shared, owner=by, saved_at=at
            )
    except IntegrityError:
        raise DomainError(_("You have saved a report under this name already.")) from None
    record(saved, "reports.saved", by=by, at=at)
    return saved


@transaction.atomic
def forget(saved: SavedReport, *, by: Employee, at: datetime) -> SavedReport:
    """It goes, and is sent to nobody any more; only its owner may."""
    saved = SavedReport.objects.lock(saved.pk)
    if saved.owner_id != by.pk:
        raise DomainError(_("Only its owner may delete a saved report."))
    record(saved, "reports.forgotten", by=by, at=at, name=saved.name)
    saved.delete()
    return saved


@transaction.atomic
def subscribe(
    saved: SavedReport, *, recipient: Employee, rhythm: str, by: Employee, at: datetime
) -> ReportSubscription:
    """Let somebody get it: oneself, or others by who owns it. Whoever gets it sees of it what that
    person may see on the day.
    """
    saved = SavedReport.objects.lock(saved.pk)
    if by.pk not in {recipient.pk, saved.owner_id}:
        raise DomainError(_("Only its owner sends a saved report to others."))
    if not recipient.is_active or not recipient.may(CATALOGUE[saved.report].permission):
        raise DomainError(_("%(name)s may not see this report.") % {"name": recipient.name})
    if not recipient.email:
        raise DomainError(_("%(name)s has no e-mail address.") % {"name": recipient.name})
    on = timezone.localtime(at, timezone.get_default_timezone()).date()
    try:
        with transaction.atomic():
            found = ReportSubscription.objects.create(
                saved=saved, recipient=recipient, rhythm=rhythm, send_on=next_day(rhythm, on)
            )
    except IntegrityError:
        raise DomainError(_("This person gets this report already.")) from None
    record(saved, "reports.subscribed", by=by, at=at, recipient=recipient.name)
    return found


@transaction.atomic
def unsubscribe(subscription: ReportSubscription, *, by: Employee, at: datetime) -> SavedReport:
    saved = SavedReport.objects.lock(subscription.saved_id)
    if by.pk not in {subscription.recipient_id, saved.owner_id}:
        raise DomainError(_("Only the recipient and the owner may end this."))
    ReportSubscription.objects.filter(pk=subscription.pk).delete()
    record(saved, "reports.unsubscribed", by=by, at=at, recipient=subscription.recipient.name)
    return saved


def next_day(rhythm: str, on: date) -> date:
    """The first day after `on` on which it is sent."""
    if rhythm == Rhythm.DAILY:
        return on + timedelta(days=1)
    if rhythm == Rhythm.WEEKLY:
        return on + timedelta(days=7 - (on.weekday() - MONDAY) % 7)
    return months_from(on.replace(day=1), 1)


def send_due(*, on: date, at: datetime) -> int:
    """Write what is due by a day to who gets it, once; what was missed goes once, too."""
    due = ReportSubscription.objects.due(on).order_by("send_on", "pk")
    return claim_each(list(due[:SWEPT]), send, on=on, at=at)


@transaction.atomic
def send(subscription: ReportSubscription, *, on: date, at: datetime) -> bool:
    """Claim the day by the update that sets the next one; the figures are those of the moment at
    which the mail goes.
    """
    later = next_day(subscription.rhythm, on)
    mine = ReportSubscription.objects.filter(pk=subscription.pk, send_on=subscription.send_on)
    if not mine.update(send_on=later):
        return False
    recipient = subscription.recipient
    if not recipient.is_active or not recipient.email:
        return False
    saved = subscription.saved
    activity = record(
        saved, "reports.sent", by=None, at=at, recipient=recipient.name, to=recipient.pk
    )
    zone = timezone.get_default_timezone()
    morning = max(at, datetime.combine(on, MORNING, zone))
    write_to(activity, recipient.email, language=recipient.language, at=morning)
    return True
