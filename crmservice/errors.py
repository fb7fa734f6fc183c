"""What a rule raises when it says no."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


class DomainError(Exception):
    """A rule's no, in words fit for the person who asked (translated by the raiser).

    `field` names the form field that the message belongs to, if one does.
    """

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class ConflictError(DomainError):
    """Somebody else changed the same meanwhile.

    Whoever says it again, knowing `version`, means it; `meanwhile` are the other fields that were
    changed, as they are now.
    """

    def __init__(
        self, message: object, *, field: str, version: int, meanwhile: Mapping[str, Any]
    ) -> None:
        super().__init__(message, field=field)
        self.version = version
        self.meanwhile = meanwhile


class BeyondAuthorityError(DomainError):
    """A no that somebody with more authority could turn into a yes.

    `asks` is how far it goes: a share for a discount, else an amount in the base currency.
    """

    def __init__(
        self, message: object, *, kind: str, asks: Decimal, field: str | None = None
    ) -> None:
        super().__init__(message, field=field)
        self.kind = kind
        self.asks = asks
