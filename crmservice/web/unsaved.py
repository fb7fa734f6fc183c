"""What was typed into a form whose log-in ended meanwhile: kept for its author, and for no other.

It lies in the session of the log-in page, and goes with it or with the next POST (R-08).
"""

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

KEY = "unsaved"
MOST = 200_000  # characters: a form, not a file
LATIN = "\xff"
OURS = frozenset({"csrfmiddlewaretoken", "once"})
NEVER = ("/account/", "/admin/")  # passwords


@dataclass(frozen=True)
class Unsaved:
    """`fields` in their order, as the browser sent them; files are not among them."""

    path: str
    author: int
    fields: list[tuple[str, str]]
    had_files: bool

    @property
    def texts(self) -> list[str]:
        """What a person knows it by again."""
        typed = (value.strip() for name, value in self.fields if name not in OURS)
        return [value for value in typed if any(sign.isspace() or sign > LATIN for sign in value)]


def typed_into(request: HttpRequest) -> Unsaved | None:
    """What this POST would have saved, if it may be kept."""
    kept = typed_fields(request)
    if not kept or "HX-Request" in request.headers:
        return None
    return Unsaved(request.get_full_path(), request.user.pk, kept, bool(request.FILES))  # type: ignore[arg-type]


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted, without the token of the page that posted it."""
    return [(name, value) for name, value in fields_of(request) if name != "csrfmiddlewaretoken"]


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted, in its order: of a form, not a file, and never a password."""
    if request.method != "POST" or request.path.startswith(NEVER):
        return []
    fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    return fields if sum(len(name) + len(value) for name, value in fields) <= MOST else []


def keep(session: SessionBase, unsaved: Unsaved) -> None:
    session[KEY] = vars(unsaved)


def kept_for(user_id: int, session: SessionBase) -> Unsaved | None:
    found = session.get(KEY)
    return Unsaved(**found) if found and found["author"] == user_id else None


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
