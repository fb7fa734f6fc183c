"""Which language a person reads: chosen in the user menu (cookie), else the person's own, else the
browser's.
"""

from django.conf import settings
from django.http import HttpRequest


def preferred(request: HttpRequest) -> str:
    """The person's own language when no cookie chose one here; empty leaves it to Django."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return ""
    language = getattr(request.user, "language", "")
    return language if language in dict(settings.LANGUAGES) else ""
