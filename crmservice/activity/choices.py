from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    """What a notice is to the person who gets it, the most urgent first.

    Each person chooses the channels per kind; alarms go through quiet hours.
    """

    ALARM = "alarm", _("overdue and escalation")
    ASSIGNMENT = "assignment", _("assigned to me")
    APPROVAL = "approval", _("approvals")
    REMINDER = "reminder", _("reminders")
    NEWS = "news", _("news on my requests")

    @property
    def is_urgent(self) -> bool:
        return self is NoticeKind.ALARM

    @property
    def rank(self) -> int:
        return list(NoticeKind).index(self)
