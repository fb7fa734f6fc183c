"""From who should hear to the rows that make it so, in one transaction with the telling."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity, Notification
from crmservice.delivery.choices import Channel
from crmservice.delivery.letters import LETTERS
from crmservice.delivery.models import Delivery, Preference
from crmservice.nudge import nudge
from crmservice.retrying import GIVE_UP_AFTER

MERGED_WITHIN = timedelta(minutes=1)
DELIVER = "crmservice.delivery.tasks.deliver_due"


def notify(activity: Activity, heard: Mapping[int, NoticeKind], *, at: datetime) -> None:
    """Write each person's notification and mail, by the channels that the person chose."""
    wishes = wishes_of(heard)
    Notification.objects.bulk_create(
        [
            Notification(activity=activity, recipient_id=pk, kind=kind)
            for pk, kind in sorted(heard.items())
            if wishes[pk].wants(Channel.INBOX, kind)
        ],
        ignore_conflicts=True,
    )
    if not settings.EMAIL_URL:
        return
    addressed = with_address(pk for pk in heard if wishes[pk].wants(Channel.MAIL, heard[pk]))
    drafts = []
    for pk in addressed:
        kind = heard[pk]
        due_at = wishes[pk].mail_at(at, kind)
        if not kind.is_urgent:
            due_at = max(due_at, at + MERGED_WITHIN)
        drafts.append(draft(activity, kind=kind, recipient_id=pk, due_at=due_at))
    Delivery.objects.bulk_create(drafts, ignore_conflicts=True)
    if drafts:
        nudge(DELIVER)


def write_to(
    activity: Activity,
    address: str,
    *,
    language: str,
    at: datetime,
    kind: NoticeKind = NoticeKind.NEWS,
) -> None:
    """Mail `activity` to an address outside the house, once; call it in the verb's transaction.

    `at` is the moment to send it. Its words are the verb's `letter`. Without a mail server nothing
    is written.
    """
    if activity.verb not in LETTERS:
        raise LookupError(f"{activity.verb} has no letter: register one in notices.py.")
    if settings.EMAIL_URL:
        sent = draft(activity, kind=kind, address=address, language=language, due_at=at)
        Delivery.objects.bulk_create([sent], ignore_conflicts=True)
        nudge(DELIVER)


@transaction.atomic
def withdraw(subject: Model, *verbs: str, at: datetime) -> int:
    """Take back what was to be said of these verbs of a record: it holds no more.

    Mail that was never tried goes, unread notices count as read. Returns how many mails there were.
    """
    said = Activity.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, verb__in=verbs
    )
    told = list(said.values_list("pk", flat=True))
    if not told:
        return 0
    Notification.objects.filter(activity__in=told, read_at=None).update(read_at=at)
    waiting = Delivery.objects.waiting().filter(activity__in=told, attempts=0, lease_until=None)
    pks = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=pks).delete()
    return len(pks)


def draft(activity: Activity, *, due_at: datetime, **fields: object) -> Delivery:
    return Delivery(
        activity=activity,
        message_id=make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
        due_at=due_at,
        give_up_at=due_at + GIVE_UP_AFTER,
        **fields,
    )


def wishes_of(people: Iterable[int]) -> dict[int, Preference]:
    """Each person's preference, the one of a new row where there is none."""
    pks = list(people)
    chosen = {wish.user_id: wish for wish in Preference.objects.filter(user__in=pks)}
    return {pk: chosen.get(pk) or Preference(user_id=pk) for pk in pks}


def with_address(people: Iterable[int]) -> list[int]:
    users = get_user_model()._default_manager.filter(pk__in=list(people), is_active=True)
    return list(users.exclude(email="").order_by("pk").values_list("pk", flat=True))
