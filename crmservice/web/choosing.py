"""Choices among many rows: the page carries the chosen ones, form.js asks for others while typing."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.urls import reverse

MOST_OPTIONS = 20
LONGEST_TEXT = 200


class SearchSelect(forms.Select):
    """A select that never lists its rows (ux.md: no select of more than 200).

    `url_name` answers `?q=` with `options`; `sends` names fields of the same form whose values go with the question;
    `preload` asks as soon as the field has the focus.
    """

    def __init__(
        self,
        url_name: str,
        *,
        sends: Sequence[str] = (),
        preload: bool = False,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.url_name = url_name
        self.sends = sends
        self.preload = preload

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        told = {"data-search": True, "data-url": reverse(self.url_name), **(attrs or {})}
        if self.sends:
            told["data-with"] = " ".join(self.sends)
        if self.preload:
            told["data-preload"] = True
        return super().get_context(name, value, told)

    def optgroups(
        self, name: str, value: list[Any], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        """Only what is chosen, and the blank."""
        choices: Any = self.choices
        chosen = [key for key in value if str(key)]
        key_name = choices.field.to_field_name or "pk"
        try:
            rows = list(choices.queryset.filter(**{f"{key_name}__in": chosen})) if chosen else []
        except (ValueError, TypeError):
            rows = []
        shown = [("", "")] if not self.allow_multiple_selected else []
        shown += [
            (choices.field.prepare_value(row), choices.field.label_from_instance(row))
            for row in rows
        ]
        return [
            (
                None,
                [
                    self.create_option(
                        name, key, label, bool(key) and str(key) in map(str, chosen), at
                    )
                ],
                at,
            )
            for at, (key, label) in enumerate(shown)
        ]


class SearchSelectMultiple(SearchSelect, forms.SelectMultiple):
    """The same for several."""


def typed(request: HttpRequest) -> str:
    """What was typed into such a field."""
    return request.GET.get("q", "")[:LONGEST_TEXT].replace("\x00", "").strip()


def options(rows: Iterable[tuple[object, str, str]]) -> JsonResponse:
    """The answer to such a field: value, text and hint of each row."""
    shown = [{"value": str(value), "text": text, "hint": hint} for value, text, hint in rows]
    return JsonResponse(shown, safe=False)
