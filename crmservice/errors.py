"""The one error that a rule raises when it says no."""


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
