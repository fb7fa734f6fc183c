"""Every route of the resolver with what its view asks for: the rows of the security tests."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver

# Routes of others, by name or namespace, and what guards them.
THIRD_PARTY = {
    "health": "for load balancers; says nothing of the data",
    "account_login": "the way in",
    "account_logout": "the way out",
    "account_inactive": "says that a log-in is closed",
    "account_signup": "redirects: nobody signs up",
    "account_change_password": "allauth: of whoever is logged in",
    "account_reauthenticate": "allauth: of whoever is logged in",
    "mfa_index": "allauth: of whoever is logged in",
    "mfa_authenticate": "allauth: the second step, in a session that began the first",
    "mfa_reauthenticate": "allauth: of whoever is logged in",
    "mfa_activate_totp": "allauth: of whoever is logged in",
    "mfa_deactivate_totp": "allauth: of whoever is logged in",
    "mfa_view_recovery_codes": "allauth: of whoever is logged in",
    "mfa_generate_recovery_codes": "allauth: of whoever is logged in",
    "mfa_download_recovery_codes": "allauth: of whoever is logged in",
    "set_language": "Django: sets a cookie",
    "admin": "Django's admin site: superusers only",
}
OPEN_TO_ALL = {
    "health",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "mfa_authenticate",
    "set_language",
    "admin:login",
}


@dataclass(frozen=True)
class Route:
    """A named route; `permission` is what crmservice.web.access noted on the view."""

    name: str
    arguments: tuple[str, ...]
    permission: str
    pattern: str

    @property
    def namespace(self) -> str:
        return self.name.rpartition(":")[0]

    @property
    def third_party(self) -> str:
        return THIRD_PARTY.get(self.namespace or self.name, "")

    def __str__(self) -> str:
        return self.name


def routes() -> list[Route]:
    return list(walk(get_resolver().url_patterns))


def ours() -> list[Route]:
    return [route for route in routes() if not route.third_party]


def walk(patterns, namespace="", arguments=(), prefix="") -> Iterator[Route]:
    for pattern in patterns:
        taken = (*arguments, *pattern.pattern.converters, *groups(pattern))
        shown = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            name = f"{namespace}:{pattern.name}" if namespace else pattern.name or shown
            permission = getattr(pattern.callback, "permission", "")
            yield Route(name, tuple(dict.fromkeys(taken)), permission, shown)
        else:
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from walk(pattern.url_patterns, inner, taken, shown)


def groups(pattern) -> tuple[str, ...]:
    """The named groups of a regular expression."""
    return tuple(pattern.pattern.regex.groupindex)
