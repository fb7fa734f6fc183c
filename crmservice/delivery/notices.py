from django.utils.translation import gettext_lazy as _

from crmservice.activity.wording import say

say("delivery.retried", _("sent again, it had failed: %(error)s"), icon="send")
say("activity.retried", _("told again, it had failed: %(error)s"), icon="refresh")
say("delivery.preference_changed", _("changed which notices come where"), icon="bell")
