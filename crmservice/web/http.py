"""The request as our views see it: somebody is logged in, htmx may have asked."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class StaffRequest(HttpRequest):
    user: Any  # the AUTH_USER_MODEL; the kernel stands below it
    htmx: "HtmxDetails"
