"""What every answer behind the log-in carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from crmservice.web.language import preferred


class PrivatePages:
    """Nothing of a logged-in person is cached (S-26); the person's own language holds on every
    device.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and (language := preferred(request)):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        return response
