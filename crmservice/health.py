"""What a load balancer, a container engine and an administrator ask: is everything alive?"""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crmservice import heartbeats


@login_not_required
@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 while the database answers and no duty is silent, else 503; names no person or record.

    `beat` is the age in seconds of the youngest heartbeat, so both beat and a worker are alive.
    """
    at = now()
    try:
        connection.ensure_connection()
        ages, silent = (
            heartbeats.ages(at=at),
            heartbeats.silent(at=at, since=heartbeats.watch.since),
        )
    except Error:
        return JsonResponse({"healthy": False, "database": False}, status=503)
    beat = min((age for age in ages.values() if age is not None), default=None)
    answer = {"healthy": not silent, "database": True, "beat": beat, "duties": ages}
    return JsonResponse({**answer, "silent": silent}, status=503 if silent else 200)
