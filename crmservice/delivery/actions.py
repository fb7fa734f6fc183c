from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crmservice.activity.changing import change
from crmservice.delivery.models import Preference


@transaction.atomic
def choose(
    preference: Preference, *, values: Mapping[str, Any], by: Any, at: datetime
) -> Preference:
    """Keep which notices come where and when mail rests; a first choice makes the person's row."""
    own, _made = Preference.objects.get_or_create(user=preference.user)
    return change(own, values, verb="delivery.preference_changed", by=by, at=at)
