from celery import shared_task
from celery.exceptions import Ignore
from django.conf import settings
from django.utils.timezone import now

from crmservice.backups import sets


@shared_task(ignore_result=True)
def back_up() -> None:
    """Without a folder nothing is made, and no heartbeat says that it was."""
    if settings.BACKUP_DIR is None:
        raise Ignore
    sets.make(settings.BACKUP_DIR, at=now())
