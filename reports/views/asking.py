"""What a URL asks for, and the URLs of figures."""

from urllib.parse import urlencode

from django.utils import timezone
from django.utils.timezone import now

from crmservice.addresses import address
from crmservice.web.http import StaffRequest
from reports.choices import Figure
from reports.periods import Scope, scope_of
from reports.queries.requests import Asked


def asked(request: StaffRequest) -> Asked:
    """The scope of the URL, for this person, at this moment."""
    at, zone = now(), timezone.get_default_timezone()
    today = timezone.localtime(at, zone).date()
    return Asked(scope_of(request.GET, today=today, zone=zone), request.user, at)


def link(figure: Figure, scope: Scope, of: object = "") -> str:
    """The rows that a figure counts; `of` is the target, ring, dimension or person meant."""
    extra = f"&{urlencode({'of': of})}" if of else ""
    return f"{address('reports:rows', figure.value)}?{scope.query}{extra}"
