"""The one search field: its dropdown while typing, and the page of all hits."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from crmservice import phones
from crmservice.search import query
from crmservice.search.kinds import KINDS, Kind
from crmservice.search.marks import Part, marked
from crmservice.web.access import everybody
from crmservice.web.http import StaffRequest

LONGEST_TEXT = 200
IN_DROPDOWN = (15, 5)  # hits in all, of one kind
ON_PAGE = (50, 20)


@dataclass(frozen=True)
class Shown:
    """A hit as the template writes it."""

    place: int
    url: str
    title: list[Part]
    subtitle: list[Part]
    badge: str


@dataclass(frozen=True)
class Group:
    name: str
    label: str | Promise
    icon: str
    hits: list[Shown]
    is_cut: bool


@require_safe
@everybody
def search(request: StaffRequest) -> HttpResponse:
    """Answer the field with its listbox, a form with the page; a single exact hit is opened."""
    text = _typed(request)
    kinds = _kinds(request)
    in_dropdown = bool(request.htmx) and not request.htmx.boosted
    limit, per_kind = IN_DROPDOWN if in_dropdown else ON_PAGE
    if len(kinds) == 1:
        per_kind = limit
    hits = query.search(
        text,
        kinds=list(kinds),
        scopes={name: request.user.search_scopes(kind.permission) for name, kind in kinds.items()},
        limit=limit,
        per_kind=per_kind,
    )
    if not in_dropdown and len(hits) == 1 and hits[0].exact and _is_ours(hits[0].url):
        return redirect(hits[0].url)
    is_phone = phones.looks_like_phone(text)
    return render(
        request,
        "search/_hits.html" if in_dropdown else "search/index.html",
        {
            "typed": text,
            "groups": _groups(hits, kinds, text, per_kind),
            "is_exact": all(hit.exact for hit in hits),
            "is_phone": is_phone,
            "asked": urlencode({"q": text}),
            "caller": urlencode({"phone" if is_phone else "name": text}),
            "chosen": request.GET.get("kind", ""),
        },
    )


def _typed(request: StaffRequest) -> str:
    text = request.GET.get("q", "")[:LONGEST_TEXT].replace("\x00", " ").strip()
    return text.encode("utf-8", "replace").decode()


def _kinds(request: StaffRequest) -> dict[str, Kind]:
    """The kinds that this person may see, or the one of them that the address names."""
    seen = {kind.name: kind for kind in KINDS.values() if request.user.may(kind.permission)}
    chosen = request.GET.get("kind", "")
    return {chosen: seen[chosen]} if chosen in seen else seen


def _groups(
    hits: Iterable[query.Hit], kinds: dict[str, Kind], text: str, per_kind: int
) -> list[Group]:
    """The hits by kind, the kind of the best hit first."""
    by_kind: dict[str, list[query.Hit]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    groups: list[Group] = []
    place = 0
    for name, found in by_kind.items():
        shown = [_shown(hit, text, place + at) for at, hit in enumerate(found, start=1)]
        place += len(found)
        kind = kinds[name]
        groups.append(Group(name, kind.label, kind.icon, shown, len(found) >= per_kind))
    return groups


def _shown(hit: query.Hit, text: str, place: int) -> Shown:
    return Shown(place, hit.url, marked(hit.title, text), marked(hit.subtitle, text), hit.badge)


def _is_ours(url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, allowed_hosts=None)
