"""Where the addresses of an app begin: of hundreds of routes a request tries those of one app."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLResolver, include
from django.urls.resolvers import RoutePattern


class FirstStep(RoutePattern):
    """Takes nothing of an address and leads on where it begins with one of these steps."""

    def __init__(self, steps: frozenset[str]) -> None:
        super().__init__("")
        self.steps = steps

    def match(self, path: str) -> Any:
        return super().match(path) if path.partition("/")[0] in self.steps else None


def app(urlconf: Any) -> URLResolver:
    """The routes of an app, all of which begin with a word."""
    module: Any
    module, app_name, namespace = include(urlconf)
    patterns = getattr(module, "urlpatterns", module)
    steps = frozenset(str(each.pattern).partition("/")[0] for each in patterns)
    if any("<" in step for step in steps):
        raise ImproperlyConfigured(f"{urlconf}: a route begins with what varies.")
    return URLResolver(FirstStep(steps), module, app_name=app_name, namespace=namespace)
