"""The answering side of crmservice.web.widgets.SearchSelect: what was typed in, options out."""

from collections.abc import Iterable

from django.http import HttpRequest, JsonResponse

MOST_OPTIONS = 20
LONGEST_TEXT = 200


def typed(request: HttpRequest) -> str:
    """What was typed into the field, without what no database takes."""
    text = request.GET.get("q", "")[:LONGEST_TEXT].replace("\x00", "").strip()
    return text.encode("utf-8", "replace").decode()


def options(rows: Iterable[tuple[object, str, str]]) -> JsonResponse:
    """Value, text and hint of each row."""
    shown = [{"value": str(value), "text": text, "hint": hint} for value, text, hint in rows]
    return JsonResponse(shown, safe=False)
