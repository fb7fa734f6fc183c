from django.utils.translation import gettext_lazy as _

from crmservice.activity.wording import say

say("attachments.attached", _("attached “%(name)s”"), icon="paperclip")
say("attachments.removed", _("removed the attachment “%(name)s”"), icon="trash")
