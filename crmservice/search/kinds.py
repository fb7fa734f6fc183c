"""The kinds of thing that can be found, each registered by the app that owns it."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.functional import Promise

_NAME = re.compile(r"[a-z][a-z0-9_.]*")


@dataclass(frozen=True)
class Kind:
    """What a hit is called, of which model it is, and who may see it; `weight` lifts a kind above
    its neighbours.
    """

    name: str
    label: str | Promise
    icon: str
    permission: str
    model: str
    rebuild: Callable[[], object] | None
    weight: float

    @property
    def token(self) -> str:
        return kind_token(self.name)


KINDS: dict[str, Kind] = {}


def register(
    name: str,
    label: str | Promise,
    icon: str,
    permission: str,
    *,
    model: str = "",
    rebuild: Callable[[], object] | None = None,
    weight: float = 1.0,
) -> None:
    """Make a kind known; `model` is its label, `rebuild` indexes every object, the oldest first."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a kind: small letters, digits, dots, underscores."
        )
    KINDS[name] = Kind(name, label, icon, permission, model, rebuild, weight)


def kind_of(model: str) -> Kind | None:
    """The kind of a model, by its label in small letters."""
    return next((kind for kind in KINDS.values() if kind.model == model), None)


def every_token(names: Collection[str]) -> list[str]:
    """The index tokens of these kinds; none when they are all that is registered."""
    if KINDS and set(KINDS) <= set(names):
        return []
    return [kind_token(name) for name in names]


def kind_token(name: str) -> str:
    return f"=k.{name}"


def scope_token(scope: str) -> str:
    return f"=s.{scope}"
