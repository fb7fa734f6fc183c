from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import now


@receiver(user_logged_in)
def note_when(request: HttpRequest, **_: Any) -> None:
    """From when the log-in's time is counted (crmservice.web.middleware.LogIns)."""
    request.session["begun_at"] = request.session["seen_at"] = now().timestamp()
